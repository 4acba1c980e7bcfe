import type { CarrierCode } from '../hub/order-facts.ts'
import { normaliseWaybill, plausibleWaybill } from '../hub/waybill-no.ts'
import type { Barcode } from './barcodes.ts'
import { editDistance } from './candidates.ts'
import { clearestOf, type Sighting, tokensOf } from './number-sightings.ts'
import type { Vote } from './number-vote.ts'
import type { TextLine } from './types.ts'
import { readableOnce, readableTwice } from './verdict.ts'

/**
 * Bars that were read by their shape and that no print bears out have to be so far ahead of other texts. Over 120 bad photos wrong
 * texts reached 53, 53 and 74, and once 122: the middle of a creased code comes out wrong while both ends and the check are right.
 */
const aloneMargin = 80
/** Print that differs in no more signs than this, lost ones included, bears bars out. */
const nearPrint = 2
/** Print that differs from bars in so many signs has not slipped. */
const moreThanSlips = 3

/** Without the bars read by shape that legible print of the same form belies, or that no print of `lines` bears out while they are weak or no number of the carrier that is named (`spoken`). */
export function believedBars(
  barcodes: readonly Barcode[],
  sightings: readonly Sighting[],
  votes: readonly Vote[],
  lines: readonly TextLine[],
  spoken: CarrierCode | undefined,
): readonly Barcode[] {
  return barcodes.filter(({ text, soft, margin = 0 }) => {
    if (soft !== true) return true
    const said = normaliseWaybill(text)
    if (belied(said, sightings)) return false
    if (votes.some(({ value }) => value === said) || nearlyPrinted(said, lines)) return true
    return margin >= aloneMargin && (spoken === undefined || plausibleWaybill(spoken, said))
  })
}

function nearlyPrinted(said: string, lines: readonly TextLine[]): boolean {
  return lines.flatMap(tokensOf).some(({ digits }) => editDistance(digits, said) <= nearPrint)
}

function belied(said: string, sightings: readonly Sighting[]): boolean {
  return sightings.some(({ value, mended }) => {
    const same = sightings.filter((other) => other.value === value)
    const differing = [...value].filter((sign, at) => sign !== said[at]).length
    const legible = mended === 0 && clearestOf(same) >= (same.length > 1 ? readableTwice : readableOnce)
    return legible && value.length === said.length && differing >= moreThanSlips && differing <= value.length / 2
  })
}
