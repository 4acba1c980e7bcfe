import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { abnormalKinds, type Trouble } from '../../../src/hub/alert-sql.ts'
import { alertLookup } from '../../../src/hub/alerts.ts'
import { noticeLookup } from '../../../src/hub/notices.ts'
import { personalData } from '../../../src/hub/personal.ts'
import { profileLookup } from '../../../src/hub/profile.ts'
import { ruleLookup } from '../../../src/hub/rule-decisions.ts'
import { statsLookup } from '../../../src/hub/stats.ts'
import { type GroupBy, type Metric, metrics } from '../../../src/hub/stats-metrics.ts'
import { todoLookup } from '../../../src/hub/todo.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'

const nowMs = Date.parse('2026-11-22T10:05:00+08:00')
const dayMs = 86_400_000
const midnight = Date.parse('2026-11-22T00:00:00+08:00')
const now = new Date(nowMs)

/** Orders of two months, as thick as a hub of this many has them, in the tables the surveys read. */
const orders = 60_000

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase({ max: 1 })
  const { sql } = fresh.database
  await sql`INSERT INTO customers (id, display_name) SELECT 'c' || i, 'n' || i FROM generate_series(0, 1999) i`
  await sql`INSERT INTO orders (id, channel, shop, order_no, customer_id, consignee_name, phone_hash, phone_tail, ordered_at, source,
      source_modified_at, paid_at, pay_method, paid_fen, promise_ship_at, carrier_code, waybill_no, shipped_at, signed_at, signer,
      sign_photo_url, refunded_at, warehouse, quarantined_at, quarantine_reason, source_stage)
    SELECT 'SO' || i, (array['douyin','tmall','jd','distributor'])[1 + i % 4], 'JXS0' || i % 9, 'N' || i, 'c' || i % 2000, 'n' || i % 2000,
      decode(md5((i % 2000)::text), 'hex'), lpad((i % 10000)::text, 4, '0'), at, 'x', at, at, 'a', 100, at + interval '48 hours', 'YTO',
      CASE WHEN old THEN 'YT' || i END, CASE WHEN old THEN at + (i % 50) * interval '1 hour' END,
      CASE WHEN i > 6000 THEN at + interval '4 days' END, CASE WHEN i > 6000 THEN 'x' END, CASE WHEN i > 6000 THEN 'u' END,
      CASE WHEN i % 97 = 0 AND old THEN at + interval '5 days' END, 'w' || i % 3,
      CASE WHEN NOT old AND i % 100 = 0 THEN at END, CASE WHEN NOT old AND i % 100 = 0 THEN 'carrier_missing' END, 'paid'
    FROM (SELECT i, i > 1500 AS old, ${now}::timestamptz - i * interval '86 seconds' AS at FROM generate_series(1, ${orders}) i) s`
  await sql`INSERT INTO parcels (id, order_id, waybill_no, carrier_code, shipped_at, eta_at, state, sub_state, last_event_at, signed_at)
    SELECT 'p' || id, id, waybill_no, 'YTO', shipped_at, shipped_at + interval '3 days',
      CASE WHEN signed_at IS NOT NULL THEN 'signed' WHEN right(id, 2) = '11' THEN 'exception' WHEN right(id, 2) = '12' THEN 'created' ELSE 'in_transit' END,
      CASE WHEN signed_at IS NULL AND right(id, 2) = '11' THEN 'damaged' END, shipped_at, signed_at FROM orders WHERE shipped_at IS NOT NULL`
  await sql`INSERT INTO order_lines (id, order_id, line_key, position, name, qty) SELECT 'l' || id, id, '1', 1, 'x', 2 FROM orders`
  await sql`INSERT INTO returns (id, order_id, reason, applied_at, approval, approved_at, closed_at, refunded_at, refund_fen)
    SELECT 'TH' || id, id, 'r', signed_at, CASE WHEN right(id, 2) = '00' THEN 'pending' ELSE 'approved' END, signed_at, signed_at, signed_at, 100
    FROM orders WHERE signed_at IS NOT NULL AND right(id, 1) = '0'`
  await sql`INSERT INTO approval_levels (return_id, level, role, state, started_at, due_at)
    SELECT id, 1, 'cs_lead', CASE WHEN approval = 'pending' THEN 'pending' ELSE 'approved' END, applied_at, applied_at + interval '1 day' FROM returns`
  await sql`INSERT INTO gifts (id, order_id, name, verdict, parcel_id, decided_at)
    SELECT 'g' || id, id, 'x', CASE WHEN right(id, 2) = '33' THEN 'out_of_stock' ELSE 'locked' END, NULL, paid_at FROM orders`
  await sql`INSERT INTO notices (id, order_id, kind, channel, state, sent_at, created_at, source)
    SELECT 'n' || id, id, 'ship', 'sms', 'delivered', shipped_at, shipped_at, 'sms.gateway' FROM orders WHERE shipped_at IS NOT NULL`
  await sql`INSERT INTO query_log (at, platform, conversation_id, conversation_kind, intent, slots, expect, latency_ms)
    SELECT ${now}::timestamptz - i * interval '2 minutes', 'play', 'c', 'direct', 'order.status', '{}', 'answer', 10 FROM generate_series(1, 20000) i`
  await sql`INSERT INTO rule_decisions (id, order_id, about, rule, rule_version, chosen, reason, decided_at)
    SELECT 'd' || id, id, 'warehouse', 'r', 1, 'w', 'x', ordered_at FROM orders`
  await sql.unsafe('VACUUM ANALYZE')
}, 120_000)
afterAll(() => fresh.drop())

