import { lockOrder } from './cancel-order.ts'
import { amountBeforeCount, holdReason, holdRefund, noteReturned } from './release-refund.ts'
import { shareOfReturn } from './return-sums.ts'
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
  readonly released: boolean
  readonly role: ApprovalRole | null
}

type Plan = PlanOf<'return.receive'>
type Facts = Plan['facts']
type LineRow = { readonly lineId: string; readonly name: string; readonly due: number }

/**
 * What booking this parcel in would mean, or what other counts than those booked in before would. Goods and approval are separate
 * tracks: what lies on the table is booked in whatever was decided; only the money waits. Nothing is booked in twice, and no more
 * than was asked for.
 */
export async function lookReceive(tx: Sql, wish: WishOf<'return.receive'>, _by: By, lock: boolean): Promise<Look> {
  const { orderId, returnId } = wish
  if (lock) {
    await lockOrder(tx, orderId)
    await tx`SELECT 1 FROM returns WHERE id = ${returnId} FOR UPDATE`
  }
  const [row] = await tx<Row[]>`
    SELECT r.approval, round(extract(epoch FROM r.received_at) * 1000)::float8 AS "receivedAtMs",
      r.refund_fen::text AS "refundFen", r.refund_released_at IS NOT NULL AS released,
      CASE WHEN r.approval = 'pending' THEN a.role END AS role
    FROM returns r LEFT JOIN approval_levels a ON a.return_id = r.id AND a.state = 'pending'
    WHERE r.id = ${returnId} AND r.order_id = ${orderId} ORDER BY a.level LIMIT 1`
  if (row === undefined) return { outcome: 'refused', why: { code: 'gone' } }
  const recount = wish.recount !== undefined && row.receivedAtMs !== null
  if (row.receivedAtMs !== null && !recount)
    return { outcome: 'refused', why: { code: 'received', atMs: row.receivedAtMs } }
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
  const taken = recount ? await takenSince(tx, returnId, lines) : undefined
  if (taken !== undefined) return { outcome: 'refused', why: { code: 'too-many', ...taken } }
  const facts = {
    lines,
    approval: row.approval,
    ...(row.role !== null && { role: row.role }),
    ...(await moneyFor(tx, wish, row, lines)),
    sound: holdReason(lines) === 'window',
    ...(recount && { recount: true as const }),
    ...(row.released && { moved: true as const, ...(row.refundFen !== null && { movedFen: row.refundFen }) }),
  }
  return { outcome: 'ready', plan: { kind: 'return.receive', wish, facts } }
}

/** A piece that was missing may be in another return by now: the first line that does not fit any more, if any. */
async function takenSince(
  tx: Sql,
  returnId: string,
  lines: Facts['lines'],
): Promise<{ readonly asked: number; readonly left: number } | undefined> {
  const rooms = await tx<{ lineId: string; room: number }[]>`
    SELECT l.id AS "lineId", (l.qty - coalesce((
      SELECT sum(CASE WHEN x.received_at IS NULL THEN coalesce(y.approved_qty, y.asked_qty) ELSE y.received_qty END)
      FROM returns x JOIN return_lines y ON y.return_id = x.id
      WHERE x.order_id = l.order_id AND y.order_line_id = l.id AND x.approval IN ('pending', 'approved')
        AND x.id <> ${returnId}), 0))::int AS room
    FROM return_lines rl JOIN order_lines l ON l.id = rl.order_line_id WHERE rl.return_id = ${returnId}`
  const roomOf = new Map(rooms.map(({ lineId, room }) => [lineId, Math.max(0, room)]))
  const over = lines.find(({ lineId, received }) => received > (roomOf.get(lineId) ?? received))
  return over && { asked: over.received, left: roomOf.get(over.lineId) ?? 0 }
}

/** What was approved stays while all of it came; for fewer pieces it is their share, and never more than was approved. */
async function moneyFor(
  tx: Sql,
  wish: WishOf<'return.receive'>,
  { refundFen }: Row,
  lines: Facts['lines'],
): Promise<Pick<Facts, 'refundFen' | 'wasFen' | 'soundFen'>> {
  const before = await amountBeforeCount(tx, wish.returnId)
  const whole = before ?? refundFen
  const shareOf = (count: (line: Facts['lines'][number]) => number, most: string | null) => {
    const pieces = lines.map((line) => ({ lineId: line.lineId, qty: count(line) }))
    return shareOfReturn(tx, wish, pieces, most)
  }
  const all = lines.every(({ due, received }) => due === received)
  // what was approved stands as it is; only a count that is put right is worked out, for it may have been lowered since
  const kept = all && before === null
  const share = kept ? undefined : await shareOf(({ received }) => received, whole)
  const came = share ?? (all ? (whole ?? undefined) : undefined)
  const hurt = lines.some(({ damaged }) => damaged > 0)
  const sound = hurt ? await shareOf(({ received, damaged }) => received - damaged, came ?? null) : undefined
  return {
    ...(whole !== null && (!all || hurt) && { wasFen: whole }),
    ...(came !== undefined && { refundFen: came }),
    ...(sound !== undefined && { soundFen: sound }),
  }
}

