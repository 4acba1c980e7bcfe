import { carrierOf } from '../hub/waybill-no.ts'
import { otherNumberWords, waybillWords } from '../text/label-words.ts'
import { joinedRows } from './label-rows.ts'
import { guessNumber, type NumberGuess } from './number-forms.ts'
import type { TextLine, TurnedBox } from './types.ts'

/** A number of a known form, seen in print. */
export type Sighting = NumberGuess & {
  /** The least sure of its signs, and their mean: 0 to 1. */
  readonly weakest: number
  readonly mean: number
  /** One for each sign of `value`. */
  readonly probs: readonly number[]
  readonly at: TurnedBox
  readonly cut: TextLine['cut']
  /** The line says that it is a waybill number. */
  readonly labelled: boolean
  /** The line says that it is some other number. */
  readonly foreign: boolean
  readonly parcel?: string
}

type Group = { readonly text: string; readonly from: number; readonly to: number }

/** All waybill numbers in a line, whole tokens only; groups of digits with blanks between them are one token. */
export function numbersIn(line: TextLine): Sighting[] {
  const text = plain(line.text)
  const groups = groupsOf(text)
  const found: Sighting[] = []
  for (let first = 0; first < groups.length; first++) {
    for (let last = Math.min(groups.length - 1, first + 6); last >= first; last--) {
      const seen = sightingOf(line, text, groups.slice(first, last + 1))
      if (seen === undefined) continue
      found.push(seen)
      first = last
      break
    }
  }
  return found
}

/** The weakest sign where each counts as in the cut that shows it best, of sightings that all say the same number; 1 of none. */
export function clearestOf(sightings: readonly Sighting[]): number {
  const [first] = sightings
  const best = first?.probs.map((_, at) => Math.max(...sightings.map(({ probs }) => probs[at] ?? 0))) ?? []
  return Math.min(1, ...best)
}

/** The numbers in the lines, and those in rows that were found in pieces. */
export function numbersSeen(lines: readonly TextLine[]): Sighting[] {
  const single = lines.flatMap(numbersIn)
  const known = new Set(single.map(({ value }) => value))
  return [
    ...single,
    ...joinedRows(lines)
      .flatMap(numbersIn)
      .filter(({ value }) => !known.has(value)),
  ]
}

/** A run of signs in a line that may be a number that was misread: `from` and `to` in its text, the capital signs between. */
export type NumberToken = {
  readonly from: number
  readonly to: number
  readonly digits: string
  readonly at: TurnedBox
}

const shortestToken = 6
const longestToken = 17

