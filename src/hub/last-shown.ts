import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'

const hours = 12

/** The open return whose card or alert this member was shown last, within half a day: what 「指派 小周」 without a number means. */
export function lastShown({ sql }: Pick<Database, 'sql'>, clock: Clock) {
  return async (memberId: string): Promise<string | undefined> => {
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
