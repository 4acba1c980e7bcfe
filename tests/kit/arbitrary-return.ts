import fc from 'fast-check'
import type { Back } from '../../cards/return-rows.ts'
import type { Arrivals } from '../../src/hub/arrivals.ts'
import type { GiftSheet } from '../../src/hub/gift-facts.ts'
import type { OrderFacts } from '../../src/hub/order-facts.ts'
import type { ReturnView, SaleFacts } from '../../src/hub/return-facts.ts'
import type { StockItem } from '../../src/hub/stock.ts'
import { anyMoment, anyOrder } from './arbitrary-order.ts'

/** Any returns, gifts and stock the types allow, however odd: what a card must survive. */

const words = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({ unit: 'grapheme', maxLength: 120 }),
    fc.constantFrom('初芽较大婴儿配方奶粉2段', '外包装破损', '', ' ', '数量不符,少1件,核实中', '罐'.repeat(200)),
  )
  .filter((text) => !/null|undefined|NaN/.test(text))
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const fen = fc.bigInt({ min: 0n, max: 100_000_000n })
const qty = fc.integer({ min: 0, max: 999 })
const waybillNo = fc.oneof(fc.stringMatching(/^\d{12,15}$/), fc.stringMatching(/^[A-Z]{2}\d{10,13}$/))
const method = fc.constantFrom('微信', '支付宝', '花呗', '银行卡', '抖音支付', '京东支付', '月结', '银行转账', '积分')

const level = (number: number, role: 'cs_lead' | 'warehouse' | 'finance') =>
  fc.record({
    level: fc.constant(number),
    role: fc.constant(role),
    state: fc.constantFrom('waiting' as const, 'pending' as const, 'approved' as const, 'rejected' as const),
    holder: maybe(words),
    dueAtMs: maybe(anyMoment),
    decidedAtMs: maybe(anyMoment),
    decidedBy: maybe(words),
    reason: maybe(words),
  })

const line = (id: string) =>
  fc.record({
    lineId: fc.constant(id),
    name: words,
    spec: maybe(words),
    askedQty: fc.integer({ min: 1, max: 999 }),
    approvedQty: maybe(qty),
    receivedQty: qty,
    damagedQty: qty,
    earlierQty: fc.integer({ min: 0, max: 9 }),
  })

const anyRequest = fc.record({
  id: fc.stringMatching(/^TH\d{10}$/),
  reason: words,
  appliedAtMs: anyMoment,
  appliedBy: maybe(words),
  approval: fc.constantFrom('pending' as const, 'approved' as const, 'rejected' as const, 'withdrawn' as const),
  approvedAtMs: maybe(anyMoment),
  waybillNo: maybe(waybillNo),
  carrier: maybe(fc.constantFrom('SF' as const, 'ZTO' as const, 'OTHER' as const)),
  comingBack: maybe(
    fc.record({
      atMs: maybe(anyMoment),
      state: maybe(fc.constantFrom('in_transit' as const, 'signed' as const, 'exception' as const)),
      place: maybe(words),
      text: maybe(words),
      etaAtMs: maybe(anyMoment),
    }),
  ),
  receivedAtMs: maybe(anyMoment),
  inspection: maybe(words),
  refundFen: maybe(fen),
  refundMethod: maybe(method.map((name) => `原路退回(${name})`)),
  releasedAtMs: maybe(anyMoment),
  refundedAtMs: maybe(anyMoment),
  closedAtMs: maybe(anyMoment),
  wholeDueAtMs: anyMoment,
  fineAtMs: anyMoment,
  notes: fc.integer({ min: 0, max: 99 }),
  lines: fc.tuple(maybe(line('L1')), maybe(line('L2'))).map((lines) => lines.filter((one) => one !== undefined)),
  levels: fc.tuple(level(1, 'cs_lead'), level(2, 'warehouse'), level(3, 'finance')),
})

const anySale = fc.record({
  paidAtMs: maybe(anyMoment),
  payMethod: maybe(method),
  paidFen: maybe(fen),
  freightFen: maybe(fc.bigInt({ min: 0n, max: 5_000n })),
  cancelledAtMs: maybe(anyMoment),
  refundFen: maybe(fen),
  refundedAtMs: maybe(anyMoment),
  amounts: fc.tuple(maybe(fen), maybe(fen)),
  qtys: fc.tuple(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 99 })),
  warehouse: maybe(
    fc.record({
      name: fc.constant('wms.push'),
      heardAtMs: maybe(anyMoment),
      staleAfterMs: maybe(fc.constant(1_800_000)),
    }),
  ),
})

