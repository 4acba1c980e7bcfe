import { correctOrder } from './apply-corrections.ts'
import type { Stage } from './order-facts.ts'
import type { PersonalData } from './personal.ts'
import { maskedQuestion } from './query-log.ts'
import { nameOf } from './staff.ts'
import { stageSql } from './stage-sql.ts'
import type { Applied, By, Look, PlanOf, Sql, WishOf } from './write.ts'

/** A wish that the warehouse was told of stands this long: asking again by the next minute helps nobody. */
const wishStandsMs = 4 * 3_600_000
const cancelAskedAction = 'order.cancel.asked'

type Row = {
  readonly stage: Stage
  readonly paidAtMs: number | null
  readonly pickingAtMs: number | null
  readonly paidFen: string | null
}

const orderText = `SELECT ${stageSql} AS stage, round(extract(epoch FROM o.paid_at) * 1000)::float8 AS "paidAtMs",
    round(extract(epoch FROM o.picking_at) * 1000)::float8 AS "pickingAtMs", o.paid_fen::text AS "paidFen"
  FROM orders o WHERE o.id = $1::text`

/** Locks the order until the transaction ends; a statement of its own, so that what is read next is no older than the lock. */
export async function lockOrder(tx: Sql, orderId: string): Promise<void> {
  await tx`SELECT 1 FROM orders WHERE id = ${orderId} FOR UPDATE`
}

/** Product §2.11: only what is paid and not shipped can be cancelled; once it is being picked, the warehouse has the say. */
export async function lookCancel(tx: Sql, wish: WishOf<'order.cancel'>, by: By, lock: boolean): Promise<Look> {
  if (lock) await lockOrder(tx, wish.orderId)
  const [row] = await tx.unsafe<Row[]>(orderText, [wish.orderId], { prepare: true })
  if (row === undefined) return { outcome: 'refused', why: { code: 'gone' } }
  const unshipped = row.stage === 'paid' || row.stage === 'on_hold' || row.stage === 'quarantined'
  if (!unshipped || row.paidAtMs === null) {
    const stage = unshipped ? 'pending_payment' : row.stage
    return { outcome: 'refused', why: { code: 'stage', stage } }
  }
  if (row.pickingAtMs !== null) {
    const asked = await askedBefore(tx, wish.orderId, by.nowMs)
    if (asked !== undefined) return { outcome: 'refused', why: { code: 'wish-stands', ...asked } }
  }
  if (wish.reason === undefined) return { outcome: 'asks', missing: 'reason', offers: [] }
  const facts = {
    stage: row.stage,
    ...(row.pickingAtMs !== null && { pickingAtMs: row.pickingAtMs }),
    ...(row.paidFen !== null && { paidFen: row.paidFen }),
  }
  return { outcome: 'ready', plan: { kind: 'order.cancel', wish, facts } }
}

async function askedBefore(tx: Sql, orderId: string, nowMs: number) {
  const [row] = await tx<{ actor: string; atMs: number }[]>`
    SELECT actor, round(extract(epoch FROM at) * 1000)::float8 AS "atMs" FROM audit
    WHERE subject = ${`order:${orderId}`} AND action = ${cancelAskedAction}
      AND at > to_timestamp(${nowMs - wishStandsMs}::float8 / 1000)
    ORDER BY seq DESC LIMIT 1`
  return row && { by: (await nameOf(tx, row.actor)) ?? row.actor, atMs: row.atMs }
}

type Parts = { readonly personal: PersonalData; readonly newId: (prefix: string) => string }

export async function cancelOrder(tx: Sql, plan: PlanOf<'order.cancel'>, by: By, parts: Parts): Promise<Applied> {
  const { wish, facts } = plan
  const reason = wish.reason ?? ''
  if (facts.pickingAtMs !== undefined) {
    await tx`
      INSERT INTO handoffs (id, from_member_id, to_role, subject, question, at)
      VALUES (${parts.newId('ho')}, ${by.memberId}, 'warehouse', ${`order:${wish.orderId}`}, ${maskedQuestion(reason)},
        to_timestamp(${by.nowMs}::float8 / 1000))`
    const audit = { action: cancelAskedAction, detail: { pickingAtMs: facts.pickingAtMs } }
    return { done: { passedOn: true }, audit, tells: ['warehouse'] }
  }
  // the order is locked since it was looked at: no step can have come in between
  await correctOrder(
    tx,
    {
      orderId: wish.orderId,
      field: 'cancelled',
      oldValue: facts.stage,
      newValue: maskedQuestion(reason),
      byMemberId: by.memberId,
      atMs: by.nowMs,
    },
    parts.personal,
  )
  return {
    done: {},
    audit: { action: 'order.cancel', detail: { from: facts.stage, to: 'cancelled' } },
    tells: ['warehouse'],
  }
}
