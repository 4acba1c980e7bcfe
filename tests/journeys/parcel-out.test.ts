import { createHmac } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { actionCodec } from '../../cards/actions.ts'
import { etaCard } from '../../cards/logistics-eta.ts'
import { orderSummaryCard } from '../../cards/order-summary.ts'
import { buildApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { openFeed } from '../../src/feed-parts.ts'
import { orderLookup } from '../../src/hub/orders.ts'
import { type Hub, openHub } from '../../src/hub-parts.ts'
import { worker } from '../../src/jobs/worker.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { testPersonal } from '../kit/cipher.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { hourMs, sampleOrder } from '../src/hub/sample-order.ts'

// Rows 14 and 55: the warehouse scans a parcel, and whoever asks next hears that it left.

const secret = 'a secret of desk and warehouse'
const codec = actionCodec(new Uint8Array(32).fill(1))
const startMs = systemClock.nowMs()
let fresh: FreshDatabase
let hub: Hub
let dir: string
let app: ReturnType<typeof buildApp>
let carryOut: () => Promise<number>
let silent: ReturnType<typeof openFeed>['silent']

beforeAll(async () => {
  fresh = await freshDatabase()
  dir = await mkdtemp(join(tmpdir(), 'chadan-out-'))
  const connectorsFile = join(dir, 'connectors.json')
  const shops = [{ code: 'DY', channel: 'douyin', shop: '抖音旗舰店' }]
  await writeFile(connectorsFile, JSON.stringify({ connectors: [{ kind: 'webhook-wms', secret: 'env:WMS', shops }] }))
  const dataKeyHex = '5a'.repeat(32)
  const store = {
    target: fresh.target,
    database: fresh.database,
    personal: testPersonal,
    dataKeyHex,
    close: async () => {},
  }
  hub = openHub({ store, dataDir: dir, clock: systemClock, log: silentLog })
  const config = { ...loadConfig({ WMS: secret }), connectorsFile }
  let woken = 0
  const wake = () => {
    woken += 1
  }
  const fed = openFeed({ config, store, hub, log: silentLog, wake })
  app = buildApp({ mounts: [...fed.doors], checks: {}, log: silentLog, home: undefined })
  const { outbox } = hub
  const run = worker({ outbox, tasks: fed.tasks, wake, clock: systemClock, log: silentLog })
  silent = fed.silent
  carryOut = async () => {
    for (const { key } of await outbox.due(50)) await run.execute(key)
    return woken
  }
})
afterAll(async () => {
  await hub.close()
  await rm(dir, { recursive: true, force: true })
  await fresh.drop()
})

const orderOf = async (orderNo: string) => {
  const paid = sampleOrder({ orderNo, orderedAtMs: startMs - hourMs, modifiedAtMs: startMs - hourMs })
  await hub.answering.intake.take({ ...paid, paidAtMs: startMs - hourMs })
}
const scanned = async (id: string, data: object, by = secret) => {
  const body = JSON.stringify({ id, event: 'parcel.out', occurred_at: new Date().toISOString(), data })
  const stamp = String(Math.floor(Date.now() / 1_000))
  const signature = createHmac('sha256', by).update(`${stamp}.${body}`).digest('hex')
  const headers = { 'x-timestamp': stamp, 'x-signature': signature }
  const answer = await app.request('/callback/webhook-wms', { method: 'POST', body, headers })
  return [answer.status, await answer.text()] as const
}
const parcel = (orderNo: string, more: object = {}) => ({
  orderNo,
  waybillNo: 'SF1300000000001',
  carrier: '顺丰速运',
  outAt: new Date(startMs - 5_000).toISOString(),
  eta: new Date(startMs + 48 * hourMs).toISOString(),
  ...more,
})
const answers = async (orderNo: string) => {
  const key = { kind: 'order-no', value: orderNo } as const
  const { orders } = await orderLookup(fresh.database, testPersonal, systemClock).find(key, { limit: 2 })
  const [order] = orders
  if (order === undefined) throw new TypeError('the order is there')
  const view = { mode: 'masked', nowMs: systemClock.nowMs() } as const
  return {
    stage: order.stage,
    summary: orderSummaryCard(order, view, codec).title,
    eta: etaCard(order, view, codec).title,
  }
}

test('scanned, asked, answered: gone, by whom, and when it arrives', async () => {
  const orderNo = '6936476692437400001'
  await orderOf(orderNo)
  expect((await answers(orderNo)).stage).toBe('paid')
  const beganMs = Date.now()
  expect(await scanned('o1', parcel(orderNo))).toEqual([200, '{"ok":true}'])
  expect(await carryOut()).toBe(1)
  expect(await answers(orderNo)).toEqual({
    stage: 'shipped',
    summary: expect.stringMatching(/顺丰/),
    eta: expect.stringMatching(/预计.*送达/),
  })
  expect(Date.now() - beganMs).toBeLessThan(10_000)
  // the same scan again is the same event: nobody is woken
  await scanned('o1', parcel(orderNo))
  expect(await carryOut()).toBe(1)
})

test('without its day of arrival it is refused by name, kept as a dead letter, and counts once it is whole', async () => {
  const orderNo = '6936476692437400002'
  await orderOf(orderNo)
  expect(await scanned('o2', parcel(orderNo, { eta: undefined }))).toEqual([422, '{"ok":false,"missing":["eta"]}'])
  await carryOut()
  expect((await answers(orderNo)).stage).toBe('paid')
  expect(await hub.outbox.deadLetters(5)).toMatchObject([
    { key: 'feed:webhook-wms:o2 without eta', reason: expect.stringContaining('without eta is rejected') },
  ])
  expect(await scanned('o2', parcel(orderNo, { waybillNo: 'SF1300000000002' }))).toEqual([200, '{"ok":true}'])
  await carryOut()
  expect((await answers(orderNo)).stage).toBe('shipped')
})

test('a scanner that says nothing for half a day is one of the sources that fell silent', async () => {
  const heard = (hours: number) => fresh.database.sql`
    INSERT INTO sources (name, heard_at, stale_after_minutes) VALUES ('wms.push-parcels', now() - ${hours}::float8 * interval '1 hour', 840)
    ON CONFLICT (name) DO UPDATE SET heard_at = excluded.heard_at`
  await heard(11)
  expect(await silent()).toEqual([])
  await heard(13)
  expect(await silent()).toMatchObject([{ source: 'wms.push-parcels' }])
})

test('signed by somebody else it moves nothing', async () => {
  const orderNo = '6936476692437400003'
  await orderOf(orderNo)
  expect((await scanned('o3', parcel(orderNo), 'another secret of somebody'))[0]).toBe(401)
  await carryOut()
  expect((await answers(orderNo)).stage).toBe('paid')
})
