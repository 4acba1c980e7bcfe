import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { afterSales } from '../../../src/hub/after-sales.ts'
import type { SourceReturn } from '../../../src/hub/channel-port.ts'
import { type Feed, feed } from '../../../src/hub/feed.ts'
import { intake } from '../../../src/hub/intake.ts'
import type { SourceOrder } from '../../../src/hub/order-facts.ts'
import { personalData } from '../../../src/hub/personal.ts'
import { sources } from '../../../src/hub/sources.ts'
import { takePush } from '../../../src/hub/take-push.ts'
import type { Clock } from '../../../src/runtime/clock.ts'
import { randomIds } from '../../../src/runtime/ids.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { away, type MemoryShop, memoryShop } from '../../kit/memory-channel.ts'
import { runs } from '../../kit/runs.ts'
import { dayMs, hourMs, noonMs, sampleOrder } from './sample-order.ts'

const personal = personalData('44'.repeat(32))
const minuteMs = 60_000
const never = new AbortController().signal
let fresh: FreshDatabase
let nowMs = noonMs
const clock: Clock = { nowMs: () => nowMs, sleep: async () => undefined }
const alarms: string[] = []
let shop: MemoryShop
let desk: Feed

beforeAll(async () => {
  fresh = await freshDatabase({ max: 10 })
})
beforeEach(async () => {
  await fresh.database
    .sql`TRUNCATE orders, customers, sources, source_events, source_hints, source_cursors, after_sales, outbox CASCADE`
  nowMs = noonMs
  alarms.length = 0
  shop = memoryShop(() => nowMs)
  desk = openFeed()
})
afterAll(() => fresh.drop())

function openFeed(): Feed {
  const { database } = fresh
  return feed({
    database,
    channels: [shop.channel],
    intake: intake(database, personal, clock, randomIds()),
    afterSales: afterSales(database),
    heard: sources(database),
    clock,
    log: (_, message, fields) => {
      if (fields?.alarm === true) alarms.push(message)
    },
  })
}

const order = (n: number, modifiedAtMs: number, over: Partial<SourceOrder> = {}): SourceOrder =>
  sampleOrder({
    orderNo: String(6_900_000_000_000_000_000n + BigInt(n)),
    modifiedAtMs,
    orderedAtMs: noonMs - 40 * dayMs,
    ...over,
  })
const due = () =>
  fresh.database.sql`UPDATE source_cursors SET due_at = now() - interval '1 second', leased_until = NULL`
const stored = async () => {
  const rows = await fresh.database.sql<{ no: string; remark: string | null }[]>`
    SELECT order_no AS no, remark FROM orders ORDER BY order_no`
  return rows.map(({ no, remark }) => `${no} ${remark}`)
}
const wanted = () => {
  const newest = new Map(shop.history.filter((one) => one.modifiedAtMs < nowMs).map((one) => [one.orderNo, one]))
  return [...newest.values()].map(({ orderNo, remark }) => `${orderNo} ${remark ?? null}`).sort()
}

