import type { Database } from '../db/client.ts'
import {
  behind,
  type Claimed,
  claimRow,
  type DeadLetter,
  type DueRow,
  dueRows,
  insertRows,
  listDead,
  retryLater,
  type Sql,
  toldToWait,
} from './outbox-sql.ts'
import { type Cipher, openJson } from './sealed-json.ts'

/** What must leave. `payload` is JSON and stored encrypted; `key` is unique for ever: the same key twice is one row. */
export type OutboxEntry = {
  readonly key: string
  /** Name in the task table of handlers/tasks.ts. */
  readonly task: string
  readonly payload: unknown
  /** Rows of one lane go in the order they were written, one at a time. */
  readonly lane?: string | undefined
  /** Held back this long from now, by the database's clock. */
  readonly delayMs?: number
}

export type OutboxRow = {
  readonly key: string
  readonly task: string
  readonly payload: unknown
  readonly lane: string | undefined
  /** 1 for the first try. Marks this claim: a failure reported for an older one changes nothing. */
  readonly attempt: number
}

export type OutboxClaim =
  | { readonly outcome: 'claimed'; readonly row: OutboxRow }
  /** It must not be carried out any more and is a dead letter now. */
  | {
      readonly outcome: 'buried'
      readonly task: string
      readonly lane: string | undefined
      readonly reason: string
    }
  /** Done, dead, not due, leased by somebody, or not the first of its lane. */
  | { readonly outcome: 'not-now' }

export type Outbox = {
  /** Writes the rows inside the caller's transaction. Wake the pump after its commit. */
  enqueue(tx: Sql, entries: readonly OutboxEntry[]): Promise<void>
  /** Rows that may be claimed now, at most `limit`; the newest few are always among them, however long the backlog. */
  due(limit: number): Promise<readonly DueRow[]>
  claim(key: string, leaseMs: number): Promise<OutboxClaim>
  /** False when the row is no longer ours: somebody else has claimed it. */
  extend(row: OutboxRow, leaseMs: number): Promise<boolean>
  done(row: OutboxRow, receipt?: Readonly<Record<string, string>>): Promise<void>
  /** Schedules the next try, or makes it a dead letter after the last. `reason` must be free of personal data. */
  fail(row: OutboxRow, failure: { readonly reason: string; readonly afterMs?: number }): Promise<'retry' | 'dead'>
  giveUp(row: OutboxRow, reason: string): Promise<void>
  /** What was said when it was carried out; undefined before that, and once the row is swept. */
  receiptOf(key: string): Promise<Readonly<Record<string, string>> | undefined>
  deadLetters(limit: number): Promise<readonly DeadLetter[]>
  /** Gives a dead letter its tries again. */
  replay(key: string): Promise<'replayed' | 'not-dead'>
  /** Rows of lanes with this prefix that wait for their next try are due now: what they failed at works again. */
  hurry(lanePrefix: string): Promise<number>
}

/** reliability.md "Figures to use": seconds to the next try; with the first that makes 8. */
const ladderSeconds = [5, 30, 120, 600, 1800, 7200, 18_000] as const
const jitter = 0.2

export type OutboxOptions = {
  /** By task: rows older than this are not carried out but listed as dead. */
  readonly maxAgeMs?: Readonly<Record<string, number>>
  /** 0 ≤ n < 1, for the jitter. */
  readonly random?: () => number
}

/**
 * The only way out of the hub. Due times and leases are the database's clock, so that processes whose clocks differ agree.
 */
export function outbox(
  { sql }: Pick<Database, 'sql'>,
  cipher: Cipher,
  { maxAgeMs = {}, random = Math.random }: OutboxOptions = {},
): Outbox {
  const bury = async (row: OutboxRow, reason: string) => {
    await sql`
      UPDATE outbox SET state = 'dead', leased_until = NULL, last_error = ${reason}, done_at = now()
      WHERE key = ${row.key} AND state = 'ready' AND attempts = ${row.attempt}`
  }
  return {
    enqueue: (tx, entries) => insertRows(tx, cipher, entries),
    due: (limit) => dueRows(sql, limit),
    claim: async (key, leaseMs) => {
      const found = await claimRow(sql, key, leaseMs)
      if (!found) return { outcome: 'not-now' }
      const { task, lane, attempt } = found
      const row = { key, task, lane: lane ?? undefined, attempt, payload: undefined }
      const fault = unsendable(found, maxAgeMs[task])
      if (fault !== undefined) {
        await bury(row, fault)
        return { outcome: 'buried', task, lane: row.lane, reason: fault }
      }
      return { outcome: 'claimed', row: { ...row, payload: openJson(cipher, found.payload) } }
    },
    extend: async ({ key, attempt }, leaseMs) => {
      const rows = await sql`
        UPDATE outbox SET leased_until = now() + ${leaseMs}::float8 * interval '1 ms'
        WHERE key = ${key} AND state = 'ready' AND attempts = ${attempt} RETURNING id`
      return rows.length === 1
    },
    // no fence: what was carried out is done, whoever holds the lease by now
    done: async ({ key }, receipt = {}) => {
      await sql`
        UPDATE outbox SET state = 'done', leased_until = NULL, last_error = NULL, done_at = now(),
          receipt = ${sql.json(receipt)}
        WHERE key = ${key} AND state = 'ready'`
    },
    fail: async (row, { reason, afterMs }) => {
      const seconds = ladderSeconds[row.attempt - 1]
      if (seconds === undefined) {
        await bury(row, reason)
        return 'dead'
      }
      const waitMs = Math.max(seconds * 1000 * (1 - jitter + 2 * jitter * random()), afterMs ?? 0)
      await retryLater(sql, row, waitMs, afterMs === undefined ? reason : `${toldToWait}${reason}`, maxAgeMs[row.task])
      return 'retry'
    },
    giveUp: bury,
    receiptOf: async (key) => {
      const [row] = await sql<{ receipt: Readonly<Record<string, string>> | null }[]>`
        SELECT receipt FROM outbox WHERE key = ${key} AND state = 'done'`
      return row?.receipt ?? undefined
    },
    deadLetters: (limit) => listDead(sql, limit),
    replay: async (key) => {
      const rows = await sql`
        UPDATE outbox SET state = 'ready', attempts = 0, due_at = now(), created_at = now(), done_at = NULL
        WHERE key = ${key} AND state = 'dead' RETURNING id`
      return rows.length === 1 ? 'replayed' : 'not-dead'
    },
    // the try is given back: being hurried must not use up a message's eight chances
    hurry: async (lanePrefix) => {
      const rows = await sql`
        UPDATE outbox SET due_at = now(), attempts = greatest(attempts - 1, 0)
        WHERE state = 'ready' AND starts_with(lane, ${lanePrefix}) AND due_at > now()
          AND (leased_until IS NULL OR leased_until <= now())
          AND (last_error = ${behind} OR attempts > 0 AND NOT starts_with(last_error, ${toldToWait}))
        RETURNING id`
      return rows.length
    },
  }
}

function unsendable({ attempt, ageMs }: Claimed, limitMs: number | undefined): string | undefined {
  if (limitMs !== undefined && ageMs > limitMs) return `older than ${Math.round(limitMs / 60_000)} min: not sent`
  // claimed again and again and never reported back: it ends the process that carries it out
  if (attempt > ladderSeconds.length + 1) return 'its process died at every try'
  return undefined
}
