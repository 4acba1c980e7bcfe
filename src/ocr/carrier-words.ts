import type { CarrierCode } from '../hub/order-facts.ts'
import { type CarrierWord, carrierRemains, carrierWish, carrierWords, placeAfterCarrier } from '../text/label-words.ts'
import { median } from './page-shape.ts'
import type { TextLine } from './types.ts'

export type CarrierScore = { readonly carrier: CarrierCode; readonly score: number }

/** Below this the words prove nothing. */
export const spokenScore = 0.6

/**
 * Which carriers the print names, the clearest first. A name counts once a kind of word (name, hot line, how the number begins),
 * by how sure its signs were read and a little by how large it is printed; names in addresses and wishes do not count.
 */
export function carriersNamed(lines: readonly TextLine[]): CarrierScore[] {
  const usual = Math.max(1, median(lines.map(({ at }) => at.height)))
  const scores = new Map<CarrierCode, number>()
  const bestOf = ({ word, weight }: CarrierWord): number =>
    lines.reduce((best, line) => {
      const size = Math.min(1.25, Math.max(0.85, line.at.height / usual))
      const read = howSurelyNamed(line, word)
      return read > 0 ? Math.max(best, weight * size * Math.min(1, read + 0.15)) : best
    }, 0)
  const scoreOf = (code: CarrierCode): number => scores.get(code) ?? 0
  for (const named of carrierWords) {
    const [code, best] = [named.carrier as CarrierCode, bestOf(named)]
    if (best > 0) scores.set(code, scoreOf(code) + best)
  }
  for (const remains of carrierRemains) {
    const code = remains.carrier as CarrierCode
    // what was read badly as a whole is not read better in part: the larger counts, not both
    if (scoreOf(code) < spokenScore) scores.set(code, Math.max(scoreOf(code), bestOf(remains)))
  }
  return [...scores]
    .map(([carrier, score]) => ({ carrier, score }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
}

/** The least sure sign of the word, 0 to 1; 0 when the line does not name it. Of one sign the whole name hangs: 中通, 申通, 圆通. */
function howSurelyNamed({ text, probs }: TextLine, word: RegExp): number {
  const kept = [...text].flatMap((sign, index) => (/\s/.test(sign) ? [] : [index]))
  const bare = kept
    .map((index) => text[index])
    .join('')
    .toUpperCase()
  const found = word.exec(bare)
  if (found === null) return 0
  const [from, to] = [found.index, found.index + found[0].length]
  if (carrierWish.test(bare.slice(0, from)) || placeAfterCarrier.test(bare.slice(to))) return 0
  return Math.min(...kept.slice(from, to).map((index) => probs[index] ?? 0))
}

/** The one carrier the words stand for; undefined when none is named, or two are about equally. */
export function carrierSpoken(scores: readonly CarrierScore[]): CarrierCode | undefined {
  const [first, second] = scores
  if (first === undefined || first.score < spokenScore) return undefined
  return second !== undefined && second.score > 0.75 * first.score ? undefined : first.carrier
}
