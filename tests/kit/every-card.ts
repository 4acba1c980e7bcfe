import { actionCodec } from '../../cards/actions.ts'
import { numberNotFoundCard, personLabel, personNotFoundCard } from '../../cards/not-found.ts'
import { notYetCard } from '../../cards/not-yet.ts'
import { orderChoiceCard } from '../../cards/order-choice.ts'
import { orderListCard } from '../../cards/order-list.ts'
import { orderSummaryCard } from '../../cards/order-summary.ts'
import { orderCarrierCard, orderTrackCard } from '../../cards/order-track.ts'
import type { View } from '../../cards/view.ts'
import type { Card } from '../../src/chat/card.ts'
import type { OrderFacts } from '../../src/hub/order-facts.ts'

export const codec = actionCodec(new Uint8Array(32).fill(7))

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
    orderChoiceCard({ orders, more: true, customerName: order.consigneeName }, view, codec),
    orderListCard({ orders, total: 128, more: false, what: personLabel(person, view) }, view, codec),
    numberNotFoundCard(order.orderNo, orders, view, codec),
    personNotFoundCard(personLabel(person, view), { days: 60 }, view, codec),
    notYetCard('退款到账时间', { write: false, order }, view, codec),
  ]
}
