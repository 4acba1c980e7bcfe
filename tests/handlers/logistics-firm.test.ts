import { afterAll, beforeAll, expect, test } from 'vitest'
import { actionCodec } from '../../cards/actions.ts'
import { etaCard } from '../../cards/logistics-eta.ts'
import { missingWaybillCard } from '../../cards/logistics-missing.ts'
import { signedCard } from '../../cards/logistics-signed.ts'
import { stalledCard } from '../../cards/logistics-stalled.ts'
import { shipTimeCard } from '../../cards/order-ship-time.ts'
import type { Card } from '../../src/chat/card.ts'
import type { OrderFacts, OrderLookup } from '../../src/hub/order-facts.ts'
import { orderLookup } from '../../src/hub/orders.ts'
import { personalData } from '../../src/hub/personal.ts'
import { fixedClock } from '../../src/runtime/clock.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { seedSample } from '../../src/seed/seed-sample.ts'
import { transcript } from '../kit/ask-desk.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'

const nowMs = Date.parse('2026-11-22T10:00:00+08:00')
const personal = personalData('5a'.repeat(32))
const codec = actionCodec(new Uint8Array(32))
const view = { mode: 'masked', nowMs } as const
let hub: FreshDatabase
let lookup: OrderLookup

beforeAll(async () => {
  hub = await freshDatabase()
  await seedSample(hub.database, { orders: 1500, seed: 7, nowMs, personal, log: silentLog })
  lookup = orderLookup(hub.database, personal, fixedClock(nowMs))
})
afterAll(() => hub.drop())

/** The newest orders that this condition on `o` and `p` holds for. */
async function ordersWhere(condition: string, most = 8): Promise<readonly OrderFacts[]> {
  const rows = await hub.database.sql.unsafe<{ id: string }[]>(
    `SELECT DISTINCT o.id FROM orders o LEFT JOIN parcels p ON p.order_id = o.id
      LEFT JOIN carrier_calls c ON c.parcel_id = p.id AND c.closed_at IS NULL WHERE ${condition} ORDER BY o.id DESC LIMIT ${most}`,
  )
  const found = await Promise.all(rows.map(({ id }) => lookup.track(id)))
  return found.filter((order) => order !== undefined)
}

const titles = (orders: readonly OrderFacts[], make: (order: OrderFacts, v: typeof view, c: typeof codec) => Card) =>
  orders.map((order) => make(order, view, codec).title)

test('every answer can be given of every kind of order, without a word missing', async () => {
  const kinds = await hub.database.sql<{ id: string }[]>`
    SELECT id FROM (SELECT o.id, row_number() OVER (PARTITION BY o.source_stage, p.state, p.sub_state ORDER BY o.ordered_at DESC) AS place
      FROM orders o LEFT JOIN parcels p ON p.order_id = o.id) ranked WHERE place <= 2`
  expect(kinds.length).toBeGreaterThan(25)
  for (const { id } of kinds) {
    const order = await lookup.track(id)
    if (order === undefined) throw new Error(`${id} is gone`)
    for (const make of [shipTimeCard, etaCard, stalledCard, signedCard, missingWaybillCard]) {
      const card = make(order, view, codec)
      expect(transcript({ kind: 'card', card })).not.toMatch(/undefined|null|NaN|\[object/)
      expect(card.note).toMatch(/^截至10:00 · /)
      if (order.consigneeName !== undefined)
        expect(transcript({ kind: 'card', card })).not.toContain(order.consigneeName)
    }
  }
})

test('what stands still is told with the call that asks the carrier', async () => {
  const still = await ordersWhere(`c.reason = 'silent' AND o.shipped_at IS NOT NULL AND o.signed_at IS NULL`)
  expect(still.length).toBeGreaterThan(0)
  for (const title of titles(still, stalledCard)) expect(title).toMatch(/^已\d+[时天]无更新，外呼单WH\d{10}处理中$/)
})

test('signed is signed, by whom, and with a photo; what is not is never called so', async () => {
  const signed = await ordersWhere('o.signed_at IS NOT NULL')
  for (const title of titles(signed, signedCard))
    expect(title).toMatch(/^(?:\d\d-\d\d )?\d\d:\d\d由.+签收（(?:本人|代收|他人)）$/)
  for (const order of signed)
    expect(signedCard(order, view, codec).buttons.map(({ label }) => label)).toContain('看照片')
  const moving = await ordersWhere(`o.signed_at IS NULL AND p.state = 'in_transit'`)
  for (const title of titles(moving, signedCard)) expect(title).toMatch(/^未签收，不能说已签收$|个包裹已签收/)
})

test('an order that the channel calls shipped without a number names the cause and who has to act', async () => {
  const ghosts = await ordersWhere(
    `o.source_stage = 'shipped' AND o.shipped_at IS NULL AND o.waybill_no IS NULL AND o.cancelled_at IS NULL AND o.paid_at IS NOT NULL`,
  )
  expect(ghosts.length).toBeGreaterThan(0)
  for (const order of ghosts) {
    const card = missingWaybillCard(order, view, codec)
    expect(card.title).toMatch(/^显示已发货但无单号：/)
    expect(card.facts.map(({ label }) => label)).toEqual(expect.arrayContaining(['起于', '负责']))
  }
})

test('what is late says for how long and why', async () => {
  const late = await ordersWhere(
    `o.promise_ship_at < to_timestamp(${nowMs / 1000}) AND o.paid_at IS NOT NULL AND o.shipped_at IS NULL AND o.cancelled_at IS NULL
      AND o.on_hold_at IS NULL AND o.quarantined_at IS NULL AND o.source_stage = 'paid'`,
  )
  expect(late.length).toBeGreaterThan(0)
  for (const title of titles(late, shipTimeCard)) expect(title).toMatch(/^【超承诺】已超.+，原因/)
})
