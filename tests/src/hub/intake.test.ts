import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hubNumber } from '../../../src/hub/hub-no.ts'
import { type Intake, intake } from '../../../src/hub/intake.ts'
import type { IntakeOutcome, OrderFacts, SourceOrder } from '../../../src/hub/order-facts.ts'
import { orderLookup } from '../../../src/hub/orders.ts'
import { personalData } from '../../../src/hub/personal.ts'
import { sources } from '../../../src/hub/sources.ts'
import { fixedClock } from '../../../src/runtime/clock.ts'
import { randomIds } from '../../../src/runtime/ids.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { dayMs, hourMs, noonMs, sampleOrder } from './sample-order.ts'

const personal = personalData('11'.repeat(32))
const clock = fixedClock(noonMs + hourMs)
let fresh: FreshDatabase
let desk: Intake

beforeAll(async () => {
  fresh = await freshDatabase({ max: 20 })
  desk = intake(fresh.database, personal, clock, randomIds())
})
beforeEach(async () => {
  await fresh.database.sql`TRUNCATE orders, customers, sources CASCADE`
})
afterAll(() => fresh.drop())

const idOf = (outcome: IntakeOutcome) => ('id' in outcome ? outcome.id : '')
const seen = async (outcome: IntakeOutcome): Promise<OrderFacts> => {
  const order = await orderLookup(fresh.database, personal, clock).track(idOf(outcome))
  if (!order) throw new Error(`no order for ${JSON.stringify(outcome)}`)
  return order
}
const count = async (table: 'orders' | 'order_lines' | 'parcels' | 'customers' | 'customer_identities') => {
  const [row] = await fresh.database.sql<{ n: number }[]>`SELECT count(*)::int AS n FROM ${fresh.database.sql(table)}`
  return row?.n
}

describe('one order', () => {
  test('goes in whole and comes out whole', async () => {
    const outcome = await desk.take(
      sampleOrder({ waybillNo: 'zt 75894561230147'.slice(3), shippedAtMs: noonMs, stage: 'shipped' }),
    )
    expect(outcome).toEqual({ outcome: 'created', id: expect.stringMatching(/^SO261122\d{6}$/) })
    expect(await seen(outcome)).toMatchObject({
      channel: 'douyin',
      orderNo: '6936476692437472563',
      stage: 'shipped',
      sourceStage: 'shipped',
      holder: { group: 'logistics' },
      consigneeName: '张伟',
      phone: '13812345678',
      phoneVirtual: false,
      address: '浙江省杭州市萧山区市心路100号',
      paidFen: 28_600n,
      waybillNo: '75894561230147',
      lines: [{ name: '3段奶粉', spec: '900g', qty: 2 }],
      parcels: [{ waybillNo: '75894561230147', carrier: 'ZTO', shippedAtMs: noonMs, state: 'created', nodes: [] }],
      source: {
        name: 'douyin.push',
        heardAtMs: noonMs + hourMs,
        sourceHeardAtMs: noonMs + hourMs,
        staleAfterMs: 1_800_000,
      },
    })
  })

  test('the hub number carries the Beijing day, also just after midnight there', async () => {
    const justAfter = Date.parse('2026-11-22T00:00:01+08:00')
    expect(idOf(await desk.take(sampleOrder({ orderedAtMs: justAfter })))).toMatch(/^SO261122/)
    expect(idOf(await desk.take(sampleOrder({ orderNo: '1', orderedAtMs: justAfter - 2000 })))).toMatch(/^SO261121/)
  })

  test('a hub number that is taken is passed over', async () => {
    const order = sampleOrder()
    const wanted = hubNumber(order, 0)
    await fresh.database.sql`
      INSERT INTO orders (id, channel, shop, order_no, ordered_at, source, source_modified_at)
      VALUES (${wanted}, 'jd', 'x', '2', now(), 'jd.pull', now())`
    const outcome = await desk.take(order)
    expect(outcome).toEqual({ outcome: 'created', id: hubNumber(order, 1) })
    expect((await seen(outcome)).lines).toHaveLength(1)
  })

  test('phone and address are nowhere in the tables as text', async () => {
    await desk.take(sampleOrder())
    const rows = await fresh.database.sql`
      SELECT o::text AS row FROM orders o UNION ALL SELECT c::text FROM customers c
      UNION ALL SELECT i::text FROM customer_identities i UNION ALL SELECT p::text FROM parcels p`
    expect(rows.length).toBeGreaterThanOrEqual(3)
    const text = JSON.stringify(rows)
    for (const secret of [
      '13812345678',
      '1381234',
      '市心路',
      Buffer.from('13812345678').toString('hex'),
      Buffer.from('市心路').toString('hex'),
    ])
      expect(text).not.toContain(secret)
  })

  test('several waybill numbers are several parcels; a corrected one leaves no ghost', async () => {
    const first = await desk.take(
      sampleOrder({ waybillNo: 'YT0082452614557,YT0082452614558|SF1694121245991', shippedAtMs: noonMs }),
    )
    const order = await seen(first)
    expect(order.waybillNo).toBe('YT0082452614557')
    expect(order.parcels.map(({ waybillNo }) => waybillNo)).toEqual([
      'YT0082452614557',
      'YT0082452614558',
      'SF1694121245991',
    ])
    await desk.take(sampleOrder({ waybillNo: 'YT0082452614559', shippedAtMs: noonMs, modifiedAtMs: noonMs + 1 }))
    expect((await seen(first)).parcels.map(({ waybillNo }) => waybillNo)).toEqual(['YT0082452614559'])
  })

  test('a parcel the warehouse made for the same number is not made twice', async () => {
    const outcome = await desk.take(sampleOrder())
    await fresh.database.sql`INSERT INTO parcels (id, order_id, waybill_no, carrier_code, state)
      VALUES ('wms-1', ${idOf(outcome)}, '75894561230147', 'ZTO', 'collected')`
    await desk.take(sampleOrder({ waybillNo: '75894561230147', shippedAtMs: noonMs, modifiedAtMs: noonMs + 1 }))
    expect((await seen(outcome)).parcels).toMatchObject([{ id: 'wms-1', state: 'collected' }])
  })
})

