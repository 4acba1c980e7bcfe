import type { Card } from '../src/chat/card.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import { factLabels } from '../src/text/answers.ts'
import { beside, durationText, momentText } from '../src/text/format.ts'
import { carrierName } from '../src/text/zh-cn.ts'
import { logisticsLabels, logisticsValues, missingReasons, missingTitles } from '../src/text/zh-logistics.ts'
import type { ActionCodec } from './actions.ts'
import { carrierFixButton } from './carrier-fix.ts'
import { eachParcel, logisticsCard, nowRow, promiseRow } from './logistics-answer.ts'
import { holderRow, parcelRow, type Row } from './order-rows.ts'
import { type Headline, headline } from './order-title.ts'
import { noNumberReason } from './order-track.ts'
import { claimedShipped, leadParcel, parcelName } from './parcels.ts'
import type { View } from './view.ts'

/** logistics.missing_waybill: why there is no number, who has to act and since when, or that there is one by now. */
export function missingWaybillCard(order: OrderFacts, view: View, codec: ActionCodec, waybillNo?: string): Card {
  const { nowMs } = view
  const number = numberOf(order, waybillNo)
  const missing = number === undefined && claimedShipped(order) && order.stage === 'paid'
  const rows: readonly Row[] =
    number === undefined
      ? [
          [logisticsLabels.reason, missing ? claimReason(order) : undefined],
          sinceRow(order, nowMs, missing),
          parcelRow(order),
          missing ? [factLabels.promise, undefined] : promiseRow(order, nowMs),
          holderRow(order),
        ]
      : [
          [factLabels.shipped, order.shippedAtMs === undefined ? undefined : momentText(order.shippedAtMs, nowMs)],
          correctedRow(order, nowMs),
          nowRow(leadParcel(order, waybillNo), nowMs),
          holderRow(order),
        ]
  return logisticsCard(order, view, codec, 'logistics.missing_waybill', {
    headline: titleOf(order, number, missing, nowMs),
    rows,
    lines: eachParcel(order, (one) => (one.waybillNo === undefined ? logisticsValues.parcelNumberless : '')),
    ...(order.quarantinedAtMs !== undefined && { buttons: [carrierFixButton(order.id, codec)] }),
    waybillNo,
  })
}

/** 中通75894561230147, or undefined while there is no number. */
function numberOf(order: OrderFacts, waybillNo?: string): string | undefined {
  const parcel = leadParcel(order, waybillNo)
  if (parcel?.waybillNo !== undefined) return parcelName(parcel)
  if (order.waybillNo === undefined || order.carrier === undefined) return undefined
  return beside(carrierName(order.carrier, order.carrierName), order.waybillNo)
}

function claimReason({ carrier }: OrderFacts): string {
  return carrier === undefined ? missingReasons.noCarrier : missingReasons.notTold
}

/** Since when the channel calls it shipped, as far as it said. */
function sinceRow({ claimedShippedAtMs, sourceModifiedAtMs }: OrderFacts, nowMs: number, missing: boolean): Row {
  const since = claimedShippedAtMs ?? sourceModifiedAtMs
  if (!missing || since === undefined || since > nowMs) return [logisticsLabels.since, undefined]
  return [logisticsLabels.since, logisticsValues.sinceFor(momentText(since, nowMs), durationText(nowMs - since))]
}

function correctedRow({ corrections = [] }: OrderFacts, nowMs: number): Row {
  const last = corrections.find(({ field }) => field === 'waybill_no')
  return [
    logisticsLabels.corrected,
    last === undefined ? undefined : logisticsValues.corrected(last.by, momentText(last.atMs, nowMs)),
  ]
}

function titleOf(order: OrderFacts, number: string | undefined, missing: boolean, nowMs: number): Headline {
  const { parcels } = order
  const without = parcels.filter((parcel) => parcel.waybillNo === undefined).length
  if (number !== undefined && parcels.length > 1 && without > 0)
    return { title: missingTitles.partly(parcels.length, without), tone: 'warn' }
  if (number !== undefined) return { title: missingTitles.given(number), tone: 'calm' }
  if (missing) return { title: missingTitles.claimed(claimReason(order)), tone: 'warn' }
  if (order.carrier === 'PICKUP') return { title: missingTitles.notForPickup, tone: 'calm' }
  if (order.stage === 'paid') return { title: missingTitles.unsent(noNumberReason(order)), tone: 'calm' }
  return headline(order, nowMs)
}
