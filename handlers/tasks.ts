import type { Delivery, Outbound, OutboundMessage } from '../src/chat/ports.ts'
import type { Task, TaskOutcome } from '../src/jobs/worker.ts'
import { assertNever } from '../src/runtime/errors.ts'

const chatSend = 'chat.send'

/** reliability.md "Figures to use": an answer in chat older than this is not sent but listed. By task, in ms. */
export const taskMaxAgeMs: Readonly<Record<string, number>> = { [chatSend]: 600_000 }

/** How a chat message stands in the outbox: in its conversation's lane, so that messages keep their order there. */
export function chatEntry(message: OutboundMessage) {
  const { key, to } = message
  return { key, task: chatSend, lane: `${to.platform}:${to.id}`, payload: message }
}

/** The jobs of the desk by name; outbox rows name one of them. */
export function tasks({ outbound }: { readonly outbound: Outbound }): Readonly<Record<string, Task>> {
  return {
    [chatSend]: async (payload) => {
      if (!isMessage(payload)) return { outcome: 'give-up', reason: 'the row holds no message', alarm: true }
      return outcomeOf(await outbound.send(payload))
    },
  }
}

/** The outbox is ours, but an older release may have written the row. */
function isMessage(payload: unknown): payload is OutboundMessage {
  if (typeof payload !== 'object' || payload === null) return false
  return 'key' in payload && typeof payload.key === 'string' && isPlace(payload) && 'reply' in payload
}

function isPlace(payload: object): boolean {
  return 'to' in payload && typeof payload.to === 'object' && payload.to !== null && 'platform' in payload.to
}

/** What the worker makes of a delivery. */
export function outcomeOf(delivery: Delivery): TaskOutcome {
  switch (delivery.outcome) {
    case 'sent':
      return { outcome: 'done', ...(delivery.receipt ? { receipt: delivery.receipt } : {}) }
    case 'retry':
      return delivery
    case 'refused':
      return { outcome: 'give-up', reason: delivery.reason, alarm: delivery.alarm }
    default:
      return assertNever(delivery)
  }
}