/** What may be a waybill number, or a part of one, although it fits no form. Dates, phones and other numbers are left out. */
export function tokensOf(line: TextLine): NumberToken[] {
  const text = plain(line.text)
  return pieces(text).flatMap((groups) => {
    const [first, last] = [groups[0] as Group, groups.at(-1) as Group]
    const digits = groups.map((group) => group.text).join('')
    if (digits.length < shortestToken || digits.length > longestToken) return []
    const [before, after] = [text.slice(0, first.from), text.slice(last.to)]
    if (otherNumberWords.test(before.replace(/\s/g, '').slice(-12))) return []
    if (/[-_*/:+#×][ ]?$/.test(before) && !/[^\d]:[ ]?$/.test(before)) return []
    if (/^[ ]?(?:[*_:×]|[-/][A-Z0-9*])/.test(after)) return []
    return [{ from: first.from, to: last.to, digits, at: partOf(line, first.from, last.to) }]
  })
}

/** Groups that only blanks and dots stand between: a smear is read as a dot. */
function pieces(text: string): Group[][] {
  const found: Group[][] = []
  for (const group of groupsOf(text)) {
    const before = found.at(-1)?.at(-1)
    if (before !== undefined && /^[ .,']{1,2}$/.test(text.slice(before.to, group.from))) found.at(-1)?.push(group)
    else found.push([group])
  }
  return found
}

/** One unit for one unit, so that probabilities stay where they belong. */
function plain(text: string): string {
  return text
    .toUpperCase()
    .replace(/[\u00b7\u2022\u30fb]/g, ' ')
    .replace(/[\u2010-\u2015\u2212\u30fc\u4e00]/g, '-')
}

const latinLabel = /^(?:NO|NUM|ID|MAILNO|TRACKINGNO|BILLNO|WAYBILLNO|AWB|SN)(?=[A-Z]{0,3}\d{8})/

function groupsOf(text: string): Group[] {
  return [...text.matchAll(/[A-Z0-9|]+/g)].map((match) => {
    const skipped = latinLabel.exec(match[0])?.[0].length ?? 0
    return { text: match[0].slice(skipped), from: match.index + skipped, to: match.index + match[0].length }
  })
}

/** What tells that the digits go on, or belong to something else: 138****1234, 184…-3026, 261120-…, 12:30, 3.5. */
const goesOnBefore = /[-_*/:.+#×][ ]?$/
const goesOnAfter = /^[ ]?(?:[*_:×]|[-/.][A-Z0-9*])/
/** JDVA01234567890-1-1-, DPK364…-2: parcels of one waybill. */
const parcelSuffix = /^-(\d{1,3}-\d{1,3}(?=-|(?![A-Z0-9]))|\d{1,3})(?:-\d{0,3})?-?(?![A-Z0-9])/

function sightingOf(line: TextLine, text: string, groups: readonly Group[]): Sighting | undefined {
  const [first, last] = [groups[0] as Group, groups.at(-1) as Group]
  const torn = tornInTwo(text, groups)
  if (!torn && !joinable(text, groups)) return undefined
  const guess = guessNumber(groups.map((group) => group.text).join(''))
  if (guess === undefined) return undefined
  const [before, after] = [text.slice(0, first.from), text.slice(last.to)]
  const suffix = /^(?:JD|DPK)/.test(guess.value) ? parcelSuffix.exec(after)?.[1] : undefined
  if (goesOnBefore.test(before) && !/(?:NO|[^\d])[.:]$/.test(before.replace(/ $/, ''))) return undefined
  if (suffix === undefined && goesOnAfter.test(after)) return undefined
  const probs = groups.flatMap((group) => line.probs.slice(group.from, group.to))
  const words = before.replace(/\s/g, '').slice(-12)
  return {
    ...guess,
    mended: guess.mended + (torn ? 1 : 0),
    weakest: Math.min(...probs),
    probs,
    mean: probs.reduce((sum, prob) => sum + prob, 0) / probs.length,
    at: partOf(line, first.from, last.to),
    cut: line.cut,
    labelled: waybillWords.test(words) && !otherNumberWords.test(words),
    foreign: otherNumberWords.test(words),
    ...(suffix === undefined ? {} : { parcel: suffix }),
  }
}

/** The first group of a number that begins with letters: SF1, YT88, JDVA; or most of it, where the line was found in two pieces. */
const prefix = /^[A-Z]{2,4}\d{0,11}$/

/** Printed groups are short (SF1 234 567 890 123, 7589 4561 2301 47); whole numbers side by side are not one. */
function joinable(text: string, groups: readonly Group[]): boolean {
  if (groups.length === 1) return true
  const lettered = prefix.test(groups[0]?.text ?? '')
  for (const [index, group] of groups.entries()) {
    const next = groups[index + 1]
    if (next !== undefined && !/^ {1,2}$/.test(text.slice(group.to, next.from))) return false
    const isPrefix = index === 0 && lettered
    if (isPrefix) continue
    const longest = lettered ? 13 : 5
    if (group.text.length > longest || group.text.length < 2 || !/^[\dOQDILBSZ|]+$/.test(group.text)) return false
  }
  return !/^20\d\d$/.test(groups[0]?.text ?? '')
}

/** One number in two halves, a crease between them: neither is anything by itself, and together they are a usual form. */
function tornInTwo(text: string, groups: readonly Group[]): boolean {
  const [first, second] = groups
  if (first === undefined || second === undefined || groups.length !== 2) return false
  if (![first, second].every((group) => /^\d{6,9}$/.test(group.text))) return false
  if (!/^ {1,2}$/.test(text.slice(first.to, second.from))) return false
  return carrierOf(first.text + second.text)?.certainty === 'likely'
}

/** The part of the line's box that these letters fill, all letters taken as equally wide. */
function partOf({ at, text }: TextLine, from: number, to: number): TurnedBox {
  const widths = [...text].map((sign) => (sign.charCodeAt(0) > 0x2e7f ? 1 : 0.55))
  const total = widths.reduce((sum, width) => sum + width, 0) || 1
  const start = widths.slice(0, from).reduce((sum, width) => sum + width, 0) / total
  const end = widths.slice(0, to).reduce((sum, width) => sum + width, 0) / total
  const shift = ((start + end) / 2 - 0.5) * at.width
  return {
    ...at,
    cx: at.cx + Math.cos(at.angle) * shift,
    cy: at.cy + Math.sin(at.angle) * shift,
    width: (end - start) * at.width,
  }
}
