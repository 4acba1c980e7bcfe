import { z } from 'zod'
import type { PushAnswer, PushReading, PushRequest } from '../hub/channel-port.ts'
import { BadPayload } from '../runtime/errors.ts'
import { parseJson } from '../runtime/json.ts'
import { hmacHex, sameText } from './digests.ts'

// Events by the house's convention (docs/connectors.md), for systems that have none of their own.

/** How far the other side's clock may be off. */
const leewayMs = 300_000

const envelope = z.object({
  id: z.string().min(1).max(64),
  event: z.string().min(1).max(64),
  occurred_at: z.iso.datetime({ offset: true }),
  data: z.unknown(),
})

export type SignedEvent = {
  readonly outcome: 'event'
  /** The other side's own number of it: the same twice is one event. */
  readonly id: string
  readonly event: string
  readonly atMs: number
  readonly data: unknown
}

/** What the other side reads back of an event that was taken. */
export const takenAnswer: PushAnswer = { status: 200, body: JSON.stringify({ ok: true }), type: 'application/json' }

/** `X-Signature` over `timestamp.body`, then the body. Throws BadPayload that names the field which is not as documented. */
export function signedEvent(
  secret: string,
  { method, header, raw, nowMs }: PushRequest,
): SignedEvent | Extract<PushReading, { outcome: 'refused' }> {
  if (method !== 'POST') return { outcome: 'refused', status: 400, reason: 'events are POST' }
  const stamp = header('x-timestamp') ?? ''
  const right = hmacHex('sha256', secret, `${stamp}.`, raw)
  if (!sameText(header('x-signature')?.toLowerCase(), right))
    return { outcome: 'refused', status: 401, reason: 'signature is wrong' }
  if (!/^\d{10}$/.test(stamp) || Math.abs(nowMs - Number(stamp) * 1_000) > leewayMs)
    return { outcome: 'refused', status: 401, reason: 'timestamp is more than 300 s off' }
  const { id, event, occurred_at, data } = fieldsOf(envelope, parseJson(raw))
  const atMs = Date.parse(occurred_at)
  // newer wins: one from the future would win for ever
  if (atMs > nowMs + leewayMs) throw new BadPayload('occurred_at is still to come')
  return { outcome: 'event', id, event, atMs, data }
}

/** Throws BadPayload that names the field and never its value: it may be somebody's number. */
export function fieldsOf<T>(form: z.ZodType<T>, value: unknown): T {
  const found = form.safeParse(value)
  if (found.success) return found.data
  const [issue] = found.error.issues
  throw new BadPayload(`${issue?.path.join('.') || 'the body'} is not as documented`)
}
