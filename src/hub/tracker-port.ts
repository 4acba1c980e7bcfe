import type { ReadPush } from './channel-port.ts'
import type { CarrierCode } from './order-facts.ts'
import type { TrackTold } from './track-told.ts'

// What the hub asks of an adapter to a tracker: somebody who tells where parcels are.

export type TrackKey = {
  readonly waybillNo: string
  readonly carrier: CarrierCode
  /** Last four digits of the receiver's phone, which some carriers ask for. */
  readonly phoneTail?: string
}

export type Subscribed =
  /** It was subscribed before, which is as good. */
  | { readonly outcome: 'subscribed' }
  /** Never: this tracker does not know the carrier, or the number is no number of it. */
  | { readonly outcome: 'refused'; readonly reason: string }

/** Calls end soon after `signal`; they throw the errors of runtime/errors.ts. */
export type Tracker = {
  /** As in connectors.json and in its callback's address. */
  readonly name: string
  /** Name in the table of sources, beginning with `track.`. */
  readonly source: string
  /** By carrier: another tracker may know it. */
  covers(carrier: CarrierCode): boolean
  /** Asks to be told; left out where a tracker is only queried. */
  subscribe?(key: TrackKey, signal: AbortSignal): Promise<Subscribed>
  /** Hints about parcels: signed ones with what they say (`track`), of others the tracker is asked before anything moves. */
  readonly readPush?: ReadPush
  /** All it knows of one parcel now; undefined when it has no record. */
  query(key: TrackKey, signal: AbortSignal): Promise<TrackTold | undefined>
  /** The same parcel is not asked for more often: some vendors lock a number that is. */
  readonly queryGapMs: number
  /** For doctor: one harmless call. Throws with what to do. */
  check(signal: AbortSignal): Promise<void>
}
