import type { Card } from '../src/chat/card.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import { lineTexts, listTitles } from '../src/text/answers.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import { listNote, mostChoices, orderButtons, orderLines } from './order-choice.ts'
import { staleBar } from './order-rows.ts'
import { toneWith } from './order-summary.ts'
import type { View } from './view.ts'

export type OrderListing = {
  /** Newest first. */
  readonly orders: readonly OrderFacts[]
  readonly total: number
  /** There are more than `total`. */
  readonly more: boolean
  /** What was asked for, in words that hold nothing to mask: 今天京东待发货, 客户170****9354近三天. */
  readonly what: string
  /** Said when the filter is wider than what was asked for. */
  readonly remark?: string | undefined
}

/** 今天京东待发货共128单，最近5单: the newest five as lines, each one a tap away. */
export function orderListCard(listing: OrderListing, view: View, codec: ActionCodec): Card {
  const { total, what, more } = listing
  const orders = listing.orders.slice(0, mostChoices)
  const count = more ? listTitles.atLeast(total) : String(total)
  const cutOff = more || total > orders.length
  const stale = listing.orders.map((order) => staleBar(order, view.nowMs)).find((bar) => bar !== undefined)
  const title =
    total === 0
      ? listTitles.none(what)
      : cutOff
        ? listTitles.total(what, count, orders.length)
        : listTitles.all(what, count)
  const draft = {
    title,
    tone: toneWith('calm', stale),
    bar: stale,
    facts: [],
    lines: [listing.remark, ...orderLines(orders, view, true), cutOff ? lineTexts.narrower : undefined],
    note: listNote(orders, view.nowMs),
    buttons: orderButtons(orders, codec, 'order.open'),
  }
  return fitCard(draft, (text) => text)
}
