import { z } from 'zod'
import { BadPayload } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText } from '../runtime/json.ts'
import { adapter, addressForm } from './adapter.ts'
import type { Page } from './paging.ts'
import { type FlagshipCall, flagshipCalls } from './wdt-calls.ts'
import { pushed } from './wdt-codes.ts'
import { wdtConnector } from './wdt-ports.ts'
import { type PushedRefund, type Wanted, type WdtList, type WdtSystem, wdtForm } from './wdt-system.ts'
import { flagshipRefund, flagshipStockOut, stockInOf, stockLot, tradeOf } from './wdt-wire.ts'
import { beijingText, listAt, wholeAt } from './wire-values.ts'

const settings = z.strictObject({
  ...wdtForm,
  appKey: z.string().min(1),
  appSecret: z.string().regex(/^[^:]+:[^:]+$/, 'must be secret:salt, as the vendor gives it'),
  baseUrl: addressForm('http://wdt.wangdian.cn/openapi'),
})

const pageSize = 100
/** spec_nos is a list; how long it may be is unconfirmed. */
const skusAtOnce = 20
/** One call at a time for each account: the vendor counts calls that run side by side too. */
const atOnce = 1

/** 旺店通旗舰版: orders, stock-outs, after-sale orders, goods received back, stock, and 待收货 (open platform, 2026-11-22). */
export const wdt = adapter(settings, (name, given, parts) => {
  const at = parts.vendor({ name, perSecond: given.callsPerMinute / 60, atOnce })
  return wdtConnector(name, given, flagshipSystem(flagshipCalls(given, { at, log: parts.log }), given), parts)
})

type Asked = Readonly<Record<string, unknown>>

function flagshipSystem(call: FlagshipCall, given: z.infer<typeof settings>): WdtSystem {
  const list = <T>(
    method: string,
    no: string,
    params: (wanted: Wanted) => Asked,
    read: (row: Json) => T,
  ): WdtList<T> => ({
    page: (wanted, page, signal) => pageOf(call, { method, params: params(wanted), list: 'order' }, page, signal),
    idOf: (row) => jsonText(row, no) ?? '',
    about: (row) => jsonText(row, 'src_tids') ?? jsonText(row, 'src_trade_no'),
    read,
  })
  const defect = (row: Json) => jsonAt(row, 'defect') === true || jsonText(row, 'defect') === '1'
  return {
    pageSize,
    trades: list('sales.TradeQuery.queryWithDetail', 'trade_no', tradeParams, (row) => tradeOf(row, 'detail_list')),
    stockOuts: list('wms.stockout.Sales.queryWithDetail', 'order_no', stockOutParams, flagshipStockOut),
    refunds: list('aftersales.refund.Refund.search', 'refund_no', refundParams, flagshipRefund),
    stockIns: list('wms.stockin.Refund.queryWithDetail', 'order_no', stockInParams, stockInOf),
    skusAtOnce,
    stockPage: (wanted, page, signal) => {
      const params = 'skus' in wanted ? { spec_nos: wanted.skus } : span(wanted)
      return pageOf(call, { method: 'wms.StockSpec.search2', params, list: 'detail_list' }, page, signal)
    },
    readStock: (row, readAtMs) =>
      stockLot(row, readAtMs, { free: 'available_send_stock', defect, nearExpiry: given.nearExpiryWarehouses }),
    pushRefund: (refund, signal) => pushRefund(call, refund, signal),
  }
}

const span = ({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }) => ({
  start_time: beijingText(fromMs),
  end_time: beijingText(toMs),
})

function tradeParams(wanted: Wanted): Asked {
  const shop = { shop_no: wanted.shopNo }
  return 'tid' in wanted ? { ...shop, src_tid: wanted.tid } : { ...shop, ...spanOf(wanted) }
}

/** The parameter that finds stock-outs by the shop's number. Unconfirmed: an SDK has it as a flag, the documents as the number. */
const tidOfStockOut = 'src_tid'

