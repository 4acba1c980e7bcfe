import type { StockLot } from '../hub/stock.ts'
import { type Json, jsonAt, jsonText } from '../runtime/json.ts'
import { flagshipOut, isCancelled, leastTradeOut, refundStates } from './wdt-codes.ts'
import type { WdtRefund, WdtStockIn, WdtStockOut, WdtTrade } from './wdt-records.ts'
import { numbersIn, piecesOf } from './wdt-system.ts'
import { beijingAt, listAt, needed, textAt, told, wholeAt, yuanAt } from './wire-values.ts'

// Fields of 旗舰版 and what 企业版 shares with it (open platform documents, 2026-11-22). All functions throw BadPayload that names a field of another shape.

/** Times of one record are mixed: ms as a number, or text in Beijing time. */
export function mixedAt(value: Json | undefined, field: string): number | undefined {
  const ms = typeof value === 'number' || (typeof value === 'string' && /^\d{12,14}$/.test(value)) ? value : undefined
  if (ms === undefined) return beijingAt(value, field)
  const whole = wholeAt(ms, field)
  return whole === undefined || whole <= 0 ? undefined : whole
}

/** An ERP order, of sales.TradeQuery.queryWithDetail or trade_query: only the name of its lines differs. */
export function tradeOf(raw: Json, linesField: 'detail_list' | 'goods_list'): WdtTrade {
  const time = (field: string) => mixedAt(jsonAt(raw, field), field)
  const orderedAtMs = needed(time('trade_time') ?? time('created'), 'trade_time')
  const lines = listAt(jsonAt(raw, linesField), linesField).map(tradeLine)
  return told<WdtTrade>({
    tradeNo: needed(jsonText(raw, 'trade_no'), 'trade_no'),
    tids: [...new Set([...numbersIn(jsonText(raw, 'src_tids')), ...lines.map(({ tid }) => tid)])],
    status: needed(jsonText(raw, 'trade_status'), 'trade_status'),
    modifiedAtMs: time('modified') ?? orderedAtMs,
    orderedAtMs,
    paidAtMs: time('pay_time'),
    freightFen: yuanAt(jsonAt(raw, 'post_amount'), 'post_amount'),
    cancelReason: jsonText(raw, 'cancel_reason'),
    remark: [jsonText(raw, 'buyer_message'), jsonText(raw, 'cs_remark')].filter((one) => one !== undefined).join(' / '),
    ...receiver(raw),
    lines,
  })
}

function tradeLine(raw: Json): WdtTrade['lines'][number] {
  const tid = needed(jsonText(raw, 'src_tid'), 'line src_tid')
  const sku = jsonText(raw, 'spec_no')
  const lineKey = needed(jsonText(raw, 'src_oid') ?? jsonText(raw, 'rec_id'), 'line src_oid')
  return told<WdtTrade['lines'][number]>({
    tid,
    lineKey,
    sku,
    name: needed(jsonText(raw, 'goods_name') ?? jsonText(raw, 'api_goods_name') ?? sku, 'line goods_name'),
    spec: jsonText(raw, 'spec_name'),
    qty: piecesOf(jsonAt(raw, 'num'), 'line num'),
    amountFen: yuanAt(jsonAt(raw, 'share_amount'), 'line share_amount'),
    paidFen: yuanAt(jsonAt(raw, 'paid') ?? jsonAt(raw, 'share_amount'), 'line paid'),
  })
}

/** Only shops of the firm's own give these; others are left out or masked, and stay so. */
function receiver(raw: Json) {
  return {
    consigneeName: jsonText(raw, 'receiver_name'),
    phone: jsonText(raw, 'receiver_mobile') ?? jsonText(raw, 'receiver_telno'),
    region: jsonText(raw, 'receiver_area'),
    address: jsonText(raw, 'receiver_address'),
  }
}

/** A stock-out of wms.stockout.Sales.queryWithDetail. */
export function flagshipStockOut(raw: Json): WdtStockOut {
  const status = needed(wholeAt(jsonAt(raw, 'status'), 'status'), 'status')
  const ofTrade = wholeAt(jsonAt(raw, 'trade_status'), 'trade_status') ?? 0
  const out = flagshipOut.has(status) || ofTrade >= leastTradeOut
  return told<WdtStockOut>({ ...stockOut(raw), state: isCancelled(status) ? 'cancelled' : out ? 'out' : 'waiting' })
}