const big = [
  'orders',
  'order_lines',
  'parcels',
  'returns',
  'gifts',
  'notices',
  'query_log',
  'rule_decisions',
  'customers',
]

/** The big tables that were read from end to end while `work` ran. */
async function scanned(work: () => Promise<unknown>): Promise<readonly string[]> {
  const { sql } = fresh.database
  const counts = async () => {
    // the counters of a connection are handed over when it is idle, or when told to
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

const noDirect = async () => ({ asked: 0, direct: 0, askedBack: 0, handedOver: 0, refused: 0, askedAgain: 0 })
const troubles: readonly (Trouble | 'exception')[] = [
  'return_overdue',
  'fine_risk',
  'due_soon',
  'damaged',
  'first_sms',
  ...abnormalKinds,
]

describe.each(['auto', 'force_generic_plan'])('with plans %s', (mode) => {
  // a small hub is read whole because that is quicker there: what is asked is whether an index serves
  beforeAll(() => fresh.database.sql.unsafe(`SET plan_cache_mode = ${mode}; SET enable_seqscan = off`))

  test.each(Object.keys(metrics).filter((metric) => metric !== 'direct_rate') as Metric[])(
    '%s of a day reads no big table whole',
    async (metric) => {
      const stats = statsLookup(fresh.database, noDirect)
      const window = { fromMs: midnight - dayMs, toMs: midnight - 1 }
      const groups: readonly (GroupBy | undefined)[] = [undefined, 'channel', 'warehouse']
      for (const group of groups) {
        const wish = { metric, window, nowMs, scope: {}, outOfStockWords: ['x'], ...(group !== undefined && { group }) }
        const outcome: { counted?: string } = {}
        expect(
          await scanned(async () => Object.assign(outcome, { counted: (await stats.count(wish)).outcome })),
          String(group),
        ).toEqual([])
        expect(outcome.counted).toBe('counted')
      }
    },
  )

  test.each(troubles)('the list of %s', async (kind) => {
    const alerts = alertLookup(fresh.database)
    const wish = { kinds: [kind], nowMs, newestFirst: false, offset: 0, limit: 5 }
    const window = { fromMs: midnight, toMs: midnight + dayMs - 1 }
    const list = async () => {
      await alerts.list({ ...wish, scope: {}, lasting: false })
      await alerts.list({ ...wish, scope: { channel: 'douyin', window, hour: 9 }, lasting: true })
    }
    expect(await scanned(list)).toEqual([])
  })

  test('to-dos, notices, rules and customers', async () => {
    const todo = todoLookup(fresh.database)
    const profiles = profileLookup(fresh.database, personalData('5a'.repeat(32)))
    const member = { id: 'm', roles: ['cs_lead'] }
    const ask = async () => {
      await todo.approvals(member, nowMs, 3)
      await todo.escalated(nowMs, 3)
      await todo.ownReturns('m', 3)
      await todo.handedOver(member, nowMs, 3)
      await noticeLookup(fresh.database).ofOrder('SO7')
      await ruleLookup(fresh.database).ofOrder('SO7')
      await ruleLookup(fresh.database).gifts('SO7')
      await profiles.ofOrder('SO7', nowMs, { arrears: true })
      for (const key of [
        { kind: 'phone', value: '13800000000' },
        { kind: 'phone-tail', value: '0042' },
        { kind: 'phone-tail', value: '0042', name: 'n7' },
        { kind: 'name', value: 'n7' },
        { kind: 'shop', value: 'JXS03' },
      ] as const)
        await profiles.find(key, 5)
    }
    expect(await scanned(ask)).toEqual([])
  })
})

test('the check itself sees a scan', async () => {
  expect(await scanned(() => fresh.database.sql`SELECT count(*) FROM orders WHERE remark = 'x'`)).toEqual(['orders'])
})
