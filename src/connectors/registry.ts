import { z } from 'zod'
import { CannotStart } from '../runtime/errors.ts'
import type { Adapter, AdapterParts, Connector } from './adapter.ts'
import { aliyunSms } from './aliyun-sms.ts'
import { customs } from './customs.ts'
import { dingtalkPos } from './dingtalk-pos.ts'
import { doudian } from './doudian.ts'
import { fxiaoke } from './fxiaoke.ts'
import { jd } from './jd.ts'
import { kdniao } from './kdniao.ts'
import { kingdee } from './kingdee.ts'
import { kuaidi100 } from './kuaidi100.ts'
import { formFaults, notJson, settingFaults } from './setting-faults.ts'
import { sfExpress } from './sf-express.ts'
import { sheetFolder } from './sheet-folder.ts'
import { tmall } from './tmall.ts'
import { u8 } from './u8.ts'
import { wdt } from './wdt.ts'
import { wdtEnterprise } from './wdt-enterprise.ts'
import { webhookCrm } from './webhook-crm.ts'
import { webhookWms } from './webhook-wms.ts'
import { weixin } from './weixin.ts'
import { youzan } from './youzan.ts'

/** Every kind of outside system by its word in connectors.json. A new one is a line here and a file beside this one. */
const adapters: Readonly<Record<string, Adapter>> = {
  'aliyun-sms': aliyunSms,
  kuaidi100,
  kdniao,
  'sf-express': sfExpress,
  doudian,
  weixin,
  tmall,
  jd,
  wdt,
  'wdt-enterprise': wdtEnterprise,
  kingdee,
  fxiaoke,
  u8,
  youzan,
  customs,
  'sheet-folder': sheetFolder,
  'dingtalk-pos': dingtalkPos,
  'webhook-crm': webhookCrm,
  'webhook-wms': webhookWms,
}

const nameForm = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be small letters, digits and dashes')
const entryForm = z.looseObject({
  kind: z.string(),
  name: nameForm.optional(),
  everyMinutes: z.number().int().min(1).max(1440).optional(),
  /** Longer without a push is an alarm. */
  silentHours: z.number().min(1).max(240).default(12),
})
const fileForm = z.strictObject({ connectors: z.array(entryForm) })

export type Configured = {
  readonly name: string
  readonly kind: string
  readonly settings: unknown
  readonly everyMinutes?: number
  readonly silentHours: number
}

/** Where secrets are read from: `env:NAME` or `file:PATH` in the place of the value. */
export type SecretSource = (reference: string) => string | undefined

const secretForm = /^(?:env|file):.+$/

/** Settings of these names are secrets, whatever the adapter: they stand in the environment or in a file of their own. */
const secretName = /secret|token|password|aeskey|checkword|accesskey|salt|permanentcode/i

/**
 * Reads connectors.json. Throws CannotStart with all its faults at once; `resolve` gives what a reference stands for.
 */
export function readConnectors(text: string, resolve: SecretSource): readonly Configured[] {
  const file = parsed(text)
  const read = fileForm.safeParse(file)
  if (!read.success) throw new CannotStart(`connectors.json: ${formFaults(read.error, file).join('; ')}`)
  const seen = new Set<string>()
  const faults: string[] = []
  const entries = read.data.connectors.map(({ kind, name = kind, everyMinutes, silentHours, ...rest }) => {
    if (!Object.hasOwn(adapters, kind))
      faults.push(`${name}: there is no connector of kind ${kind}, only ${Object.keys(adapters).join(', ')}`)
    if (seen.has(name)) faults.push(`${name}: the name is used twice, give one of them another "name"`)
    seen.add(name)
    for (const key of bareSecrets(rest))
      faults.push(`${name}: ${key} must be env:NAME or file:PATH, never the secret itself`)
    const settings = withSecrets(rest, resolve, (problem) => faults.push(`${name}: ${problem}`))
    return { name, kind, settings, silentHours, ...(everyMinutes !== undefined && { everyMinutes }) }
  })
  if (faults.length > 0) throw new CannotStart(`connectors.json: ${faults.join('; ')}`)
  return entries
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw notJson(text, error)
  }
}

function bareSecrets(value: object): readonly string[] {
  return Object.entries(value).flatMap(([key, inner]) => {
    if (typeof inner === 'object' && inner !== null) return bareSecrets(inner)
    return typeof inner === 'string' && secretName.test(key) && !secretForm.test(inner) ? [key] : []
  })
}

function withSecrets(value: unknown, resolve: SecretSource, faulty: (problem: string) => void): unknown {
  if (typeof value === 'string' && secretForm.test(value)) return secretOf(value, resolve, faulty)
  if (Array.isArray(value)) return value.map((one) => withSecrets(one, resolve, faulty))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withSecrets(inner, resolve, faulty)]))
}

/** Empty where there is none: its entry says so, beside whatever else is wrong. */
function secretOf(reference: string, resolve: SecretSource, faulty: (problem: string) => void): string {
  try {
    const found = resolve(reference) ?? ''
    if (found === '') faulty(`${reference} is not set`)
    return found
  } catch (error) {
    if (!(error instanceof CannotStart)) throw error
    faulty(error.message)
    return ''
  }
}

export type Opened = Configured & { readonly connector: Connector }

/** Opens what is configured. Throws CannotStart with what is wrong in which entry. */
export function openConnectors(configured: readonly Configured[], parts: AdapterParts): readonly Opened[] {
  const faults: string[] = []
  const opened = configured.flatMap((one): Opened[] => {
    const found = adapters[one.kind]
    const read = found?.settings.safeParse(one.settings)
    if (found === undefined || read === undefined) return []
    if (read.success) return [{ ...one, connector: found.open(one.name, read.data, parts) }]
    faults.push(...settingFaults(read.error, namesOf(found.settings)).map((fault) => `${one.name}: ${fault}`))
    return []
  })
  if (faults.length > 0) throw new CannotStart(`connectors.json: ${faults.join('; ')}`)
  return opened
}

/** Of all kinds of settings that are one object; others suggest nothing. */
function namesOf(settings: z.ZodType): readonly string[] {
  return [...Object.keys(entryForm.shape), ...(settings instanceof z.ZodObject ? Object.keys(settings.shape) : [])]
}
