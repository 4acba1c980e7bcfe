import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Audit } from './audit.ts'
import { lockOrder } from './cancel-order.ts'
import { releaseRefund } from './release-refund.ts'

export type RefundWindowParts = {
  readonly database: Pick<Database, 'sql'>
  readonly audit: Pick<Audit, 'append'>
  readonly clock: Clock
}

const mostPerTurn = 50

type Due = { readonly returnId: string; readonly orderId: string; readonly why: string }

/**
 * Lets the money go whose two minutes are over, which finance has agreed to, or which its flow lets go without goods; safe beside itself. Returns how many
 * returns' money went.
 */
export function releaseDueRefunds({ database, audit, clock }: RefundWindowParts): () => Promise<number> {
  const { sql } = database
  return async () => {
    const over = await sql<Due[]>`
      SELECT h.return_id AS "returnId", r.order_id AS "orderId", 'window-over' AS why
      FROM refund_holds h JOIN returns r ON r.id = h.return_id
      WHERE h.cleared_at IS NULL AND h.until_at <= to_timestamp(${clock.nowMs()}::float8 / 1000)
        AND r.approval = 'approved' AND r.refund_released_at IS NULL
      ORDER BY h.until_at, h.return_id LIMIT ${mostPerTurn}`
    const without = await sql<Due[]>`
      SELECT r.id AS "returnId", r.order_id AS "orderId", coalesce(v.body->>'releaseAt', 'confirmed') AS why
      FROM returns r LEFT JOIN flow_versions v ON v.version = r.flow_version
        AND v.body->>'releaseAt' IN ('first_scan', 'at_approval')
      WHERE r.closed_at IS NULL AND r.approval = 'approved' AND r.refund_released_at IS NULL AND (
        (r.received_at IS NULL AND (v.body->>'releaseAt' = 'at_approval'
          OR (v.version IS NOT NULL AND EXISTS (SELECT 1 FROM parcels p WHERE p.waybill_no = r.waybill_no AND p.state <> 'created'))))
        OR EXISTS (SELECT 1 FROM refund_holds h WHERE h.return_id = r.id AND h.cleared_by IS NOT NULL))
      ORDER BY r.id LIMIT ${mostPerTurn}`
    let released = 0
    for (const { returnId, orderId, why } of [...over, ...without]) {
      const went = await sql.begin(async (tx) => {
        // in this order everywhere: two returns of one order never wait for each other in a circle
        await lockOrder(tx, orderId)
        await tx`SELECT 1 FROM returns WHERE id = ${returnId} FOR UPDATE`
        if (!(await releaseRefund(tx, returnId, clock.nowMs()))) return false
        await audit.append(tx, {
          actor: 'desk',
          action: 'refund.release',
          subject: `return:${returnId}`,
          detail: { why },
        })
        return true
      })
      if (went) released += 1
    }
    return released
  }
}
