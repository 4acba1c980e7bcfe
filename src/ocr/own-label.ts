import type { CarrierCode } from '../hub/order-facts.ts'
import { type Candidate, evidenceOf, onSamePrint, placesSeen } from './candidates.ts'
import type { Point, TextLine } from './types.ts'
import { type NumberVerdict, rivalOf } from './verdict.ts'

/** The numbers of other labels in view: what the same print may say as well is none. */
export function otherLabels({ best, others }: NumberVerdict): readonly Candidate[] {
  return others.filter((other) => best === undefined || !onSamePrint(best, other))
}

/** Lines that belong to the label of the number: with a second number in view those that stand nearer to it. */
export function ownLines(lines: readonly TextLine[], number: NumberVerdict): readonly TextLine[] {
  const [{ best }, others] = [number, otherLabels(number)]
  if (best === undefined || others.length === 0) return lines
  const [own, rest] = [placesSeen(best), others.flatMap(placesSeen)]
  return lines.filter(({ at }) => nearest(at, own) <= nearest(at, rest))
}

/** How much more of a label than of the one whose number was read better has to be in view, and near the photo's middle. */
const clearlyFuller = 1.4

/**
 * With numbers of two labels in view first the one whose label shows the more and lies nearer to the middle of the photo (`middle`
 * and `reach`, half its diagonal, in pixels of the page): bars of a parcel beside it may be the only ones that read.
 */
export function fullestFirst(
  number: NumberVerdict,
  lines: readonly TextLine[],
  { middle, reach }: { readonly middle: Point; readonly reach: number },
  spoken: CarrierCode | undefined,
): NumberVerdict {
  const { best } = number
  const others = otherLabels(number)
  if (best === undefined || others.length === 0) return number
  const labels = [best, ...others].map((candidate) => ({ candidate, places: placesSeen(candidate), inView: 0 }))
  for (const { at, text } of lines) {
    const [own] = [...labels].sort((a, b) => nearest(at, a.places) - nearest(at, b.places))
    const far = Math.hypot(at.cx - middle.x, at.cy - middle.y) / reach
    if (own !== undefined) own.inView += text.length * Math.max(0, 1 - far)
  }
  const [fullest] = [...labels].sort((a, b) => b.inView - a.inView)
  if (fullest === undefined || fullest.candidate === best) return number
  if (fullest.inView < clearlyFuller * (labels[0]?.inView ?? 0)) return number
  const first = fullest.candidate
  const rest = [best, ...number.others].filter((other) => other !== first)
  const rivals = rest.map((candidate) => rivalOf(candidate, spoken))
  return { ...number, best: first, evidence: evidenceOf(first), rivals, others: rest }
}

function nearest({ cx, cy }: { readonly cx: number; readonly cy: number }, places: readonly Point[]): number {
  return Math.min(...places.map(({ x, y }) => Math.hypot(x - cx, y - cy)))
}