/** status_type 0, the default, is the only one whose window means the time of shipping. */
function stockOutParams(wanted: Wanted): Asked {
  const shop = { shop_nos: wanted.shopNo }
  return 'tid' in wanted ? { ...shop, [tidOfStockOut]: wanted.tid } : { ...shop, status_type: 0, ...spanOf(wanted) }
}

function refundParams(wanted: Wanted): Asked {
  const shop = { shop_nos: wanted.shopNo }
  if ('refundNo' in wanted) return { ...shop, refund_no: wanted.refundNo }
  if ('rawRefundNo' in wanted) return { ...shop, raw_refund_nos: wanted.rawRefundNo }
  const { start_time, end_time } = spanOf(wanted)
  return { ...shop, modified_from: start_time, modified_to: end_time }
}

function stockInParams(wanted: Wanted): Asked {
  const shop = { shop_nos: wanted.shopNo }
  return 'refundNo' in wanted ? { ...shop, refund_no: wanted.refundNo } : { ...shop, ...spanOf(wanted) }
}

function spanOf(wanted: Wanted) {
  if ('fromMs' in wanted) return span(wanted)
  throw new TypeError('this list is not asked by that number')
}

/**
 * The total comes with page 0 alone, because counting is dear at this vendor. A page shorter than it should be is counted again:
 * rows leave a window while it is read.
 */
async function pageOf(
  call: FlagshipCall,
  { method, params, list }: { readonly method: string; readonly params: Asked; readonly list: string },
  page: number,
  signal: AbortSignal,
): Promise<Page<Json>> {
  const ask = async (withTotal: boolean) => {
    const data = await call(method, [params], signal, { page, size: pageSize, withTotal })
    return { data, rows: listAt(jsonAt(data, list), list) }
  }
  if (page > 0) {
    const { rows } = await ask(false)
    if (rows.length === pageSize) return { rows, total: (page + 1) * pageSize }
  }
  const { data, rows } = await ask(true)
  const total = wholeAt(jsonAt(data, 'total_count'), 'total_count')
  if (total === undefined) throw new BadPayload(`${method} came without total_count`)
  return { rows, total }
}

type Refund = Parameters<WdtSystem['pushRefund']>[0]

/** One row for each line; status 0 may still hold failures in error_list, and text in place of data is one. */
async function pushRefund(call: FlagshipCall, refund: Refund, signal: AbortSignal): Promise<PushedRefund> {
  const data = await call('aftersales.refund.RawRefund.upload2', [refund.shopNo, refundRows(refund)], signal)
  if (typeof data === 'string') return { outcome: 'failed', words: data }
  const errors = listAt(jsonAt(data, 'error_list'), 'error_list')
  if (errors.length > 0)
    return { outcome: 'failed', words: errors.map((one) => jsonText(one, 'error') ?? '').join(' ') }
  const [fresh, changed] = ['new_count', 'chg_count'].map((field) => jsonText(data, field) ?? '0')
  return { outcome: 'pushed', receipt: { new: fresh ?? '0', changed: changed ?? '0' } }
}

function refundRows({ refundNo, goods, atMs }: Refund) {
  return goods.lines.map(({ lineKey, sku, name, qty }, index) => ({
    refund_no: refundNo,
    num: qty,
    tid: goods.orderNo,
    oid: lineKey,
    type: pushed.type,
    status: pushed.toReceive,
    refund_version: pushed.version,
    // money of a return is one sum: it stands with the first line (the vendor does not say how to spread it)
    refund_amount: index === 0 ? yuan(goods.refundFen) : 0,
    actual_refund_amount: 0,
    title: name.slice(0, 255),
    logistics_name: goods.carrier ?? '',
    logistics_no: goods.waybillNo ?? '',
    buyer_nick: '',
    refund_time: beijingText(atMs),
    is_aftersale: pushed.afterSale,
    reason: goods.reason.slice(0, 255),
    ...(sku !== undefined && { spec_no: sku }),
  }))
}

/** A decimal of at most 2 places prints as it is. */
const yuan = (fen: string | undefined) => Number(fen ?? '0') / 100
