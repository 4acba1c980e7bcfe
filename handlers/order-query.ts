import { customerScript } from '../cards/customer-script.ts'
import { orderSummaryCard, type SummaryWishes } from '../cards/order-summary.ts'
import { orderCarrierCard } from '../cards/order-track.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import { theOrder } from './found-or-not.ts'
import { type Answerer, type AskParts, type Question, textReply, traceOf } from './question.ts'

/** order.status: where it is, who holds it; with 话术 the wording for the customer. */
export function orderStatus(parts: AskParts): Answerer {
  return async (question) => {
    const sighting = await theOrder(parts, question)
    if (sighting.outcome === 'reply') return sighting.reply
    const { order, person } = sighting
    if (question.understood.hints.script) return textReply(question, customerScript(order, question.view.nowMs))
    return summaryReply(parts, question, order, { customer: person, ...parcelAsked(question, order) })
  }
}

/** order.carrier: which carrier, which number. */
export function orderCarrier(parts: AskParts): Answerer {
  return async (question) => {
    const sighting = await theOrder(parts, question)
    if (sighting.outcome === 'reply') return sighting.reply
    const { waybillNo } = parcelAsked(question, sighting.order)
    const card = orderCarrierCard(sighting.order, question.view, parts.codec, waybillNo)
    return { kind: 'card', card, trace: traceOf(question, undefined, { orderId: sighting.order.id }) }
  }
}

/** The summary as the asker may see it here, with [关注此单] where changes can be told. */
export async function summaryReply(
  parts: AskParts,
  question: Question,
  order: OrderFacts,
  wishes: SummaryWishes,
): Promise<Reply> {
  const { follows, codec } = parts
  // a card in a group is everybody's: there the button always offers
  const followed = question.group ? follows && false : await follows?.isFollowed(question.member.id, order.id)
  const card = orderSummaryCard(order, question.view, codec, { ...wishes, followed })
  return { kind: 'card', card, trace: traceOf(question, undefined, { orderId: order.id }) }
}

/** The waybill number that was typed, when it is one of this order's parcels. */
export function parcelAsked({ understood: { slots } }: Question, order: OrderFacts): { readonly waybillNo?: string } {
  const waybillNo = order.parcels.find((parcel) => parcel.waybillNo === slots.waybill_no)?.waybillNo
  return slots.waybill_no === undefined || waybillNo === undefined ? {} : { waybillNo }
}
