import type { SalesChannel, Told } from '../hub/channel-port.ts'
import type { SourceOrder } from '../hub/order-facts.ts'
import type { Clock } from '../runtime/clock.ts'
import { BadPayload } from '../runtime/errors.ts'
import { lastPageFirst } from './paging.ts'
import { patiently } from './patience.ts'
import { stockInDone } from './wdt-codes.ts'
import {
  orderOf,
  outboundOf,
  returnsOf,
  type WdtRefund,
  type WdtStockIn,
  type WdtStockOut,
  type WdtTrade,
  wentOut,
} from './wdt-records.ts'
import { slugOf, type Wanted, type WdtList, type WdtShopSettings, type WdtSystem } from './wdt-system.ts'
import { readEach } from './wire-values.ts'

type Faulty = NonNullable<Told['faulty']>

export type WdtChannelParts = {
  readonly name: string
  readonly system: WdtSystem
  readonly clock: Clock
  readonly splitOrders: boolean
  readonly check: SalesChannel['check']
}

/** Numbers of 京东 and 抖音 are digits; what others look like is theirs. */
const forms: Partial<Record<WdtShopSettings['channel'], RegExp>> = { jd: /^\d{8,20}$/, douyin: /^\d{16,20}$/ }
const anyNo = /^[\w-]{6,40}$/
/** Orders known to stand in several ERP orders; the oldest are forgotten, which costs an alarm and no order. */
const mostSplit = 10_000
const batch = 100

/** One shop of 旺店通 as a channel: its orders, what goes out, what comes back. No pushes: this vendor is polled. */
export function wdtChannel(parts: WdtChannelParts, shop: WdtShopSettings): SalesChannel {
  const reader: Reader = { ...parts, shop, split: new Set() }
  const { channel, reads } = shop
  return {
    name: `${parts.name}-${slugOf(shop.shopNo)}`,
    channel,
    shop: shop.shop,
    sources:
      reads === 'orders'
        ? { pull: `${channel}.pull`, single: `${channel}.single` }
        : { pull: 'wms.stock-outs', single: 'wms.query' },
    couldBe: (orderNo) => (forms[channel] ?? anyNo).test(orderNo),
    pullOrder: (orderNo, signal) => pullOrder(reader, orderNo, signal),
    pullWindow: (fromMs, toMs, signal) => pullWindow(reader, fromMs, toMs, signal),
    // the vendor takes an hour at most, both ends included, and wants lists read a minute behind
    window: { mostMs: 55 * 60_000, overlapMs: 5 * 60_000, lagMs: 60_000 },
    everyMs: 5 * 60_000,
    check: parts.check,
  }
}

type Reader = WdtChannelParts & { readonly shop: WdtShopSettings; readonly split: Set<string> }
type Rows<T> = { readonly values: readonly T[]; readonly faulty: Faulty }

const nothing: Rows<never> = { values: [], faulty: [] }

async function rowsOf<T>({ system }: Reader, list: WdtList<T>, wanted: Wanted, signal: AbortSignal): Promise<Rows<T>> {
  const { idOf } = list
  const pages = lastPageFirst({ size: system.pageSize, pageOf: (page) => list.page(wanted, page, signal), idOf })
  const [values, faulty]: [T[], Faulty[number][]] = [[], []]
  for await (const rows of pages) {
    const read = readEach(rows, (row) => list.about(row) ?? idOf(row), list.read)
    values.push(...read.values)
    faulty.push(...read.faulty)
  }
  return { values, faulty }
}

/** Everything about one order, in two calls at most: its ERP orders, then what went out of them. */
async function pullOrder(reader: Reader, tid: string, signal: AbortSignal): Promise<Told | undefined> {
  const { system, shop } = reader
  const wanted = { tid, shopNo: shop.shopNo }
  const whole = shop.reads === 'orders'
  const trades = whole ? await rowsOf(reader, system.trades, wanted, signal) : nothing
  const order = orderOf(tid, trades.values, shop)
  if (whole && order === undefined)
    return trades.faulty.length === 0 ? undefined : { orders: [], returns: [], faulty: trades.faulty }
  if (trades.values.length > 1) remember(reader.split, tid)
  const asked = !whole || wentOut(order?.stage)
  const outs = asked ? await rowsOf(reader, system.stockOuts, wanted, signal) : nothing
  const told = together(reader, tid, order, outs.values)
  const faulty = [...trades.faulty, ...outs.faulty, ...(told.faulty ?? [])]
  if (told.orders.length === 0 && faulty.length === 0) return undefined
  return { ...told, ...(faulty.length > 0 && { faulty }) }
}

function remember(split: Set<string>, tid: string): void {
  split.delete(tid)
  split.add(tid)
  const [oldest] = split
  if (split.size > mostSplit && oldest !== undefined) split.delete(oldest)
}

