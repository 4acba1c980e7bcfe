import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClockDesk, clockDesk } from '../../kit/clock-desk.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'

const nowMs = Date.parse('2026-11-23T10:05:00+08:00')
const orders = 30_000
const big = ['orders', 'parcels', 'returns', 'approval_levels', 'deadlines', 'escalations', 'outbox']

let fresh: FreshDatabase
let desk: ClockDesk
beforeAll(async () => {
  fresh = await freshDatabase({ max: 1 })
  desk = clockDesk(fresh.database)
  await desk.clean()
  const { sql } = fresh.database
  const now = new Date(nowMs)
  await sql`INSERT INTO orders (id, channel, shop, order_no, ordered_at, source, source_modified_at, paid_at, pay_method, paid_fen,
      promise_ship_at, carrier_code, waybill_no, shipped_at, signed_at, signer, sign_photo_url)
    SELECT 'SO' || i, 'jd', 's', 'N' || i, at, 'x', at, at, 'a', 100, at + interval '48 hours', 'YTO', 'YT' || i,
      CASE WHEN i > 1500 THEN at + interval '1 day' END, CASE WHEN i > 6000 THEN at + interval '4 days' END,
      CASE WHEN i > 6000 THEN 'x' END, CASE WHEN i > 6000 THEN 'u' END
    FROM (SELECT i, ${now}::timestamptz - i * interval '100 seconds' AS at FROM generate_series(1, ${orders}) i) s`
  await sql`INSERT INTO parcels (id, order_id, waybill_no, carrier_code, shipped_at, state, last_event_at)
    SELECT 'p' || id, id, waybill_no, 'YTO', shipped_at, CASE WHEN signed_at IS NOT NULL THEN 'signed'
      WHEN right(id, 1) = '2' THEN 'created' ELSE 'in_transit' END, shipped_at FROM orders WHERE shipped_at IS NOT NULL`
  await sql`INSERT INTO returns (id, order_id, reason, applied_at, approval)
    SELECT 'TH' || id, id, 'r', ordered_at + interval '5 days', CASE WHEN right(id, 2) = '00' THEN 'pending' ELSE 'approved' END
    FROM orders WHERE signed_at IS NOT NULL AND right(id, 1) = '0'`
  await sql`INSERT INTO approval_levels (return_id, level, role, state, started_at)
    SELECT id, 1, 'cs_lead', CASE WHEN approval = 'pending' THEN 'pending' ELSE 'approved' END, applied_at FROM returns`
  await sql.unsafe('VACUUM ANALYZE')
}, 120_000)
afterAll(() => fresh.drop())

/** The big tables that were read from end to end while `work` ran. */
async function scanned(work: () => Promise<unknown>): Promise<readonly string[]> {
  const { sql } = fresh.database
  const counts = async () => {
    await sql`SELECT pg_stat_force_next_flush()`
    const rows = await sql<{ table: string; scans: bigint }[]>`
      SELECT relname AS table, seq_scan AS scans FROM pg_stat_user_tables WHERE relname = ANY(${big})`
    return new Map(rows.map(({ table, scans }) => [table, scans]))
  }
  const before = await counts()
  await work()
  const after = await counts()
  return big.filter((table) => after.get(table) !== before.get(table))
}

describe.each(['auto', 'force_generic_plan'])('with plans %s', (mode) => {
  // a small hub is read whole because that is quicker there: what is asked is whether an index serves
  beforeAll(() => fresh.database.sql.unsafe(`SET plan_cache_mode = ${mode}; SET enable_seqscan = off`))

  test('arming, firing, telling and following up read no big table whole', async () => {
    await desk.set(nowMs)
    const { sql } = fresh.database
    expect(await scanned(() => desk.engine.armMissing())).toEqual([])
    expect(await sql`SELECT 1 FROM deadlines LIMIT 1`).toHaveLength(1)
    expect(await scanned(() => desk.sweep())).toEqual([])
    expect(await sql`SELECT 1 FROM escalations LIMIT 1`).toHaveLength(1)
    await sql`UPDATE escalations SET queued_at = queued_at - interval '2 minutes' WHERE state = 'told'`
    expect(await scanned(() => desk.sweep())).toEqual([])
  })
})
