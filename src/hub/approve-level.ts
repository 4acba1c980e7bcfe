import { lockOrder } from './cancel-order.ts'
import { type FlowRules, flowOf } from './flow-rules.ts'
import { checkLevel } from './level-checks.ts'
import type { LevelFacts } from './level-facts.ts'
import { signLevel } from './level-signers.ts'
import { openNextLevel } from './open-level.ts'
import { maskedQuestion } from './query-log.ts'
import { releaseRefund } from './release-refund.ts'
import type { ReturnApproved } from './return-actions.ts'
import { standsInFor } from './stand-ins.ts'
import {
  type Applied,
  type ApprovalRole,
  type By,
  expectOne,
  type Look,
  type PlanOf,
  type Refusal,
  type Sql,
  type WishOf,
} from './write.ts'

/** Who may decide in place of everybody, with a reason and marked so. */
const deputyRole = 'director'

type Row = {
  readonly orderId: string
  readonly approval: 'pending' | 'approved' | 'rejected' | 'withdrawn'
  readonly reason: string
  readonly refundFen: string | null
  readonly appliedBy: string | null
  readonly flowVersion: number
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
  /** Asked for their word besides and not heard yet. */
  readonly signers: readonly string[]
  /** Have given their word. */
  readonly signed: readonly string[]
}

type DecideFacts = PlanOf<'approval.decide'>['facts']
type Refused = Extract<Look, { outcome: 'refused' }>

const refused = (why: Refusal): Refused => ({ outcome: 'refused', why })

/**
 * Whether this member may decide the level that is open now, and whether what it rests on allows it. Nobody decides two levels of
 * one return, nor one they applied for. With `lock` order and return are held until the transaction ends.
 */
export async function lookDecide(tx: Sql, wish: WishOf<'approval.decide'>, by: By, lock: boolean): Promise<Look> {
  if (lock) {
    // the order first, as everywhere: with the last yes its stage may change
    await lockOrder(tx, wish.orderId)
    await tx`SELECT 1 FROM returns WHERE id = ${wish.returnId} FOR UPDATE`
  }
  const [row] = await tx<Row[]>`
    SELECT order_id AS "orderId", approval, reason, refund_fen::text AS "refundFen", applied_by AS "appliedBy",
      flow_version AS "flowVersion"
    FROM returns WHERE id = ${wish.returnId}`
  if (row === undefined) return refused({ code: 'gone' })
  if (row.approval === 'withdrawn') return refused({ code: 'withdrawn' })
  const levels = await levelsOf(tx, wish.returnId)
  const open = levels.find(({ state }) => state === 'pending')
  if (row.approval !== 'pending' || open === undefined) return decided(levels.findLast(isDecided))
  const right = await rightOf(tx, open, by)
  if (right === undefined) return notTheirs(levels, open, by)
  if (row.appliedBy === by.memberId) return refused({ code: 'own-return' })
  if (levels.some((level) => hasSpoken(level, open, by.memberId))) return refused({ code: 'twice' })
  if ((wish.decision === 'reject' || right.kind === 'director') && wish.reason === undefined)
    return { outcome: 'asks', missing: 'reason', offers: [] }
  const checked = await checkLevel(tx, wish.returnId, open.level, by.nowMs)
  const isLast = levels.every(({ state }) => state !== 'waiting')
  const against =
    wish.decision === 'approve' ? await whatForbids(tx, wish, isLast ? row : undefined, checked, right) : undefined
  if (against !== undefined) return refused(against)
  return {
    outcome: 'ready',
    plan: {
      kind: 'approval.decide',
      wish,
      facts: factsOf(row, levels, open, right, checked, await flowOf(tx, row.flowVersion)),
      checked,
    },
  }
}

type Right =
  | { readonly kind: 'own' | 'director' | 'signer' }
  | { readonly kind: 'stand-in'; readonly memberId: string; readonly name: string }

async function rightOf(tx: Sql, open: Level, by: By): Promise<Right | undefined> {
  if (by.roles.includes(open.role)) return { kind: 'own' }
  if (open.signers.includes(by.memberId)) return { kind: 'signer' }
  const lent = (await standsInFor(tx, by.memberId, by.nowMs)).find(({ roles }) => roles.includes(open.role))
  if (lent !== undefined) return { kind: 'stand-in', memberId: lent.memberId, name: lent.name }
  return by.roles.includes(deputyRole) ? { kind: 'director' } : undefined
}

function notTheirs(levels: readonly Level[], open: Level, by: By): Look {
  const mine = levels.findLast((level) => isDecided(level) && by.roles.includes(level.role))
  if (mine !== undefined) return decided(mine)
  return refused({ code: 'not-your-level', role: open.role, ...(open.holder !== null && { holder: open.holder }) })
}

