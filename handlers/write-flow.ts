import { writePreviewCard } from '../cards/write-preview.ts'
import { writeQuestionCard } from '../cards/write-question.ts'
import { writeRefusedCard } from '../cards/write-refused.ts'
import { orderObject, reasonsFor } from '../cards/write-rows.ts'
import type { Reply, Subject } from '../src/chat/reply.ts'
import type { Asked, Draft } from '../src/hub/draft-rows.ts'
import type { Drafts } from '../src/hub/drafts.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import type { Missing, Offer, Plan, Refusal, Wish, WriteKind } from '../src/hub/write.ts'
import { momentText } from '../src/text/format.ts'
import { sentences } from '../src/text/sentences.ts'
import { createTexts, receiveTexts } from '../src/text/zh-return-flow.ts'
import { decidedText, offeredSigners, secondsText } from '../src/text/zh-writes.ts'
import { type Answerer, type AskParts, type Question, textReply, traceOf } from './question.ts'
import { permitted, type RightsParts } from './rights.ts'

export type WriteParts = AskParts & { readonly drafts: Drafts; readonly rights: RightsParts }

/** Answers only who may: a button or the talk's memory may lead here without the line that was checked. */
export function guarded(parts: Pick<WriteParts, 'rights'>, answer: Answerer): Answerer {
  const check = permitted(parts.rights)
  return async (question) => (await check(question)) ?? answer(question)
}

/** The question as the change it leads to, for rights and traces; booking in is asked for by no line of its own. */
export function asWrite(question: Question, kind: WriteKind): Question {
  const intent = kind === 'return.receive' ? 'return.inbound' : kind
  return { ...question, understood: { ...question.understood, intent, expect: 'confirm' } }
}

export function subjectOf(wish: Wish): Subject {
  if (wish.kind === 'approval.decide' || wish.kind === 'return.receive')
    return { orderId: wish.orderId, returnId: wish.returnId }
  if (wish.kind === 'return.add_note' && wish.owner === 'return')
    return { orderId: wish.orderId, returnId: wish.ownerId }
  return { orderId: wish.orderId }
}

/** Looks at the wish, keeps it for its confirmation and shows it; nothing is changed. */
export async function preview(parts: WriteParts, question: Question, wish: Wish): Promise<Reply> {
  const { place, member } = question
  const opened = await parts.drafts.open(wish, { place, roles: member.roles }, offersFor)
  const order = await parts.lookup.track(wish.orderId)
  if (order === undefined) return textReply(question, sentences.orderGone)
  switch (opened.outcome) {
    case 'ready':
      return previewReply(parts, question, order, opened)
    case 'asks':
      return questionReply(parts, question, order, opened)
    case 'refused':
      return refusedReply(parts, question, order, { wish, why: opened.why })
  }
}

/** The same change as shown before, with more or other words: the earlier showing is void once this one stands. */
export async function previewAnew(parts: WriteParts, question: Question, draft: Draft, wish: Wish): Promise<Reply> {
  const reply = await preview(parts, question, wish)
  if (reply.kind === 'card' && reply.trace?.expect !== 'deny') await parts.drafts.drop(draft.id, question.member.id)
  return reply
}

/** What can be tapped in place of the missing piece; the last one stands for words of one's own. */
function offersFor(missing: Missing, wish: Wish): readonly Offer[] {
  const words = missing === 'signer' ? offeredSigners : missing === 'reason' ? reasonsFor(wish) : []
  return words.length === 0 ? [] : [...words.map((value) => ({ value })), { value: '' }]
}

type Shown = { readonly draft: Draft; readonly plan: Plan; readonly before?: Plan }

export function previewReply(parts: WriteParts, question: Question, order: OrderFacts, shown: Shown): Reply {
  const { draft, plan, before } = shown
  const card = writePreviewCard(plan, order, draft, question.view, parts.codec, before)
  return { kind: 'card', card, trace: traceOf(question, undefined, subjectOf(plan.wish)) }
}

export function questionReply(
  { codec }: WriteParts,
  question: Question,
  order: OrderFacts,
  { draft, asked }: { readonly draft: Draft; readonly asked: Asked },
): Reply {
  const about = subjectOf(draft.wish)
  if (asked.missing === 'photo') {
    const coming = question.media.length > 0
    const text = coming ? createTexts.readingPhoto : createTexts.askPhoto(orderObject(order))
    return textReply(question, text, undefined, about)
  }
  const card = writeQuestionCard({ wish: draft.wish, ...asked }, order, draft, question.view, codec)
  return { kind: 'card', card, trace: traceOf(question, undefined, about) }
}

/** The rule that stands against it. What was decided already is told as such: it is no fault of anybody. */
export function refusedReply(
  { codec }: Pick<WriteParts, 'codec'>,
  question: Question,
  order: OrderFacts,
  { wish, why }: { readonly wish: Wish; readonly why: Refusal },
): Reply {
  const about = subjectOf(wish)
  if (why.code === 'decided') {
    const { by, byId, atMs, decision } = why
    const text = decidedText(by, byId === question.member.id, secondsText(atMs), decision === 'approve')
    return textReply(question, text, undefined, about)
  }
  if (why.code === 'received')
    return textReply(question, receiveTexts.again(momentText(why.atMs, question.view.nowMs)), undefined, about)
  const card = writeRefusedCard({ wish, why }, order, question.view, codec)
  return { kind: 'card', card, trace: traceOf(question, 'deny', about) }
}
