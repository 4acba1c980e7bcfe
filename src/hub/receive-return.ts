import { lockOrder } from './cancel-order.ts'
import { refundOf, saleOf } from './return-sums.ts'
import {
  type Applied,
  type ApprovalRole,
  type ApprovalState,
  type By,
  expectOne,
  type Look,
  type PlanOf,
  type Sql,
  type WishOf,
} from './write.ts'

type Row = {
  readonly approval: ApprovalState
  readonly receivedAtMs: number | null
  readonly refundFen: string | null
  readonly role: ApprovalRole | null
}

type LineRow = { readonly lineId: string; readonly name: string; readonly due: number }

/**
 * What booking this parcel in would mean. Goods and approval are separate tracks: what lies on the table is booked in whatever
 * was decided; only the money waits. Nothing is booked in twice, and no more than was asked for.
 */
export async function lookReceive(tx: Sql, wish: WishOf<'return.receive'>, _by: By, lock: boolean): Promise<Look> {
  const { orderId, returnId } = wish
  if (lock) {
    await lockOrder(tx, orderId)
    await tx`SELECT 1 FROM returns WHERE id = ${returnId} FOR UPDATE`
  }
  const [row] = await tx<Row[]>`
    SELECT r.approval, round(extract(epoch FROM r.received_at) * 1000)::float8 AS "receivedAtMs",
      r.refund_fen::text AS "refundFen", CASE WHEN r.approval = 'pending' THEN a.role END AS role
    FROM returns r LEFT JOIN approval_levels a ON a.return_id = r.id AND a.state = 'pending'
    WHERE r.id = ${returnId} AND r.order_id = ${orderId} ORDER BY a.level LIMIT 1`
  if (row === undefined) return { outcome: 'refused', why: { code: 'gone' } }
  if (row.receivedAtMs !== null) return { outcome: 'refused', why: { code: 'received', atMs: row.receivedAtMs } }
  const known = await tx<LineRow[]>`
    SELECT rl.order_line_id AS "lineId", l.name, coalesce(rl.approved_qty, rl.asked_qty) AS due
    FROM return_lines rl JOIN order_lines l ON l.id = rl.order_line_id WHERE rl.return_id = ${returnId}
    ORDER BY l.position, l.line_key`
  const lines = known.map((line) => {
    const { received = 0, damaged = 0 } = wish.lines.find(({ lineId }) => lineId === line.lineId) ?? {}
    return { ...line, received, damaged }
  })
  const over = lines.find(({ due, received }) => received > due)
  if (over !== undefined) return { outcome: 'refused', why: { code: 'too-many', asked: over.received, left: over.due } }
  const sound = lines.every(({ due, received, damaged }) => received === due && damaged === 0)
  const facts = {
    lines,
    approval: row.approval,
    ...(row.role !== null && { role: row.role }),
    ...(await moneyFor(tx, wish, row, lines)),
    sound,
  }
  return { outcome: 'ready', plan: { kind: 'return.receive', wish, facts } }
}

/** What was approved stays while all of it came; for fewer pieces it is their share. */
async function moneyFor(
  tx: Sql,
  { orderId, returnId }: WishOf<'return.receive'>,
  { refundFen }: Row,
  lines: PlanOf<'return.receive'>['facts']['lines'],
) {
  const before = refundFen === null ? {} : { wasFen: refundFen }
  if (lines.every(({ due, received }) => due === received)) return refundFen === null ? {} : { ...before, refundFen }
  const pieces = lines.map(({ lineId, received }) => ({ lineId, qty: received }))
  const share = refundOf(await saleOf(tx, orderId, returnId), pieces)
  return share === undefined ? before : { ...before, refundFen: String(share) }
}

/** Books the goods in; the money is let go at once where everything is decided and sound, else it waits for people. */
export async function receiveReturn(tx: Sql, { wish, facts }: PlanOf<'return.receive'>, by: By): Promise<Applied> {
  const { returnId, inspection } = wish
  for (const { lineId, received, damaged } of facts.lines) {
    const rows = await tx`
      UPDATE return_lines SET received_qty = ${received}, damaged_qty = ${damaged}
      WHERE return_id = ${returnId} AND order_line_id = ${lineId} AND received_qty = 0`
    expectOne(rows, 'booking a line in')
  }
  const booked = await tx`
    UPDATE returns SET received_at = to_timestamp(${by.nowMs}::float8 / 1000), inspection = ${inspection},
      refund_fen = ${facts.refundFen ?? null}::text::bigint, version = version + 1
    WHERE id = ${returnId} AND received_at IS NULL`
  expectOne(booked, 'booking a return in')
  const released = await releaseIfSound(tx, returnId, by.nowMs)
  const [applied] = await tx<{ by: string | null }[]>`SELECT applied_by AS by FROM returns WHERE id = ${returnId}`
  const pieces = facts.lines.map(({ lineId, due, received, damaged }) => ({ lineId, due, received, damaged }))
  const money = { refundFen: facts.refundFen ?? null, wasFen: facts.wasFen ?? null, released }
  return {
    done: released ? { released } : {},
    audit: { action: 'return.receive', detail: { lines: pieces, approval: facts.approval, ...money } },
    tells: facts.sound ? [] : ['finance'],
    tellsMembers: applied?.by ? [applied.by] : [],
  }
}

/**
 * Lets the money of a return go once it is approved, booked in and everything came whole (the rule: after the scan). True when
 * this call did it. The return must be locked.
 */
export async function releaseIfSound(tx: Sql, returnId: string, nowMs: number): Promise<boolean> {
  const rows = await tx`
    UPDATE returns r SET refund_released_at = to_timestamp(${nowMs}::float8 / 1000), version = version + 1
    WHERE r.id = ${returnId} AND r.approval = 'approved' AND r.received_at IS NOT NULL AND r.refund_released_at IS NULL
      AND EXISTS (SELECT 1 FROM return_lines l WHERE l.return_id = r.id)
      AND NOT EXISTS (SELECT 1 FROM return_lines l WHERE l.return_id = r.id
        AND (l.received_qty <> coalesce(l.approved_qty, l.asked_qty) OR l.damaged_qty > 0))`
  return rows.count === 1
}
