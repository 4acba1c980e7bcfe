import { paidByLine, shareOfPieces } from './refund-shares.ts'
import type { Sql } from './write.ts'

/** A line of a sale with the pieces that other returns of the order took. */
export type SoldPieces = {
  readonly id: string
  readonly name: string
  readonly spec: string | null
  readonly qty: number
  readonly amountFen: bigint | null
  readonly taken: number
}

export type Sale = {
  readonly paidFen: bigint | null
  readonly freightFen: bigint | null
  /** What other returns that are open or approved give back. */
  readonly boundFen: bigint
  readonly lines: readonly SoldPieces[]
}

/**
 * The sale of an order under the caller's lock. `before`: a return whose own pieces and money are left out, and before which
 * the pieces are counted, as refundSum does; without it every return that is open or approved counts.
 */
export async function saleOf(tx: Sql, orderId: string, before: string | null = null): Promise<Sale> {
  const [order] = await tx<Omit<Sale, 'lines'>[]>`
    SELECT paid_fen AS "paidFen", freight_fen AS "freightFen",
      (SELECT coalesce(sum(r.refund_fen), 0)::bigint FROM returns r WHERE r.order_id = o.id
        AND r.approval IN ('pending', 'approved') AND r.id IS DISTINCT FROM ${before}::text) AS "boundFen"
    FROM orders o WHERE o.id = ${orderId}`
  const lines = await tx<SoldPieces[]>`
    SELECT l.id, l.name, l.spec, l.qty, l.amount_fen AS "amountFen", coalesce((
      SELECT sum(CASE WHEN x.received_at IS NULL THEN coalesce(y.approved_qty, y.asked_qty) ELSE y.received_qty END)
      FROM returns x JOIN return_lines y ON y.return_id = x.id
      WHERE x.order_id = l.order_id AND y.order_line_id = l.id AND x.approval IN ('pending', 'approved')
        AND (${before}::text IS NULL OR (x.applied_at, x.id) < (SELECT b.applied_at, b.id FROM returns b WHERE b.id = ${before}))
    ), 0)::int AS taken
    FROM order_lines l WHERE l.order_id = ${orderId} ORDER BY l.position, l.line_key`
  return { ...(order ?? { paidFen: null, freightFen: null, boundFen: 0n }), lines }
}

/**
 * What these pieces give back, to the fen: their shares of what was paid for their lines. Together with the order's other
 * returns never more than was paid for goods. Undefined where an amount is not known.
 */
export function refundOf(
  sale: Sale,
  pieces: readonly { readonly lineId: string; readonly qty: number }[],
): bigint | undefined {
  const { paidFen, freightFen, boundFen } = sale
  if (paidFen === null) return undefined
  const lines = sale.lines.map(({ amountFen }) => (amountFen === null ? {} : { amountFen }))
  const paid = paidByLine({ paidFen, ...(freightFen !== null && { freightFen }), lines })
  if (paid === undefined) return undefined
  const shares = pieces.map(({ lineId, qty }) => {
    const index = sale.lines.findIndex(({ id }) => id === lineId)
    const line = sale.lines[index]
    return line === undefined ? 0n : shareOfPieces(paid[index] ?? 0n, line.qty, line.taken, qty)
  })
  const sum = shares.reduce((all, share) => all + share, 0n)
  // an earlier return that got fewer pieces than asked moves the fen of rounding: the last one may not go over
  const room = paidFen - (freightFen ?? 0n) - boundFen
  const most = sum < room ? sum : room
  return most < 0n ? 0n : most
}

/** What these pieces of a return give back, never more than `mostFen`; fen as text. Undefined where an amount is not known. */
export async function shareOfReturn(
  tx: Sql,
  { orderId, returnId }: { readonly orderId: string; readonly returnId: string },
  pieces: readonly { readonly lineId: string; readonly qty: number }[],
  mostFen: string | null,
): Promise<string | undefined> {
  const share = refundOf(await saleOf(tx, orderId, returnId), pieces)
  if (share === undefined) return undefined
  return String(mostFen === null || share < BigInt(mostFen) ? share : BigInt(mostFen))
}
