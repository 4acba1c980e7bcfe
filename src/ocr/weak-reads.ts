import type { CarrierCode } from '../hub/order-facts.ts'
import { isS10, normaliseWaybill } from '../hub/waybill-no.ts'
import { type BarRegion, cornersOfBars } from './bar-regions.ts'
import { borneOutByBars, type Look } from './bars-and-print.ts'
import { guessNumber } from './number-forms.ts'
import type { Sighting } from './number-sightings.ts'
import type { Vote } from './number-vote.ts'
import type { Picture } from './types.ts'
import type { Witnesses } from './verdict.ts'

/** Of print alone: how clearly it must be ahead of all else that could be meant, and how well it must fit. */
const clearShare = 0.6
const [fitsOnce, fitsTwice, fitsChecked] = [0.7, 2.5, 4.5]

export type WeakReads = {
  readonly witnesses: Witnesses
  /** Nothing else has to be tried. */
  readonly firm: boolean
  /** Whose form nearly all texts have that the print may say, although none is clear. */
  readonly leaning: CarrierCode | undefined
}

/**
 * The witnesses with what poor print and poor bars say together. Print that bars bear out firmly is as good as read; what only
 * one of them says is a proposal that somebody is asked about.
 */
export function withWeakReads(
  witnesses: Witnesses,
  page: Picture,
  regions: readonly BarRegion[],
  votes: readonly Vote[],
  look: Look,
): WeakReads {
  const borne = borneOutByBars(page, regions, votes, look)
  const read = witnesses.barcodes.find(({ soft }) => soft === true)
  // bars that were read by their shape alone are not overruled by what print makes of them
  if (borne !== undefined && (read === undefined || normaliseWaybill(read.text) === borne.vote.value)) {
    const { vote, region, firm } = borne
    const bars = { text: vote.value, kind: 'linear' as const, corners: cornersOfBars(region), soft: true }
    const barcodes = [...witnesses.barcodes.filter(({ soft }) => soft !== true), bars]
    const sightings = firm ? [...witnesses.sightings, ...sightingOf(vote, 1)] : witnesses.sightings
    return { witnesses: { ...witnesses, barcodes, sightings }, firm, leaning: undefined }
  }
  const [best] = votes
  const clear = best !== undefined && best.share >= clearShare && best.strain <= leastFit(best)
  const sightings = clear ? sightingOf(best, Math.max(0.86, best.share)) : []
  const seen = { ...witnesses, sightings: [...witnesses.sightings, ...sightings] }
  return { witnesses: seen, firm: false, leaning: leaningOf(votes) }
}

/** A check digit that holds is worth another place. */
function leastFit({ value, places }: Vote): number {
  if (isS10(value)) return fitsChecked
  return places > 1 ? fitsTwice : fitsOnce
}

/** Votes that fit worse than this show something else. */
const worstFit = 5

function leaningOf(votes: readonly Vote[]): CarrierCode | undefined {
  const shares = new Map<CarrierCode | undefined, number>()
  for (const { value, share, strain } of votes) {
    const guess = strain > worstFit ? undefined : guessNumber(value)
    const clear = guess?.certainty === 'certain' || guess?.certainty === 'likely'
    const carrier = clear ? guess.carriers[0] : undefined
    shares.set(carrier, (shares.get(carrier) ?? 0) + share)
  }
  return [...shares].find(([carrier, share]) => carrier !== undefined && share >= clearShare)?.[0]
}

/** Never enough to be sure of by itself: counts as mended. */
function sightingOf({ value, at }: Vote, chance: number): Sighting[] {
  const guess = guessNumber(value)
  if (guess === undefined) return []
  const probs = [...value].map(() => chance)
  return [
    { ...guess, mended: 1, probs, weakest: chance, mean: chance, at, cut: 'again', labelled: false, foreign: false },
  ]
}
