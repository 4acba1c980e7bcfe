import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Audit } from './audit.ts'
import { returnSubject } from './clock-subjects.ts'
import { aboutSubjects, type EscalatedItem } from './escalation-facts.ts'
import type { PersonalData } from './personal.ts'
import type { ClockName, ClockRules } from './rungs.ts'

export type HolderPhone =
  | { readonly outcome: 'phone'; readonly name: string; readonly phone: string }
  | { readonly outcome: 'no-phone'; readonly name: string }
  /** The level is nobody's yet. */
  | { readonly outcome: 'no-holder' }
  | { readonly outcome: 'gone' }

export type OverdueNow = {
  /** The return as its alert would say it at this moment; undefined once it is decided. */
  ofReturn(returnId: string): Promise<EscalatedItem | undefined>
  /** The number of whoever has to decide it. Writes down who has seen it. */
  phoneOfHolder(returnId: string, byMemberId: string): Promise<HolderPhone>
}

type Parts = {
  readonly database: Pick<Database, 'sql'>
  readonly personal: Pick<PersonalData, 'open'>
  readonly audit: Pick<Audit, 'append'>
  readonly clock: Clock
  readonly rules: () => Promise<ClockRules>
}

/** What the director opens from a digest, and whom they can call about it. */
export function overdueNow({ database: { sql }, personal, audit, clock, rules }: Parts): OverdueNow {
  return {
    ofReturn: async (returnId) => {
      const [row] = await sql<{ level: number | null; startedMs: number | null }[]>`
        SELECT a.level, round(extract(epoch FROM a.started_at) * 1000)::float8 AS "startedMs"
        FROM returns r LEFT JOIN approval_levels a ON a.return_id = r.id AND a.state = 'pending'
        WHERE r.id = ${returnId} AND r.approval = 'pending' ORDER BY a.level LIMIT 1`
      if (row === undefined) return undefined
      const subject = returnSubject(returnId)
      const about = (await aboutSubjects(sql, [subject], await rules())).get(subject)
      if (about?.kind !== 'return') return undefined
      const nowMs = clock.nowMs()
      const whole = nowMs >= about.wholeDueAtMs || row.level === null
      const level = whole ? 'return_total' : (`l${row.level}` as ClockName)
      const dueMs = whole ? about.wholeDueAtMs : (about.level?.dueAtMs ?? about.wholeDueAtMs)
      const sinceMs = whole ? about.appliedAtMs : (row.startedMs ?? about.appliedAtMs)
      return { clock: level, step: 'director', urgent: false, sinceMs, dueMs, about }
    },
    phoneOfHolder: (returnId, byMemberId) =>
      sql.begin(async (tx): Promise<HolderPhone> => {
        const [row] = await tx<{ id: string | null; name: string | null; phone: Uint8Array | null }[]>`
          SELECT m.id, m.name, m.phone_enc AS phone FROM approval_levels a LEFT JOIN members m ON m.id = a.holder_id
          WHERE a.return_id = ${returnId} AND a.state = 'pending' ORDER BY a.level LIMIT 1`
        if (row === undefined) return { outcome: 'gone' }
        if (row.id === null || row.name === null) return { outcome: 'no-holder' }
        if (row.phone === null) return { outcome: 'no-phone', name: row.name }
        const phone = personal.open(row.phone, 'phone')
        const subject = returnSubject(returnId)
        await audit.append(tx, { actor: byMemberId, action: 'member.phone', subject, detail: { of: row.id } })
        return { outcome: 'phone', name: row.name, phone }
      }),
  }
}
