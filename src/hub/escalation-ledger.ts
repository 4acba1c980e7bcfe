import type { Database } from '../db/client.ts'
import type { Subject } from './clock-subjects.ts'
import type { ClockName, Step } from './rungs.ts'

/** One line of what was tried: who was told of which rung, by which channel, and whether it arrived. Times epoch ms. */
export type LedgerLine = {
  readonly clock: ClockName
  readonly rung: number
  readonly step: Step
  readonly firedAtMs: number
  /** Absent: a list alone, or nobody was there. */
  readonly name?: string
  readonly state: 'waiting' | 'told' | 'delivered' | 'failed' | 'over' | 'listed' | 'nobody'
  readonly toldAtMs?: number
  readonly platform?: string
  readonly outboxKey?: string
}

export type EscalationLedger = {
  /** Oldest first, at most the newest `limit`. */
  ofSubject(subject: Subject, limit?: number): Promise<readonly LedgerLine[]>
}

type Row = { readonly [K in keyof LedgerLine]-?: Exclude<LedgerLine[K], undefined> | null }

/** What was tried on an item, for its cards and for return.status. */
export function escalationLedger({ sql }: Pick<Database, 'sql'>): EscalationLedger {
  return {
    ofSubject: async (subject, limit = 50) => {
      const rows = await sql<Row[]>`
        SELECT * FROM (
          SELECT e.id, e.clock, e.rung::int AS rung, e.step, round(extract(epoch FROM e.fired_at) * 1000)::float8 AS "firedAtMs",
            m.name, e.state, round(extract(epoch FROM e.told_at) * 1000)::float8 AS "toldAtMs", e.platform,
            e.outbox_key AS "outboxKey"
          FROM escalations e LEFT JOIN members m ON m.id = e.member_id
          WHERE e.subject = ${subject} ORDER BY e.id DESC LIMIT ${limit}
        ) newest ORDER BY id`
      return rows.map(lineOf)
    },
  }
}

function lineOf(row: Row & { readonly id?: unknown }): LedgerLine {
  const { id: _id, ...line } = row
  return Object.fromEntries(Object.entries(line).filter(([, value]) => value !== null)) as unknown as LedgerLine
}
