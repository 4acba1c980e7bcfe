import type { Database } from '../db/client.ts'
import { dayStart, isoDay } from '../runtime/beijing.ts'
import { errorFields, type Log } from '../runtime/log.ts'
import type { ClockProof } from './clock-proof.ts'
import { type DeskTime, deskNow } from './deadlines.ts'
import type { Outbox, OutboxEntry } from './outbox.ts'
import { type Receiver, receiversOf } from './staff.ts'
import type { Sql } from './write.ts'

/** What IT has to hear: rungs that did not fire in the proof, or limits of the desk itself that stand unfired. */
export type ClockAlarm =
  | { readonly kind: 'proof'; readonly proof: ClockProof; readonly nowMs: number }
  | { readonly kind: 'stuck'; readonly count: number; readonly nowMs: number }

export type DailyProofParts = {
  readonly database: Pick<Database, 'sql'>
  readonly time: DeskTime
  readonly outbox: Pick<Outbox, 'enqueue'>
  readonly channels: readonly string[]
  readonly log: Log
  readonly prove: () => Promise<ClockProof>
  readonly words: (alarm: ClockAlarm, to: Receiver, key: string) => OutboxEntry
}

export type DailyProof = {
  /**
   * Proves the clocks once a day of Beijing, whichever process comes first, keeps the ledger and tells IT what did not fire.
   * Returns how many messages were written: wake the pump after it.
   */
  run(): Promise<number>
}

const minuteMs = 60_000
/** After the night's quiet, before people come. */
const fromMinute = 5 * 60
/** A deadline that is open so long after its moment, at two looks, does not fire. */
const stuckMs = 5 * minuteMs
const mostCounted = 1_000

/** The proof of every day and a look at the desk's own deadlines. */
export function dailyProof(parts: DailyProofParts): DailyProof {
  let late: ReadonlySet<string> = new Set()
  return {
    run: async () => {
      const { sql } = parts.database
      const nowMs = await deskNow(sql, parts.time)
      const before = late
      late = await lateOnes(sql, nowMs)
      const stuck = [...late].filter((id) => before.has(id)).length
      const told = stuck === 0 ? 0 : await tellStuck(parts, stuck, nowMs)
      if ((nowMs - dayStart(nowMs)) / minuteMs < fromMinute) return told
      return told + (await proveToday(parts, nowMs))
    },
  }
}

async function lateOnes(sql: Sql, nowMs: number): Promise<ReadonlySet<string>> {
  const rows = await sql<{ id: string }[]>`
    SELECT id::text AS id FROM deadlines WHERE state = 'open' AND due_at <= to_timestamp(${nowMs - stuckMs}::float8 / 1000)
    ORDER BY due_at LIMIT ${mostCounted}`
  return new Set(rows.map(({ id }) => id))
}

async function tellStuck(parts: DailyProofParts, count: number, nowMs: number): Promise<number> {
  parts.log('error', 'limits have passed and did not fire', { count, alarm: true })
  return parts.database.sql.begin((tx) => tellIt(parts, tx, { kind: 'stuck', count, nowMs }))
}

async function proveToday(parts: DailyProofParts, nowMs: number): Promise<number> {
  const { sql } = parts.database
  const day = isoDay(nowMs)
  if (await isProved(sql, day)) return 0
  return sql.begin(async (tx) => {
    const [lock] = await tx<{ got: boolean }[]>`
      SELECT pg_try_advisory_xact_lock(hashtextextended('clock proof', 0)) AS got`
    if (lock?.got !== true || (await isProved(tx, day))) return 0
    const proof = await parts.prove().catch((error: unknown) => {
      parts.log('error', 'the clocks could not be proven', { ...errorFields(error), alarm: true })
      throw error
    })
    const missed = proof.lines.filter(({ verdict }) => verdict !== 'ok').length
    await tx`
      INSERT INTO clock_proofs (day, proved_at, fired, missed, ledger)
      VALUES (${day}, to_timestamp(${nowMs}::float8 / 1000), ${proof.lines.length - missed}, ${missed},
        ${tx.json(JSON.parse(JSON.stringify(proof.lines)))})`
    if (proof.proven) return 0
    parts.log('error', 'a rung of the clocks does not fire', { missed, alarm: true })
    return tellIt(parts, tx, { kind: 'proof', proof, nowMs })
  })
}

/** Once a day and person of each kind. */
async function tellIt({ channels, outbox, words }: DailyProofParts, tx: Sql, alarm: ClockAlarm): Promise<number> {
  const [platform = ''] = channels
  const people = await receiversOf(tx, { roles: ['it'], platform, reachable: channels })
  const key = (to: Receiver) => `clock.${alarm.kind}:${isoDay(alarm.nowMs)}:${to.memberId}`
  await outbox.enqueue(
    tx,
    people.map((to) => words(alarm, to, key(to))),
  )
  return people.length
}

async function isProved(tx: Sql, day: string): Promise<boolean> {
  return (await tx`SELECT 1 FROM clock_proofs WHERE day = ${day}`).length > 0
}
