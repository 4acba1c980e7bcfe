import { afterAll, beforeAll, expect, test } from 'vitest'
import { readOrders } from '../../../src/connectors/jd-wire.ts'
import { type Intake, intake } from '../../../src/hub/intake.ts'
import { orderLookup } from '../../../src/hub/orders.ts'
import { personalData } from '../../../src/hub/personal.ts'
import { statsLookup } from '../../../src/hub/stats.ts'
import { fixedClock } from '../../../src/runtime/clock.ts'
import { randomIds } from '../../../src/runtime/ids.ts'
import { type Json, jsonAt, parseJson } from '../../../src/runtime/json.ts'
import { outOfStockWords } from '../../../src/text/zh-metrics.ts'
import { fixture } from '../../fakes/jd.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'

const nowMs = Date.parse('2026-11-23T12:00:00+08:00')
const personal = personalData('11'.repeat(32))
const clock = fixedClock(nowMs)
const shop = { shop: '京东旗舰店', defaultCarrier: 'ZTO' } as const
let fresh: FreshDatabase
let desk: Intake
beforeAll(async () => {
  fresh = await freshDatabase()
  desk = intake(fresh.database, personal, clock, randomIds())
})
afterAll(() => fresh.drop())

const told = (change: { [key: string]: Json }) => {
  const path = ['jingdong_pop_order_enGet_responce', 'orderDetailInfo', 'orderInfo']
  return readOrders({ ...(jsonAt(parseJson(fixture('order.json')), ...path) as object), ...change }, shop)
}
const parent = '310200000000000100'
const [a, b] = ['310200000000000101', '310200000000000102']
const part = (orderId: string, modified: string, orderPayment: string) =>
  told({ orderId, parentOrderId: parent, modified, orderPayment })

test('an order that 京东 split is found by its parts, and counts once, with the money of its parts', async () => {
  const find = async (value: string) =>
    (await orderLookup(fresh.database, personal, clock).find({ kind: 'order-no', value }, { limit: 10 })).orders
  const count = async (metric: 'orders' | 'cancelled' | 'sales') => {
    const window = { fromMs: nowMs - 86_400_000, toMs: nowMs }
    const answer = await statsLookup(fresh.database, async () => {
      throw new Error('not asked')
    }).count({ metric, window, nowMs, scope: {}, outOfStockWords })
    if (answer.outcome !== 'counted') throw new Error(answer.outcome)
    return answer.cells.reduce((sum, { num }) => sum + num, 0n)
  }

  await desk.takeAll(told({ orderId: parent }))
  expect((await find(parent)).map(({ orderNo, stage }) => [orderNo, stage])).toEqual([[parent, 'paid']])
  const parts = [...part(a, '2026-11-23 10:00:00', '100.00'), ...part(b, '2026-11-23 10:00:00', '106.00')]
  const outcomes = await desk.takeAll(parts)
  expect(outcomes.map(({ outcome }) => outcome)).not.toContain('contradiction')
  // the parts come again, and a push about the parent that was late
  await desk.takeAll([...parts, ...told({ orderId: parent })])

  expect((await find(parent)).map(({ orderNo }) => orderNo).sort()).toEqual([a, b])
  expect((await find(a)).map(({ orderNo }) => orderNo)).toEqual([a])
  const [row] = await fresh.database.sql`
    SELECT cancelled_at IS NOT NULL AS over, cancel_reason AS why FROM orders WHERE order_no = ${parent}`
  expect(row).toEqual({ over: true, why: '京东已拆单，请看拆出的子单' })
  expect(await count('orders')).toBe(2n)
  expect(await count('cancelled')).toBe(0n)
  expect(await count('sales')).toBe(20_600n)
})

test('a part that comes first brings its parent, which an agent may be asked about', async () => {
  const other = '310200000000000200'
  await desk.takeAll(told({ orderId: '310200000000000201', parentOrderId: other }))
  const [row] = await fresh.database.sql`SELECT cancelled_at IS NOT NULL AS over FROM orders WHERE order_no = ${other}`
  expect(row).toEqual({ over: true })
})
