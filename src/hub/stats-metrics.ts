import type { AlertScope } from './alert-sql.ts'
import type { Channel } from './order-facts.ts'

/** Every figure the hub can count. Its name, formula and words stand in text/zh-metrics.ts under the same code. */
export type Metric =
  | 'orders'
  | 'shipped'
  | 'signed'
  | 'returns'
  | 'refunds'
  | 'sales'
  | 'basket'
  | 'pieces'
  | 'cancelled'
  | 'cancel_rate'
  | 'out_of_stock'
  | 'out_of_stock_rate'
  | 'return_rate'
  | 'ship_on_time'
  | 'delivered_on_time'
  | 'abnormal'
  | 'abnormal_rate'
  | 'gift_missed_rate'
  | 'sms_opened_rate'
  | 'sms_delivered_rate'
  | 'photo_failed'
  | 'direct_rate'
  | 'return_time'
  | 'ship_time'
  | 'delivery_time'
  | 'reply_time'

/** What the two sums of a metric make: a count or a sum of money is `num`, a share or a mean is num ÷ den (fen, ms). */
export type Unit = 'orders' | 'returns' | 'pieces' | 'messages' | 'money' | 'share' | 'mean-money' | 'mean-time'

type Definition = {
  readonly unit: Unit
  /** Amounts are not for everybody. */
  readonly money?: true
  /** The table whose rows carry channel and warehouse already; elsewhere they cost a join. */
  readonly source: 'orders' | 'other'
  /** A share that should be high: the hour that stands out is its lowest. */
  readonly highIsGood?: true
  /** Without a row in it nothing is known at all. */
  readonly needs?: 'notices' | 'gifts'
}

const ofOrders = (unit: Unit): Definition => ({ unit, source: 'orders' })
const other = (unit: Unit): Definition => ({ unit, source: 'other' })

export const metrics: Readonly<Record<Metric, Definition>> = {
  orders: ofOrders('orders'),
  shipped: ofOrders('orders'),
  signed: ofOrders('orders'),
  returns: ofOrders('returns'),
  refunds: { ...ofOrders('money'), money: true },
  sales: { ...ofOrders('money'), money: true },
  basket: { ...ofOrders('mean-money'), money: true },
  pieces: ofOrders('pieces'),
  cancelled: ofOrders('orders'),
  cancel_rate: ofOrders('share'),
  out_of_stock: ofOrders('orders'),
  out_of_stock_rate: ofOrders('share'),
  return_rate: ofOrders('share'),
  ship_on_time: { ...ofOrders('share'), highIsGood: true },
  delivered_on_time: { ...other('share'), highIsGood: true },
  abnormal: ofOrders('orders'),
  abnormal_rate: ofOrders('share'),
  gift_missed_rate: { ...ofOrders('share'), needs: 'gifts' },
  sms_opened_rate: { ...other('share'), highIsGood: true, needs: 'notices' },
  sms_delivered_rate: { ...other('share'), highIsGood: true, needs: 'notices' },
  photo_failed: { ...other('messages'), needs: 'notices' },
  direct_rate: { ...other('share'), highIsGood: true },
  return_time: other('mean-time'),
  ship_time: ofOrders('mean-time'),
  delivery_time: ofOrders('mean-time'),
  reply_time: other('mean-time'),
}

export type GroupBy = 'channel' | 'hour' | 'day' | 'warehouse'

export type StatsWish = {
  readonly metric: Metric
  /** Whole days of Beijing, epoch ms, both inclusive. */
  readonly window: { readonly fromMs: number; readonly toMs: number }
  readonly nowMs: number
  readonly scope: Pick<AlertScope, 'channel' | 'hour'>
  readonly group?: GroupBy
  /** Counts pieces of this product only. */
  readonly product?: string
  /** Words of the sources that say why something waits: out of stock. */
  readonly outOfStockWords: readonly string[]
}

export type Grouping = { readonly channel: boolean; readonly warehouse: boolean }

/** The sums of one hour (hours since 1970). */
export type Cell = {
  readonly slot: number
  readonly channel?: Channel
  readonly warehouse?: string
  /** Of an abnormal order: what is wrong with it. */
  readonly kind?: string
  readonly num: bigint
  readonly den: bigint
}

type Range = { readonly fromMs: number; readonly endMs: number }

/** What is counted, and what it is compared with. `endMs` is inclusive and never lies ahead. */
export type Span = Range & {
  /** Days the window has, the running one included. */
  readonly days: number
  readonly before?: {
    /** days: each of the 7 days before, up to the same time of day. week: the same days a week earlier. */
    readonly kind: 'days' | 'week'
    /** Oldest first; they do not touch each other unless whole days are compared. */
    readonly ranges: readonly Range[]
  }
}

const dayMs = 86_400_000

/** One day is compared with the seven before it, two to seven days with the week before; more with nothing. */
export function spanOf(window: StatsWish['window'], nowMs: number): Span | undefined {
  const { fromMs } = window
  if (fromMs > nowMs) return undefined
  const endMs = Math.min(window.toMs, nowMs)
  const days = Math.ceil((endMs + 1 - fromMs) / dayMs)
  const span = { fromMs, endMs, days }
  if (days > 7) return span
  const back = (count: number) => ({ fromMs: fromMs - count * dayMs, endMs: endMs - count * dayMs })
  if (days > 1) return { ...span, before: { kind: 'week', ranges: [back(7)] } }
  return { ...span, before: { kind: 'days', ranges: [7, 6, 5, 4, 3, 2, 1].map(back) } }
}
