import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { arm, disarm } from '../../../src/hub/deadlines.ts'
import { escalationLedger } from '../../../src/hub/escalation-ledger.ts'
import { fireDue } from '../../../src/hub/fire-deadlines.ts'
import { defaultClockRules as rules } from '../../../src/hub/rungs.ts'
import { type ClockDesk, clockDesk, putOrder, putParcel, putReturn } from '../../kit/clock-desk.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'

const at = (text: string) => Date.parse(`2026-${text}${text.length > 11 ? '' : ':00'}+08:00`)
const minute = 60_000
const hour = 60 * minute

let fresh: FreshDatabase
let desk: ClockDesk
/** A second process on the same database. */
let other: ClockDesk
beforeAll(async () => {
  fresh = await freshDatabase()
  desk = clockDesk(fresh.database)
  other = clockDesk(fresh.database, { process: 'p2' })
})
afterAll(() => fresh.drop())
beforeEach(() => desk.clean())

const sql = () => fresh.database.sql
const open = () => sql()<{ subject: string; clock: string; rung: number; dueMs: number }[]>`
  SELECT subject, clock, rung::int AS rung, round(extract(epoch FROM due_at) * 1000)::float8 AS "dueMs" FROM deadlines
  WHERE state = 'open' ORDER BY due_at, clock, rung`
const states = async () => {
  const rows = await sql()`SELECT clock || rung || ' ' || state AS line FROM deadlines ORDER BY clock, rung`
  return rows.map(({ line }) => line)
}
const lines = async () =>
  (await desk.ledger()).map(({ clock, rung, step, name, state }) => `${clock}${rung} ${step} ${name ?? '-'} ${state}`)

describe('arming', () => {
  test('what runs without rungs is found: returns, levels, parcels, orders', async () => {
    await desk.set(at('11-23T10:05'))
    await putReturn(sql(), 'TH1', { appliedAtMs: at('11-23T10:00') })
    await putParcel(sql(), 'P1', {
      shippedAtMs: at('11-20T10:00'),
      lastEventAtMs: at('11-21T23:00'),
      state: 'in_transit',
    })
    await putParcel(sql(), 'P2', { shippedAtMs: at('11-22T16:30') })
    await putOrder(sql(), 'SO7777', at('11-22T10:00'), { promise_ship_at: new Date(at('11-23T11:30')) })
    await desk.engine.armMissing()
    expect(await states()).toEqual([
      'fine1 open',
      'fine2 open',
      'fine3 open',
      'l11 open',
      'l12 open',
      'return_total1 open',
      'return_total2 open',
      'ship_promise1 open',
      'stalled1 open',
      'stalled2 open',
      'unscanned1 open',
      'unscanned2 open',
    ])
    const before = await open()
    await desk.engine.armMissing()
    expect(await open()).toEqual(before)
  })

  test('what is fresh waits: a parcel that moves has no rows until its first rung comes near', async () => {
    await desk.set(at('11-23T10:05'))
    await putParcel(sql(), 'P1', {
      shippedAtMs: at('11-23T01:00'),
      lastEventAtMs: at('11-23T09:00'),
      state: 'in_transit',
    })
    await desk.engine.armMissing()
    expect(await states()).toEqual([])
  })

  test('who is found late hears once: of the rungs behind only the last is armed', async () => {
    await desk.set(at('11-23T10:05'))
    await putReturn(sql(), 'TH1', { appliedAtMs: at('11-22T06:00'), level: 3, startedAtMs: at('11-23T10:00') })
    await desk.engine.armMissing()
    expect((await open()).filter(({ clock }) => clock === 'return_total')).toMatchObject([{ rung: 2 }])
    await desk.sweep()
    await desk.engine.armMissing()
    expect((await states()).filter((line) => line.startsWith('return_total'))).toEqual(['return_total2 fired'])
  })

  test('a clock that starts anew takes its rungs again; one that is over is void when it comes due', async () => {
    await desk.set(at('11-23T10:05'))
    await putParcel(sql(), 'P1', {
      shippedAtMs: at('11-20T10:00'),
      lastEventAtMs: at('11-21T21:00'),
      state: 'in_transit',
    })
    await desk.engine.armMissing()
    await desk.sweep()
    expect(await states()).toEqual(['stalled1 fired', 'stalled2 open'])
    await sql()`UPDATE parcels SET last_event_at = ${new Date(at('11-23T10:06'))}`
    await desk.set(at('11-23T22:00'))
    await desk.sweep()
    expect(await states()).toEqual(['stalled1 fired', 'stalled2 void'])
    await desk.set(at('11-24T21:00'))
    await desk.engine.armMissing()
    expect(await states()).toEqual(['stalled1 open', 'stalled2 open'])
    await sql()`UPDATE parcels SET state = 'signed', signed_at = now()`
    await desk.set(at('11-26T21:00'))
    await desk.sweep()
    expect(await states()).toEqual(['stalled1 void', 'stalled2 void'])
  })

  test('disarmed by the flow, and armed again by it', async () => {
    await desk.set(at('11-23T10:00'))
    await putReturn(sql(), 'TH1', { appliedAtMs: at('11-23T10:00') })
    const run = { subject: 'return:TH1' as const, basisMs: at('11-23T10:00') }
    await sql().begin((tx) => arm(tx, rules, 'l1', [run], at('11-23T10:00')))
    await desk.set(at('11-23T10:10:01'))
    await desk.sweep()
    expect(await sql().begin((tx) => disarm(tx, 'return:TH1', 'l1'))).toBe(1)
    expect((await states()).filter((line) => line.startsWith('l1'))).toEqual(['l11 fired', 'l12 void'])
    expect(await sql().begin((tx) => arm(tx, rules, 'l1', [run], at('11-23T10:11')))).toBe(1)
    expect((await states()).filter((line) => line.startsWith('l1'))).toEqual(['l11 fired', 'l12 open'])
  })
})

