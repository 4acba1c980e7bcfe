import { z } from 'zod'
import type { PushReading, ReadPush, SalesChannel, Told } from '../hub/channel-port.ts'
import { BadPayload, PlatformRefused } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText, parseJson } from '../runtime/json.ts'
import { type AdapterParts, adapter, addressForm, defaultCarrierForm, shopForm } from './adapter.ts'
import { md5Hex, sameText } from './digests.ts'
import { type DoudianAccount, type DoudianCall, doudianCalls, notThereCode, type Params } from './doudian-calls.ts'
import { readHint, readOrder, readReturn } from './doudian-wire.ts'
import { lastPageFirst, type Page } from './paging.ts'
import { patiently } from './patience.ts'
import { listAt, readEach, wholeAt } from './wire-values.ts'

const settings = z.strictObject({
  shop: shopForm,
  shopId: z.string().regex(/^\d+$/, 'must be the digits of the shop number'),
  appKey: z.string().min(1),
  appSecret: z.string().min(1),
  defaultCarrier: defaultCarrierForm,
  baseUrl: addressForm('https://openapi-fxg.jinritemai.com'),
})

type Settings = z.infer<typeof settings>

/** A page of orders or requests; the vendor takes at most 100. */
const pageSize = 100
/** Deep paging is capped, the figure unconfirmed: a span with more rows is read in halves. */
const mostRows = 5_000
const leastSpanMs = 60_000
/** Unconfirmed; the vendor gives no figure. */
const callsPerSecond = 5

/** 抖店: signed pushes, orders and after-sale requests by number and by time of change (channels of the shop platform, 2026-11-22). */
export const doudian = adapter(settings, (name, given, parts) => {
  const at = parts.vendor({ name, perSecond: callsPerSecond })
  const shop: Shop = { ...given, call: doudianCalls(given, { tokens: parts.tokens, log: parts.log, at }), parts }
  const check: SalesChannel['check'] = async (signal) => {
    await shop.call('order.searchList', windowOf('update_time', 0, 1, at.nowMs() - 60_000, at.nowMs()), signal)
  }
  const channel: SalesChannel = {
    name,
    channel: 'douyin',
    shop: given.shop,
    sources: { pull: 'douyin.pull', push: 'douyin.push', single: 'douyin.single' },
    readPush: pushReader(given),
    couldBe: (orderNo) => /^\d{16,20}$/.test(orderNo),
    pullOrder: (orderNo, signal) => pullOrder(shop, orderNo, signal),
    pullReturn: (afterSaleNo, signal) => pullReturn(shop, afterSaleNo, signal),
    pullWindow: (fromMs, toMs, signal) => pullWindow(shop, fromMs, toMs, signal),
    window: { mostMs: 30 * 60_000, overlapMs: 10 * 60_000, lagMs: 5_000 },
    everyMs: 5 * 60_000,
    check,
  }
  return { channels: [channel], check }
})

type Shop = Settings & DoudianAccount & { readonly call: DoudianCall; readonly parts: AdapterParts }

const pushOk = { status: 200, body: '{"code":0,"msg":"success"}', type: 'application/json' } as const

/** event-sign = md5 of app key + body + secret, over the bytes as they came; a push of another app's key is none of ours. */
function pushReader({ appKey, appSecret }: DoudianAccount): ReadPush {
  return ({ method, header, raw }): PushReading => {
    if (method !== 'POST') return { outcome: 'refused', status: 400, reason: 'pushes are POST' }
    const sign = header('event-sign')?.toLowerCase()
    if (!sameText(sign, md5Hex(appKey, raw, appSecret)))
      return { outcome: 'refused', status: 401, reason: sign === undefined ? 'not signed' : 'signature is wrong' }
    const messages = parseJson(raw)
    if (!Array.isArray(messages)) throw new BadPayload('a push is not a list of messages')
    return { outcome: 'told', hints: messages.map(readHint), answer: pushOk }
  }
}

