import type { Database } from '../db/client.ts'
import { maskedQuestion } from './query-log.ts'
import { releaseIfSound } from './receive-return.ts'
import {
  type Applied,
  type ApprovalRole,
  type By,
  expectOne,
  type Look,
  type PlanOf,
  type Sql,
  type WishOf,
} from './write.ts'

const minuteMs = 60_000

/** Product §2.9: how long each level may take. */
export const levelLimitMs: Readonly<Record<ApprovalRole, number>> = {
  cs_lead: 15 * minuteMs,
  warehouse: 240 * minuteMs,
  finance: 240 * minuteMs,
}

/** Who may decide in place of everybody, with a reason and marked so. */
const deputyRole = 'director'

type Row = {
  readonly orderId: string
  readonly approval: 'pending' | 'approved' | 'rejected' | 'withdrawn'
  readonly reason: string
  readonly refundFen: string | null
}

type Level = {
  readonly level: number
  readonly role: ApprovalRole
  readonly state: 'waiting' | 'pending' | 'approved' | 'rejected'
  readonly holder: string | null
  readonly dueAtMs: number | null
  readonly decidedAtMs: number | null
  readonly decidedBy: string | null
  readonly decidedByName: string | null
}

/** Whether this member may decide the level that is open now. Nobody decides two levels of one return. */
export async function lookDecide(tx: Sql, wish: WishOf<'approval.decide'>, by: By, lock: boolean): Promise<Look> {
  if (lock) await tx`SELECT 1 FROM returns WHERE id = ${wish.returnId} FOR UPDATE`
  const [row] = await tx<Row[]>`
    SELECT order_id AS "orderId", approval, reason, refund_fen::text AS "refundFen" FROM returns WHERE id = ${wish.returnId}`
  if (row === undefined) return { outcome: 'refused', why: { code: 'gone' } }
  if (row.approval === 'withdrawn') return { outcome: 'refused', why: { code: 'withdrawn' } }
  const levels = await levelsOf(tx, wish.returnId)
  const open = levels.find(({ state }) => state === 'pending')
  if (row.approval !== 'pending' || open === undefined) return decided(levels.findLast(isDecided))
  const own = by.roles.includes(open.role)
  const deputy = !own && by.roles.includes(deputyRole)
  if (!own && !deputy) {
    const mine = levels.findLast((level) => isDecided(level) && by.roles.includes(level.role))
    if (mine !== undefined) return decided(mine)
    const holder = open.holder === null ? {} : { holder: open.holder }
    return { outcome: 'refused', why: { code: 'not-your-level', role: open.role, ...holder } }
  }
  if (levels.some(({ decidedBy }) => decidedBy === by.memberId)) return { outcome: 'refused', why: { code: 'twice' } }
  if ((wish.decision === 'reject' || deputy) && wish.reason === undefined)
    return { outcome: 'asks', missing: 'reason', offers: [] }
  const next = levels.find(({ level, state }) => level > open.level && state === 'waiting')
  const facts = {
    level: open.level,
    role: open.role,
    ...(open.holder !== null && { holder: open.holder }),
    ...(open.dueAtMs !== null && { dueAtMs: open.dueAtMs }),
    ...(next !== undefined && { next: next.role }),
    deputy,
    ...(row.refundFen !== null && { refundFen: row.refundFen }),
    why: row.reason,
  }
  return { outcome: 'ready', plan: { kind: 'approval.decide', wish, facts } }
}

function isDecided({ state }: Level): boolean {
  return state === 'approved' || state === 'rejected'
}

function decided(level: Level | undefined): Look {
  if (level === undefined) return { outcome: 'refused', why: { code: 'gone' } }
  const { state, decidedAtMs, decidedBy, decidedByName } = level
  const why = {
    code: 'decided' as const,
    decision: state === 'rejected' ? ('reject' as const) : ('approve' as const),
    ...(decidedByName !== null && { by: decidedByName }),
    ...(decidedBy !== null && { byId: decidedBy }),
    atMs: decidedAtMs ?? 0,
  }
  return { outcome: 'refused', why }
}

async function levelsOf(tx: Sql, returnId: string): Promise<readonly Level[]> {
  return tx<Level[]>`
    SELECT a.level, a.role, a.state, h.name AS holder, round(extract(epoch FROM a.due_at) * 1000)::float8 AS "dueAtMs",
      round(extract(epoch FROM a.decided_at) * 1000)::float8 AS "decidedAtMs", a.decided_by AS "decidedBy",
      d.name AS "decidedByName"
    FROM approval_levels a LEFT JOIN members h ON h.id = a.holder_id LEFT JOIN members d ON d.id = a.decided_by
    WHERE a.return_id = ${returnId} ORDER BY a.level`
}

