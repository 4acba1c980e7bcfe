import type { CarrierCode, Channel } from './order-facts.ts'

/** One parcel that left the warehouse: the five facts of an outbound event, times epoch ms by the warehouse's clock. */
export type ParcelOut = {
  readonly channel: Channel
  readonly shop: string
  readonly orderNo: string
  readonly waybillNo: string
  readonly carrier: CarrierCode
  /** Of OTHER: as the warehouse calls it. */
  readonly carrierName?: string
  readonly outAtMs: number
  readonly etaAtMs: number
  /** No more parcels of this order follow. */
  readonly last: boolean
  readonly warehouse?: string
}

/** What a push of a warehouse says: a whole event, or why it is none. `toldAtMs`: when the warehouse says it. */
export type OutboundTold = { readonly toldAtMs: number } & (
  | { readonly kind: 'out'; readonly parcel: ParcelOut }
  | {
      readonly kind: 'rejected'
      /** Names of fields, never their values. */
      readonly reason: string
      /** Which parcel it is about, where that was told. */
      readonly about?: Pick<ParcelOut, 'channel' | 'shop' | 'orderNo' | 'waybillNo'>
    }
)
