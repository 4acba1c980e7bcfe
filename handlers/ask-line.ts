import { cardText } from '../src/chat/card.ts'
import type { Reply, Trace } from '../src/chat/reply.ts'
import { intents, type Understanding } from '../src/understanding/types.ts'
import { understand } from '../src/understanding/understand.ts'

/** A line put to the desk from outside a chat (`cli ask`): what was asked, when, where. */
export type AskedLine = {
  readonly text: string
  readonly atMs: number
  readonly chat: 'direct' | 'group'
  readonly hasPhoto?: boolean
}

/** One answered line as JSON; `reply` is what the chat shows, in words. */
export type AskedJson = Trace & { readonly reply: string }

/**
 * The reply with how it was understood. Where somebody was turned away before the line was read (a stranger), the
 * understanding is made up for and `expect` stays what the turning away said.
 */
export function traceToJson(reply: Reply, line: AskedLine): AskedJson {
  const { text, atMs, chat, hasPhoto = false } = line
  const known = reply.trace !== undefined && intents.some((intent) => intent === reply.trace?.intent)
  const understood = understand(text, { atMs, hasPhoto })
  const { intent, slots, expect } = known && reply.trace ? reply.trace : understood
  return {
    intent,
    slots: withMore(slots, understood),
    expect: reply.trace?.expect ?? expect,
    mask: chat === 'group',
    reply: replyText(reply),
  }
}

/** A slot that several numbers of the line fill is a list, as in the question set. */
function withMore(slots: Trace['slots'], { slots: own, hints }: Understanding): Trace['slots'] {
  const more = hints.moreNumbers ?? []
  const lists = more.flatMap(({ slot }) =>
    slots[slot] !== undefined && slots[slot] === own[slot]
      ? [[slot, [slots[slot], ...more.filter((one) => one.slot === slot).map(({ value }) => value)]] as const]
      : [],
  )
  return lists.length === 0 ? slots : { ...slots, ...Object.fromEntries(lists) }
}

/** What a chat shows of a reply, without buttons. */
export function replyText(reply: Reply): string {
  switch (reply.kind) {
    case 'none':
      return ''
    case 'text':
      return reply.text
    default:
      return cardText(reply.card)
  }
}
