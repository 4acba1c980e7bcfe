import { type FlowRules, flowOf } from './flow-rules.ts'
import { expectOne, type Sql } from './write.ts'

const minuteMs = 60_000

/** Product J15: so long the table may still say that something is missing or broken. */
const holdWindowMs = 2 * minuteMs

/** Product row 85: so long a person may take their decision back; what a rule decided goes at once. */
const undoWindowMs = 2 * minuteMs

export type HoldReason = 'window' | 'short' | 'damaged' | 'finance'

type Counted = { readonly due: number; readonly received: number; readonly damaged: number }

/** Why the money of these counts waits. */
export function holdReason(lines: readonly Counted[]): HoldReason {
  if (lines.some(({ due, received }) => received < due)) return 'short'
  return lines.some(({ damaged }) => damaged > 0) ? 'damaged' : 'window'
}

/**
 * Holds the money after a count, in place of an earlier hold and of what was decided about it. `approvedFen`: the amount before
 * the goods were counted; the first one stays, so that a count that is put right can return to it. When it goes by itself, else
 * undefined.
 */
export async function holdRefund(
  tx: Sql,
  { returnId, reason, approvedFen }: { returnId: string; reason: HoldReason; approvedFen: string | null },
  nowMs: number,
): Promise<number | undefined> {
  const untilMs = reason === 'window' ? nowMs + holdWindowMs : undefined
  await tx`
    INSERT INTO refund_holds AS h (return_id, reason, since, until_at, amount_fen)
    VALUES (${returnId}, ${reason}, to_timestamp(${nowMs}::float8 / 1000),
      to_timestamp(${untilMs ?? null}::float8 / 1000), ${approvedFen}::text::bigint)
    ON CONFLICT (return_id) DO UPDATE SET reason = excluded.reason, since = excluded.since, until_at = excluded.until_at,
      amount_fen = coalesce(h.amount_fen, excluded.amount_fen), cleared_by = NULL, cleared_at = NULL`
  return untilMs
}

/** The amount a return had before its goods were counted; null when it never was, or was not known. */
export async function amountBeforeCount(tx: Sql, returnId: string): Promise<string | null> {
  const [row] = await tx<{ fen: string | null }[]>`
    SELECT amount_fen::text AS fen FROM refund_holds WHERE return_id = ${returnId}`
  return row?.fen ?? null
}

/**
 * Lets the money of a return go where nothing stands against it: approved, and by its flow's rule the goods are in and sound (or
 * finance has said its word), and neither the table nor who decided last can take it back. True when this call did it. The return must be
 * locked by the caller.
 */
export async function releaseRefund(tx: Sql, returnId: string, nowMs: number): Promise<boolean> {
  const releaseAt = await releaseAtOf(tx, returnId)
  const now = tx`to_timestamp(${nowMs}::float8 / 1000)`
  const rows = await tx`
    UPDATE returns r SET refund_released_at = ${now}, version = version + 1
    WHERE r.id = ${returnId} AND r.approval = 'approved' AND r.refund_released_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM refund_holds h WHERE h.return_id = r.id AND h.cleared_at IS NULL
        AND (h.until_at IS NULL OR h.until_at > ${now}))
      AND NOT EXISTS (SELECT 1 FROM approval_levels a WHERE a.return_id = r.id AND a.state = 'approved' AND NOT a.auto
        AND a.decided_at > to_timestamp(${nowMs - undoWindowMs}::float8 / 1000))
      AND (${goodsSay(tx, releaseAt)})`
  if (rows.count !== 1) return false
  await tx`UPDATE refund_holds SET cleared_at = ${now} WHERE return_id = ${returnId} AND cleared_at IS NULL`
  await noteReturned(tx, returnId, nowMs)
  return true
}

/** By the flow the return began with. */
async function releaseAtOf(tx: Sql, returnId: string): Promise<FlowRules['releaseAt']> {
  const [row] = await tx<{ version: number }[]>`SELECT flow_version AS version FROM returns WHERE id = ${returnId}`
  return row === undefined ? 'scan_in' : (await flowOf(tx, row.version)).releaseAt
}

function goodsSay(tx: Sql, releaseAt: FlowRules['releaseAt']) {
  const sound = tx`EXISTS (SELECT 1 FROM return_lines l WHERE l.return_id = r.id)
    AND NOT EXISTS (SELECT 1 FROM return_lines l WHERE l.return_id = r.id
      AND (l.received_qty <> coalesce(l.approved_qty, l.asked_qty) OR l.damaged_qty > 0))`
  const confirmed = tx`EXISTS (SELECT 1 FROM refund_holds h WHERE h.return_id = r.id AND h.cleared_by IS NOT NULL)`
  const scanned = tx`r.received_at IS NOT NULL AND (${confirmed} OR (${sound}))`
  // money without goods: what came later is a matter between the table and finance
  if (releaseAt === 'at_approval') return tx`r.received_at IS NULL OR (${scanned})`
  if (releaseAt === 'first_scan')
    return tx`(r.received_at IS NULL AND EXISTS (SELECT 1 FROM parcels p WHERE p.waybill_no = r.waybill_no
      AND p.state <> 'created')) OR (${scanned})`
  return scanned
}

/**
 * 已退货 (product §2.11): an order enters the stage when every piece of it has come back and the money of all its returns is on
 * its way. Its return number is that of the last one, its amount the sum. Nothing happens before, or where the amount is unknown.
 */
export async function noteReturned(tx: Sql, returnId: string, nowMs: number): Promise<boolean> {
  const [order] = await tx<{ id: string; fen: string | null }[]>`
    SELECT o.id, (SELECT sum(r.refund_fen)::text FROM returns r WHERE r.order_id = o.id AND r.approval = 'approved') AS fen
    FROM returns x JOIN orders o ON o.id = x.order_id
    WHERE x.id = ${returnId} AND x.approval = 'approved' AND o.returned_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM returns r WHERE r.order_id = o.id AND (r.approval = 'pending'
        OR (r.approval = 'approved' AND (r.received_at IS NULL OR r.refund_released_at IS NULL OR r.refund_fen IS NULL))))
      AND NOT EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.id AND l.qty > (
        SELECT coalesce(sum(y.received_qty), 0) FROM return_lines y JOIN returns r ON r.id = y.return_id
        WHERE y.order_line_id = l.id AND r.approval = 'approved'))`
  if (order === undefined || order.fen === null) return false
  const rows = await tx`
    UPDATE orders o SET returned_at = to_timestamp(${nowMs}::float8 / 1000), return_no = r.id, return_reason = r.reason,
      refund_fen = ${order.fen}::text::bigint
    FROM returns r WHERE r.id = ${returnId} AND o.id = ${order.id} AND o.returned_at IS NULL`
  expectOne(rows, 'entering the stage of returned goods')
  return true
}
