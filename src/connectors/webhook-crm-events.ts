import { z } from 'zod'
import type { PushReading, ReadPush } from '../hub/channel-port.ts'
import { type CrmTold, customerLevels } from '../hub/crm-words.ts'
import { channels } from '../hub/order-facts.ts'
import { BadPayload } from '../runtime/errors.ts'
import { parseJson } from '../runtime/json.ts'
import { hmacHex, sameText } from './digests.ts'

/** How far the other side's clock may be off. */
const leewayMs = 300_000

const idForm = z.string().min(1).max(64)
/** Either is enough; a phone goes first. */
const personForm = z.object({ phone: z.string().max(40).optional(), member: z.string().max(64).optional() })
const envelope = z.object({
  id: idForm,
  event: z.string().min(1).max(64),
  occurred_at: z.iso.datetime({ offset: true }),
  data: z.unknown(),
})
const levelForm = personForm.extend({ level: z.enum(customerLevels) })
const touchForm = personForm.extend({
  channel: z.enum(channels as [(typeof channels)[number], ...(typeof channels)[number][]]),
  deed: z.enum(['cart', 'consult']),
})

/**
 * Events of any CRM by the house's convention (docs/connectors.md): `X-Signature` over `timestamp.body`, `customer.level` and
 * `customer.touch`, each id once. Throws BadPayload that names the field which is not as documented.
 */
export function crmEvents(secret: string): ReadPush {
  return ({ method, header, raw, nowMs }): PushReading => {
    if (method !== 'POST') return { outcome: 'refused', status: 400, reason: 'events are POST' }
    const stamp = header('x-timestamp') ?? ''
    const right = hmacHex('sha256', secret, `${stamp}.`, raw)
    if (!sameText(header('x-signature')?.toLowerCase(), right))
      return { outcome: 'refused', status: 401, reason: 'signature is wrong' }
    if (!/^\d{10}$/.test(stamp) || Math.abs(nowMs - Number(stamp) * 1_000) > leewayMs)
      return { outcome: 'refused', status: 401, reason: 'timestamp is more than 300 s off' }
    const { id, event, occurred_at, data } = read(envelope, parseJson(raw))
    const atMs = Date.parse(occurred_at)
    const answer = { status: 200, body: JSON.stringify({ ok: true }), type: 'application/json' }
    const said = saidBy(event, data)
    const hint =
      said === undefined
        ? { key: id, about: { kind: 'nothing', topic: event }, toldAtMs: atMs }
        : { key: id, about: { kind: 'customer', recordId: id }, toldAtMs: atMs, crm: { id, atMs, ...said } }
    return { outcome: 'told', hints: [hint as Extract<PushReading, { outcome: 'told' }>['hints'][number]], answer }
  }
}

/** undefined for events we do not follow: they are answered and kept. */
function saidBy(event: string, data: unknown): Pick<CrmTold, 'person' | 'said'> | undefined {
  if (event === 'customer.level') {
    const { level, ...person } = read(levelForm, data)
    return { person: personOf(person), said: { kind: 'level', level } }
  }
  if (event !== 'customer.touch') return undefined
  const { channel, deed, ...person } = read(touchForm, data)
  return { person: personOf(person), said: { kind: 'touch', channel, deed } }
}

function personOf({ phone, member }: z.infer<typeof personForm>): CrmTold['person'] {
  if (phone !== undefined && phone !== '') return { kind: 'phone', value: phone }
  if (member !== undefined && member !== '') return { kind: 'member', value: member }
  throw new BadPayload('data names neither phone nor member')
}

/** Names the field and never its value: it may be somebody's number. */
function read<T>(form: z.ZodType<T>, value: unknown): T {
  const found = form.safeParse(value)
  if (found.success) return found.data
  const [issue] = found.error.issues
  throw new BadPayload(`${issue?.path.join('.') || 'the body'} is not as documented`)
}
