import type { EventId } from '../../src/chat/event.ts'
import type { Reply } from '../../src/chat/reply.ts'
import { assertNever } from '../../src/runtime/errors.ts'
import { type BotEntry, storable } from './entry.ts'

/**
 * How a reply stands in the transcript; undefined for `none`. `key` becomes the card's id too, so that the same answer
 * given twice is the same card. `reply.direct` is not here: it is a message of its own, sent by the outbox. Pure.
 */
export function encodeReply(reply: Reply, key: string, answers?: EventId): BotEntry | undefined {
  const entry = entryOf(reply, key, answers)
  return entry && JSON.parse(JSON.stringify(entry), (_, value) => (typeof value === 'string' ? storable(value) : value))
}

function entryOf(reply: Reply, key: string, answers: EventId | undefined): BotEntry | undefined {
  const base = answers === undefined ? { key } : { key, answers }
  switch (reply.kind) {
    case 'none':
      return undefined
    case 'text':
      return { ...base, kind: 'text', text: reply.text }
    case 'card':
      return { ...base, kind: 'card', cardId: key, card: reply.card }
    case 'card-update': {
      const update = { ...base, kind: 'card-update', cardId: reply.cardRef.id, card: reply.card } as const
      return reply.toast === undefined ? update : { ...update, toast: reply.toast }
    }
    default:
      return assertNever(reply)
  }
}
