import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Draft } from '../../../src/hub/draft-rows.ts'
import type { Confirmed } from '../../../src/hub/drafts.ts'
import type { Wish } from '../../../src/hub/write.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { type WriteDesk, writeDesk } from '../../kit/write-desk.ts'
import { paidOrder, pendingReturn, shippedOrder, signedOrder } from '../../kit/write-orders.ts'

const races = 100

let fresh: FreshDatabase
let desk: WriteDesk
beforeAll(async () => {
  fresh = await freshDatabase({ max: 20 })
  desk = writeDesk(fresh)
})
beforeEach(() => desk.clean())
afterAll(() => fresh.drop())

const rolesOf = (memberId: string) => [memberId.replace(/^mem_/, '').replace(/\d$/, '')]

async function drafted(wish: Wish, memberId: string): Promise<Draft> {
  const place = { platform: 'play', conversationId: `c-${memberId}`, memberId }
  const opened = await desk.parts.drafts.open(wish, { place, roles: rolesOf(memberId) }, () => [])
  if (opened.outcome !== 'ready') throw new Error(`not ready: ${JSON.stringify(opened)}`)
  return opened.draft
}

const confirm = (draft: Draft): Promise<Confirmed> =>
  desk.parts.drafts.confirm(draft.id, draft.memberId, { may: () => true, follow: () => [] })

test('two approvers at once: one decides, the other is told who did (R6)', async () => {
  const orderId = await desk.take(signedOrder())
  const outcomes = { done: 0, told: 0 }
  for (let race = 0; race < races; race++) {
    const returnId = `TH261122${String(1000 + race)}`
    await pendingReturn(fresh, orderId, returnId)
    const wish = { kind: 'approval.decide' as const, orderId, returnId }
    const both = await Promise.all([
      drafted({ ...wish, decision: 'approve' }, 'mem_cs_lead'),
      drafted({ ...wish, decision: 'reject', reason: '面单不符' }, 'mem_cs_lead2'),
    ])
    const [first, second] = await Promise.all(both.map(confirm))
    const winner = [first, second].find((one) => one?.outcome === 'done')
    const loser = [first, second].find((one) => one?.outcome !== 'done')
    if (winner?.outcome === 'done') outcomes.done += 1
    if (loser?.outcome === 'refused' && loser.why.code === 'decided') {
      outcomes.told += 1
      expect(loser.why.byId).toBe(winner?.outcome === 'done' ? winner.draft.memberId : undefined)
    }
    const levels = await fresh.database
      .sql`SELECT 1 FROM approval_levels WHERE return_id = ${returnId} AND decided_by IS NOT NULL`
    expect(levels).toHaveLength(1)
  }
  expect(outcomes).toEqual({ done: races, told: races })
  expect(await desk.chain.verifyChain()).toMatchObject({ outcome: 'whole' })
}, 60_000)

test('two people change the number at once: three changes in all, however often they try', async () => {
  let refused = 0
  for (let race = 0; race < races; race++) {
    const orderId = await desk.take(
      shippedOrder({ orderNo: `69364766924375${String(10_000 + race)}`, waybillNo: `7589456${1_000_000 + race}` }),
    )
    await fresh.database.sql`UPDATE orders SET waybill_edits = 2 WHERE id = ${orderId}`
    const wish = (nth: number): Wish => ({
      kind: 'order.edit_waybill',
      orderId,
      newNo: `7599456${1_000_000 + race * 2 + nth}`,
    })
    const both = await Promise.all([drafted(wish(0), 'mem_cs'), drafted(wish(1), 'mem_cs2')])
    const outcomes = await Promise.all(both.map(confirm))
    expect(outcomes.filter(({ outcome }) => outcome === 'done')).toHaveLength(1)
    refused += outcomes.filter((one) => one.outcome === 'refused' && one.why.code === 'edits-used').length
    const [row] = await fresh.database.sql`
      SELECT o.waybill_edits, (SELECT count(*)::int FROM order_corrections c WHERE c.order_id = o.id) AS corrections,
        o.waybill_no = p.waybill_no AS same FROM orders o JOIN parcels p ON p.order_id = o.id WHERE o.id = ${orderId}`
    expect(row).toEqual({ waybill_edits: 3, corrections: 1, same: true })
  }
  expect(refused).toBe(races)
}, 60_000)

test('a first change in between is shown before the second is made', async () => {
  const orderId = await desk.take(shippedOrder())
  const wish = (newNo: string): Wish => ({ kind: 'order.edit_waybill', orderId, newNo })
  const both = await Promise.all([
    drafted(wish('75894561230151'), 'mem_cs'),
    drafted(wish('75894561230152'), 'mem_cs2'),
  ])
  const outcomes = await Promise.all(both.map(confirm))
  const changed = outcomes.find(({ outcome }) => outcome === 'changed')
  if (changed?.outcome !== 'changed') throw new Error(`nobody was asked again: ${JSON.stringify(outcomes)}`)
  expect(changed.plan.facts).toMatchObject({ edits: 1 })
  expect((await confirm(changed.draft)).outcome).toBe('done')
  const [row] = await fresh.database.sql`SELECT waybill_edits FROM orders`
  expect(row).toEqual({ waybill_edits: 2 })
})

