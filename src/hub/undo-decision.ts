import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Audit } from './audit.ts'
import { lockOrder } from './cancel-order.ts'
import { disarm } from './deadlines.ts'
import { undoMs, withdrawCommands } from './give-commands.ts'
import type { CloseTodo } from './return-actions.ts'
import { type ApprovalState, expectOne, type Sql } from './write.ts'

export type Undo = { readonly returnId: string; readonly level: number; readonly memberId: string }

export type Undone =
  | { readonly outcome: 'undone'; readonly atMs: number }
  | { readonly outcome: 'gone' }
  /** Decided by somebody else. */
  | { readonly outcome: 'not-yours' }
  /** It waits for a decision: taken back before. */
  | { readonly outcome: 'open' }
  /** The two minutes are over; an approval that is carried out can be turned back by a reversal. */
  | { readonly outcome: 'late'; readonly decidedAtMs: number; readonly reversible: boolean }
  /** Somebody has acted on it since. */
  | { readonly outcome: 'moved-on'; readonly by?: string; readonly level: number }
  /** The pieces of what was refused, or its label, are in another return by now. */
  | { readonly outcome: 'elsewhere'; readonly returnId: string }
  /** Another system was told already, or the money went. */
  | { readonly outcome: 'sent'; readonly reversible: boolean }

/** Takes one's own decision back within two minutes (product row 85): one transaction, under the return's lock. */
export type UndoDecision = (undo: Undo) => Promise<Undone>

export type UndoParts = {
  readonly database: Pick<Database, 'sql'>
  readonly audit: Pick<Audit, 'append'>
  readonly clock: Clock
  readonly closeTodo: CloseTodo
}

export function undoDecision(parts: UndoParts): UndoDecision {
  const { database, audit, clock } = parts
  return (undo) =>
    database.sql.begin(async (tx): Promise<Undone> => {
      const { returnId, level, memberId } = undo
      const nowMs = clock.nowMs()
      const found = await lockReturn(tx, returnId)
      const levels = found === undefined ? [] : await levelsOf(tx, returnId)
      const own = levels.find((one) => one.level === level)
      const refused =
        found === undefined || own === undefined
          ? { outcome: 'gone' as const }
          : whyNot(found, levels, own, undo, nowMs)
      const outcome =
        refused ?? (await elsewhere(tx, returnId)) ?? (await takeBack(tx, parts, { returnId, level, memberId }, levels))
      const detail =
        outcome === undefined ? { level, from: own?.state, to: 'pending' } : { level, why: outcome.outcome }
      const action = outcome === undefined ? 'approval.undo' : 'approval.undo-refused'
      await audit.append(tx, { actor: memberId, action, subject: `return:${returnId}`, detail })
      return outcome ?? { outcome: 'undone', atMs: nowMs }
    })
}

type Found = { readonly approval: ApprovalState; readonly moneyMoved: boolean; readonly goodsIn: boolean }

/** In this order everywhere: two changes of one order never wait for each other in a circle. */
export async function lockReturn(tx: Sql, returnId: string): Promise<Found | undefined> {
  const [order] = await tx<{ id: string }[]>`SELECT order_id AS id FROM returns WHERE id = ${returnId}`
  if (order === undefined) return undefined
  await lockOrder(tx, order.id)
  const [found] = await tx<Found[]>`
    SELECT approval, refund_released_at IS NOT NULL OR refunded_at IS NOT NULL AS "moneyMoved",
      received_at IS NOT NULL AS "goodsIn" FROM returns WHERE id = ${returnId} FOR UPDATE`
  return found
}

type Level = {
  readonly level: number
  readonly state: 'waiting' | 'pending' | 'approved' | 'rejected'
  readonly auto: boolean
  readonly decidedAtMs: number | null
  readonly decidedBy: string | null
  readonly name: string | null
  /** More was asked for, or a signer has said a word. */
  readonly touchedBy: string | null
}

function levelsOf(tx: Sql, returnId: string): Promise<readonly Level[]> {
  return tx<Level[]>`
    SELECT a.level, a.state, a.auto, round(extract(epoch FROM a.decided_at) * 1000)::float8 AS "decidedAtMs",
      a.decided_by AS "decidedBy", m.name,
      coalesce(asked.name, (SELECT max(s.name) FROM level_signers g JOIN members s ON s.id = g.member_id
        WHERE g.return_id = a.return_id AND g.level = a.level AND g.decision IS NOT NULL)) AS "touchedBy"
    FROM approval_levels a LEFT JOIN members m ON m.id = a.decided_by LEFT JOIN members asked ON asked.id = a.material_asked_by
    WHERE a.return_id = ${returnId} ORDER BY a.level`
}

function whyNot(
  found: Found,
  levels: readonly Level[],
  own: Level,
  { level, memberId }: Undo,
  nowMs: number,
): Undone | undefined {
  const { decidedAtMs, decidedBy, state } = own
  if (found.approval === 'withdrawn') return { outcome: 'gone' }
  if (state === 'pending' || state === 'waiting' || decidedAtMs === null) return { outcome: 'open' }
  if (decidedBy !== memberId || own.auto) return { outcome: 'not-yours' }
  const reversible = found.approval === 'approved' && !found.moneyMoved && !found.goodsIn
  if (nowMs >= decidedAtMs + undoMs) return { outcome: 'late', decidedAtMs, reversible }
  const later = levels.find((one) => one.level > level && !one.auto && (isDecided(one) || one.touchedBy !== null))
  if (later !== undefined) {
    const by = later.name ?? later.touchedBy
    return { outcome: 'moved-on', level: later.level, ...(by !== null && { by }) }
  }
  return found.moneyMoved ? { outcome: 'sent', reversible: false } : undefined
}

