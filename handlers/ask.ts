import type { TextEvent } from '../src/chat/event.ts'
import type { Member } from '../src/chat/member.ts'
import type { Reply } from '../src/chat/reply.ts'
import { buttonLabels } from '../src/text/answers.ts'
import { sentences } from '../src/text/sentences.ts'
import type { Intent } from '../src/understanding/types.ts'
import { understand } from '../src/understanding/understand.ts'
import { help, smalltalk } from './help.ts'
import { notYet } from './not-yet.ts'
import { orderList } from './order-list.ts'
import { orderCarrier, orderStatus } from './order-query.ts'
import { orderTrack } from './order-track.ts'
import { type Answerer, type AskParts, type Question, textReply, viewFor } from './question.ts'
import { handoff, unsupported } from './unsupported.ts'

/** Every typed line: understood, then answered by the one that knows its intent. */
export function ask(parts: AskParts): (event: TextEvent, member: Member) => Promise<Reply> {
  const answerers: Partial<Record<Intent, Answerer>> = {
    'order.status': orderStatus(parts),
    'order.carrier': orderCarrier(parts),
    'order.list': orderList(parts),
    'logistics.track': orderTrack(parts),
    help,
    smalltalk,
    handoff,
    unsupported,
  }
  const rest = notYet(parts)
  return async (event, member) => {
    const nowMs = parts.clock.nowMs()
    const understood = understand(event.text, { atMs: nowMs, hasPhoto: (event.media?.length ?? 0) > 0 })
    const group = event.conversation.kind === 'group'
    const view = viewFor(event.conversation, member, nowMs)
    const question: Question = { text: event.text, understood, member, group, view }
    const button = saidForButton(event.text)
    if (button !== undefined) return textReply(question, button, 'clarify')
    return (answerers[understood.intent] ?? rest)(question)
  }
}

/** Where buttons cannot call back, tapping one sends its words. */
function saidForButton(text: string): string | undefined {
  if (text.trim() === buttonLabels.none) return sentences.noneOfThem
  return text.trim() === buttonLabels.again ? sentences.askNumberAgain : undefined
}
