import { type Database, type DatabaseTarget, openDatabase } from '../db/client.ts'
import { movableClock } from '../runtime/clock.ts'
import type { Log } from '../runtime/log.ts'
import { type ClockEngine, type ClockEngineParts, clockEngine } from './clock-engine.ts'
import { deskNow } from './deadlines.ts'
import type { Words } from './escalation-bundle.ts'
import { levelDueMs, liveFlow } from './flow-rules.ts'
import type { OutboxEntry } from './outbox.ts'
import { type LevelDue, openProof, openProofLevel, type ProofRun, proofChannel } from './proof-firm.ts'
import { calendarOf, rungTimes } from './rung-times.ts'
import { type ClockRules, clockRules } from './rungs.ts'
import { settings } from './settings.ts'
import { addTime } from './working-time.ts'

export type Verdict = 'ok' | 'missing' | 'early' | 'late' | 'twice'

/** One rung of the proof: when it had to fire, when it did, and who was told. Times epoch ms. */
export type ProofLine = {
  readonly clock: string
  readonly rung: number
  readonly step: string
  readonly dueMs: number
  readonly firedMs?: number
  readonly told: readonly string[]
  readonly verdict: Verdict
}

export type ClockProof = {
  readonly lines: readonly ProofLine[]
  readonly messages: number
  readonly proven: boolean
}

export type ProofParts = {
  /** One connection whose search path is pg_temp: it sees nothing but the scratch copies made here, even after a reconnect. */
  readonly database: Pick<Database, 'sql'>
  readonly rules: ClockRules
  readonly words: Words
  readonly log: Log
  /** The limits of the live flow; those of the rules when left out. */
  readonly dueOf?: LevelDue
  /** The engine to be proven. */
  readonly engineOf?: (parts: ClockEngineParts) => ClockEngine
}

/** reliability.md R5. */
const mostLateMs = 5_000

type Expected = { readonly run: ProofRun; readonly rung: number; readonly step: string; readonly dueMs: number }

/**
 * Runs synthetic returns, parcels, orders and a command through all rungs of all clocks, with shadow members and a clock that is
 * moved from rung to rung, by the very statements and rules the desk uses. Nothing leaves: what would be sent is counted.
 */
export async function proveClock(parts: ProofParts): Promise<ClockProof> {
  const { rules, words, database } = parts
  const { sql } = database
  const time = movableClock()
  const sent: OutboxEntry[] = []
  const engineParts = {
    database,
    time,
    rules: async () => rules,
    log: parts.log,
    outbox: { enqueue: async (_tx: unknown, entries: readonly OutboxEntry[]) => void sent.push(...entries) },
    channels: [proofChannel],
    process: 'proof',
  }
  const engineOf = parts.engineOf ?? clockEngine
  const dueOf = parts.dueOf ?? (async () => undefined)
  const [one, two] = [engineOf(engineParts), engineOf(engineParts)]
  const goTo = async (atMs: number) => time.setOffset(time.offsetMs() + atMs - (await deskNow(sql, time)))
  // an hour into working time, so that every calendar runs
  const startMs = addTime(calendarOf(rules, 'l2'), await deskNow(sql, time), 3_600_000)
  await goTo(startMs)
  const pending = expectedOf(rules, await openProof(sql, startMs, dueOf))
  const met: Expected[] = []
  const seen: Seen = new Map()
  const sweepAt = async (atMs: number, ...engines: readonly ClockEngine[]) => {
    await goTo(atMs)
    await Promise.all(engines.map((engine) => engine.sweep(words)))
    await note(sql, seen, await deskNow(sql, time))
  }
  await one.armMissing()
  for (;;) {
    const next = pending.sort((a, b) => a.dueMs - b.dueMs).shift()
    if (next === undefined) break
    met.push(next)
    await sweepAt(next.dueMs - 1_500, one)
    // two at once, as two processes would
    await sweepAt(next.dueMs + 20, one, two)
    const lastOfLevel = !pending.some(({ run }) => run.clock === next.run.clock)
    if (lastOfLevel && /^l[12]$/.test(next.run.clock)) {
      const level = await openProofLevel(sql, Number(next.run.clock.slice(1)) + 1, await deskNow(sql, time), dueOf)
      pending.push(...expectedOf(rules, [level]))
      await one.armMissing()
    }
  }
  const lines = await Promise.all(met.map((expected) => lineOf(sql, expected, seen.get(keyOf(expected)))))
  return { lines, messages: sent.length, proven: lines.every(({ verdict }) => verdict === 'ok') }
}

/** The proof by the rules as they are set, on a connection of its own beside the desk's data. */
export async function proveBeside(
  { target, database }: { readonly target: DatabaseTarget; readonly database: Pick<Database, 'sql'> },
  parts: Pick<ProofParts, 'words' | 'log'>,
): Promise<ClockProof> {
  const rules = await clockRules(settings(database))
  const scratch = openDatabase(target, { max: 1, name: 'chadan proof', searchPath: 'pg_temp' })
  try {
    const { levels } = (await liveFlow(database.sql)).rules
    const dueOf: LevelDue = async (level, startMs) => {
      const own = levels.find((one) => one.level === level)
      return own && levelDueMs(database.sql, own, startMs)
    }
    return await proveClock({ ...parts, rules, database: scratch, dueOf })
  } finally {
    await scratch.close()
  }
}

/** When each rung was first seen to have fired, by the proof's own clock: what the engine notes itself proves nothing. */
type Seen = Map<string, number>

const keyOf = ({ run: { subject, clock }, rung }: Pick<Expected, 'run' | 'rung'>): string =>
  `${subject} ${clock} ${rung}`

async function note(sql: Database['sql'], seen: Seen, nowMs: number): Promise<void> {
  const rows = await sql<{ key: string }[]>`
    SELECT concat_ws(' ', subject, clock, rung) AS key FROM deadlines WHERE state = 'fired'`
  for (const { key } of rows) if (!seen.has(key)) seen.set(key, nowMs)
}

function expectedOf(rules: ClockRules, runs: readonly ProofRun[]): Expected[] {
  return runs.flatMap((run) =>
    rungTimes(rules, run.clock, run.startMs, run.dueMs).map(({ rung, dueAtMs, plan }) => ({
      run,
      rung,
      step: plan.step,
      dueMs: dueAtMs,
    })),
  )
}

async function lineOf(
  sql: Database['sql'],
  { run, rung, step, dueMs }: Expected,
  firedMs: number | undefined,
): Promise<ProofLine> {
  const { subject, clock } = run
  const rows = await sql<{ name: string | null; times: number }[]>`
    SELECT m.name, count(*)::int AS times FROM escalations e LEFT JOIN members m ON m.id = e.member_id
    WHERE e.subject = ${subject} AND e.clock = ${clock} AND e.rung = ${rung} GROUP BY m.id, m.name ORDER BY m.id`
  const told = rows.flatMap(({ name }) => (name === null ? [] : [name]))
  const line = { clock, rung, step, dueMs, ...(firedMs !== undefined && { firedMs }), told }
  return { ...line, verdict: verdictOf(dueMs, firedMs, rows) }
}

function verdictOf(dueMs: number, firedMs: number | undefined, rows: readonly { readonly times: number }[]): Verdict {
  if (firedMs === undefined || rows.length === 0) return 'missing'
  if (rows.some(({ times }) => times > 1)) return 'twice'
  if (firedMs < dueMs) return 'early'
  return firedMs > dueMs + mostLateMs ? 'late' : 'ok'
}