describe('newer wins', () => {
  test('by the source’s time, not by arrival', async () => {
    const created = await desk.take(sampleOrder({ warehouse: '上海仓', modifiedAtMs: noonMs + 5 }))
    expect(await desk.take(sampleOrder({ warehouse: '杭州仓', modifiedAtMs: noonMs }))).toEqual({
      outcome: 'older',
      id: idOf(created),
    })
    expect((await seen(created)).warehouse).toBe('上海仓')
    expect(await desk.take(sampleOrder({ warehouse: '北京仓', modifiedAtMs: noonMs + 6 }))).toEqual({
      outcome: 'updated',
      id: idOf(created),
    })
    expect((await seen(created)).warehouse).toBe('北京仓')
  })

  test('the same again is unchanged, in any spelling, and counts as heard', async () => {
    const outcome = await desk.take(sampleOrder())
    await fresh.database.sql`UPDATE orders SET heard_at = heard_at - interval '1 day'`
    expect(await desk.take(sampleOrder({ phone: '138-1234-5678', consigneeName: ' 张伟 ' }))).toEqual({
      outcome: 'unchanged',
      id: idOf(outcome),
    })
    expect(await desk.take(sampleOrder({ modifiedAtMs: noonMs + 1 }))).toEqual({
      outcome: 'unchanged',
      id: idOf(outcome),
    })
    expect((await seen(outcome)).source.heardAtMs).toBe(noonMs + hourMs)
    expect(await count('order_lines')).toBe(1)
  })

  test('the same time and another word: the first stays and the alarm is given', async () => {
    const outcome = await desk.take(sampleOrder())
    expect(await desk.take(sampleOrder({ paidFen: 1n }))).toEqual({ outcome: 'contradiction', id: idOf(outcome) })
    expect((await seen(outcome)).paidFen).toBe(28_600n)
  })

  test('what a sheet leaves out is not denied', async () => {
    const outcome = await desk.take(sampleOrder())
    const shipping = sampleOrder({
      lines: [],
      phone: undefined,
      address: undefined,
      consigneeName: undefined,
      remark: undefined,
    })
    await desk.take({ ...shipping, waybillNo: '75894561230147', shippedAtMs: noonMs, modifiedAtMs: noonMs + 1 })
    expect(await seen(outcome)).toMatchObject({ stage: 'shipped', phone: '13812345678', lines: [{ qty: 2 }] })
  })

  test('fifty writers with one order make one order', async () => {
    const snapshots = Array.from({ length: 50 }, (_, i) =>
      sampleOrder({ modifiedAtMs: noonMs + i, warehouse: `仓${i}` }),
    )
    const outcomes = await Promise.all(snapshots.map((order) => desk.take(order)))
    expect(outcomes.filter(({ outcome }) => outcome === 'created')).toHaveLength(1)
    expect(new Set(outcomes.map(idOf)).size).toBe(1)
    expect(await count('orders')).toBe(1)
    expect(await count('order_lines')).toBe(1)
    expect(await seen(outcomes[0] as IntakeOutcome)).toMatchObject({ warehouse: '仓49' })
  })

  test('ten batches at once with the same orders, each in its own sequence', async () => {
    const orders = Array.from({ length: 40 }, (_, i) =>
      sampleOrder({ orderNo: `69364766924374${10_000 + i}`, phone: `138123456${10 + (i % 5)}` }),
    )
    const turned = Array.from({ length: 10 }, (_, i) =>
      [...orders.slice(i * 4), ...orders.slice(0, i * 4)].map((order) => ({ ...order, modifiedAtMs: noonMs + i })),
    )
    await Promise.all(turned.map((batch) => desk.takeAll(batch)))
    expect(await count('orders')).toBe(40)
    expect(await count('order_lines')).toBe(40)
    expect(await count('customers')).toBe(5)
  })

  test('in the caller’s transaction: rolled back with it', async () => {
    const work = fresh.database.sql.begin(async (tx) => {
      expect(await desk.take(sampleOrder(), tx)).toMatchObject({ outcome: 'created' })
      throw new RangeError('changed my mind')
    })
    await expect(work).rejects.toThrow(RangeError)
    expect(await count('orders')).toBe(0)
  })
})

