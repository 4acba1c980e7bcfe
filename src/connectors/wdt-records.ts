import type { SourceReturn } from '../hub/channel-port.ts'
import type { Channel, SourceOrder } from '../hub/order-facts.ts'
import { BadPayload } from '../runtime/errors.ts'
import { payMethodUntold } from '../text/zh-channels.ts'
import { carrierNamed } from './carrier-codes.ts'
import { goodsBackType, moneyTypes, stockInDone, tradeStage } from './wdt-codes.ts'
import { inOrder, told } from './wire-values.ts'

// What both editions of 旺店通 tell, in one shape, and the hub's words made of it. An order of a shop may stand in several ERP
// orders (split) and an ERP order may hold several (merged), so everything goes by the shop's own number, the tid.

export type WdtShop = {
  readonly shopNo: string
  readonly shop: string
  readonly channel: Channel
  readonly defaultCarrier?: SourceOrder['carrier']
}

export type WdtTrade = {
  readonly tradeNo: string
  readonly tids: readonly string[]
  readonly status: string
  readonly modifiedAtMs: number
  readonly orderedAtMs: number
  readonly paidAtMs?: number
  readonly freightFen?: bigint
  readonly cancelReason?: string
  readonly remark?: string
  readonly consigneeName?: string
  readonly phone?: string
  readonly region?: string
  readonly address?: string
  readonly lines: readonly (SourceOrder['lines'][number] & { readonly tid: string; readonly paidFen?: bigint })[]
}

export type WdtStockOut = {
  readonly no: string
  readonly tids: readonly string[]
  readonly state: 'waiting' | 'out' | 'cancelled'
  readonly modifiedAtMs: number
  readonly orderedAtMs?: number
  readonly shippedAtMs?: number
  readonly waybills: readonly string[]
  readonly carrierCode?: string
  readonly carrierName?: string
  readonly warehouse?: string
}

export type WdtRefund = {
  readonly no: string
  /** Numbers of the platform's own requests behind it. */
  readonly platformNos: readonly string[]
  readonly type: string
  /** The vendor's own code, and the hub's word for it where there is one. */
  readonly status: string
  readonly state?: SourceReturn['state']
  readonly modifiedAtMs: number
  readonly appliedAtMs: number
  readonly settledAtMs?: number
  readonly reason?: string
  readonly waybillNo?: string
  readonly refundFen?: bigint
  readonly lines: readonly { readonly tid: string; readonly oid: string; readonly qty: number; readonly fen?: bigint }[]
}

export type WdtStockIn = {
  readonly no: string
  readonly refundNo: string
  readonly status: string
  readonly modifiedAtMs: number
}

/** All that 旺店通 tells of one order of a shop; undefined when none of these is about it. */
export function orderOf(tid: string, trades: readonly WdtTrade[], shop: WdtShop): SourceOrder | undefined {
  const own = trades.filter(({ tids }) => tids.includes(tid))
  const newest = own.toSorted((a, b) => b.modifiedAtMs - a.modifiedAtMs)[0]
  if (newest === undefined) return undefined
  const lines = own.flatMap((trade) => trade.lines.filter((line) => line.tid === tid))
  const merged = own.some(({ tids }) => tids.length > 1)
  const paidAtMs = own.map((one) => one.paidAtMs).find((atMs) => atMs !== undefined)
  const { consigneeName, phone, region, address } = newest
  const stage = stageOf(own)
  return told<SourceOrder>({
    ...named(tid, shop),
    modifiedAtMs: newest.modifiedAtMs,
    orderedAtMs: Math.min(...own.map(({ orderedAtMs }) => orderedAtMs)),
    stage,
    paidAtMs,
    payMethod: paidAtMs === undefined ? undefined : payMethodUntold,
    paidFen: paidAtMs === undefined ? undefined : sumOf(lines.map(({ paidFen }) => paidFen)),
    // the freight of a merged ERP order is that of several orders
    freightFen: merged ? undefined : sumOf(own.map(({ freightFen }) => freightFen)),
    cancelReason: stage === 'cancelled' ? newest.cancelReason : undefined,
    remark: newest.remark,
    consigneeName,
    phone,
    region,
    address,
    // once it is on its way only its stock-outs say by whom
    carrier: wentOut(stage) ? undefined : shop.defaultCarrier,
    lines: inOrder(lines.map(({ tid: _tid, paidFen: _paid, ...line }) => line)),
  })
}

export const wentOut = (stage: string | undefined) => stage === 'shipped' || stage === 'part_shipped'

