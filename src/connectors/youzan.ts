import { z } from 'zod'
import type { PushReading, ReadPush, SalesChannel, Told } from '../hub/channel-port.ts'
import { BadPayload, PlatformRefused, Unreachable } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText, parseJson } from '../runtime/json.ts'
import { type AdapterParts, adapter, addressForm, defaultCarrierForm, shopForm } from './adapter.ts'
import { md5Hex, sameText } from './digests.ts'
import { lastPageFirst, type Page } from './paging.ts'
import { patiently } from './patience.ts'
import { beijingAt, beijingText, listAt, readEach, wholeAt } from './wire-values.ts'
import { notThereCode, type YouzanCall, youzanCalls } from './youzan-calls.ts'
import { passing } from './youzan-codes.ts'
import { readHint, readOrder, readReturn, refundsOf, stateOf } from './youzan-wire.ts'

const settings = z.strictObject({
  shop: shopForm,
  kdtId: z.string().regex(/^\d+$/, 'must be the digits of the shop number (kdt_id)'),
  clientId: z.string().min(1),
  clientSecret: z.string().min(16),
  defaultCarrier: defaultCarrierForm,
  baseUrl: addressForm('https://open.youzanyun.com'),
})

type Settings = z.infer<typeof settings>

const listOrders = 'youzan.trades.sold.get/4.0.4'
/** The last figure of the version is unconfirmed. */
const getOrder = 'youzan.trade.get/4.0.0'
const listRefunds = 'youzan.trade.refund.search/3.0.1'
const getRefund = 'youzan.trade.refund.get/3.0.1'

const pageSize = 100
/** The vendor gives pages 1 to 100: a span with more rows is read in halves. */
const mostRows = 100 * pageSize
const leastSpanMs = 60_000
/** Unconfirmed; the vendor gives no figure. */
const callsPerSecond = 10
/** How long the vendor is between two states. */
const passingMs = 2_000
const passingCode = 'passing'

/** 有赞: pushes signed in the header or in the body, orders and refunds by number and by time of change (SDKs, 2026-11-22). */
export const youzan = adapter(settings, (name, given, parts) => {
  const at = parts.vendor({ name, perSecond: callsPerSecond })
  const shop: Shop = { ...given, call: youzanCalls(given, { tokens: parts.tokens, log: parts.log, at }), parts }
  const check: SalesChannel['check'] = async (signal) => {
    await shop.call(listOrders, orderSpan(1, at.nowMs() - 60_000, at.nowMs()), signal)
  }
  const channel: SalesChannel = {
    name,
    channel: 'miniapp',
    shop: given.shop,
    // beside those of the other system of this channel: when an account owes money, pushes stop without a word
    sources: { pull: 'miniapp.pull-youzan', push: 'miniapp.push-youzan', single: 'miniapp.single-youzan' },
    readPush: pushReader(given),
    couldBe: (orderNo) => /^E\d{20,26}$/.test(orderNo),
    pullOrder: (orderNo, signal) => pullOrder(shop, orderNo, signal),
    pullReturn: (afterSaleNo, signal) => pullReturn(shop, afterSaleNo, signal),
    pullWindow: (fromMs, toMs, signal) => pullWindow(shop, fromMs, toMs, signal),
    // lists lag behind their messages by up to 30 s
    window: { mostMs: 3_600_000, overlapMs: 10 * 60_000, lagMs: 35_000 },
    everyMs: 5 * 60_000,
    check,
  }
  return { channels: [channel], check }
})

type Shop = Settings & { readonly call: YouzanCall; readonly parts: AdapterParts }

const pushOk = { status: 200, body: '{"code":0,"msg":"success"}', type: 'application/json' } as const

/** Newer apps sign the bytes in a header; the older form signs the message inside, still encoded. The header wins where it is. */
function pushReader({ clientId, clientSecret, kdtId }: Settings): ReadPush {
  return ({ method, header, raw }): PushReading => {
    if (method !== 'POST') return { outcome: 'refused', status: 400, reason: 'pushes are POST' }
    const inHeader = header('event-sign')
    const push = parseJson(raw)
    const given = inHeader ?? jsonText(push, 'sign')
    const signed = inHeader === undefined ? (jsonText(push, 'msg') ?? '') : raw
    if (!sameText(given?.toLowerCase(), md5Hex(clientId, signed, clientSecret)))
      return { outcome: 'refused', status: 401, reason: given === undefined ? 'not signed' : 'signature is wrong' }
    if (jsonAt(push, 'test') === true) return { outcome: 'echo', answer: pushOk }
    return { outcome: 'told', hints: [readHint(push, clientSecret, kdtId)], answer: pushOk }
  }
}

/** The order and the requests it names. Throws Unreachable while the vendor is between two states. */
async function pullOrder(shop: Shop, orderNo: string, signal: AbortSignal): Promise<Told | undefined> {
  const data = await orNothing(shop.call(getOrder, { tid: orderNo }, signal))
  if (data === undefined || jsonAt(data, 'full_order_info') === undefined) return undefined
  const orders = readEach(
    [data],
    () => orderNo,
    (one) => {
      const { status, refundState } = stateOf(one)
      if (passing(status, refundState))
        throw new Unreachable('an order is between two states', { vendorCode: passingCode, retryAfterMs: passingMs })
      return readOrder(one, shop)
    },
  )
  const told = await Promise.all(refundsOf(data).map((no) => pullReturn(shop, no, signal)))
  return joined([{ orders: orders.values, returns: [], faulty: orders.faulty }, ...told.flatMap((one) => one ?? [])])
}

