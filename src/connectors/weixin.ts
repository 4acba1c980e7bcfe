import { z } from 'zod'
import type { PushReading, ReadPush, SalesChannel, Told } from '../hub/channel-port.ts'
import { BadPayload, PlatformRefused, Unreachable } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText } from '../runtime/json.ts'
import { type AdapterParts, adapter, addressForm, defaultCarrierForm, shopForm } from './adapter.ts'
import { sameText } from './digests.ts'
import { patiently } from './patience.ts'
import { notThereCode, type WeixinCall, weixinCalls } from './weixin-calls.ts'
import { openEnvelope, pushSignature } from './weixin-crypt.ts'
import { encryptedPart, messageFields, readHint, readOrder, readReturn } from './weixin-wire.ts'
import { idAt, listAt, readEach } from './wire-values.ts'

const settings = z.strictObject({
  shop: shopForm,
  appId: z.string().regex(/^wx[0-9a-z]+$/, 'must be the app id of the shop, wx…'),
  appSecret: z.string().min(1),
  pushToken: z.string().min(3).max(32),
  encodingAesKey: z.string().regex(/^[0-9A-Za-z]{43}$/, 'must be the 43 characters of the message push page'),
  defaultCarrier: defaultCarrierForm,
  baseUrl: addressForm('https://api.weixin.qq.com'),
})

type Settings = z.infer<typeof settings>

/** Ids of a page of order/list/get, at most 100. */
const pageSize = 100
/** 500–800 calls in 30 s were seen on the older shop API; unconfirmed for this one. */
const callsPerSecond = 10
/** Orders may span 7 days, after-sales 24 h; each order is a call, so that a window is kept as short as a reading takes. */
const mostSpanMs = 3_600_000
/** The form of the numbers that were seen; unconfirmed, so it is wide. */
const orderNoForm = /^\d{18,20}$/

/** 微信小店: pushes in safe mode, ids from lists and each order by its id, after-sales (server API, 2026-11-22). */
export const weixin = adapter(settings, (name, given, parts) => {
  const at = parts.vendor({ name, perSecond: callsPerSecond })
  const shop: Shop = { ...given, call: weixinCalls(given, { tokens: parts.tokens, log: parts.log, at }), parts }
  const check: SalesChannel['check'] = async (signal) => {
    await shop.call('/channels/ec/order/list/get', orderSpan(at.nowMs() - 60_000, at.nowMs(), 1), signal)
  }
  const channel: SalesChannel = {
    name,
    channel: 'miniapp',
    shop: given.shop,
    sources: { pull: 'miniapp.pull', push: 'miniapp.push', single: 'miniapp.single' },
    readPush: pushReader(given),
    couldBe: (orderNo) => orderNoForm.test(orderNo),
    pullOrder: (orderNo, signal) => pullOrder(shop, orderNo, signal),
    pullReturn: (afterSaleNo, signal) => pullReturn(shop, afterSaleNo, signal),
    pullWindow: (fromMs, toMs, signal) => pullWindow(shop, fromMs, toMs, signal),
    window: { mostMs: mostSpanMs, overlapMs: 10 * 60_000, lagMs: 5_000 },
    everyMs: 5 * 60_000,
    check,
  }
  return { channels: [channel], check }
})

type Shop = Settings & { readonly call: WeixinCall; readonly parts: AdapterParts }

const pushOk = { status: 200, body: 'success', type: 'text/plain' } as const

/** GET is the check of the address; POST must be in safe mode, since `signature` alone does not cover the message. */
function pushReader({ pushToken, encodingAesKey, appId }: Settings): ReadPush {
  return ({ method, query, raw }): PushReading => {
    const [timestamp = '', nonce = ''] = [query.get('timestamp') ?? '', query.get('nonce') ?? '']
    const signed = (given: string | null, ...more: readonly string[]) =>
      sameText(given?.toLowerCase(), pushSignature(pushToken, timestamp, nonce, ...more))
    if (method === 'GET') {
      if (!signed(query.get('signature'))) return { outcome: 'refused', status: 401, reason: 'signature is wrong' }
      return { outcome: 'echo', answer: { ...pushOk, body: query.get('echostr') ?? '' } }
    }
    const encrypt = encryptedPart(raw)
    if (encrypt === undefined)
      return { outcome: 'refused', status: 401, reason: 'not encrypted: choose the safe mode in the console' }
    if (!signed(query.get('msg_signature'), encrypt))
      return { outcome: 'refused', status: 401, reason: 'msg_signature is wrong' }
    const message = openEnvelope(encodingAesKey, encrypt, appId)
    return { outcome: 'told', hints: [readHint(messageFields(message))], answer: pushOk }
  }
}