const isDecided = ({ state }: Level): boolean => state === 'approved' || state === 'rejected'

/** What a rejected return had bound is free for others; once one has it, it cannot be bound again. */
async function elsewhere(tx: Sql, returnId: string): Promise<Undone | undefined> {
  const [other] = await tx<{ id: string }[]>`
    SELECT x.id FROM returns r JOIN returns x ON x.id <> r.id AND x.approval IN ('pending', 'approved')
      AND (x.order_id = r.order_id OR (x.waybill_no = r.waybill_no AND x.closed_at IS NULL))
    WHERE r.id = ${returnId} AND r.approval = 'rejected' AND (x.order_id <> r.order_id OR EXISTS (
      SELECT 1 FROM return_lines m JOIN order_lines l ON l.id = m.order_line_id
      WHERE m.return_id = r.id AND l.qty < m.asked_qty + (
        SELECT coalesce(sum(CASE WHEN o.received_at IS NULL THEN coalesce(t.approved_qty, t.asked_qty) ELSE t.received_qty END), 0)
        FROM return_lines t JOIN returns o ON o.id = t.return_id
        WHERE t.order_line_id = l.id AND o.id <> r.id AND o.approval IN ('pending', 'approved'))))
    ORDER BY x.applied_at DESC LIMIT 1`
  return other === undefined ? undefined : { outcome: 'elsewhere', returnId: other.id }
}

/** Undefined when it is taken back. What cannot be taken back leaves everything as it was. */
async function takeBack(
  tx: Sql,
  { closeTodo }: UndoParts,
  { returnId, level, memberId }: Undo,
  levels: readonly Level[],
): Promise<Undone | undefined> {
  const held = await tx<{ key: string }[]>`
    SELECT key FROM commands WHERE subject = ${`return:${returnId}`} AND name IN ('wms.expect_return', 'crm.notice')
      AND state <> 'withdrawn'`
  const keys = held.map(({ key }) => key)
  if (keys.length > 0 && (await withdrawCommands(tx, keys)) === 'sent') return { outcome: 'sent', reversible: true }
  await closeTodo(tx, returnId)
  await reopenReturn(tx, returnId)
  for (const later of levels.filter((one) => one.level > level && one.state !== 'waiting')) {
    await closeLevel(tx, returnId, later)
    await disarm(tx, `return:${returnId}`, clockOf(later.level))
  }
  const reopened = await tx`
    UPDATE approval_levels SET state = 'pending', decided_at = NULL, decided_by = NULL, reason = NULL, deputy_for = NULL,
      decided_facts = NULL
    WHERE return_id = ${returnId} AND level = ${level} AND state IN ('approved', 'rejected')`
  expectOne(reopened, 'opening a level again')
  await unsign(tx, { returnId, level, memberId })
  await rearm(tx, returnId, level)
  return undefined
}

/** A word that is taken back is missing again where it was asked for. */
async function unsign(tx: Sql, { returnId, level, memberId }: Undo): Promise<void> {
  await tx`DELETE FROM level_signers
    WHERE return_id = ${returnId} AND level = ${level} AND member_id = ${memberId} AND added_by = member_id`
  await tx`UPDATE level_signers SET decision = NULL, decided_at = NULL
    WHERE return_id = ${returnId} AND level = ${level} AND member_id = ${memberId}`
}

/** Limits run on as if nothing had been decided; a rung whose moment fell into these two minutes fires now. */
async function rearm(tx: Sql, returnId: string, level: number): Promise<void> {
  await tx`
    UPDATE deadlines d SET state = 'open', fired_at = NULL, claimed_by = NULL, held_until = NULL
    FROM returns r JOIN approval_levels a ON a.return_id = r.id AND a.level = ${level}
    WHERE r.id = ${returnId} AND d.subject = 'return:' || r.id AND d.state = 'void'
      AND (d.clock = ${clockOf(level)} AND d.basis_at = date_trunc('milliseconds', coalesce(a.started_at, r.applied_at))
        OR d.clock IN ('return_total', 'fine') AND d.basis_at = date_trunc('milliseconds', r.applied_at))`
}

const clockOf = (level: number): 'l1' | 'l2' | 'l3' => (level === 1 ? 'l1' : level === 2 ? 'l2' : 'l3')

/** What only an approval had set goes with it. */
async function reopenReturn(tx: Sql, returnId: string): Promise<void> {
  const [was] = await tx<
    { approved: boolean }[]
  >`SELECT approval = 'approved' AS approved FROM returns WHERE id = ${returnId}`
  if (was?.approved) await tx`UPDATE return_lines SET approved_qty = NULL WHERE return_id = ${returnId}`
  const rows = await tx`
    UPDATE returns SET approval = 'pending', approved_at = NULL, rejected_at = NULL, closed_at = NULL, version = version + 1
    WHERE id = ${returnId} AND approval IN ('pending', 'approved', 'rejected')`
  expectOne(rows, 'opening a return again')
}

/** The level after it waits again, as if it had never been opened; one that a rule had decided too. */
async function closeLevel(tx: Sql, returnId: string, { level, state }: Level): Promise<void> {
  const rows = await tx`
    UPDATE approval_levels SET state = 'waiting', started_at = NULL, due_at = NULL, decided_at = NULL, decided_by = NULL,
      reason = NULL, auto = false, facts = NULL, decided_facts = NULL, claimed_by = NULL, claimed_at = NULL
    WHERE return_id = ${returnId} AND level = ${level} AND state = ${state}`
  expectOne(rows, 'closing the level after it')
}