/** More than was paid never; arrears only set off or by the director; an ERP that is silent is not an ERP that says "none". */
async function whatForbids(
  tx: Sql,
  { returnId, offset }: WishOf<'approval.decide'>,
  /** Given where this yes is the last one: what is given back is looked at then. */
  row: Row | undefined,
  checked: LevelFacts,
  right: Right,
): Promise<Refusal | undefined> {
  const beyond = row === undefined ? undefined : await beyondPaid(tx, returnId, row)
  if (beyond !== undefined) return beyond
  if (checked.kind !== 'arrears' || right.kind === 'director') return undefined
  if (checked.arrears === 'unknown') return { code: 'arrears-unknown' }
  return checked.arrears === 'some' && offset !== true
    ? { code: 'arrears', amountFen: checked.amountFen ?? '0' }
    : undefined
}

/** Two returns of one order never give back more than was paid for it. */
async function beyondPaid(tx: Sql, returnId: string, { orderId, refundFen }: Row): Promise<Refusal | undefined> {
  if (refundFen === null) return undefined
  const [order] = await tx<
    { paidFen: string | null }[]
  >`SELECT paid_fen::text AS "paidFen" FROM orders WHERE id = ${orderId}`
  const others = await tx<{ id: string; fen: string }[]>`
    SELECT id, refund_fen::text AS fen FROM returns
    WHERE order_id = ${orderId} AND id <> ${returnId} AND approval = 'approved' AND refund_fen > 0 ORDER BY refund_fen DESC, id`
  const [most] = others
  if (order?.paidFen === null || order === undefined || most === undefined) return undefined
  const given = others.reduce((sum, { fen }) => sum + BigInt(fen), 0n)
  const [paidFen, totalFen] = [BigInt(order.paidFen), given + BigInt(refundFen)]
  if (totalFen <= paidFen) return undefined
  const leftFen = paidFen > given ? paidFen - given : 0n
  return {
    code: 'beyond-paid',
    totalFen: String(totalFen),
    paidFen: String(paidFen),
    other: most.id,
    otherFen: most.fen,
    leftFen: String(leftFen),
  }
}

function factsOf(
  row: Row,
  levels: readonly Level[],
  open: Level,
  right: Right,
  checked: LevelFacts,
  flow: FlowRules,
): DecideFacts {
  const next = levels.find(({ level, state }) => level > open.level && state === 'waiting')
  const others = open.signers
  const limit = flow.levels.find(({ level }) => level === next?.level)?.limitMinutes
  return {
    level: open.level,
    role: open.role,
    ...(open.holder !== null && { holder: open.holder }),
    ...(open.dueAtMs !== null && { dueAtMs: open.dueAtMs }),
    ...(next !== undefined && { next: next.role }),
    ...(limit !== undefined && { nextLimitMs: limit * 60_000 }),
    deputy: right.kind === 'director',
    ...(right.kind === 'stand-in' && { deputyFor: { id: right.memberId, name: right.name } }),
    ...((right.kind === 'signer' || others.length > 0) && { signs: right.kind === 'signer' ? 'beside' : 'own' }),
    ...(row.refundFen !== null && { refundFen: row.refundFen }),
    why: row.reason,
    stamp: checked.stamp,
  }
}

/** Decided another level of this return, or was one of those who did. */
function hasSpoken({ level, decidedBy, signed }: Level, open: Level, memberId: string): boolean {
  return level !== open.level && (decidedBy === memberId || signed.includes(memberId))
}

function isDecided({ state }: Level): boolean {
  return state === 'approved' || state === 'rejected'
}

function decided(level: Level | undefined): Look {
  if (level === undefined) return refused({ code: 'gone' })
  const { state, decidedAtMs, decidedBy, decidedByName } = level
  return refused({
    code: 'decided',
    decision: state === 'rejected' ? 'reject' : 'approve',
    ...(decidedByName !== null && { by: decidedByName }),
    ...(decidedBy !== null && { byId: decidedBy }),
    atMs: decidedAtMs ?? 0,
  })
}

async function levelsOf(tx: Sql, returnId: string): Promise<readonly Level[]> {
  return tx<Level[]>`
    SELECT a.level, a.role, a.state, h.name AS holder, round(extract(epoch FROM a.due_at) * 1000)::float8 AS "dueAtMs",
      round(extract(epoch FROM a.decided_at) * 1000)::float8 AS "decidedAtMs", a.decided_by AS "decidedBy",
      d.name AS "decidedByName", ARRAY(SELECT s.member_id FROM level_signers s
        WHERE s.return_id = a.return_id AND s.level = a.level AND s.decision IS NULL ORDER BY s.member_id) AS signers,
      ARRAY(SELECT s.member_id FROM level_signers s
        WHERE s.return_id = a.return_id AND s.level = a.level AND s.decision IS NOT NULL) AS signed
    FROM approval_levels a LEFT JOIN members h ON h.id = a.holder_id LEFT JOIN members d ON d.id = a.decided_by
    WHERE a.return_id = ${returnId} ORDER BY a.level`
}

