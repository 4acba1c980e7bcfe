import type { SourceReturn } from '../hub/channel-port.ts'

// 微信小店 codes (server API pages, 2026-11-22). What stands in no table is kept as text.

const stages: Readonly<Record<string, string>> = {
  '10': 'pending_payment',
  '20': 'paid',
  '21': 'part_shipped',
  '30': 'shipped',
  '100': 'signed',
  '190': 'cancelled',
  '250': 'cancelled',
}

/** All goods of the order went through after-sales: refunded once they were shipped, cancelled before. */
const closedByAfterSale = '200'

export function orderStage(status: string, wasShipped: boolean): string {
  if (status === closedByAfterSale) return wasShipped ? 'refunded' : 'cancelled'
  return stages[status] ?? status
}

export const goodsBackType = 'RETURN'
/** Exchanges and whatever comes later move neither money nor goods into our store. */
export const moneyTypes: ReadonlySet<string> = new Set(['REFUND', goodsBackType])

/** Money back and no goods, even where the request began as a return. */
export const moneyAlone = 'MERCHANT_REFUND_SUCCESS'

/** After-sale status → the hub's word (CANCELD is the vendor's spelling); unknown ones count as applied and keep their text. */
export const afterSaleStates: Readonly<Record<string, SourceReturn['state']>> = {
  MERCHANT_PROCESSING: 'applied',
  USER_WAIT_RETURN: 'agreed',
  MERCHANT_WAIT_RECEIPT: 'agreed',
  USER_WAIT_CONFIRM: 'agreed',
  MERCHANT_OVERDUE_REFUND: 'agreed',
  PLATFORM_REFUNDING: 'agreed',
  PLATFORM_REFUND_FAIL: 'agreed',
  MERCHANT_REFUND_RETRY_FAIL: 'agreed',
  MERCHANT_FAIL: 'agreed',
  MERCHANT_REJECT_REFUND: 'refused',
  MERCHANT_REJECT_RETURN: 'refused',
  USER_CANCELD: 'closed',
  RETURN_CLOSED: 'closed',
  [moneyAlone]: 'done',
  MERCHANT_RETURN_SUCCESS: 'done',
}

/** Error numbers, from memory in the protocol texts: what arrives is logged. */
export const tokenErrors: ReadonlySet<string> = new Set(['40001', '40014', '42001'])

/** Numbers that mean "later", and how long nobody calls after them: busy, too frequent (500–800 calls in 30 s), quota of the day. */
export const laterMs: Readonly<Record<string, number>> = {
  '-1': 1_000,
  '30000': 30_000,
  '45009': 300_000,
  '45011': 60_000,
}
