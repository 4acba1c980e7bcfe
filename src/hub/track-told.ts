import type { CarrierCode, ExceptionKind, TrackState } from './order-facts.ts'

/** One thing a carrier said. `exception` is set exactly when `state` is 'exception'. Times epoch ms. */
export type ToldNode = {
  readonly atMs: number
  readonly state: TrackState
  readonly exception?: ExceptionKind
  readonly place?: string
  readonly text: string
  /** Of a signature that the carrier says was not the buyer's: who or what took it in, in words for people. */
  readonly signer?: string
}

/** What a tracker told of one waybill, all there is or what is new; nodes in any order. The same node again is one node. */
export type TrackTold = {
  readonly waybillNo: string
  readonly nodes: readonly ToldNode[]
  /** The tracker found that another carrier has it, and goes on under that. */
  readonly carrier?: CarrierCode
  /** It will tell no more: signed, or nothing moved for too long. */
  readonly ended?: boolean
  /** It found nothing: to be subscribed again, not before so long. */
  readonly againInMs?: number
}