/** What both editions tell of a stock-out in the same fields; what its status means differs. */
export function stockOut(raw: Json): Omit<WdtStockOut, 'state'> {
  const time = (field: string) => mixedAt(jsonAt(raw, field), field)
  const shippedAtMs = time('consign_time')
  const parcels = listAt(jsonAt(raw, 'logistics_list'), 'logistics_list')
  const lines = listAt(jsonAt(raw, 'details_list'), 'details_list')
  const numbers = [jsonText(raw, 'logistics_no'), ...parcels.map((one) => jsonText(one, 'logistics_no'))]
  const tids = [
    ...numbersIn(jsonText(raw, 'src_trade_no') ?? jsonText(raw, 'src_tids')),
    ...lines.flatMap((one) => jsonText(one, 'src_tid') ?? []),
  ]
  return told<Omit<WdtStockOut, 'state'>>({
    no: needed(jsonText(raw, 'order_no') ?? jsonText(raw, 'stockout_no'), 'order_no'),
    tids: [...new Set(tids)],
    modifiedAtMs: needed(time('modified') ?? shippedAtMs, 'modified'),
    orderedAtMs: time('trade_time'),
    shippedAtMs,
    waybills: [...new Set(numbers.flatMap((one) => numbersIn(one)))],
    carrierCode: jsonText(raw, 'logistics_code'),
    carrierName: jsonText(raw, 'logistics_name'),
    warehouse: jsonText(raw, 'warehouse_name'),
  })
}

/** An after-sale order of aftersales.refund.Refund.search. */
export function flagshipRefund(raw: Json): WdtRefund {
  const time = (field: string) => mixedAt(jsonAt(raw, field), field)
  const appliedAtMs = needed(time('refund_time') ?? time('created'), 'created')
  const status = needed(jsonText(raw, 'status'), 'status')
  const only = numbersIn(jsonText(raw, 'tid_list') ?? jsonText(raw, 'src_tids'))
  return told<WdtRefund>({
    no: needed(jsonText(raw, 'refund_no'), 'refund_no'),
    platformNos: numbersIn(jsonText(raw, 'raw_refund_nos')),
    type: needed(jsonText(raw, 'type'), 'type'),
    status,
    state: refundStates[status],
    modifiedAtMs: needed(time('modified_date') ?? time('modified'), 'modified'),
    appliedAtMs,
    settledAtMs: time('current_phase_timeout') ?? time('settle_time'),
    reason: jsonText(raw, 'refund_reason') ?? jsonText(raw, 'reason_name'),
    waybillNo: jsonText(raw, 'return_logistics_no'),
    refundFen: yuanAt(jsonAt(raw, 'actual_refund_amount'), 'actual_refund_amount'),
    lines: listAt(jsonAt(raw, 'detail_list'), 'detail_list').map((line) =>
      told<WdtRefund['lines'][number]>({
        tid: needed(jsonText(line, 'tid') ?? only[0], 'detail_list.tid'),
        oid: jsonText(line, 'oid') ?? '',
        qty: piecesOf(jsonAt(line, 'refund_num') ?? jsonAt(line, 'num'), 'detail_list.refund_num'),
        fen: yuanAt(jsonAt(line, 'refund_amount'), 'detail_list.refund_amount'),
      }),
    ),
  })
}

/** Goods received back, of wms.stockin.Refund.queryWithDetail or stockin_order_query_refund. */
export function stockInOf(raw: Json): WdtStockIn {
  return {
    no: needed(jsonText(raw, 'order_no'), 'order_no'),
    refundNo: needed(jsonText(raw, 'refund_no') ?? jsonText(raw, 'src_order_no'), 'refund_no'),
    status: needed(jsonText(raw, 'status'), 'status'),
    modifiedAtMs: needed(mixedAt(jsonAt(raw, 'modified'), 'modified'), 'modified'),
  }
}

/**
 * A row of wms.StockSpec.search2 or stock_query: one SKU in one warehouse, damaged goods in rows of their own. What cannot be sent counts as
 * promised, so that what is left is what the vendor says can be sent. It does not tell places and dates.
 */
export function stockLot(
  raw: Json,
  readAtMs: number,
  fields: { readonly free: string; readonly defect: (row: Json) => boolean; readonly nearExpiry: readonly string[] },
): StockLot {
  const onHand = Math.max(0, Math.floor(needed(numberAt(raw, 'stock_num'), 'stock_num')))
  const free = numberAt(raw, fields.free) ?? onHand
  const sku = needed(jsonText(raw, 'spec_no'), 'spec_no')
  const defect = fields.defect(raw)
  const near = fields.nearExpiry.includes(jsonText(raw, 'warehouse_no') ?? '')
  return told<StockLot>({
    sku,
    name: jsonText(raw, 'goods_name') ?? sku,
    spec: jsonText(raw, 'spec_name'),
    warehouse: needed(jsonText(raw, 'warehouse_name') ?? jsonText(raw, 'warehouse_no'), 'warehouse_no'),
    onHand,
    locked: Math.min(onHand, Math.max(0, onHand - Math.floor(free))),
    zone: defect ? 'quarantine' : near ? 'near_expiry' : 'shelf',
    readAtMs,
  })
}

function numberAt(raw: Json, field: string): number | undefined {
  const text = textAt(jsonAt(raw, field), field)
  if (text === undefined) return undefined
  const number = Number(text)
  return Number.isFinite(number) ? number : needed<number>(undefined, `${field} as a number`)
}
