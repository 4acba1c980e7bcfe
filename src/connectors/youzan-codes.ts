import type { SourceReturn } from '../hub/channel-port.ts'

// 有赞 codes (SDKs and the mirror of its documentation, 2026-11-22). What stands in no table is kept as text.

const stages: Readonly<Record<string, string>> = {
  WAIT_BUYER_PAY: 'pending_payment',
  // a group that is not full, or an order somebody has to accept
  WAIT_CONFIRM: 'on_hold',
  WAIT_SELLER_SEND_GOODS: 'paid',
  WAIT_BUYER_CONFIRM_GOODS: 'shipped',
  TRADE_SUCCESS: 'signed',
}

const closed = 'TRADE_CLOSED'
/** refund_state of an order whose money went back whole. */
const refundedWhole = '12'
const refundRunning: ReadonlySet<string> = new Set(['1', '11'])

/**
 * True while the vendor is between two states. Such an order is read again and not told: the next state often has the same
 * update_time, and of two tellings of one time the hub keeps the first. A refund under way says nothing of an order that is open.
 */
export function passing(status: string, refundState: string): boolean {
  return status === 'TRADE_PAID' || (status === closed && refundRunning.has(refundState))
}

/** An order that a refund closed is refunded once it was shipped, cancelled before. */
export function orderStage(status: string, refundState: string, wasShipped: boolean): string {
  if (status === closed) return refundState === refundedWhole && wasShipped ? 'refunded' : 'cancelled'
  return stages[status] ?? status
}

/** express_type of what is fetched in the shop: no carrier, no waybill. Local delivery (2) and virtual goods (9) have none either. */
export const pickUp = '1'

/** Refund status → the hub's word. The texts are unconfirmed; others count as applied and keep theirs. */
export const refundStates: Readonly<Record<string, SourceReturn['state']>> = {
  WAIT_SELLER_AGREE: 'applied',
  WAIT_BUYER_RETURN_GOODS: 'agreed',
  WAIT_SELLER_CONFIRM_GOODS: 'agreed',
  SELLER_REFUSE_BUYER: 'refused',
  CLOSED: 'closed',
  SUCCESS: 'done',
}

/** err_code of gw_err_resp for tokens; unconfirmed. */
export const tokenErrors: ReadonlySet<string> = new Set(['4201', '4203', '10003'])

/** Types of pushes: the older in capitals, the newer as trade_TradePaid; the newer names are unconfirmed. */
export function topicOf(type: string): 'order' | 'refund' | undefined {
  if (/^trade_order_refund$|^trade_refund|refund_/i.test(type)) return 'refund'
  return /^trade_/i.test(type) ? 'order' : undefined
}
