import type { Reply, Subject } from '../src/chat/reply.ts'
import { sentences } from '../src/text/sentences.ts'
import { summaryReply } from './order-query.ts'
import { type Answerer, type AskParts, type Question, textReply } from './question.ts'

/** One of a list was chosen by its number (②): a return answers how far it is, an order where it is. */
export async function chosenFrom(
  parts: AskParts & { readonly returnStatus?: Answerer },
  question: Question,
  { orderId, returnId }: Subject,
): Promise<Reply> {
  if (returnId !== undefined && parts.returnStatus !== undefined)
    return parts.returnStatus({ ...question, understood: { ...question.understood, intent: 'return.status' } })
  const order = await parts.lookup.track(orderId)
  if (order === undefined) return textReply(question, sentences.orderGone)
  const asked: Question = { ...question, understood: { ...question.understood, intent: 'order.status' } }
  return summaryReply(parts, asked, order, {})
}
