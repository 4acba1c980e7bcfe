import type { CarrierCode } from '../hub/order-facts.ts'
import type { Barcode } from './barcodes.ts'
import {
  type Candidate,
  candidatesFrom,
  evidenceOf,
  lostTwin,
  misreadOf,
  outweighs,
  placesOf,
  type Surroundings,
  scoreOf,
} from './candidates.ts'
import { type CarrierScore, carrierSpoken, spokenScore } from './carrier-words.ts'
import { agreesWith } from './number-forms.ts'
import { clearestOf, type Sighting } from './number-sightings.ts'
import type { Evidence, Rival, Why } from './types.ts'

export type NumberVerdict = {
  readonly best: Candidate | undefined
  readonly evidence: Evidence | null
  readonly sure: boolean
  readonly why: Why
  readonly rivals: readonly Rival[]
  /** Where and how the rivals were seen, in their order. */
  readonly others: readonly Candidate[]
  /** Whose form nearly all numbers have that the print may say, where none could be believed. */
  readonly leaning?: CarrierCode
}

export type CarrierVerdict = { readonly carrier: CarrierCode | null; readonly sure: boolean; readonly why: Why }

export type Witnesses = {
  readonly barcodes: readonly Barcode[]
  readonly sightings: readonly Sighting[]
  readonly named: readonly CarrierScore[]
  readonly pageWidth: number
  readonly pageHeight: number
}

/** A second number this close behind the first leaves the choice to a person. */
const equalStanding = 4
/** A reading that differs in a sign or two is taken for a slip when the better one weighs this much more there. */
const clearlyMore = 3
/** The weakest sign of the clearest reading below which a number is more likely wrong than right. */
export const readableTwice = 0.6
export const readableOnce = 0.85
/** And how much it must outweigh another reading of the same print. */
const justMore = 1.5
/** A name read worse than this is not even asked about. */
const faintScore = 0.4
/** What each of two agreeing reads of print must reach in its weakest sign. */
const weakestSign = 0.5
const clearSign = 0.8

/** Which number it is, how sure that is and what else could be meant. Nothing is taken that has no known form. */
export function judgeNumber(witnesses: Witnesses): NumberVerdict {
  const spoken = carrierSpoken(witnesses.named)
  const around: Surroundings = { spoken, width: witnesses.pageWidth, height: witnesses.pageHeight }
  const ranked = candidatesFrom(witnesses.barcodes, witnesses.sightings)
    .filter((candidate) => believable(candidate, spoken))
    .map((candidate) => ({ candidate, score: scoreOf(candidate, around) }))
    .sort((a, b) => b.score - a.score)
  const [first, ...rest] = longerTwinFirst(ranked)
  if (first === undefined)
    return { best: undefined, evidence: null, sure: false, why: 'missing', rivals: [], others: [] }
  const best = first.candidate
  const evidence = evidenceOf(best)
  if (
    !legible(
      best,
      evidence,
      rest.map(({ candidate }) => candidate),
    )
  )
    return { best: undefined, evidence: null, sure: false, why: 'missing', rivals: [], others: [] }
  const others = rest
    .filter(({ candidate, score }) => isRival(candidate, score, best, first.score, witnesses.named))
    .map(({ candidate }) => candidate)
  const rivals = others.map((candidate) => rivalOf(candidate, spoken))
  const why = whyOf(best, evidence, rivals.length > 0, witnesses.named)
  const sure = why === 'barcode' || why === 'barcode-and-text' || why === 'two-reads'
  return { best, evidence, sure, why, rivals, others }
}

/** Doubled digits run together when a line is read, never the other way: 776017582787799 before 77601758278779. */
function longerTwinFirst<T extends { readonly candidate: Candidate }>(ranked: readonly T[]): readonly T[] {
  const [first] = ranked
  const twin = ranked.find(
    ({ candidate }) =>
      first !== undefined &&
      first.candidate.barcodes.length === 0 &&
      candidate.guess.certainty !== 'older' &&
      lostTwin(candidate.guess.value, first.candidate.guess.value),
  )
  return twin === undefined ? ranked : [twin, ...ranked.filter((other) => other !== twin)]
}