describe('facts wait for their fields', () => {
  test.each<[string, Partial<Record<keyof SourceOrder, undefined>>]>([
    ['pay method', { payMethod: undefined }],
    ['amount paid', { paidFen: undefined }],
    ['time of payment', { paidAtMs: undefined }],
  ])('not paid without %s', async (_, change) => {
    const outcome = await desk.take(sampleOrder(change))
    expect(await seen(outcome)).toMatchObject({ stage: 'pending_payment', sourceStage: 'paid' })
    await desk.take(sampleOrder({ modifiedAtMs: noonMs - 1 }))
    expect(await seen(outcome)).toMatchObject({ stage: 'paid' })
  })

  test.each<[string, { waybillNo?: undefined; shippedAtMs?: undefined }]>([
    ['waybill number', { waybillNo: undefined }],
    ['out-of-warehouse time', { shippedAtMs: undefined }],
  ])('not shipped without %s', async (_, change) => {
    const shipped = { waybillNo: '75894561230147', shippedAtMs: noonMs, stage: 'shipped' }
    const outcome = await desk.take(sampleOrder({ ...shipped, ...change }))
    expect(await seen(outcome)).toMatchObject({ stage: 'paid', sourceStage: 'shipped' })
    await desk.take(sampleOrder({ ...shipped, modifiedAtMs: noonMs + 1 }))
    expect(await seen(outcome)).toMatchObject({ stage: 'shipped' })
  })

  test('signed only with signer and photo', async () => {
    const shipped = { waybillNo: '75894561230147', shippedAtMs: noonMs, stage: 'signed', signedAtMs: noonMs }
    const outcome = await desk.take(sampleOrder({ ...shipped, signer: '本人' }))
    expect(await seen(outcome)).toMatchObject({ stage: 'shipped', sourceStage: 'signed' })
    await desk.take(sampleOrder({ ...shipped, signPhotoUrl: 'https://photo.example/1', modifiedAtMs: noonMs + 1 }))
    expect(await seen(outcome)).toMatchObject({ stage: 'signed', signer: '本人', signedAtMs: noonMs })
  })

  test('cancelled and on hold are dated by the word of the channel, and taken back by a later word', async () => {
    const outcome = await desk.take(sampleOrder({ stage: 'on_hold', modifiedAtMs: noonMs + 1 }))
    expect(await seen(outcome)).toMatchObject({ stage: 'on_hold', holder: { group: 'cs' } })
    await desk.take(sampleOrder({ stage: 'paid', modifiedAtMs: noonMs + 2 }))
    expect(await seen(outcome)).toMatchObject({ stage: 'paid' })
    await desk.take(sampleOrder({ stage: 'cancelled', modifiedAtMs: noonMs + 3 }))
    expect(await seen(outcome)).toMatchObject({
      stage: 'cancelled',
      cancelledAtMs: noonMs + 3,
      cancelReason: 'unstated',
    })
  })

  // the database refuses the same by itself, whoever writes
  test.each([
    ['paid', 'paid_at = now(), paid_fen = 1, pay_method = NULL'],
    ['paid', `paid_at = now(), pay_method = 'alipay', paid_fen = NULL`],
    ['shipped', `shipped_at = now(), carrier_code = 'YTO', waybill_no = NULL`],
    ['shipped', `shipped_at = now(), waybill_no = 'YT0082452614557', carrier_code = NULL`],
    ['signed', `signed_at = now(), sign_photo_url = 'https://photo.example/1', signer = NULL`],
    ['signed', `signed_at = now(), signer = 'a', sign_photo_url = NULL`],
    ['returned', `returned_at = now(), return_reason = 'a', refund_fen = 1, return_no = NULL`],
    ['returned', `returned_at = now(), return_no = 'TH2611210033', refund_fen = 1, return_reason = NULL`],
    ['returned', `returned_at = now(), return_no = 'TH2611210033', return_reason = 'a', refund_fen = NULL`],
  ])('the table refuses %s: %s', async (stage, change) => {
    await desk.take(sampleOrder({ paidAtMs: undefined }))
    await expect(fresh.database.sql.unsafe(`UPDATE orders SET ${change}`)).rejects.toThrow(`orders_${stage}_fields`)
  })
})

