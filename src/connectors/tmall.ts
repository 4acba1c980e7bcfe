import { z } from 'zod'
import type { SalesChannel, Told } from '../hub/channel-port.ts'
import { BadPayload, PlatformRefused } from '../runtime/errors.ts'
import { type Json, jsonAt } from '../runtime/json.ts'
import { type AdapterParts, adapter, addressForm, defaultCarrierForm, shopForm } from './adapter.ts'
import { lastPageFirst, type Page } from './paging.ts'
import { patiently } from './patience.ts'
import { notThereCode, type TmallCall, tmallCalls } from './tmall-calls.ts'
import { orderTypes } from './tmall-codes.ts'
import { tmallQueue } from './tmall-messages.ts'
import { orderFields, readOrder, readReturn, refundFields, refundsOf } from './tmall-wire.ts'
import { beijingText, idAt, listAt, readEach, wholeAt } from './wire-values.ts'

const settings = z.strictObject({
  shop: shopForm,
  appKey: z.string().min(1),
  appSecret: z.string().min(1),
  /** `session` of the shop's authorisation. */
  sessionToken: z.string().min(1),
  defaultCarrier: defaultCarrierForm,
  /** Group of the message service whose messages are fetched: each shop has its own. */
  messageGroup: z.string().min(1).max(64).optional(),
  baseUrl: addressForm('https://eco.taobao.com'),
})

type Settings = z.infer<typeof settings>

/** The vendor takes 100 and advises 40 to 50. */
const pageSize = 50
/** A cap on deep paging is unconfirmed: a span with more rows is read in halves. */
const mostRows = 5_000
const leastSpanMs = 60_000
/** Unconfirmed: it depends on the app. */
const callsPerSecond = 10

/** 淘宝/天猫: orders and refunds by number and by time of change, and its messages fetched (open platform, 2026-11-22). */
export const tmall = adapter(settings, (name, given, parts) => {
  const at = parts.vendor({ name, perSecond: callsPerSecond })
  const shop: Shop = { ...given, call: tmallCalls(given, { at, log: parts.log }), parts }
  const check: SalesChannel['check'] = async (signal) => {
    await shop.call(orders.method, spanOf(orders, 0, at.nowMs() - 60_000, at.nowMs()), signal)
  }
  const channel: SalesChannel = {
    name,
    channel: 'tmall',
    shop: given.shop,
    sources: {
      pull: 'tmall.pull',
      single: 'tmall.single',
      ...(given.messageGroup !== undefined && { push: 'tmall.push' }),
    },
    ...(given.messageGroup !== undefined && { queue: tmallQueue(shop.call, given.messageGroup) }),
    couldBe: (orderNo) => /^\d{15,20}$/.test(orderNo),
    pullOrder: (orderNo, signal) => pullOrder(shop, orderNo, signal),
    pullReturn: (afterSaleNo, signal) => pullReturn(shop, afterSaleNo, signal),
    pullWindow: (fromMs, toMs, signal) => pullWindow(shop, fromMs, toMs, signal),
    // the vendor takes a day and advises half an hour
    window: { mostMs: 30 * 60_000, overlapMs: 10 * 60_000, lagMs: 5_000 },
    everyMs: 12 * 3_600_000,
    check,
  }
  return { channels: [channel], check }
})

type Shop = Settings & { readonly call: TmallCall; readonly parts: AdapterParts }

/** The order and the refunds its lines name. */
async function pullOrder(shop: Shop, orderNo: string, signal: AbortSignal): Promise<Told | undefined> {
  const trade = await tradeOf(shop, orderNo, signal)
  if (trade === undefined) return undefined
  const told = toldOrder(shop, orderNo, trade)
  if ((told.faulty?.length ?? 0) > 0) return told
  const returns = await Promise.all(refundsOf(trade).map((no) => pullReturn(shop, no, signal)))
  const faulty = returns.flatMap((one) => one?.faulty ?? [])
  const all = { orders: told.orders, returns: returns.flatMap((one) => one?.returns ?? []) }
  return faulty.length === 0 ? all : { ...all, faulty }
}

async function tradeOf(shop: Shop, orderNo: string, signal: AbortSignal): Promise<Json | undefined> {
  const params = { fields: orderFields, tid: orderNo, include_oaid: 'true' }
  const data = await orNothing(shop.call('taobao.trade.fullinfo.get', params, signal))
  const trade = jsonAt(data, 'trade')
  return trade === null ? undefined : trade
}

