import fc from 'fast-check'
import {
  type CarrierCode,
  channels,
  type ExceptionKind,
  type OrderFacts,
  type Stage,
  type TrackState,
} from '../../src/hub/order-facts.ts'

const stages: readonly Stage[] = [
  'pending_payment',
  'on_hold',
  'quarantined',
  'paid',
  'part_shipped',
  'shipped',
  'signed',
  'returning',
  'returned',
  'refunded',
  'cancelled',
]
const carriers: readonly CarrierCode[] = [
  'SF',
  'JD',
  'JT',
  'YTO',
  'DBL',
  'STO',
  'YUNDA',
  'ZTO',
  'EMS',
  'POST',
  'OTHER',
  'PICKUP',
]
const states: readonly TrackState[] = ['created', 'collected', 'in_transit', 'delivering', 'signed', 'exception']
const exceptions: readonly ExceptionKind[] = [
  'stuck',
  'delivery_failed',
  'refused',
  'unreachable',
  'damaged',
  'lost',
  'returning',
  'unrecognised',
]

/** Words a source may send: any signs, any length, also none; without the two words a card must never print. */
const words = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc.constantFrom(
      '3段奶粉',
      '杭州萧山转运中心',
      '缺货,等补货',
      '',
      ' ',
      '【杭州市】快件到达【杭州萧山转运中心】',
      '\u202e3210',
      '罐'.repeat(300),
    ),
  )
  .filter((text) => !/null|undefined|NaN/.test(text))

const number = fc.oneof(fc.stringMatching(/^\d{12,19}$/), fc.stringMatching(/^[A-Z]{2}\d{10,13}$/))
const someTime = fc.integer({ min: Date.parse('2024-01-01T00:00:00Z'), max: Date.parse('2028-01-01T00:00:00Z') })
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })

const nodeOf = fc.record(
  {
    atMs: someTime,
    state: fc.constantFrom(...states),
    text: words,
    place: maybe(words),
    exception: maybe(fc.constantFrom(...exceptions)),
  },
  { requiredKeys: ['atMs', 'state', 'text'] },
)

const parcelOf = fc.record({
  id: fc.constantFrom('P1', 'P2', 'P3'),
  position: fc.integer({ min: 1, max: 9 }),
  waybillNo: maybe(number),
  carrier: fc.constantFrom(...carriers),
  carrierName: maybe(words),
  shippedAtMs: maybe(someTime),
  etaAtMs: maybe(someTime),
  state: fc.constantFrom(...states),
  exception: maybe(fc.constantFrom(...exceptions)),
  signedAtMs: maybe(someTime),
  signer: maybe(words),
  trackedAtMs: maybe(someTime),
  trackStaleAfterMs: maybe(fc.integer({ min: 60_000, max: 200_000_000 })),
  signPhotoUrl: maybe(fc.constant('https://sign.example.com/a.jpg')),
  call: maybe(
    fc.record({
      id: fc.stringMatching(/^WH\d{10}$/),
      reason: words,
      openedAtMs: someTime,
      openedBy: maybe(words),
      closedAtMs: maybe(someTime),
      result: maybe(words),
    }),
  ),
  lines: fc.array(fc.record({ lineId: fc.constantFrom('L1', 'L2', 'L9'), qty: fc.integer({ min: 1, max: 99 }) }), {
    maxLength: 3,
  }),
  nodes: fc.array(nodeOf, { maxLength: 30 }),
})

const lineOf = (id: string) =>
  fc.record({ id: fc.constant(id), name: words, spec: maybe(words), qty: fc.integer({ min: 1, max: 9_999 }) })

const giftOf = fc.record({
  name: words,
  verdict: fc.constantFrom(
    'locked' as const,
    'below_threshold' as const,
    'out_of_stock' as const,
    'level_too_low' as const,
    'rule_conflict' as const,
  ),
  gapFen: maybe(fc.bigInt({ min: 1n, max: 10_000_000n })),
  parcelId: maybe(fc.constantFrom('P1', 'P9')),
})

