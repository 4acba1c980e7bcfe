import type { SourceOrder } from '../../src/hub/order-facts.ts'
import { sampleOrder } from '../src/hub/sample-order.ts'
import type { FreshDatabase } from './database.ts'
import { nowMs } from './sample-orders.ts'

const hourMs = 3_600_000

export const orderNo = '6936476692437472563'
export const zto = '75894561230147'
export const ztoNew = '75894561230148'

/** Told an hour before the tests' now: paid, nothing picked. */
export function paidOrder(change: Partial<SourceOrder> = {}): SourceOrder {
  return sampleOrder({
    orderNo,
    orderedAtMs: nowMs - 5 * hourMs,
    paidAtMs: nowMs - 5 * hourMs + 60_000,
    modifiedAtMs: nowMs - hourMs,
    ...change,
  })
}

export function shippedOrder(change: Partial<SourceOrder> = {}): SourceOrder {
  return paidOrder({ stage: 'shipped', shippedAtMs: nowMs - 2 * hourMs, waybillNo: zto, carrier: 'ZTO', ...change })
}

export function signedOrder(change: Partial<SourceOrder> = {}): SourceOrder {
  const signed = { signedAtMs: nowMs - hourMs, signer: '本人', signPhotoUrl: 'https://photo.example/1' }
  return shippedOrder({ stage: 'signed', ...signed, ...change })
}

/** A return of that order that waits at the level; the ones before it were decided by the lead and the keeper. */
export async function pendingReturn(
  { database: { sql } }: FreshDatabase,
  orderId: string,
  returnId = 'TH2611220015',
  level: 1 | 2 | 3 = 1,
): Promise<string> {
  const at = new Date(nowMs - hourMs)
  await sql`INSERT INTO returns (id, order_id, reason, applied_at, refund_fen) VALUES (${returnId}, ${orderId}, '破损', ${at}, 23800)`
  const rows = [
    [1, 'cs_lead', 15 * 60_000],
    [2, 'warehouse', 4 * hourMs],
    [3, 'finance', 4 * hourMs],
  ] as const
  for (const [nth, role, limitMs] of rows) {
    const state = nth < level ? 'approved' : nth === level ? 'pending' : 'waiting'
    const begun = nth <= level ? at : null
    const due = nth <= level ? new Date(at.getTime() + limitMs) : null
    const by = nth < level ? `mem_${role}` : null
    await sql`
      INSERT INTO approval_levels (return_id, level, role, state, started_at, due_at, decided_at, decided_by)
      VALUES (${returnId}, ${nth}, ${role}, ${state}, ${begun}, ${due}, ${by === null ? null : at}, ${by})`
  }
  return returnId
}
