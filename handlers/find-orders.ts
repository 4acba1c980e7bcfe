import type { Channel, OrderFacts, OrderFilter, OrderKey, OrderLookup } from '../src/hub/order-facts.ts'
import { channelCode } from '../src/text/zh-cn.ts'
import { windowOf } from '../src/understanding/calendar.ts'
import { catalogueWord } from '../src/understanding/goods.ts'
import type { DateSlot, NumberSlot, Slots, Understanding } from '../src/understanding/types.ts'

const dayMs = 86_400_000

/** A name is never looked up without a window: this one when none was said. */
export const defaultWindowDays = 60

type Window = { readonly fromMs: number; readonly toMs: number }

/** What names the order; `person` keys fit many orders and are narrowed by date, channel and product. */
export type Sought = { readonly key: OrderKey; readonly person: boolean }

/** The strongest of what was said: a whole number before a phone, a phone before a tail, a tail before a name. */
export function keyOf({ slots, hints }: Understanding): Sought | undefined {
  const number = numberKey(slots)
  if (number !== undefined) return { key: number, person: false }
  if (slots.phone !== undefined) {
    const extension = hints.phoneExtension === undefined ? '' : `-${hints.phoneExtension}`
    return { key: { kind: 'phone', value: slots.phone + extension }, person: true }
  }
  if (slots.phone_tail !== undefined) {
    const name = slots.customer_name === undefined ? {} : { name: slots.customer_name }
    return { key: { kind: 'phone-tail', value: slots.phone_tail, ...name }, person: true }
  }
  if (slots.customer_name === undefined) return undefined
  return { key: { kind: 'name', value: slots.customer_name }, person: true }
}

const kindOf = {
  order_no: 'order-no',
  hub_no: 'hub-no',
  return_no: 'return-no',
  waybill_no: 'waybill-no',
} as const satisfies Readonly<Record<NumberSlot, OrderKey['kind']>>

/** The orders of further numbers in the same line, and the numbers that nobody knows; at most four are looked at. */
export async function findMore(
  lookup: OrderLookup,
  { hints }: Understanding,
): Promise<{ readonly orders: readonly OrderFacts[]; readonly unknown: readonly string[] }> {
  const more = (hints.moreNumbers ?? []).slice(0, 4)
  const found = await Promise.all(
    more.map(async ({ slot, value }) => lookup.find({ kind: kindOf[slot], value }, { limit: 1 })),
  )
  return {
    orders: found.flatMap(({ orders }) => orders),
    unknown: more.flatMap(({ value }, index) => (found[index]?.orders.length === 0 ? [value] : [])),
  }
}

function numberKey(slots: Slots): OrderKey | undefined {
  if (slots.hub_no !== undefined) return { kind: 'hub-no', value: slots.hub_no }
  if (slots.order_no !== undefined) return { kind: 'order-no', value: slots.order_no }
  if (slots.return_no !== undefined) return { kind: 'return-no', value: slots.return_no }
  if (slots.waybill_no !== undefined) return { kind: 'waybill-no', value: slots.waybill_no }
  const tail = slots.order_tail ?? slots.waybill_tail
  return tail === undefined ? undefined : { kind: 'number-tail', value: tail }
}

/** How long before a deed the order may have been placed, in days. */
const placedBefore: Readonly<Record<DateSlot['of'], number>> = {
  order: 0,
  any: 0,
  pay: 7,
  ship: 30,
  sign: 60,
  return: 90,
  refund: 120,
}

/** The days said; undefined when none were. */
export function saidWindow(slots: Slots): Window | undefined {
  return slots.date === undefined ? undefined : windowOf(slots.date.from, slots.date.to)
}

export type FoundOrders = {
  readonly orders: readonly OrderFacts[]
  readonly more: boolean
  readonly productIgnored: boolean
}

/**
 * Orders that fit, newest first, at most `limit`. A date filters by the deed it was said with (昨天退的). When no order holds
 * the product, the rest of the description is tried without it: people say 尿不湿 where the list says 纸尿裤.
 */
export async function findOrders(
  lookup: OrderLookup,
  sought: Sought,
  understood: Understanding,
  nowMs: number,
  limit: number,
): Promise<FoundOrders> {
  const { slots, hints } = understood
  const search = async (key: OrderKey, product: string | undefined) => {
    const filter = filterOf(sought, slots, product, nowMs, limit)
    const found = await lookup.find(key, filter)
    const orders = found.orders.filter((order) => didThen(order, slots.date))
    return { orders: orders.slice(0, limit), more: found.more || orders.length > limit }
  }
  const product = sought.person && slots.product !== undefined ? catalogueWord(slots.product) : undefined
  const first = await search(sought.key, product)
  if (first.orders.length > 0) return { ...first, productIgnored: false }
  // a bare 尾号 may be the end of an order number as well as of a phone
  if (sought.key.kind === 'phone-tail' && !hints.tailOfPhone && sought.key.name === undefined) {
    const byNumber = await search({ kind: 'number-tail', value: sought.key.value }, product)
    if (byNumber.orders.length > 0) return { ...byNumber, productIgnored: false }
  }
  if (product === undefined) return { ...first, productIgnored: false }
  const wider = await search(sought.key, undefined)
  return { ...wider, productIgnored: wider.orders.length > 0 }
}

function filterOf(
  sought: Sought,
  slots: Slots,
  product: string | undefined,
  nowMs: number,
  limit: number,
): OrderFilter {
  if (!sought.person && sought.key.kind !== 'number-tail') return { limit }
  const channel: Channel | undefined = slots.channel === undefined ? undefined : channelCode(slots.channel)
  const window = searchWindow(sought.key, slots, nowMs)
  const byDeed = slots.date !== undefined && placedBefore[slots.date.of] > 0
  return {
    // what happened to an order is checked here, so more of them are read than shown
    limit: byDeed ? 50 : limit,
    ...(window !== undefined && { window }),
    ...(channel !== undefined && { channel }),
    ...(product !== undefined && { product }),
  }
}

function searchWindow(key: OrderKey, slots: Slots, nowMs: number): Window | undefined {
  const said = saidWindow(slots)
  if (said !== undefined && slots.date !== undefined)
    return { fromMs: said.fromMs - placedBefore[slots.date.of] * dayMs, toMs: said.toMs }
  if (key.kind === 'phone' || key.kind === 'number-tail') return undefined
  return { fromMs: nowMs - defaultWindowDays * dayMs, toMs: nowMs }
}

/** True when the deed of the date happened on its days; dates of orders are the look-up's own window. */
function didThen(order: OrderFacts, date: DateSlot | undefined): boolean {
  if (date === undefined) return true
  const { fromMs, toMs } = windowOf(date.from, date.to)
  const then = (ms: number | undefined) => ms !== undefined && ms >= fromMs && ms <= toMs
  switch (date.of) {
    case 'pay':
      return then(order.paidAtMs)
    case 'ship':
      return then(order.shippedAtMs) || order.parcels.some(({ shippedAtMs }) => then(shippedAtMs))
    case 'sign':
      return then(order.signedAtMs) || order.parcels.some(({ signedAtMs }) => then(signedAtMs))
    case 'return':
      return order.returns.some(({ appliedAtMs }) => then(appliedAtMs))
    case 'refund':
      return then(order.refundedAtMs) || order.returns.some(({ refundedAtMs }) => then(refundedAtMs))
    default:
      return true
  }
}
