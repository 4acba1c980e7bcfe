import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { channels } from '../../../src/hub/order-facts.ts'
import { personalData } from '../../../src/hub/personal.ts'
import { type StatsLookup, statsLookup } from '../../../src/hub/stats.ts'
import { type Figure, summaryOf } from '../../../src/hub/stats-figures.ts'
import { type GroupBy, type Metric, metrics, type StatsWish, spanOf } from '../../../src/hub/stats-metrics.ts'
import { silentLog } from '../../../src/runtime/log.ts'
import { seedSample } from '../../../src/seed/seed-sample.ts'
import { outOfStockWords } from '../../../src/text/zh-metrics.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { type Fact, type Firm, factsOfMetric, readFirm } from '../../kit/recount.ts'

const nowMs = Date.parse('2026-11-22T10:05:00+08:00')
const dayMs = 86_400_000
const midnight = Date.parse('2026-11-22T00:00:00+08:00')
const window = (fromDaysAgo: number, toDaysAgo: number) => ({
  fromMs: midnight - fromDaysAgo * dayMs,
  toMs: midnight - toDaysAgo * dayMs + dayMs - 1,
})
const windows = [window(0, 0), window(1, 1), window(6, 0), window(13, 7), window(3, 0), window(21, 0)]
const all = Object.keys(metrics).filter((metric) => metric !== 'direct_rate' && metric !== 'reply_time') as Metric[]

let hub: FreshDatabase
let firm: Firm
let stats: StatsLookup
beforeAll(async () => {
  hub = await freshDatabase()
  await seedSample(hub.database, {
    orders: 1500,
    seed: 11,
    nowMs,
    personal: personalData('5a'.repeat(32)),
    log: silentLog,
  })
  firm = await readFirm(hub)
  stats = statsLookup(hub.database, async () => ({
    asked: 9,
    direct: 6,
    askedBack: 1,
    handedOver: 1,
    refused: 0,
    askedAgain: 1,
  }))
})
afterAll(() => hub.drop())

const wishFor = (metric: Metric, of: StatsWish['window'], more: Partial<StatsWish> = {}): StatsWish => ({
  metric,
  window: of,
  nowMs,
  scope: {},
  outOfStockWords,
  ...more,
})

async function summary(wish: StatsWish) {
  const counted = await stats.count(wish)
  if (counted.outcome !== 'counted') throw new Error(counted.outcome)
  return summaryOf(counted.cells, counted.span, wish)
}

const sum = (facts: readonly Fact[]): Figure =>
  facts.reduce((so, { num, den }) => ({ num: so.num + num, den: so.den + den }), { num: 0n, den: 0n })
const hourOf = (at: number) => Math.floor((at + 8 * 3_600_000) / 3_600_000) % 24
const dayOf = (at: number) => Math.floor((at - midnight) / dayMs) * dayMs + midnight

describe.each(all)('%s', (metric) => {
  test('equals a recount over every row, whole and by every group', async () => {
    const facts = factsOfMetric(firm, metric, nowMs, outOfStockWords)
    const withDen = metrics[metric].unit === 'share' || metrics[metric].unit.startsWith('mean')
    const figure = (some: readonly Fact[]) => (withDen ? sum(some) : { num: sum(some).num })
    for (const of of windows) {
      const endMs = Math.min(of.toMs, nowMs)
      const inside = facts.filter(({ at }) => at >= of.fromMs && at <= endMs)
      for (const channel of [undefined, 'douyin', 'jd'] as const) {
        const scope = { ...(channel !== undefined && { channel }) }
        const mine = inside.filter((fact) => channel === undefined || fact.channel === channel)
        expect((await summary(wishFor(metric, of, { scope }))).figure).toMatchObject(figure(mine))
      }
      const keys: Readonly<Record<GroupBy, (fact: Fact) => string>> = {
        channel: (fact) => fact.channel,
        warehouse: (fact) => fact.warehouse,
        hour: (fact) => String(hourOf(fact.at)),
        day: (fact) => String(dayOf(fact.at)),
      }
      for (const [group, key] of Object.entries(keys) as [GroupBy, (fact: Fact) => string][]) {
        const { groups } = await summary(wishFor(metric, of, { group }))
        const expected = [...new Set(inside.map(key))].filter((one) => one !== '').sort()
        expect(groups.map((one) => one.key).sort(), group).toEqual(expected)
        for (const one of groups)
          expect(one.figure, `${group} ${one.key}`).toMatchObject(
            figure(inside.filter((fact) => key(fact) === one.key)),
          )
      }
    }
  })

  test('and so does what it is compared with', async () => {
    const facts = factsOfMetric(firm, metric, nowMs, outOfStockWords)
    for (const of of windows) {
      const span = spanOf(of, nowMs)
      const { before } = await summary(wishFor(metric, of, { scope: { hour: 9 } }))
      const earlier = facts.filter(
        ({ at }) => hourOf(at) === 9 && span?.before?.ranges.some(({ fromMs, endMs }) => at >= fromMs && at <= endMs),
      )
      if (span?.before === undefined) expect(before).toBeUndefined()
      else expect(before?.num).toBe(sum(earlier).num)
    }
  })
})

