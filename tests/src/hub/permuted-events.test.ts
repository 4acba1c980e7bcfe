import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AfterSales, afterSales } from '../../../src/hub/after-sales.ts'
import type { SourceReturn } from '../../../src/hub/channel-port.ts'
import { type Intake, intake } from '../../../src/hub/intake.ts'
import type { SourceOrder } from '../../../src/hub/order-facts.ts'
import { personalData } from '../../../src/hub/personal.ts'
import { takeTrack } from '../../../src/hub/track-intake.ts'
import type { ToldNode } from '../../../src/hub/track-told.ts'
import { fixedClock } from '../../../src/runtime/clock.ts'
import { randomIds } from '../../../src/runtime/ids.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { hourMs, noonMs, sampleOrder } from './sample-order.ts'

// R2: whatever of an order's events is doubled, late or in another order, the hub ends in the same state. `SEEDS=1000` runs as
// many stories as the promise names; an ordinary run takes fewer.

const seeds = Number(process.env.SEEDS ?? 40)
const personal = personalData('77'.repeat(32))
const clock = fixedClock(noonMs + 100 * hourMs)
const parcelNos = ['75894561230147', '75894561230154']
let fresh: FreshDatabase
let desk: Intake
let requests: AfterSales

beforeAll(async () => {
  fresh = await freshDatabase({ max: 6 })
  desk = intake(fresh.database, personal, clock, randomIds())
  requests = afterSales(fresh.database)
})
afterAll(() => fresh.drop())

type Event =
  | { readonly kind: 'order'; readonly order: SourceOrder }
  | { readonly kind: 'request'; readonly request: SourceReturn }
  | { readonly kind: 'track'; readonly waybill: number; readonly nodes: readonly ToldNode[] }

const lines = [
  { lineKey: 'a', sku: 'NF3', name: '3段奶粉', qty: 2, amountFen: 20_000n },
  { lineKey: 'b', sku: 'NK1', name: '纸尿裤', qty: 1, amountFen: 9_800n },
]

/** What a platform tells of one order as it goes its way, with what it may leave out at each step. */
const orderEvents = fc
  .array(
    fc.record({
      stage: fc.constantFrom('pending_payment', 'paid', 'shipped', 'signed', 'on_hold'),
      paid: fc.boolean(),
      parcels: fc.nat(2),
      remark: fc.option(fc.constantFrom('急', '轻放'), { nil: undefined }),
      lines: fc.subarray(lines, { minLength: 1 }),
      address: fc.constantFrom('杭州', '上海'),
    }),
    { minLength: 1, maxLength: 7 },
  )
  .map((steps) =>
    steps.map((step, index): Event => {
      // numbers are only added: one that a carrier has scanned stays on purpose when its shop takes it back
      const parcels = Math.max(...steps.slice(0, index + 1).map((one) => one.parcels))
      const shippedAtMs = parcels > 0 ? noonMs + hourMs : undefined
      const order = sampleOrder({
        modifiedAtMs: noonMs + index * hourMs,
        stage: step.stage,
        remark: step.remark,
        lines: step.lines,
        address: step.address,
        ...(!step.paid && { paidAtMs: undefined, payMethod: undefined, paidFen: undefined }),
        waybillNo: parcels > 0 ? parcelNos.slice(0, parcels).join(',') : undefined,
        shippedAtMs,
        signedAtMs: step.stage === 'signed' ? noonMs + 50 * hourMs : undefined,
      })
      return { kind: 'order', order }
    }),
  )

/** Up to three requests, each told in its states by the platform's own time. */
const requestEvents = fc
  .array(
    fc.record({
      states: fc.subarray(['applied', 'agreed', 'done'] as const, { minLength: 1 }),
      goodsBack: fc.boolean(),
      refundFen: fc.constantFrom(28_600n, 14_300n, 100n),
      atMs: fc.nat(20).map((hours) => noonMs + (30 + hours) * hourMs),
    }),
    { maxLength: 3 },
  )
  .map((all) =>
    all.flatMap(({ states, goodsBack, refundFen, atMs }, index) =>
      states.map((state, step): Event => {
        const request: SourceReturn = {
          channel: 'douyin',
          shop: '',
          orderNo: '',
          afterSaleNo: `AS${index}`,
          source: 'douyin.push',
          modifiedAtMs: atMs + step * hourMs,
          appliedAtMs: atMs,
          state,
          goodsBack,
          reason: '不想要了',
          refundFen,
          ...(state === 'done' && { refundedAtMs: atMs + step * hourMs }),
        }
        return { kind: 'request', request }
      }),
    ),
  )

