import type { Database } from '../db/client.ts'
import type { CommandName, GiveCommands, GivenCommand } from './commands.ts'
import { owedFreezes, owedPicks, owedReleases } from './owed-goods.ts'
import { platformPaid } from './refund-mismatch.ts'

/** What follows from where an order or a return stands, and from nobody's tap. */
const derived = [
  'wms.pick',
  'erp.gift_freeze',
  'erp.gift_release',
  'crm.field',
  'crm.service_record',
  'erp.receivable',
] as const
type Derived = (typeof derived)[number]

/** A system that was joined today is not told the history of the firm; one that was down for a long weekend misses nothing. */
const lookBackMs = 7 * 86_400_000
/** No money goes later than that after its return was asked for; `applied_at` is what the index of returns knows. */
const oldestReturnMs = 366 * 86_400_000
/** Per kind and round: a wave of signatures is spread, and no transaction grows long. */
const perRound = 200

/** Gives what is owed to other systems by now, each once for ever; returns how many were found. Wake the pump when there were any. */
export type GiveOwed = (nowMs: number) => Promise<number>

export type OwedParts = {
  readonly database: Pick<Database, 'sql'>
  readonly give: GiveCommands
  /** What the configured systems take: nothing else is given, so that no desk without such a system fills its ledger. */
  readonly takes: readonly CommandName[]
}

/**
 * Product rows 19, 21 and 22: a paid order is to be picked and its gifts are frozen, both in one transaction; gifts are let go when it was
 * signed for or cancelled; an order that was signed for is told to the CRM, a return whose money went to the CRM and the ERP. Read
 * from the rows as they stand, whichever way they came there (push, sheet, correction): a command is owed while the ledger does
 * not have its key. Several processes may do it beside each other.
 */
export function giveOwed({ database: { sql }, give, takes }: OwedParts): GiveOwed {
  const taken = derived.filter((name) => takes.includes(name))
  return async (nowMs) => {
    let count = 0
    for (const name of taken) {
      count += await sql.begin(async (tx) => {
        const owed = await owedOf(tx, name, taken, nowMs - lookBackMs)
        await give(tx, owed)
        return owed.length
      })
    }
    return count
  }
}

type Sql = Parameters<GiveCommands>[0]

function owedOf(tx: Sql, name: Derived, taken: readonly Derived[], sinceMs: number): Promise<readonly GivenCommand[]> {
  switch (name) {
    case 'wms.pick':
      return owedPicks(tx, taken.includes('erp.gift_freeze'), sinceMs)
    case 'erp.gift_freeze':
      return owedFreezes(tx, sinceMs)
    case 'erp.gift_release':
      return owedReleases(tx, sinceMs)
    case 'crm.field':
      return owedOrders(tx, sinceMs)
    default:
      return owedReturns(tx, name, sinceMs)
  }
}

async function owedOrders(tx: Sql, sinceMs: number): Promise<readonly GivenCommand[]> {
  const rows = await tx<{ id: string; orderNo: string; atMs: number }[]>`
    SELECT o.id, o.order_no AS "orderNo", round(extract(epoch FROM o.signed_at) * 1000)::float8 AS "atMs" FROM orders o
    WHERE o.signed_at >= to_timestamp(${sinceMs}::float8 / 1000)
      AND NOT EXISTS (SELECT 1 FROM commands c WHERE c.key = 'crm.field:' || o.id)
    ORDER BY o.signed_at LIMIT ${perRound}`
  return rows.map(({ id, orderNo, atMs }) => ({
    key: `crm.field:${id}`,
    subject: `order:${id}`,
    command: { name: 'crm.field', payload: { orderNo, field: 'last_fulfilled_at', atMs } },
  }))
}

/** Money of an unknown amount, and one that the platform paid otherwise, is owed once the amount is known or settled: the ERP is told fen or nothing. */
async function owedReturns(
  tx: Sql,
  name: 'crm.service_record' | 'erp.receivable',
  sinceMs: number,
): Promise<readonly GivenCommand[]> {
  const rows = await tx<{ returnId: string; orderNo: string; reason: string; amountFen: string }[]>`
    SELECT r.id AS "returnId", o.order_no AS "orderNo", r.reason, coalesce(z.amount_fen, r.refund_fen)::text AS "amountFen"
    FROM returns r JOIN orders o ON o.id = r.order_id LEFT JOIN receivable_settlements z ON z.return_id = r.id
    CROSS JOIN LATERAL (${platformPaid(tx)}) paid
    WHERE (z.return_id IS NOT NULL OR paid.fen IS NULL OR paid.fen = r.refund_fen) AND r.applied_at >= to_timestamp(${sinceMs - oldestReturnMs}::float8 / 1000)
      AND r.approval = 'approved' AND r.refund_released_at >= to_timestamp(${sinceMs}::float8 / 1000)
      AND r.refund_fen IS NOT NULL AND NOT EXISTS (SELECT 1 FROM commands c WHERE c.key = ${`${name}:`} || r.id)
    ORDER BY r.refund_released_at LIMIT ${perRound}`
  return rows.map(({ returnId, orderNo, reason, amountFen }) => ({
    key: `${name}:${returnId}`,
    subject: `return:${returnId}`,
    command:
      name === 'erp.receivable'
        ? { name, payload: { orderNo, returnId, amountFen } }
        : { name, payload: { orderNo, returnId, reason, refundFen: amountFen } },
  }))
}
