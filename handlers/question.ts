import type { ActionCodec } from '../cards/actions.ts'
import type { View } from '../cards/view.ts'
import type { Conversation } from '../src/chat/event.ts'
import { type Member, may } from '../src/chat/member.ts'
import type { Reply, Trace } from '../src/chat/reply.ts'
import type { OrderLookup } from '../src/hub/order-facts.ts'
import type { Clock } from '../src/runtime/clock.ts'
import type { Expect, Understanding } from '../src/understanding/types.ts'

export type AskParts = { readonly lookup: OrderLookup; readonly clock: Clock; readonly codec: ActionCodec }

/** A line that was understood, and for whom it is answered. */
export type Question = {
  readonly text: string
  readonly understood: Understanding
  readonly member: Member
  readonly group: boolean
  readonly view: View
}

export type Answerer = (question: Question) => Promise<Reply>

/** Masked in every group and for everybody without the right; in clear only in the direct chat of somebody who has it. */
export function viewFor(conversation: Conversation, member: Member, nowMs: number): View {
  const full = conversation.kind === 'direct' && may(member, 'see-full')
  return { mode: full ? 'full' : 'masked', nowMs }
}

/** The view of the asker's own direct chat, when a group has to be told less than they may see. */
export function privateView({ group, member, view }: Question): View | undefined {
  return group && may(member, 'see-full') ? { ...view, mode: 'full' } : undefined
}

/** `expect` is overruled only where rights or the hub's rules decide, never by what was found. */
export function traceOf({ understood, group }: Question, expect: Expect = understood.expect): Trace {
  return { intent: understood.intent, slots: understood.slots, expect, mask: group }
}

export function textReply(question: Question, text: string, expect?: Expect): Reply {
  return { kind: 'text', text, trace: traceOf(question, expect) }
}
