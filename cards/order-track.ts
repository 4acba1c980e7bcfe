import { type Button, type Card, cardLimits } from '../src/chat/card.ts'
import type { OrderFacts, ParcelFacts } from '../src/hub/order-facts.ts'
import {
  buttonLabels,
  carrierTitles,
  factLabels,
  lineTexts,
  type Phrase,
  sayings,
  waybillReasons,
} from '../src/text/answers.ts'
import { beside, dueText, momentText } from '../src/text/format.ts'
import { carrierWords } from '../src/text/track-words.ts'
import { carrierName } from '../src/text/zh-cn.ts'
import { quarantineText } from '../src/text/zh-sheets.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import { barsOf, contentsOf, noteRow, orderRow, type Row } from './order-rows.ts'
import { toneWith, trackButton } from './order-summary.ts'
import { claimedShipped, leadParcel, newestNode, parcelName, stepOf } from './parcels.ts'
import { shower, type View } from './view.ts'

/** The whole track as lines, newest first; what has no room is counted. `order` should carry all nodes. */
export function orderTrackCard(order: OrderFacts, view: View, codec: ActionCodec, waybillNo?: string): Card {
  const { nowMs } = view
  const parcel = leadParcel(order, waybillNo)
  const [bar, ...above] = barsOf(order, nowMs, waybillNo)
  const draft = {
    title: numberTitle(order, waybillNo),
    tone: toneWith('calm', bar),
    bar,
    facts: [orderRow(order), etaRow(parcel, nowMs)],
    lines: [...above, ...trackLines(order, nowMs, above.length, waybillNo)],
    note: noteRow(order, nowMs, waybillNo),
    buttons: [waybillButton(order, codec), backButton(order, codec)],
  }
  return fitCard(draft, shower(order, view))
}

/** 中通75894561230147，已到杭州萧山转运中心 · 还没有单号：仓库还没有出库 */
export function orderCarrierCard(order: OrderFacts, view: View, codec: ActionCodec, waybillNo?: string): Card {
  const { nowMs } = view
  const parcel = leadParcel(order, waybillNo)
  const [bar, ...above] = barsOf(order, nowMs, waybillNo)
  const collected = parcel?.nodes.filter(({ state }) => state === 'collected').at(-1)
  const newest = newestNode(parcel)
  const several = order.parcels.length > 1 && waybillNo === undefined
  const draft = {
    title: numberTitle(order, waybillNo),
    tone: toneWith('calm', bar),
    bar,
    facts: [
      orderRow(order),
      time(factLabels.shipped, parcel?.shippedAtMs ?? order.shippedAtMs, nowMs),
      time(factLabels.collected, collected?.atMs, nowMs),
      time(factLabels.latest, newest?.atMs, nowMs),
      etaRow(parcel, nowMs),
    ],
    lines: [
      ...above,
      ...(several ? order.parcels.map((one) => ({ head: `${parcelName(one)} `, body: carried(order, one) })) : []),
    ],
    note: noteRow(order, nowMs, waybillNo),
    buttons: [waybillButton(order, codec), newest === undefined ? undefined : trackButton(order, codec)],
  }
  return fitCard(draft, shower(order, view))
}

/** What is in one of several parcels, and where it is (product row 62). */
function carried(order: OrderFacts, parcel: ParcelFacts): string {
  return [contentsOf(order, parcel), stepOf(parcel)].filter((words) => words !== '').join(' · ')
}

function time(label: string, ms: number | undefined, nowMs: number): Row {
  return [label, ms === undefined ? undefined : momentText(ms, nowMs)]
}

/** Only a day that is still ahead is an expectation. */
function etaRow(parcel: ParcelFacts | undefined, nowMs: number): Row {
  const eta = parcel?.state === 'signed' ? undefined : parcel?.etaAtMs
  return [factLabels.eta, eta === undefined || eta <= nowMs ? undefined : dueText(eta, nowMs)]
}

function numberTitle(order: OrderFacts, waybillNo?: string): Phrase {
  const parcel = leadParcel(order, waybillNo)
  if (order.parcels.length > 1 && waybillNo === undefined) return carrierTitles.several(order.parcels.length)
  if (parcel?.waybillNo !== undefined) return carrierTitles.known(parcelName(parcel), stepOf(parcel))
  if (order.waybillNo !== undefined && order.carrier !== undefined)
    return carrierTitles.known(beside(carrierName(order.carrier, order.carrierName), order.waybillNo), '')
  if (order.carrier === 'PICKUP') return carrierTitles.pickup
  return carrierTitles.none(noNumberReason(order))
}

/** Why there is no waybill number yet. */
export function noNumberReason(order: OrderFacts): string {
  switch (order.stage) {
    case 'pending_payment':
      return waybillReasons.notPaid
    case 'cancelled':
      return waybillReasons.cancelled
    case 'quarantined':
      return order.quarantineReason === undefined ? waybillReasons.quarantined : quarantineText(order.quarantineReason)
    case 'on_hold':
      return order.holdReason ?? waybillReasons.onHold
    case 'paid':
      return claimedShipped(order) ? waybillReasons.claimed : (order.delayReason ?? waybillReasons.preparing)
    default:
      return waybillReasons.other
  }
}

/** `taken`: lines that stand above the track. */
function trackLines(order: OrderFacts, nowMs: number, taken: number, waybillNo?: string): readonly Phrase[] {
  const asked = waybillNo === undefined ? [] : order.parcels.filter((parcel) => parcel.waybillNo === waybillNo)
  const parcels = asked.length > 0 ? asked : order.parcels
  if (parcels.every(({ nodes }) => nodes.length === 0)) return [{ head: lineTexts.emptyTrack }]
  // one line is kept for the count of what does not fit, one for each parcel's name when there are several
  const most = cardLimits.lines - 1 - taken
  const heads = parcels.length > 1 ? parcels.length : 0
  const room = Math.max(1, Math.floor((most - heads) / parcels.length))
  const shown = parcels.flatMap((parcel) => parcelTrack(parcel, room, heads > 0, nowMs)).slice(0, most)
  const all = parcels.reduce((sum, { nodes }) => sum + nodes.length, 0)
  const left = all - shown.filter(({ node }) => node).length
  const lines = shown.map(({ phrase }) => phrase)
  return left > 0 ? [...lines, { head: lineTexts.older(left) }] : lines
}

type Shown = { readonly phrase: Phrase; readonly node: boolean }

function parcelTrack(parcel: ParcelFacts, room: number, named: boolean, nowMs: number): readonly Shown[] {
  const newestFirst = [...parcel.nodes].sort((a, b) => b.atMs - a.atMs).slice(0, room)
  const lines = newestFirst.map((node) => ({
    phrase: { head: `${momentText(node.atMs, nowMs)} `, body: carrierWords(node.text) },
    node: true,
  }))
  return named ? [{ phrase: { head: parcelName(parcel) }, node: false }, ...lines] : lines
}

function waybillButton(order: OrderFacts, codec: ActionCodec): Button | undefined {
  const number = order.parcels.some(({ waybillNo }) => waybillNo !== undefined) || order.waybillNo !== undefined
  if (!number) return undefined
  return {
    label: buttonLabels.waybill,
    token: codec.encode('order.waybill', [order.id]),
    style: 'go',
    say: sayings.carrier(order.id),
  }
}

function backButton(order: OrderFacts, codec: ActionCodec): Button {
  return {
    label: buttonLabels.back,
    token: codec.encode('order.show', [order.id]),
    style: 'plain',
    say: sayings.status(order.id),
  }
}
