import type { SourceReturn } from '../hub/channel-port.ts'

// 淘宝/天猫 codes (open platform, 2026-11-22). What stands in no table is kept as text.

const stages: Readonly<Record<string, string>> = {
  TRADE_NO_CREATE_PAY: 'pending_payment',
  WAIT_BUYER_PAY: 'pending_payment',
  PAY_PENDING: 'pending_payment',
  WAIT_PRE_AUTH_CONFIRM: 'on_hold',
  WAIT_SELLER_SEND_GOODS: 'paid',
  SELLER_CONSIGNED_PART: 'part_shipped',
  WAIT_BUYER_CONFIRM_GOODS: 'shipped',
  TRADE_FINISHED: 'signed',
  // cash on delivery: the buyer took it
  TRADE_BUYER_SIGNED: 'signed',
  // never paid
  TRADE_CLOSED_BY_TAOBAO: 'cancelled',
}

/** Closed by a refund of the whole: refunded once it was shipped, cancelled before. Goods that came back are told by the refund. */
export function orderStage(status: string, wasShipped: boolean): string {
  if (status === 'TRADE_CLOSED') return wasShipped ? 'refunded' : 'cancelled'
  return stages[status] ?? status
}

export const refundStates: Readonly<Record<string, SourceReturn['state']>> = {
  WAIT_SELLER_AGREE: 'applied',
  WAIT_BUYER_RETURN_GOODS: 'agreed',
  WAIT_SELLER_CONFIRM_GOODS: 'agreed',
  SELLER_REFUSE_BUYER: 'refused',
  CLOSED: 'closed',
  SUCCESS: 'done',
}

/**
 * Types of orders the list is asked for. Without them the vendor gives only the first five, and others are missing without a word;
 * the rest is from memory (unconfirmed).
 */
export const orderTypes =
  'guarantee_trade,auto_delivery,ec,cod,step,fixed,tmall_i18n,o2o_offlinetrade,nopaid,pre_auth_type,eticket'

/** What a call is refused with, by the vendor's code. */
export const refusals = { tooFast: '7', remote: '15', session: '27', clock: '31' } as const

/** sub_code of a number that does not exist; its texts are unconfirmed. */
export const notThereForm = /not-?exist|not-?found/i
/** sub_code of the vendor's own trouble: the same call may pass later. */
export const passingForm = /^isp\./
/** Seconds in the sub_msg of code 7: "This ban will last for 1 more seconds". */
export const banForm = /(\d{1,5}) more seconds?/
