import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Ids } from '../runtime/ids.ts'
import type { Audit } from './audit.ts'
import type { Outbox, OutboxEntry } from './outbox.ts'
import { nameOf, type Receiver, receiversOf } from './staff.ts'
import { stageSql } from './stage-sql.ts'
import type { ApprovalRole, Sql } from './write.ts'

/** Something that waits for somebody: a return for its level or its money, an order for the warehouse. */
export type NudgeItem = { readonly kind: 'return' | 'order'; readonly id: string }

export type Waiting = {
  readonly item: NudgeItem
  readonly orderId: string
  /** decide: a level is open · refund: the goods are back, the money is not · ship: paid and not out. */
  readonly what: 'decide' | 'refund' | 'ship'
  readonly role: ApprovalRole
  readonly holder?: string
  readonly sinceMs?: number
  readonly dueAtMs?: number
  /** Reminders of this item so far, by role. */
  readonly counts: readonly { readonly role: string; readonly times: number }[]
  readonly last?: { readonly by: string; readonly atMs: number }
}

export type Nudged =
  | { readonly outcome: 'sent'; readonly waiting: Waiting; readonly to: readonly Receiver[]; readonly atMs: number }
  | { readonly outcome: 'too-soon'; readonly by: string; readonly atMs: number; readonly againAtMs: number }
  /** Done meanwhile: there is nobody to remind. */
  | { readonly outcome: 'nothing-waits' }

export type Nudges = {
  /** Who holds it, since when, and who reminded them last. Undefined: nothing waits. */
  look(item: NudgeItem): Promise<Waiting | undefined>
  /** Reminds the holder, or everybody of the role; once per 10 minutes and item, whoever asks. Wake the pump after it. */
  nudge(
    item: NudgeItem,
    by: { readonly memberId: string; readonly platform: string },
    tell: (nudge: {
      readonly id: string
      readonly waiting: Waiting
      readonly to: readonly Receiver[]
    }) => readonly OutboxEntry[],
  ): Promise<Nudged>
}

export type NudgesParts = {
  readonly database: Pick<Database, 'sql'>
  readonly outbox: Pick<Outbox, 'enqueue'>
  readonly audit: Pick<Audit, 'append'>
  readonly clock: Clock
  readonly ids: Ids
  readonly reachable: readonly string[]
}

/** Product row 89. */
const nudgeEveryMs = 600_000

export function nudges({ database: { sql }, outbox, audit, clock, ids, reachable }: NudgesParts): Nudges {
  return {
    look: async (item) => (await waitingOf(sql, item))?.waiting,
    nudge: (item, by, tell) =>
      sql.begin(async (tx): Promise<Nudged> => {
        const subject = subjectOf(item)
        // two people at once: the second waits here and then sees the first one's row
        await tx`SELECT pg_advisory_xact_lock(hashtextextended(${`nudge ${subject}`}, 0))`
        const nowMs = clock.nowMs()
        const found = await waitingOf(tx, item)
        if (found === undefined) return { outcome: 'nothing-waits' }
        const { waiting, holderId } = found
        const { last } = waiting
        if (last !== undefined && nowMs - last.atMs < nudgeEveryMs)
          return { outcome: 'too-soon', ...last, againAtMs: last.atMs + nudgeEveryMs }
        const id = ids.next('nd')
        await tx`
          INSERT INTO nudges (id, subject, role, by_member_id, to_member_id, at)
          VALUES (${id}, ${subject}, ${waiting.role}, ${by.memberId}, ${holderId}, to_timestamp(${nowMs}::float8 / 1000))`
        const one = holderId === null ? [] : await receivers(tx, { memberIds: [holderId] }, by.platform)
        // a holder who cannot be reached does not keep the others from hearing of it
        const to = one.length > 0 ? one : await receivers(tx, { roles: [waiting.role] }, by.platform)
        await outbox.enqueue(tx, tell({ id, waiting, to }))
        const detail = { role: waiting.role, to: to.map(({ memberId }) => memberId) }
        await audit.append(tx, { actor: by.memberId, action: 'approval.urge', subject, detail })
        return { outcome: 'sent', waiting, to, atMs: nowMs }
      }),
  }

  function receivers(tx: Sql, who: { roles?: readonly string[]; memberIds?: readonly string[] }, platform: string) {
    return receiversOf(tx, { ...who, platform, reachable })
  }
}

function subjectOf({ kind, id }: NudgeItem): string {
  return `${kind}:${id}`
}

type Holding = Pick<Waiting, 'orderId' | 'what' | 'role'> & {
  readonly holderId: string | null
  readonly sinceMs: number | null
  readonly dueAtMs: number | null
}

async function waitingOf(tx: Sql, item: NudgeItem): Promise<{ waiting: Waiting; holderId: string | null } | undefined> {
  const held = item.kind === 'return' ? await heldReturn(tx, item.id) : await heldOrder(tx, item.id)
  if (held === undefined) return undefined
  const { holderId, sinceMs, dueAtMs, ...rest } = held
  const subject = subjectOf(item)
  const counts = await tx<{ role: string; times: number }[]>`
    SELECT role, count(*)::int AS times FROM nudges WHERE subject = ${subject} AND role IS NOT NULL GROUP BY role ORDER BY role`
  const [last] = await tx<{ by: string; atMs: number }[]>`
    SELECT m.name AS by, round(extract(epoch FROM n.at) * 1000)::float8 AS "atMs"
    FROM nudges n JOIN members m ON m.id = n.by_member_id WHERE n.subject = ${subject} ORDER BY n.at DESC LIMIT 1`
  const holder = await nameOf(tx, holderId)
  const waiting = {
    item,
    ...rest,
    counts: [...counts],
    ...(holder !== undefined && { holder }),
    ...(sinceMs !== null && { sinceMs }),
    ...(dueAtMs !== null && { dueAtMs }),
    ...(last !== undefined && { last }),
  }
  return { waiting, holderId }
}

async function heldReturn(tx: Sql, returnId: string): Promise<Holding | undefined> {
  const [row] = await tx<Holding[]>`
    SELECT r.order_id AS "orderId", CASE WHEN r.approval = 'pending' THEN 'decide' ELSE 'refund' END AS what,
      CASE WHEN r.approval = 'pending' THEN a.role ELSE 'finance' END AS role, a.holder_id AS "holderId",
      round(extract(epoch FROM CASE WHEN r.approval = 'pending' THEN a.started_at ELSE r.received_at END) * 1000)::float8
        AS "sinceMs",
      round(extract(epoch FROM a.due_at) * 1000)::float8 AS "dueAtMs"
    FROM returns r LEFT JOIN approval_levels a ON a.return_id = r.id AND a.state = 'pending'
    WHERE r.id = ${returnId} AND r.closed_at IS NULL AND ((r.approval = 'pending' AND a.role IS NOT NULL)
      OR (r.approval = 'approved' AND r.received_at IS NOT NULL AND r.refunded_at IS NULL))
    ORDER BY a.level LIMIT 1`
  return row
}

const heldOrderText = `SELECT o.id AS "orderId", 'ship' AS what, 'warehouse' AS role, NULL AS "holderId",
    round(extract(epoch FROM o.paid_at) * 1000)::float8 AS "sinceMs",
    round(extract(epoch FROM o.promise_ship_at) * 1000)::float8 AS "dueAtMs"
  FROM orders o WHERE o.id = $1::text AND (${stageSql}) IN ('paid', 'part_shipped')`

async function heldOrder(tx: Sql, orderId: string): Promise<Holding | undefined> {
  const [row] = await tx.unsafe<Holding[]>(heldOrderText, [orderId], { prepare: true })
  return row
}