describe('firing', () => {
  test('level one: the holder at ten minutes, the deputy at fifteen, never a second early', async () => {
    await desk.set(at('11-23T10:00:01'))
    await putReturn(sql(), 'TH1', { appliedAtMs: at('11-23T10:00'), holderId: 'm_lead', dueAtMs: at('11-23T10:15') })
    await desk.engine.armMissing()
    for (const [moment, fired] of [
      ['11-23T10:09:50', 0],
      ['11-23T10:10:00', 1],
      ['11-23T10:14:50', 0],
      ['11-23T10:15:00', 1],
    ] as const) {
      await desk.set(at(moment))
      expect((await desk.sweep()).fired, moment).toBe(fired)
    }
    expect(await lines()).toEqual(['l11 nudge 小林 told', 'l12 deputy 小郑 told'])
  })

  test('nobody stands in: the ledger says so', async () => {
    await sql()`UPDATE members SET active = false WHERE id = 'm_lead2'`
    await desk.set(at('11-23T10:16'))
    await putReturn(sql(), 'TH1', { appliedAtMs: at('11-23T10:00'), holderId: 'm_lead' })
    await desk.engine.armMissing()
    await desk.sweep()
    expect(await lines()).toEqual(['l12 deputy - nobody'])
    expect(await escalationLedger(fresh.database).ofSubject('return:TH1')).toMatchObject([
      { clock: 'l1', rung: 2, step: 'deputy', state: 'nobody' },
    ])
  })

  test('a silent parcel: listed at 36 hours, told at 48 with a call to the carrier', async () => {
    await desk.set(at('11-23T10:00'))
    await putParcel(sql(), 'P1', {
      shippedAtMs: at('11-20T10:00'),
      lastEventAtMs: at('11-21T22:30'),
      state: 'in_transit',
    })
    await desk.engine.armMissing()
    await desk.set(at('11-23T10:31'))
    await desk.sweep()
    expect(await lines()).toEqual(['stalled1 list - listed'])
    await desk.set(at('11-23T22:31'))
    await desk.sweep()
    expect(await lines()).toEqual(['stalled1 list - listed', 'stalled2 team 小李 told'])
    const calls = await sql()`SELECT reason, opened_by FROM carrier_calls`
    expect([...calls]).toEqual([{ reason: 'silent', opened_by: 'desk' }])
  })

  test('a call that stands already is not doubled', async () => {
    await desk.set(at('11-23T10:00'))
    await putParcel(sql(), 'P1', {
      shippedAtMs: at('11-20T10:00'),
      lastEventAtMs: at('11-21T09:00'),
      state: 'in_transit',
    })
    await sql()`INSERT INTO carrier_calls (id, parcel_id, carrier_code, reason, opened_by, opened_at) VALUES ('WH1', 'P1', 'YTO', 'asked', 'm_cs', now())`
    await desk.engine.armMissing()
    await desk.sweep()
    expect(await sql()`SELECT id FROM carrier_calls`).toHaveLength(1)
    expect(await lines()).toEqual(['stalled2 team 小李 told'])
  })

  test('a rung that cannot be fired keeps no other waiting', async () => {
    await desk.set(at('11-23T10:00'))
    for (const id of ['TH1', 'TH2', 'TH3']) await putReturn(sql(), id, { appliedAtMs: at('11-23T09:00') })
    const runs = ['TH1', 'TH2', 'TH3'].map((id) => ({ subject: `return:${id}` as const, basisMs: at('11-23T09:00') }))
    await sql().begin((tx) => arm(tx, rules, 'l1', runs, at('11-23T09:00')))
    await sql()`UPDATE deadlines SET plan = '{"step":"unheard"}' WHERE subject = 'return:TH1'`
    expect(await fireDue(desk.parts)).toBe(4)
    expect(await fireDue(desk.parts)).toBe(0)
    const held = await sql()`SELECT count(*)::int AS n FROM deadlines WHERE state = 'open' AND held_until > now()`
    expect(held[0]?.n).toBe(2)
  })
})

