import type { Card } from '../src/chat/card.ts'
import type { OrderFacts, ParcelFacts } from '../src/hub/order-facts.ts'
import { factLabels } from '../src/text/answers.ts'
import { dayText, dueHourText, durationText, hoursText, momentText } from '../src/text/format.ts'
import { carrierName, holderName, trackStateName } from '../src/text/zh-cn.ts'
import { logisticsLabels, logisticsValues, stalledTitles } from '../src/text/zh-logistics.ts'
import type { ActionCodec } from './actions.ts'
import { callRow, eachParcel, logisticsCard, underWay } from './logistics-answer.ts'
import { actingHolder, parcelRow, type Row } from './order-rows.ts'
import { type Headline, headline } from './order-title.ts'
import { newestNode, parcelName, quietParcel, silenceOf, stepOf } from './parcels.ts'
import type { View } from './view.ts'

/** logistics.stalled: how long nothing was heard, who asks the carrier, or that it has moved since. */
export function stalledCard(order: OrderFacts, view: View, codec: ActionCodec, waybillNo?: string): Card {
  const { nowMs } = view
  const parcel = underWay(order) ? stuckParcel(order, nowMs, waybillNo) : undefined
  const node = newestNode(parcel)
  const holder = actingHolder(order)
  const rows: readonly Row[] = [
    [factLabels.parcel, parcel === undefined ? parcelRow(order, waybillNo)[1] : { head: parcelName(parcel) }],
    [logisticsLabels.stuckAt, node?.place ?? stepOf(parcel)],
    [logisticsLabels.last, node === undefined ? undefined : momentText(node.atMs, nowMs)],
    callRow(parcel, nowMs),
    [logisticsLabels.duty, holderName(holder.group, holder.person)],
    dueRow(parcel, nowMs),
  ]
  return logisticsCard(order, view, codec, 'logistics.stalled', {
    headline: titleOf(order, parcel, nowMs, waybillNo),
    rows,
    lines: eachParcel(order, (one) => ` · ${standing(one, nowMs)}`),
    waybillNo,
    silenceInTitle: true,
  })
}

/** No carrier has a code for "lost": silence of a week is the sign of it (backoffice.md §5.1). */
const perhapsLostAfterMs = 7 * 24 * 3_600_000

/** The one in trouble, else the one that has been silent for the longest time. */
function stuckParcel(order: OrderFacts, nowMs: number, waybillNo?: string): ParcelFacts | undefined {
  const asked = waybillNo === undefined ? undefined : order.parcels.find((parcel) => parcel.waybillNo === waybillNo)
  return asked ?? order.parcels.find(({ state }) => state === 'exception') ?? quietParcel(order, nowMs)
}

/** What the carrier aimed at: 11-23 18点前送达 · 11-20，已过. */
function dueRow(parcel: ParcelFacts | undefined, nowMs: number): Row {
  const eta = parcel?.state === 'signed' ? undefined : parcel?.etaAtMs
  if (eta === undefined) return [factLabels.promise, undefined]
  const words =
    eta > nowMs ? logisticsValues.etaBefore(dueHourText(eta, nowMs)) : logisticsValues.etaOver(dayText(eta, nowMs))
  return [factLabels.promise, words]
}

function standing(parcel: ParcelFacts, nowMs: number): string {
  const silence = silenceOf(parcel, nowMs)
  if (silence === undefined) return trackStateName(parcel.state)
  return silence.kind === 'silent'
    ? logisticsValues.quiet(hoursText(silence.ms))
    : logisticsValues.unscanned(hoursText(silence.ms))
}

function titleOf(
  order: OrderFacts,
  parcel: ParcelFacts | undefined,
  nowMs: number,
  waybillNo: string | undefined,
): Headline {
  if (parcel === undefined || parcel.state === 'exception' || parcel.state === 'signed')
    return headline(order, nowMs, waybillNo)
  const open = parcel.call?.closedAtMs === undefined ? parcel.call?.id : undefined
  const silence = silenceOf(parcel, nowMs)
  if (silence !== undefined) {
    const word = silence.kind === 'silent' && silence.ms >= perhapsLostAfterMs ? 'perhapsLost' : silence.kind
    return { title: stalledTitles[word](hoursText(silence.ms), open), tone: 'warn' }
  }
  const node = newestNode(parcel)
  if (parcel.state === 'created') return awaitingScan(order, parcel, nowMs)
  if (node === undefined) return headline(order, nowMs, waybillNo)
  const step = stepOf(parcel) || trackStateName(parcel.state)
  return { title: stalledTitles.moved(step, momentText(node.atMs, nowMs)), tone: 'calm' }
}

function awaitingScan(order: OrderFacts, parcel: ParcelFacts, nowMs: number): Headline {
  if (parcel.shippedAtMs === undefined || parcel.shippedAtMs > nowMs) return headline(order, nowMs)
  const carrier = carrierName(parcel.carrier, parcel.carrierName)
  return { title: stalledTitles.waiting(durationText(nowMs - parcel.shippedAtMs), carrier), tone: 'calm' }
}
