import type { CarrierCode, Channel, ReturnFacts, TrackState } from './order-facts.ts'

/**
 * What the hub knows of the returns of one order, ready to be shown. Times are epoch milliseconds, money is fen, a field that
 * is not known is absent.
 */

/** A line as it was sold. */
export type SoldLine = {
  readonly id: string
  readonly sku?: string
  readonly name: string
  readonly spec?: string
  readonly qty: number
  /** Of the whole line, before what was taken off the order. */
  readonly amountFen?: bigint
}

export type Heard = { readonly name: string; readonly heardAtMs?: number; readonly staleAfterMs?: number }

/** The sale behind the returns: whose it is, what was paid and how. */
export type SaleFacts = {
  readonly orderId: string
  readonly channel: Channel
  readonly orderNo: string
  readonly consigneeName?: string
  readonly phone?: string
  readonly address?: string
  readonly paidAtMs?: number
  readonly payMethod?: string
  readonly totalFen?: bigint
  readonly discountFen?: bigint
  readonly freightFen?: bigint
  readonly paidFen?: bigint
  readonly signedAtMs?: number
  readonly cancelledAtMs?: number
  /** Money given back on the order itself: cancelled after payment, lost on the way, or everything returned. */
  readonly refundFen?: bigint
  readonly refundedAtMs?: number
  readonly lines: readonly SoldLine[]
  /** Who tells of scans in the warehouse; a stale one means a parcel may lie there unseen. */
  readonly warehouse?: Heard
}

export type ReturnLineFacts = {
  readonly lineId: string
  readonly name: string
  readonly spec?: string
  readonly askedQty: number
  readonly approvedQty?: number
  readonly receivedQty: number
  readonly damagedQty: number
  readonly refundedFen?: bigint
  /** Pieces of this line that earlier returns of the order took already. */
  readonly earlierQty: number
}

export type LevelRole = 'cs_lead' | 'warehouse' | 'finance'

export type LevelFacts = {
  readonly level: number
  readonly role: LevelRole
  readonly state: 'waiting' | 'pending' | 'approved' | 'rejected'
  readonly holder?: string
  readonly startedAtMs?: number
  readonly dueAtMs?: number
  readonly decidedAtMs?: number
  readonly decidedBy?: string
  readonly reason?: string
}

/** Where the parcel that comes back was seen last; absent while nobody tracks it. */
export type ComingBack = {
  readonly atMs?: number
  readonly state?: TrackState
  readonly place?: string
  readonly text?: string
  readonly etaAtMs?: number
  readonly trackedAtMs?: number
}

/** One return: approval, goods and money each on a track of their own. */
export type ReturnView = {
  readonly id: string
  readonly reason: string
  readonly appliedAtMs: number
  readonly appliedBy?: string
  readonly approval: ReturnFacts['approval']
  readonly approvedAtMs?: number
  readonly rejectedAtMs?: number
  readonly waybillNo?: string
  readonly carrier?: CarrierCode
  readonly comingBack?: ComingBack
  readonly receivedAtMs?: number
  readonly inspection?: string
  readonly refundFen?: bigint
  readonly refundMethod?: string
  readonly releasedAtMs?: number
  readonly refundedAtMs?: number
  readonly closedAtMs?: number
  /** Product §2.9, wall clock from the application: until when all levels have to decide, and when the platform fines. */
  readonly wholeDueAtMs: number
  readonly fineAtMs: number
  readonly notes: number
  readonly lines: readonly ReturnLineFacts[]
  /** In order of level. */
  readonly levels: readonly LevelFacts[]
}

/** An order's sale with its returns, newest first. */
export type SaleReturns = { readonly sale: SaleFacts; readonly returns: readonly ReturnView[] }

/** What the handlers see of returns. Both cost one statement by index. */
export type ReturnLookup = {
  byNo(returnNo: string): Promise<{ readonly sale: SaleFacts; readonly request: ReturnView } | undefined>
  ofOrder(orderId: string): Promise<SaleReturns | undefined>
}

/** How many pieces of a line count for the money: what came in once the parcel was booked in, else what was approved or asked. */
export function countedQty(request: Pick<ReturnView, 'receivedAtMs'>, line: ReturnLineFacts): number {
  return request.receivedAtMs === undefined ? (line.approvedQty ?? line.askedQty) : line.receivedQty
}

/** The level that has to decide now. */
export function pendingLevel(request: Pick<ReturnView, 'approval' | 'levels'>): LevelFacts | undefined {
  return request.approval === 'pending' ? request.levels.find(({ state }) => state === 'pending') : undefined
}
