import type { SmsMessage, SmsSender } from '../src/hub/sms.ts'
import type { Task } from '../src/jobs/worker.ts'

/** Name of the task that reaches a colleague's phone. */
export const smsTaskName = 'sms.send'

/** The number itself never stands in the row: it is looked up when the message leaves. */
type SmsJob = Omit<SmsMessage, 'phone'> & { readonly memberId: string }

/** A message to the phone of a member as an outbox row. */
export function smsEntry({ key, ...payload }: SmsJob & { readonly key: string }) {
  return { key, task: smsTaskName, lane: `sms:${payload.memberId}`, payload }
}

export type SmsTaskParts = {
  readonly sender: SmsSender
  /** The number of an active member; undefined where none is known. */
  readonly phoneOf: (memberId: string) => Promise<string | undefined>
}

/** A vendor that does not answer within this is tried again. */
const vendorMs = 10_000

/** Sends what escalations have for a phone. */
export function smsTask({ sender, phoneOf }: SmsTaskParts): Task {
  return async (payload, key, stop) => {
    if (!isJob(payload)) return { outcome: 'give-up', reason: 'the row holds no message', alarm: true }
    const phone = await phoneOf(payload.memberId)
    if (phone === undefined) return { outcome: 'give-up', reason: 'no phone is known', alarm: false }
    const { memberId: _, ...message } = payload
    const signal = AbortSignal.any([stop, AbortSignal.timeout(vendorMs)])
    const sent = await sender.send({ phone, ...message }, key, signal)
    if (sent.outcome === 'refused') return { outcome: 'give-up', reason: sent.reason, alarm: true }
    if (sent.outcome === 'retry') return sent
    return { outcome: 'done', ...(sent.receipt !== undefined && { receipt: sent.receipt }) }
  }
}

function isJob(payload: unknown): payload is SmsJob {
  if (typeof payload !== 'object' || payload === null) return false
  const has = (name: string, type: string) => typeof Reflect.get(payload, name) === type
  return has('memberId', 'string') && has('text', 'string') && has('ring', 'boolean')
}
