import type postgres from 'postgres'
import type { Database } from '../db/client.ts'
import { type Cipher, sealJson } from './sealed-json.ts'

// The statements of outbox.ts that are longer than a line or two; it says what they mean.

export type Sql = postgres.ISql<{ bigint: bigint }>

/** `attempts`: claims so far, so that one look can tell a row it has seen from its next try. */
export type DueRow = { readonly key: string; readonly attempts: number }

/** A row that will not be sent. Never holds the payload. */
export type DeadLetter = {
  readonly key: string
  readonly task: string
  readonly lane: string | undefined
  readonly attempts: number
  readonly reason: string
  readonly createdAtMs: number
}

type NewRow = {
  readonly key: string
  readonly task: string
  readonly payload: unknown
  readonly lane?: string | undefined
  readonly delayMs?: number
}

/** The last try before a row gets too old is made this long before. */
const lastTryMs = 5_000
/** Only so many due rows are looked through for heads of lanes: a poll costs the same with a million rows waiting. */
const dueWindow = 1_000
const newestWindow = 200
/** Marks rows that wait because they were told to (rate limits): hurry leaves them alone. */
export const toldToWait = 'told to wait: '
/** Marks rows moved back because an earlier one of their lane has to be tried again. */
export const behind = 'behind an earlier one of its lane'

export async function insertRows(tx: Sql, cipher: Cipher, entries: readonly NewRow[]): Promise<void> {
  if (entries.length === 0) return
  await tx`
    INSERT INTO outbox (key, task, payload, lane, due_at)
    SELECT key, task, payload::jsonb, lane, now() + delay_ms * interval '1 ms'
    FROM unnest(${entries.map(({ key }) => key)}::text[], ${entries.map(({ task }) => task)}::text[],
      ${entries.map(({ payload }) => JSON.stringify(sealJson(cipher, payload)))}::text[],
      ${entries.map(({ lane }) => lane ?? null)}::text[], ${entries.map(({ delayMs }) => delayMs ?? 0)}::float8[])
      WITH ORDINALITY AS entry (key, task, payload, lane, delay_ms, n)
    ORDER BY n
    ON CONFLICT (key) DO NOTHING`
}

/**
 * Oldest first, and the newest few beside them: what somebody asked a moment ago does not wait for a backlog to drain.
 */
export async function dueRows(sql: Database['sql'], limit: number): Promise<readonly DueRow[]> {
  return sql<DueRow[]>`
    WITH oldest AS (
      SELECT * FROM outbox WHERE state = 'ready' AND due_at <= now() ORDER BY due_at LIMIT ${dueWindow}
    ), newest AS (
      SELECT * FROM outbox ORDER BY id DESC LIMIT ${newestWindow}
    ), candidate AS (
      SELECT id, key, attempts, lane, leased_until, row_number() OVER (ORDER BY due_at, id) AS place FROM oldest
      UNION ALL
      SELECT id, key, attempts, lane, leased_until, row_number() OVER (ORDER BY id DESC) FROM newest
      WHERE state = 'ready' AND due_at <= now()
    )
    SELECT key, attempts::int AS attempts FROM candidate c
    WHERE (leased_until IS NULL OR leased_until <= now())
      AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.lane = c.lane AND o.state = 'ready' AND o.id < c.id)
    GROUP BY id, key, attempts ORDER BY min(place), id LIMIT ${limit}`
}

export type Claimed = {
  readonly task: string
  readonly payload: unknown
  readonly lane: string | null
  readonly attempt: number
  readonly ageMs: number
}

export async function claimRow(sql: Database['sql'], key: string, leaseMs: number): Promise<Claimed | undefined> {
  const [row] = await sql<Claimed[]>`
    UPDATE outbox SET leased_until = now() + ${leaseMs}::float8 * interval '1 ms', attempts = attempts + 1
    WHERE id = (
      SELECT id FROM outbox o
      WHERE key = ${key} AND state = 'ready' AND due_at <= now() AND (leased_until IS NULL OR leased_until <= now())
        AND NOT EXISTS (
          SELECT 1 FROM outbox other
          WHERE other.lane = o.lane AND other.state = 'ready'
            AND (other.id < o.id OR (other.id > o.id AND other.leased_until > now())))
      FOR UPDATE SKIP LOCKED
    )
    RETURNING task, payload, lane, attempts::int AS attempt,
      (extract(epoch FROM now() - created_at) * 1000)::float8 AS "ageMs"`
  return row
}

/**
 * Sets the next try, and moves the rows behind it in the lane with it: they cannot go earlier, and would only fill the
 * window of due rows.
 */
export async function retryLater(
  sql: Database['sql'],
  { key, attempt }: { readonly key: string; readonly attempt: number },
  waitMs: number,
  reason: string,
  maxAge: number | undefined,
): Promise<void> {
  await sql`
    WITH failed AS (
      UPDATE outbox SET leased_until = NULL, last_error = ${reason},
        due_at = least(
          now() + ${waitMs}::float8 * interval '1 ms',
          CASE WHEN ${maxAge ?? null}::float8 IS NOT NULL THEN greatest(
            created_at + (${maxAge ?? null}::float8 - ${lastTryMs}::float8) * interval '1 ms',
            now() + ${lastTryMs}::float8 * interval '1 ms') END)
      WHERE key = ${key} AND state = 'ready' AND attempts = ${attempt}
      RETURNING id, lane, due_at
    )
    UPDATE outbox SET due_at = failed.due_at, last_error = ${behind} FROM failed
    WHERE outbox.lane = failed.lane AND outbox.id > failed.id AND outbox.state = 'ready' AND outbox.due_at < failed.due_at`
}

export async function listDead(sql: Database['sql'], limit: number): Promise<readonly DeadLetter[]> {
  const rows = await sql<(Omit<DeadLetter, 'lane'> & { readonly lane: string | null })[]>`
    SELECT key, task, lane, attempts::int AS attempts, coalesce(last_error, '') AS reason,
      round(extract(epoch FROM created_at) * 1000)::float8 AS "createdAtMs"
    FROM outbox WHERE state = 'dead' ORDER BY id DESC LIMIT ${limit}`
  return rows.map((row) => ({ ...row, lane: row.lane ?? undefined }))
}
