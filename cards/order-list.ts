import type { Button, Card } from '../src/chat/card.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import { lineTexts, listTitles } from '../src/text/answers.ts'
import { logisticsButtons } from '../src/text/zh-logistics.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import { listNote, mostChoices, orderButtons, orderLines } from './order-choice.ts'
import { type ListPage, pageToken } from './order-page.ts'
import { staleBar, trackStaleBar } from './order-rows.ts'
import { toneWith } from './order-summary.ts'
import type { View } from './view.ts'

export type OrderListing = {
  /** The orders of this page, newest first. */
  readonly orders: readonly OrderFacts[]
  readonly total: number
  /** There are more than `total`. */
  readonly more: boolean
  /** What was asked for, in words that hold nothing to mask: 今天京东待发货, 客户170****9354近三天. */
  readonly what: string
  /** So many newer ones stand on the pages before. */
  readonly before?: number
  /** The page after this one, when there is one. */
  readonly next?: ListPage | undefined
}

/** 今天京东待发货共128单，最近5单: five orders as lines, each one a tap away, and the way to the next five. */
export function orderListCard(listing: OrderListing, view: View, codec: ActionCodec): Card {
  const { total, more, before = 0 } = listing
  const orders = listing.orders.slice(0, mostChoices)
  const cutOff = more || total > before + orders.length
  const stale = orders
    .map((order) => staleBar(order, view.nowMs) ?? trackStaleBar(order, view.nowMs))
    .find((bar) => bar !== undefined)
  const draft = {
    title: titleOf(listing, orders.length, cutOff),
    tone: toneWith('calm', stale),
    bar: stale,
    facts: [],
    lines: [...orderLines(orders, view, true), cutOff ? lineTexts.narrower : undefined],
    note: listNote(orders, view.nowMs),
    buttons: [...orderButtons(orders, codec, 'order.open'), cutOff ? nextButton(listing, codec, view) : undefined],
  }
  return fitCard(draft, (text) => text)
}

function titleOf({ total, more, what, before = 0 }: OrderListing, shown: number, cutOff: boolean) {
  const count = more ? listTitles.atLeast(total) : String(total)
  if (total === 0) return listTitles.none(what)
  if (before > 0) return listTitles.page(what, count, before + 1, before + shown)
  return cutOff ? listTitles.total(what, count, shown) : listTitles.all(what, count)
}

function nextButton({ next }: OrderListing, codec: ActionCodec, { nowMs }: View): Button | undefined {
  const token = next && pageToken(next, codec, nowMs)
  if (token === undefined) return undefined
  return { label: logisticsButtons.nextPage, token, style: 'plain', say: logisticsButtons.nextPage }
}
