import { afterAll, beforeAll, expect, test } from 'vitest'
import { intake } from '../../../src/hub/intake.ts'
import { recogniseKey } from '../../../src/hub/order-no.ts'
import { orderLookup } from '../../../src/hub/orders.ts'
import { personalData } from '../../../src/hub/personal.ts'
import { fixedClock } from '../../../src/runtime/clock.ts'
import { randomIds } from '../../../src/runtime/ids.ts'
import { silentLog } from '../../../src/runtime/log.ts'
import { seedSample } from '../../../src/seed/seed-sample.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { noonMs } from './sample-order.ts'

const personal = personalData('11'.repeat(32))
const clock = fixedClock(noonMs)
let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase()
  await seedSample(fresh.database, { orders: 400, seed: 3, nowMs: noonMs, personal, log: silentLog })
})
afterAll(() => fresh.drop())

const numbers = () =>
  fresh.database.sql<{ id: string; orderNo: string; waybillNo: string | null }[]>`
    SELECT o.id, o.order_no AS "orderNo", (SELECT p.waybill_no FROM parcels p WHERE p.order_id = o.id ORDER BY p.position LIMIT 1)
      AS "waybillNo" FROM orders o`

test('every number of the sample firm is recognised and finds its order', async () => {
  const lookup = orderLookup(fresh.database, personal, clock)
  for (const { id, orderNo, waybillNo } of await numbers()) {
    for (const token of [id, orderNo, waybillNo]) {
      const key = token ? recogniseKey(token) : undefined
      if (!token || !key) expect(token, `${token} is not recognised`).toBeFalsy()
      else expect((await lookup.find(key, { limit: 5 })).orders.map((order) => order.id)).toContain(id)
    }
  }
})

test('a later word about an order changes that word and nothing else', async () => {
  const lookup = orderLookup(fresh.database, personal, clock)
  const desk = intake(fresh.database, personal, clock, randomIds())
  const stages = new Set<string>()
  for (const { id } of await numbers()) {
    const before = await lookup.track(id)
    if (!before) throw new Error(`${id} is gone`)
    stages.add(before.stage)
    const { channel, shop, orderNo, orderedAtMs, source } = before
    const modifiedAtMs = noonMs + 1
    const told = {
      channel,
      shop,
      orderNo,
      orderedAtMs,
      source: source.name,
      modifiedAtMs,
      delayReason: '说明',
      lines: [],
    }
    const outcome = await desk.take(told)
    expect(outcome).toMatchObject({ outcome: 'updated', id })
    const after = await lookup.track(id)
    const {
      source: _,
      sourceModifiedAtMs: __,
      stage,
      holder,
      quarantineReason,
      ...rest
    } = { ...before, delayReason: '说明' }
    expect(after).toMatchObject(rest)
    // an old order without carrier meets the rule of entry the first time it is told again
    const held = before.carrier === undefined && quarantineReason === undefined && stage !== 'cancelled'
    expect(after?.quarantineReason).toBe(held ? 'carrier_missing' : quarantineReason)
    if (!held) expect(after).toMatchObject({ stage, holder })
  }
  expect(stages.size).toBeGreaterThanOrEqual(6)
}, 60_000)
