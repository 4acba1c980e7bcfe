import { createHash } from 'node:crypto'
import { dayStart } from '../runtime/beijing.ts'
import { type ApproveParts, carryThrough } from './approve-level.ts'
import type { FlowRules } from './flow-rules.ts'
import { checkLevel } from './level-checks.ts'
import { expectOne, type Sql } from './write.ts'

/**
 * Lets a small safe return through every level by rule (product row 84): no more than the cap, seldom enough for its customer,
 * nothing owed, goods still kept; one in so many is left to people all the same. True when it did. The return must be locked or new.
 */
export async function passByRule(
  tx: Sql,
  { returnId, rules }: { readonly returnId: string; readonly rules: FlowRules },
  nowMs: number,
  parts: ApproveParts,
): Promise<true | false> {
  const { autoApprove } = rules
  if (autoApprove === undefined || !(await isSmallAndSafe(tx, returnId, autoApprove, nowMs))) return false
  const levels = await tx<{ level: number }[]>`
    SELECT level FROM approval_levels WHERE return_id = ${returnId} ORDER BY level`
  const checks = await Promise.all(
    levels.map(async (one) => ({ ...one, facts: await checkLevel(tx, returnId, one.level, nowMs) })),
  )
  const safe = checks.every(({ facts }) => {
    if (facts.kind === 'arrears') return facts.arrears === 'none'
    return facts.kind !== 'stock' || facts.goods.every(({ zone }) => zone === 'shelf')
  })
  if (!safe) return false
  const now = tx`to_timestamp(${nowMs}::float8 / 1000)`
  for (const { level, facts } of checks) {
    const rows = await tx`
      UPDATE approval_levels SET state = 'approved', auto = true, started_at = coalesce(started_at, ${now}), decided_at = ${now},
        facts = ${tx.json(facts)}, decided_facts = ${tx.json(facts)}
      WHERE return_id = ${returnId} AND level = ${level} AND state IN ('waiting', 'pending')`
    expectOne(rows, 'passing a level by rule')
  }
  expectOne(
    await tx`UPDATE returns SET approval = 'approved', approved_at = ${now}, version = version + 1
      WHERE id = ${returnId} AND approval = 'pending'`,
    'passing a return by rule',
  )
  await carryThrough(tx, returnId, nowMs, parts)
  return true
}

async function isSmallAndSafe(
  tx: Sql,
  returnId: string,
  { mostFen, perCustomerPerDay, sampleOneIn }: NonNullable<FlowRules['autoApprove']>,
  nowMs: number,
): Promise<boolean> {
  const [row] = await tx<{ fen: string | null; person: string | null }[]>`
    SELECT r.refund_fen::text AS fen, coalesce(c.merged_into, c.id) AS person
    FROM returns r JOIN orders o ON o.id = r.order_id LEFT JOIN customers c ON c.id = o.customer_id WHERE r.id = ${returnId}`
  if (row === undefined || row.fen === null || row.person === null || BigInt(row.fen) > BigInt(mostFen)) return false
  // two orders of one person may come back in the same moment: the one that is counted would not be seen yet
  await tx`SELECT pg_advisory_xact_lock(hashtextextended(${`auto approval ${row.person}`}, 0))`
  const passed = await tx`
    SELECT 1 FROM customers c JOIN orders o ON o.customer_id = c.id JOIN returns x ON x.order_id = o.id
    WHERE (c.id = ${row.person} OR c.merged_into = ${row.person}) AND x.id <> ${returnId}
      AND x.applied_at >= to_timestamp(${dayStart(nowMs)}::float8 / 1000)
      AND EXISTS (SELECT 1 FROM approval_levels a WHERE a.return_id = x.id AND a.auto)`
  if (passed.length >= perCustomerPerDay) return false
  // by the number alone: nobody can try again until it passes
  return createHash('sha256').update(returnId).digest().readUInt32BE(0) % sampleOneIn !== 0
}