/** A wrong number is worse than none: print that was read badly, or two ways with about equal right, gives none. */
function legible(best: Candidate, evidence: Evidence, others: readonly Candidate[]): boolean {
  if (best.barcodes.length > 0) return true
  if (clearestOf(best.sightings) < (evidence === 'text×2' ? readableTwice : readableOnce)) return false
  return !others.some((other) => {
    const slip = other.guess.value.length === best.guess.value.length && misreadOf(other.guess.value, best.guess.value)
    return slip && outweighs(best, other) < justMore
  })
}

/** Rare forms that are a usual one less a digit: print alone cannot tell them from doubled digits that ran together (seen at 0.99). */
const lessOneDigit = /^(?:JT\d{12}|DPK\d{11})$/

/** Older forms need the carrier's name, and bars or the word for a waybill number; what stands behind 订单号 is none. */
function believable({ guess, barcodes, sightings }: Candidate, spoken: CarrierCode | undefined): boolean {
  if (barcodes.length === 0 && lessOneDigit.test(guess.value)) return false
  if (barcodes.length === 0 && sightings.every(({ foreign }) => foreign) && guess.certainty !== 'certain') return false
  if (guess.certainty !== 'older') return true
  if (spoken === undefined || !agreesWith(guess, spoken)) return false
  return barcodes.length > 0 || sightings.some(({ labelled }) => labelled)
}

function isRival(
  other: Candidate,
  score: number,
  best: Candidate,
  bestScore: number,
  named: readonly CarrierScore[],
): boolean {
  const misread = misreadOf(other.guess.value, best.guess.value)
  if (other.barcodes.length > 0) return !(misread && other.guess.value.length !== best.guess.value.length)
  if (best.barcodes.length > 0) {
    // of two labels in view the one below may show its bars and the one on top only its print
    if (contradicted(best, named) && spokenFor(other, named)) return true
    if (misread || other.guess.certainty === 'ambiguous' || other.guess.certainty === 'older') return false
    return other.sightings.some(({ weakest, mended, foreign }) => weakest > 0.8 && mended === 0 && !foreign)
  }
  const sameLength = other.guess.value.length === best.guess.value.length
  if (misread && sameLength && outweighs(best, other) >= clearlyMore) return false
  return score > bestScore - equalStanding
}

/** A number that could be meant as well, as somebody is asked about it. */
export function rivalOf(candidate: Candidate, spoken: CarrierCode | undefined): Rival {
  return {
    waybillNo: candidate.guess.value,
    carrier: carrierByNumber(candidate, spoken),
    evidence: evidenceOf(candidate),
  }
}

function carrierByNumber({ guess }: Candidate, spoken: CarrierCode | undefined): CarrierCode | null {
  if (spoken !== undefined && agreesWith(guess, spoken)) return spoken
  return guess.carriers[0] ?? null
}

function whyOf(best: Candidate, evidence: Evidence, rivalled: boolean, named: readonly CarrierScore[]): Why {
  const spoken = carrierSpoken(named)
  const { guess } = best
  if (rivalled) return 'rival'
  if (contradicted(best, named)) return 'words-disagree'
  if (guess.certainty === 'older' && evidence !== 'barcode+text') return 'number-form'
  if (guess.certainty === 'ambiguous' && spoken === undefined) return 'several-carriers'
  if (evidence === 'barcode') return best.barcodes.every(({ soft }) => soft === true) ? 'weak-bars' : 'barcode'
  if (evidence === 'barcode+text') return 'barcode-and-text'
  if (evidence === 'text×1') return 'one-read'
  return firmlyPrinted(best) ? 'two-reads' : 'weak-print'
}

