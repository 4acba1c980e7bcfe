import { decideChoiceCard, decisionCard } from '../cards/decide-choice.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { PendingFor, PendingItem } from '../src/hub/pending-for.ts'
import type { WishOf } from '../src/hub/write.ts'
import { askTexts } from '../src/text/zh-writes.ts'
import { keyOf } from './find-orders.ts'
import { theOrder } from './found-or-not.ts'
import { type Answerer, type Question, textReply, traceOf } from './question.ts'
import { guarded, preview, type WriteParts } from './write-flow.ts'

export type DecideParts = WriteParts & { readonly pendingFor: PendingFor }

const mostOffered = 5

/** approval.decide: 通过 or 驳回 of one return, by its number; without one, the only item that waits for this member. */
export function approvalDecide(parts: DecideParts): Answerer {
  return guarded(parts, async (question) => {
    const { understood, about } = question
    if (keyOf(understood) === undefined && about === undefined) return decideMine(parts, question)
    const sighting = await theOrder(parts, question)
    if (sighting.outcome === 'reply') return sighting.reply
    const { order, returnId = understood.slots.return_no } = sighting
    const pending = order.returns.filter(({ approval }) => approval === 'pending')
    const id = order.returns.find((one) => one.id === returnId)?.id ?? (pending[0] ?? order.returns[0])?.id
    if (id === undefined) return textReply(question, askTexts.noReturn, undefined, { orderId: order.id })
    return decideOne(parts, question, { returnId: id, orderId: order.id })
  })
}

/** A button of another answer names the return and leaves open what is decided: that is never guessed. */
async function decideOne(parts: DecideParts, question: Question, item: Item): Promise<Reply> {
  const { decision } = question.understood.slots
  if (decision !== undefined) return preview(parts, question, wishOf(question, item, decision))
  const card = decisionCard(item, question.view, parts.codec)
  return { kind: 'card', card, trace: traceOf(question, undefined, item) }
}

type Item = Pick<PendingItem, 'returnId' | 'orderId'>
type Decision = WishOf<'approval.decide'>['decision']

function wishOf(
  { understood: { slots } }: Question,
  { returnId, orderId }: Item,
  decision: Decision,
): WishOf<'approval.decide'> {
  return {
    kind: 'approval.decide',
    returnId,
    orderId,
    decision,
    ...(slots.reason !== undefined && { reason: slots.reason }),
  }
}

async function decideMine(parts: DecideParts, question: Question): Promise<Reply> {
  const items = await parts.pendingFor(question.member.roles, mostOffered + 1)
  const [only] = items
  if (only === undefined) return textReply(question, askTexts.noReturn)
  if (items.length === 1) return decideOne(parts, question, { returnId: only.returnId, orderId: only.orderId })
  return choiceReply(parts, question, items)
}

/** One of several was chosen, with the decision that was typed. */
export async function decideTapped(
  parts: DecideParts,
  question: Question,
  item: Item,
  decision: Decision,
): Promise<Reply> {
  const { understood } = question
  const said = { ...question, understood: { ...understood, slots: { decision, return_no: item.returnId } } }
  return guarded(parts, (asked) => decideOne(parts, asked, item))(said)
}

function choiceReply({ codec }: DecideParts, question: Question, items: readonly PendingItem[]): Reply {
  const { decision } = question.understood.slots
  const shown = items.slice(0, mostOffered)
  const card = decideChoiceCard({ items: shown, more: items.length > mostOffered, decision }, question.view, codec)
  const choices = shown.map(({ orderId, returnId }) => ({ orderId, returnId }))
  return { kind: 'card', card, trace: { ...traceOf(question), choices } }
}
