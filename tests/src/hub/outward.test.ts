import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { undoMs } from '../../../src/hub/give-commands.ts'
import { refundExpectation, refundTimes } from '../../../src/hub/refund-times.ts'
import { settings } from '../../../src/hub/settings.ts'
import { isoDay } from '../../../src/runtime/beijing.ts'
import { testPersonal } from '../../kit/cipher.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { type OutwardDesk, outwardDesk, outwardNowMs } from '../../kit/outward-desk.ts'

let fresh: FreshDatabase
let desk: OutwardDesk
beforeAll(async () => {
  fresh = await freshDatabase({ max: 12 })
  desk = outwardDesk(fresh)
})
beforeEach(() => desk.clean())
afterAll(() => fresh.drop())

const states = async (returnId: string) =>
  Object.fromEntries((await desk.ledgerOf(returnId)).map(({ name, state }) => [name, state]))

async function approved() {
  const made = await desk.makeReturn()
  await desk.approve(made.returnId)
  return made
}

/** What stands in the outbox under this key, opened. */
async function payloadOf(key: string): Promise<{ payload: Record<string, unknown> }> {
  const [row] = await desk.sql<{ payload: { sealed: string } }[]>`SELECT payload FROM outbox WHERE key = ${key}`
  return JSON.parse(testPersonal.open(Buffer.from(row?.payload.sealed ?? '', 'base64')))
}

describe('after the last yes', () => {
  test('WMS and CRM are told after two minutes, the to-do at once, each once however often it is asked', async () => {
    const { returnId } = await approved()
    await desk.sql.begin((tx) => desk.outward.returnApproved(tx, returnId, outwardNowMs))
    expect(await states(returnId)).toEqual({
      'wms.expect_return': 'held',
      'crm.notice': 'held',
      'todo.open': 'sent',
    })
    const due = await desk.box.due(10)
    expect(due.map(({ key }) => key)).toEqual([`todo.open:${returnId}:1`])
    await desk.endHold()
    desk.ports.unshift({ name: 'test', takes: ['todo.open'], run: async () => ({ outcome: 'done', receipt: {} }) })
    await desk.work()
    desk.ports.shift()
    expect(await states(returnId)).toEqual({ 'wms.expect_return': 'done', 'crm.notice': 'done', 'todo.open': 'done' })
    const [expected] = (await desk.ledgerOf(returnId)).filter(({ name }) => name === 'wms.expect_return')
    expect(expected).toMatchObject({ target: 'hub', tries: 1, receipt: { expected: returnId, pieces: '2' } })
    expect(await desk.sql`SELECT kind, channel, state FROM notices`).toMatchObject([
      { kind: 'return', channel: 'crm', state: 'queued' },
    ])
  })

  test('the customer is named the days that refund.eta answers with', async () => {
    const { returnId } = await approved()
    const found = await desk.returns.byNo(returnId)
    if (found === undefined) throw new Error('no return')
    const times = await refundTimes(settings(fresh.database))
    const expected = refundExpectation(found.request, 'wechat', outwardNowMs, times)
    if (expected.stage !== 'goods' || expected.range === undefined) throw new Error(`not on its way: ${expected.stage}`)
    const { payload } = await payloadOf(`crm.notice:${returnId}:1`)
    expect(payload).toMatchObject({
      fromDay: isoDay(expected.range.fromMs),
      untilDay: isoDay(expected.range.toMs),
      about: `return:${returnId}`,
    })
    expect(payload.text).toContain('退货申请已通过')
    expect(payload.text).toMatch(/预计11月\d+日至1[12]月\d+日到账/)
  })

  test('goods that are in already are not expected any more', async () => {
    const { returnId } = await desk.makeReturn()
    await desk.sql`UPDATE returns SET received_at = applied_at WHERE id = ${returnId}`
    await desk.approve(returnId)
    expect(await states(returnId)).toEqual({ 'crm.notice': 'held' })
  })

  test('a scan closes the to-do; one that was never opened is taken back; a second scan closes nothing', async () => {
    const { returnId } = await approved()
    const close = () => desk.sql.begin((tx) => desk.outward.closeTodo(tx, returnId))
    expect(await close()).toBe(true)
    expect((await states(returnId))['todo.open']).toBe('withdrawn')
    expect(await close()).toBe(false)
    const other = await approved()
    desk.ports.unshift({ name: 'test', takes: ['todo.open'], run: async () => ({ outcome: 'done', receipt: {} }) })
    await desk.work()
    desk.ports.shift()
    await desk.sql.begin((tx) => desk.outward.closeTodo(tx, other.returnId))
    expect(await states(other.returnId)).toMatchObject({ 'todo.open': 'done', 'todo.close': 'sent' })
    expect(await desk.sql.begin((tx) => desk.outward.closeTodo(tx, other.returnId))).toBe(false)
  })

  test('the to-do of a row that was swept from the outbox long ago is closed like any other', async () => {
    desk.ports.unshift({ name: 'test', takes: ['todo.open'], run: async () => ({ outcome: 'done', receipt: {} }) })
    const { returnId } = await approved()
    await desk.work()
    desk.ports.shift()
    await desk.sql`DELETE FROM outbox WHERE key = ${`todo.open:${returnId}:1`}`
    expect(await desk.sql.begin((tx) => desk.outward.closeTodo(tx, returnId))).toBe(true)
    expect(await states(returnId)).toMatchObject({ 'todo.open': 'done', 'todo.close': 'sent' })
  })
})