const way: readonly ToldNode[] = [
  { atMs: noonMs + 2 * hourMs, state: 'collected', text: '已揽收' },
  { atMs: noonMs + 9 * hourMs, state: 'in_transit', text: '到达杭州', place: '杭州' },
  { atMs: noonMs + 20 * hourMs, state: 'delivering', text: '派送中' },
  { atMs: noonMs + 21 * hourMs, state: 'exception', exception: 'refused', text: '拒收' },
  { atMs: noonMs + 40 * hourMs, state: 'signed', text: '已签收' },
]
const trackEvents = fc.array(
  fc.record({
    kind: fc.constant('track' as const),
    waybill: fc.nat(1),
    nodes: fc.subarray([...way], { minLength: 1 }),
  }),
  { maxLength: 5 },
)

const story = fc.tuple(orderEvents, requestEvents, trackEvents).chain(([orders, asked, tracks]) => {
  const events: readonly Event[] = [...orders, ...asked, ...tracks]
  const turned = fc
    .shuffledSubarray([...events, ...events], { minLength: events.length })
    // what the random half left out comes last: late, but it comes
    .map((some) => [...some, ...events.filter((one) => !some.includes(one))])
  return fc.tuple(fc.constant(events), turned)
})

/** Applies them as their jobs do: what finds nothing to be about yet is tried again when the others are in. */
async function applyAll(events: readonly Event[], name: string): Promise<void> {
  const early: Event[] = []
  for (const event of events) if (!(await apply(event, name))) early.push(event)
  for (const event of early) await apply(event, name)
}

async function apply(event: Event, name: string): Promise<boolean> {
  const order = { channel: 'douyin', shop: name, orderNo: `NO-${name}` } as const
  if (event.kind === 'track') {
    const told = { waybillNo: numberOf(event.waybill, name), nodes: event.nodes }
    return (await takeTrack(fresh.database)(told, 'track.test', clock.nowMs())) > 0
  }
  if (event.kind === 'order') {
    const { waybillNo } = event.order
    const numbers = waybillNo?.split(',').map((_, index) => numberOf(index, name))
    await desk.take({ ...event.order, ...order, ...(numbers && { waybillNo: numbers.join(',') }) })
  } else await requests.take([{ ...event.request, ...order }])
  await requests.settle([order])
  return true
}

/** A waybill number of this story alone: parcels are found by their number whatever the order. */
function numberOf(index: number, name: string): string {
  return `7589456${name.padStart(6, '0')}${index}`
}

/** All that people or machines can see of it, without ids, moments of arrival and the name of the story. */
async function state(name: string): Promise<unknown> {
  const { sql } = fresh.database
  const [row] = await sql`SELECT * FROM orders WHERE shop = ${name}`
  if (row === undefined) throw new Error(`no order of ${name}`)
  const { id, shop: _shop, order_no: _no, created_at: _at, phone_enc, address_enc, ...order } = row
  const plain = (rows: readonly object[]) =>
    JSON.parse(
      JSON.stringify(rows, (_key, value) => (typeof value === 'bigint' ? `${value}n` : value)).replaceAll(
        name.padStart(6, '0'),
        'NAME',
      ),
    )
  return plain([
    { ...order, phone: phone_enc && personal.open(phone_enc, 'phone') },
    { address: address_enc && personal.open(address_enc, 'address') },
    await sql`SELECT line_key, position, sku, name, spec, qty, amount_fen FROM order_lines WHERE order_id = ${id} ORDER BY line_key`,
    await sql`SELECT waybill_no, carrier_code, shipped_at, position, state, sub_state, last_event_at, signed_at FROM parcels
      WHERE order_id = ${id} ORDER BY waybill_no`,
    await sql`SELECT p.waybill_no, t.occurred_at, t.state, t.sub_state, t.place, t.description FROM tracking_events t
      JOIN parcels p ON p.id = t.parcel_id WHERE p.order_id = ${id} ORDER BY 1, 2, 3`,
    await sql`SELECT after_sale_no, state, told, applied_at, modified_at FROM after_sales WHERE shop = ${name} ORDER BY 1`,
  ])
}

describe('an order, its requests and its parcels', () => {
  test('doubled, late and in any order: the same state', async () => {
    let run = 0
    await fc.assert(
      fc.asyncProperty(story, async ([events, turned]) => {
        run += 1
        const [straight, other] = [String(run * 2), String(run * 2 + 1)]
        await applyAll(events, straight)
        await applyAll(turned, other)
        expect(await state(other)).toEqual(await state(straight))
      }),
      { numRuns: seeds },
    )
  }, 600_000)
})