/** One level decided; the next one opens with its own limit, or the return is decided. */
export async function approveLevel(tx: Sql, { wish, facts }: PlanOf<'approval.decide'>, by: By): Promise<Applied> {
  const { returnId, decision } = wish
  const state = decision === 'approve' ? 'approved' : 'rejected'
  const now = tx`to_timestamp(${by.nowMs}::float8 / 1000)`
  const reason = wish.reason === undefined ? null : maskedQuestion(wish.reason)
  const rows = await tx`
    UPDATE approval_levels SET state = ${state}, decided_at = ${now}, decided_by = ${by.memberId}, reason = ${reason}
    WHERE return_id = ${returnId} AND level = ${facts.level} AND state = 'pending'`
  expectOne(rows, 'deciding a level')
  const goesOn = decision === 'approve' && facts.next !== undefined
  const next = goesOn ? await openNext(tx, plan(returnId, facts.next), by.nowMs) : {}
  if (!goesOn) {
    const closed =
      decision === 'approve'
        ? await tx`UPDATE returns SET approval = 'approved', approved_at = ${now}, version = version + 1
            WHERE id = ${returnId} AND approval = 'pending'`
        : await tx`UPDATE returns SET approval = 'rejected', rejected_at = ${now}, closed_at = ${now}, version = version + 1
            WHERE id = ${returnId} AND approval = 'pending'`
    expectOne(closed, 'deciding a return')
  }
  const released = !goesOn && decision === 'approve' && (await goodsApproved(tx, returnId, by.nowMs))
  const done = { ...next, ...(released && { released }) }
  const detail = { level: facts.level, role: facts.role, from: 'pending', to: state, deputy: facts.deputy }
  const tells = goesOn && facts.next !== undefined ? [facts.next] : []
  return { done, audit: { action: `approval.${decision}`, detail }, tells }
}

/** What was asked for is approved; goods that were booked in whole before let the money go now. */
async function goodsApproved(tx: Sql, returnId: string, nowMs: number): Promise<true | undefined> {
  await tx`UPDATE return_lines SET approved_qty = asked_qty WHERE return_id = ${returnId} AND approved_qty IS NULL`
  return (await releaseIfSound(tx, returnId, nowMs)) ? true : undefined
}

function plan(returnId: string, role: ApprovalRole) {
  return { returnId, role, limitMs: levelLimitMs[role] }
}

async function openNext(
  tx: Sql,
  { returnId, role, limitMs }: ReturnType<typeof plan>,
  nowMs: number,
): Promise<{ readonly next: ApprovalRole; readonly dueAtMs: number }> {
  const dueAtMs = nowMs + limitMs
  const opened = await tx`
    UPDATE approval_levels SET state = 'pending', started_at = to_timestamp(${nowMs}::float8 / 1000),
      due_at = to_timestamp(${dueAtMs}::float8 / 1000)
    WHERE return_id = ${returnId} AND role = ${role} AND state = 'waiting'`
  expectOne(opened, 'opening the next level')
  await tx`UPDATE returns SET version = version + 1 WHERE id = ${returnId}`
  return { next: role, dueAtMs }
}

export type PendingItem = { readonly returnId: string; readonly orderId: string; readonly dueAtMs?: number }

/** Returns that wait for somebody of these roles, the one due first before the others. */
export type PendingFor = (roles: readonly string[], limit: number) => Promise<readonly PendingItem[]>

export function pendingFor({ sql }: Pick<Database, 'sql'>): PendingFor {
  return async (roles, limit) => {
    const rows = await sql<{ returnId: string; orderId: string; dueAtMs: number | null }[]>`
      SELECT a.return_id AS "returnId", r.order_id AS "orderId", round(extract(epoch FROM a.due_at) * 1000)::float8 AS "dueAtMs"
      FROM approval_levels a JOIN returns r ON r.id = a.return_id
      WHERE a.state = 'pending' AND r.approval = 'pending' AND a.role = ANY(${[...roles]}::text[])
      ORDER BY a.due_at NULLS LAST, a.return_id LIMIT ${limit}`
    return rows.map(({ dueAtMs, ...item }) => ({ ...item, ...(dueAtMs !== null && { dueAtMs }) }))
  }
}
