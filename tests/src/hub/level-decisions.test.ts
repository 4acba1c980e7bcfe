import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { LevelOutcome, LevelTap } from '../../../src/hub/decide-level.ts'
import { defaultFlow } from '../../../src/hub/flow-rules.ts'
import { checkLevel } from '../../../src/hub/level-checks.ts'
import { closeTodo } from '../../../src/hub/return-actions.ts'
import { tapDecision } from '../../../src/hub/tap-decision.ts'
import { undoDecision } from '../../../src/hub/undo-decision.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { label, type ReturnFlowDesk, returnFlowDesk } from '../../kit/return-flow-desk.ts'
import { until } from '../../kit/until.ts'
import { signedOrder } from '../../kit/write-orders.ts'

const yto = 'YT0082452614557'
let fresh: FreshDatabase
let desk: ReturnFlowDesk
let decide: (tap: Omit<LevelTap, 'memberId'> & { readonly who: string }) => Promise<LevelOutcome>
let undo: ReturnType<typeof undoDecision>

beforeAll(async () => {
  fresh = await freshDatabase({ max: 10 })
  desk = returnFlowDesk(fresh)
  const parts = { database: fresh.database, audit: desk.chain, clock: desk.clock }
  const core = tapDecision(parts)
  decide = ({ who, ...tap }) => core({ ...tap, memberId: `mem_${who}` })
  undo = undoDecision({ ...parts, closeTodo: closeTodo({ give: async () => undefined }) })
})
beforeEach(async () => {
  await desk.clean()
  await fresh.database.sql`TRUNCATE flow_versions, stock_lots`
})
afterAll(async () => {
  desk.close()
  await fresh.drop()
})

async function created(change: Parameters<typeof signedOrder>[0] = {}, number = yto, who = 'cs'): Promise<string> {
  const order = signedOrder(change)
  await desk.take(order)
  await desk.photo(label(number), who)
  await desk.say(`${order.orderNo} 要退货 破损`, who)
  return (await desk.say('确认', who)).trace?.about?.returnId ?? ''
}
const yes = (returnId: string, level: number, who: string) => decide({ returnId, level, decision: 'approve', who })
const forOthers = (returnId: string, level: number, who: string) =>
  decide({ returnId, level, decision: 'approve', reason: '审批人不在', who })
const asked = (returnId: string, level: number, who: string) => fresh.database.sql`
  INSERT INTO level_signers (return_id, level, member_id, added_by, added_at)
  VALUES (${returnId}, ${level}, ${`mem_${who}`}, 'mem_cs_lead', now())`
const lent = (from: string, to: string) => fresh.database.sql`
  INSERT INTO delegations (id, from_member, to_member, starts_at, ends_at, made_by, made_at)
  VALUES ('d1', ${`mem_${from}`}, ${`mem_${to}`}, to_timestamp(${desk.clock.nowMs() - 1_000}::float8 / 1000),
    to_timestamp(${desk.clock.nowMs() + 3_600_000}::float8 / 1000), ${`mem_${from}`}, now())`

describe('several words on one level', () => {
  test('who gave their word on one level decides no other one', async () => {
    const id = await created()
    await asked(id, 1, 'director')
    expect(await forOthers(id, 1, 'director')).toMatchObject({ outcome: 'signed' })
    expect(await yes(id, 1, 'cs_lead')).toMatchObject({ outcome: 'decided' })
    expect(await forOthers(id, 2, 'director')).toMatchObject({ outcome: 'refused', why: { code: 'twice' } })
  })

  test('a stand-in speaks for the level’s own, and so does the director: the last word decides', async () => {
    for (const who of ['cs2', 'director'] as const) {
      await desk.clean()
      const id = await created()
      if (who === 'cs2') await lent('cs_lead', 'cs2')
      await asked(id, 1, 'finance')
      expect(await forOthers(id, 1, who)).toMatchObject({ outcome: 'signed', waitsFor: ['小finance'] })
      expect(await yes(id, 1, 'finance')).toMatchObject({ outcome: 'decided', next: { role: 'warehouse' } })
    }
  })

  test('a word that was taken back is missing again', async () => {
    const id = await created()
    await asked(id, 1, 'finance')
    await yes(id, 1, 'cs_lead')
    expect(await yes(id, 1, 'finance')).toMatchObject({ outcome: 'decided' })
    expect(await undo({ returnId: id, level: 1, memberId: 'mem_finance' })).toMatchObject({ outcome: 'undone' })
    expect(await yes(id, 1, 'cs_lead')).toMatchObject({ outcome: 'signed', waitsFor: ['小finance'] })
  })
})

