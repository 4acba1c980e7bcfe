import type { CarrierCode, Channel } from '../hub/order-facts.ts'
import type { Wanted } from './basket.ts'
import type { OrderFate } from './fate.ts'
import type { NumberBook } from './numbers.ts'
import type { Customer } from './people.ts'
import type { Anchor } from './shipping.ts'

export type Telling = { readonly nowMs: number; readonly book: NumberBook; readonly lean: boolean }

/** What is fixed of an order before its story is told; the rest is chance. */
export type Plan = {
  readonly customer: Customer
  readonly channel: Channel
  readonly orderedAtMs: number
  /** In the days of a big promotion: more discount, longer waits. */
  readonly promo: boolean
  readonly fate: OrderFate
  readonly orderNo?: string
  /** The shop or distributor that belongs to `orderNo`. */
  readonly shop?: string
  readonly wanted?: readonly Wanted[]
  readonly paidFen?: number
  readonly carrier?: CarrierCode
  readonly waybillNo?: string
  /** Overrides `orderedAtMs`: the first parcel stands like this now, and the order came before it. */
  readonly anchor?: Anchor
  /** Number, time and holder of the return, where the story names them. */
  readonly back?: {
    readonly id?: string
    readonly appliedAtMs: number
    readonly holderId?: string
    readonly reason?: string
    readonly goodsAtMs?: number
  }
  /** The buyer's own number instead of a privacy number. */
  readonly ownPhone?: boolean
  readonly warehouse?: string
}
