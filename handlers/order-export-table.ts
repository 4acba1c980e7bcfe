import { shower, type View } from '../cards/view.ts'
import type { ExportTable } from '../src/hub/exports.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import { isoDay } from '../src/runtime/beijing.ts'
import { clockText, maskName, maskPhone } from '../src/text/format.ts'
import { carrierName, channelName, sourceName, stageName } from '../src/text/zh-cn.ts'
import { exportHeaders, exportTexts, goodsText } from '../src/text/zh-views.ts'

type Column = keyof typeof exportHeaders

const columns = Object.keys(exportHeaders) as readonly Column[]

/** One row an order. Names and phones as the view may show them, addresses never; times in Asia/Shanghai. */
export function exportTable(orders: readonly OrderFacts[], view: View): ExportTable {
  return {
    headers: columns.map((column) => exportHeaders[column]),
    rows: orders.map((order) => {
      const cells = cellsOf(order, view)
      return columns.map((column) => longNumber(cells[column] ?? ''))
    }),
  }
}

/** 订单-20261122-1005.csv */
export function exportName(nowMs: number): string {
  return exportTexts.fileName(isoDay(nowMs).replaceAll('-', ''), clockText(nowMs).replace(':', ''))
}

function cellsOf(order: OrderFacts, view: View): Readonly<Record<Column, string | undefined>> {
  // masked in every view: no address leaves, wherever it stands
  const show = shower(order, { ...view, mode: 'masked' })
  const full = view.mode === 'full'
  const { consigneeName: name, phone, lines, parcels } = order
  const numbers = parcels.flatMap(({ waybillNo }) => waybillNo ?? [])
  const carriers = parcels.map(({ carrier, carrierName: printed }) => carrierName(carrier, printed))
  const usual = order.carrier === undefined ? [] : [carrierName(order.carrier, order.carrierName)]
  return {
    channel: channelName(order.channel),
    shop: show(order.shop),
    orderNo: order.orderNo,
    hubNo: order.id,
    stage: stageName(order.stage),
    goods: show(goodsText(lines.map(({ name: goods, spec = '', qty }) => `${`${goods} ${spec}`.trim()}×${qty}`))),
    pieces: String(lines.reduce((sum, { qty }) => sum + qty, 0)),
    paid: order.paidFen === undefined ? undefined : yuanOf(order.paidFen),
    consignee: name === undefined || full ? name : maskName(name),
    phone: phone === undefined || full ? phone : maskPhone(phone),
    ordered: momentOf(order.orderedAtMs),
    paidAt: order.paidAtMs === undefined ? undefined : momentOf(order.paidAtMs),
    shipped: order.shippedAtMs === undefined ? undefined : momentOf(order.shippedAtMs),
    signed: order.signedAtMs === undefined ? undefined : momentOf(order.signedAtMs),
    carrier: show([...new Set(carriers.length > 0 ? carriers : usual)].join(' ')),
    waybill: numbers.join(' '),
    warehouse: order.warehouse === undefined ? undefined : show(order.warehouse),
    source: show(sourceName(order.source.name)),
  }
}

/** 238.00 */
function yuanOf(fen: bigint): string {
  const amount = fen < 0n ? -fen : fen
  return `${fen < 0n ? '-' : ''}${amount / 100n}.${String(amount % 100n).padStart(2, '0')}`
}

/** 2026-11-22 10:05 */
function momentOf(atMs: number): string {
  return `${isoDay(atMs)} ${clockText(atMs)}`
}

/** Excel rounds numbers of more than 15 digits and writes those of 12 as 1.2E+11: a tab behind makes them text (as shops' own exports do). */
function longNumber(text: string): string {
  return /^(?:\d{12,}|0\d+)$/.test(text) ? `${text}\t` : text
}
