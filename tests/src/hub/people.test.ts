import fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { audit } from '../../../src/hub/audit.ts'
import { isLowRisk } from '../../../src/hub/bulk-approve.ts'
import { delegations, leadsTo, type Span } from '../../../src/hub/delegations.ts'
import { holdLevel } from '../../../src/hub/hold-level.ts'
import { levelPeople } from '../../../src/hub/level-people.ts'
import { outbox } from '../../../src/hub/outbox.ts'
import type { ReturnSheet, SheetLevel } from '../../../src/hub/return-sheet.ts'
import { endSnoozes } from '../../../src/hub/snoozes.ts'
import { standInsOf, standsInFor } from '../../../src/hub/stand-ins.ts'
import { movableClock } from '../../../src/runtime/clock.ts'
import { randomIds } from '../../../src/runtime/ids.ts'
import { testPersonal } from '../../kit/cipher.ts'
import { putReturn } from '../../kit/clock-desk.ts'
import { freshDatabase } from '../../kit/database.ts'

const fresh = await freshDatabase()
afterAll(() => fresh.drop())
const { database } = fresh
const { sql } = database
const clock = movableClock()
const box = outbox(database, testPersonal)
const parts = { database, outbox: box, audit: audit(database, clock), clock, channels: ['play'] }
const levels = levelPeople(parts)
const away = delegations({ ...parts, ids: randomIds() })
const entry = (key: string) => ({ key, task: 'chat.send', lane: 'play:x', payload: {} })
const tell = () => entry(`t${Math.random()}`)

const people = [
  ['m_lead', 'cs_lead', true],
  ['m_lead2', 'cs_lead', true],
  ['m_lead3', 'cs_lead', true],
  ['m_keeper', 'warehouse', true],
  ['m_boss', 'director', true],
  ['m_cs', 'cs', true],
  ['m_gone', 'cs_lead', false],
] as const
const id = 'TH2611220015'
const hour = 3_600_000

beforeEach(async () => {
  await sql`TRUNCATE delegations, deadlines, outbox, orders, members, snoozes CASCADE`
  clock.setOffset(0)
  for (const [member, role, active] of people) {
    await sql`INSERT INTO members (id, name, active) VALUES (${member}, ${member}, ${active})`
    await sql`INSERT INTO member_roles (member_id, role) VALUES (${member}, ${role})`
    await sql`INSERT INTO member_accounts (platform, user_id, member_id) VALUES ('play', ${member}, ${member})`
  }
  await putReturn(sql, id, { appliedAtMs: clock.nowMs(), dueAtMs: clock.nowMs() + 900_000 })
})

const span = (fromId: string, toId: string, startH = 0, endH = 24): Span => ({
  fromId,
  toId,
  startsAtMs: clock.nowMs() + startH * hour,
  endsAtMs: clock.nowMs() + endH * hour,
})
const put = (one: Span) => away.put(one, { move: true, byId: one.fromId }, tell)

