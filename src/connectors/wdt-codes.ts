import type { SourceReturn } from '../hub/channel-port.ts'

// 旺店通 codes, both editions (open platform documents, 2026-11-22). What stands in no table is kept as text.

const pending = 'pending_payment'

/** trade_status of an ERP order → the hub's word. 4 and 5 closed it before anything went out. */
const tradeStages: Readonly<Record<string, string>> = {
  '4': 'cancelled',
  '5': 'cancelled',
  '10': pending,
  '12': pending,
  '15': pending,
  '24': pending,
  '16': 'paid',
  '19': 'paid',
  '20': 'paid',
  '21': 'paid',
  '22': 'paid',
  '25': 'paid',
  '27': 'paid',
  '30': 'paid',
  '35': 'paid',
  '40': 'paid',
  '45': 'paid',
  '50': 'paid',
  '53': 'paid',
  '55': 'paid',
  '95': 'shipped',
  '96': 'shipped',
  '100': 'shipped',
  '101': 'shipped',
  '105': 'shipped',
  '110': 'shipped',
  '113': 'shipped',
}

export function tradeStage(status: string): string {
  return tradeStages[status] ?? status
}

/** Below 10 a stock-out is cancelled, but for −1, which has not left yet. */
export function isCancelled(status: number): boolean {
  return status >= 0 && status < 10
}

/** 旗舰版: 110 alone, or what its ERP order says. */
export const flagshipOut: ReadonlySet<number> = new Set([110])
export const leastTradeOut = 95

/** 企业版: shipped, part-paid, done, shipped with trouble. */
export const enterpriseOut: ReadonlySet<number> = new Set([95, 105, 110, 113])
/** Gone, but the platform was not told, or did not take it: the buyer still reads "not shipped" there. */
export const outWithTrouble = 113

/** Kinds of after-sale order: 1 before shipping, 2 goods come back, 4 money alone, 6 price protection; 3, exchange, is neither. */
export const goodsBackType = '2'
export const moneyTypes: ReadonlySet<string> = new Set(['1', '2', '4', '6'])

/** Status of an after-sale order of 旗舰版 → the hub's word. */
export const refundStates: Readonly<Record<string, SourceReturn['state']>> = {
  '10': 'closed',
  '20': 'applied',
  '30': 'agreed',
  '40': 'agreed',
  '80': 'done',
  '90': 'done',
}

/** process_status of an after-sale order of 企业版 (unconfirmed): 60 is 待收货, 70 part of it came, 80 waits to be settled. */
export const enterpriseRefundStates: Readonly<Record<string, SourceReturn['state']>> = {
  '10': 'closed',
  '20': 'applied',
  '30': 'agreed',
  '40': 'refused',
  '50': 'agreed',
  '60': 'agreed',
  '63': 'agreed',
  '70': 'agreed',
  '80': 'agreed',
  '90': 'done',
}

/** Stock-in of returned goods that is booked. */
export const stockInDone = '80'

/** What we push of a return whose goods are on their way: kind "goods come back", status 待收货. 旗舰版. */
export const pushed = { type: 2, toReceive: 4, version: '1', afterSale: 1 } as const

/** The same in 企业版, where the status is a word (unconfirmed, as the number of the kind); platform 127 is "own platform" and fixed by the vendor. */
export const pushedEnterprise = { platform: 127, type: 3, toReceive: 'goods_returning' } as const
