import { type Button, type Card, cardLimits } from '../src/chat/card.ts'
import type { OrderFacts, ParcelFacts } from '../src/hub/order-facts.ts'
import { buttonLabels, factLabels, type Phrase } from '../src/text/answers.ts'
import { durationText, momentText } from '../src/text/format.ts'
import { logisticsLabels, logisticsSayings, logisticsValues } from '../src/text/zh-logistics.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import { barsOf, contentsOf, noteRow, orderRow, type Row, silenceBar } from './order-rows.ts'
import { toneWith, trackButton } from './order-summary.ts'
import type { Headline } from './order-title.ts'
import { newestNode, parcelName, stepOf } from './parcels.ts'
import { shower, type View } from './view.ts'

/** The intents whose answers are laid out here and have a wording for the customer of their own. */
export type LogisticsIntent = keyof typeof logisticsSayings.script

export type LogisticsAnswer = {
  readonly headline: Headline
  /** Without the row of the order: it stands first where there is room, else in the first line. */
  readonly rows: readonly Row[]
  readonly lines?: readonly (string | Phrase | undefined)[]
  readonly buttons?: readonly (Button | undefined)[]
  readonly waybillNo?: string | undefined
  /** The title says how long it has been silent: the bar would say it again. */
  readonly silenceInTitle?: boolean
}

/** An answer about one order: doubts as bars, the conclusion, what was asked for in rows, as-of and source. */
export function logisticsCard(
  order: OrderFacts,
  view: View,
  codec: ActionCodec,
  intent: LogisticsIntent,
  answer: LogisticsAnswer,
): Card {
  const { nowMs } = view
  const { headline, rows, lines = [], buttons = [], waybillNo, silenceInTitle = false } = answer
  const said = silenceInTitle ? silenceBar(order, nowMs, waybillNo) : undefined
  const [bar, ...findings] = barsOf(order, nowMs, waybillNo).filter((one) => one !== said)
  const given = rows.filter(([, value]) => value !== undefined && value !== '')
  const full = given.length >= cardLimits.facts
  const [label, number] = orderRow(order)
  const draft = {
    title: headline.title,
    tone: toneWith(headline.tone, bar),
    bar,
    facts: full ? given : [orderRow(order), ...given],
    lines: [...findings, full ? `${label} ${number as string}` : undefined, ...lines],
    note: noteRow(order, nowMs, waybillNo),
    buttons: [scriptButton(order, codec, intent), ...buttons, tracked(order) ? trackButton(order, codec) : undefined],
  }
  return fitCard(draft, shower(order, view))
}

const tracked = (order: OrderFacts): boolean => order.parcels.some(({ nodes }) => nodes.length > 0)

function scriptButton({ id }: OrderFacts, codec: ActionCodec, intent: LogisticsIntent): Button {
  return {
    label: buttonLabels.script,
    token: codec.encode('order.script', [id, intent]),
    style: 'go',
    say: logisticsSayings.script[intent](id),
  }
}

/** 已到杭州萧山转运中心 08:41 */
export function nowRow(parcel: ParcelFacts | undefined, nowMs: number): Row {
  const node = newestNode(parcel)
  return [
    logisticsLabels.now,
    node === undefined ? undefined : logisticsValues.at(stepOf(parcel), momentText(node.atMs, nowMs)),
  ]
}

/** The dispatch promise of what has not left: 11-22 21:15 · 11-21 21:15，已超12时50分. */
export function promiseRow({ promiseShipAtMs }: OrderFacts, nowMs: number): Row {
  if (promiseShipAtMs === undefined) return [factLabels.promise, undefined]
  const at = momentText(promiseShipAtMs, nowMs)
  const over = nowMs - promiseShipAtMs
  return [factLabels.promise, over > 0 ? logisticsValues.late(at, durationText(over)) : logisticsValues.before(at)]
}

/** The call to the carrier: number, who made it, when; a closed one with what came of it. */
export function callRow(parcel: ParcelFacts | undefined, nowMs: number): Row {
  const call = parcel?.call
  if (call === undefined) return [logisticsLabels.call, undefined]
  if (call.closedAtMs !== undefined) return [logisticsLabels.call, logisticsValues.callClosed(call.id, call.result)]
  return [logisticsLabels.call, logisticsValues.call(call.id, call.openedBy, momentText(call.openedAtMs, nowMs))]
}

/** A line a parcel when there are several: number, what is in it (product row 62), and what was asked for. */
export function eachParcel(order: OrderFacts, say: (parcel: ParcelFacts) => string): readonly Phrase[] {
  if (order.parcels.length < 2) return []
  return order.parcels.map((parcel) => ({
    head: `${parcelName(parcel)} `,
    body: contentsOf(order, parcel),
    tail: say(parcel),
  }))
}

/** True while an order is on its way as a whole or in part. */
export const underWay = ({ stage }: OrderFacts): boolean => stage === 'shipped' || stage === 'part_shipped'
