import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ListFilter, OrderLookup } from '../../../src/hub/order-facts.ts'
import { orderLookup } from '../../../src/hub/orders.ts'
import { personalData } from '../../../src/hub/personal.ts'
import { fixedClock } from '../../../src/runtime/clock.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { dayMs, hourMs, noonMs } from './sample-order.ts'

const nowMs = noonMs
let fresh: FreshDatabase
let lookup: OrderLookup
const yesterday = { fromMs: nowMs - dayMs - 12 * hourMs, toMs: nowMs - 12 * hourMs }
const month = { fromMs: nowMs - 30 * dayMs, toMs: nowMs }

type Row = {
  readonly id: string
  readonly ordered: number
  readonly paid?: number
  readonly shipped?: number
  readonly signed?: number
  readonly delay?: string
  readonly parcels?: readonly { readonly state: string; readonly shipped?: number }[]
}

/** Days before now; A was signed yesterday though it was ordered long ago. */
const told: readonly Row[] = [
  { id: 'A', ordered: 9, paid: 9, shipped: 7, signed: 1, parcels: [{ state: 'signed', shipped: 7 }] },
  { id: 'B', ordered: 1, paid: 1, delay: '缺货,等补货' },
  { id: 'C', ordered: 1, paid: 1, delay: '仓库爆单' },
  { id: 'D', ordered: 3, paid: 3, shipped: 1, parcels: [{ state: 'in_transit', shipped: 1 }] },
  { id: 'E', ordered: 4, paid: 4, parcels: [{ state: 'delivering', shipped: 1 }, { state: 'created' }] },
  { id: 'F', ordered: 5, paid: 5, shipped: 4, parcels: [{ state: 'exception', shipped: 4 }] },
  { id: 'G', ordered: 2, paid: 1, shipped: 0, parcels: [{ state: 'created', shipped: 0 }] },
  { id: 'H', ordered: 6, paid: 6, shipped: 5, signed: 2, parcels: [{ state: 'signed', shipped: 5 }] },
  {
    id: 'I',
    ordered: 8,
    paid: 8,
    shipped: 6,
    parcels: [
      { state: 'delivering', shipped: 6 },
      { state: 'signed', shipped: 6 },
    ],
  },
]

beforeAll(async () => {
  fresh = await freshDatabase()
  const { sql } = fresh.database
  const at = (days: number | undefined) => (days === undefined ? null : new Date(nowMs - days * dayMs))
  for (const row of told) {
    const out = row.shipped !== undefined
    await sql`INSERT INTO orders (id, channel, shop, order_no, ordered_at, source, source_modified_at, paid_at, pay_method, paid_fen,
        shipped_at, carrier_code, waybill_no, signed_at, signer, sign_photo_url, delay_reason)
      VALUES (${row.id}, ${row.id === 'D' ? 'tmall' : 'jd'}, 's', ${row.id}, ${at(row.ordered)}, 'jd.pull', now(), ${at(row.paid)}, 'a', 1,
        ${at(row.shipped)}, ${out ? 'YTO' : null}, ${out ? 'YT1' : null}, ${at(row.signed)}, 'x', 'https://u', ${row.delay ?? null})`
    for (const [index, one] of (row.parcels ?? []).entries())
      await sql`INSERT INTO parcels (id, order_id, position, waybill_no, carrier_code, shipped_at, state, sub_state, last_event_at)
        VALUES (${`${row.id}${index}`}, ${row.id}, ${index + 1}, ${one.shipped === undefined ? null : 'YT1'}, 'YTO', ${at(one.shipped)},
          ${one.state}, ${one.state === 'exception' ? 'stuck' : null}, ${at(one.shipped)})`
  }
  lookup = orderLookup(fresh.database, personalData('11'.repeat(32)), fixedClock(nowMs))
})
afterAll(() => fresh.drop())

const ids = async (filter: Partial<ListFilter>) => {
  const { orders, total } = await lookup.list({ limit: 20, ...filter })
  expect(total).toBe(orders.length)
  return orders.map(({ id }) => id)
}

describe('a list goes by the deed that was said', () => {
  test.each<[NonNullable<ListFilter['by']>, readonly string[]]>([
    ['order', ['B', 'C']],
    ['pay', ['B', 'C', 'G']],
    ['ship', ['D', 'E']],
    ['sign', ['A']],
  ])('yesterday by %s', async (by, expected) => {
    expect((await ids({ window: yesterday, by })).sort()).toEqual(expected)
  })

  test('newest first by that deed, and within a channel', async () => {
    expect(await ids({ window: month, by: 'sign' })).toEqual(['A', 'H'])
    expect(await ids({ window: month, by: 'ship', channel: 'tmall' })).toEqual(['D'])
  })
})

