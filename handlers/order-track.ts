import { orderTrackCard } from '../cards/order-track.ts'
import { theOrder } from './found-or-not.ts'
import { parcelAsked } from './order-query.ts'
import { type Answerer, type AskParts, traceOf } from './question.ts'

/** logistics.track: the whole way of a parcel. */
export function orderTrack(parts: AskParts): Answerer {
  return async (question) => {
    const sighting = await theOrder(parts, question)
    if (sighting.outcome === 'reply') return sighting.reply
    const order = (await parts.lookup.track(sighting.order.id)) ?? sighting.order
    const { waybillNo } = parcelAsked(question, order)
    const card = orderTrackCard(order, question.view, parts.codec, waybillNo)
    return { kind: 'card', card, trace: traceOf(question, undefined, { orderId: order.id }) }
  }
}