describe('what a level rests on', () => {
  const erp = (name: string, error: string | null, agoHours = 1) => fresh.database.sql`
    INSERT INTO sources (name, heard_at, stale_after_minutes, last_error)
    VALUES (${name}, to_timestamp(${desk.clock.nowMs() - agoHours * 3_600_000}::float8 / 1000), 1440, ${error})`
  const found = async (id: string) => {
    const facts = await checkLevel(fresh.database.sql, id, 3, desk.clock.nowMs())
    return facts.kind === 'arrears' ? [facts.arrears, facts.amountFen, facts.source] : facts.kind
  }
  const owes = async (customerId: string | undefined, fen: number) =>
    fresh.database.sql`INSERT INTO receivables (customer_id, arrears_fen, source, checked_at)
      VALUES (${customerId ?? ''}, ${fen}, 'erp.u8', to_timestamp(${desk.clock.nowMs()}::float8 / 1000))`
  const customerOf = async (id: string) => {
    const [row] = await fresh.database.sql<{ id: string }[]>`
      SELECT o.customer_id AS id FROM returns r JOIN orders o ON o.id = r.order_id WHERE r.id = ${id}`
    return row?.id
  }

  test('one of two ERPs is silent: the word of the other is not "no arrears"', async () => {
    const id = await created()
    await erp('erp.u8', 'no answer', 2)
    await erp('erp.k3', null, 1)
    expect(await found(id)).toEqual(['unknown', undefined, 'erp.u8'])
    await fresh.database.sql`UPDATE sources SET last_error = NULL WHERE name = 'erp.u8'`
    expect(await found(id)).toEqual(['none', '0', 'erp.k3'])
  })

  test('an ERP that has never answered, or not since its limit, is silent as well', async () => {
    const id = await created()
    await erp('erp.u8', null, 25)
    expect((await found(id))[0]).toBe('unknown')
    await fresh.database.sql`UPDATE sources SET heard_at = NULL WHERE name = 'erp.u8'`
    expect((await found(id))[0]).toBe('unknown')
  })

  test('what any account of the person owes counts, together; a credit of one hides no debt of another', async () => {
    const id = await created()
    const root = await customerOf(id)
    for (const one of ['other', 'third', 'credit'])
      await fresh.database
        .sql`INSERT INTO customers (id, display_name, merged_into) VALUES (${one}, 'x', ${root ?? ''})`
    await owes('other', 10_000)
    await owes('third', 5_000)
    await owes('credit', -90_000)
    expect(await found(id)).toEqual(['some', '15000', 'erp.u8'])
  })

  test('the facts that were shown are those that are kept, whatever moves between the look and the writing', async () => {
    const { sql } = fresh.database
    await sql`INSERT INTO stock_lots (id, sku, name, warehouse, on_hand, zone) VALUES ('lot-z', 'SKU-Z', 'x', 'w', 9, 'shelf')`
    const id = await created({ lines: [{ lineKey: 'A', sku: 'SKU-Z', name: '3段奶粉', qty: 2, amountFen: 29_800n }] })
    await yes(id, 1, 'cs_lead')
    const [seen] = await sql<{ stamp: string }[]>`
      SELECT facts->>'stamp' AS stamp FROM approval_levels WHERE return_id = ${id} AND level = 2`
    await asked(id, 2, 'finance')
    await yes(id, 2, 'warehouse')
    let last: Promise<LevelOutcome> | undefined
    await sql.begin(async (tx) => {
      // its own word is where the decision stands still, behind its look
      await tx`SELECT 1 FROM level_signers WHERE return_id = ${id} FOR UPDATE`
      const stamp = seen?.stamp ?? ''
      last = decide({ returnId: id, level: 2, decision: 'approve', who: 'finance', stamp })
      await until(async () => {
        const waits =
          await sql`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%INTO level_signers%'
          AND datname = current_database()`
        expect(waits).toHaveLength(1)
      })
      await sql`UPDATE stock_lots SET zone = 'near_expiry' WHERE id = 'lot-z'`
    })
    expect(await last).toMatchObject({ outcome: 'decided' })
    const [kept] = await sql<{ stamp: string }[]>`
      SELECT decided_facts->>'stamp' AS stamp FROM approval_levels WHERE return_id = ${id} AND level = 2`
    expect(kept?.stamp).toBe(seen?.stamp)
  })
})

