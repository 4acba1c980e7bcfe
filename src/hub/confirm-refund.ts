import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Audit } from './audit.ts'
import { lockOrder } from './cancel-order.ts'
import { type HoldReason, releaseRefund } from './release-refund.ts'
import { shareOfReturn } from './return-sums.ts'
import { nameOf, rolesOf } from './staff.ts'
import { type ApprovalState, expectOne, type Sql } from './write.ts'

/** Finance's word on money that a count has stopped. `counts` names the counts that were seen (RefundCase.counts). */
export type RefundWord = {
  readonly returnId: string
  readonly memberId: string
  readonly counts: string
  /** received: for every piece that came · sound: without the damaged ones · hang-up: look at it later, nothing goes. */
  readonly word: 'received' | 'sound' | 'hang-up'
}

/** What is to be decided about a return's stopped money, to the fen; fen as text. */
export type RefundCase = {
  readonly returnId: string
  readonly orderId: string
  readonly approval: ApprovalState
  /** Absent once nothing holds it. */
  readonly reason?: HoldReason
  /** Short, and different for different counts and amounts: a word about others is asked again. */
  readonly counts: string
  readonly due: number
  readonly received: number
  readonly damaged: number
  /** Before the goods were counted. */
  readonly wasFen?: string
  readonly receivedFen?: string
  /** Only where pieces are damaged. */
  readonly soundFen?: string
  readonly settled?: { readonly by?: string; readonly byId?: string; readonly atMs: number }
  readonly releasedAtMs?: number
}

export type RefundSaid =
  /** `went`: the money is on its way; else it goes with the last yes. */
  | {
      readonly outcome: 'settled'
      readonly case: RefundCase
      readonly amountFen?: string
      readonly went: boolean
      readonly atMs: number
    }
  | { readonly outcome: 'hung-up'; readonly case: RefundCase; readonly atMs: number }
  /** Somebody has said it before, or the counts were put right and it went by itself. */
  | { readonly outcome: 'already'; readonly case: RefundCase }
  /** Other counts or amounts than those seen. */
  | { readonly outcome: 'changed'; readonly case: RefundCase }
  | { readonly outcome: 'refused'; readonly why: 'gone' | 'right' | 'rejected' }

/** Decides, in one transaction under locks; the right is looked at here, and a refused word is written down. */
export type ConfirmRefund = (word: RefundWord) => Promise<RefundSaid>

export type ConfirmRefundParts = {
  readonly database: Pick<Database, 'sql'>
  readonly audit: Pick<Audit, 'append'>
  readonly clock: Clock
}

/** Finance; the director in their place. */
const mayConfirm: readonly string[] = ['finance', 'director']

export function confirmRefund({ database, audit, clock }: ConfirmRefundParts): ConfirmRefund {
  return (word) =>
    database.sql.begin(async (tx): Promise<RefundSaid> => {
      const note = (action: string, detail: Readonly<Record<string, unknown>>) =>
        audit.append(tx, { actor: word.memberId, action, subject: `return:${word.returnId}`, detail })
      const roles = await rolesOf(tx, word.memberId)
      if (!roles.some((role) => mayConfirm.includes(role))) {
        await note('refund.refused', { why: 'right', word: word.word })
        return { outcome: 'refused', why: 'right' }
      }
      const found = await lockedCase(tx, word.returnId)
      if (found === undefined) return { outcome: 'refused', why: 'gone' }
      const refused = standsAgainst(found, word)
      if (refused !== undefined) {
        await note('refund.refused', { why: refused.outcome, word: word.word })
        return refused
      }
      const nowMs = clock.nowMs()
      const deputy = !roles.includes('finance')
      if (word.word === 'hang-up') {
        await hangUp(tx, word.returnId)
        await note('refund.hang-up', { counts: found.counts, deputy })
        return { outcome: 'hung-up', case: found, atMs: nowMs }
      }
      const amountFen = word.word === 'sound' ? found.soundFen : found.receivedFen
      await settle(tx, word, amountFen, nowMs)
      const went = await releaseRefund(tx, word.returnId, nowMs)
      await note('refund.confirm', {
        word: word.word,
        amountFen: amountFen ?? null,
        counts: found.counts,
        went,
        deputy,
      })
      return { outcome: 'settled', case: found, ...(amountFen !== undefined && { amountFen }), went, atMs: nowMs }
    })
}

function standsAgainst(found: RefundCase, word: RefundWord): RefundSaid | undefined {
  if (found.approval === 'rejected' || found.approval === 'withdrawn') return { outcome: 'refused', why: 'rejected' }
  if (found.releasedAtMs !== undefined || found.reason === undefined || found.settled !== undefined)
    return { outcome: 'already', case: found }
  return found.counts === word.counts ? undefined : { outcome: 'changed', case: found }
}