describe('stand-ins', () => {
  test('in their time, with the roles of the one away; the last word counts; taken back they are none', async () => {
    expect(await put(span('m_lead', 'm_keeper'))).toMatchObject({ outcome: 'done' })
    expect(await standsInFor(sql, 'm_keeper', clock.nowMs())).toEqual([
      { memberId: 'm_lead', name: 'm_lead', roles: ['cs_lead'] },
    ])
    expect(await standsInFor(sql, 'm_keeper', clock.nowMs() + 24 * hour)).toEqual([])
    expect(await put(span('m_lead', 'm_lead2'))).toMatchObject({ outcome: 'done' })
    expect(await standInsOf(sql, ['m_lead'], clock.nowMs())).toEqual(['m_lead2'])
    expect(await away.revoke('m_lead')).toBe(1)
    expect(await standInsOf(sql, ['m_lead'], clock.nowMs())).toEqual([])
  })

  test('refused: oneself, the past, an agent, a leaver, a circle; one who is away names who is there', async () => {
    const outcome = async (one: Span) => (await away.look(one)).outcome
    expect(await outcome(span('m_lead', 'm_lead'))).toBe('self')
    expect(await outcome(span('m_lead', 'm_lead2', -48, -24))).toBe('past')
    expect(await outcome(span('m_lead', 'm_cs'))).toBe('no-right')
    expect(await outcome(span('m_lead', 'm_gone'))).toBe('gone')
    await put(span('m_lead', 'm_lead2', 24, 48))
    expect(await outcome(span('m_lead2', 'm_lead', 30, 60))).toBe('loop')
    // on other days it is none
    expect(await outcome(span('m_lead2', 'm_lead', 48, 60))).toBe('ready')
    expect(await away.look(span('m_lead3', 'm_lead', 24, 30))).toMatchObject({ outcome: 'away' })
  })

  test('two who give each other their items at the same second: one of them does', async () => {
    const both = await Promise.all([put(span('m_lead', 'm_lead2')), put(span('m_lead2', 'm_lead'))])
    expect(both.map(({ outcome }) => outcome).sort()).toEqual(['done', 'loop'])
  })

  test('whatever is asked for in whatever order, nobody’s items go round in a circle', async () => {
    const names = ['m_lead', 'm_lead2', 'm_lead3', 'm_keeper', 'm_boss']
    const wish = fc.record({ from: fc.constantFrom(...names), to: fc.constantFrom(...names), at: fc.nat(3) })
    await fc.assert(
      fc.asyncProperty(fc.array(wish, { maxLength: 8 }), async (wishes) => {
        await sql`TRUNCATE delegations`
        for (const { from, to, at } of wishes) await put(span(from, to, at * 12, at * 12 + 18))
        for (let h = 1; h < 60; h += 6) {
          const moment = clock.nowMs() + h * hour
          const live = await sql<{ fromId: string; toId: string }[]>`
            SELECT from_member AS "fromId", to_member AS "toId" FROM delegations WHERE revoked_at IS NULL
              AND starts_at <= to_timestamp(${moment}::float8 / 1000) AND ends_at > to_timestamp(${moment}::float8 / 1000)`
          for (const { fromId, toId } of live) expect(leadsTo(live, toId, fromId)).toBe(false)
        }
      }),
      { numRuns: 25 },
    )
  })

  test('a leaver’s items go to who may decide them, the rest to everybody; director and IT only', async () => {
    await sql`UPDATE approval_levels SET holder_id = 'm_gone' WHERE return_id = ${id} AND level = 1`
    expect(await away.leave('m_gone', 'm_lead', 'm_lead2', tell)).toEqual({ outcome: 'not-yours' })
    expect(await away.leave('m_gone', 'm_keeper', 'm_boss', tell)).toEqual({ outcome: 'done', moved: 0, kept: 1 })
    await sql`UPDATE approval_levels SET holder_id = 'm_gone' WHERE return_id = ${id} AND level = 1`
    expect(await away.leave('m_gone', 'm_lead', 'm_boss', tell)).toEqual({ outcome: 'done', moved: 1, kept: 0 })
  })
})

describe('the people of a level', () => {
  const on = (memberId: string) => ({ returnId: id, memberId })

  test('a claim is one person’s for two hours and moves no limit', async () => {
    const [before] = await sql`SELECT due_at FROM approval_levels WHERE return_id = ${id} AND level = 1`
    expect(await levels.claim(on('m_lead'))).toMatchObject({ outcome: 'done' })
    expect(await levels.claim(on('m_lead2'))).toMatchObject({
      outcome: 'refused',
      why: { code: 'claimed', by: 'm_lead' },
    })
    clock.setOffset(2 * hour)
    expect(await levels.claim(on('m_lead2'))).toMatchObject({ outcome: 'done' })
    expect(await sql`SELECT due_at FROM approval_levels WHERE return_id = ${id} AND level = 1`).toEqual([before])
    expect(await levels.claim(on('m_keeper'))).toMatchObject({ outcome: 'refused', why: { code: 'not-yours' } })
  })

  test('handed to the role alone: not to strangers, leavers, those away, who applied or who has decided', async () => {
    await sql`UPDATE returns SET applied_by = 'm_lead3' WHERE id = ${id}`
    const able = async () => {
      const found = await levels.candidates(on('m_lead'), 'hand')
      return found.outcome === 'choose' ? found.people.map((one) => one.id) : []
    }
    expect(await able()).toEqual(['m_lead2'])
    for (const to of ['m_keeper', 'm_gone', 'm_lead3', 'm_cs'])
      expect(await levels.hand(on('m_lead'), to, tell)).toMatchObject({ outcome: 'refused', why: { code: 'cannot' } })
    await put(span('m_lead2', 'm_boss'))
    expect(await able()).toEqual([])
  })

  test('twenty hands at once leave one holder and as many audit rows as were done', async () => {
    const audits = async () => {
      const [row] = await sql`
        SELECT count(*)::int AS n FROM audit WHERE subject = ${`return:${id}`} AND action = 'approval.hand'`
      return row?.n as number
    }
    const before = await audits()
    const done = await Promise.all(
      Array.from({ length: 20 }, (_, n) => levels.hand(on('m_lead'), n % 2 === 0 ? 'm_lead2' : 'm_lead3', tell)),
    )
    const count = done.filter(({ outcome }) => outcome === 'done').length
    expect(count).toBeGreaterThan(0)
    expect((await audits()) - before).toBe(count)
  })

  test('a director’s hand has a limit of its own, a colleague’s has none', async () => {
    expect(await levels.hand(on('m_lead'), 'm_lead2', tell)).not.toHaveProperty('untilMs')
    expect(await levels.hand(on('m_boss'), 'm_lead', tell)).toMatchObject({ untilMs: expect.any(Number) })
    const rows =
      await sql`SELECT clock FROM deadlines WHERE subject = ${`return:${id}`} AND clock = 'assigned' AND state = 'open'`
    expect(rows).toHaveLength(1)
  })
})

