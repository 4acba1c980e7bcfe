import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Audit } from './audit.ts'
import { nameOf, rolesOf } from './staff.ts'
import type { Sql } from './write.ts'

/** A return whose platform paid another amount back than was approved. Fen as text, times epoch ms. */
export type RefundMismatch = {
  readonly returnId: string
  readonly orderId: string
  readonly channel: string
  readonly orderNo: string
  readonly approvedFen: string
  readonly platformFen: string
}

export type MismatchSettled =
  /** What the ERP and the CRM are told now. */
  | { readonly outcome: 'settled'; readonly amountFen: string; readonly mismatch: RefundMismatch }
  /** Somebody has said it before. */
  | { readonly outcome: 'already'; readonly amountFen: string; readonly by: string; readonly atMs: number }
  /** Other amounts than those seen. */
  | { readonly outcome: 'changed'; readonly mismatch: RefundMismatch }
  /** They agree by now, or the return is gone. */
  | { readonly outcome: 'agrees' }
  | { readonly outcome: 'forbidden' }

export type MismatchParts = {
  readonly database: Pick<Database, 'sql'>
  readonly audit: Pick<Audit, 'append'>
  readonly clock: Clock
}

export type RefundMismatches = {
  /** Those of money that went in the last seven days and that nobody has settled. */
  open(): Promise<readonly RefundMismatch[]>
  /** The amount that counts; `seenFen` is the platform's as it stood on the card. The right is looked at here, refusals are written down. */
  settle(said: {
    readonly returnId: string
    readonly memberId: string
    readonly take: 'approved' | 'platform'
    readonly seenFen: string
  }): Promise<MismatchSettled>
}

const lookBackMs = 7 * 86_400_000
/** No money goes later than that after its return was asked for; `applied_at` is what the index of returns knows. */
const oldestReturnMs = 366 * 86_400_000
/** Finance; the director in their place. */
const mayConfirm: readonly string[] = ['finance', 'director']

/**
 * What the platform paid back on the order of `r` since the return was asked for, beside what belongs to another return of it: one row (fen), null
 * where it has paid nothing yet. A payment of the approved amount is the one of this return, whatever else was paid.
 */
export const platformPaid = (tx: Sql) => tx`
  SELECT CASE WHEN bool_or(p.fen = r.refund_fen) THEN r.refund_fen ELSE sum(p.fen)::bigint END AS fen
  FROM (
    SELECT (a.told->>'refundFen')::bigint AS fen FROM after_sales a
    WHERE a.channel = o.channel AND a.shop = o.shop AND a.order_no = o.order_no AND a.state = 'done'
      AND a.told ? 'refundFen' AND (a.told->>'refundedAtMs')::float8 >= extract(epoch FROM r.applied_at) * 1000
  ) p
  WHERE NOT EXISTS (SELECT 1 FROM returns x WHERE x.order_id = r.order_id AND x.id <> r.id AND x.refund_fen = p.fen
    AND x.refunded_at IS NOT NULL)`

/** Where the ERP is told of money, platform and hub must agree to the fen (product row 22); finance says what counts where they do not. */
export function refundMismatches({ database, audit, clock }: MismatchParts): RefundMismatches {
  const find = (tx: Sql, returnId: string | undefined) => {
    const sinceMs = clock.nowMs() - lookBackMs
    return tx<RefundMismatch[]>`
      SELECT r.id AS "returnId", o.id AS "orderId", o.channel, o.order_no AS "orderNo", r.refund_fen::text AS "approvedFen",
        paid.fen::text AS "platformFen"
      FROM returns r JOIN orders o ON o.id = r.order_id CROSS JOIN LATERAL (${platformPaid(tx)}) paid
      WHERE r.applied_at >= to_timestamp(${sinceMs - oldestReturnMs}::float8 / 1000) AND r.approval = 'approved'
        AND r.refund_released_at >= to_timestamp(${sinceMs}::float8 / 1000) AND paid.fen <> r.refund_fen
        AND NOT EXISTS (SELECT 1 FROM receivable_settlements z WHERE z.return_id = r.id)
        AND (${returnId ?? null}::text IS NULL OR r.id = ${returnId ?? null}::text)
      ORDER BY r.refund_released_at LIMIT 50`
  }
  return {
    open: () => find(database.sql, undefined),
    settle: (said) =>
      database.sql.begin(async (tx): Promise<MismatchSettled> => {
        const { returnId, memberId, take, seenFen } = said
        const allowed = (await rolesOf(tx, memberId)).some((role) => mayConfirm.includes(role))
        const entry = { actor: memberId, action: 'receivable.settle', subject: `return:${returnId}` }
        if (!allowed) {
          await audit.append(tx, { ...entry, action: 'receivable.settle.refused', detail: {} })
          return { outcome: 'forbidden' }
        }
        await tx`SELECT 1 FROM returns WHERE id = ${returnId} FOR UPDATE`
        const [before] = await tx<{ amountFen: string; byId: string; atMs: number }[]>`
          SELECT amount_fen::text AS "amountFen", by_member_id AS "byId", round(extract(epoch FROM at) * 1000)::float8 AS "atMs"
          FROM receivable_settlements WHERE return_id = ${returnId}`
        if (before !== undefined) {
          const { byId, ...rest } = before
          return { outcome: 'already', ...rest, by: (await nameOf(tx, byId)) ?? byId }
        }
        const [mismatch] = await find(tx, returnId)
        if (mismatch === undefined) return { outcome: 'agrees' }
        if (mismatch.platformFen !== seenFen) return { outcome: 'changed', mismatch }
        const amountFen = take === 'platform' ? mismatch.platformFen : mismatch.approvedFen
        await tx`
          INSERT INTO receivable_settlements (return_id, amount_fen, platform_fen, by_member_id, at)
          VALUES (${returnId}, ${amountFen}::text::bigint, ${seenFen}::text::bigint, ${memberId}, to_timestamp(${clock.nowMs()}::float8 / 1000))`
        const { approvedFen, platformFen } = mismatch
        await audit.append(tx, { ...entry, detail: { take, approvedFen, platformFen } })
        return { outcome: 'settled', amountFen, mismatch }
      }),
  }
}
