import type { Card } from '../src/chat/card.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import { factLabels, type Phrase } from '../src/text/answers.ts'
import { dueHourText, durationText, momentText } from '../src/text/format.ts'
import { carrierName, stageName } from '../src/text/zh-cn.ts'
import { logisticsLabels, logisticsValues, shipTimeTitles } from '../src/text/zh-logistics.ts'
import type { ActionCodec } from './actions.ts'
import { eachParcel, logisticsCard, promiseRow, underWay } from './logistics-answer.ts'
import { delayText, dwellRow, holderRow, parcelRow, parcelStateWords, type Row } from './order-rows.ts'
import { type Headline, headline } from './order-title.ts'
import { claimedShipped, isSent, leadParcel } from './parcels.ts'
import type { View } from './view.ts'

/** order.ship_time: when it leaves or left, and what keeps it. */
export function shipTimeCard(order: OrderFacts, view: View, codec: ActionCodec, waybillNo?: string): Card {
  const { nowMs } = view
  const left = order.shippedAtMs !== undefined || underWay(order)
  const rows = left
    ? [
        paidRow(order, nowMs),
        shippedRow(order, nowMs),
        parcelRow(order, waybillNo),
        warehouseRow(order),
        holderRow(order),
      ]
    : waitingRows(order, nowMs)
  return logisticsCard(order, view, codec, 'order.ship_time', {
    headline: titleOf(order, nowMs, waybillNo),
    rows,
    lines: eachParcel(order, (parcel) =>
      parcel.shippedAtMs === undefined ? parcelStateWords(parcel) : ` · ${momentText(parcel.shippedAtMs, nowMs)}`,
    ),
    waybillNo,
  })
}

function waitingRows(order: OrderFacts, nowMs: number): readonly Row[] {
  const waiting = order.stage !== 'cancelled' && order.stage !== 'refunded' && order.stage !== 'returned'
  const rows = [paidRow(order, nowMs), waiting ? promiseRow(order, nowMs) : ([factLabels.promise, undefined] as Row)]
  const delay = delayRow(order)
  const parcel = parcelRow(order)
  // the carrier is named from the first contact on; warehouse and wave share a row to make room for it
  return [...rows, warehouseRow(order), waiting ? delay : ([delay[0], undefined] as Row), parcel, holderRow(order)]
}

function paidRow({ paidAtMs }: OrderFacts, nowMs: number): Row {
  return [factLabels.paid, paidAtMs === undefined ? undefined : momentText(paidAtMs, nowMs)]
}

function shippedRow(order: OrderFacts, nowMs: number): Row {
  return order.shippedAtMs === undefined
    ? dwellRow(order, nowMs)
    : [factLabels.shipped, momentText(order.shippedAtMs, nowMs)]
}

/** 宁波仓 · 宁波仓 W2611220103 */
function warehouseRow({ warehouse, waveNo }: OrderFacts): Row {
  if (waveNo === undefined) return [logisticsLabels.warehouse, warehouse]
  return [
    warehouse === undefined ? logisticsLabels.wave : logisticsLabels.warehouse,
    logisticsValues.waveOf(warehouse, waveNo),
  ]
}

/** Why it waits, in the words of the source; goods that are missing are called so. */
function delayRow(order: OrderFacts): Row {
  const delayReason = delayText(order)
  const short = delayReason !== undefined && logisticsValues.saysShortage(delayReason)
  return [short ? logisticsLabels.shortage : logisticsLabels.reason, delayReason]
}

function titleOf(order: OrderFacts, nowMs: number, waybillNo?: string): Headline {
  if (order.stage === 'part_shipped') return { title: partly(order, nowMs), tone: 'calm' }
  if (order.stage === 'paid') return waiting(order, nowMs)
  if (order.shippedAtMs === undefined || order.stage === 'cancelled') return headline(order, nowMs, waybillNo)
  if (order.carrier === 'PICKUP') return headline(order, nowMs, waybillNo)
  const title = shipTimeTitles.shipped(momentText(order.shippedAtMs, nowMs), carrierOf(order, waybillNo))
  return { title, tone: 'calm' }
}

/** Who carries what has left; the number stands in its row. */
function carrierOf(order: OrderFacts, waybillNo?: string): string {
  const { carrier, carrierName: printed } = leadParcel(order, waybillNo) ?? order
  return carrierName(carrier ?? 'OTHER', printed)
}

function waiting(order: OrderFacts, nowMs: number): Headline {
  const { promiseShipAtMs } = order
  const delayReason = delayText(order)
  const stage = stageName('paid')
  if (claimedShipped(order)) return headline(order, nowMs)
  if (promiseShipAtMs === undefined) return { title: shipTimeTitles.noPromise(stage), tone: 'calm' }
  if (promiseShipAtMs <= nowMs)
    return { title: shipTimeTitles.late(durationText(nowMs - promiseShipAtMs), delayReason), tone: 'warn' }
  const due = dueHourText(promiseShipAtMs, nowMs)
  const title = order.carrier === 'PICKUP' ? shipTimeTitles.pickupDue(stage, due) : shipTimeTitles.due(stage, due)
  return { title, tone: delayReason === undefined ? 'calm' : 'warn' }
}

function partly(order: OrderFacts, nowMs: number): Phrase {
  const { promiseShipAtMs: promise, parcels } = order
  const due = promise === undefined || promise <= nowMs ? undefined : dueHourText(promise, nowMs)
  return shipTimeTitles.partly(stageName('part_shipped'), parcels.filter(isSent).length, parcels.length, due)
}
