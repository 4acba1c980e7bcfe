import type { Card } from '../src/chat/card.ts'
import type { ExceptionKind, OrderFacts, ParcelFacts } from '../src/hub/order-facts.ts'
import { dayText, dueHourText, hoursText, momentText } from '../src/text/format.ts'
import { nextStop } from '../src/text/track-words.ts'
import { exceptionName } from '../src/text/zh-cn.ts'
import { etaTitles, logisticsLabels, logisticsValues } from '../src/text/zh-logistics.ts'
import type { ActionCodec } from './actions.ts'
import { eachParcel, logisticsCard, nowRow, promiseRow, underWay } from './logistics-answer.ts'
import { holderRow, parcelRow, type Row } from './order-rows.ts'
import { type Headline, headline } from './order-title.ts'
import { claimedShipped, leadParcel, newestNode, quietParcel, silenceOf, stepOf } from './parcels.ts'
import type { View } from './view.ts'

/** logistics.eta: the day and hour the carrier aims at, or why there is none. No odds are given: nobody stores any. */
export function etaCard(order: OrderFacts, view: View, codec: ActionCodec, waybillNo?: string): Card {
  const { nowMs } = view
  const parcel = underWay(order) ? leadParcel(order, waybillNo) : undefined
  const unsent = !underWay(order) && order.shippedAtMs === undefined && order.stage !== 'cancelled'
  return logisticsCard(order, view, codec, 'logistics.eta', {
    headline: titleOf(order, nowMs, waybillNo),
    rows: [
      parcelRow(order, waybillNo),
      nowRow(parcel, nowMs),
      nextRow(parcel),
      unsent ? promiseRow(order, nowMs) : [logisticsLabels.now, undefined],
      holderRow(order),
    ],
    lines: eachParcel(order, (one) => dueOf(one, nowMs)),
    waybillNo,
  })
}

function nextRow(parcel: ParcelFacts | undefined): Row {
  const node = newestNode(parcel)
  return [logisticsLabels.next, node?.state === 'in_transit' ? nextStop(node.text) : undefined]
}

function dueOf({ state, etaAtMs, signedAtMs }: ParcelFacts, nowMs: number): string {
  if (state === 'signed')
    return signedAtMs === undefined ? '' : logisticsValues.parcelSigned(momentText(signedAtMs, nowMs))
  if (etaAtMs === undefined) return logisticsValues.parcelUnknown
  return etaAtMs > nowMs
    ? logisticsValues.parcelDue(dueHourText(etaAtMs, nowMs))
    : logisticsValues.parcelPassed(dayText(etaAtMs, nowMs))
}

function titleOf(order: OrderFacts, nowMs: number, waybillNo?: string): Headline {
  if (order.stage === 'paid') return unsent(order, nowMs)
  const parcel = leadParcel(order, waybillNo)
  if (!underWay(order) || parcel === undefined || parcel.state === 'signed') return headline(order, nowMs, waybillNo)
  if (parcel.state === 'exception') return troubled(order, parcel, nowMs, waybillNo)
  if (order.parcels.length > 1 && parcel.waybillNo !== waybillNo) return several(order, nowMs)
  return one(parcel, nowMs)
}

function unsent(order: OrderFacts, nowMs: number): Headline {
  const { promiseShipAtMs: promise } = order
  if (claimedShipped(order) || (promise !== undefined && promise <= nowMs)) return headline(order, nowMs)
  return { title: etaTitles.unsent(promise === undefined ? undefined : dueHourText(promise, nowMs)), tone: 'calm' }
}

function one(parcel: ParcelFacts, nowMs: number): Headline {
  const { etaAtMs: eta } = parcel
  const silence = silenceOf(parcel, nowMs)
  if (eta !== undefined && eta <= nowMs)
    return { title: etaTitles.passed(dayText(eta, nowMs), stepOf(parcel)), tone: 'warn' }
  if (silence?.kind === 'silent')
    return { title: etaTitles.late(etaTitles.silentFor(hoursText(silence.ms)), dayOf(eta, nowMs)), tone: 'warn' }
  if (eta === undefined) return { title: etaTitles.unknown(stepOf(parcel)), tone: 'calm' }
  return { title: etaTitles.due(dueHourText(eta, nowMs)), tone: 'calm' }
}

const dayOf = (eta: number | undefined, nowMs: number) =>
  eta === undefined || eta <= nowMs ? undefined : dayText(eta, nowMs)

/** What is still to come decides; one day for all of it only when every parcel has one. */
function several(order: OrderFacts, nowMs: number): Headline {
  const count = order.parcels.length
  const open = order.parcels.filter(({ state }) => state !== 'signed')
  const etas = open.flatMap(({ etaAtMs }) => (etaAtMs === undefined ? [] : [etaAtMs]))
  const passed = etas.filter((eta) => eta <= nowMs)
  if (passed.length > 0)
    return { title: etaTitles.severalPassed(count, dayText(Math.min(...passed), nowMs)), tone: 'warn' }
  if (etas.length < open.length) return { title: etaTitles.severalBelow(count), tone: 'calm' }
  const silent = silenceOf(quietParcel(order, nowMs), nowMs) !== undefined
  const title = etaTitles.several(count, dueHourText(Math.max(...etas), nowMs))
  return { title, tone: silent ? 'warn' : 'calm' }
}

/** Trouble after which a parcel still arrives, only later. */
const onlyLater: readonly ExceptionKind[] = ['stuck', 'delivery_failed', 'unreachable', 'unrecognised']

function troubled(order: OrderFacts, parcel: ParcelFacts, nowMs: number, waybillNo?: string): Headline {
  const kind = parcel.exception ?? 'unrecognised'
  if (!onlyLater.includes(kind)) return headline(order, nowMs, waybillNo)
  return { title: etaTitles.late(exceptionName(kind), dayOf(parcel.etaAtMs, nowMs)), tone: 'warn' }
}
