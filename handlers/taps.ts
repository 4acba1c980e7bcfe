import type { View } from '../cards/view.ts'
import type { CardTapEvent } from '../src/chat/event.ts'
import type { Member } from '../src/chat/member.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { Expect, Intent } from '../src/understanding/types.ts'
import { answerKeyOf, placeOf, type Question } from './question.ts'

/** A tap whose token was ours, alive and this member's. */
export type Tap = {
  readonly event: CardTapEvent
  readonly member: Member
  /** Rights and masks are those of the tapper and of the chat it was tapped in, not of the card. */
  readonly view: View
  readonly args: readonly string[]
}

export type TapHandler = (tap: Tap) => Promise<Reply>

/** A tap as the question it stands for. */
export function questionOf({ event, member, view }: Tap, intent: Intent, expect: Expect = 'answer'): Question {
  return {
    text: '',
    understood: { intent, slots: {}, expect, hints: {} },
    member,
    group: event.conversation.kind === 'group',
    view,
    place: placeOf(event, member),
    answerKey: answerKeyOf(event),
    media: [],
  }
}

/** Words in answer to a tap. */
export function tapText({ event }: Pick<Tap, 'event'>, text: string, expect: Expect = 'clarify'): Reply {
  const mask = event.conversation.kind === 'group'
  return { kind: 'text', text, trace: { intent: 'order.status', slots: {}, expect, mask } }
}

/** The answer to a question, drawn over the card that was tapped; words stay words. */
export function redrawn({ event }: Tap, reply: Reply, toast: string): Reply {
  if (reply.kind !== 'card') return reply
  const { card, trace, direct } = reply
  return {
    kind: 'card-update',
    cardRef: event.cardRef,
    card,
    toast,
    ...(trace !== undefined && { trace }),
    ...(direct !== undefined && { direct }),
  }
}
