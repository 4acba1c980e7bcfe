import { noticeCard, noticeScript } from '../cards/notices.ts'
import type { NoticeLookup } from '../src/hub/notices.ts'
import { noticeSaid } from '../src/text/zh-surveys.ts'
import { theOrder } from './found-or-not.ts'
import { type Answerer, type AskParts, textReply, traceOf } from './question.ts'

export type NoticeParts = AskParts & { readonly notices: NoticeLookup }

/** notify.status: what was sent for an order and whether it arrived; 话术 gives the wording for the customer. */
export function notifyStatus(parts: NoticeParts): Answerer {
  return async (question) => {
    const sighting = await theOrder(parts, question)
    if (sighting.outcome === 'reply') return sighting.reply
    const { order } = sighting
    const about = { orderId: order.id }
    const answer = { ...(await parts.notices.ofOrder(order.id)), kind: noticeSaid(question.text) }
    if (question.understood.hints.script)
      return textReply(question, noticeScript(order, answer, question.view.nowMs), undefined, about)
    return {
      kind: 'card',
      card: noticeCard(order, answer, question.view, parts.codec),
      trace: traceOf(question, undefined, about),
    }
  }
}
