import type { Database } from '../db/client.ts'
import type { Log } from '../runtime/log.ts'
import type { DeskTime } from './deadlines.ts'
import { aboutSubjects, type EscalatedItem } from './escalation-facts.ts'
import type { Outbox, OutboxEntry } from './outbox.ts'
import type { ClockName, ClockRules } from './rungs.ts'
import { phoneChannel } from './sms.ts'
import type { Receiver } from './staff.ts'
import type { Waiting } from './storm.ts'
import type { Sql } from './write.ts'

/** One message to one person: a single item, or several in one. */
export type Bundle = {
  /** Unique for ever: the key of the message. */
  readonly key: string
  readonly to: Receiver
  /** The most urgent first; of several more than these the message only says how many. */
  readonly items: readonly EscalatedItem[]
  readonly total: number
  readonly counts: readonly { readonly clock: ClockName; readonly count: number }[]
  readonly nowMs: number
  /** The phone shall ring: it stands close to the fine line. Only by way of the phone. */
  readonly ring?: true
}

export type TellParts = {
  readonly database: Pick<Database, 'sql'>
  readonly time: DeskTime
  readonly rules: () => Promise<ClockRules>
  readonly outbox: Pick<Outbox, 'enqueue'>
  readonly log: Log
  /** Platforms by which people are told, the first one first. */
  readonly channels: readonly string[]
}

/** The message of a bundle; made by handlers. */
export type Words = (bundle: Bundle) => OutboxEntry

/** A row of the ledger that becomes part of a message. */
export type BundleRow = Waiting & {
  readonly clock: ClockName
  readonly basisMs: number
  readonly dueMs: number
}

/** Lines of a card. */
const itemsShown = 8

/** The person on the first channel where they have an account, or a phone, and were not tried. */
export async function receiverOf(
  tx: Sql,
  memberId: string,
  channels: readonly string[],
  tried: readonly string[],
): Promise<Receiver | undefined> {
  const [row] = await tx<Receiver[]>`
    SELECT m.id AS "memberId", m.name, a.platform, a.user_id AS "userId"
    FROM members m CROSS JOIN LATERAL (
      SELECT platform, user_id FROM member_accounts WHERE member_id = m.id
      UNION ALL SELECT ${phoneChannel}, m.id WHERE m.phone_enc IS NOT NULL
    ) a
    WHERE m.id = ${memberId} AND m.active AND a.platform = ANY(${[...channels]}::text[]) AND a.platform <> ALL(${[...tried]}::text[])
    ORDER BY array_position(${[...channels]}::text[], a.platform), a.user_id LIMIT 1`
  return row
}

type Bundling = Pick<Bundle, 'key' | 'to' | 'nowMs'> & {
  readonly rows: readonly BundleRow[]
  readonly rules: ClockRules
}

/** What the platform fines outranks a level. */
const weightOf = ({ clock, step }: Pick<BundleRow, 'clock' | 'step'>): number =>
  clock === 'fine' ? 2 : clock === 'return_total' && step !== 'nudge' ? 1 : 0

/** Of one subject the weightiest rung speaks, of equals the newest. */
export async function bundleOf(tx: Sql, { key, to, nowMs, rows, rules }: Bundling): Promise<Bundle> {
  const newest = [
    ...new Map(rows.toSorted((a, b) => weightOf(a) - weightOf(b)).map((row) => [row.subject, row])).values(),
  ]
  newest.sort((a, b) => Number(b.urgent) - Number(a.urgent) || weightOf(b) - weightOf(a) || a.dueMs - b.dueMs)
  const shown = newest.slice(0, itemsShown)
  const about = await aboutSubjects(
    tx,
    shown.map(({ subject }) => subject),
    rules,
  )
  const items = shown.flatMap(({ subject, clock, step, urgent, basisMs, dueMs }): EscalatedItem[] => {
    const facts = about.get(subject)
    return facts === undefined ? [] : [{ clock, step, urgent, sinceMs: basisMs, dueMs, about: facts }]
  })
  const counts = [...new Set(newest.map(({ clock }) => clock))].map((clock) => ({
    clock,
    count: newest.filter((row) => row.clock === clock).length,
  }))
  return { key, to, nowMs, items, total: newest.length, counts: counts.sort((a, b) => b.count - a.count) }
}
