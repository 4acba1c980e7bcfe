import type { Database } from '../db/client.ts'
import { type DeskTime, deskNow } from './deadlines.ts'
import type { Outbox, OutboxEntry } from './outbox.ts'
import { type Receiver, receiversOf } from './staff.ts'
import type { ApprovalRole } from './write.ts'

/** A wait that is over while its level still waits. */
export type Reminder = {
  readonly id: string
  readonly returnId: string
  readonly orderId: string
  readonly role: ApprovalRole
  readonly dueAtMs?: number
  readonly fineAtMs: number
}

export type SnoozeParts = {
  readonly database: Pick<Database, 'sql'>
  readonly outbox: Pick<Outbox, 'enqueue'>
  readonly time: DeskTime
  readonly channels: readonly string[]
}

const fineMs = 72 * 3_600_000
const mostAtOnce = 50

/** Ends waits whose time has come, each once in whatever process; who asked is reminded. Returns how many messages that made. */
export function endSnoozes(
  { database: { sql }, outbox, time, channels }: SnoozeParts,
  tell: (reminder: Reminder, to: Receiver, atMs: number) => OutboxEntry,
): () => Promise<number> {
  return () =>
    sql.begin(async (tx) => {
      const nowMs = await deskNow(tx, time)
      const ended = await tx<{ id: string; memberId: string; returnId: string }[]>`
        UPDATE snoozes SET over = true WHERE id IN (
          SELECT id FROM snoozes WHERE NOT over AND until_at <= to_timestamp(${nowMs}::float8 / 1000)
          ORDER BY until_at LIMIT ${mostAtOnce} FOR UPDATE SKIP LOCKED)
        RETURNING id::text AS id, member_id AS "memberId", substr(subject, 8) AS "returnId"`
      let messages = 0
      for (const { id, memberId, returnId } of ended) {
        const [row] = await tx<{ orderId: string; role: ApprovalRole; dueAtMs: number | null; fineAtMs: number }[]>`
          SELECT r.order_id AS "orderId", a.role, round(extract(epoch FROM a.due_at) * 1000)::float8 AS "dueAtMs",
            round(extract(epoch FROM r.applied_at) * 1000)::float8 + ${fineMs}::float8 AS "fineAtMs"
          FROM returns r JOIN approval_levels a ON a.return_id = r.id AND a.state = 'pending'
          WHERE r.id = ${returnId} AND r.approval = 'pending'`
        const [to] = await receiversOf(tx, { memberIds: [memberId], platform: channels[0] ?? '', reachable: channels })
        if (row === undefined || to === undefined) continue
        const { dueAtMs, ...rest } = row
        await outbox.enqueue(tx, [tell({ id, returnId, ...rest, ...(dueAtMs !== null && { dueAtMs }) }, to, nowMs)])
        messages += 1
      }
      return messages
    })
}