async function pullOrder(shop: Shop, orderNo: string, signal: AbortSignal): Promise<Told | undefined> {
  const data = await orNothing(shop.call('order.orderDetail', { shop_order_id: orderNo }, signal))
  const order = jsonAt(data, 'shop_order_detail')
  return order === undefined || order === null ? undefined : toldOrders(shop, [order])
}

async function pullReturn(shop: Shop, afterSaleNo: string, signal: AbortSignal): Promise<Told | undefined> {
  const data = await orNothing(shop.call('afterSale.Detail', { after_sale_id: afterSaleNo }, signal))
  if (data === undefined || data === null) return undefined
  const { values, faulty } = readEach(
    [data],
    () => afterSaleNo,
    (one) => readReturn(one, shop.shop),
  )
  return { orders: [], returns: values.flatMap((one) => one ?? []), ...(faulty.length > 0 && { faulty }) }
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

async function* pullWindow(shop: Shop, fromMs: number, toMs: number, signal: AbortSignal): AsyncGenerator<Told> {
  const { clock } = shop.parts
  const orders = (page: number, from: number, to: number) =>
    patiently(clock, signal, async () => {
      const data = await shop.call('order.searchList', windowOf('update_time', page, pageSize, from, to), signal)
      return pageOf(data, 'shop_order_list')
    })
  for await (const rows of spans(orders, (row) => jsonText(row, 'order_id') ?? '', fromMs, toMs))
    yield toldOrders(shop, rows)

  const requests = (page: number, from: number, to: number) =>
    patiently(clock, signal, async () => {
      const data = await shop.call('afterSale.List', windowOf('update', page, pageSize, from, to), signal)
      return pageOf(data, 'items')
    })
  for await (const rows of spans(requests, (row) => requestNo(row) ?? '', fromMs, toMs))
    for (const row of rows) {
      // the list tells a part of the fields: the request is read by its number
      const no = requestNo(row)
      if (no === undefined) throw new BadPayload('afterSale.List gave a request without number')
      const told = await patiently(clock, signal, () => pullReturn(shop, no, signal))
      if (told !== undefined) yield told
    }
}

type PageOf = (page: number, fromMs: number, toMs: number) => Promise<Page<Json>>

/** The rows of a span; of its halves where there are too many. */
async function* spans(
  pageAt: PageOf,
  idOf: (row: Json) => string,
  fromMs: number,
  toMs: number,
): AsyncGenerator<readonly Json[]> {
  const first = await pageAt(0, fromMs, toMs)
  if (first.total > mostRows && toMs - fromMs > leastSpanMs) {
    const middleMs = Math.floor((fromMs + toMs) / 2_000) * 1_000
    yield* spans(pageAt, idOf, fromMs, middleMs)
    yield* spans(pageAt, idOf, middleMs, toMs)
    return
  }
  yield* lastPageFirst({ size: pageSize, pageOf: (page) => pageAt(page, fromMs, toMs), idOf, first })
}

/** Seconds, both included; ascending, so that what changes while we read only leaves. */
function windowOf(form: 'update_time' | 'update', page: number, size: number, fromMs: number, toMs: number): Params {
  const [from, to] = [Math.floor(fromMs / 1_000), Math.ceil(toMs / 1_000)]
  return form === 'update_time'
    ? { page, size, order_by: 'update_time', order_asc: true, update_time_start: from, update_time_end: to }
    : { page, size, update_start_time: from, update_end_time: to }
}

function pageOf(data: Json, list: string): Page<Json> {
  const total = wholeAt(jsonAt(data, 'total'), 'total')
  if (total === undefined) throw new BadPayload('a list came without total')
  return { total, rows: listAt(jsonAt(data, list), list) }
}

function requestNo(row: Json): string | undefined {
  const info = jsonAt(row, 'aftersale_info') ?? jsonAt(row, 'after_sale_info') ?? row
  return jsonText(info, 'aftersale_id') ?? jsonText(info, 'after_sale_id')
}

function toldOrders(shop: Shop, rows: readonly Json[]): Told {
  const { values, faulty } = readEach(
    rows,
    (row) => jsonText(row, 'order_id'),
    (row) => readOrder(row, shop),
  )
  return { orders: values, returns: [], ...(faulty.length > 0 && { faulty }) }
}
