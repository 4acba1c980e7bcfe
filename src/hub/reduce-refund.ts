import type { Database } from '../db/client.ts'
import type { Audit } from './audit.ts'
import { rolesOf } from './staff.ts'
import { expectOne } from './write.ts'

export type Reduce = {
  readonly returnId: string
  readonly level: number
  /** What may still be given back, as it was offered. */
  readonly amountFen: bigint
  readonly memberId: string
}

/** stale: decided meanwhile, or the amount that is left is another one now. */
export type Reduced =
  | { readonly outcome: 'reduced' }
  | { readonly outcome: 'stale' }
  | { readonly outcome: 'not-yours' }

export type ReduceRefund = (reduce: Reduce) => Promise<Reduced>

/** Who may lower what a return gives back before the money is decided on (product §2.10). */
const moneyRoles: readonly string[] = ['finance', 'director']

/**
 * Lowers what a return gives back to what its order has left (J21): order and return are locked in this order as everywhere, the
 * level must still be open, and the order's other returns are summed up again. The decision itself is another tap.
 */
export function reduceRefund({ sql }: Pick<Database, 'sql'>, audit: Pick<Audit, 'append'>): ReduceRefund {
  return ({ returnId, level, amountFen, memberId }) =>
    sql.begin(async (tx): Promise<Reduced> => {
      const subject = `return:${returnId}`
      const roles = await rolesOf(tx, memberId)
      if (!roles.some((role) => moneyRoles.includes(role))) {
        await audit.append(tx, {
          actor: memberId,
          action: 'refund.reduce_refused',
          subject,
          detail: { why: 'right', level },
        })
        return { outcome: 'not-yours' }
      }
      await tx`SELECT 1 FROM orders WHERE id = (SELECT order_id FROM returns WHERE id = ${returnId}) FOR UPDATE`
      const [row] = await tx<{ orderId: string; refundFen: bigint | null; paidFen: bigint | null; open: boolean }[]>`
        SELECT r.order_id AS "orderId", r.refund_fen AS "refundFen", o.paid_fen AS "paidFen",
          r.approval = 'pending' AND r.refund_released_at IS NULL AND EXISTS (SELECT 1 FROM approval_levels a
            WHERE a.return_id = r.id AND a.level = ${level} AND a.role = 'finance' AND a.state = 'pending') AS open
        FROM returns r JOIN orders o ON o.id = r.order_id WHERE r.id = ${returnId} FOR UPDATE OF r`
      if (row === undefined || !row.open || row.paidFen === null || row.refundFen === null) return { outcome: 'stale' }
      const [others] = await tx<{ fen: bigint }[]>`
        SELECT coalesce(sum(refund_fen), 0)::bigint AS fen FROM returns
        WHERE order_id = ${row.orderId} AND id <> ${returnId} AND approval = 'approved'`
      const leftFen = row.paidFen - (others?.fen ?? 0n)
      if (amountFen <= 0n || amountFen > leftFen || amountFen >= row.refundFen) return { outcome: 'stale' }
      const rows = await tx`
        UPDATE returns SET refund_fen = ${amountFen}, version = version + 1 WHERE id = ${returnId} AND approval = 'pending'`
      expectOne(rows, 'reducing a refund')
      const detail = { level, from: String(row.refundFen), to: String(amountFen) }
      await audit.append(tx, { actor: memberId, action: 'refund.reduced', subject, detail })
      return { outcome: 'reduced' }
    })
}