/** Books the goods in, or puts right what was; the money waits for a word of the table, of finance, or for the approval. */
export async function receiveReturn(
  tx: Sql,
  plan: Plan,
  by: By,
  { closeTodo }: { readonly closeTodo?: ((tx: Sql, returnId: string) => Promise<boolean>) | undefined } = {},
): Promise<Applied> {
  const { wish, facts } = plan
  const { returnId } = wish
  await writeLines(tx, plan, by)
  await writeReturn(tx, plan, by)
  const money = await settleMoney(tx, plan, by.nowMs)
  const todoClosed = !facts.recount && closeTodo !== undefined && (await closeTodo(tx, returnId))
  const [applied] = await tx<{ by: string | null }[]>`SELECT applied_by AS by FROM returns WHERE id = ${returnId}`
  const detail = {
    lines: facts.lines.map(({ lineId, due, received, damaged }) => ({ lineId, due, received, damaged })),
    approval: facts.approval,
    refundFen: facts.refundFen ?? null,
    wasFen: facts.wasFen ?? null,
    movedFen: facts.movedFen ?? null,
    released: money.released === true,
  }
  const financeHears = !facts.sound && facts.approval !== 'rejected' && facts.approval !== 'withdrawn'
  return {
    done: { ...money, ...(todoClosed && { todoClosed }) },
    audit: { action: facts.recount ? 'return.recount' : 'return.receive', detail },
    tells: financeHears || (facts.recount === true && facts.moved === true) ? ['finance'] : [],
    tellsMembers: applied?.by ? [applied.by] : [],
  }
}

async function writeLines(tx: Sql, { wish: { returnId }, facts }: Plan, by: By): Promise<void> {
  const kind = facts.recount ? 'correction' : 'scan'
  for (const { lineId, received, damaged } of facts.lines) {
    const rows = await tx`
      UPDATE return_lines SET received_qty = ${received}, damaged_qty = ${damaged}
      WHERE return_id = ${returnId} AND order_line_id = ${lineId} ${facts.recount ? tx`` : tx`AND received_qty = 0`}`
    expectOne(rows, 'booking a line in')
    await tx`
      INSERT INTO return_counts (return_id, order_line_id, received_qty, damaged_qty, kind, counted_by, counted_at)
      VALUES (${returnId}, ${lineId}, ${received}, ${damaged}, ${kind}, ${by.memberId},
        to_timestamp(${by.nowMs}::float8 / 1000))`
  }
}

/** Money that is gone is not written over: what differs then is for finance to get back. */
async function writeReturn(tx: Sql, { wish, facts }: Plan, by: By): Promise<void> {
  const now = tx`to_timestamp(${by.nowMs}::float8 / 1000)`
  const money = facts.moved === undefined ? tx`, refund_fen = ${facts.refundFen ?? null}::text::bigint` : tx``
  const rows = facts.recount
    ? await tx`
        UPDATE returns SET inspection = ${wish.inspection}, version = version + 1 ${money}
        WHERE id = ${wish.returnId} AND received_at IS NOT NULL`
    : await tx`
        UPDATE returns SET received_at = ${now}, inspection = ${wish.inspection}, version = version + 1 ${money}
        WHERE id = ${wish.returnId} AND received_at IS NULL`
  expectOne(rows, 'booking a return in')
}

async function settleMoney(tx: Sql, { wish: { returnId }, facts }: Plan, nowMs: number): Promise<Applied['done']> {
  if (facts.moved) {
    await noteReturned(tx, returnId, nowMs)
    return {}
  }
  if (facts.approval === 'rejected' || facts.approval === 'withdrawn') return {}
  const hold = { returnId, reason: holdReason(facts.lines), approvedFen: facts.wasFen ?? facts.refundFen ?? null }
  const releaseAtMs = await holdRefund(tx, hold, nowMs)
  return releaseAtMs !== undefined && facts.approval === 'approved' ? { releaseAtMs } : {}
}
