import { personLabel } from '../cards/not-found.ts'
import { mostChoices } from '../cards/order-choice.ts'
import { type OrderListing, orderListCard } from '../cards/order-list.ts'
import { pageOf } from '../cards/order-page.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { ListFilter, OrderFacts } from '../src/hub/order-facts.ts'
import { lineTexts, listTitles } from '../src/text/answers.ts'
import { beside } from '../src/text/format.ts'
import { sentences } from '../src/text/sentences.ts'
import { channelCode, channelName, stageName, statusFilter } from '../src/text/zh-cn.ts'
import { asksNextPage, logisticsSentences } from '../src/text/zh-logistics.ts'
import { catalogueWord } from '../src/understanding/goods.ts'
import type { Slots } from '../src/understanding/types.ts'
import { defaultWindowDays, findOrders, keyOf, type Sought, saidWindow } from './find-orders.ts'
import { personOf } from './found-or-not.ts'
import { pageAfter, slotsOf } from './order-pages.ts'
import { summaryReply } from './order-query.ts'
import {
  type Answerer,
  type Aside,
  type AskParts,
  type Question,
  type Remembered,
  textReply,
  traceOf,
} from './question.ts'
import { questionOf, redrawn, type TapHandler, tapText } from './taps.ts'

const dayMs = 86_400_000
/** Of one person so many can be walked through. */
const mostOfOnePerson = 50
/** Typing 下一页 goes on through so many times fifty orders. */
const mostStacks = 4
/** A list without days said: what is still to be done however old, anything else by the week. */
const usualDays = { paid: defaultWindowDays, moving: 30, other: 7 } as const

/** order.list: somebody's orders, or all of a channel, day and state. One hit is answered like a status question (J6). */
export function orderList(parts: AskParts): Answerer {
  return async (question) => {
    const { slots } = question.understood
    if (keyOf(question.understood) === undefined && !slots.channel && !slots.status && !slots.date && !slots.product)
      return textReply(question, sentences.askWhichList)
    const listing = await listingOf(parts, question, 1)
    const [only] = listing.orders
    if (listing.total === 1 && !listing.more && only !== undefined)
      return summaryReply(parts, question, only, { customer: true, counted: true })
    return pageReply(parts, question, listing)
  }
}

/** [下一页]: the card is redrawn with the next five. */
export function orderListTaps(parts: AskParts) {
  return {
    'order.page': async (tap) => {
      const page = pageOf(tap.args[0])
      const slots = page && (await slotsOf(parts, page))
      if (page === undefined || slots === undefined) return tapText(tap, logisticsSentences.pageGone)
      const asked = questionOf(tap, 'order.list')
      const said = inWordsOf(await parts.memory?.recall(asked.place), slots.slots)
      const question = withSlots(asked, said, slots.tailOfPhone)
      const listing = await listingOf(parts, question, page.page)
      if (listing.orders.length === 0) return tapText(tap, logisticsSentences.pageGone)
      return redrawn(tap, pageReply(parts, question, listing), sentences.shown)
    },
  } as const satisfies Record<string, TapHandler>
}

/** A button carries days of the calendar; where the list in memory is of the same days, its words for them (昨天) stay. */
function inWordsOf(remembered: Remembered | undefined, slots: Slots): Slots {
  const date = remembered?.intent === 'order.list' ? remembered.slots.date : undefined
  const same = date?.from === slots.date?.from && date?.to === slots.date?.to && date?.of === slots.date?.of
  return date !== undefined && same ? { ...slots, date } : slots
}

/** 下一页, typed after a list: the page behind the orders that were shown last in this chat. */
export function nextPageAside(parts: AskParts): Aside {
  return async (question) => {
    const { remembered } = question
    const last = remembered?.choices?.at(-1)
    if (!asksNextPage(question.text) || remembered?.intent !== 'order.list' || last === undefined) return undefined
    const asked = withSlots(question, remembered.slots)
    const page = await pageBehind(parts, asked, last.orderId)
    if (page === undefined) return textReply(asked, lineTexts.narrower)
    const next = await listingOf(parts, asked, page)
    return next.orders.length === 0 ? textReply(asked, logisticsSentences.pageGone) : pageReply(parts, asked, next)
  }
}

/** The page after the one that an order stands on; undefined when it is not among the newest 200 any more. */
async function pageBehind(parts: AskParts, asked: Question, orderId: string): Promise<number | undefined> {
  for (let stack = 1; stack <= mostStacks; stack++) {
    const { orders } = await listingOf(parts, asked, stack, mostOfOnePerson)
    const place = orders.findIndex(({ id }) => id === orderId)
    if (place >= 0) return Math.floor(((stack - 1) * mostOfOnePerson + place) / mostChoices) + 2
    if (orders.length < mostOfOnePerson) return undefined
  }
  return undefined
}

/** The question that lists by these slots. */
export function withSlots(question: Question, slots: Slots, tailOfPhone = false): Question {
  const hints = tailOfPhone ? { tailOfPhone } : {}
  return { ...question, understood: { intent: 'order.list', slots, expect: 'answer', hints } }
}

/** ① … of the card can be said in the next line. */
function pageReply(parts: AskParts, question: Question, listing: OrderListing): Reply {
  const choices = listing.orders.map(({ id }) => ({ orderId: id }))
  const trace = { ...traceOf(question), ...(choices.length > 0 && { choices }) }
  return { kind: 'card', card: orderListCard(listing, question.view, parts.codec), trace }
}

/** Which orders of the whole list. */
type Part = { readonly from: number; readonly size: number }