async function pullReturn(shop: Shop, afterSaleNo: string, signal: AbortSignal): Promise<Told | undefined> {
  const data = await orNothing(shop.call(getRefund, { refund_id: afterSaleNo }, signal))
  if (data === undefined) return undefined
  const { values, faulty } = readEach(
    [data],
    () => afterSaleNo,
    (one) => readReturn(one, shop.shop),
  )
  return joined([{ orders: [], returns: values, faulty }])
}

function joined(parts: readonly Told[]): Told {
  const faulty = parts.flatMap((one) => one.faulty ?? [])
  const told = { orders: parts.flatMap((one) => one.orders), returns: parts.flatMap((one) => one.returns) }
  return faulty.length === 0 ? told : { ...told, faulty }
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

type Body = Parameters<YouzanCall>[1]
type List = {
  readonly rows: string
  readonly total: string
  page(page: number, fromMs: number, toMs: number, signal: AbortSignal): Promise<Json>
  idOf(row: Json): string | undefined
}

function orderSpan(page: number, fromMs: number, toMs: number): Body {
  return { start_update: beijingText(fromMs), end_update: beijingText(toMs + 999), page_no: page, page_size: pageSize }
}

/** Names by change are unconfirmed. Without them the vendor gives the last 3 months by creation, hence `changedWithin`. */
function refundSpan(page: number, fromMs: number, toMs: number): Body {
  return { update_time_start: fromMs, update_time_end: toMs, page_no: page, page_size: pageSize }
}

/** Lists tell a part of the fields (no parcels): each order and each request is read by its number. */
async function* pullWindow(shop: Shop, fromMs: number, toMs: number, signal: AbortSignal): AsyncGenerator<Told> {
  const orders: List = {
    rows: 'full_order_info_list',
    total: 'total_results',
    page: (page, from, to) => shop.call(listOrders, orderSpan(page, from, to), signal),
    idOf: (row) => jsonText(row, 'full_order_info', 'order_info', 'tid'),
  }
  const refunds: List = {
    rows: 'refunds',
    total: 'total',
    page: (page, from, to) => shop.call(listRefunds, refundSpan(page, from, to), signal),
    idOf: (row) => jsonText(row, 'refund_id'),
  }
  for await (const rows of spans(shop, orders, fromMs, toMs, signal))
    for (const row of rows) yield await unlessPassing(shop, numberOf(orders, row), signal)
  for await (const rows of spans(shop, refunds, fromMs, toMs, signal))
    for (const row of rows.filter((one) => changedWithin(one, fromMs, toMs))) {
      const no = numberOf(refunds, row)
      const told = await patiently(shop.parts.clock, signal, () => pullReturn(shop, no, signal))
      yield told ?? { orders: [], returns: [], faulty: [{ id: no, problem: 'it is listed and cannot be read' }] }
    }
}

function numberOf(list: List, row: Json): string {
  const no = list.idOf(row)
  if (no === undefined) throw new BadPayload(`${list.rows} holds a row without number`)
  return no
}

/** One whose time is of another shape is read too: it must not hold up the list, and its own reading says what is wrong with it. */
function changedWithin(row: Json, fromMs: number, toMs: number): boolean {
  const { values } = readEach(
    [row],
    () => undefined,
    (one) => beijingAt(jsonAt(one, 'modified'), 'modified'),
  )
  const [changedMs] = values
  return changedMs === undefined || (changedMs >= fromMs - 1_000 && changedMs <= toMs + 1_000)
}

/** One that stays between two states is named and must not hold up the shop: its next change brings it again. */
async function unlessPassing(shop: Shop, orderNo: string, signal: AbortSignal): Promise<Told> {
  try {
    const told = await patiently(shop.parts.clock, signal, () => pullOrder(shop, orderNo, signal))
    return told ?? { orders: [], returns: [], faulty: [{ id: orderNo, problem: 'it is listed and cannot be read' }] }
  } catch (error) {
    if (!(error instanceof Unreachable) || error.vendorCode !== passingCode) throw error
    return { orders: [], returns: [], faulty: [{ id: orderNo, problem: 'it stays between two states' }] }
  }
}

/** The rows of a span; of its halves where there are too many. */
async function* spans(
  shop: Shop,
  list: List,
  fromMs: number,
  toMs: number,
  signal: AbortSignal,
): AsyncGenerator<readonly Json[]> {
  const pageOf = (page: number): Promise<Page<Json>> =>
    patiently(shop.parts.clock, signal, async () => {
      const data = await list.page(page + 1, fromMs, toMs, signal)
      const total = wholeAt(jsonAt(data, list.total), list.total)
      if (total === undefined) throw new BadPayload('a list came without total')
      return { total, rows: listAt(jsonAt(data, list.rows), list.rows) }
    })
  const first = await pageOf(0)
  if (first.total > mostRows && toMs - fromMs > leastSpanMs) {
    const middleMs = fromMs + Math.floor((toMs - fromMs) / 2)
    yield* spans(shop, list, fromMs, middleMs, signal)
    yield* spans(shop, list, middleMs, toMs, signal)
    return
  }
  yield* lastPageFirst({ size: pageSize, pageOf, idOf: (row) => list.idOf(row) ?? '', first })
}
