import { z } from 'zod'
import type { SalesChannel, Told } from '../hub/channel-port.ts'
import { BadPayload, PlatformRefused } from '../runtime/errors.ts'
import { type Json, jsonAt } from '../runtime/json.ts'
import { type AdapterParts, adapter, addressForm, defaultCarrierForm, shopForm } from './adapter.ts'
import { type JdCall, jdCalls, notThereCode } from './jd-calls.ts'
import { listedStates } from './jd-codes.ts'
import { jdTokens } from './jd-token.ts'
import { orderFields, readOrders } from './jd-wire.ts'
import { lastPageFirst, type Page } from './paging.ts'
import { patiently } from './patience.ts'
import { beijingText, idAt, listAt, readEach, wholeAt } from './wire-values.ts'

const settings = z
  .strictObject({
    shop: shopForm,
    appKey: z.string().min(1),
    appSecret: z.string().min(1),
    /** Of the shop's authorisation; either is enough, the refresh token keeps it alive. */
    accessToken: z.string().min(1).optional(),
    refreshToken: z.string().min(1).optional(),
    defaultCarrier: defaultCarrierForm,
    /** The relay inside the vendor's own cloud (云鼎): order calls from elsewhere are refused. */
    baseUrl: addressForm('https://api.jd.com'),
    oauthUrl: addressForm('https://open-oauth.jd.com'),
  })
  .refine(({ accessToken, refreshToken }) => accessToken !== undefined || refreshToken !== undefined, {
    message: 'accessToken or refreshToken must be given',
  })

type Settings = z.infer<typeof settings>

const searchOrders = 'jingdong.pop.order.enSearch'
const getOrder = 'jingdong.pop.order.enGet'

/** Unconfirmed: the most a page takes. */
const pageSize = 100
/** A cap on deep paging is unconfirmed: a span with more rows is read in halves. */
const mostRows = 5_000
const leastSpanMs = 60_000
/** Unconfirmed: it depends on the app. */
const callsPerSecond = 5
/** dateType: by the time of change. */
const byModified = '0'
/** sortType: the newest first. */
const newestFirst = '1'

/** 京东 JOS: orders by number and by time of change (two SDKs, 2026-11-22). It calls nobody back, and returns come from the WMS. */
export const jd = adapter(settings, (name, given, parts) => {
  const at = parts.vendor({ name, perSecond: callsPerSecond })
  const tokens = jdTokens(given, parts.tokens, at, name)
  const shop: Shop = { ...given, call: jdCalls(given, { at, log: parts.log, tokens }), parts }
  const check: SalesChannel['check'] = async (signal) => {
    await shop.call(searchOrders, spanOf(0, at.nowMs() - 60_000, at.nowMs()), signal)
  }
  const channel: SalesChannel = {
    name,
    channel: 'jd',
    shop: given.shop,
    sources: { pull: 'jd.pull', single: 'jd.single' },
    couldBe: (orderNo) => /^\d{8,20}$/.test(orderNo),
    pullOrder: (orderNo, signal) => pullOrder(shop, orderNo, signal),
    pullWindow: (fromMs, toMs, signal) => pullWindow(shop, fromMs, toMs, signal),
    // how much one call may ask for is unconfirmed: an hour is taken
    window: { mostMs: 3_600_000, overlapMs: 10 * 60_000, lagMs: 5_000 },
    everyMs: 12 * 3_600_000,
    check,
  }
  return { channels: [channel], check }
})

type Shop = Settings & { readonly call: JdCall; readonly parts: AdapterParts }

async function pullOrder(shop: Shop, orderNo: string, signal: AbortSignal): Promise<Told | undefined> {
  try {
    const data = await shop.call(getOrder, { order_id: orderNo, optional_fields: orderFields }, signal)
    const raw = jsonAt(data, 'orderDetailInfo', 'orderInfo')
    return raw === undefined || raw === null ? undefined : toldOf(shop, [raw], orderNo)
  } catch (error) {
    if (error instanceof PlatformRefused && error.vendorCode === notThereCode) return undefined
    throw error
  }
}

/** `asked` is the number of an only order, for one that cannot even tell its own. */
function toldOf(shop: Shop, rows: readonly Json[], asked?: string): Told {
  const noOf = (row: Json) => asked ?? idAt(jsonAt(row, 'orderId'), 'orderId')
  const { values, faulty } = readEach(rows, noOf, (row) => readOrders(row, shop))
  const told = { orders: values.flat(), returns: [] }
  if (faulty.length === 0) return told
  return { ...told, faulty: faulty.map((one) => ({ ...one, orderNo: one.id })) }
}

/** Page 0 is the first here; the vendor counts from 1. Whole seconds, both included. */
function spanOf(page: number, fromMs: number, toMs: number) {
  return {
    start_date: beijingText(fromMs),
    end_date: beijingText(toMs + 999),
    order_state: listedStates,
    optional_fields: orderFields,
    page: String(page + 1),
    page_size: String(pageSize),
    sortType: newestFirst,
    dateType: byModified,
  }
}

/**
 * The orders of a span; of its halves where there are too many. The newest change stands first, so an order that changes meanwhile
 * leaves the span and moves the later ones toward page 1: the last page is read first.
 */
async function* pullWindow(shop: Shop, fromMs: number, toMs: number, signal: AbortSignal): AsyncGenerator<Told> {
  const pageOf = (page: number): Promise<Page<Json>> =>
    patiently(shop.parts.clock, signal, async () => {
      const data = await shop.call(searchOrders, spanOf(page, fromMs, toMs), signal)
      const found = jsonAt(data, 'searchorderinfo_result')
      const total = wholeAt(jsonAt(found, 'orderTotal'), 'orderTotal')
      if (total === undefined) throw new BadPayload(`${searchOrders} came without total`)
      return { total, rows: listAt(jsonAt(found, 'orderInfoList'), 'orderInfoList') }
    })
  const first = await pageOf(0)
  if (first.total > mostRows && toMs - fromMs > leastSpanMs) {
    const middleMs = fromMs + Math.floor((toMs - fromMs) / 2)
    yield* pullWindow(shop, fromMs, middleMs, signal)
    yield* pullWindow(shop, middleMs, toMs, signal)
    return
  }
  for await (const rows of lastPageFirst({ size: pageSize, pageOf, idOf: numberOf, first })) yield toldOf(shop, rows)
}

function numberOf(row: Json): string {
  const no = idAt(jsonAt(row, 'orderId'), 'orderId')
  if (no === undefined) throw new BadPayload(`${searchOrders} gave a row without number`)
  return no
}
