import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OrderKey, Stage } from '../../../src/hub/order-facts.ts'
import { type ListShape, listStatement } from '../../../src/hub/order-list-sql.ts'
import { findStatement, nearestText, trackText } from '../../../src/hub/order-sql.ts'
import { type StageFacts, stageOf } from '../../../src/hub/stage.ts'
import { stageSql } from '../../../src/hub/stage-sql.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase({ max: 2 })
})
afterAll(() => fresh.drop())

describe('the stage in SQL', () => {
  const time = fc.constantFrom(undefined, 1_000_000)
  const facts = fc.record({
    paidAtMs: time,
    shippedAtMs: time,
    signedAtMs: time,
    returnedAtMs: time,
    refundedAtMs: time,
    cancelledAtMs: time,
    onHoldAtMs: time,
    quarantinedAtMs: time,
    parcels: fc.array(fc.record({ shippedAtMs: time, state: fc.constant('created' as const) }), { maxLength: 3 }),
    returns: fc.array(
      fc.record({
        approval: fc.constantFrom('pending', 'approved', 'rejected', 'withdrawn'),
        receivedAtMs: time,
        refundedAtMs: time,
        closedAtMs: time,
      }),
      { maxLength: 2 },
    ),
  }) as unknown as fc.Arbitrary<StageFacts>

  test('is the stage of hub/stage.ts, whatever the facts', async () => {
    const { sql } = fresh.database
    const many = fc.sample(facts, 1200)
    const when = (ms: number | undefined) => (ms === undefined ? null : 'now')
    const orders = many.map((fact, i) => ({
      id: `S${i}`,
      paid: when(fact.paidAtMs),
      shipped: when(fact.shippedAtMs),
      signed: when(fact.signedAtMs),
      returned: when(fact.returnedAtMs),
      refunded: when(fact.refundedAtMs),
      cancelled: when(fact.cancelledAtMs),
      held: when(fact.onHoldAtMs),
      quarantined: when(fact.quarantinedAtMs),
    }))
    const parcels = many.flatMap((fact, i) =>
      fact.parcels.map((p, j) => ({ id: `${i}-${j}`, order: `S${i}`, shipped: when(p.shippedAtMs) })),
    )
    const returns = many.flatMap((fact, i) =>
      fact.returns.map((r, j) => ({
        id: `${i}-${j}`,
        order: `S${i}`,
        approval: r.approval,
        received: when(r.receivedAtMs),
        refunded: when(r.refundedAtMs),
        closed: when(r.closedAtMs),
      })),
    )
    await sql`INSERT INTO orders (id, channel, shop, order_no, ordered_at, source, source_modified_at, pay_method, paid_fen,
        carrier_code, waybill_no, signer, sign_photo_url, return_no, return_reason, refund_fen, cancel_reason,
        quarantine_reason, paid_at, shipped_at, signed_at, returned_at, refunded_at, cancelled_at, on_hold_at, quarantined_at)
      SELECT id, 'jd', 's', id, now(), 'jd.pull', now(), 'a', 1, 'YTO', 'YT', 'a', 'u', 'TH', 'r', 1, 'c', 'q',
        paid::timestamptz, shipped::timestamptz, signed::timestamptz, returned::timestamptz, refunded::timestamptz,
        cancelled::timestamptz, held::timestamptz, quarantined::timestamptz
      FROM jsonb_to_recordset(${JSON.stringify(orders)}::text::jsonb) AS r(id text, paid text, shipped text, signed text,
        returned text, refunded text, cancelled text, held text, quarantined text)`
    await sql`INSERT INTO parcels (id, order_id, waybill_no, carrier_code, shipped_at)
      SELECT id, "order", 'YT', 'YTO', shipped::timestamptz
      FROM jsonb_to_recordset(${JSON.stringify(parcels)}::text::jsonb) AS r(id text, "order" text, shipped text)`
    await sql`INSERT INTO returns (id, order_id, reason, applied_at, approval, received_at, refunded_at, closed_at)
      SELECT id, "order", 'r', now(), approval, received::timestamptz, refunded::timestamptz, closed::timestamptz
      FROM jsonb_to_recordset(${JSON.stringify(returns)}::text::jsonb)
        AS r(id text, "order" text, approval text, received text, refunded text, closed text)`
    const rows = await sql.unsafe<{ id: string; stage: Stage }[]>(`SELECT o.id, ${stageSql} AS stage FROM orders o`)
    expect(rows).toHaveLength(many.length)
    for (const { id, stage } of rows)
      expect([many[Number(id.slice(1))], stage]).toEqual([
        many[Number(id.slice(1))],
        stageOf(many[Number(id.slice(1))] as StageFacts),
      ])
    expect(new Set(rows.map(({ stage }) => stage)).size).toBeGreaterThanOrEqual(9)
    await sql`TRUNCATE orders CASCADE`
  })
})

