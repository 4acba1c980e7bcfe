import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Correction, correctedWaybills } from '../../../src/hub/corrections.ts'
import type { SourceOrder } from '../../../src/hub/order-facts.ts'
import type { Wish } from '../../../src/hub/write.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { nowMs } from '../../kit/sample-orders.ts'
import { type WriteDesk, writeDesk } from '../../kit/write-desk.ts'
import { paidOrder, shippedOrder, signedOrder, zto, ztoNew } from '../../kit/write-orders.ts'

const third = '75894561230333'

let fresh: FreshDatabase
let desk: WriteDesk
beforeAll(async () => {
  fresh = await freshDatabase()
  desk = writeDesk(fresh)
})
beforeEach(() => desk.clean())
afterAll(() => fresh.drop())

/** The wish, shown and confirmed. */
async function write(wish: Wish): Promise<void> {
  const place = { platform: 'play', conversationId: 'c1', memberId: 'mem_cs' }
  const opened = await desk.parts.drafts.open(wish, { place, roles: ['cs'] }, () => [])
  if (opened.outcome !== 'ready') throw new Error(`not ready: ${JSON.stringify(opened)}`)
  const done = await desk.parts.drafts.confirm(opened.draft.id, 'mem_cs', { may: () => true, follow: () => [] })
  expect(done.outcome).toBe('done')
}

const edit = (orderId: string, newNo: string, more: Partial<Extract<Wish, { kind: 'order.edit_waybill' }>> = {}) =>
  write({ kind: 'order.edit_waybill', orderId, newNo, ...more })

const told = (order: SourceOrder, laterMs: number, change: Partial<SourceOrder> = {}) =>
  desk.take({ ...order, modifiedAtMs: nowMs + laterMs, ...change })

const numbers = async (orderId: string) => {
  const order = await desk.lookup.track(orderId)
  return { order: order?.waybillNo, parcels: order?.parcels.map(({ waybillNo }) => waybillNo) }
}

const chainOf = (...steps: readonly (readonly [from: string, to: string])[]): readonly Correction[] =>
  steps.map(([oldValue, newValue], index) => ({
    orderId: 'SO1',
    parcelId: null,
    field: 'waybill_no',
    oldValue,
    newValue,
    atMs: index,
  }))

describe('the number that counts', () => {
  test.each([
    ['replaced', 'A1111', chainOf(['A1111', 'B2222']), 'B2222'],
    ['replaced twice', 'A1111', chainOf(['A1111', 'B2222'], ['B2222', 'C3333']), 'C3333'],
    ['replaced and put back', 'A1111', chainOf(['A1111', 'B2222'], ['B2222', 'A1111']), 'A1111'],
    ['a third one', 'D4444', chainOf(['A1111', 'B2222']), 'D4444'],
    ['the person’s own', 'B2222', chainOf(['A1111', 'B2222']), 'B2222'],
    ['put back after a third', 'A1111', chainOf(['A1111', 'B2222'], ['D4444', 'A1111']), 'A1111'],
    ['one of two', 'A1111,X9999', chainOf(['A1111', 'B2222']), 'B2222,X9999'],
    ['both the same in the end', 'A1111,B2222', chainOf(['A1111', 'B2222']), 'B2222'],
  ])('%s', (_, claim, corrections, wanted) => {
    expect(
      correctedWaybills(claim, corrections)
        .map(({ no }) => no)
        .join(','),
    ).toBe(wanted)
  })

  test('always ends, in one number, whatever was put for what', () => {
    const no = fc.constantFrom('A1111', 'B2222', 'C3333', 'D4444')
    fc.assert(
      fc.property(no, fc.array(fc.tuple(no, no), { maxLength: 6 }), (claim, steps) => {
        const found = correctedWaybills(claim, chainOf(...steps))
        expect(found).toHaveLength(1)
        // what a person put last in place of it is what stands
        const lastOf = steps.findLast(([from, to]) => from === claim || to === claim)
        if (lastOf === undefined) expect(found[0]?.no).toBe(claim)
      }),
    )
  })
})