async function pullOrder(shop: Shop, orderNo: string, signal: AbortSignal): Promise<Told | undefined> {
  // stars on purpose: what would be clear text today is masked by default tomorrow
  const body = { order_id: orderNo, encode_sensitive_info: true }
  const order = jsonAt(await orNothing(shop.call('/channels/ec/order/get', body, signal)), 'order')
  if (order === undefined || order === null) return undefined
  const { values, faulty } = readEach(
    [order],
    () => orderNo,
    (one) => readOrder(one, shop),
  )
  return { orders: values, returns: [], ...(faulty.length > 0 && { faulty }) }
}

async function pullReturn(shop: Shop, afterSaleNo: string, signal: AbortSignal): Promise<Told | undefined> {
  const body = { after_sale_order_id: afterSaleNo }
  const answer = await orNothing(shop.call('/channels/ec/aftersale/getaftersaleorder', body, signal))
  const request = jsonAt(answer, 'after_sale_order')
  if (request === undefined || request === null) return undefined
  const { values, faulty } = readEach(
    [request],
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

type Span = Parameters<WeixinCall>[1]

/** Seconds, both included. Only one of the two ranges: with both the vendor tends to give nothing. */
function orderSpan(fromMs: number, toMs: number, size: number): Span {
  return {
    update_time_range: { start_time: Math.floor(fromMs / 1_000), end_time: Math.ceil(toMs / 1_000) },
    page_size: size,
  }
}

/** Names by change are unconfirmed; those by creation (begin_create_time) are documented. */
function requestSpan(fromMs: number, toMs: number): Span {
  return { begin_update_time: Math.floor(fromMs / 1_000), end_update_time: Math.ceil(toMs / 1_000) }
}

/** Lists hold ids alone: each order and each request is read by its id. */
async function* pullWindow(shop: Shop, fromMs: number, toMs: number, signal: AbortSignal): AsyncGenerator<Told> {
  const lists = [
    {
      path: '/channels/ec/order/list/get',
      ids: 'order_id_list',
      span: orderSpan(fromMs, toMs, pageSize),
      pull: pullOrder,
    },
    {
      path: '/channels/ec/aftersale/getaftersalelist',
      ids: 'after_sale_order_id_list',
      span: requestSpan(fromMs, toMs),
      pull: pullReturn,
    },
  ]
  for (const { path, ids, span, pull } of lists)
    for await (const page of idPages(shop, path, ids, span, signal))
      for (const id of page) {
        const one = await patiently(shop.parts.clock, signal, () => pull(shop, id, signal))
        yield one ?? { orders: [], returns: [], faulty: [{ id, problem: 'it is listed and cannot be read' }] }
      }
}

/** Whether the list goes on. Any other word than the documented ones must not end it: orders would be missing without a trace. */
function moreAfter(answer: Json, rows: number): boolean {
  const told = jsonAt(answer, 'has_more')
  if (told === true || told === 1 || told === 'true') return true
  if (told === false || told === 0 || told === 'false') return false
  // a vendor that leaves out what is false: only believed of a page that is not full, and of an answer that says it is one
  if (told === undefined && rows < pageSize && jsonAt(answer, 'errcode') !== undefined) return false
  throw new BadPayload('has_more says neither that a list goes on nor that it ends')
}

/**
 * Pages by key. No total is told, so that a page which promises more without a key, or whose key was there before, is the only
 * sign of a list that is not whole: the window then does not count.
 */
async function* idPages(
  shop: Shop,
  path: string,
  ids: string,
  span: Span,
  signal: AbortSignal,
): AsyncGenerator<readonly string[]> {
  const keys = new Set<string>()
  for (let key: string | undefined; ; ) {
    const body = key === undefined ? span : { ...span, next_key: key }
    const answer = await patiently(shop.parts.clock, signal, () => shop.call(path, body, signal))
    const page = listAt(jsonAt(answer, ids), ids).map((id) => {
      const text = idAt(id, ids)
      if (text === undefined) throw new BadPayload(`${ids} holds an empty id`)
      return text
    })
    const more = moreAfter(answer, page.length)
    yield page
    if (!more) return
    key = jsonText(answer, 'next_key')
    if (key === undefined || keys.has(key)) throw new Unreachable(`${path}: a page promises more and leads nowhere`)
    keys.add(key)
  }
}