/** An order with its outbound event. An incomplete event is rejected by itself: what else is known of the order still counts. */
function together(
  { shop }: Reader,
  tid: string,
  order: SourceOrder | undefined,
  stockOuts: readonly WdtStockOut[],
): Told {
  try {
    const outbound = outboundOf(tid, stockOuts, shop, order === undefined || order.stage === 'shipped')
    if (outbound === undefined || order === undefined) {
      const one = order ?? outbound
      return { orders: one === undefined ? [] : [one], returns: [] }
    }
    const { lines, orderedAtMs } = order
    const modifiedAtMs = Math.max(order.modifiedAtMs, outbound.modifiedAtMs)
    return { orders: [{ ...order, ...outbound, lines, orderedAtMs, modifiedAtMs }], returns: [] }
  } catch (error) {
    if (!(error instanceof BadPayload)) throw error
    const no = stockOuts.find(({ tids, state }) => tids.includes(tid) && state === 'out')?.no ?? tid
    return {
      orders: order === undefined ? [] : [order],
      returns: [],
      faulty: [{ id: no, problem: error.message, orderNo: tid }],
    }
  }
}

async function* pullWindow(reader: Reader, fromMs: number, toMs: number, signal: AbortSignal): AsyncGenerator<Told> {
  const { clock, shop, system } = reader
  const whole = shop.reads === 'orders'
  const span = { fromMs, toMs, shopNo: shop.shopNo }
  const read = <T>(list: WdtList<T>, wanted: Wanted) =>
    patiently(clock, signal, () => rowsOf(reader, list, wanted, signal))
  const trades = whole ? await read(system.trades, span) : nothing
  const outs = await read(system.stockOuts, span)
  yield { orders: [], returns: [], faulty: [...trades.faulty, ...outs.faulty] }

  const tids = [...new Set([...trades.values, ...outs.values].flatMap((one) => one.tids))].sort()
  for (let start = 0; start < tids.length; start += batch) {
    const told: Told[] = []
    for (const tid of tids.slice(start, start + batch)) {
      const again = asksAgain(reader, tid, trades.values, outs.values)
      const asked = again ? await patiently(clock, signal, () => pullOrder(reader, tid, signal)) : undefined
      told.push(asked ?? together(reader, tid, orderOf(tid, trades.values, shop), ownOf(tid, outs.values)))
    }
    yield joined(told)
  }
  if (whole) yield* returnsIn(reader, read, span)
}

const ownOf = <T extends { readonly tids: readonly string[] }>(tid: string, records: readonly T[]) =>
  records.filter(({ tids }) => tids.includes(tid))

/** A window shows a part of an order that stands in several ERP orders or parcels: then all of it is asked for. */
function asksAgain(
  { shop, split, splitOrders }: Reader,
  tid: string,
  trades: readonly WdtTrade[],
  outs: readonly WdtStockOut[],
): boolean {
  if (split.has(tid)) return true
  const left = wentOut(orderOf(tid, trades, shop)?.stage) || ownOf(tid, outs).length > 0
  return splitOrders ? left : ownOf(tid, trades).length > 1
}

function joined(told: readonly Told[]): Told {
  const faulty = told.flatMap((one) => one.faulty ?? [])
  const orders = told.flatMap((one) => one.orders)
  return { orders, returns: told.flatMap((one) => one.returns), ...(faulty.length > 0 && { faulty }) }
}

type Read = <T>(list: WdtList<T>, wanted: Wanted) => Promise<Rows<T>>

/** After-sale orders that changed, and those whose goods came in: either may be the last piece of a finished return. */
async function* returnsIn({ system, shop }: Reader, read: Read, span: Wanted): AsyncGenerator<Told> {
  const { shopNo } = shop
  const refunds = await read(system.refunds, span)
  const stockIns = await read(system.stockIns, span)
  const done = new Set(refunds.values.map(({ no }) => no))
  const arrived = new Set(
    stockIns.values.filter(({ status }) => status === stockInDone).map(({ refundNo }) => refundNo),
  )
  const late: WdtRefund[] = []
  for (const refundNo of arrived)
    if (!done.has(refundNo)) late.push(...(await read(system.refunds, { refundNo, shopNo })).values)
  const returns = []
  for (const refund of [...refunds.values, ...late]) {
    const known: readonly WdtStockIn[] = arrived.has(refund.no)
      ? stockIns.values
      : (await read(system.stockIns, { refundNo: refund.no, shopNo })).values
    returns.push(...returnsOf(refund, known, shop))
  }
  yield { orders: [], returns, faulty: [...refunds.faulty, ...stockIns.faulty] }
}
