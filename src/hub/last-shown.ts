import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'

const hours = 12

/**
 * The return that a line without a number means: `looked`, which was asked about last, while it waits for a decision; else the one
 * whose card or alert this member was shown last, within half a day.
 */
export function lastShown({ sql }: Pick<Database, 'sql'>, clock: Clock) {
  return async (memberId: string, looked?: string): Promise<string | undefined> => {
    const [waits] =
      looked === undefined ? [] : await sql`SELECT 1 FROM returns WHERE id = ${looked} AND approval = 'pending'`
    if (waits !== undefined) return looked
    const since = clock.nowMs() - hours * 3_600_000
    const [row] = await sql<{ id: string }[]>`
      SELECT substr(s.subject, 8) AS id FROM (
        SELECT subject, shown_at AS at FROM card_copies
        WHERE member_id = ${memberId} AND kind = 'approval' AND state = 'open' AND shown_at > to_timestamp(${since}::float8 / 1000)
        UNION ALL
        SELECT subject, told_at FROM escalations
        WHERE member_id = ${memberId} AND subject LIKE 'return:%' AND told_at > to_timestamp(${since}::float8 / 1000)
      ) s JOIN returns r ON r.id = substr(s.subject, 8) AND r.approval = 'pending'
      ORDER BY s.at DESC LIMIT 1`
    return row?.id
  }
}