describe('the state of parcels', () => {
  test.each<[NonNullable<ListFilter['parcelStates']>, readonly string[]]>([
    [['in_transit'], ['D']],
    [['delivering'], ['E', 'I']],
    [['exception'], ['F']],
    [['created'], ['G']],
    [
      ['created', 'collected', 'in_transit', 'delivering', 'exception'],
      ['D', 'E', 'F', 'G', 'I'],
    ],
    [['signed'], []],
  ])('%j', async (parcelStates, expected) => {
    expect((await ids({ window: month, parcelStates })).sort()).toEqual(expected)
  })

  test('goes by the day of the order', async () => {
    expect(await ids({ window: { fromMs: nowMs - 4.5 * dayMs, toMs: nowMs }, parcelStates: ['delivering'] })).toEqual([
      'E',
    ])
  })
})

test('what waits for goods is told from what waits for hands', async () => {
  expect(await ids({ window: month, stage: 'paid', delayReason: '缺货' })).toEqual(['B'])
})

test('pages follow each other without gap or overlap, and each knows the total', async () => {
  const pages: string[] = []
  for (let offset = 0; offset < 12; offset += 4) {
    const { orders, total } = await lookup.list({ window: month, limit: 4, offset })
    if (orders.length > 0) expect(total).toBe(told.length)
    pages.push(...orders.map(({ id }) => id))
  }
  expect([...pages].sort()).toEqual(told.map(({ id }) => id))
  expect(new Set(pages).size).toBe(told.length)
})

test('calls, corrections, notes and limits of the tracker come with the order', async () => {
  const { sql } = fresh.database
  const at = new Date(nowMs - hourMs)
  await sql`INSERT INTO members (id, name) VALUES ('m1', '小李')`
  await sql`INSERT INTO sources (name, heard_at, stale_after_minutes) VALUES ('track.x', now(), 60)`
  await sql`UPDATE parcels SET track_source = 'track.x', tracked_at = ${at} WHERE id = 'F0'`
  await sql`INSERT INTO carrier_calls (id, parcel_id, carrier_code, reason, opened_by, opened_at, closed_at, result)
    VALUES ('WH1', 'F0', 'YTO', 'stuck', 'm1', ${new Date(nowMs - 9 * hourMs)}, ${at}, '没有结果'), ('WH2', 'F0', 'YTO', 'stuck', 'desk', ${at}, NULL, NULL)`
  await sql`INSERT INTO order_corrections (order_id, parcel_id, field, old_value, new_value, by_member_id, at)
    VALUES ('F', 'F0', 'waybill_no', 'YT0', 'YT1', 'm1', ${at})`
  await sql`INSERT INTO notes (id, owner_kind, owner_id, text, by_member_id, at) VALUES ('n1', 'order', 'F', 'x', 'm1', ${at}), ('n2', 'return', 'F', 'x', 'm1', ${at})`
  await sql`UPDATE orders SET claims = ${sql.json({ withheld: { shippedAtMs: nowMs - dayMs } })}, wave_no = 'W1', signer_kind = 'agent' WHERE id = 'F'`
  expect(await lookup.track('F')).toMatchObject({
    waveNo: 'W1',
    signerKind: 'agent',
    signPhotoUrl: 'https://u',
    claimedShippedAtMs: nowMs - dayMs,
    noteCount: 1,
    corrections: [
      { field: 'waybill_no', parcelId: 'F0', oldValue: 'YT0', newValue: 'YT1', by: '小李', atMs: nowMs - hourMs },
    ],
    parcels: [{ trackStaleAfterMs: 3_600_000, call: { id: 'WH2', reason: 'stuck', openedAtMs: nowMs - hourMs } }],
  })
  const other = await lookup.track('D')
  expect([other?.noteCount, other?.corrections, other?.parcels[0]?.call]).toEqual([undefined, undefined, undefined])
})

test('what waits at the store is held by its buyer', async () => {
  await fresh.database
    .sql`INSERT INTO orders (id, channel, shop, order_no, ordered_at, source, source_modified_at, paid_at, pay_method,
      paid_fen, shipped_at, carrier_code)
    VALUES ('P', 'pos', 's', 'P', now(), 'pos.form', now(), now(), 'a', 1, now(), 'PICKUP')`
  expect(await lookup.track('P')).toMatchObject({ stage: 'shipped', holder: { group: 'customer' } })
})
