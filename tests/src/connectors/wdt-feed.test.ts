import { afterAll, beforeAll, expect, it } from 'vitest'
import { wdt } from '../../../src/connectors/wdt.ts'
import { afterSales } from '../../../src/hub/after-sales.ts'
import { feed } from '../../../src/hub/feed.ts'
import { intake } from '../../../src/hub/intake.ts'
import { outbox } from '../../../src/hub/outbox.ts'
import { personalData } from '../../../src/hub/personal.ts'
import { sources } from '../../../src/hub/sources.ts'
import { randomIds } from '../../../src/runtime/ids.ts'
import { fakeWdt, flagshipAccount } from '../../fakes/wdt.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { beijing, openWdt, wdtTid as tid } from '../../kit/wdt-connector.ts'

const personal = personalData('44'.repeat(32))
const signal = new AbortController().signal
let fresh: FreshDatabase
let world: Awaited<ReturnType<typeof open>>

const open = () => openWdt('flagship', wdt, fakeWdt, flagshipAccount)

beforeAll(async () => {
  fresh = await freshDatabase()
  world = await open()
})
afterAll(async () => {
  await world.close()
  await fresh.drop()
})

it('keeps an outbound event without waybill out of the hub, and takes it when it is whole', async () => {
  const { rows, channel, clock, frames } = world
  const { database } = fresh
  const out = outbox(database, personal)
  const desk = feed({
    database,
    channels: [channel],
    intake: intake(database, personal, clock, randomIds()),
    afterSales: afterSales(database),
    heard: sources(database),
    outbox: out,
    clock,
    log: () => undefined,
  })
  const shown = async () => {
    const [order] = await database.sql<{ shipped: Date | null; waybill: string | null; lines: number }[]>`
      SELECT shipped_at AS shipped, waybill_no AS waybill, (SELECT count(*)::int FROM order_lines l WHERE l.order_id = o.id) AS lines
      FROM orders o WHERE channel = 'jd' AND order_no = ${tid}`
    return order
  }
  rows.trades.push({ ...frames.trade, trade_status: 95, modified: '2026-11-22 15:20:05' })
  rows.stockOuts.push({ ...frames.stockOut, logistics_no: '', logistics_list: [] })
  const since = beijing('2026-11-22 15:00:00')
  await desk.pullNow(channel.name, since, signal)
  await desk.pullNow(channel.name, since, signal)
  expect(await shown()).toMatchObject({ shipped: null, waybill: null, lines: 2 })

  const due = await out.due(10)
  expect(due.map(({ key }) => key)).toEqual(['feed:wdt-jd01:rejected:CK202611220001'])
  const job = { connector: channel.name, about: { kind: 'order', orderNo: tid } } as const
  await expect(desk.fetch(job, signal)).rejects.toMatchObject({
    retryable: true,
    message: 'an outbound event without waybill is rejected',
  })

  Object.assign(rows.stockOuts[0] ?? {}, frames.stockOut, { modified: '2026-11-22 15:40:00' })
  expect(await desk.fetch(job, signal)).toBe('taken')
  expect(await shown()).toMatchObject({
    shipped: new Date(beijing('2026-11-22 15:20:00')),
    waybill: 'YT7500000000001',
    lines: 2,
  })
})

it('makes a return of goods and money of what the warehouse booked in', async () => {
  const { rows, channel, clock, frames } = world
  const { database } = fresh
  const whole = { ...frames.refund, actual_refund_amount: 145 }
  rows.refunds.push(whole)
  rows.stockIns.push(frames.stockIn)
  const desk = feed({
    database,
    channels: [channel],
    intake: intake(database, personal, clock, randomIds()),
    afterSales: afterSales(database),
    heard: sources(database),
    clock,
    log: () => undefined,
  })
  await desk.pullNow(channel.name, beijing('2026-11-26 10:00:00'), signal)
  const [order] = await database.sql`
    SELECT returned_at IS NOT NULL AS returned, refund_fen::int AS fen, return_no AS no FROM orders WHERE order_no = ${tid}`
  expect(order).toEqual({ returned: true, fen: 14500, no: 'AS8800001' })
})