/** An order with a return of it and the sale behind it. */
export const anyBack: fc.Arbitrary<Back> = fc
  .tuple(anyOrder, anyRequest, anySale)
  .map(([order, request, { amounts, qtys, ...sale }]) => ({
    order,
    request: known(request) as ReturnView,
    sale: known({
      ...sale,
      orderId: order.id,
      channel: order.channel,
      orderNo: order.orderNo,
      lines: amounts.map((amountFen, index) => ({ id: `L${index + 1}`, name: '奶粉', qty: qtys[index], amountFen })),
    }) as SaleFacts,
  }))

const anyVerdict = fc.record({
  name: words,
  verdict: fc.constantFrom(
    'locked' as const,
    'below_threshold' as const,
    'out_of_stock' as const,
    'level_too_low' as const,
    'rule_conflict' as const,
  ),
  gapFen: maybe(fen),
  parcelId: maybe(fc.constantFrom('P1', 'P2', 'P9')),
  thresholdFen: maybe(fen),
  rule: maybe(fc.oneof(words, fc.constant('规则#3'))),
  ruleVersion: maybe(fc.integer({ min: 1, max: 99 })),
  decidedAtMs: anyMoment,
})

/** An order with what was decided about its gifts. */
export const anyGiven: fc.Arbitrary<{ readonly order: OrderFacts; readonly sheet: GiftSheet }> = fc
  .tuple(anyOrder, fc.array(anyVerdict, { maxLength: 4 }), maybe(fen), maybe(fc.constantFrom('V1', 'V5')))
  .map(([order, gifts, paidFen, level]) => ({ order, sheet: known({ gifts, paidFen, level }) as GiftSheet }))

const anyLot = fc
  .record({
    name: words,
    warehouse: fc.oneof(words, fc.constantFrom('杭州仓', '广州仓')),
    location: maybe(fc.oneof(words, fc.constant('A-03-12'))),
    onHand: fc.integer({ min: 0, max: 99_999 }),
    share: fc.integer({ min: 0, max: 100 }),
    expiresOn: maybe(fc.integer({ min: 2026, max: 2029 }).map((year) => `${year}-08-31`)),
    zone: fc.constantFrom('shelf' as const, 'near_expiry' as const, 'quarantine' as const),
    readAtMs: anyMoment,
  })
  .map(({ share, ...lot }) => ({ ...lot, locked: Math.floor((lot.onHand * share) / 100) }))

export const anyItem: fc.Arbitrary<StockItem> = fc
  .tuple(fc.stringMatching(/^[A-Z]{2}-[A-Z0-9]{1,5}$/), words, maybe(words), fc.array(anyLot, { maxLength: 9 }))
  .map(([sku, name, spec, lots]) => known({ sku, name, spec, lots: lots.map((lot) => ({ ...lot, sku })) }) as StockItem)

/** The hub leaves out what it does not know. */
function known(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(known)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (inner === undefined ? [] : [[name, known(inner)]])),
  )
}

const anyPurchase = fc.record({
  billNo: fc.string({ minLength: 1, maxLength: 40 }),
  sku: fc.constant('A'),
  orderedQty: fc.integer({ min: 1, max: 999_999 }),
  receivedQty: fc.constant(0),
  dueMs: anyMoment,
  modifiedAtMs: anyMoment,
})

/** What is on its way of some goods, or that nobody knows, or that nobody was asked. */
export const anyArrivals: fc.Arbitrary<Arrivals | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.constant({ outcome: 'unknown' as const, source: 'kingdee.purchases' }),
  fc.record({ outcome: fc.constant('none' as const), source: fc.constant('kingdee.purchases'), askedAtMs: anyMoment }),
  fc.record({
    outcome: fc.constant('coming' as const),
    lines: fc.array(anyPurchase, { minLength: 1, maxLength: 9 }),
    source: fc.constant('kingdee.purchases'),
    askedAtMs: anyMoment,
    incomplete: fc.boolean(),
  }),
)