test('the database itself refuses a fourth change', async () => {
  await desk.take(shippedOrder())
  await expect(fresh.database.sql`UPDATE orders SET waybill_edits = 4`).rejects.toThrow(/orders_waybill_edits/)
})

test('two orders that want the same number: one gets it', async () => {
  const ids = [
    await desk.take(shippedOrder()),
    await desk.take(shippedOrder({ orderNo: '6936476692437470009', waybillNo: '75894561230190' })),
  ]
  const wanted = await Promise.all(
    ids.map((orderId, index) =>
      drafted({ kind: 'order.edit_waybill', orderId, newNo: '75894561239999' }, index === 0 ? 'mem_cs' : 'mem_cs2'),
    ),
  )
  const outcomes = await Promise.all(wanted.map(confirm))
  expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['done', 'refused'])
  expect(await fresh.database.sql`SELECT 1 FROM parcels WHERE waybill_no = '75894561239999'`).toHaveLength(1)
})

test('one call to the carrier, of twenty at once', async () => {
  const orderId = await desk.take(shippedOrder())
  const wish = { kind: 'logistics.call_carrier' as const, orderId }
  const all = await Promise.all(Array.from({ length: 20 }, (_, nth) => drafted(wish, nth % 2 ? 'mem_cs' : 'mem_cs2')))
  const outcomes = await Promise.all(all.map(confirm))
  expect(outcomes.filter(({ outcome }) => outcome === 'done')).toHaveLength(1)
  expect(outcomes.filter((one) => one.outcome === 'refused' && one.why.code === 'call-stands')).toHaveLength(19)
})

test('nine pictures in all, of several who add some at once', async () => {
  const orderId = await desk.take(signedOrder())
  const returnId = await pendingReturn(fresh, orderId)
  const wish = (count: number): Wish => ({
    kind: 'return.add_note',
    orderId,
    owner: 'return',
    ownerId: returnId,
    text: '图',
    pictures: Array.from({ length: count }, (_, i) => ({ platform: 'play', id: `p${i}` })),
  })
  let waiting = await Promise.all(
    Array.from({ length: 6 }, (_, nth) => drafted(wish(4), nth % 2 ? 'mem_cs' : 'mem_cs2')),
  )
  while (waiting.length > 0) {
    const outcomes = await Promise.all(waiting.map(confirm))
    waiting = outcomes.flatMap((one) => (one.outcome === 'changed' ? [one.draft] : []))
  }
  const [sum] = await fresh.database.sql`SELECT sum(pictures)::int AS pictures, count(*)::int AS notes FROM notes`
  expect(sum).toEqual({ pictures: 8, notes: 2 })
})

test('one reminder in ten minutes, of twenty at once', async () => {
  const orderId = await desk.take(signedOrder())
  const id = await pendingReturn(fresh, orderId)
  const nudge = (memberId: string) =>
    desk.parts.nudges.nudge({ kind: 'return', id }, { memberId, platform: 'play' }, () => [])
  const outcomes = await Promise.all(Array.from({ length: 20 }, (_, nth) => nudge(nth % 2 ? 'mem_cs' : 'mem_cs2')))
  expect(outcomes.filter(({ outcome }) => outcome === 'sent')).toHaveLength(1)
  expect(await fresh.database.sql`SELECT 1 FROM nudges`).toHaveLength(1)
  expect(outcomes.filter(({ outcome }) => outcome === 'too-soon')).toHaveLength(19)
})

test('a cancellation and a source that ships meanwhile: one of them, never both in silence', async () => {
  for (let race = 0; race < 20; race++) {
    const told = paidOrder({ orderNo: `69364766924376${String(10_000 + race)}` })
    const orderId = await desk.take(told)
    const draft = await drafted({ kind: 'order.cancel', orderId, reason: '缺货' }, 'mem_cs')
    const shipped = shippedOrder({
      orderNo: told.orderNo,
      waybillNo: `7579456${1_000_000 + race}`,
      modifiedAtMs: told.modifiedAtMs + 1,
    })
    const [confirmed] = await Promise.all([confirm(draft), desk.take(shipped)])
    const stage = (await desk.lookup.track(orderId))?.stage
    expect(stage).toBe(confirmed.outcome === 'done' ? 'cancelled' : 'shipped')
    const actions = (await desk.audits(`order:${orderId}`)).map(({ action }) => action)
    if (confirmed.outcome === 'done') expect(actions).toEqual(['order.cancel', 'order.shipped-after-cancel'])
    else expect(confirmed).toMatchObject({ outcome: 'refused', why: { code: 'stage' } })
  }
})
