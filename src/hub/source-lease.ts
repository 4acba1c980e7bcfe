import type { Database } from '../db/client.ts'
import { Unreachable } from '../runtime/errors.ts'

/** How long a process may read a list before another takes it over. */
export const leaseMs = 120_000
const leastBackOffMs = 5_000
const mostBackOffMs = 300_000

/** A list of a connector; a connector may have several. */
export type FeedName = { readonly connector: string; readonly feed: string }

/** What a process holds while it reads; failures are those in a row before. */
export type Cursor = FeedName & { readonly readToMs: number; readonly failures: number }

/** The list for this process alone, when it is due and nobody reads it. `firstMs`: where a new one begins. */
export async function leaseFeed(
  sql: Database['sql'],
  { connector, feed }: FeedName,
  firstMs: number,
): Promise<Cursor | undefined> {
  await sql`
    INSERT INTO source_cursors (connector, feed, read_to, due_at)
    VALUES (${connector}, ${feed}, to_timestamp(${firstMs}::float8 / 1000), now()) ON CONFLICT DO NOTHING`
  const [row] = await sql<{ readToMs: number; failures: number }[]>`
    UPDATE source_cursors SET leased_until = now() + ${leaseMs}::float8 * interval '1 ms'
    WHERE connector = ${connector} AND feed = ${feed} AND due_at <= now() AND (leased_until IS NULL OR leased_until <= now())
    RETURNING round(extract(epoch FROM read_to) * 1000)::float8 AS "readToMs", failures`
  return row && { connector, feed, ...row }
}

/** Gives it back, due again after so long. */
export async function releaseFeed(
  sql: Database['sql'],
  { connector, feed }: FeedName,
  { failures, dueInMs }: { readonly failures: number; readonly dueInMs: number },
): Promise<void> {
  await sql`
    UPDATE source_cursors SET leased_until = NULL, failures = ${failures}, due_at = now() + ${dueInMs}::float8 * interval '1 ms',
      ok_at = CASE WHEN ${failures} = 0 THEN now() ELSE ok_at END
    WHERE connector = ${connector} AND feed = ${feed}`
}

/** How long after so many failures in a row it is tried again: at least as long as the vendor said. */
export function backOffMs(failures: number, error: unknown): number {
  const named = error instanceof Unreachable ? (error.retryAfterMs ?? 0) : 0
  return Math.max(Math.min(leastBackOffMs * 2 ** (failures - 1), mostBackOffMs), named)
}