describe('a changed number', () => {
  test('stays when the source repeats the old one, however late it says so', async () => {
    const order = shippedOrder()
    const id = await desk.take(order)
    await edit(id, ztoNew)
    for (const laterMs of [1, 2, 60_000]) await told(order, laterMs)
    expect(await numbers(id)).toEqual({ order: ztoNew, parcels: [ztoNew] })
    expect((await desk.audits(`order:${id}`)).map(({ action }) => action)).toEqual(['order.edit-waybill'])
  })

  test('gives way to a third number, which is written down; the parcel stays one', async () => {
    const order = shippedOrder()
    const id = await desk.take(order)
    await edit(id, ztoNew)
    await told(order, 1, { waybillNo: third })
    expect(await numbers(id)).toEqual({ order: third, parcels: [third] })
    expect(await desk.audits(`order:${id}`)).toMatchObject([
      { action: 'order.edit-waybill' },
      { actor: 'douyin.push', action: 'order.correction-overruled', detail: { was: ztoNew, now: third } },
    ])
    // and the old word, said again after it, is still the one that was replaced
    await told(order, 2)
    expect(await numbers(id)).toEqual({ order: ztoNew, parcels: [ztoNew] })
  })

  test('of one parcel leaves the other alone, and what was tracked under the old number is gone', async () => {
    const order = shippedOrder({ waybillNo: `${zto},75894561230155` })
    const id = await desk.take(order)
    const parcels = await fresh.database.sql<{ id: string }[]>`SELECT id FROM parcels ORDER BY position`
    for (const { id: parcelId } of parcels)
      await fresh.database.sql`
        INSERT INTO tracking_events (parcel_id, occurred_at, state, description, source, node_hash)
        VALUES (${parcelId}, now(), 'in_transit', '已到杭州', 'track', 'h')`
    await edit(id, ztoNew, { oldNo: zto })
    await told(order, 1)
    const seen = await desk.lookup.track(id)
    expect(seen?.parcels.map(({ waybillNo, nodes }) => [waybillNo, nodes.length])).toEqual([
      [ztoNew, 0],
      ['75894561230155', 1],
    ])
  })

  test('with its carrier stays as well', async () => {
    const order = shippedOrder()
    const id = await desk.take(order)
    await edit(id, 'JDVB33208999138', { carrier: 'JD' })
    await told(order, 1)
    expect(await desk.lookup.track(id)).toMatchObject({ carrier: 'JD', parcels: [{ carrier: 'JD' }] })
    await told(order, 2, { waybillNo: third })
    expect(await desk.lookup.track(id)).toMatchObject({
      carrier: 'ZTO',
      parcels: [{ carrier: 'ZTO', waybillNo: third }],
    })
  })

  test('in whatever order what the source says arrives, the end is the same (rule 4)', async () => {
    const base = shippedOrder()
    const words = [
      { later: 1, waybillNo: zto, remark: 'a' },
      { later: 2, waybillNo: third, remark: 'b' },
      { later: 3, waybillNo: third, remark: 'c' },
      { later: 4, waybillNo: zto, remark: 'd' },
    ]
    const ends = new Set<string>()
    for (const last of [2, 3, 4]) {
      const said = words.slice(0, last)
      await fc.assert(
        fc.asyncProperty(fc.shuffledSubarray([...said, ...said], { minLength: said.length * 2 }), async (events) => {
          await desk.clean()
          const id = await desk.take(base)
          await edit(id, ztoNew)
          for (const { later, ...change } of events) await told(base, later, change)
          const [row] = await fresh.database
            .sql`SELECT waybill_no, carrier_code, remark, source_modified_at::text FROM orders`
          ends.add(`${last} ${JSON.stringify({ row, ...(await numbers(id)) })}`)
        }),
        { numRuns: 4 },
      )
    }
    expect(ends.size).toBe(3)
    expect([...ends].map((end) => end.includes(last(end) === '4' ? ztoNew : third))).toEqual([true, true, true])
  }, 60_000)
})

const last = (end: string): string => end[0] ?? ''

describe('who signed, and what was cancelled', () => {
  test('a marked signer stays whatever a source says', async () => {
    const order = signedOrder()
    const id = await desk.take(order)
    await write({ kind: 'order.mark_signer', orderId: id, as: 'agent', signer: '物业', pictures: [] })
    await told(order, 1)
    await told(order, 2, { signer: '菜鸟驿站' })
    expect(await desk.lookup.track(id)).toMatchObject({ stage: 'signed', signer: '物业', signerKind: 'agent' })
  })

  test('the carrier’s word is enough to mark; with the photo told, the order is signed', async () => {
    const order = shippedOrder()
    const id = await desk.take(order)
    await fresh.database.sql`UPDATE parcels SET state = 'signed', signed_at = now()`
    await write({ kind: 'order.mark_signer', orderId: id, as: 'other', signer: '邻居', pictures: [] })
    expect(await desk.lookup.track(id)).toMatchObject({
      stage: 'shipped',
      signer: '邻居',
      parcels: [{ signer: '邻居' }],
    })
    await told(order, 1, { signedAtMs: nowMs - 60_000, signPhotoUrl: 'https://photo.example/1' })
    expect(await desk.lookup.track(id)).toMatchObject({ stage: 'signed', signer: '邻居' })
  })

  test('a cancelled order stays cancelled when its source repeats that it is paid', async () => {
    const order = paidOrder()
    const id = await desk.take(order)
    await write({ kind: 'order.cancel', orderId: id, reason: '重复下单' })
    await told(order, 1)
    expect(await desk.lookup.track(id)).toMatchObject({ stage: 'cancelled', cancelReason: '重复下单' })
    await told(order, 2, { stage: 'cancelled', cancelReason: '买家取消', cancelledAtMs: nowMs })
    expect(await desk.lookup.track(id)).toMatchObject({ stage: 'cancelled', cancelReason: '重复下单' })
  })
})
