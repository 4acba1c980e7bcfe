import type { CarrierCode } from '../hub/order-facts.ts'

// 京东 JOS codes (two SDKs, 2026-11-22; business rules partly unconfirmed). What stands in no table is kept as text.

/** States of pop.order and of the other order API, which never share a word with another meaning. */
const stages: Readonly<Record<string, string>> = {
  NOT_PAY: 'pending_payment',
  WAIT_SELLER_STOCK_OUT: 'paid',
  // overseas: on its way to the collecting warehouse
  WAIT_SELLER_DELIVERY: 'paid',
  WAIT_SEND_CODE: 'paid',
  WAIT_SHIPMENTS: 'paid',
  WAIT_GOODS_RECEIVE_CONFIRM: 'shipped',
  WAIT_DELIVERY: 'shipped',
  FINISHED_L: 'signed',
  FINISH: 'signed',
  TRADE_CANCELED: 'cancelled',
  CANCEL: 'cancelled',
  // the buyer asked to cancel: do not ship
  LOCKED: 'on_hold',
  LOCK: 'on_hold',
  POP_ORDER_PAUSE: 'on_hold',
  PAUSE: 'on_hold',
  SUSPEND: 'on_hold',
  DELIVERY_RETURN: 'refunded',
}

export function orderStage(state: string): string {
  return stages[state] ?? state
}

/** A list gives only the states that are named (unconfirmed: whether it takes none). */
export const listedStates = [
  'WAIT_SELLER_STOCK_OUT',
  'WAIT_SELLER_DELIVERY',
  'WAIT_GOODS_RECEIVE_CONFIRM',
  'WAIT_SEND_CODE',
  'FINISHED_L',
  'TRADE_CANCELED',
  'LOCKED',
  'POP_ORDER_PAUSE',
  'PAUSE',
  'DELIVERY_RETURN',
].join(',')

/** logisticsId (from memory, unconfirmed): the form of the number goes first, see carrierOf. */
export const carriersById: Readonly<Record<string, CarrierCode>> = {
  '463': 'YTO',
  '465': 'EMS',
  '467': 'SF',
  '470': 'STO',
  '1327': 'YUNDA',
  '1499': 'ZTO',
  '2087': 'JD',
  '2170': 'POST',
}

/** Platform busy or limit: codes of the sixties (unconfirmed), beside the words. */
export const busyForm = /^6\d$/
