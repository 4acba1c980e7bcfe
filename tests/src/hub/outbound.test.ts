import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { feedTasks } from '../../../handlers/feed-task.ts'
import { type Intake, intake } from '../../../src/hub/intake.ts'
import { orderLookup } from '../../../src/hub/orders.ts'
import { type Outbound, outbound } from '../../../src/hub/outbound.ts'
import type { OutboundTold, ParcelOut } from '../../../src/hub/outbound-told.ts'
import { outbox } from '../../../src/hub/outbox.ts'
import { personalData } from '../../../src/hub/personal.ts'
import { sources } from '../../../src/hub/sources.ts'
import { feedTask, takePush } from '../../../src/hub/take-push.ts'
import { worker } from '../../../src/jobs/worker.ts'
import { fixedClock } from '../../../src/runtime/clock.ts'
import { randomIds } from '../../../src/runtime/ids.ts'
import { silentLog } from '../../../src/runtime/log.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { hourMs, noonMs, sampleOrder } from './sample-order.ts'

const personal = personalData('11'.repeat(32))
const clock = fixedClock(noonMs)
let fresh: FreshDatabase
let desk: Intake
let out: Outbound

const { channel, shop } = sampleOrder()
let [orders, orderNo, paid] = [0, '', sampleOrder()]
/** Each story is about an order of its own. */
const another = () => {
  orders += 1
  orderNo = `69364766924374${String(orders).padStart(5, '0')}`
  paid = sampleOrder({ orderNo, modifiedAtMs: noonMs - hourMs })
}
const parcel = (waybillNo: string, more: Partial<ParcelOut> = {}): OutboundTold => ({
  kind: 'out',
  toldAtMs: noonMs - 1_000,
  parcel: {
    channel,
    shop,
    orderNo,
    waybillNo,
    carrier: 'SF',
    outAtMs: noonMs - 5_000,
    etaAtMs: noonMs + 30 * hourMs,
    last: true,
    ...more,
  },
})

beforeAll(async () => {
  fresh = await freshDatabase()
  const { database } = fresh
  desk = intake(database, personal, clock, randomIds())
  const warehouses = [
    {
      name: 'wms',
      source: 'wms.push-parcels',
      readPush: () => ({ outcome: 'refused', status: 401, reason: '' }) as const,
    },
  ]
  out = outbound({ database, warehouses, intake: desk, heard: sources(database), clock })
})
beforeEach(another)
afterAll(() => fresh.drop())

const hear = (told: OutboundTold) => out.heard({ connector: 'wms', told })
const shown = async () => {
  const { orders } = await orderLookup(fresh.database, personal, clock).find(
    { kind: 'order-no', value: orderNo },
    { limit: 2 },
  )
  const [order] = orders
  if (order === undefined) throw new TypeError('the order is there')
  return order
}
/** What counts of an order in which order whatever came. */
const ended = async () => {
  const { stage, shippedAtMs, waybillNo, parcels } = await shown()
  const told = parcels.map(({ waybillNo: no, etaAtMs, carrier }) => ({ no, etaAtMs, carrier }))
  return { stage, shippedAtMs, waybillNo, told }
}

test('from the push to the answer: order, waybill, carrier, time and day of arrival', async () => {
  await desk.take(paid)
  const { database } = fresh
  const rows = outbox(database, personal)
  const push = { connector: 'wms', raw: Buffer.from('{}'), receivedAtMs: noonMs }
  const about = { kind: 'outbound', eventId: 'e1' } as const
  const hints = [{ key: 'e1', about, out: parcel('SF1300000000001', { warehouse: '华东一仓' }) }]
  const take = takePush(database, personal)
  expect(await Promise.all(Array.from({ length: 10 }, () => take({ ...push, hints })))).toContain(1)
  const unused = { fetch: async () => 'not-there' as const, heard: async () => 'taken' as const }
  const tasks = feedTasks(unused, unused, unused, unused, out)
  const run = worker({ outbox: rows, tasks, wake: () => undefined, clock, log: silentLog })
  const due = await rows.due(10)
  expect(due.map(({ key }) => key)).toEqual(['feed:wms:e1'])
  for (const { key } of due) await run.execute(key)

  const order = await shown()
  expect(order).toMatchObject({
    stage: 'shipped',
    shippedAtMs: noonMs - 5_000,
    waybillNo: 'SF1300000000001',
    carrier: 'SF',
    warehouse: '华东一仓',
    orderedAtMs: paid.orderedAtMs,
    source: { name: 'wms.push-parcels', heardAtMs: noonMs },
  })
  expect(order.parcels).toMatchObject([{ waybillNo: 'SF1300000000001', etaAtMs: noonMs + 30 * hourMs, carrier: 'SF' }])
  expect(order.lines).toHaveLength(1)
})

