import { numberSigns } from './sign-columns.ts'

/**
 * Numbers in use as print and bars carry them (protocols/waybills.md, section 1). #: a digit, @: a letter, *: either, [..]: one of
 * these, anything else stands for itself. Fewer possible texts make a blurred one legible.
 */
export const numberPatterns = [
  'SF*############',
  'JDV@###########',
  'JD[XK]############',
  'JT#############',
  'YT#############',
  'DPK############',
  '77#############',
  '[34]##############',
  '7[345678]############',
  '621############',
  '1[0123]###########',
  '9[689]###########',
  '43###########',
  '5############',
  '[ECPR]@#########CN',
  '############',
] as const

const digits = '0123456789'
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const signs: Readonly<Record<string, string>> = { '#': digits, '@': letters, '*': digits + letters }

/** What may stand at each place of a pattern. */
export function placesOf(pattern: string): string[] {
  return (pattern.match(/\[[^\]]+\]|./g) ?? []).map((sign) => signs[sign] ?? sign.replace(/[[\]]/g, ''))
}

/** Which patterns the signs so far leave open, one bit each. */
export type Patterns = number

const allPlaces = numberPatterns.map(placesOf)
const longest = Math.max(...allPlaces.map((places) => places.length))

/** fits[place][sign]: the patterns that allow the sign there. */
const fits: readonly Int32Array[] = Array.from({ length: longest }, (_, place) =>
  Int32Array.from(numberSigns, (sign) =>
    allPlaces.reduce((bits, places, index) => bits | (places[place]?.includes(sign) ? 1 << index : 0), 0),
  ),
)

/** Before the first sign every pattern is open. */
export function patternsAfter(): Patterns {
  return (1 << numberPatterns.length) - 1
}

/** The patterns still open when this sign (its place in numberSigns) stands at this place; 0: none. */
export function allowedAt(open: Patterns, place: number, sign: number): Patterns {
  return open & (fits[place]?.[sign] ?? 0)
}

/** True when one of the open patterns is complete after so many signs. */
export function whole(open: Patterns, length: number): boolean {
  return allPlaces.some((places, index) => places.length === length && (open & (1 << index)) !== 0)
}