describe('mandatory carrier', () => {
  test.each<
    [
      string | undefined,
      {
        carrier?: SourceOrder['carrier'] | undefined
        carrierName?: string
        freightFen?: bigint | undefined
        stage?: string
      },
    ]
  >([
    ['carrier_missing', { carrier: undefined }],
    ['carrier_name_missing', { carrier: 'OTHER' }],
    ['carrier_freight_missing', { carrier: 'OTHER', carrierName: '安能', freightFen: undefined }],
    [undefined, { carrier: 'OTHER', carrierName: '安能', freightFen: 1800n }],
    [undefined, { carrier: 'PICKUP' }],
    [undefined, { carrier: 'SF' }],
    [undefined, { carrier: undefined, stage: 'cancelled' }],
  ])('%s: %o', async (reason, change) => {
    const outcome = await desk.take(sampleOrder(change))
    expect(outcome).toMatchObject({ outcome: 'created' })
    expect('quarantine' in outcome ? outcome.quarantine : undefined).toBe(reason)
    const order = await seen(outcome)
    expect(order.quarantineReason).toBe(reason)
    expect(order.stage === 'quarantined').toBe(reason !== undefined)
  })

  test('ends when the carrier is told, and keeps its time while it is not', async () => {
    const outcome = await desk.take(sampleOrder({ carrier: undefined }))
    const since = async () => (await fresh.database.sql`SELECT quarantined_at FROM orders`)[0]?.quarantined_at
    const first = await since()
    const later = intake(fresh.database, personal, fixedClock(noonMs + dayMs), randomIds())
    await later.take(sampleOrder({ carrier: undefined, remark: '急', modifiedAtMs: noonMs + 1 }))
    expect(await since()).toEqual(first)
    expect(await later.take(sampleOrder({ modifiedAtMs: noonMs + 2 }))).toEqual({
      outcome: 'updated',
      id: idOf(outcome),
    })
    expect(await seen(outcome)).toMatchObject({ stage: 'paid', carrier: 'ZTO' })
  })
})