/** Returns whose 24 hours end at `dueMs`, armed for that alone. */
async function putTimers(count: number, spreadMs: number, startMs: number): Promise<void> {
  const from = new Date(startMs)
  await sql()`INSERT INTO orders (id, channel, shop, order_no, ordered_at, source, source_modified_at)
    SELECT 'SO' || i, 'jd', 's', 'N' || i, ${from}, 'jd.pull', ${from} FROM generate_series(1, ${count}) i`
  await sql()`INSERT INTO returns (id, order_id, reason, applied_at)
    SELECT 'TH' || i, 'SO' || i, 'r', ${from}::timestamptz + (${spreadMs}::float8 * i / ${count}) * interval '1 ms'
    FROM generate_series(1, ${count}) i`
  await sql()`INSERT INTO deadlines (subject, clock, rung, basis_at, due_at, plan)
    SELECT 'return:' || id, 'return_total', 2, date_trunc('milliseconds', applied_at),
      date_trunc('milliseconds', applied_at) + interval '24 hours', '{"step":"director","tell":["director"]}' FROM returns`
  await sql()`UPDATE returns SET applied_at = date_trunc('milliseconds', applied_at)`
}

const wrongs = async (untilMs: number) => {
  const [row] = await sql()<{ early: number; missed: number; double: number }[]>`
    SELECT (SELECT count(*) FROM deadlines WHERE fired_at < due_at)::int AS early,
      (SELECT count(*) FROM deadlines WHERE state = 'open' AND due_at <= to_timestamp(${untilMs}::float8 / 1000))::int AS missed,
      (SELECT count(*) FROM (SELECT 1 FROM escalations GROUP BY deadline_id HAVING count(*) > 1) d)::int AS double`
  return row
}

describe('a thousand timers', () => {
  const start = at('11-22T10:00')

  test('two processes, a clock that jumps ten minutes to and fro: none early, none twice, none missed', async () => {
    const jumps = fc.array(fc.integer({ min: -10, max: 14 }), { minLength: 12, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(jumps, async (minutes) => {
        await desk.clean()
        await putTimers(1_000, hour, start)
        let nowMs = start + 24 * hour
        let latest = nowMs
        for (const jump of minutes) {
          nowMs += jump * minute
          latest = Math.max(latest, nowMs)
          await Promise.all([desk.set(nowMs), other.set(nowMs)])
          await Promise.all([fireDue(desk.parts), fireDue(other.parts)])
        }
        expect(await wrongs(latest)).toEqual({ early: 0, missed: 0, double: 0 })
        await desk.set(start + 26 * hour)
        await fireDue(desk.parts)
        expect(await wrongs(start + 26 * hour)).toEqual({ early: 0, missed: 0, double: 0 })
        expect(await sql()`SELECT 1 FROM escalations`).toHaveLength(1_000)
      }),
      { numRuns: 6 },
    )
  }, 120_000)

  test('all due at once: fired and told by sweeps alone within 30 s, one message a person', async () => {
    await putTimers(1_000, 0, start)
    await desk.set(start + 24 * hour + 1_000)
    const startedAt = performance.now()
    const swept = await desk.sweep()
    expect(performance.now() - startedAt).toBeLessThan(30_000)
    expect(swept).toEqual({ fired: 1_000, messages: 1 })
    expect(await wrongs(start + 25 * hour)).toEqual({ early: 0, missed: 0, double: 0 })
    const told = await desk.told()
    expect(told.map(({ to }) => to)).toEqual(['wecom:wx-m_boss'])
    expect(told[0]?.text).toContain('1000件到了时限')
  }, 60_000)

  test('two processes that sweep together tell every item, and none twice', async () => {
    await putTimers(600, 0, start)
    await Promise.all([desk.set(start + 24 * hour + 1_000), other.set(start + 24 * hour + 1_000)])
    await Promise.all([desk.sweep(), other.sweep()])
    await desk.sweep()
    const [rows] = await sql()`
      SELECT count(*)::int AS items, count(DISTINCT subject)::int AS subjects, count(DISTINCT outbox_key)::int AS messages
      FROM escalations WHERE state = 'told'`
    expect(rows).toMatchObject({ items: 600, subjects: 600 })
    expect(await desk.told()).toHaveLength(rows?.messages)
    expect(rows?.messages).toBeLessThanOrEqual(3)
  })

  test('a process that dies between claim and commit loses nothing and doubles nothing', async () => {
    await putTimers(40, 0, start)
    const args = JSON.stringify({ target: fresh.target, atMs: start + 24 * hour + 1_000 })
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', fileURLToPath(new URL('../../kit/clock-child.ts', import.meta.url)), args],
      {
        env: { ...process.env, CHADAN_FAULT: 'timer.claimed' },
        stdio: 'ignore',
      },
    )
    const [, signal] = await once(child, 'exit')
    expect(signal).toBe('SIGKILL')
    expect(await sql()`SELECT 1 FROM escalations`).toHaveLength(0)
    await desk.set(start + 24 * hour + 5_000)
    expect((await desk.sweep()).fired).toBe(40)
    expect(await wrongs(start + 25 * hour)).toEqual({ early: 0, missed: 0, double: 0 })
  })
})