test('abnormal orders are counted by what is wrong first, and the worst hour of a channel is found', async () => {
  const facts = factsOfMetric(firm, 'abnormal_rate', nowMs, outOfStockWords)
  const { groups, kinds } = await summary(wishFor('abnormal_rate', window(0, 0), { group: 'channel' }))
  const today = facts.filter(({ at }) => at >= midnight && at <= nowMs)
  for (const { kind, count } of kinds) expect(today.filter((fact) => fact.kind === kind)).toHaveLength(count)
  expect(kinds.reduce((so, { count }) => so + count, 0)).toBe(Number(sum(today).num))
  const douyin = groups.find(({ key }) => key === 'douyin')
  const rates = Array.from({ length: 24 }, (_, hour) =>
    sum(today.filter((fact) => fact.channel === 'douyin' && hourOf(fact.at) === hour)),
  ).map(({ num, den }) => (den >= 5n ? Number(num) / Number(den) : 0))
  if (douyin?.peak === undefined) expect(Math.max(...rates)).toBe(0)
  else expect(Number(douyin.peak.figure.num) / Number(douyin.peak.figure.den)).toBe(Math.max(...rates))
})

test('pieces of one product', async () => {
  const { figure } = await summary(wishFor('pieces', window(21, 0), { product: '纸尿裤' }))
  const [row] = await hub.database.sql<{ qty: bigint }[]>`
    SELECT sum(l.qty) AS qty FROM order_lines l JOIN orders o ON o.id = l.order_id
    WHERE o.ordered_at >= ${new Date(window(21, 0).fromMs)} AND o.paid_at IS NOT NULL AND o.cancelled_at IS NULL
      AND l.name || coalesce(l.spec, '') LIKE '%纸尿裤%'`
  expect(figure.num).toBe(BigInt(row?.qty ?? 0n))
  expect(figure.num).toBeGreaterThan(0n)
})

test('the direct answer rate is asked of the query log', async () => {
  const { figure, before } = await summary(wishFor('direct_rate', window(0, 0)))
  expect({ figure, before }).toEqual({ figure: { num: 6n, den: 9n }, before: { num: 42n, den: 63n, days: 7 } })
})

test('what lies ahead, what nobody ever told, and a count that takes too long are said', async () => {
  expect(await stats.count(wishFor('orders', window(-1, -1)))).toEqual({ outcome: 'future' })
  const empty = await freshDatabase({ max: 1 })
  try {
    const slow = statsLookup(empty.database, async () => ({
      asked: 0,
      direct: 0,
      askedBack: 0,
      handedOver: 0,
      refused: 0,
      askedAgain: 0,
    }))
    expect(await slow.count(wishFor('sms_opened_rate', window(0, 0)))).toEqual({ outcome: 'no-source' })
    await empty.database
      .sql`CREATE FUNCTION pg_temp.wait() RETURNS boolean LANGUAGE sql AS 'SELECT pg_sleep(30) IS NULL'`
    await empty.database.sql`ALTER TABLE orders RENAME TO real_orders`
    await empty.database.sql`CREATE TEMP VIEW orders AS SELECT * FROM real_orders WHERE pg_temp.wait()`
    await empty.database
      .sql`INSERT INTO real_orders (id, channel, shop, order_no, ordered_at, source, source_modified_at)
      VALUES ('SO1', 'jd', 's', '1', now(), 'jd.pull', now())`
    await empty.database.sql`SET statement_timeout = 20`
    expect(await slow.count(wishFor('orders', window(21, -99_999), { nowMs: 9e12 }))).toEqual({ outcome: 'too-slow' })
  } finally {
    await empty.drop()
  }
})

test('a source that is silent longer than its limit is late', async () => {
  expect((await stats.staleSources(nowMs)).map(({ name }) => name)).toEqual(['jd.pull'])
  expect((await stats.staleSources(nowMs))[0]?.silentMs).toBeCloseTo(
    nowMs - Date.parse('2026-11-21T18:00:00+08:00'),
    -3,
  )
})

test('every channel of the sample is in the figures', async () => {
  const { groups } = await summary(wishFor('orders', window(21, 0), { group: 'channel' }))
  expect(groups.map(({ key }) => key).sort()).toEqual([...channels].sort())
})