describe('waits', () => {
  const hold = holdLevel(database, clock)

  test('end once, with one message, in two processes; never past the fine line; nothing for what is decided', async () => {
    const end = endSnoozes({ ...parts, time: clock }, ({ id: key }) => entry(`s${key}`))
    expect(await hold({ returnId: id, memberId: 'm_lead', minutes: 60 })).toMatchObject({ outcome: 'held' })
    expect(await end()).toBe(0)
    clock.setOffset(hour + 1_000)
    expect((await Promise.all([end(), end(), end()])).reduce((sum, n) => sum + n, 0)).toBe(1)
    const held = await hold({ returnId: id, memberId: 'm_lead', minutes: 100 * 60 })
    if (held.outcome !== 'held') throw new Error(held.outcome)
    expect(held.untilMs).toBe(held.fineAtMs)
    await sql`UPDATE returns SET approval = 'withdrawn' WHERE id = ${id}`
    clock.setOffset(80 * hour)
    expect(await end()).toBe(0)
  })

  test('a stand-in may put it off, a stranger may not', async () => {
    expect(await hold({ returnId: id, memberId: 'm_keeper', minutes: 5 })).toEqual({ outcome: 'not-yours' })
    await put(span('m_lead', 'm_keeper'))
    expect(await hold({ returnId: id, memberId: 'm_keeper', minutes: 5 })).toMatchObject({ outcome: 'held' })
  })
})

describe('low-risk', () => {
  const level: SheetLevel = {
    level: 3,
    role: 'finance',
    state: 'pending',
    facts: { kind: 'arrears', stamp: 'a', checkedAtMs: 0, arrears: 'none' },
  }
  const sheet = { id, refundFen: 16_900n, levels: [level], past: 0 } as unknown as ReturnSheet
  const asker = { memberId: 'm_lead', deputy: false, nowMs: 0 }
  const risky = (more: Partial<ReturnSheet>, own: Partial<SheetLevel> = {}) =>
    isLowRisk({ ...sheet, ...more }, { ...level, ...own }, asker)

  test('small, checked and nobody’s but the asker’s', () => {
    expect(risky({})).toBe(true)
    expect(risky({ refundFen: 50_000n })).toBe(true)
    expect(risky({ refundFen: 50_001n })).toBe(false)
    expect(isLowRisk({ ...sheet, refundFen: undefined } as unknown as ReturnSheet, level, asker)).toBe(false)
    expect(risky({ past: 3 })).toBe(false)
    expect(risky({ appliedById: 'm_lead' })).toBe(false)
    expect(risky({}, { claimedBy: 'm_lead2' })).toBe(false)
    expect(risky({}, { dueAtMs: 60_000 })).toBe(false)
    for (const arrears of ['some', 'unknown'] as const)
      expect(risky({}, { facts: { kind: 'arrears', stamp: 'a', checkedAtMs: 0, arrears } })).toBe(false)
    const zones = ['near_expiry', 'quarantine', 'none', 'unknown'] as const
    for (const zone of zones)
      expect(risky({}, { facts: { kind: 'stock', stamp: 'a', checkedAtMs: 0, goods: [{ name: 'x', zone }] } })).toBe(
        false,
      )
  })
})