describe('customers', () => {
  test('one real phone is one customer on every channel; a virtual one is nobody', async () => {
    await desk.take(sampleOrder())
    await desk.take(sampleOrder({ channel: 'jd', orderNo: '294823648972', phone: '+86 138 1234 5678' }))
    for (const [i, phone] of ['17000009354', '18812345678-123', '138****5678', undefined].entries())
      await desk.take(sampleOrder({ orderNo: `7000${i}`, phone }))
    expect(await count('customers')).toBe(1)
    expect(await count('customer_identities')).toBe(1)
    const rows = await fresh.database.sql`SELECT order_no FROM orders WHERE customer_id IS NOT NULL ORDER BY order_no`
    expect(rows.map((row) => row.order_no)).toEqual(['294823648972', '6936476692437472563'])
  })
})

describe('what cannot be taken', () => {
  test.each<[string, string, Partial<SourceOrder>]>([
    ['empty', 'orderNo', { orderNo: ' \u200b ' }],
    ['too_long', 'orderNo', { orderNo: '9'.repeat(65) }],
    ['unknown', 'channel', { channel: 'pinduoduo' as 'jd' }],
    ['out_of_range', 'orderedAtMs', { orderedAtMs: Number.NaN }],
    ['out_of_range', 'paidAtMs', { paidAtMs: 0 }],
    ['out_of_range', 'totalFen', { totalFen: 10n ** 18n }],
    ['out_of_range', 'qty', { lines: [{ lineKey: 'a', name: 'a', qty: 0 }] }],
    ['out_of_range', 'qty', { lines: [{ lineKey: 'a', name: 'a', qty: 1.5 }] }],
    ['empty', 'name', { lines: [{ lineKey: 'a', name: '\u0000', qty: 1 }] }],
  ])('%s %s', async (problem, field, change) => {
    expect(await desk.take(sampleOrder(change))).toEqual({ outcome: 'refused', problem, field })
    expect(await count('orders')).toBe(0)
  })

  test('hostile words are words', async () => {
    const name = `Robert'); DROP TABLE orders;--\u0000\ud800\u202e${'啊'.repeat(10_000)}`
    const outcome = await desk.take(sampleOrder({ consigneeName: name, remark: '=1+1', orderNo: "a'_%\\1234567" }))
    expect(outcome).toMatchObject({ outcome: 'created' })
    const order = await seen(outcome)
    expect(order.consigneeName).toHaveLength(60)
    expect(order.orderNo).toBe("A'_%\\1234567")
  })

  test('equal lines in one order are two lines, and the same two when told again', async () => {
    const line = { lineKey: 'NF3', name: '3段奶粉', qty: 1 }
    const outcome = await desk.take(sampleOrder({ lines: [line, line] }))
    await desk.take(sampleOrder({ lines: [line, line], modifiedAtMs: noonMs + 1 }))
    expect((await seen(outcome)).lines).toHaveLength(2)
  })

  test('one bad order among good ones stops nobody', async () => {
    const outcomes = await desk.takeAll([
      sampleOrder(),
      sampleOrder({ orderNo: '' }),
      sampleOrder({ orderNo: '3' }),
      sampleOrder({ modifiedAtMs: noonMs + 1, remark: '改' }),
    ])
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['created', 'refused', 'created', 'updated'])
  })
})