describe('a system that fails', () => {
  test('three tries, then a card for each of IT; one replay gives three more, and its giver hears of the end', async () => {
    const { returnId } = await approved()
    await desk.endHold()
    let works = false
    const seen: string[] = []
    desk.ports.unshift({
      name: 'wdt',
      takes: ['wms.expect_return', 'todo.open'],
      run: async (_command, key) => {
        seen.push(key)
        return works ? { outcome: 'done', receipt: { doc: 'R1' } } : { outcome: 'retry', reason: 'HTTP 502' }
      },
    })
    const key = `wms.expect_return:${returnId}:1`
    for (let round = 0; round < 5; round++) await desk.work()
    expect(seen.filter((one) => one === key)).toHaveLength(3)
    const [failed] = (await desk.ledgerOf(returnId)).filter(({ name }) => name === 'wms.expect_return')
    expect(failed).toMatchObject({ state: 'failed', tries: 3, lastError: 'HTTP 502', target: 'wdt' })
    const cards = (await desk.told()).flatMap(({ to, reply }) =>
      reply.kind === 'card' ? [{ to, card: reply.card }] : [],
    )
    const own = cards.filter(({ card }) => card.title === 'WMS待收货3次未送达')
    expect(own.map(({ to }) => to).sort()).toEqual(['play-it', 'play-it2'])
    expect(own[0]?.card.buttons.map(({ label }) => label)).toEqual(['重试', '看这一单'])

    expect(await desk.ledger.replay(key, 'finance')).toEqual({ outcome: 'forbidden' })
    const both = await Promise.all([desk.ledger.replay(key, 'it'), desk.ledger.replay(key, 'it2')])
    expect(both.map(({ outcome }) => outcome).sort()).toEqual(['already', 'replayed'])
    works = true
    await desk.work()
    expect(seen.filter((one) => one === key)).toHaveLength(4)
    expect(await desk.ledger.find(key)).toMatchObject({ state: 'done', receipt: { doc: 'R1' } })
    expect((await desk.told()).map(({ reply }) => (reply.kind === 'text' ? reply.text : ''))).toContain(
      `WMS待收货已送达（${returnId}）。`,
    )
    expect(await desk.ledger.replay(key, 'it')).toMatchObject({ outcome: 'already' })
    expect(await desk.audits(returnId)).toEqual(
      expect.arrayContaining(['command.failed', 'command.refused', 'command.replay', 'command.done']),
    )
    desk.ports.shift()
  })

  test('refused is final at once; a command nobody takes too', async () => {
    const { returnId } = await approved()
    await desk.endHold()
    desk.ports.unshift({
      name: 'wdt',
      takes: ['wms.expect_return'],
      run: async () => ({ outcome: 'refused', reason: 'unknown SKU' }),
    })
    await desk.work()
    desk.ports.shift()
    expect(await states(returnId)).toEqual({
      'wms.expect_return': 'failed',
      'crm.notice': 'done',
      'todo.open': 'failed',
    })
  })

  test('carried out and not noted, it is carried out again under the same key; noted, never again', async () => {
    const { returnId } = await approved()
    await desk.endHold()
    const keys: string[] = []
    desk.ports.unshift({
      name: 'wdt',
      takes: ['wms.expect_return', 'todo.open'],
      run: async (_command, key) => {
        keys.push(key)
        return { outcome: 'done', receipt: {} }
      },
    })
    const key = `wms.expect_return:${returnId}:1`
    await Promise.all(Array.from({ length: 8 }, () => desk.executor.execute(key)))
    // its process died after the ledger was written and before the outbox was
    await desk.sql`UPDATE outbox SET state = 'ready', leased_until = NULL WHERE key = ${key}`
    await desk.executor.execute(key)
    desk.ports.shift()
    expect(keys).toEqual([key])
    const [row] = await desk.sql`SELECT state FROM outbox WHERE key = ${key}`
    expect(row).toEqual({ state: 'done' })
  })
})