test('a rejected event moves nothing and is a dead letter with its reason; replayed once the whole one is in, it is settled', async () => {
  await desk.take(paid)
  const { database } = fresh
  const rows = outbox(database, personal)
  const about = { channel, shop, orderNo, waybillNo: 'SF1300000000001' }
  const told: OutboundTold = { kind: 'rejected', toldAtMs: noonMs, reason: 'an outbound event without eta', about }
  await takePush(
    database,
    personal,
  )({
    connector: 'wms',
    hints: [{ key: 'e2 without eta', about: { kind: 'outbound', eventId: 'e2 without eta' }, out: told }],
    raw: Buffer.from('{}'),
    receivedAtMs: noonMs,
  })
  const unused = { fetch: async () => 'not-there' as const, heard: async () => 'taken' as const }
  const run = worker({
    outbox: rows,
    tasks: feedTasks(unused, unused, unused, unused, out),
    wake: () => undefined,
    clock,
    log: silentLog,
  })
  const key = 'feed:wms:e2 without eta'
  await run.execute(key)
  expect((await shown()).stage).toBe('paid')
  expect(await rows.deadLetters(10)).toMatchObject([
    { key, task: feedTask, reason: expect.stringContaining('an outbound event without eta') },
  ])
  await hear(parcel('SF1300000000001'))
  expect(await rows.replay(key)).toBe('replayed')
  await run.execute(key)
  expect(await rows.deadLetters(10)).toEqual([])
})

test('before its order it waits; of a warehouse that is not joined it is nobody’s', async () => {
  expect(await hear(parcel('SF1300000000001'))).toBe('not-there')
  await desk.take(paid)
  expect(await hear(parcel('SF1300000000001'))).toBe('taken')
  expect(await out.heard({ connector: 'other', told: parcel('SF1300000000001') })).toBe('unknown-connector')
})

test('a label that was printed and never used is no parcel, and what the channel says later of it stays', async () => {
  await desk.take({ ...paid, waybillNo: 'ZT0000000009' })
  await hear(parcel('SF1300000000001'))
  expect((await ended()).told.map(({ no }) => no)).toEqual(['SF1300000000001'])
  await desk.take({ ...paid, modifiedAtMs: noonMs + hourMs, waybillNo: 'SF1300000000001', stage: 'shipped' })
  expect(await ended()).toMatchObject({ stage: 'shipped', told: [{ etaAtMs: noonMs + 30 * hourMs }] })
})

test('three parcels of one order end alike in whatever order, however often their events come', async () => {
  const events = () => [
    parcel('SF1300000000001', { last: false, outAtMs: noonMs - 60_000 }),
    parcel('SF1300000000002', { last: false, outAtMs: noonMs - 50_000, etaAtMs: noonMs + 40 * hourMs }),
    parcel('SF1300000000003', { outAtMs: noonMs - 40_000, etaAtMs: noonMs + 50 * hourMs }),
  ]
  const expected = {
    stage: 'shipped',
    shippedAtMs: noonMs - 40_000,
    waybillNo: 'SF1300000000001',
    told: [30, 40, 50].map((hours, n) => ({
      no: `SF130000000000${n + 1}`,
      etaAtMs: noonMs + hours * hourMs,
      carrier: 'SF',
    })),
  }
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
      fc.array(fc.nat(2), { maxLength: 3 }),
      async (once, again) => {
        another()
        await desk.take(paid)
        for (const n of [...once, ...again]) await hear(events()[n] as OutboundTold)
        expect(await ended()).toEqual(expected)
      },
    ),
    { numRuns: 10 },
  )
})

test('two parcels that leave in one moment both stand there', async () => {
  await desk.take(paid)
  const both = ['SF1300000000001', 'SF1300000000002'].map((no) => hear(parcel(no, { last: false })))
  expect(await Promise.all(both)).toEqual(['taken', 'taken'])
  const { stage, told } = await ended()
  expect([stage, told.map(({ no }) => no)]).toEqual(['paid', ['SF1300000000001', 'SF1300000000002']])
})