/** Page `page` (from 1) of a list, `size` orders on each. */
export async function listingOf(
  parts: Pick<AskParts, 'lookup'>,
  question: Question,
  page: number,
  size: number = mostChoices,
): Promise<OrderListing> {
  const sought = keyOf(question.understood)
  const before = (page - 1) * size
  const part = { from: before, size }
  const found = sought ? await ofPerson(parts, question, sought, part) : await ofFilter(parts, question, part)
  const next = pageAfter(question, sought, found.orders, page)
  return { ...found, before, ...(next !== undefined && { next }) }
}

async function ofPerson(
  { lookup }: Pick<AskParts, 'lookup'>,
  question: Question,
  sought: Sought,
  { from, size }: Part,
): Promise<OrderListing> {
  const { understood, view } = question
  const { slots } = understood
  const found = await findOrders(lookup, sought, understood, view.nowMs, mostOfOnePerson)
  const status = sameDeed(slots.status, deedOf(slots)) ? undefined : slots.status
  const orders = found.orders.filter((order) => inState(order, status))
  const when = slots.date?.raw ?? (sought.key.kind === 'phone' ? '' : listTitles.lastDays(defaultWindowDays))
  const who = personLabel(personOf(question), { ...view, mode: 'masked' })
  const what = `${beside(who, when)}${whatOf({ ...slots, product: undefined })}`
  return { orders: orders.slice(from, from + size), total: orders.length, more: found.more, what }
}

/** Whether an order is what the filter word says. */
function inState(order: OrderFacts, status: string | undefined): boolean {
  const wanted = status === undefined ? undefined : statusFilter(status)
  if (wanted === undefined) return true
  if ('stage' in wanted)
    return order.stage === wanted.stage && (order.delayReason ?? '').includes(wanted.delayReason ?? '')
  const moving = order.stage === 'shipped' || order.stage === 'part_shipped'
  return (
    moving &&
    order.parcels.some(({ state, shippedAtMs }) =>
      wanted.parcelStates.some((one) => one === state && (state !== 'created' || shippedAtMs !== undefined)),
    )
  )
}

async function ofFilter(
  { lookup }: Pick<AskParts, 'lookup'>,
  question: Question,
  { from, size }: Part,
): Promise<OrderListing> {
  const { filter, what } = filterOf(question.understood.slots, question.view.nowMs)
  const found = await lookup.list({ ...filter, limit: size, offset: from })
  return { orders: found.orders, total: found.total, more: found.total >= 10_000, what }
}

/** 今天京东待发货: which orders a list without a person holds, in words. */
export function listWords(slots: Slots, nowMs: number): string {
  return filterOf(slots, nowMs).what
}

function filterOf(
  slots: Slots,
  nowMs: number,
): { readonly filter: Omit<ListFilter, 'limit' | 'offset'>; readonly what: string } {
  const by = deedOf(slots)
  const wanted = slots.status === undefined || sameDeed(slots.status, by) ? undefined : statusFilter(slots.status)
  const days =
    wanted === undefined ? usualDays.other : 'parcelStates' in wanted ? usualDays.moving : daysOfStage(wanted.stage)
  const channel = slots.channel === undefined ? undefined : channelCode(slots.channel)
  const filter = {
    window: saidWindow(slots) ?? { fromMs: nowMs - days * dayMs, toMs: nowMs },
    by,
    ...(channel !== undefined && { channel }),
    ...(slots.product !== undefined && { product: catalogueWord(slots.product) }),
    ...wanted,
  }
  const what = `${whenOf(slots, days, by)}${whatOf(sameDeed(slots.status, by) ? { ...slots, status: undefined } : slots)}`
  return { filter, what }
}

type Deed = NonNullable<ListFilter['by']>

/** The deed the days were said of, where a list can go by it: what has not been done yet has no day. */
function deedOf({ date, status }: Slots): Deed {
  const of = date?.of
  if (of !== 'pay' && of !== 'ship' && of !== 'sign') return 'order'
  return status === undefined || of === 'pay' || sameDeed(status, of) ? of : 'order'
}

/** 昨天签收的: the state says again what the day is about, and what became of the order since does not matter. */
function sameDeed(status: string | undefined, by: Deed): boolean {
  const wanted = status === undefined ? undefined : statusFilter(status)
  if (wanted === undefined || !('stage' in wanted)) return false
  return (by === 'sign' && wanted.stage === 'signed') || (by === 'ship' && wanted.stage === 'shipped')
}

function daysOfStage(stage: ListFilter['stage']): number {
  return stage === 'paid' || stage === 'quarantined' || stage === 'on_hold' ? usualDays.paid : usualDays.other
}

/** 京东待发货奶粉 */
function whatOf({ channel, status, product = '' }: { [K in keyof Slots]?: Slots[K] | undefined }): string {
  const code = channel === undefined ? undefined : channelCode(channel)
  const wanted = status === undefined ? undefined : statusFilter(status)
  const state = wanted === undefined ? '' : 'stage' in wanted && !wanted.delayReason ? stageName(wanted.stage) : status
  return `${code === undefined ? '' : channelName(code)}${state}${product}`
}

/** The days, and the deed they are of; a deed that no list goes by is said to have been passed over. */
function whenOf({ date }: Slots, days: number, by: Deed): string {
  if (date === undefined) return listTitles.lastDays(days)
  if (by !== 'order') return `${date.raw}${listTitles.deeds[by]}`
  return date.of === 'order' || date.of === 'any' ? date.raw : listTitles.ordered(date.raw)
}