describe('sums across an undo and across returns', () => {
  test('a rejection is not taken back once its pieces are in another return', async () => {
    const id = await created()
    await decide({ returnId: id, level: 1, decision: 'reject', reason: '面单不符', who: 'cs_lead' })
    await desk.photo(label('YT0082452614558'))
    await desk.say(`${signedOrder().orderNo} 要退货 破损`)
    const second = (await desk.say('确认')).trace?.about?.returnId
    expect(second).toMatch(/^TH/)
    expect((await undo({ returnId: id, level: 1, memberId: 'mem_cs_lead' })).outcome).not.toBe('undone')
    const over = await fresh.database.sql`
      SELECT 1 FROM order_lines l WHERE l.qty < (SELECT sum(x.asked_qty) FROM return_lines x JOIN returns r ON r.id = x.return_id
        WHERE x.order_line_id = l.id AND r.approval IN ('pending', 'approved'))`
    expect(over).toHaveLength(0)
  })
})

test('the cap of a customer holds when two of their orders come back in the same moment', async () => {
  const { sql } = fresh.database
  const rules = { ...defaultFlow, autoApprove: { mostFen: '90000', perCustomerPerDay: 1, sampleOneIn: 1_000 } }
  await sql`INSERT INTO flow_versions (version, body, live_at) VALUES (2, ${sql.json(rules)}, now())`
  await sql`INSERT INTO stock_lots (id, sku, name, warehouse, on_hand, zone) VALUES ('lot-a', 'SKU-AUTO', 'x', 'w', 9, 'shelf')`
  const lines = [{ lineKey: 'A', sku: 'SKU-AUTO', name: '3段奶粉', qty: 1, amountFen: 28_600n }]
  for (let round = 0; round < 8; round++) {
    await sql`TRUNCATE returns, waybill_photos CASCADE`
    const one = signedOrder({
      orderNo: `69364766924374800${10 + round}`,
      waybillNo: `758945612302${10 + round}`,
      lines,
    })
    const two = signedOrder({
      orderNo: `69364766924374801${10 + round}`,
      waybillNo: `758945612303${10 + round}`,
      lines,
    })
    for (const [order, who] of [
      [one, 'cs'],
      [two, 'cs2'],
    ] as const) {
      await desk.take(order)
      await desk.photo(label(`YT00824526${who === 'cs' ? 10 : 20}${10 + round}7`), who)
      await desk.say(`${order.orderNo} 要退货 破损`, who)
    }
    await Promise.all([desk.say('确认', 'cs'), desk.say('确认', 'cs2')])
    const rows = await sql<{ approval: string }[]>`SELECT approval FROM returns ORDER BY approval`
    expect(rows).toHaveLength(2)
    expect(rows.filter(({ approval }) => approval === 'approved').length).toBeLessThanOrEqual(1)
  }
}, 60_000)
