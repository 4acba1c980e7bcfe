import type { SourceReturn } from '../hub/channel-port.ts'

// 抖店 codes (shop platform's SDK comments, 2026-11-22). What stands in no table is kept as text.

/** order_status of an order → the hub's word. 4 is told apart by orderStage. */
const stages: Readonly<Record<string, string>> = {
  '1': 'pending_payment',
  '103': 'pending_payment',
  '2': 'paid',
  // paid, under risk check: must not be shipped
  '105': 'on_hold',
  '101': 'part_shipped',
  '3': 'shipped',
  '5': 'signed',
}

/** main_status of orders that an after-sale request closed. */
const closedByAfterSale: ReadonlySet<string> = new Set(['22', '39'])

/** A parent's status counts; lines of a cancelled order may still show 2. */
export function orderStage(status: string, main: string | undefined, wasPaid: boolean, wasShipped: boolean): string {
  if (status !== '4') return stages[status] ?? status
  const refunded = wasPaid && wasShipped && main !== undefined && closedByAfterSale.has(main)
  return refunded ? 'refunded' : 'cancelled'
}

/** after_sale_type: the goods are to come back. 1 and 2 are money alone; exchange, resend and repair are neither. */
export const goodsBackType = '0'
export const moneyTypes: ReadonlySet<string> = new Set(['0', '1', '2', '6'])

/** after_sale_status → the hub's word; unknown ones count as applied and keep their number beside. */
export const afterSaleStates: Readonly<Record<string, SourceReturn['state']>> = {
  '6': 'applied',
  '7': 'agreed',
  '11': 'agreed',
  '12': 'done',
  '13': 'agreed',
  '14': 'done',
  '27': 'refused',
  '28': 'closed',
  '29': 'refused',
  '51': 'closed',
  '53': 'done',
}

/** refund_status: the money is back. */
export const refundDone = '3'

/** Push tags of orders. 111 asks for a change of address, which shows in the order once it is made. */
const orderTags = new Set(['100', '101', '102', '103', '104', '105', '106', '108', '110', '111', '113'])

/** 200–209 requests, 212–218 arbitration, 227 resend. */
export function topicOf(tag: string): 'order' | 'after-sale' | undefined {
  if (orderTags.has(tag)) return 'order'
  return /^2(?:0\d|1[2-8]|27)$/.test(tag) ? 'after-sale' : undefined
}
