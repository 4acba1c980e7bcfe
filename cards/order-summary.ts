import { type Button, type Card, cardLimits, type Tone } from '../src/chat/card.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import { buttonLabels, sayings, statusTitles } from '../src/text/answers.ts'
import { logisticsButtons, logisticsSayings } from '../src/text/zh-logistics.ts'
import type { ActionCodec } from './actions.ts'
import { customsLine } from './customs-line.ts'
import { fitCard } from './fit.ts'
import {
  barsOf,
  consigneeLines,
  customerRow,
  dwellRow,
  giftRow,
  goodsRow,
  holderRow,
  noteRow,
  orderRow,
  parcelLines,
  parcelRow,
} from './order-rows.ts'
import { headline } from './order-title.ts'
import { shower, type View } from './view.ts'

export type SummaryWishes = {
  /** The question named a person, not a number: the answer says whose order it is. */
  readonly customer?: boolean
  /** The parcel asked for, when several belong to the order. */
  readonly waybillNo?: string
  /** Asked for a list and found one: 1单【派件中】… */
  readonly counted?: boolean
  /** Whether the asker hears of changes already; undefined = nothing can be followed here. */
  readonly followed?: boolean | undefined
}

/** The status answer of product J1: conclusion, at most six facts, who holds it, as of when, from whom. */
export function orderSummaryCard(order: OrderFacts, view: View, codec: ActionCodec, wishes: SummaryWishes = {}): Card {
  const { nowMs } = view
  const { customer = false, waybillNo, counted = false } = wishes
  const { title, tone } = headline(order, nowMs, waybillNo)
  const [bar, ...findings] = barsOf(order, nowMs, waybillNo)
  const rows = [goodsRow(order), parcelRow(order, waybillNo), dwellRow(order, nowMs, waybillNo)]
  // with the customer in it there are seven: the gift gives way
  const facts =
    customer && view.mode === 'masked'
      ? [orderRow(order), customerRow(order, view), ...rows, holderRow(order), giftRow(order)]
      : [orderRow(order), ...rows, giftRow(order), holderRow(order)]
  const draft = {
    title: counted ? statusTitles.oneOrder(title) : title,
    tone: toneWith(tone, bar),
    bar,
    facts,
    lines: [
      ...findings,
      ...customsLine(order),
      ...consigneeLines(order, view, cardLimits.lineChars),
      ...parcelLines(order),
    ],
    note: noteRow(order, nowMs, waybillNo),
    buttons: summaryButtons(order, codec, wishes.followed),
  }
  return fitCard(draft, shower(order, view))
}

/** A bar is amber at least. */
export function toneWith(tone: Tone, bar: string | undefined): Tone {
  return bar === undefined || tone === 'alarm' ? tone : 'warn'
}

function summaryButtons(
  order: OrderFacts,
  codec: ActionCodec,
  followed: boolean | undefined,
): readonly (Button | undefined)[] {
  const tracked = order.parcels.some(({ nodes }) => nodes.length > 0)
  return [
    {
      label: buttonLabels.script,
      token: codec.encode('order.script', [order.id]),
      style: 'go',
      say: sayings.script(order.id),
    },
    tracked ? trackButton(order, codec) : undefined,
    followed === undefined ? undefined : followButton(order, codec, followed),
  ]
}

function followButton({ id }: OrderFacts, codec: ActionCodec, followed: boolean): Button {
  return followed
    ? {
        label: logisticsButtons.unfollow,
        token: codec.encode('order.unfollow', [id]),
        style: 'plain',
        say: logisticsSayings.unfollow(id),
      }
    : {
        label: logisticsButtons.follow,
        token: codec.encode('order.follow', [id]),
        style: 'plain',
        say: logisticsSayings.follow(id),
      }
}

export function trackButton(order: OrderFacts, codec: ActionCodec): Button {
  return {
    label: buttonLabels.track,
    token: codec.encode('order.track', [order.id]),
    style: 'plain',
    say: sayings.track(order.id),
  }
}