describe('any order of arrival', () => {
  const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
  const snapshot = fc.record({
    stage: maybe(fc.constantFrom('pending_payment', 'paid', 'shipped', 'signed', 'cancelled', 'on_hold')),
    consigneeName: maybe(fc.constantFrom('张伟', '李娜')),
    phone: maybe(fc.constantFrom('13812345678', '18812345678-123', '138****5678')),
    address: maybe(fc.constantFrom('杭州', '上海')),
    paidAtMs: maybe(fc.constantFrom(noonMs - 1000, noonMs - 2000)),
    payMethod: maybe(fc.constantFrom('alipay', 'wechat')),
    paidFen: maybe(fc.constantFrom(1n, 2n)),
    freightFen: maybe(fc.constantFrom(0n, 800n)),
    carrier: maybe(fc.constantFrom('ZTO', 'OTHER', 'PICKUP', 'SF')),
    carrierName: maybe(fc.constant('安能')),
    waybillNo: maybe(fc.constantFrom('75894561230147', 'YT0082452614557,YT0082452614558')),
    shippedAtMs: maybe(fc.constant(noonMs)),
    signedAtMs: maybe(fc.constant(noonMs)),
    signer: maybe(fc.constant('本人')),
    signPhotoUrl: maybe(fc.constant('https://photo.example/1')),
    cancelReason: maybe(fc.constant('不想要了')),
    remark: maybe(fc.constantFrom('急', '轻放')),
    lines: fc.subarray([
      { lineKey: 'a', name: '奶粉', qty: 1 },
      { lineKey: 'b', name: '纸尿裤', qty: 2, amountFen: 100n },
    ]),
  }) as fc.Arbitrary<Partial<SourceOrder>>
  const story = fc.array(snapshot, { minLength: 1, maxLength: 6 }).chain((parts) => {
    const orders = parts.map((part, i) => sampleOrder({ ...blank, ...part, modifiedAtMs: noonMs + i * 1000 }))
    return fc.tuple(
      fc.constant(orders),
      fc
        .shuffledSubarray([...orders, ...orders], { minLength: orders.length })
        .filter((some) => orders.every((one) => some.includes(one))),
      fc.boolean(),
    )
  })
  const blank = Object.fromEntries(
    Object.keys(sampleOrder())
      .map((key) => [key, undefined])
      .filter(([key]) => !['channel', 'shop', 'orderNo', 'source', 'orderedAtMs', 'lines'].includes(String(key))),
  )

  const state = async (shop: string) => {
    const { sql } = fresh.database
    const [row] = await sql`SELECT * FROM orders WHERE shop = ${shop}`
    if (!row) throw new Error(`no order of ${shop}`)
    const { id, shop: _, created_at, phone_enc, address_enc, ...order } = row
    return {
      order,
      phone: phone_enc && personal.open(phone_enc, 'phone'),
      address: address_enc && personal.open(address_enc, 'address'),
      lines: [
        ...(await sql`SELECT line_key, position, sku, name, spec, qty, amount_fen FROM order_lines
          WHERE order_id = ${id} ORDER BY line_key`),
      ],
      parcels: [
        ...(await sql`SELECT waybill_no, carrier_code, carrier_name, shipped_at, position FROM parcels
          WHERE order_id = ${id} ORDER BY waybill_no`),
      ],
    }
  }

  test('doubled, late, reordered: the same state', async () => {
    let run = 0
    await fc.assert(
      fc.asyncProperty(story, async ([orders, shuffled, bulk]) => {
        const [straight, turned] = [`a${++run}`, `b${run}`]
        for (const order of orders) await desk.take({ ...order, shop: straight })
        if (bulk) await desk.takeAll(shuffled.map((order) => ({ ...order, shop: turned })))
        else for (const order of shuffled) await desk.take({ ...order, shop: turned })
        expect(await state(turned)).toEqual(await state(straight))
      }),
      { numRuns: 100 },
    )
  }, 60_000)
})

describe('a sheet of 5,000 rows', () => {
  test('goes in within seconds, and again without a change', async () => {
    const orders = Array.from({ length: 5_000 }, (_, i) =>
      sampleOrder({
        channel: 'distributor',
        shop: 'JXS07',
        source: 'sheet.JXS07',
        orderNo: `JXS07-20261121-${String(i).padStart(4, '0')}`,
        phone: `138${String(10_000_000 + i * 7)}`,
      }),
    )
    const started = performance.now()
    const outcomes = await desk.takeAll(orders)
    const tookMs = performance.now() - started
    expect(outcomes.every(({ outcome }) => outcome === 'created')).toBe(true)
    expect(new Set(outcomes.map(idOf)).size).toBe(5_000)
    expect(tookMs).toBeLessThan(15_000)
    const again = await desk.takeAll(orders)
    expect(again.every(({ outcome }) => outcome === 'unchanged')).toBe(true)
    expect(await count('order_lines')).toBe(5_000)
    expect(await count('customers')).toBe(5_000)
    const [heard] = await sources(fresh.database).freshness(clock.nowMs() + 37 * hourMs)
    expect(heard).toEqual({ name: 'sheet.JXS07', heardAtMs: clock.nowMs(), staleAfterMs: 36 * hourMs, stale: true })
  })
})
