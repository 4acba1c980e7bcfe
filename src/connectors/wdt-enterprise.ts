import { z } from 'zod'
import { BadPayload } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText } from '../runtime/json.ts'
import type { Log } from '../runtime/log.ts'
import { adapter, addressForm } from './adapter.ts'
import type { Page } from './paging.ts'
import { enterpriseOut, enterpriseRefundStates, isCancelled, outWithTrouble, pushedEnterprise } from './wdt-codes.ts'
import { type EnterpriseCall, enterpriseCalls } from './wdt-enterprise-calls.ts'
import { wdtConnector } from './wdt-ports.ts'
import type { WdtRefund, WdtStockOut } from './wdt-records.ts'
import {
  numbersIn,
  type PushedRefund,
  piecesOf,
  type Wanted,
  type WdtList,
  type WdtSystem,
  wdtForm,
} from './wdt-system.ts'
import { mixedAt, stockInOf, stockLot, stockOut, tradeOf } from './wdt-wire.ts'
import { beijingText, listAt, needed, told, wholeAt, yuanAt } from './wire-values.ts'

const settings = z.strictObject({
  ...wdtForm,
  appKey: z.string().min(1),
  appSecret: z.string().min(1),
  baseUrl: addressForm('https://api.wangdian.cn/openapi2'),
})

/** Some lists take 100, trade_query no more than 40. */
const pageSize = 40
/** One call at a time for each account: the vendor counts calls that run side by side too. */
const atOnce = 1
/** The parameter that finds an after-sale order by the number it was pushed under. Unconfirmed. */
const rawRefundParam = 'src_refund_no'
/** What can be promised, in the vendor's own spelling. */
const freeField = 'avaliable_num'

/** 旺店通企业版: the same as 旗舰版 by the older protocol of .php addresses (open platform, 2026-11-22). */
export const wdtEnterprise = adapter(settings, (name, given, parts) => {
  const at = parts.vendor({ name, perSecond: given.callsPerMinute / 60, atOnce })
  const call = enterpriseCalls(given, { at, log: parts.log })
  const system = enterpriseSystem(call, given.nearExpiryWarehouses, troubleTeller(name, parts.log))
  return wdtConnector(name, given, system, parts)
})

/** Numbers it was said of; the oldest are forgotten, which costs a line in the log. */
const mostSaid = 1_000

/** Windows overlap, and what went out is asked for again: each stock-out is said once. */
function troubleTeller(connector: string, log: Log): (stockOut: WdtStockOut) => void {
  const said = new Set<string>()
  return ({ no }) => {
    if (said.has(no)) return
    said.add(no)
    const [oldest] = said
    if (said.size > mostSaid && oldest !== undefined) said.delete(oldest)
    log('error', 'a parcel left, but its platform does not know: see the stock-out', { connector, no, alarm: true })
  }
}

type Params = Readonly<Record<string, string>>

function enterpriseSystem(
  call: EnterpriseCall,
  nearExpiry: readonly string[],
  inTrouble: (stockOut: WdtStockOut) => void,
): WdtSystem {
  const list = <T>(name: string, rows: string, nos: readonly string[], read: (row: Json) => T): WdtList<T> => ({
    page: (wanted, page, signal) => pageOf(call, { name, params: paramsOf(wanted), rows }, page, signal),
    idOf: (row) => nos.map((no) => jsonText(row, no)).find((no) => no !== undefined) ?? '',
    about: (row) => jsonText(row, 'src_tids') ?? jsonText(row, 'src_trade_no'),
    read,
  })
  const defect = (row: Json) => jsonText(row, 'defect') === '1'
  return {
    pageSize,
    trades: list('trade_query', 'trades', ['trade_no'], (row) => tradeOf(row, 'goods_list')),
    stockOuts: list('stockout_order_query_trade', 'stockout_list', ['order_no', 'stockout_no'], (row) => {
      const stockOut = enterpriseStockOut(row)
      if (wholeAt(jsonAt(row, 'status'), 'status') === outWithTrouble) inTrouble(stockOut)
      return stockOut
    }),
    refunds: list('refund_query', 'refunds', ['refund_no'], enterpriseRefund),
    stockIns: list('stockin_order_query_refund', 'stockin_list', ['order_no'], stockInOf),
    // spec_no is one number in this edition
    skusAtOnce: 1,
    stockPage: (wanted, page, signal) => {
      const params = 'skus' in wanted ? { spec_no: wanted.skus[0] ?? '' } : spanOf(wanted)
      return pageOf(call, { name: 'stock_query', params, rows: 'stocks' }, page, signal)
    },
    readStock: (row, readAtMs) => stockLot(row, readAtMs, { free: freeField, defect, nearExpiry }),
    pushRefund: (refund, signal) => pushRefund(call, refund, signal),
  }
}

const spanOf = ({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }) => ({
  start_time: beijingText(fromMs),
  end_time: beijingText(toMs),
})