describe('the list of what was modified', () => {
  test('30 days with crashes at any moment: nothing is missing, nothing is there twice', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(39), fc.nat(30 * 24 * 60)), { minLength: 20, maxLength: 120 }),
        fc.array(fc.nat(400), { maxLength: 25 }),
        fc.integer({ min: 1, max: 12 }),
        async (changes, crashes, everyHours) => {
          await fresh.database.sql`TRUNCATE orders, customers, source_cursors CASCADE`
          const startMs = noonMs - 30 * dayMs
          shop = memoryShop(() => nowMs, 7)
          const moments = [...changes].sort(([, a], [, b]) => a - b)
          for (const [n, minute] of moments) {
            const modifiedAtMs = startMs + minute * minuteMs + shop.history.length
            shop.history.push(order(n, modifiedAtMs, { remark: `state ${shop.history.length}` }))
          }
          const fatal = new Set(crashes)
          shop.onPage = () => {
            if (fatal.has(shop.calls)) away()
          }
          for (nowMs = startMs; nowMs <= noonMs; nowMs += everyHours * hourMs) {
            desk = openFeed()
            await desk.pullDue(never)
            await due()
          }
          shop.onPage = () => {}
          nowMs = noonMs + hourMs
          await due()
          await openFeed().pullDue(never)
          expect(await stored()).toEqual(wanted())
        },
      ),
      // over real wires and with processes that die: tests/journeys/thirty-days.test.ts
      { numRuns: runs(4) },
    )
  })

  test('a window counts only when all of its pages came; the failure is shown, and it heals alone', async () => {
    shop.history.push(...Array.from({ length: 25 }, (_, n) => order(n, noonMs - 10 * minuteMs + n)))
    let broken = 0
    shop.onPage = () => {
      broken += 1
      if (broken === 147) away()
    }
    await desk.pullDue(never)
    const [failed] = await fresh.database.sql`SELECT last_error FROM sources WHERE name = 'douyin.pull'`
    expect(failed).toEqual({ last_error: 'no answer' })
    await desk.pullDue(never)
    expect((await stored()).length).toBeLessThan(25)
    await due()
    await desk.pullDue(never)
    expect(await stored()).toEqual(wanted())
    const [healed] = await fresh.database
      .sql`SELECT last_error, heard_at IS NOT NULL AS heard FROM sources WHERE name = 'douyin.pull'`
    expect(healed).toEqual({ last_error: null, heard: true })
  })

  test('while a list is read time goes on: what changes meanwhile is the next reading', async () => {
    shop.history.push(order(1, noonMs - minuteMs))
    shop.onPage = () => {
      nowMs += 400
      if (shop.calls > 1_000) throw new Error('it never ends')
    }
    await desk.pullDue(never)
    const [row] = await fresh.database.sql`
      SELECT failures, read_to < to_timestamp(${nowMs}::float8 / 1000) AS behind FROM source_cursors`
    expect(row).toEqual({ failures: 0, behind: true })
    expect(await stored()).toEqual(wanted())
  })

  test('two processes: one of them reads', async () => {
    shop.history.push(order(1, noonMs - minuteMs))
    const before = shop.calls
    await Promise.all([desk.pullDue(never), openFeed().pullDue(never)])
    const both = shop.calls - before
    await due()
    shop.calls = 0
    await fresh.database.sql`TRUNCATE source_cursors`
    await desk.pullDue(never)
    expect(both).toBe(shop.calls)
  })

  test('an alarm at the third failure in a row, not at each', async () => {
    shop.onPage = away
    for (let n = 0; n < 6; n++) {
      await desk.pullDue(never)
      await due()
    }
    expect(alarms).toEqual(['a source was not read'])
  })
})

describe('a push', () => {
  const push = (keys: readonly string[], orderNo: string) =>
    takePush(
      fresh.database,
      personal,
    )({
      connector: 'memory',
      hints: keys.map((key) => ({ key, about: { kind: 'order', orderNo } })),
      raw: Buffer.from('{}'),
      receivedAtMs: nowMs,
    })

  test('the same a thousand times is one event, one job', async () => {
    const counts = await Promise.all(Array.from({ length: 1_000 }, () => push(['m1'], '6900000000000000001')))
    expect(counts.reduce((sum, one) => sum + one, 0)).toBe(1)
    const [row] = await fresh.database.sql`
      SELECT (SELECT count(*)::int FROM source_events) AS events, (SELECT count(*)::int FROM outbox) AS jobs`
    expect(row).toEqual({ events: 1, jobs: 1 })
  })

  test('an array with a repeated key, and one about nothing', async () => {
    expect(await push(['m1', 'm1', 'm2'], '6900000000000000001')).toBe(2)
    const taken = takePush(fresh.database, personal)
    const nothing = { key: 'm3', about: { kind: 'nothing', topic: '400' } } as const
    expect(await taken({ connector: 'memory', hints: [nothing], raw: Buffer.from('{}'), receivedAtMs: nowMs })).toBe(1)
    const [row] = await fresh.database.sql`SELECT count(*)::int AS jobs FROM outbox`
    expect(row).toEqual({ jobs: 2 })
  })

  test('pushes of one moment go together; one that cannot be stored fails alone', async () => {
    const taken = takePush(fresh.database, personal)
    const told = (key: string, topic = '400') => ({
      connector: 'memory',
      hints: [{ key, about: { kind: 'nothing', topic } as const }],
      raw: Buffer.from('{}'),
      receivedAtMs: nowMs,
    })
    const given = Array.from({ length: 500 }, (_, n) => told(`m${n % 400}`))
    const answers = await Promise.allSettled(
      [...given.slice(0, 250), told('bad', '\u0000'), ...given.slice(250)].map(taken),
    )
    expect(answers.flatMap(({ status }, n) => (status === 'rejected' ? [n] : []))).toEqual([250])
    expect(answers.reduce((sum, one) => sum + (one.status === 'fulfilled' ? one.value : 0), 0)).toBe(400)
    const [row] = await fresh.database.sql`
      SELECT (SELECT count(*)::int FROM source_events) AS events, (SELECT count(*)::int FROM outbox) AS jobs`
    expect(row).toEqual({ events: 400, jobs: 0 })
    expect(await taken(told('m401'))).toBe(1)
  })

  test('what it points at is fetched once for all that came before', async () => {
    const job = { connector: 'memory', about: { kind: 'order', orderNo: '6900000000000000001' } } as const
    shop.history.push(order(1, noonMs - minuteMs))
    await push(['m1', 'm2', 'm3'], job.about.orderNo)
    nowMs += 50
    expect([await desk.fetch(job, never), await desk.fetch(job, never), await desk.fetch(job, never)]).toEqual([
      'taken',
      'fetched-since',
      'fetched-since',
    ])
    nowMs += 50
    await push(['m4'], job.about.orderNo)
    nowMs += 50
    expect(await desk.fetch(job, never)).toBe('taken')
    expect(shop.calls).toBe(2)
    expect(await desk.fetch({ ...job, about: { kind: 'order', orderNo: '6900000000000000009' } }, never)).toBe(
      'not-there',
    )
  })
})

