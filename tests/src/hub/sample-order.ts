import type { SourceOrder } from '../../../src/hub/order-facts.ts'

export const noonMs = Date.parse('2026-11-22T12:00:00+08:00')
export const hourMs = 3_600_000
export const dayMs = 24 * hourMs

/** A paid Douyin order with its carrier chosen; `change` replaces fields, undefined takes them out. */
export function sampleOrder(
  change: { readonly [K in keyof SourceOrder]?: SourceOrder[K] | undefined } = {},
): SourceOrder {
  const order = {
    channel: 'douyin',
    shop: '抖音旗舰店',
    orderNo: '6936476692437472563',
    source: 'douyin.push',
    modifiedAtMs: noonMs,
    orderedAtMs: noonMs - 2 * hourMs,
    stage: 'paid',
    consigneeName: '张伟',
    phone: '13812345678',
    address: '浙江省杭州市萧山区市心路100号',
    region: '浙江 杭州',
    totalFen: 29_800n,
    discountFen: 1_200n,
    freightFen: 0n,
    paidAtMs: noonMs - 2 * hourMs + 60_000,
    payMethod: 'alipay',
    paidFen: 28_600n,
    carrier: 'ZTO',
    warehouse: '杭州仓',
    lines: [{ lineKey: 'NF3-900', sku: 'NF3-900', name: '3段奶粉', spec: '900g', qty: 2, amountFen: 29_800n }],
    ...change,
  }
  return Object.fromEntries(Object.entries(order).filter(([, value]) => value !== undefined)) as SourceOrder
}
