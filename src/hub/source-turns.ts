import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import { BadPayload, PlatformRefused, Unreachable } from '../runtime/errors.ts'

/** One process's turn at reading one list of a connector. */
export type Turn = { readonly readToMs: number; readonly failures: number; readonly first: boolean }

export type SourceTurns = {
  /** When it is due and nobody else reads it; a new list begins at `startMs`. The turn ends by itself after two minutes. */
  take(connector: string, feed: string, startMs: number): Promise<Turn | undefined>
  /** The list is in up to `toMs`; false when somebody else went on with it. Keeps the turn. */
  moved(connector: string, feed: string, fromMs: number, toMs: number): Promise<boolean>
  done(connector: string, feed: string, dueInMs: number): Promise<void>
  /** Ends the turn, due again after 5 s, doubling to `mostMs`, or when the source wants to be asked again. */
  failed(connector: string, feed: string, turn: Turn, error: unknown, mostMs: number): Promise<void>
  /** All lists of it are due at once, unless they are being read. */
  hurry(connector: string): Promise<void>
  /** Due at once where the last reading failed. */
  hurryFailed(connector: string, feed: string): Promise<void>
}

const leaseMs = 120_000
const leastBackOffMs = 5_000

/** Who reads what and how far, in source_cursors: the base of feeds that are read on a timer. */
export function sourceTurns({ sql }: Pick<Database, 'sql'>): SourceTurns {
  const release = (connector: string, feed: string, failures: number, dueInMs: number) => sql`
    UPDATE source_cursors SET leased_until = NULL, failures = ${failures}, due_at = now() + ${dueInMs}::float8 * interval '1 ms',
      ok_at = CASE WHEN ${failures} = 0 THEN now() ELSE ok_at END
    WHERE connector = ${connector} AND feed = ${feed}`
  return {
    take: async (connector, feed, startMs) => {
      await sql`
        INSERT INTO source_cursors (connector, feed, read_to, due_at)
        VALUES (${connector}, ${feed}, to_timestamp(${startMs}::float8 / 1000), now()) ON CONFLICT DO NOTHING`
      const [row] = await sql<Turn[]>`
        UPDATE source_cursors SET leased_until = now() + ${leaseMs}::float8 * interval '1 ms'
        WHERE connector = ${connector} AND feed = ${feed} AND due_at <= now() AND (leased_until IS NULL OR leased_until <= now())
        RETURNING round(extract(epoch FROM read_to) * 1000)::float8 AS "readToMs", failures, ok_at IS NULL AS first`
      return row
    },
    moved: async (connector, feed, fromMs, toMs) => {
      const rows = await sql`
        UPDATE source_cursors SET read_to = to_timestamp(${toMs}::float8 / 1000), leased_until = now() + ${leaseMs}::float8 * interval '1 ms'
        WHERE connector = ${connector} AND feed = ${feed} AND read_to = to_timestamp(${fromMs}::float8 / 1000)`
      return rows.count === 1
    },
    done: async (connector, feed, dueInMs) => {
      await release(connector, feed, 0, dueInMs)
    },
    failed: async (connector, feed, turn, error, mostMs) => {
      const wantedMs = error instanceof Unreachable ? (error.retryAfterMs ?? 0) : 0
      const waitMs = Math.max(Math.min(leastBackOffMs * 2 ** Math.min(turn.failures, 20), mostMs), wantedMs)
      await release(connector, feed, turn.failures + 1, waitMs)
    },
    hurry: async (connector) => {
      await sql`UPDATE source_cursors SET due_at = now() WHERE connector = ${connector} AND due_at > now()`
    },
    hurryFailed: async (connector, feed) => {
      await sql`
        UPDATE source_cursors SET due_at = now()
        WHERE connector = ${connector} AND feed = ${feed} AND failures > 0 AND due_at > now()`
    },
  }
}

/** For the table of sources and for people: a code, never a body. */
export function problemOf(error: unknown): string {
  if (error instanceof PlatformRefused) return `refused${error.vendorCode === undefined ? '' : ` ${error.vendorCode}`}`
  if (error instanceof BadPayload) return 'answer of another shape'
  return error instanceof Unreachable ? 'no answer' : 'failed'
}

/** Waits for all of them, but no longer than `withinMs`; what comes later goes on by itself. */
export async function within(clock: Clock, withinMs: number, all: readonly Promise<unknown>[]): Promise<void> {
  const enough = new AbortController()
  await Promise.race([Promise.allSettled(all), clock.sleep(withinMs, enough.signal)])
  enough.abort()
}
