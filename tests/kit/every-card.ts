import { actionCodec } from '../../cards/actions.ts'
import { etaCard } from '../../cards/logistics-eta.ts'
import { missingWaybillCard } from '../../cards/logistics-missing.ts'
import { signedCard } from '../../cards/logistics-signed.ts'
import { stalledCard } from '../../cards/logistics-stalled.ts'
import { numberNotFoundCard, personLabel, personNotFoundCard } from '../../cards/not-found.ts'
import { notYetCard } from '../../cards/not-yet.ts'
import { orderChoiceCard } from '../../cards/order-choice.ts'
import { followedCard } from '../../cards/order-followed.ts'
import { orderListCard } from '../../cards/order-list.ts'
import { shipTimeCard } from '../../cards/order-ship-time.ts'
import { orderSummaryCard } from '../../cards/order-summary.ts'
import { orderCarrierCard, orderTrackCard } from '../../cards/order-track.ts'
import type { View } from '../../cards/view.ts'
import type { Card } from '../../src/chat/card.ts'
import type { OrderFacts } from '../../src/hub/order-facts.ts'

export const codec = actionCodec(new Uint8Array(32).fill(7))

/** The questions that have a wording for the customer of their own, and one that has none. */
export const scripted = [
  'order.status',
  'order.ship_time',
  'logistics.eta',
  'logistics.stalled',
  'logistics.signed',
  'logistics.missing_waybill',
] as const

const aboutOne = [shipTimeCard, etaCard, stalledCard, signedCard, missingWaybillCard]

/** Every card that can be made about these orders; the first is the one the single-order cards are about. */
export function everyCard(orders: readonly [OrderFacts, ...OrderFacts[]], view: View): readonly Card[] {
  const [order] = orders
  const waybillNo = order.parcels.find((parcel) => parcel.waybillNo !== undefined)?.waybillNo
  const person = { name: order.consigneeName, phone: order.phone }
  return [
    orderSummaryCard(order, view, codec),
    orderSummaryCard(order, view, codec, { customer: true, counted: true }),
    ...(waybillNo === undefined ? [] : [orderSummaryCard(order, view, codec, { waybillNo })]),
    orderTrackCard(order, view, codec),
    ...(waybillNo === undefined ? [] : [orderTrackCard(order, view, codec, waybillNo)]),
    orderCarrierCard(order, view, codec),
    orderSummaryCard(order, view, codec, { followed: false }),
    followedCard(order, view, codec),
    ...aboutOne.map((make) => make(order, view, codec)),
    ...(waybillNo === undefined ? [] : aboutOne.map((make) => make(order, view, codec, waybillNo))),
    orderChoiceCard({ orders, more: true, customerName: order.consigneeName }, view, codec),
    orderListCard({ orders, total: 128, more: false, what: personLabel(person, view) }, view, codec),
    orderListCard(
      { orders: [order], total: 128, more: false, what: personLabel(person, view), before: 5, next: { page: 3 } },
      view,
      codec,
    ),
    numberNotFoundCard(order.orderNo, orders, view, codec),
    personNotFoundCard(personLabel(person, view), { days: 60 }, view, codec),
    notYetCard('退款到账时间', { write: false, order }, view, codec),
  ]
}
