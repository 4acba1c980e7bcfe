import type postgres from 'postgres'
import { errorFields } from '../runtime/log.ts'
import { idOf, running, type Subject } from './clock-subjects.ts'
import { deskNow } from './deadlines.ts'
import { type BundleRow, bundleOf, receiverOf, type TellParts, type Words } from './escalation-bundle.ts'
import type { ClockRules } from './rungs.ts'
import { phoneChannel } from './sms.ts'
import type { Receiver } from './staff.ts'
import { type Heard, sortOut } from './storm.ts'
import type { Sql } from './write.ts'

type Transaction = postgres.TransactionSql<{ bigint: bigint }>

const peopleAtOnce = 500
const rowsAtOnce = 5_000

/**
 * Tells people what fired: one message a person, written to the outbox in the transaction that marks the ledger. Returns how
 * many messages were written: wake the pump after it. Safe beside itself; a person whose message fails keeps nobody else
 * waiting.
 */
export async function tellDue(parts: TellParts, words: Words): Promise<number> {
  const { sql } = parts.database
  const nowMs = await deskNow(sql, parts.time)
  const people = await sql<{ memberId: string }[]>`
    SELECT DISTINCT member_id AS "memberId" FROM escalations
    WHERE state = 'waiting' AND not_before <= to_timestamp(${nowMs}::float8 / 1000) ORDER BY member_id LIMIT ${peopleAtOnce}`
  if (people.length === 0) return 0
  const rules = await parts.rules()
  let told = 0
  for (const { memberId } of people) {
    try {
      told += await sql.begin((tx) => tellOne(parts, tx, memberId, rules, words))
    } catch (error) {
      parts.log('error', 'somebody was not told what is overdue', { memberId, ...errorFields(error) })
    }
  }
  return told
}

async function tellOne(
  parts: TellParts,
  tx: Transaction,
  memberId: string,
  rules: ClockRules,
  words: Words,
): Promise<number> {
  // one teller a person: two would make two messages of one digest
  const [lock] = await tx<{ got: boolean }[]>`
    SELECT pg_try_advisory_xact_lock(hashtextextended(${`escalate ${memberId}`}, 0)) AS got`
  if (lock?.got !== true) return 0
  const nowMs = await deskNow(tx, parts.time)
  const rows = await stillRunning(tx, await waitingOf(tx, memberId, nowMs))
  const heard = await heardBy(tx, memberId, rows, rules, nowMs)
  const { send, wait } = sortOut(rows, heard, rules, nowMs)
  await postpone(tx, wait)
  if (send.length === 0) return 0
  const to = await receiverOf(tx, memberId, parts.channels, [])
  const ids = send.map(({ id }) => id)
  if (to === undefined) {
    await tx`UPDATE escalations SET state = 'failed' WHERE id = ANY(${ids}::bigint[]) AND state = 'waiting'`
    return 0
  }
  const key = `escalation:${ids[0]}`
  await parts.outbox.enqueue(tx, [words(await bundleOf(tx, { key, to, rows: send, rules, nowMs }))])
  const ring = to.platform === phoneChannel ? undefined : await ringing(parts, tx, memberId, send)
  const marked = await tx`
    UPDATE escalations SET state = 'told', told_at = to_timestamp(${nowMs}::float8 / 1000), platform = ${to.platform},
      outbox_key = ${key}, queued_at = now()
    WHERE id = ANY(${ids}::bigint[]) AND state = 'waiting'`
  if (marked.count !== ids.length) throw new Error(`${marked.count} of ${ids.length} rows of the ledger still waited`)
  if (ring === undefined) return 1
  const bundle = await bundleOf(tx, { key: `${key}:ring`, to: ring.to, rows: ring.rows, rules, nowMs })
  await parts.outbox.enqueue(tx, [words({ ...bundle, ring: true })])
  await markRung(tx, ring, bundle.key)
  return 2
}

type Ring = { readonly to: Receiver; readonly rows: readonly BundleRow[] }

/** What is close to the fine line rings the director's phone besides, at any hour; nothing where no phone can be rung. */
async function ringing(
  { channels }: TellParts,
  tx: Sql,
  memberId: string,
  send: readonly BundleRow[],
): Promise<Ring | undefined> {
  const rows = send.filter(({ urgent, step }) => urgent && step === 'director')
  if (rows.length === 0 || !channels.includes(phoneChannel)) return undefined
  const to = await receiverOf(tx, memberId, [phoneChannel], [])
  return to === undefined ? undefined : { to, rows }
}

/** A line of its own in the ledger, so that a phone that was not reached is seen and the next channel tried. */
async function markRung(tx: Sql, { rows }: Ring, key: string): Promise<void> {
  await tx`
    INSERT INTO escalations (deadline_id, subject, clock, rung, step, basis_at, due_at, fired_at, member_id, urgent, state,
      not_before, told_at, platform, outbox_key, queued_at, attempt)
    SELECT deadline_id, subject, clock, rung, step, basis_at, due_at, fired_at, member_id, urgent, 'told', not_before, told_at,
      ${phoneChannel}, ${key}, queued_at, attempt
    FROM escalations WHERE id = ANY(${rows.map(({ id }) => id)}::bigint[]) ORDER BY id`
}

