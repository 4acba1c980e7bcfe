import type { ExceptionKind } from '../hub/order-facts.ts'
import type { ToldNode } from '../hub/track-told.ts'
import { stationWords, stoodIn, trackWords } from '../text/zh-couriers.ts'

/** Where a node of a carrier puts a parcel. */
export type TrackStep = Pick<ToldNode, 'state' | 'exception' | 'signer'>

export const failed = (exception: ExceptionKind): TrackStep => ({ state: 'exception', exception })

export const signedFor = (by: keyof typeof stoodIn): TrackStep => ({ state: 'signed', signer: stoodIn[by] })

/** What a problem is, by its words: the codes of most carriers stop at "problem". In the order of what weighs more. */
const kinds: readonly (readonly [RegExp, ExceptionKind])[] = [
  [trackWords.refused, 'refused'],
  [trackWords.returning, 'returning'],
  [trackWords.damaged, 'damaged'],
  [trackWords.lost, 'lost'],
  [trackWords.unreachable, 'unreachable'],
  [trackWords.deliveryFailed, 'delivery_failed'],
  [trackWords.stuck, 'stuck'],
]

/** A problem without a kind gets that of its words, a signature of nobody in particular the counter it names; every other step stays. */
export function refined(step: TrackStep, words: string): TrackStep {
  if (step.state === 'signed' && step.signer === undefined && stationWords.test(words)) return signedFor('station')
  if (step.exception !== 'unrecognised') return step
  const kind = kinds.find(([form]) => form.test(words))?.[1]
  return kind === undefined ? step : failed(kind)
}

/**
 * For nodes without a code, and codes that stand in no table. Words never make a parcel signed, refused or returned: they
 * quote the customer, and the carrier's code says it when it is so.
 */
export function stepByWords(words: string): TrackStep {
  if (trackWords.delivering.test(words)) return { state: 'delivering' }
  if (trackWords.collected.test(words)) return { state: 'collected' }
  return { state: 'in_transit' }
}
