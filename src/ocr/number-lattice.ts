import { allowedAt, type Patterns, patternsAfter, whole } from './number-patterns.ts'
import { columnWidth, elseAt, gapAt, numberSigns, type SignColumns } from './sign-columns.ts'

/** The columns of a line from the first sign of a number to its last. */
export type Span = { readonly columns: SignColumns; readonly from: number; readonly to: number }

/** How much less likely a text is than what the columns say freely: 0 when it is just that, in units of ln. */
export type SpanRead = { readonly text: string; readonly cost: number }

const beam = 28
/** Below this a sign is not tried at a column. */
const unlikely = 1e-4
/** Of what is no sign of a number (a dot in a gap, a smear) so much may be nothing at all. */
const nothing = 0.25
/** Letters that are printed where only digits can stand are digits that were misread (waybills.md, section 1). */
const misread: Readonly<Record<string, string>> = { '0': 'OQD', '1': 'IL', '8': 'B', '5': 'S', '2': 'Z' }
const asDigit = 0.6
/** And digits printed like the letters that numbers begin with: YT, JT, SF, JD. */
const misreadLetters: Readonly<Record<string, string>> = { T: '71', S: '5', D: '0O' }

type Way = { readonly text: string; readonly patterns: Patterns; blank: number; sign: number }

/** The texts of known forms that these columns may say, the likeliest first. */
export function numbersInSpan(span: Span, most: number, dearest: number): SpanRead[] {
  let ways: Way[] = [{ text: '', patterns: patternsAfter(), blank: 1, sign: 0 }]
  let scale = 0
  for (let column = span.from; column <= span.to; column++) {
    const chances = chancesAt(span.columns, column)
    const next = new Map<string, Way>()
    for (const way of ways) stepFrom(way, chances, next)
    ways = [...next.values()].sort((a, b) => b.blank + b.sign - a.blank - a.sign).slice(0, beam)
    const most = ways[0] === undefined ? 0 : ways[0].blank + ways[0].sign
    if (most === 0) return []
    for (const way of ways) {
      way.blank /= most
      way.sign /= most
    }
    scale += Math.log(most)
  }
  const free = freely(span)
  return ways
    .filter(({ patterns, text }) => whole(patterns, text.length))
    .map(({ text, blank, sign }) => ({ text, cost: free - scale - Math.log(blank + sign) }))
    .filter(({ cost }) => cost <= dearest)
    .slice(0, most)
}

function stepFrom(way: Way, chances: Float64Array, next: Map<string, Way>): void {
  const { text, patterns } = way
  const all = way.blank + way.sign
  const last = text === '' ? -1 : numberSigns.indexOf(text.at(-1) as string)
  const same = into(next, text, patterns)
  same.blank += all * (chances[gapAt] as number)
  if (last >= 0) same.sign += way.sign * (chances[last] as number)
  for (let sign = 0; sign < numberSigns.length; sign++) {
    const chance = chances[sign] as number
    if (chance < unlikely) continue
    const left = allowedAt(patterns, text.length, sign)
    if (left === 0) continue
    into(next, text + numberSigns[sign], left).sign += (sign === last ? way.blank : all) * chance
  }
}

function into(next: Map<string, Way>, text: string, patterns: Patterns): Way {
  const known = next.get(text)
  if (known !== undefined) return known
  const made = { text, patterns, blank: 0, sign: 0 }
  next.set(text, made)
  return made
}

/** What this text costs on these columns; Infinity where it cannot be there at all. */
export function costIn(span: Span, text: string): number {
  const signs = [...text].map((sign) => numberSigns.indexOf(sign))
  // blank before sign i at 2i, sign i at 2i + 1, the blank after all at the end
  let now = new Float64Array(2 * signs.length + 1)
  now[0] = 1
  let scale = 0
  for (let column = span.from; column <= span.to; column++) {
    const chances = chancesAt(span.columns, column)
    const next = new Float64Array(now.length)
    let sum = 0
    for (let state = 0; state < now.length; state++) {
      let before = (now[state] as number) + (state > 0 ? (now[state - 1] as number) : 0)
      const sign = signs[state >> 1] as number
      const isSign = state % 2 === 1
      if (isSign && state > 2 && signs[(state >> 1) - 1] !== sign) before += now[state - 2] as number
      const value = before * Math.max(isSign ? 1e-7 : 0, chances[isSign ? sign : gapAt] as number)
      next[state] = value
      sum += value
    }
    if (sum === 0) return Number.POSITIVE_INFINITY
    for (let state = 0; state < next.length; state++) next[state] = (next[state] as number) / sum
    now = next
    scale += Math.log(sum)
  }
  const ends = (now.at(-1) as number) + (now.at(-2) as number)
  return ends === 0 ? Number.POSITIVE_INFINITY : freely(span) - scale - Math.log(ends)
}

/** The likeliest way through the columns, whatever it says. */
function freely({ columns, from, to }: Span): number {
  let sum = 0
  for (let column = from; column <= to; column++) sum += Math.log(Math.max(...chancesAt(columns, column)))
  return sum
}

const chancesOf = new WeakMap<SignColumns, (Float64Array | undefined)[]>()

/** Chances of the signs and of the gap at one column, misread letters counted as digits too. */
function chancesAt(columns: SignColumns, column: number): Float64Array {
  const known = chancesOf.get(columns) ?? []
  chancesOf.set(columns, known)
  const made = known[column]
  if (made !== undefined) return made
  const at = column * columnWidth
  const chances = Float64Array.from(columns.probs.subarray(at, at + elseAt))
  chances[gapAt] = (chances[gapAt] as number) + nothing * (columns.probs[at + elseAt] as number)
  for (const [sign, others] of [...Object.entries(misread), ...Object.entries(misreadLetters)]) {
    const meant = numberSigns.indexOf(sign)
    for (const other of others)
      chances[meant] = (chances[meant] as number) + asDigit * (columns.probs[at + numberSigns.indexOf(other)] as number)
  }
  known[column] = chances
  return chances
}
