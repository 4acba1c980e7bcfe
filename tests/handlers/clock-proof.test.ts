import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { proofTick } from '../../handlers/clock-proof.ts'
import { escalationEntry } from '../../handlers/escalations.ts'
import { type ClockProof, type ProofLine, proveBeside } from '../../src/hub/clock-proof.ts'
import { clockNames, defaultClockRules } from '../../src/hub/rungs.ts'
import { type LogFields, silentLog } from '../../src/runtime/log.ts'
import { faultsOf } from '../kit/card-faults.ts'
import { type ClockDesk, clockDesk } from '../kit/clock-desk.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { codec } from '../kit/every-card.ts'

const at = (text: string) => Date.parse(`2026-11-${text}:00+08:00`)

let fresh: FreshDatabase
let desk: ClockDesk
const logged: (LogFields & { level: string })[] = []
beforeAll(async () => {
  fresh = await freshDatabase()
  desk = clockDesk(fresh.database)
})
afterAll(() => fresh.drop())
beforeEach(async () => {
  logged.length = 0
  await desk.clean()
  await sql()`TRUNCATE clock_proofs`
  await sql()`INSERT INTO members (id, name) VALUES ('m_it', '小汪')`
  await sql()`INSERT INTO member_roles (member_id, role) VALUES ('m_it', 'it')`
  await sql()`INSERT INTO member_accounts (platform, user_id, member_id) VALUES ('wecom', 'wx-m_it', 'm_it')`
})

const sql = () => fresh.database.sql
let woken = 0
const byTheRules = () => proveBeside(fresh, { words: escalationEntry({ codec }), log: silentLog })
const tickOf = (prove: () => Promise<ClockProof> = byTheRules) =>
  proofTick({
    database: fresh.database,
    outbox: desk.parts.outbox,
    time: desk.parts.time,
    channels: ['wecom'],
    log: (level, message, fields = {}) => void logged.push({ level, message, ...fields }),
    wake: () => {
      woken += 1
    },
    prove,
  })
const run = (tick: ReturnType<typeof tickOf>) => tick.run(new AbortController().signal)
const proofs = () => sql()<{ day: string; fired: number; missed: number; lines: number }[]>`
  SELECT day, fired, missed, jsonb_array_length(ledger) AS lines FROM clock_proofs ORDER BY day`

const line = (verdict: ProofLine['verdict'], rung: number): ProofLine => ({
  clock: 'l2',
  rung,
  step: 'nudge',
  dueMs: at('24T10:00'),
  told: ['x'],
  verdict,
})
const broken: ClockProof = {
  lines: [line('ok', 1), line('missing', 2), line('twice', 3)],
  messages: 3,
  proven: false,
}

describe('the proof of every day', () => {
  test('is run once a day after five, by the rules that are set, and kept', async () => {
    const tick = tickOf()
    await desk.set(at('24T04:55'))
    await run(tick)
    expect(await proofs()).toEqual([])
    await desk.set(at('24T05:02'))
    await run(tick)
    await run(tick)
    const rungs = clockNames.reduce((sum, clock) => sum + defaultClockRules.clocks[clock].rungs.length, 0)
    expect([...(await proofs())]).toEqual([{ day: '2026-11-24', fired: rungs, missed: 0, lines: rungs }])
    expect(await desk.told()).toEqual([])
    expect(logged.filter(({ level }) => level === 'error')).toEqual([])
    await desk.set(at('25T09:00'))
    await run(tick)
    expect((await proofs()).map(({ day }) => day)).toEqual(['2026-11-24', '2026-11-25'])
  }, 60_000)

  test('of two processes one proves, and IT hears of the rungs that did not fire', async () => {
    await desk.set(at('24T05:02'))
    let times = 0
    const prove = async () => {
      times += 1
      return broken
    }
    const before = woken
    await Promise.all([run(tickOf(prove)), run(tickOf(prove))])
    await run(tickOf(prove))
    expect(times).toBe(1)
    expect(woken).toBe(before + 1)
    expect([...(await proofs())]).toEqual([{ day: '2026-11-24', fired: 1, missed: 2, lines: 3 }])
    const told = await desk.told()
    expect(told.map(({ to, text }) => `${to}\n${text}`)).toEqual([
      'wecom:wx-m_it\n时钟自检：2档没有准时响\n已试 3档 | 准时 1档\n复核第2档 没有响，应 10:00\n复核第3档 响了两次，应 10:00\n截至05:02 · 每日自检',
    ])
    expect(told.flatMap(({ card }) => faultsOf(card))).toEqual([])
    expect(logged).toContainEqual(expect.objectContaining({ level: 'error', alarm: true, missed: 2 }))
  })

  test('one that cannot run is an alarm and is tried again', async () => {
    await desk.set(at('24T05:02'))
    await expect(run(tickOf(async () => Promise.reject(new Error('no connection'))))).rejects.toThrow('no connection')
    expect(logged).toContainEqual(expect.objectContaining({ level: 'error', alarm: true }))
    expect(await proofs()).toEqual([])
    await run(tickOf(async () => ({ ...broken, lines: [line('ok', 1)], proven: true })))
    expect(await proofs()).toHaveLength(1)
  })
})

test('limits of the desk that stand unfired at two looks are told once', async () => {
  await desk.set(at('24T03:00'))
  const tick = tickOf()
  const late = (id: string) => sql()`
    INSERT INTO deadlines (subject, clock, rung, basis_at, due_at, plan) VALUES
      (${`return:${id}`}, 'l1', 1, ${new Date(at('24T01:00'))}, ${new Date(at('24T02:00'))}, '{}')`
  await late('TH1')
  await run(tick)
  expect(await desk.told()).toEqual([])
  await late('TH2')
  await run(tick)
  await run(tick)
  expect((await desk.told()).map(({ to, text }) => `${to}\n${text}`)).toEqual([
    'wecom:wx-m_it\n时钟卡住：1个时限过点没响\n请看服务是否在跑，再发「体检」\n截至03:00 · 每日自检',
  ])
})