async function pullReturn(shop: Shop, afterSaleNo: string, signal: AbortSignal): Promise<Told | undefined> {
  const params = { fields: refundFields, refund_id: afterSaleNo }
  const data = await orNothing(shop.call('taobao.refund.get', params, signal))
  const refund = jsonAt(data, 'refund')
  return refund === undefined || refund === null ? undefined : toldReturns(shop, [refund])
}

/** undefined for a number the vendor does not know; other refusals go on. */
async function orNothing(call: Promise<Json>): Promise<Json | undefined> {
  try {
    return await call
  } catch (error) {
    if (error instanceof PlatformRefused && error.vendorCode === notThereCode) return undefined
    throw error
  }
}

function toldOrder(shop: Shop, orderNo: string, trade: Json): Told {
  const read = (one: Json) => readOrder(one, shop)
  const { values, faulty } = readEach([trade], () => orderNo, read)
  if (faulty.length === 0) return { orders: values, returns: [] }
  return { orders: values, returns: [], faulty: faulty.map((one) => ({ ...one, orderNo })) }
}

function toldReturns(shop: Shop, rows: readonly Json[]): Told {
  const { values, faulty } = readEach(
    rows,
    (row) => idAt(jsonAt(row, 'refund_id'), 'refund_id'),
    (row) => readReturn(row, shop.shop),
  )
  return { orders: [], returns: values, ...(faulty.length > 0 && { faulty }) }
}

type List = {
  readonly method: string
  readonly params: Readonly<Record<string, string>>
  readonly rows: readonly [string, string]
  readonly id: string
}

const orders: List = {
  method: 'taobao.trades.sold.increment.get',
  params: { fields: 'tid,status,modified', type: orderTypes },
  rows: ['trades', 'trade'],
  id: 'tid',
}

const refunds: List = {
  method: 'taobao.refunds.receive.get',
  params: { fields: refundFields },
  rows: ['refunds', 'refund'],
  id: 'refund_id',
}

/** The list of orders tells a part of the fields, so each is read by its number; refunds are told whole. */
async function* pullWindow(shop: Shop, fromMs: number, toMs: number, signal: AbortSignal): AsyncGenerator<Told> {
  for await (const rows of spans(shop, orders, fromMs, toMs, signal))
    for (const row of rows) {
      const no = numberOf(orders, row)
      const trade = await patiently(shop.parts.clock, signal, () => tradeOf(shop, no, signal))
      const problem = 'it is listed and cannot be read'
      yield trade === undefined
        ? { orders: [], returns: [], faulty: [{ id: no, problem, orderNo: no }] }
        : toldOrder(shop, no, trade)
    }
  for await (const rows of spans(shop, refunds, fromMs, toMs, signal)) yield toldReturns(shop, rows)
}

function numberOf(list: List, row: Json): string {
  const no = idAt(jsonAt(row, list.id), list.id)
  if (no === undefined) throw new BadPayload(`${list.method} gave a row without number`)
  return no
}

/** Page 0 is the first here; the vendor counts from 1. Whole seconds, both included. */
function spanOf(list: List, page: number, fromMs: number, toMs: number) {
  const span = { start_modified: beijingText(fromMs), end_modified: beijingText(toMs + 999) }
  // totals are wanted: with use_has_next rows that move while we page could be missed
  return { ...list.params, ...span, page_no: String(page + 1), page_size: String(pageSize), use_has_next: 'false' }
}

/**
 * The rows of a span; of its halves where there are too many. The newest change stands first, so an order that changes meanwhile
 * leaves the span and moves the later ones toward page 1: the last page is read first.
 */
async function* spans(
  shop: Shop,
  list: List,
  fromMs: number,
  toMs: number,
  signal: AbortSignal,
): AsyncGenerator<readonly Json[]> {
  const pageOf = (page: number): Promise<Page<Json>> =>
    patiently(shop.parts.clock, signal, async () => {
      const data = await shop.call(list.method, spanOf(list, page, fromMs, toMs), signal)
      const total = wholeAt(jsonAt(data, 'total_results'), 'total_results')
      if (total === undefined) throw new BadPayload(`${list.method} came without total`)
      return { total, rows: listAt(jsonAt(data, ...list.rows), list.rows[0]) }
    })
  const first = await pageOf(0)
  if (first.total > mostRows && toMs - fromMs > leastSpanMs) {
    const middleMs = fromMs + Math.floor((toMs - fromMs) / 2)
    yield* spans(shop, list, fromMs, middleMs, signal)
    yield* spans(shop, list, middleMs, toMs, signal)
    return
  }
  yield* lastPageFirst({ size: pageSize, pageOf, idOf: (row) => numberOf(list, row), first })
}
