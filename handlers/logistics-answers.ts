import type { ActionCodec } from '../cards/actions.ts'
import { etaCard } from '../cards/logistics-eta.ts'
import { missingWaybillCard } from '../cards/logistics-missing.ts'
import { stalledCard } from '../cards/logistics-stalled.ts'
import { orderScript } from '../cards/order-script.ts'
import { shipTimeCard } from '../cards/order-ship-time.ts'
import type { View } from '../cards/view.ts'
import type { Card } from '../src/chat/card.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import { theOrder } from './found-or-not.ts'
import { parcelAsked } from './order-query.ts'
import { type Answerer, type AskParts, textReply, traceOf } from './question.ts'

type OrderCard = (order: OrderFacts, view: View, codec: ActionCodec, waybillNo?: string) => Card

/** order.ship_time: when it leaves, or when it left; what keeps it. */
export const orderShipTime = (parts: AskParts): Answerer => aboutOneOrder(parts, shipTimeCard)

/** logistics.eta: the day it arrives, by parcel when there are several. */
export const logisticsEta = (parts: AskParts): Answerer => aboutOneOrder(parts, etaCard)

/** logistics.stalled: how long it has been silent and who asks the carrier, or that it has moved. */
export const logisticsStalled = (parts: AskParts): Answerer => aboutOneOrder(parts, stalledCard)

/** logistics.missing_waybill: why there is no number and who has to act. */
export const logisticsMissingWaybill = (parts: AskParts): Answerer => aboutOneOrder(parts, missingWaybillCard)

/** The card of one order, or with 话术 the wording for the customer. */
export function aboutOneOrder(parts: AskParts, card: OrderCard): Answerer {
  return async (question) => {
    const sighting = await theOrder(parts, question)
    if (sighting.outcome === 'reply') return sighting.reply
    const { order } = sighting
    const { understood, view } = question
    const about = { orderId: order.id }
    if (understood.hints.script)
      return textReply(question, orderScript(order, view.nowMs, understood.intent), undefined, about)
    const { waybillNo } = parcelAsked(question, order)
    return { kind: 'card', card: card(order, view, parts.codec, waybillNo), trace: traceOf(question, undefined, about) }
  }
}
