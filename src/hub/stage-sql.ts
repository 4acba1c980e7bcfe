import type { Stage } from './order-facts.ts'

/** `stageOf` of hub/stage.ts for a row `o` of orders. A property test holds the two together: change both or none. */
export const stageSql = `CASE
    WHEN o.returned_at IS NOT NULL THEN 'returned'
    WHEN o.cancelled_at IS NOT NULL THEN 'cancelled'
    WHEN EXISTS (
      SELECT 1 FROM returns r WHERE r.order_id = o.id AND r.approval IN ('pending', 'approved')
        AND r.closed_at IS NULL AND (r.received_at IS NULL OR r.refunded_at IS NULL)
    ) THEN 'returning'
    WHEN o.refunded_at IS NOT NULL THEN 'refunded'
    WHEN o.signed_at IS NOT NULL THEN 'signed'
    WHEN o.shipped_at IS NOT NULL THEN (
      SELECT CASE WHEN count(p.shipped_at) BETWEEN 1 AND count(*) - 1 THEN 'part_shipped' ELSE 'shipped' END
      FROM parcels p WHERE p.order_id = o.id
    )
    WHEN EXISTS (SELECT 1 FROM parcels p WHERE p.order_id = o.id AND p.shipped_at IS NOT NULL) THEN 'part_shipped'
    WHEN o.on_hold_at IS NOT NULL THEN 'on_hold'
    WHEN o.quarantined_at IS NOT NULL THEN 'quarantined'
    WHEN o.paid_at IS NOT NULL THEN 'paid'
    ELSE 'pending_payment' END`

/** True of every order in the stage, in the words of the partial index orders_unshipped; undefined where it is of no use. */
export function unshippedIndexSql(stage: Stage | undefined): string | undefined {
  return stage === 'paid' ? 'o.paid_at IS NOT NULL AND o.shipped_at IS NULL AND o.cancelled_at IS NULL' : undefined
}
