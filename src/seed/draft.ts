import type { CarrierCode, Channel, ExceptionKind, TrackState } from '../hub/order-facts.ts'
import type { Customer } from './people.ts'

/**
 * An order of the sample firm before it becomes rows. Money is fen as plain integers, times are epoch ms. Ids of lines
 * (L1 …) and parcels (P1 …) count within the order; rows.ts puts the hub number in front.
 */

export type DraftLine = {
  readonly id: string
  readonly sku: string
  readonly name: string
  readonly spec: string
  readonly qty: number
  readonly amountFen: number
}

export type DraftNode = {
  readonly atMs: number
  readonly state: TrackState
  readonly subState?: ExceptionKind
  readonly place: string
  readonly text: string
}

export type Signature = {
  readonly atMs: number
  readonly signer: string
  readonly kind: 'self' | 'agent' | 'other'
  readonly photoUrl: string
}

export type DraftParcel = {
  readonly id: string
  readonly position: number
  readonly waybillNo: string | undefined
  readonly carrier: CarrierCode
  readonly carrierName: string | undefined
  readonly shippedAtMs: number | undefined
  readonly etaAtMs: number | undefined
  readonly state: TrackState
  readonly subState: ExceptionKind | undefined
  readonly signed: Signature | undefined
  readonly trackedAtMs: number | undefined
  readonly nodes: readonly DraftNode[]
  readonly lines: readonly { readonly lineId: string; readonly qty: number }[]
}

export type DraftGift = {
  readonly name: string
  readonly sku: string
  readonly verdict: 'locked' | 'below_threshold' | 'out_of_stock' | 'level_too_low' | 'rule_conflict'
  readonly gapFen: number | undefined
  readonly thresholdFen: number
  readonly rule: string
  readonly ruleVersion: number
  readonly parcelId: string | undefined
  readonly decidedAtMs: number
}

export type DraftLevel = {
  readonly level: 1 | 2 | 3
  readonly role: 'cs_lead' | 'warehouse' | 'finance'
  readonly state: 'waiting' | 'pending' | 'approved' | 'rejected'
  readonly holderId: string | undefined
  readonly startedAtMs: number | undefined
  readonly dueAtMs: number | undefined
  readonly decidedAtMs: number | undefined
  readonly reason: string | undefined
}

export type DraftReturn = {
  readonly id: string
  readonly reason: string
  readonly appliedAtMs: number
  readonly appliedBy: string
  readonly waybillNo: string
  readonly carrier: CarrierCode
  readonly approval: 'pending' | 'approved' | 'rejected' | 'withdrawn'
  readonly approvedAtMs: number | undefined
  readonly rejectedAtMs: number | undefined
  readonly receivedAtMs: number | undefined
  readonly inspection: string | undefined
  readonly refundFen: number
  readonly refundMethod: string
  readonly releasedAtMs: number | undefined
  readonly refundedAtMs: number | undefined
  readonly closedAtMs: number | undefined
  /** True when every line of the order comes back. */
  readonly whole: boolean
  readonly lines: readonly {
    readonly lineId: string
    readonly askedQty: number
    readonly approvedQty: number | undefined
    readonly receivedQty: number
    readonly damagedQty: number
    readonly refundedFen: number | undefined
  }[]
  readonly levels: readonly DraftLevel[]
}

/** Something that keeps an order from being worked on, since when and why. */
type Stop = { readonly atMs: number; readonly reason: string }

export type DraftOrder = {
  readonly id: string
  readonly channel: Channel
  readonly shop: string
  readonly orderNo: string
  readonly customer: Customer
  /** As the channel gave it: the buyer's own, or a privacy number of this order. */
  readonly phone: string
  readonly orderedAtMs: number
  readonly lines: readonly DraftLine[]
  readonly totalFen: number
  readonly discountFen: number
  readonly freightFen: number
  readonly payMethod: string
  readonly paidFen: number
  readonly paidAtMs: number | undefined
  readonly carrier: CarrierCode | undefined
  readonly carrierName: string | undefined
  readonly warehouse: string | undefined
  readonly waveNo: string | undefined
  readonly pickingAtMs: number | undefined
  readonly promiseShipAtMs: number | undefined
  readonly delayReason: string | undefined
  readonly shippedAtMs: number | undefined
  readonly signed: Signature | undefined
  readonly cancelled: Stop | undefined
  readonly hold: Stop | undefined
  readonly quarantine: Stop | undefined
  readonly remark: string | undefined
  readonly waybillEdits: number
  readonly sourceStage: string
  readonly source: string
  /** When the source last changed it, and when we heard. */
  readonly modifiedAtMs: number
  readonly heardAtMs: number
  readonly parcels: readonly DraftParcel[]
  readonly gift: DraftGift | undefined
  /** Money back without goods to come: cancelled after payment, lost, returned to sender. */
  readonly refund: { readonly fen: number; readonly atMs: number } | undefined
  readonly returned: DraftReturn | undefined
}