async function hangUp(tx: Sql, returnId: string): Promise<void> {
  const rows = await tx`
    UPDATE refund_holds SET reason = 'finance', until_at = NULL WHERE return_id = ${returnId} AND cleared_at IS NULL`
  expectOne(rows, 'hanging money up')
  await tx`UPDATE returns SET version = version + 1 WHERE id = ${returnId}`
}

async function settle(
  tx: Sql,
  { returnId, memberId }: RefundWord,
  amountFen: string | undefined,
  nowMs: number,
): Promise<void> {
  const cleared = await tx`
    UPDATE refund_holds SET cleared_by = ${memberId}, cleared_at = to_timestamp(${nowMs}::float8 / 1000)
    WHERE return_id = ${returnId} AND cleared_at IS NULL`
  expectOne(cleared, 'clearing held money')
  const rows = await tx`
    UPDATE returns SET refund_fen = coalesce(${amountFen ?? null}::text::bigint, refund_fen), version = version + 1
    WHERE id = ${returnId} AND refund_released_at IS NULL`
  expectOne(rows, 'setting the amount of held money')
}

async function lockedCase(tx: Sql, returnId: string): Promise<RefundCase | undefined> {
  const [row] = await tx<{ orderId: string }[]>`SELECT order_id AS "orderId" FROM returns WHERE id = ${returnId}`
  if (row === undefined) return undefined
  await lockOrder(tx, row.orderId)
  await tx`SELECT 1 FROM returns WHERE id = ${returnId} FOR UPDATE`
  return refundCase(tx, returnId)
}

/** Names counts and what they are worth; see RefundWord.counts. */
export function countsMark(of: {
  readonly received: number
  readonly damaged: number
  readonly receivedFen: string | undefined
  readonly soundFen: string | undefined
}): string {
  return [of.received, of.damaged, of.receivedFen ?? '', of.soundFen ?? ''].join('.')
}

type CaseRow = {
  readonly orderId: string
  readonly approval: ApprovalState
  readonly releasedAtMs: number | null
  readonly refundFen: string | null
  readonly reason: HoldReason | null
  readonly wasFen: string | null
  readonly clearedBy: string | null
  readonly clearedAtMs: number | null
}

type LineRow = { readonly lineId: string; readonly due: number; readonly received: number; readonly damaged: number }

/** What the stopped money of a return looks like at this moment; undefined for a return nobody knows. */
async function refundCase(tx: Sql, returnId: string): Promise<RefundCase | undefined> {
  const [row] = await tx<CaseRow[]>`
    SELECT r.order_id AS "orderId", r.approval, round(extract(epoch FROM r.refund_released_at) * 1000)::float8 AS "releasedAtMs",
      r.refund_fen::text AS "refundFen", h.reason, h.amount_fen::text AS "wasFen", h.cleared_by AS "clearedBy",
      round(extract(epoch FROM h.cleared_at) * 1000)::float8 AS "clearedAtMs"
    FROM returns r LEFT JOIN refund_holds h ON h.return_id = r.id WHERE r.id = ${returnId}`
  if (row === undefined) return undefined
  const lines = await tx<LineRow[]>`
    SELECT order_line_id AS "lineId", coalesce(approved_qty, asked_qty) AS due, received_qty AS received,
      damaged_qty AS damaged
    FROM return_lines WHERE return_id = ${returnId} ORDER BY order_line_id`
  const sum = (of: (line: LineRow) => number) => lines.reduce((all, line) => all + of(line), 0)
  const damaged = sum((line) => line.damaged)
  const whole = lines.map(({ lineId, received, damaged: hurt }) => ({ lineId, qty: received - hurt }))
  const of = { orderId: row.orderId, returnId }
  const soundFen = damaged > 0 ? await shareOfReturn(tx, of, whole, row.refundFen) : undefined
  const receivedFen = row.refundFen ?? undefined
  const by = await nameOf(tx, row.clearedBy)
  const received = sum((line) => line.received)
  return {
    returnId,
    orderId: row.orderId,
    approval: row.approval,
    ...(row.reason !== null && { reason: row.reason }),
    counts: countsMark({ received, damaged, receivedFen, soundFen }),
    due: sum((line) => line.due),
    received,
    damaged,
    ...(row.wasFen !== null && { wasFen: row.wasFen }),
    ...(receivedFen !== undefined && { receivedFen }),
    ...(soundFen !== undefined && { soundFen }),
    ...(row.clearedAtMs !== null && {
      settled: {
        atMs: row.clearedAtMs,
        ...(by !== undefined && { by }),
        ...(row.clearedBy && { byId: row.clearedBy }),
      },
    }),
    ...(row.releasedAtMs !== null && { releasedAtMs: row.releasedAtMs }),
  }
}