describe('undo', () => {
  const undo = (returnId: string, memberId = 'finance') => desk.undo({ returnId, level: 3, memberId })

  test('within two minutes everything is as before, and what was held never leaves', async () => {
    const { returnId } = await approved()
    desk.clock.setOffset(undoMs - 1_000)
    expect(await undo(returnId)).toMatchObject({ outcome: 'undone' })
    expect(await states(returnId)).toEqual({
      'wms.expect_return': 'withdrawn',
      'crm.notice': 'withdrawn',
      'todo.open': 'withdrawn',
    })
    const [row] = await desk.sql`
      SELECT r.approval, r.approved_at, a.state, a.decided_by, l.approved_qty FROM returns r
      JOIN approval_levels a ON a.return_id = r.id AND a.level = 3 JOIN return_lines l ON l.return_id = r.id`
    expect(row).toEqual({
      approval: 'pending',
      approved_at: null,
      state: 'pending',
      decided_by: null,
      approved_qty: null,
    })
    await desk.endHold()
    expect(await desk.box.due(10)).toEqual([])
    expect(await undo(returnId)).toEqual({ outcome: 'open' })
    await desk.approve(returnId)
    expect((await desk.ledgerOf(returnId)).filter(({ state }) => state !== 'withdrawn').map(({ key }) => key)).toEqual([
      `crm.notice:${returnId}:2`,
      `todo.open:${returnId}:2`,
      `wms.expect_return:${returnId}:2`,
    ])
  })

  test('refused: too late, another person, already sent, money gone', async () => {
    const { returnId } = await approved()
    expect(await undo(returnId, 'boss')).toEqual({ outcome: 'not-yours' })
    desk.clock.setOffset(undoMs)
    expect(await undo(returnId)).toMatchObject({ outcome: 'late', reversible: true })
    desk.clock.setOffset(60_000)
    await desk.sql`UPDATE returns SET refund_released_at = approved_at WHERE id = ${returnId}`
    expect(await undo(returnId)).toEqual({ outcome: 'sent', reversible: false })
    await desk.sql`UPDATE returns SET refund_released_at = NULL WHERE id = ${returnId}`
    await desk.endHold()
    await desk.executor.execute(`crm.notice:${returnId}:1`)
    expect(await undo(returnId)).toEqual({ outcome: 'sent', reversible: true })
    expect(await states(returnId)).toMatchObject({ 'wms.expect_return': 'held', 'crm.notice': 'done' })
    expect((await desk.audits(returnId)).filter((action) => action === 'approval.undo-refused')).toHaveLength(4)
  })

  test('refused once the next level was decided; its clock runs on where nothing was', async () => {
    const { returnId } = await desk.makeReturn()
    await desk.sql`UPDATE approval_levels SET decided_at = to_timestamp(${outwardNowMs - 30_000}::float8 / 1000)
      WHERE return_id = ${returnId} AND level = 2`
    await desk.sql`
      INSERT INTO deadlines (subject, clock, rung, basis_at, due_at, plan, state)
      SELECT 'return:' || return_id, 'l2', 1, date_trunc('milliseconds', started_at), due_at, '{}', 'void'
      FROM approval_levels WHERE return_id = ${returnId} AND level = 2`
    const keeper = { returnId, level: 2, memberId: 'keeper' }
    expect(await desk.undo({ ...keeper, level: 1, memberId: 'lead' })).toMatchObject({ outcome: 'late' })
    expect(await desk.undo(keeper)).toMatchObject({ outcome: 'undone' })
    const levels = await desk.sql`SELECT level, state FROM approval_levels WHERE return_id = ${returnId} ORDER BY level`
    expect(levels.map(({ state }) => state)).toEqual(['approved', 'pending', 'waiting'])
    expect(await desk.sql`SELECT state FROM deadlines WHERE clock = 'l2'`).toEqual([{ state: 'open' }])
    const other = await approved()
    await desk.sql`UPDATE approval_levels SET decided_at = to_timestamp(${outwardNowMs - 30_000}::float8 / 1000)
      WHERE return_id = ${other.returnId} AND level = 2`
    expect(await desk.undo({ ...keeper, returnId: other.returnId })).toEqual({
      outcome: 'moved-on',
      level: 3,
      by: '小陈',
    })
  })

  test('against the sender, 40 races: taken back whole, or sent and left', async () => {
    const outcomes = new Set<string>()
    for (let race = 0; race < 40; race++) {
      const { returnId } = await approved()
      await desk.endHold()
      const key = `${race % 2 === 0 ? 'wms.expect_return' : 'crm.notice'}:${returnId}:1`
      const [undone] = await Promise.all([undo(returnId), desk.executor.execute(key)])
      outcomes.add(undone.outcome)
      const state = (await desk.ledger.find(key))?.state
      expect([undone.outcome, state]).toEqual(undone.outcome === 'undone' ? ['undone', 'withdrawn'] : ['sent', 'done'])
    }
    expect(outcomes.size).toBeGreaterThan(0)
  }, 30_000)
})