describe('plans', () => {
  beforeAll(async () => {
    const { sql } = fresh.database
    await sql`INSERT INTO orders (id, channel, shop, order_no, consignee_name, phone_hash, phone_tail, ordered_at, source, source_modified_at, paid_at, pay_method, paid_fen)
      SELECT 'SO' || i, (array['douyin','tmall','jd'])[1 + i % 3], 's', (6936476692437000000 + i * 7919)::text, 'n' || i % 500,
        decode(md5((i % 2500)::text), 'hex'), lpad((i % 10000)::text, 4, '0'), now() - i * interval '10 minutes', 'a', now(), now(), 'a', 1
      FROM generate_series(1, 5000) i`
    await sql`INSERT INTO order_lines (id, order_id, line_key, position, name, qty) SELECT 'l' || i, 'SO' || i, '1', 1, 'x', 1 FROM generate_series(1, 5000) i`
    await sql`INSERT INTO parcels (id, order_id, waybill_no, carrier_code, shipped_at) SELECT 'p' || i, 'SO' || i, 'YT' || 1000000000000 + i, 'YTO', now() FROM generate_series(1, 5000) i`
    await sql`INSERT INTO tracking_events (parcel_id, occurred_at, state, description, source, node_hash) SELECT 'p' || i, now(), 'in_transit', 'x', 'x', 'x' FROM generate_series(1, 5000) i`
    await sql`INSERT INTO returns (id, order_id, reason, applied_at, waybill_no) SELECT 'TH' || i, 'SO' || i, 'r', now(), 'SF' || i FROM generate_series(1, 500) i`
    await sql`ANALYZE`
  })

  /** The plan that stays when the statement is used for long: made once for all values. */
  const planOf = async (text: string, literals: readonly string[]): Promise<string> => {
    const connection = await fresh.database.sql.reserve()
    try {
      await connection.unsafe('SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan; DEALLOCATE ALL')
      await connection.unsafe(`PREPARE question AS ${text}`)
      const rows = await connection.unsafe(`EXPLAIN EXECUTE question(${literals.join(', ')})`)
      return rows.map((row) => row['QUERY PLAN']).join('\n')
    } finally {
      await connection.unsafe('RESET ALL; DEALLOCATE ALL')
      connection.release()
    }
  }
  const literal: Readonly<Record<string, string>> = {
    value: `'2563'`,
    fromMs: '0',
    toMs: '4e12',
    limit: '21',
    offset: '5',
    delay: `'x'`,
    channel: `'jd'`,
    product: `'x'`,
    name: `'n1'`,
    stage: `'paid'`,
  }
  const noScan = /Seq Scan on (?!sources|members)\w+/

  const kinds = ['hub-no', 'order-no', 'waybill-no', 'return-no', 'phone', 'phone-tail', 'number-tail', 'name'] as const
  test.each(kinds)('%s: every branch by its index', async (kind: OrderKey['kind']) => {
    for (const narrowed of [false, true]) {
      const { text, slots } = findStatement(kind, {
        channel: narrowed,
        product: narrowed,
        name: kind === 'phone-tail' && narrowed,
      })
      const values = slots.map((slot) => (kind === 'phone' && slot === 'value' ? `'\\x00'` : (literal[slot] ?? '')))
      const plan = await planOf(text, values)
      expect(plan).not.toMatch(noScan)
      expect(plan).not.toMatch(/Hash Join|Merge Join|hashed SubPlan/)
    }
  })

  const lists: readonly ListShape[] = [
    { product: false },
    { product: true, stage: 'paid' },
    { product: false, stage: 'paid', delay: true },
    { product: false, stage: 'shipped' },
    { product: false, stage: 'returning' },
    { product: false, by: 'pay' },
    { product: true, by: 'ship' },
    { product: false, by: 'sign' },
    { product: false, by: 'sign', stage: 'signed' },
    { product: false, parcelStates: ['delivering'] },
    { product: false, parcelStates: ['created', 'collected', 'in_transit', 'delivering', 'exception'] },
  ]
  test.each(lists)('list %j', async (shape) => {
    const { text, slots } = listStatement(shape)
    const values = slots.map((slot) => (slot === 'channel' ? `'{jd,tmall}'` : (literal[slot] ?? '')))
    expect(await planOf(text, values)).not.toMatch(noScan)
  })

  test('track and nearest', async () => {
    expect(await planOf(trackText, [`'SO1'`])).not.toMatch(noScan)
    expect(await planOf(nearestText, [`'{a,b}'`, `'{SO1}'`, '3'])).not.toMatch(noScan)
  })

  test('the check itself sees a scan', async () => {
    expect(await planOf(`SELECT * FROM orders WHERE remark = $1`, [`'x'`])).toMatch(noScan)
  })
})
