import type { Database } from '../db/client.ts'
import { limits } from './alert-sql.ts'
import type { Channel } from './order-facts.ts'

/** red: due within 5 minutes or overdue · yellow: less than a quarter of its limit left · green: the rest. */
export type Urgency = 'red' | 'yellow' | 'green'

/** A return that waits for this member's decision. Times epoch ms. */
export type TodoItem = {
  readonly returnId: string
  readonly orderId: string
  readonly channel: Channel
  readonly orderNo: string
  readonly role: 'cs_lead' | 'warehouse' | 'finance'
  readonly reason: string
  readonly refundFen?: bigint
  readonly appliedAtMs: number
  readonly dueAtMs?: number
  readonly urgency: Urgency
  /** Whose it is by name; undefined when it is anybody's of the role. */
  readonly holder?: string
}

/** Most urgent first. The counts are of all, `items` holds the first of them. */
export type Todo = {
  readonly items: readonly TodoItem[]
  readonly counts: Readonly<Record<Urgency, number>>
}

/** A return this member applied for that others have to decide. */
export type OwnReturn = {
  readonly returnId: string
  readonly orderId: string
  readonly channel: Channel
  readonly role?: string
  readonly holder?: string
  readonly dueAtMs?: number
}

/** A question that a colleague handed to this member or role. */
export type HandedOver = {
  readonly atMs: number
  readonly from: string
  readonly question: string
  readonly orderId?: string
}

export type TodoLookup = {
  /** What waits for a decision of one of these roles: the member's own and what nobody holds. */
  approvals(
    member: { readonly id: string; readonly roles: readonly string[] },
    nowMs: number,
    limit: number,
  ): Promise<Todo>
  /** What is undecided a day after it was applied for, whoever holds it: the director's (product §2.5). */
  escalated(nowMs: number, limit: number): Promise<Todo>
  ownReturns(memberId: string, limit: number): Promise<{ readonly items: readonly OwnReturn[]; readonly total: number }>
  /** Handed over within the last day and not withdrawn, newest first. */
  handedOver(
    member: { readonly id: string; readonly roles: readonly string[] },
    nowMs: number,
    limit: number,
  ): Promise<readonly HandedOver[]>
}

const redMs = 5 * 60_000
const dayMs = 86_400_000

/** How urgent a limit is. Without a limit nothing is known to be urgent. */
export function urgencyOf(startedAtMs: number | undefined, dueAtMs: number | undefined, nowMs: number): Urgency {
  if (dueAtMs === undefined) return 'green'
  const left = dueAtMs - nowMs
  if (left < redMs) return 'red'
  return startedAtMs !== undefined && left < (dueAtMs - startedAtMs) / 4 ? 'yellow' : 'green'
}

type Row = Omit<TodoItem, 'urgency' | 'refundFen' | 'dueAtMs' | 'holder'> & {
  readonly refundFen: bigint | null
  readonly startedAtMs: number | null
  readonly dueAtMs: number | null
  readonly holder: string | null
}

/** What waits for whom. Pending levels are few, and they have an index of their own. */
export function todoLookup({ sql }: Pick<Database, 'sql'>): TodoLookup {
  const ms = (column: string) => sql.unsafe(`round(extract(epoch FROM ${column}) * 1000)::float8`)
  const columns = sql`a.return_id AS "returnId", r.order_id AS "orderId", o.channel, o.order_no AS "orderNo", a.role, r.reason,
    r.refund_fen AS "refundFen", ${ms('r.applied_at')} AS "appliedAtMs", ${ms('a.started_at')} AS "startedAtMs",
    ${ms('a.due_at')} AS "dueAtMs", m.name AS holder`
  const from = sql`approval_levels a JOIN returns r ON r.id = a.return_id JOIN orders o ON o.id = r.order_id
    LEFT JOIN members m ON m.id = a.holder_id`
  return {
    approvals: async ({ id, roles }, nowMs, limit) =>
      todoOf(
        await sql<Row[]>`SELECT ${columns} FROM ${from}
          WHERE a.state = 'pending' AND r.approval = 'pending'
            AND (a.role = ANY(${[...roles]}::text[]) AND (a.holder_id IS NULL OR a.holder_id = ${id}) OR EXISTS (
              SELECT 1 FROM delegations d JOIN member_roles l ON l.member_id = d.from_member AND l.role = a.role
              WHERE d.to_member = ${id} AND d.revoked_at IS NULL AND d.starts_at <= to_timestamp(${nowMs}::float8 / 1000)
                AND d.ends_at > to_timestamp(${nowMs}::float8 / 1000) AND (a.holder_id IS NULL OR a.holder_id = d.from_member)))
          ORDER BY a.due_at, a.return_id LIMIT 2000`,
        nowMs,
        limit,
      ),
    escalated: async (nowMs, limit) =>
      todoOf(
        await sql<Row[]>`SELECT ${columns} FROM ${from}
          WHERE a.state = 'pending' AND r.approval = 'pending'
            AND r.applied_at < to_timestamp(${nowMs - limits.wholeReturnMs}::float8 / 1000)
          ORDER BY a.due_at, a.return_id LIMIT 2000`,
        nowMs,
        limit,
      ),
    ownReturns: async (memberId, limit) => {
      const rows = await sql<(OwnReturn & { total: number })[]>`
        SELECT r.id AS "returnId", r.order_id AS "orderId", o.channel, a.role, m.name AS holder, ${ms('a.due_at')} AS "dueAtMs",
          (count(*) OVER ())::int AS total
        FROM returns r JOIN orders o ON o.id = r.order_id LEFT JOIN LATERAL (
          SELECT l.* FROM approval_levels l WHERE l.return_id = r.id AND l.state = 'pending' ORDER BY l.level LIMIT 1
        ) a ON true LEFT JOIN members m ON m.id = a.holder_id
        WHERE r.approval = 'pending' AND r.applied_by = ${memberId} ORDER BY r.applied_at DESC, r.id LIMIT ${limit}`
      return { items: rows.map(({ total: _total, ...row }) => known(row)), total: rows[0]?.total ?? 0 }
    },
    handedOver: async ({ id, roles }, nowMs, limit) => {
      const rows = await sql<HandedOver[]>`
        SELECT ${ms('h.at')} AS "atMs", m.name AS from, h.question, o.id AS "orderId"
        FROM handoffs h JOIN members m ON m.id = h.from_member_id LEFT JOIN orders o ON o.id = h.subject
        WHERE h.withdrawn_at IS NULL AND h.to_role = ANY(${[...roles]}::text[]) AND (h.to_member_id IS NULL OR h.to_member_id = ${id})
          AND h.at BETWEEN to_timestamp(${nowMs - dayMs}::float8 / 1000) AND to_timestamp(${nowMs}::float8 / 1000)
        ORDER BY h.at DESC LIMIT ${limit}`
      return rows.map(known)
    },
  }
}

function todoOf(rows: readonly Row[], nowMs: number, limit: number): Todo {
  const all = rows.map((row): TodoItem => {
    const { startedAtMs, refundFen, dueAtMs, holder, ...rest } = row
    const urgency = urgencyOf(startedAtMs ?? undefined, dueAtMs ?? undefined, nowMs)
    return {
      ...rest,
      urgency,
      ...(refundFen !== null && { refundFen }),
      ...(dueAtMs !== null && { dueAtMs }),
      ...(holder !== null && { holder }),
    }
  })
  const count = (urgency: Urgency) => all.filter((item) => item.urgency === urgency).length
  return { items: all.slice(0, limit), counts: { red: count('red'), yellow: count('yellow'), green: count('green') } }
}

function known<T extends object>(row: T): T {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as T
}