/** Two places on the label may each be a little weak; readings of one and the same place share its flaws and do not count. */
function firmlyPrinted(candidate: Candidate): boolean {
  const { sightings } = candidate
  if (sightings.some(({ mended }) => mended > 0) || placesOf(candidate) < 2) return false
  const firm = sightings.filter(({ weakest }) => weakest >= weakestSign)
  return firm.length >= 2 && firm.some(({ weakest }) => weakest >= clearSign)
}

/** A name as clear as this share of the clearest is one of a label in view, not a word in a shop's name. */
const asClear = 0.85

/** The clearest name on the label, or one about as clear, is another carrier's: an old label below, a sticker, or the wrong parcel's number. */
function contradicted({ guess }: Candidate, named: readonly CarrierScore[]): boolean {
  const least = Math.max(spokenScore, asClear * (named[0]?.score ?? 0))
  return named.some(
    ({ carrier, score }) => score >= least && !agreesWith(guess, carrier) && !postalPair(carrier, guess.carriers),
  )
}

/** Legible print of a carrier that the label names. */
function spokenFor({ guess, sightings }: Candidate, named: readonly CarrierScore[]): boolean {
  const spoken = named.some(({ carrier, score }) => score >= spokenScore && agreesWith(guess, carrier))
  return spoken && clearestOf(sightings) >= readableTwice
}

/** EMS is part of China Post, and their labels name each other. */
function postalPair(spoken: CarrierCode, carriers: readonly CarrierCode[]): boolean {
  const post = (carrier: CarrierCode) => carrier === 'EMS' || carrier === 'POST'
  return post(spoken) && carriers.some(post)
}

/** Of the carriers the form allows the one the words speak for most; the form's own order where they say nothing. */
function likeliestOf(carriers: readonly CarrierCode[], named: readonly CarrierScore[]): CarrierCode | null {
  const told = (carrier: CarrierCode) => named.find((score) => score.carrier === carrier)?.score ?? 0
  return [...carriers].sort((a, b) => told(b) - told(a))[0] ?? null
}

/** Where only one carrier is named, and that badly: worth a question. */
function faintlySpoken([first, second]: readonly CarrierScore[]): CarrierCode | undefined {
  return first !== undefined && second === undefined && first.score >= faintScore ? first.carrier : undefined
}

/** The carrier by number and by the label's words; where they disagree somebody has to be asked. */
export function judgeCarrier(number: NumberVerdict, named: readonly CarrierScore[]): CarrierVerdict {
  const spoken = carrierSpoken(named)
  const { best } = number
  if (best === undefined) {
    const guessed = number.leaning ?? faintlySpoken(named)
    if (spoken === undefined && guessed !== undefined) return { carrier: guessed, sure: false, why: 'one-read' }
    const carrier = spoken ?? null
    return {
      carrier,
      sure: (named[0]?.score ?? 0) >= 0.85 && carrier !== null,
      why: carrier === null ? 'missing' : 'words',
    }
  }
  const { guess, barcodes } = best
  const proven = barcodes.some(({ soft }) => soft !== true) || /^(?:barcode\+text|text×2)$/.test(number.evidence ?? '')
  if (spoken !== undefined && agreesWith(guess, spoken)) {
    const others = number.rivals.some(({ carrier }) => carrier !== spoken)
    return { carrier: spoken, sure: !others && number.why !== 'words-disagree', why: 'words-and-number' }
  }
  if (guess.certainty === 'ambiguous') {
    return { carrier: likeliestOf(guess.carriers, named), sure: false, why: 'several-carriers' }
  }
  const carrier = guess.carriers[0] ?? spoken ?? null
  if (spoken !== undefined && !postalPair(spoken, guess.carriers))
    return { carrier, sure: false, why: 'words-disagree' }
  return { carrier, sure: proven && number.why !== 'rival' && number.why !== 'words-disagree', why: 'number-form' }
}
