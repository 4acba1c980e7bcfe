import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { roles } from '../../../src/chat/member.ts'
import { orderLookup } from '../../../src/hub/orders.ts'
import { personalData } from '../../../src/hub/personal.ts'
import { sources } from '../../../src/hub/sources.ts'
import { stageSql } from '../../../src/hub/stage-sql.ts'
import { fixedClock } from '../../../src/runtime/clock.ts'
import { silentLog } from '../../../src/runtime/log.ts'
import { withoutIndexes } from '../../../src/seed/bulk.ts'
import { tables } from '../../../src/seed/rows.ts'
import { sampleQuestions } from '../../../src/seed/sample-questions.ts'
import { type SeedOptions, seedSample } from '../../../src/seed/seed-sample.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'

const nowMs = Date.parse('2026-11-22T10:00:00+08:00')
const personal = personalData('5a'.repeat(32))
const options: SeedOptions = { orders: 3000, seed: 7, nowMs, personal, log: silentLog }

let hub: FreshDatabase
beforeAll(async () => {
  hub = await freshDatabase()
  const seeded = await seedSample(hub.database, options)
  if (seeded.outcome === 'seeded') console.log(`3,000 orders in full: ${seeded.tookMs} ms`)
})
afterAll(() => hub.drop())

const column = async <T>(text: string): Promise<T[]> =>
  (await hub.database.sql.unsafe(text)).map((row) => Object.values(row)[0] as T)

/** One checksum per table over everything but the sealed columns, whose nonces are new each time. */
async function checksums(database: FreshDatabase): Promise<Record<string, unknown>> {
  const sums: Record<string, unknown> = {}
  for (const [table, columns] of Object.entries(tables)) {
    const plain = columns.split(' ').filter((name) => !name.endsWith('_enc'))
    const [row] = await database.database.sql.unsafe(
      `SELECT md5(string_agg(line, '|' ORDER BY line)) AS sum FROM (SELECT (${plain.join(', ')})::text AS line FROM ${table}) rows`,
    )
    sums[table] = row?.sum
  }
  return sums
}

