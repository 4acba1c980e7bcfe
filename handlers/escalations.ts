import type { ActionCodec } from '../cards/actions.ts'
import { overdueAlertCard } from '../cards/overdue-alert.ts'
import { overdueDigestCard } from '../cards/overdue-digest.ts'
import { phoneWords } from '../cards/phone-text.ts'
import type { Conversation } from '../src/chat/event.ts'
import type { ClockEngine } from '../src/hub/clock-engine.ts'
import type { Bundle } from '../src/hub/escalation-bundle.ts'
import { phoneChannel } from '../src/hub/sms.ts'
import type { Tick } from '../src/jobs/schedule.ts'
import { smsEntry } from './sms-task.ts'
import { chatEntry } from './tasks.ts'

/** The message one person gets, in their direct chat: a card of one item, or the digest of several. */
export function escalationEntry({ codec }: { readonly codec: ActionCodec }) {
  return (bundle: Bundle) => {
    const { key, to: person, items, total, nowMs } = bundle
    const to: Conversation = {
      platform: person.platform as Conversation['platform'],
      kind: 'direct',
      id: person.userId,
    }
    const [only] = items
    const card =
      total === 1 && only !== undefined
        ? overdueAlertCard(only, nowMs, codec, person.memberId)
        : overdueDigestCard(bundle, codec)
    if (person.platform === phoneChannel)
      return smsEntry({
        key,
        memberId: person.memberId,
        ring: bundle.ring === true,
        urgent: items.some(({ urgent }) => urgent),
        ...phoneWords(card),
      })
    return chatEntry({ key, to, reply: { kind: 'card', card } })
  }
}

export type ClockTickParts = {
  readonly engine: ClockEngine
  readonly codec: ActionCodec
  /** Called when messages were written. */
  readonly wake: () => void
}

/** Four seconds and the schedule's jitter stay within the five that a rung may be late. */
const sweepMs = 4_000
const armMs = 60_000

/** What makes the clocks go: a sweep that fires and tells, and a slower look for what runs unarmed. */
export function clockTicks({ engine, codec, wake }: ClockTickParts): readonly Tick[] {
  const words = escalationEntry({ codec })
  return [
    // not at once: what is armed already fires by the sweep, and a desk that has just started answers first
    { name: 'arm clocks', everyMs: armMs, firstAfterMs: armMs, run: () => engine.armMissing() },
    {
      name: 'clocks',
      everyMs: sweepMs,
      run: async () => {
        const { messages } = await engine.sweep(words)
        if (messages > 0) wake()
      },
    },
  ]
}
