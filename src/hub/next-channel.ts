import type postgres from 'postgres'
import { errorFields } from '../runtime/log.ts'
import { deskNow } from './deadlines.ts'
import { type BundleRow, bundleOf, receiverOf, type TellParts, type Words } from './escalation-bundle.ts'
import type { ClockRules } from './rungs.ts'

type Transaction = postgres.TransactionSql<{ bigint: bigint }>

/** A channel that has not taken a message for so long is left for the next one. Real time. */
const patienceMs = 60_000
const messagesAtOnce = 500

type Sent = {
  readonly key: string
  readonly memberId: string
  readonly ids: readonly string[]
  readonly delivered: boolean
  readonly attempt: number
}

/**
 * Looks after what was told: delivered when the outbox says so; a message that is dead, or waits for more than a minute, goes
 * by the person's next channel. Returns how many were sent anew and how many have no channel left.
 */
export async function followUp(
  parts: TellParts,
  words: Words,
): Promise<{ readonly again: number; readonly failed: number }> {
  const { sql } = parts.database
  const sent = await sql<Sent[]>`
    SELECT e.outbox_key AS key, e.member_id AS "memberId", array_agg(e.id::text ORDER BY e.id) AS ids,
      bool_and(o.state IS NULL OR o.state = 'done') AS delivered, max(e.attempt) AS attempt
    FROM escalations e LEFT JOIN outbox o ON o.key = e.outbox_key
    WHERE e.state = 'told' AND (o.state IS DISTINCT FROM 'ready' OR e.queued_at <= now() - ${patienceMs}::float8 * interval '1 ms')
    GROUP BY e.outbox_key, e.member_id LIMIT ${messagesAtOnce}`
  const arrived = sent.filter(({ delivered }) => delivered).flatMap(({ ids }) => ids)
  if (arrived.length > 0)
    await sql`UPDATE escalations SET state = 'delivered' WHERE id = ANY(${arrived}::bigint[]) AND state = 'told'`
  const done = { again: 0, failed: 0 }
  for (const message of sent) {
    if (message.delivered) continue
    const { key, memberId } = message
    try {
      const outcome = await sql.begin(async (tx) => nextChannel(parts, tx, message, await parts.rules(), words))
      if (outcome !== 'taken') done[outcome] += 1
      if (outcome === 'failed')
        parts.log('error', 'a message about something overdue reached nobody', { key, memberId })
    } catch (error) {
      parts.log('error', 'a message was not sent by its next channel', { key, memberId, ...errorFields(error) })
    }
  }
  return done
}

async function nextChannel(
  parts: TellParts,
  tx: Transaction,
  { key: oldKey, memberId, ids, attempt }: Sent,
  rules: ClockRules,
  words: Words,
): Promise<'again' | 'failed' | 'taken'> {
  const failed = await tx`
    UPDATE escalations SET state = 'failed' WHERE id = ANY(${[...ids]}::bigint[]) AND state = 'told' RETURNING platform`
  if (failed.count !== ids.length) return 'taken'
  const nowMs = await deskNow(tx, parts.time)
  const tried = await tx<{ platform: string }[]>`
    SELECT DISTINCT t.platform FROM escalations e JOIN escalations t
      ON t.subject = e.subject AND t.deadline_id = e.deadline_id AND t.fired_at = e.fired_at AND t.member_id = e.member_id
    WHERE e.id = ANY(${[...ids]}::bigint[]) AND t.platform IS NOT NULL`
  const to = await receiverOf(
    tx,
    memberId,
    parts.channels,
    tried.map(({ platform }) => platform),
  )
  if (to === undefined) return 'failed'
  const key = `${oldKey.replace(/#\d+$/, '')}#${attempt + 1}`
  const rows = await tx<BundleRow[]>`
    INSERT INTO escalations (deadline_id, subject, clock, rung, step, basis_at, due_at, fired_at, member_id, urgent, state,
      not_before, told_at, platform, outbox_key, queued_at, attempt)
    SELECT deadline_id, subject, clock, rung, step, basis_at, due_at, fired_at, member_id, urgent, 'told',
      not_before, to_timestamp(${nowMs}::float8 / 1000), ${to.platform}, ${key}, now(), attempt + 1
    FROM escalations WHERE id = ANY(${[...ids]}::bigint[]) ORDER BY id
    RETURNING id::text AS id, subject, clock, step, urgent, round(extract(epoch FROM basis_at) * 1000)::float8 AS "basisMs",
      round(extract(epoch FROM due_at) * 1000)::float8 AS "dueMs"`
  await parts.outbox.enqueue(tx, [words(await bundleOf(tx, { key, to, rows, rules, nowMs }))])
  return 'again'
}