describe('seedSample', () => {
  it('gives the same rows for the same seed and time', async () => {
    const twin = await freshDatabase()
    try {
      await seedSample(twin.database, options)
      expect(await checksums(twin)).toEqual(await checksums(hub))
    } finally {
      await twin.drop()
    }
  })

  it('has every stage, verdict, approval and level there is', async () => {
    expect((await column<string>(`SELECT DISTINCT ${stageSql} FROM orders o`)).sort()).toEqual([
      'cancelled',
      'on_hold',
      'paid',
      'part_shipped',
      'pending_payment',
      'quarantined',
      'refunded',
      'returned',
      'returning',
      'shipped',
      'signed',
    ])
    expect((await column<string>('SELECT DISTINCT verdict FROM gifts')).sort()).toEqual([
      'below_threshold',
      'level_too_low',
      'locked',
      'out_of_stock',
      'rule_conflict',
    ])
    expect((await column<string>('SELECT DISTINCT approval FROM returns')).sort()).toEqual([
      'approved',
      'pending',
      'rejected',
      'withdrawn',
    ])
    const overdue = `due_at < to_timestamp(${nowMs / 1000})`
    const pending = `SELECT DISTINCT level || CASE WHEN ${overdue} THEN ' overdue' ELSE '' END FROM approval_levels WHERE state = 'pending'`
    expect(await column<string>(pending)).toEqual(expect.arrayContaining(['1', '1 overdue', '2 overdue', '3 overdue']))
    expect(
      await column(
        `SELECT count(*)::int FROM orders WHERE source_stage = 'shipped' AND waybill_no IS NULL AND carrier_code IS NULL`,
      ),
    ).not.toEqual([0])
    expect(
      await column(`SELECT count(*)::int FROM orders WHERE carrier_code = 'PICKUP' AND signed_at IS NOT NULL`),
    ).not.toEqual([0])
    expect(
      await column(
        `SELECT count(*)::int FROM parcels p WHERE NOT EXISTS (SELECT 1 FROM parcel_lines l WHERE l.parcel_id = p.id)`,
      ),
    ).not.toEqual([0])
    expect(
      (await column<string>('SELECT DISTINCT signer_kind FROM orders WHERE signer_kind IS NOT NULL')).sort(),
    ).toEqual(['agent', 'other', 'self'])
    expect((await column<string>('SELECT DISTINCT zone FROM stock_lots')).sort()).toEqual(['near_expiry', 'shelf'])
    expect(await column(`SELECT count(*)::int FROM return_lines WHERE damaged_qty > 0`)).not.toEqual([0])
    expect(
      await column(
        `SELECT gap_fen::int FROM gifts JOIN orders o ON o.id = order_id WHERE order_no = '6926704328626645039'`,
      ),
    ).toEqual([1250])
  })

  it('gives every paid order exactly one gift verdict', async () => {
    expect(
      await column(
        'SELECT count(*)::int FROM orders o WHERE (paid_at IS NOT NULL) <> ((SELECT count(*) FROM gifts g WHERE g.order_id = o.id) = 1)',
      ),
    ).toEqual([0])
  })

  it('knows three people called 张伟, who are three customers', async () => {
    const [count] = await column<number>(
      `SELECT count(DISTINCT customer_id)::int FROM orders WHERE consignee_name = '张伟'`,
    )
    expect(count).toBeGreaterThanOrEqual(3)
    const tails = await column<string>(`SELECT DISTINCT phone_tail FROM orders WHERE consignee_name = '张伟'`)
    expect(tails).toEqual(expect.arrayContaining(['1234', '8806', '3377']))
  })

  it('dates nothing in the future but what is expected', async () => {
    const expected = ['eta_at', 'promise_ship_at', 'due_at', 'expires_on', 'expires_at']
    const columns = await hub.database.sql<{ table: string; name: string }[]>`
      SELECT table_name AS table, column_name AS name FROM information_schema.columns
      WHERE table_schema = current_schema() AND data_type = 'timestamp with time zone' AND table_name = ANY (${Object.keys(tables)})`
    expect(columns.length).toBeGreaterThan(30)
    for (const { table, name } of columns.filter((each) => !expected.includes(each.name)))
      expect(
        await column(`SELECT count(*)::int FROM ${table} WHERE ${name} > to_timestamp(${nowMs / 1000})`),
        `${table}.${name}`,
      ).toEqual([0])
  })

  it('has somebody in every role, whom all three platforms know', async () => {
    const held = await column<string>('SELECT DISTINCT role FROM member_roles')
    expect([...held].sort()).toEqual([...roles].sort())
    expect((await column<string>(`SELECT user_id FROM member_accounts WHERE platform = 'play'`)).sort()).toEqual(
      roles.map((role) => `play-${role}`).sort(),
    )
    expect(
      await column(
        `SELECT count(DISTINCT platform)::int FROM member_accounts GROUP BY member_id HAVING count(DISTINCT platform) < 2`,
      ),
    ).toEqual([])
  })

  it('leaves one source stale: the pull from 京东', async () => {
    const stale = (await sources(hub.database).freshness(nowMs)).filter((source) => source.stale)
    expect(stale.map((source) => [source.name, source.lastError])).toEqual([['jd.pull', '令牌过期']])
  })

  it('is found by the look-ups of the hub, phones included', async () => {
    const lookup = orderLookup(hub.database, personal, fixedClock(nowMs))
    const found = await lookup.find({ kind: 'order-no', value: '6936476692437472563' }, { limit: 5 })
    expect(found.orders[0]).toMatchObject({
      channel: 'douyin',
      stage: 'shipped',
      consigneeName: '王芳',
      phone: '13757142087',
      waybillNo: '75894561230147',
    })
    expect(found.orders[0]?.parcels[0]?.nodes[0]).toMatchObject({
      place: '杭州萧山转运中心',
      atMs: nowMs - 84 * 60_000,
    })
    const byPhone = await lookup.find({ kind: 'phone', value: '17000009354' }, { limit: 5 })
    expect(byPhone.orders[0]).toMatchObject({ consigneeName: '李娜', phoneVirtual: true })
  })

  it('offers questions whose numbers are in this hub', async () => {
    const questions = await sampleQuestions(hub.database, nowMs)
    expect(questions.map((question) => question.shows)).toEqual([
      'in-transit',
      'exception',
      'carrier',
      'phone-tail',
      'several',
      'swapped-digits',
      'waiting',
      'track',
    ])
    const lookup = orderLookup(hub.database, personal, fixedClock(nowMs))
    const subject = (shows: string) => questions.find((question) => question.shows === shows)?.subject ?? ''
    for (const shows of ['in-transit', 'exception', 'carrier'])
      expect((await lookup.find({ kind: 'order-no', value: subject(shows) }, { limit: 5 })).orders).toHaveLength(1)
    expect((await lookup.find({ kind: 'waybill-no', value: subject('track') }, { limit: 5 })).orders).toHaveLength(1)
    expect((await lookup.find({ kind: 'phone-tail', value: subject('phone-tail') }, { limit: 5 })).orders).not.toEqual(
      [],
    )
    const swapped = subject('swapped-digits')
    expect(swapped).toBe('6936476692437472653')
    expect((await lookup.find({ kind: 'order-no', value: swapped }, { limit: 5 })).orders).toEqual([])
    expect((await lookup.nearest(swapped, 5)).map((near) => near.orderNo)).toContain('6936476692437472563')
    const waiting = await lookup.list({
      channel: 'jd',
      stage: 'paid',
      window: { fromMs: nowMs - 10 * 3_600_000, toMs: nowMs },
      limit: 10,
    })
    expect(waiting.total).toBeGreaterThanOrEqual(4)
  })

  it('refuses a hub that holds orders, replaces them when forced, and says what it loaded', async () => {
    const other = await freshDatabase()
    try {
      const few = { ...options, orders: 200 }
      expect((await seedSample(other.database, few)).outcome).toBe('seeded')
      expect(await seedSample(other.database, few)).toEqual({ outcome: 'not-empty' })
      const again = await seedSample(other.database, { ...few, orders: 150, seed: 9, force: true })
      expect(again).toMatchObject({ outcome: 'seeded', rows: { orders: 150 } })
      const [row] = await other.database
        .sql`SELECT (SELECT count(*)::int FROM orders) AS orders, value FROM settings WHERE name = 'sample'`
      expect(row).toEqual({ orders: 150, value: { seed: 9, orders: 150, atMs: nowMs } })
    } finally {
      await other.drop()
    }
  })
})

describe('a big lean hub', () => {
  it('loads fast', async () => {
    const other = await freshDatabase()
    try {
      const seeded = await seedSample(other.database, { ...options, orders: 10_000, detail: 'lean' })
      expect(seeded).toMatchObject({ outcome: 'seeded', rows: { orders: 10_000, gifts: 0 } })
      if (seeded.outcome === 'seeded') console.log(`lean: ${Math.round((10_000 / seeded.tookMs) * 1000)} orders/s`)
    } finally {
      await other.drop()
    }
  })

  it('gets its indexes and foreign keys back as they were', async () => {
    const shape = () =>
      column(
        `SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() UNION ALL SELECT conrelid::regclass || pg_get_constraintdef(oid) || conname FROM pg_constraint ORDER BY 1`,
      )
    const before = await shape()
    const inside = await hub.database.sql.begin((sql) =>
      withoutIndexes(sql, async () => sql`SELECT 1 FROM pg_indexes WHERE tablename = 'orders'`),
    )
    expect(inside).toHaveLength(1)
    expect(await shape()).toEqual(before)
  })
})