describe('reversal', () => {
  const tell = () => []

  test('asked by who decided, said yes to by somebody above: the warehouse and the customer are told once', async () => {
    const { returnId } = await approved()
    await desk.endHold()
    desk.ports.unshift({ name: 'test', takes: ['todo.open'], run: async () => ({ outcome: 'done', receipt: {} }) })
    await desk.work()
    desk.ports.shift()
    desk.clock.setOffset(600_000)
    expect(await desk.reversals.ask(returnId, 'ops', 'x', tell)).toEqual({ outcome: 'forbidden' })
    const asked = await desk.reversals.ask(returnId, 'finance', '商品不符', tell)
    if (asked.outcome !== 'asked') throw new Error(asked.outcome)
    expect(asked.told).toEqual(['沈总', '小何'])
    expect(await desk.reversals.ask(returnId, 'lead', 'x', tell)).toMatchObject({ outcome: 'stands' })
    const { id } = asked.reversal
    expect(await desk.reversals.decide(id, 'finance', true, tell)).toEqual({ outcome: 'forbidden' })
    const both = await Promise.all(['boss', 'ops'].map((who) => desk.reversals.decide(id, who, true, tell)))
    expect(both.map(({ outcome }) => outcome).sort()).toEqual(['already', 'decided'])
    expect(await states(returnId)).toMatchObject({ 'wms.cancel_expected': 'sent', 'todo.close': 'sent' })
    expect((await desk.ledgerOf(returnId)).filter(({ name }) => name === 'crm.notice')).toHaveLength(2)
    await desk.work()
    expect((await states(returnId))['wms.cancel_expected']).toBe('done')
    expect((await desk.returns.byNo(returnId))?.request.approval).toBe('withdrawn')
  })

  test('before anybody was told it is taken back in silence; refused once the goods are in', async () => {
    const { returnId } = await approved()
    const asked = await desk.reversals.ask(returnId, 'finance', 'x', tell)
    if (asked.outcome !== 'asked') throw new Error(asked.outcome)
    await desk.reversals.decide(asked.reversal.id, 'ops', true, tell)
    expect(await states(returnId)).toEqual({
      'wms.expect_return': 'withdrawn',
      'crm.notice': 'withdrawn',
      'todo.open': 'withdrawn',
    })
    const other = await approved()
    await desk.sql`UPDATE returns SET received_at = now() WHERE id = ${other.returnId}`
    expect(await desk.reversals.ask(other.returnId, 'finance', 'x', tell)).toEqual({ outcome: 'carried-out' })
  })
})
