import { z } from 'zod'
import type { SalesChannel } from '../hub/channel-port.ts'
import type { Clock } from '../runtime/clock.ts'
import { CannotStart } from '../runtime/errors.ts'
import type { Vendor, VendorOptions } from '../runtime/vendor-call.ts'

/** A token shared by all processes; hub/shared-token.ts is one. */
export type Tokens = {
  get(name: string, fetchNew: () => Promise<{ readonly token: string; readonly expiresAtMs: number }>): Promise<string>
  drop(name: string, token: string): Promise<void>
}

/** What an adapter gets besides its settings. */
export type AdapterParts = {
  readonly clock: Clock
  readonly tokens: Tokens
  /** Pace, breaker and clock skew of one vendor, shared by its shops where its limits are. */
  readonly vendor: (options: Omit<VendorOptions, 'clock'>) => Vendor
}

/** One line of the registry: the settings an adapter takes, and how it is opened with them. */
export type Adapter<S extends z.ZodType = z.ZodType> = {
  readonly settings: S
  open(name: string, settings: z.infer<S>, parts: AdapterParts): SalesChannel
}

/** Keeps the settings' type together with its opener. */
export function adapter<S extends z.ZodType>(settings: S, open: Adapter<S>['open']): Adapter<S> {
  return { settings, open }
}

/** Every kind of sales channel by its word in connectors.json. A new channel is a line here and a file beside this one. */
export const channelAdapters: Readonly<Record<string, Adapter>> = {}

const nameForm = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be small letters, digits and dashes')
const entryForm = z.looseObject({
  kind: z.string(),
  name: nameForm.optional(),
  everyMinutes: z.number().int().min(1).max(1440).optional(),
})
const fileForm = z.strictObject({ connectors: z.array(entryForm) })

export type Configured = {
  readonly name: string
  readonly kind: string
  readonly settings: unknown
  readonly everyMinutes?: number
}

/** Where secrets are read from: `env:NAME` or `file:PATH` in the place of the value. */
export type SecretSource = (reference: string) => string | undefined

const secretForm = /^(?:env|file):.+$/

/** Settings of these names are secrets, whatever the adapter: they stand in the environment or in a file of their own. */
const secretName = /secret|token|password|aeskey|checkword|accesskey/i

/**
 * Reads connectors.json. Throws CannotStart with all its faults at once; `resolve` gives what a reference stands for.
 */
export function readConnectors(text: string, resolve: SecretSource, kinds: ReadonlySet<string>): readonly Configured[] {
  const read = fileForm.safeParse(parsed(text))
  if (!read.success) throw new CannotStart(`connectors.json: ${z.prettifyError(read.error)}`)
  const seen = new Set<string>()
  const faults: string[] = []
  const entries = read.data.connectors.map(({ kind, name = kind, everyMinutes, ...rest }) => {
    if (!kinds.has(kind)) faults.push(`${name}: there is no connector of kind ${kind}`)
    if (seen.has(name)) faults.push(`${name}: the name is used twice, give one of them another "name"`)
    seen.add(name)
    for (const key of bareSecrets(rest))
      faults.push(`${name}: ${key} must be env:NAME or file:PATH, never the secret itself`)
    const settings = withSecrets(rest, resolve, (missing) => faults.push(`${name}: ${missing} is not set`))
    return { name, kind, settings, ...(everyMinutes !== undefined && { everyMinutes }) }
  })
  if (faults.length > 0) throw new CannotStart(`connectors.json: ${faults.join('; ')}`)
  return entries
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new CannotStart('connectors.json is not JSON: see the line its editor marks', error)
  }
}

function bareSecrets(value: object): readonly string[] {
  return Object.entries(value).flatMap(([key, inner]) => {
    if (typeof inner === 'object' && inner !== null) return bareSecrets(inner)
    return typeof inner === 'string' && secretName.test(key) && !secretForm.test(inner) ? [key] : []
  })
}

function withSecrets(value: unknown, resolve: SecretSource, missing: (reference: string) => void): unknown {
  if (typeof value === 'string' && secretForm.test(value)) {
    const found = resolve(value)
    if (found === undefined || found === '') missing(value)
    return found ?? ''
  }
  if (Array.isArray(value)) return value.map((one) => withSecrets(one, resolve, missing))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withSecrets(inner, resolve, missing)]))
}

/** Opens the sales channels among what is configured. Throws CannotStart with what is wrong in which entry. */
export function openChannels(configured: readonly Configured[], parts: AdapterParts): readonly SalesChannel[] {
  return configured.flatMap(({ name, kind, settings }) => {
    const found = channelAdapters[kind]
    if (found === undefined) return []
    const read = found.settings.safeParse(settings)
    if (!read.success) throw new CannotStart(`connectors.json, ${name}: ${z.prettifyError(read.error)}`)
    return [found.open(name, read.data, parts)]
  })
}
