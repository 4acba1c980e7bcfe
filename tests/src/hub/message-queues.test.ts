import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { afterSales } from '../../../src/hub/after-sales.ts'
import { feed } from '../../../src/hub/feed.ts'
import { intake } from '../../../src/hub/intake.ts'
import { drainDue } from '../../../src/hub/message-queues.ts'
import { outbox } from '../../../src/hub/outbox.ts'
import { personalData } from '../../../src/hub/personal.ts'
import { sources } from '../../../src/hub/sources.ts'
import { type FetchJob, takePush } from '../../../src/hub/take-push.ts'
import { randomIds } from '../../../src/runtime/ids.ts'
import { silentLog } from '../../../src/runtime/log.ts'
import { openTmall, type TmallWorld } from '../../fakes/tmall.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'

const personal = personalData('11'.repeat(32))
const never = new AbortController().signal
let fresh: FreshDatabase
let world: TmallWorld
beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())
beforeEach(async () => {
  await fresh.database.sql`TRUNCATE source_events, source_hints, source_cursors, outbox, orders, sources CASCADE`
  world = await openTmall({ messageGroup: 'shop-1' })
})
afterEach(() => world.close())

const parts = () => ({
  database: fresh.database,
  channels: [world.channel],
  takePush: takePush(fresh.database, personal),
  heard: sources(fresh.database),
  clock: world.clock,
  log: silentLog,
  wake: () => undefined,
})
/** The queue is due again, as it is after its rest. */
const drain = async () => {
  await fresh.database.sql`UPDATE source_cursors SET due_at = now()`
  return drainDue(parts(), never)
}
const paid = (n: number) =>
  world.put({
    orderNo: world.orderNo(n),
    state: 'paid',
    createdAtMs: world.clock.nowMs() - 3_600_000,
    modifiedAtMs: world.clock.nowMs() - 60_000,
    paidFen: 12_900n,
    lines: [{ key: '1', sku: 'TEA-01', name: '白瓷茶壶', qty: 1 }],
  })
/** What is to be fetched, a job each. */
const jobs = async () => {
  const due = await outbox(fresh.database, personal).due(1_000)
  const rows = await fresh.database.sql<{ about: FetchJob['about'] }[]>`
    SELECT about FROM source_events WHERE about->>'kind' <> 'nothing'`
  expect(due).toHaveLength(rows.length)
  return rows.map(({ about }) => about)
}
const stored = async () => (await fresh.database.sql`SELECT key FROM source_events ORDER BY key`).map(({ key }) => key)

test('messages are stored, confirmed and point at what is fetched; the truth is the order, not the message', async () => {
  paid(1)
  world.message('9000000000000000001', 'taobao_trade_TradeBuyerPay', { tid: `#${world.orderNo(1)}`, status: 'LIES' })
  world.message('9000000000000000002', 'taobao_refund_RefundCreated', { tid: '#7', refund_id: '#8800000000000000001' })
  world.message('9000000000000000003', 'taobao_item_ItemUpshelf', { num_iid: 5 })
  expect(await drain()).toBe(3)
  expect(world.waiting()).toEqual([])
  expect(await stored()).toEqual(['9000000000000000001', '9000000000000000002', '9000000000000000003'])
  const abouts = await jobs()
  expect(abouts).toHaveLength(2)
  expect(abouts).toContainEqual({ kind: 'order', orderNo: world.orderNo(1) })
  expect(abouts).toContainEqual({ kind: 'return', afterSaleNo: '8800000000000000001', orderNo: '7' })

  const reading = feed({
    ...parts(),
    intake: intake(fresh.database, personal, world.clock, randomIds()),
    afterSales: afterSales(fresh.database),
    heard: sources(fresh.database),
  })
  const job = { connector: 'tmall', about: { kind: 'order', orderNo: world.orderNo(1) } } as const
  expect(await reading.fetch(job, never)).toBe('taken')
  const [order] = await fresh.database.sql`SELECT source_stage AS stage, source FROM orders`
  expect(order).toEqual({ stage: 'paid', source: 'tmall.push' })
})

test('a confirmation that was lost brings the same messages again, and they are stored once', async () => {
  world.message('11', 'taobao_trade_TradeCreate', { tid: '#1' })
  world.loseConfirm()
  await drain()
  expect(world.waiting()).toEqual(['11'])
  world.clock.setOffset(world.clock.offsetMs() + 60_000)
  expect(await drain()).toBe(1)
  expect(world.waiting()).toEqual([])
  expect(await stored()).toEqual(['11'])
  expect(await jobs()).toHaveLength(1)
})

test('what could not be stored is not confirmed', async () => {
  world.message('11', 'taobao_trade_TradeCreate', { tid: '#1' })
  const broken = async () => Promise.reject(new Error('the database is away'))
  await drainDue({ ...parts(), takePush: broken }, never)
  expect(world.waiting()).toEqual(['11'])
  await drain()
  expect(await stored()).toEqual(['11'])
})

test('a long queue is emptied at once, two processes do not read it together', async () => {
  for (let n = 0; n < 450; n++) world.message(String(n + 1), 'taobao_trade_TradeCreate', { tid: `#${n + 1}` })
  const counts = await Promise.all([drainDue(parts(), never), drainDue(parts(), never)])
  expect(counts.sort((a, b) => a - b)).toEqual([0, 450])
  expect(world.waiting()).toEqual([])
  expect(await stored()).toHaveLength(450)
  // an empty queue is left alone for a while
  const before = world.calls()
  expect(await drainDue(parts(), never)).toBe(0)
  expect(world.calls()).toBe(before)
})

test.each([
  ['content that is no JSON', '{"tid":', undefined],
  ['a time of another shape', { tid: '#1' }, 'yesterday'],
  ['content without number', {}, undefined],
])('%s holds up nothing behind it', async (_, content, pubTime) => {
  world.message('11', 'taobao_trade_TradeCreate', content, pubTime)
  world.message('12', 'taobao_trade_TradeCreate', { tid: '#2' })
  await drain()
  expect(await stored()).toEqual(['11', '12'])
  expect(await jobs()).toContainEqual({ kind: 'order', orderNo: '2' })
})

test('a vendor that is away, too fast or says no is asked later, and its state is told', async () => {
  world.message('11', 'taobao_trade_TradeCreate', { tid: '#1' })
  world.misbehave('down')
  expect(await drain()).toBe(0)
  const [row] = await fresh.database.sql`SELECT last_error AS problem FROM sources WHERE name = 'tmall.push'`
  expect(row).toEqual({ problem: 'no answer' })
  world.misbehave(undefined)
  world.clock.setOffset(world.clock.offsetMs() + 60_000)
  expect(await drain()).toBe(1)
})

test('without a group there is no queue, and nothing is called a push', async () => {
  const bare = await openTmall()
  expect(bare.channel.queue).toBeUndefined()
  expect(bare.channel.sources).toEqual({ pull: 'tmall.pull', single: 'tmall.single' })
  await bare.close()
})