function paramsOf(wanted: Wanted): Params {
  const shop = { shop_no: wanted.shopNo }
  if ('tid' in wanted) return { ...shop, src_tid: wanted.tid }
  if ('refundNo' in wanted) return { ...shop, refund_no: wanted.refundNo }
  if ('rawRefundNo' in wanted) return { ...shop, [rawRefundParam]: wanted.rawRefundNo }
  return { ...shop, ...spanOf(wanted) }
}

/**
 * The total comes with page 0 alone. A page shorter than it should be is checked against a fresh total: rows leave a window while
 * it is read.
 */
async function pageOf(
  call: EnterpriseCall,
  { name, params, rows: field }: { readonly name: string; readonly params: Params; readonly rows: string },
  page: number,
  signal: AbortSignal,
): Promise<Page<Json>> {
  const ask = async (no: number) => {
    const body = await call(name, { ...params, page_size: String(pageSize), page_no: String(no) }, signal)
    return { rows: listAt(jsonAt(body, field), field), total: wholeAt(jsonAt(body, 'total_count'), 'total_count') }
  }
  const { rows, total: told } = await ask(page)
  if (page > 0 && rows.length === pageSize) return { rows, total: (page + 1) * pageSize }
  const total = page === 0 ? told : (await ask(0)).total
  // an answer about one number comes without total at some calls
  if (total === undefined && 'start_time' in params) throw new BadPayload(`${name} came without total_count`)
  return { rows, total: total ?? rows.length }
}

/** 95, 105 and 110 went out; 113 did too, with trouble at the platform. */
function enterpriseStockOut(raw: Json): WdtStockOut {
  const status = needed(wholeAt(jsonAt(raw, 'status'), 'status'), 'status')
  const state = isCancelled(status) ? 'cancelled' : enterpriseOut.has(status) ? 'out' : 'waiting'
  return { ...stockOut(raw), state }
}

/** Names inside are unconfirmed beyond number, kind, status and amount. */
function enterpriseRefund(raw: Json): WdtRefund {
  const time = (field: string) => mixedAt(jsonAt(raw, field), field)
  const status = needed(jsonText(raw, 'process_status') ?? jsonText(raw, 'status'), 'process_status')
  const tid = jsonText(raw, 'tid')
  return told<WdtRefund>({
    no: needed(jsonText(raw, 'refund_no'), 'refund_no'),
    platformNos: numbersIn(jsonText(raw, 'src_no')),
    type: needed(jsonText(raw, 'type'), 'type'),
    status,
    state: enterpriseRefundStates[status],
    modifiedAtMs: needed(time('modified'), 'modified'),
    appliedAtMs: needed(time('refund_time') ?? time('created') ?? time('modified'), 'refund_time'),
    settledAtMs: time('settle_time') ?? time('finish_time'),
    reason: jsonText(raw, 'reason') ?? jsonText(raw, 'reason_name'),
    waybillNo: jsonText(raw, 'logistics_no'),
    refundFen: yuanAt(jsonAt(raw, 'actual_refund_amount') ?? jsonAt(raw, 'refund_amount'), 'actual_refund_amount'),
    lines: listAt(jsonAt(raw, 'refund_order_list'), 'refund_order_list').map((line) =>
      told<WdtRefund['lines'][number]>({
        tid: needed(jsonText(line, 'tid') ?? tid, 'tid'),
        oid: jsonText(line, 'oid') ?? '',
        qty: piecesOf(jsonAt(line, 'refund_num') ?? jsonAt(line, 'num'), 'refund_num'),
        fen: yuanAt(jsonAt(line, 'refund_order_amount') ?? jsonAt(line, 'total_amount'), 'total_amount'),
      }),
    ),
  })
}

/** One request with its lines; code 0 may still hold failures in error_list. */
async function pushRefund(
  call: EnterpriseCall,
  { refundNo, shopNo, goods, atMs }: Parameters<WdtSystem['pushRefund']>[0],
  signal: AbortSignal,
): Promise<PushedRefund> {
  const { orderNo, waybillNo = '', carrier = '', reason, refundFen = '0', lines } = goods
  const refund = {
    platform_id: pushedEnterprise.platform,
    shop_no: shopNo,
    tid: orderNo,
    refund_no: refundNo,
    type: pushedEnterprise.type,
    status: pushedEnterprise.toReceive,
    refund_fee: Number(refundFen) / 100,
    refund_time: beijingText(atMs),
    reason: reason.slice(0, 255),
    logistics_name: carrier,
    logistics_no: waybillNo,
    order_list: lines.map(({ lineKey, qty }) => ({ oid: lineKey, num: qty })),
  }
  const body = await call('sales_refund_push', { api_refund_list: JSON.stringify([refund]) }, signal)
  const errors = listAt(jsonAt(body, 'error_list'), 'error_list')
  if (errors.length > 0)
    return { outcome: 'failed', words: errors.map((one) => jsonText(one, 'error') ?? '').join(' ') }
  const [fresh = '0', changed = '0'] = ['new_count', 'chg_count'].map((field) => jsonText(body, field) ?? '0')
  return { outcome: 'pushed', receipt: { new: fresh, changed } }
}
