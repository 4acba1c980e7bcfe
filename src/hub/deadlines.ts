import type { Database } from '../db/client.ts'
import type { MovableClock } from '../runtime/clock.ts'
import { type Running, type Subject, unarmed } from './clock-subjects.ts'
import { rungTimes } from './rung-times.ts'
import { type ClockName, type ClockRules, clockNames } from './rungs.ts'
import type { Sql } from './write.ts'

/** The desk's time: the database's clock, moved by as much as the play page has moved the desk's. */
export type DeskTime = Pick<MovableClock, 'offsetMs'>

/** Now, epoch ms; inside a transaction the moment it began, so that nothing counts as due too early. */
export async function deskNow(sql: Sql, time: DeskTime): Promise<number> {
  const [row] = await sql<{ ms: number }[]>`SELECT (extract(epoch FROM now()) * 1000)::float8 AS ms`
  if (row === undefined) throw new Error('the database gave no time')
  return Math.floor(row.ms) + time.offsetMs()
}

/** One run of a clock. `dueMs`: the limit the item itself carries (a level's due time). */
export type ClockRun = Pick<Running, 'subject' | 'basisMs' | 'dueMs'>

type Rows = {
  readonly subject: string[]
  readonly rung: number[]
  readonly basisMs: number[]
  readonly dueMs: number[]
  readonly plan: string[]
}

/**
 * Arms every rung of these runs inside the caller's transaction. The same run twice is one; a later start takes the rows anew,
 * whatever became of the earlier run. Of rungs that lie behind already only the last is armed: who hears of it late hears
 * once. Returns how many rungs were written.
 */
export async function arm(
  tx: Sql,
  rules: ClockRules,
  clock: ClockName,
  runs: readonly ClockRun[],
  nowMs: number,
): Promise<number> {
  const rows = rowsOf(rules, clock, runs, nowMs)
  if (rows.subject.length === 0) return 0
  const written = await tx`
    INSERT INTO deadlines AS d (subject, clock, rung, basis_at, due_at, plan)
    SELECT subject, ${clock}, rung, to_timestamp(basis_ms / 1000), to_timestamp(due_ms / 1000), plan::jsonb
    FROM unnest(${rows.subject}::text[], ${rows.rung}::smallint[], ${rows.basisMs}::float8[], ${rows.dueMs}::float8[],
      ${rows.plan}::text[]) AS given (subject, rung, basis_ms, due_ms, plan)
    ON CONFLICT (subject, clock, rung) DO UPDATE SET basis_at = excluded.basis_at, due_at = excluded.due_at, plan = excluded.plan,
      state = 'open', fired_at = NULL, claimed_by = NULL, held_until = NULL
    WHERE d.basis_at <> excluded.basis_at OR d.state = 'void'`
  return written.count
}

function rowsOf(rules: ClockRules, clock: ClockName, runs: readonly ClockRun[], nowMs: number): Rows {
  const rows: Rows = { subject: [], rung: [], basisMs: [], dueMs: [], plan: [] }
  for (const { subject, basisMs, dueMs } of runs) {
    const rungs = rungTimes(rules, clock, basisMs, dueMs)
    const latest = rungs.findLastIndex(({ dueAtMs }) => dueAtMs <= nowMs)
    for (const { rung, dueAtMs, plan } of rungs.slice(Math.max(latest, 0))) {
      rows.subject.push(subject)
      rows.rung.push(rung)
      rows.basisMs.push(basisMs)
      rows.dueMs.push(dueAtMs)
      rows.plan.push(JSON.stringify(plan))
    }
  }
  return rows
}

/** Voids what is still open of a clock, or of every clock of the subject. What fired stays. */
export async function disarm(tx: Sql, subject: Subject, clock?: ClockName): Promise<number> {
  const written = await tx`
    UPDATE deadlines SET state = 'void' WHERE subject = ${subject} AND state = 'open'
      ${clock === undefined ? tx`` : tx`AND clock = ${clock}`}`
  return written.count
}

export type DeadlineParts = {
  readonly database: Pick<Database, 'sql'>
  readonly time: DeskTime
  readonly rules: () => Promise<ClockRules>
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** Rungs of parcels and orders get their rows so long before the first of them: moving parcels are many, silent ones few. */
const aheadMs = 2 * hourMs
/** What went wrong longer ago stands on the lists; nobody is told of it any more. */
const oldestMs = 30 * dayMs
/** Rows that have fired or are void are kept longer than that, or the run would be armed again. */
const keptMs = 90 * dayMs
/** Every order of 抖音 starts this clock and few reach its rungs: they get rows shortly before, and old ones none any more. */
const firstSms = { aheadMs: 5 * 60_000, oldestMs: 6 * hourMs }
const mostOfClock = 500
/** The ledger of what was tried. */
const ledgerKeptMs = 400 * dayMs

/** Armed by what starts them alone: no row but their own says that they run. */
const armedByHand: readonly ClockName[] = ['assigned']

/**
 * Arms what runs without rungs: made by an import, the sample or an older release, and parcels, whose clocks start with every
 * scan. Bounded per turn and index-bound; safe beside itself. Returns how many rungs were written and rows removed.
 */
export async function armMissing(parts: DeadlineParts): Promise<{
  readonly armed: number
  readonly removed: number
}> {
  const { sql } = parts.database
  let armed = 0
  for (const clock of clockNames) if (!armedByHand.includes(clock)) armed += await armClock(parts, clock)
  const nowMs = await deskNow(sql, parts.time)
  const removed = await sql`
    DELETE FROM deadlines WHERE id IN (
      SELECT id FROM deadlines WHERE state <> 'open' AND basis_at < to_timestamp(${nowMs - keptMs}::float8 / 1000) LIMIT 1000)`
  const forgotten = await sql`
    DELETE FROM escalations WHERE id IN (
      SELECT id FROM escalations WHERE fired_at < to_timestamp(${nowMs - ledgerKeptMs}::float8 / 1000) LIMIT 1000)`
  return { armed, removed: removed.count + forgotten.count }
}

/** The same for one clock alone. */
export async function armClock({ database, time, rules }: DeadlineParts, clock: ClockName): Promise<number> {
  const ruled = await rules()
  return database.sql.begin(async (tx) => {
    const nowMs = await deskNow(tx, time)
    const runs = await unarmed(tx, clock, windowOf(ruled, clock, nowMs), mostOfClock)
    return arm(tx, ruled, clock, runs, nowMs)
  })
}

/** Starts of the clocks whose first rung comes up within `aheadMs`; returns are few and armed as soon as they are seen. */
function windowOf(
  rules: ClockRules,
  clock: ClockName,
  nowMs: number,
): { readonly fromMs: number; readonly toMs: number } {
  const fromMs = nowMs - oldestMs
  if (clock === 'first_sms') {
    const soonest = rules.clocks.first_sms.rungs[0]?.minutes ?? 0
    return { fromMs: nowMs - firstSms.oldestMs, toMs: nowMs + firstSms.aheadMs - soonest * 60_000 }
  }
  if (clock !== 'stalled' && clock !== 'unscanned' && clock !== 'ship_promise') return { fromMs, toMs: nowMs + dayMs }
  const first = rules.clocks[clock].rungs[0]?.minutes ?? 0
  return { fromMs, toMs: nowMs + aheadMs - first * 60_000 }
}