describe('after-sale requests', () => {
  const orderNo = '6900000000000000001'
  const request = (over: Partial<SourceReturn> = {}): SourceReturn => ({
    channel: 'douyin',
    shop: sampleOrder().shop,
    orderNo,
    afterSaleNo: '7100000000000000001',
    source: 'douyin.pull',
    modifiedAtMs: noonMs,
    appliedAtMs: noonMs - hourMs,
    state: 'done',
    goodsBack: true,
    reason: '不想要了',
    refundFen: sampleOrder().paidFen ?? 0n,
    refundedAtMs: noonMs,
    ...over,
  })
  const state = async () => {
    const [row] = await fresh.database.sql`
      SELECT returned_at IS NOT NULL AS returned, refunded_at IS NOT NULL AS refunded, refund_fen::text AS fen FROM orders`
    return row
  }

  test('in any order with the order itself: the same end', async () => {
    const told = [request({ state: 'agreed', modifiedAtMs: noonMs - minuteMs }), request()]
    for (const first of ['order', 'request']) {
      await fresh.database.sql`TRUNCATE orders, after_sales CASCADE`
      const takeOrder = () => intake(fresh.database, personal, clock, randomIds()).takeAll([order(1, noonMs)])
      const desk = afterSales(fresh.database)
      if (first === 'order') await takeOrder()
      await desk.take([...told].reverse())
      await desk.take(told)
      await desk.settle(told)
      if (first === 'request') await takeOrder()
      await desk.settle([order(1, noonMs)])
      expect(await state()).toEqual({ returned: true, refunded: true, fen: '28600' })
    }
  })

  test('of one second what is further on counts, in whatever order it is heard', async () => {
    await intake(fresh.database, personal, clock, randomIds()).takeAll([order(1, noonMs)])
    const { refundedAtMs: _, ...unpaid } = request()
    const steps = [request({ state: 'applied' }), request({ state: 'agreed' }), unpaid, request()]
    const desk = afterSales(fresh.database)
    for (const told of [steps, [...steps].reverse()]) {
      await fresh.database.sql`TRUNCATE after_sales`
      await fresh.database
        .sql`UPDATE orders SET returned_at = NULL, refunded_at = NULL, refund_fen = NULL, return_no = NULL`
      for (const one of told) await desk.take([one])
      await desk.settle([request()])
      expect(await state()).toEqual({ returned: true, refunded: true, fen: '28600' })
    }
    // a later word takes it back all the same
    await desk.take([request({ state: 'applied', modifiedAtMs: noonMs + 1_000 })])
    const [row] = await fresh.database.sql`SELECT state FROM after_sales`
    expect(row?.state).toBe('applied')
  })

  test('part of the money leaves the order as it is; without goods it is refunded, not returned', async () => {
    await intake(fresh.database, personal, clock, randomIds()).takeAll([order(1, noonMs)])
    const desk = afterSales(fresh.database)
    await desk.take([request({ refundFen: 100n, goodsBack: false })])
    await desk.settle([request()])
    expect(await state()).toEqual({ returned: false, refunded: false, fen: null })
    await desk.take([request({ afterSaleNo: '7100000000000000002', refundFen: 28_500n, goodsBack: false })])
    await desk.settle([request()])
    expect(await state()).toEqual({ returned: false, refunded: true, fen: '28600' })
  })
})
