import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import { rolesOf } from './staff.ts'
import { standsInFor } from './stand-ins.ts'

export type Held =
  | { readonly outcome: 'held'; readonly untilMs: number; readonly fineAtMs: number }
  | { readonly outcome: 'over' }
  | { readonly outcome: 'not-yours' }

export type HoldLevel = (hold: {
  readonly returnId: string
  readonly memberId: string
  readonly minutes: number
}) => Promise<Held>

const minuteMs = 60_000
/** Product §2.9: the platform fines so long after the application. */
const fineMs = 72 * 60 * minuteMs

/** No nudges of this return to this person until then; its limits run on, and the wait never passes the fine line (row 80). */
export function holdLevel({ sql }: Pick<Database, 'sql'>, clock: Clock): HoldLevel {
  return ({ returnId, memberId, minutes }) =>
    sql.begin(async (tx): Promise<Held> => {
      const [row] = await tx<{ role: string; fineAtMs: number }[]>`
        SELECT a.role, (extract(epoch FROM r.applied_at) * 1000)::float8 + ${fineMs}::float8 AS "fineAtMs"
        FROM returns r JOIN approval_levels a ON a.return_id = r.id AND a.state = 'pending'
        WHERE r.id = ${returnId} AND r.approval = 'pending'`
      if (row === undefined) return { outcome: 'over' }
      const roles = await rolesOf(tx, memberId)
      const nowMs = clock.nowMs()
      const lent = (await standsInFor(tx, memberId, nowMs)).flatMap((one) => one.roles)
      if (![...roles, ...lent].includes(row.role) && !roles.includes('director')) return { outcome: 'not-yours' }
      const untilMs = Math.min(nowMs + minutes * minuteMs, row.fineAtMs)
      const subject = `return:${returnId}`
      await tx`UPDATE snoozes SET over = true WHERE subject = ${subject} AND member_id = ${memberId} AND NOT over`
      if (untilMs > nowMs)
        await tx`INSERT INTO snoozes (subject, member_id, at, until_at) VALUES (${subject}, ${memberId},
          to_timestamp(${nowMs}::float8 / 1000), to_timestamp(${untilMs}::float8 / 1000))`
      return { outcome: 'held', untilMs, fineAtMs: row.fineAtMs }
    })
}