async function waitingOf(tx: Sql, memberId: string, nowMs: number): Promise<readonly BundleRow[]> {
  return tx<BundleRow[]>`
    SELECT id::text AS id, subject, clock, step, urgent, round(extract(epoch FROM basis_at) * 1000)::float8 AS "basisMs",
      round(extract(epoch FROM due_at) * 1000)::float8 AS "dueMs"
    FROM escalations
    WHERE member_id = ${memberId} AND state = 'waiting' AND not_before <= to_timestamp(${nowMs}::float8 / 1000)
    ORDER BY escalations.id LIMIT ${rowsAtOnce}`
}

/** What was done while it waited for the morning is told to nobody. */
async function stillRunning(tx: Sql, rows: readonly BundleRow[]): Promise<readonly BundleRow[]> {
  const kept: BundleRow[] = []
  const over: string[] = []
  for (const clock of new Set(rows.map((row) => row.clock))) {
    const own = rows.filter((row) => row.clock === clock)
    const runs = await running(tx, clock, [...new Set(own.map(({ subject }) => subject))])
    for (const row of own) {
      if (runs.get(row.subject)?.basisMs === row.basisMs) kept.push(row)
      else over.push(row.id)
    }
  }
  if (over.length > 0)
    await tx`UPDATE escalations SET state = 'over' WHERE id = ANY(${over}::bigint[]) AND state = 'waiting'`
  return kept
}

/** The window reaches a little ahead as well: a clock that was set back does not forget what it said. */
async function heardBy(
  tx: Sql,
  memberId: string,
  rows: readonly BundleRow[],
  rules: ClockRules,
  nowMs: number,
): Promise<Heard> {
  const pauseMs = rules.itemPauseMinutes * 60_000
  const subjects = [...new Set(rows.map(({ subject }) => subject))]
  const between = (backMs: number) =>
    tx`BETWEEN to_timestamp(${nowMs - backMs}::float8 / 1000) AND to_timestamp(${nowMs + pauseMs}::float8 / 1000)`
  const messages = await tx<{ atMs: number }[]>`
    SELECT DISTINCT round(extract(epoch FROM told_at) * 1000)::float8 AS "atMs" FROM escalations
    WHERE member_id = ${memberId} AND told_at ${between(3_600_000)}`
  const told = await tx<{ subject: Subject; atMs: number }[]>`
    SELECT subject, max(round(extract(epoch FROM told_at) * 1000))::float8 AS "atMs" FROM escalations
    WHERE member_id = ${memberId} AND told_at ${between(pauseMs)} AND subject = ANY(${subjects}::text[]) GROUP BY subject`
  const urged = await tx<{ subject: Subject; atMs: number }[]>`
    SELECT subject, max(round(extract(epoch FROM at) * 1000))::float8 AS "atMs" FROM nudges
    WHERE subject = ANY(${subjects}::text[]) AND at ${between(pauseMs)} AND (to_member_id IS NULL OR to_member_id = ${memberId})
    GROUP BY subject`
  const held = await tx<{ subject: Subject; untilMs: number }[]>`
    SELECT subject, max(round(extract(epoch FROM until_at) * 1000))::float8 AS "untilMs" FROM (
      SELECT 'return:' || return_id AS subject, claimed_at + ${rules.ackMinutes}::float8 * interval '1 minute' AS until_at
      FROM approval_levels
      WHERE return_id = ANY(${subjects.map(idOf)}::text[]) AND state = 'pending' AND claimed_at IS NOT NULL
      UNION ALL
      SELECT subject, until_at FROM snoozes WHERE subject = ANY(${subjects}::text[]) AND member_id = ${memberId} AND NOT over
    ) h GROUP BY subject`
  return {
    heldUntilMs: new Map(held.map(({ subject, untilMs }) => [subject, untilMs])),
    messagesAtMs: messages.map(({ atMs }) => atMs),
    toldAtMs: new Map(told.map(({ subject, atMs }) => [subject, atMs])),
    urgedAtMs: new Map(urged.map(({ subject, atMs }) => [subject, atMs])),
  }
}

async function postpone(
  tx: Sql,
  wait: readonly { readonly row: BundleRow; readonly untilMs: number }[],
): Promise<void> {
  if (wait.length === 0) return
  await tx`
    UPDATE escalations SET not_before = to_timestamp(given.until_ms / 1000)
    FROM unnest(${wait.map(({ row }) => row.id)}::text[], ${wait.map(({ untilMs }) => untilMs)}::float8[]) AS given (id, until_ms)
    WHERE escalations.id = given.id::bigint AND state = 'waiting'`
}