const returnOf = fc.record({
  id: fc.stringMatching(/^TH\d{10}$/),
  approval: fc.constantFrom('pending' as const, 'approved' as const, 'rejected' as const, 'withdrawn' as const),
  appliedAtMs: someTime,
  receivedAtMs: maybe(someTime),
  refundedAtMs: maybe(someTime),
  level: maybe(
    fc.record({
      role: fc.constantFrom('cs_lead' as const, 'warehouse' as const, 'finance' as const),
      holder: maybe(words),
      dueAtMs: maybe(someTime),
    }),
  ),
})

const groups = ['customer', 'cs', 'cs_lead', 'warehouse', 'logistics', 'finance', 'ops', 'nobody'] as const

/** Any order the types allow, however odd: what a card must survive. `moment` is the time of the answer. */
export const anyOrder: fc.Arbitrary<OrderFacts> = fc
  .record({
    id: fc.stringMatching(/^SO\d{12}$/),
    channel: fc.constantFrom(...channels),
    shop: words,
    orderNo: number,
    stage: fc.constantFrom(...stages),
    holder: fc.record({ group: fc.constantFrom(...groups), person: maybe(words) }),
    consigneeName: maybe(words),
    phone: maybe(fc.stringMatching(/^1[3-9]\d{9}$/)),
    phoneVirtual: fc.boolean(),
    address: maybe(words),
    orderedAtMs: someTime,
    paidAtMs: maybe(someTime),
    promiseShipAtMs: maybe(someTime),
    shippedAtMs: maybe(someTime),
    signedAtMs: maybe(someTime),
    signer: maybe(words),
    signerKind: maybe(fc.constantFrom('self' as const, 'agent' as const, 'other' as const)),
    signPhotoUrl: maybe(fc.constant('https://sign.example.com/o.jpg')),
    noteCount: maybe(fc.integer({ min: 1, max: 99 })),
    claimedShippedAtMs: maybe(someTime),
    sourceModifiedAtMs: maybe(someTime),
    waveNo: maybe(words),
    corrections: maybe(
      fc.array(
        fc.record({
          field: fc.constantFrom('waybill_no' as const, 'signer' as const, 'cancelled' as const),
          oldValue: maybe(words),
          newValue: words,
          by: maybe(words),
          atMs: someTime,
        }),
        { maxLength: 2 },
      ),
    ),
    returnedAtMs: maybe(someTime),
    refundedAtMs: maybe(someTime),
    cancelledAtMs: maybe(someTime),
    cancelReason: maybe(words),
    holdReason: maybe(words),
    quarantineReason: maybe(words),
    delayReason: maybe(words),
    warehouse: maybe(words),
    carrier: maybe(fc.constantFrom(...carriers)),
    carrierName: maybe(words),
    waybillNo: maybe(number),
    sourceStage: maybe(fc.constantFrom('paid', 'shipped', 'signed', 'shipped-without-waybill')),
    lines: fc
      .tuple(maybe(lineOf('L1')), maybe(lineOf('L2')))
      .map((lines) => lines.filter((line) => line !== undefined)),
    parcels: fc.array(parcelOf, { maxLength: 4 }),
    gifts: fc.array(giftOf, { maxLength: 3 }),
    returns: fc.array(returnOf, { maxLength: 2 }),
    source: fc.record({
      name: fc.oneof(
        fc.constantFrom('douyin.push', 'tmall.pull', 'sheet.JXS03', 'wms.push'),
        fc.stringMatching(/^[a-z]{1,30}\.[a-z]{1,30}$/),
      ),
      heardAtMs: someTime,
      staleAfterMs: maybe(fc.integer({ min: 60_000, max: 200_000_000 })),
      sourceHeardAtMs: maybe(someTime),
    }),
  })
  .map((order) => known(order) as OrderFacts)

export const anyMoment = someTime

/** The hub leaves out what it does not know; fast-check's undefined is the same thing written differently. */
function known(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(known)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (inner === undefined ? [] : [[name, known(inner)]])),
  )
}