/** One word for an order that stands in several ERP orders: the cancelled ones count only when nothing else is left. */
function stageOf(trades: readonly WdtTrade[]): string {
  const stages = trades.map(({ status }) => tradeStage(status))
  const living = stages.filter((stage) => stage !== 'cancelled')
  const [first] = living
  if (first === undefined) return 'cancelled'
  if (living.every((stage) => stage === first)) return first
  if (living.includes('shipped')) return 'part_shipped'
  return living.find((stage) => stage !== 'paid') ?? first
}

/**
 * The outbound event: order, waybill, carrier and time, all of them. Throws BadPayload that names what is missing, so that a
 * stock-out without waybill is rejected as such and never becomes "shipped". undefined while nothing, or not all of it, went out.
 */
export function outboundOf(
  tid: string,
  stockOuts: readonly WdtStockOut[],
  shop: WdtShop,
  allOut: boolean,
): SourceOrder | undefined {
  const own = stockOuts.filter(({ tids, state }) => tids.includes(tid) && state !== 'cancelled')
  const out = own.filter(({ state }) => state === 'out')
  const [first] = out
  if (first === undefined) return undefined
  const parcels = out.map((one) => complete(one)).sort((a, b) => a.shippedAtMs - b.shippedAtMs)
  const last = parcels.at(-1)
  const [{ carrier, carrierName } = {}] = parcels
  const whole = allOut && out.length === own.length
  const modifiedAtMs = Math.max(...out.map((one) => one.modifiedAtMs))
  return told<SourceOrder>({
    ...named(tid, shop),
    modifiedAtMs,
    orderedAtMs: first.orderedAtMs ?? first.modifiedAtMs,
    shippedAtMs: whole ? last?.shippedAtMs : undefined,
    waybillNo: [...new Set(parcels.flatMap(({ waybills }) => waybills))].sort().join(','),
    carrier,
    carrierName,
    warehouse: first.warehouse,
    lines: [],
  })
}

function complete(stockOut: WdtStockOut) {
  const { waybills, carrierCode, carrierName, shippedAtMs } = stockOut
  const carried = carrierNamed({ code: carrierCode, name: carrierName, waybillNo: waybills[0] })
  const pickup = carried.carrier === 'PICKUP'
  const missing = [
    waybills.length === 0 && !pickup && 'waybill',
    carried.carrier === undefined && 'carrier',
    shippedAtMs === undefined && 'out time',
  ].filter((word) => word !== false)
  if (missing.length > 0 || shippedAtMs === undefined)
    throw new BadPayload(`an outbound event without ${missing.join(', ')} is rejected`)
  return { waybills, shippedAtMs, ...carried }
}

/**
 * An after-sale order, one for each order it is about; none for exchanges. Where goods come back, "done" waits for their stock-in:
 * the money alone does not make a return.
 */
export function returnsOf(refund: WdtRefund, stockIns: readonly WdtStockIn[], shop: WdtShop): readonly SourceReturn[] {
  if (!moneyTypes.has(refund.type)) return []
  const goodsBack = refund.type === goodsBackType
  const received = stockIns.filter(({ refundNo, status }) => refundNo === refund.no && status === stockInDone)
  const word = refund.state
  const waits = word === 'done' && goodsBack && received.length === 0
  const state = waits ? 'agreed' : (word ?? 'applied')
  const modifiedAtMs = Math.max(refund.modifiedAtMs, ...received.map((one) => one.modifiedAtMs))
  const tids = [...new Set(refund.lines.map(({ tid }) => tid))]
  const no = refund.platformNos[0] ?? refund.no
  return tids.map((tid, index) => {
    const own = sumOf(refund.lines.filter((line) => line.tid === tid).map(({ fen }) => fen))
    return told<SourceReturn>({
      channel: shop.channel,
      shop: shop.shop,
      orderNo: tid,
      // one after-sale order over several orders: each needs a number of its own
      afterSaleNo: index === 0 ? no : `${no}/${tid}`,
      source: shop.channel,
      modifiedAtMs,
      appliedAtMs: refund.appliedAtMs,
      state,
      goodsBack,
      reason: refund.reason ?? 'unstated',
      refundFen: tids.length === 1 ? (refund.refundFen ?? own) : own,
      refundedAtMs: state === 'done' ? (refund.settledAtMs ?? modifiedAtMs) : undefined,
      waybillNo: refund.waybillNo,
      platformState: word === undefined ? refund.status : undefined,
    })
  })
}

const named = (tid: string, { channel, shop }: WdtShop) => ({ channel, shop, orderNo: tid, source: channel })

/** undefined when one of them was not told. */
function sumOf(amounts: readonly (bigint | undefined)[]): bigint | undefined {
  return amounts.reduce((sum, one) => (sum === undefined || one === undefined ? undefined : sum + one), 0n)
}