export type ApproveParts = { readonly returnApproved?: ReturnApproved | undefined }

/** One level decided; the next one opens with its own limit, or the return is decided and what follows from it is given. */
export async function approveLevel(
  tx: Sql,
  { wish, facts, checked }: PlanOf<'approval.decide'>,
  by: By,
  parts: ApproveParts = {},
): Promise<Applied> {
  const { returnId, decision } = wish
  const { level, role, deputy } = facts
  if (decision === 'approve' && facts.signs !== undefined) {
    const signed = await signLevel(tx, { returnId, level, memberId: by.memberId, role, nowMs: by.nowMs })
    if (signed.waitsFor.length > 0 || !signed.ownHasSigned) {
      await tx`UPDATE returns SET version = version + 1 WHERE id = ${returnId}`
      const waitsFor = signed.waitsFor.length > 0 ? signed.waitsFor : [role]
      return { done: { waitsFor }, audit: { action: 'approval.signed', detail: { level, role } }, tells: [] }
    }
  }
  await writeDecision(tx, { wish, facts, ...(checked !== undefined && { checked }) }, by)
  const next = decision === 'approve' ? await openNextLevel(tx, returnId, by.nowMs) : undefined
  if (next === undefined) await closeReturn(tx, returnId, decision, by.nowMs)
  const released = next === undefined && decision === 'approve' && (await carryThrough(tx, returnId, by.nowMs, parts))
  const detail = {
    level,
    role,
    from: 'pending',
    to: decision === 'approve' ? 'approved' : 'rejected',
    deputy,
    ...(facts.deputyFor !== undefined && { deputyFor: facts.deputyFor.id }),
    stamp: facts.stamp,
    ...(wish.offset === true && { offset: true }),
  }
  return {
    done: {
      ...(next !== undefined && { next: next.role, nextLevel: next.level, dueAtMs: next.dueAtMs }),
      ...(released && { released }),
    },
    audit: { action: `approval.${decision}`, detail },
    // named as told; their card is the copies' to send
    tells: next === undefined ? [] : [next.role],
  }
}

async function writeDecision(tx: Sql, plan: Omit<PlanOf<'approval.decide'>, 'kind'>, by: By): Promise<void> {
  const { wish, facts } = plan
  const { returnId, decision } = wish
  // read a second time it might be what nobody has seen
  const checked = plan.checked ?? (await checkLevel(tx, returnId, facts.level, by.nowMs))
  const rows = await tx`
    UPDATE approval_levels SET state = ${decision === 'approve' ? 'approved' : 'rejected'},
      decided_at = to_timestamp(${by.nowMs}::float8 / 1000), decided_by = ${by.memberId},
      reason = ${wish.reason === undefined ? null : maskedQuestion(wish.reason)}, deputy_for = ${facts.deputyFor?.id ?? null},
      decided_facts = ${tx.json(checked)}
    WHERE return_id = ${returnId} AND level = ${facts.level} AND state = 'pending'`
  expectOne(rows, 'deciding a level')
}

async function closeReturn(tx: Sql, returnId: string, decision: 'approve' | 'reject', nowMs: number): Promise<void> {
  const now = tx`to_timestamp(${nowMs}::float8 / 1000)`
  const closed =
    decision === 'approve'
      ? await tx`UPDATE returns SET approval = 'approved', approved_at = ${now}, version = version + 1
          WHERE id = ${returnId} AND approval = 'pending'`
      : await tx`UPDATE returns SET approval = 'rejected', rejected_at = ${now}, closed_at = ${now}, version = version + 1
          WHERE id = ${returnId} AND approval = 'pending'`
  expectOne(closed, 'deciding a return')
}

/** What was asked for is approved and other systems are told; goods that were booked in whole before let the money go. */
export async function carryThrough(
  tx: Sql,
  returnId: string,
  nowMs: number,
  { returnApproved }: ApproveParts,
): Promise<boolean> {
  await tx`UPDATE return_lines SET approved_qty = asked_qty WHERE return_id = ${returnId} AND approved_qty IS NULL`
  await returnApproved?.(tx, returnId, nowMs)
  return releaseRefund(tx, returnId, nowMs)
}
