import { dayWords, otherTimeWords, printWords, sendWords } from '../text/label-words.ts'
import { isoOf, momentIn } from './time-forms.ts'
import type { SentAt, TextLine, TurnedBox } from './types.ts'

export type TimeSeen = SentAt & {
  /** Print times before sending times before times without a word; lower is better. */
  readonly rank: number
  /** The least sure of its digits, 0 to 1; at most 0.5 where one may be missing, or a clock. */
  readonly weakest: number
  readonly inTheFuture: boolean
  /** Of its clock only a part was read. */
  readonly torn: boolean
  readonly at: TurnedBox
}

const dayMs = 24 * 3_600_000

/**
 * Times printed in these lines (single lines and joined rows), best first. Without a year the latest one that is not in the
 * future counts; a bare date counts only with a word that says it is the time of printing or sending, or with a part of a clock.
 */
export function timesIn(lines: readonly TextLine[], nowMs: number): TimeSeen[] {
  const whole = [...datesWithClocks(lines), ...lines]
  const seen = whole.flatMap((line, index) => timeIn(line, whole[index - 1], nowMs) ?? [])
  return seen.sort((a, b) => a.rank - b.rank || precise(b) - precise(a) || b.weakest - a.weakest)
}

const endsInDate =
  /(?:20\d{2}\s?[-/.\u5e74]\s?\d{1,2}\s?[-/.\u6708]\s?\d{1,2}\u65e5?|(?<![\d/.-])\d{1,2}[-/]\d{1,2})\s*$/
const onlyClock = /^\s*\d{2}\s?[:.\uff1a]\s?\d{2}(?:\s?[:.\uff1a]\s?\d{2})?\s*$/

/** A date whose clock was found as a line of its own, to the right on the same row or close below. */
function datesWithClocks(lines: readonly TextLine[]): TextLine[] {
  const clocks = lines.filter(({ text }) => onlyClock.test(text))
  return lines.flatMap((date) => {
    if (!endsInDate.test(date.text)) return []
    const height = date.at.height
    const far = ({ at }: TextLine) => Math.abs(at.cy - date.at.cy) * 2 + Math.abs(at.cx - date.at.cx)
    const [clock] = clocks
      .filter(({ at }) => {
        const [right, below] = [at.cx - date.at.cx, at.cy - date.at.cy]
        const beside =
          Math.abs(below) < 0.7 * height && right > 0 && right < date.at.width / 2 + at.width / 2 + 10 * height
        return beside || (below > 0 && below < 2.6 * height && Math.abs(right) < date.at.width / 2 + 2 * height)
      })
      .sort((a, b) => far(a) - far(b))
    if (clock === undefined) return []
    return [{ ...date, text: `${date.text} ${clock.text}`, probs: [...date.probs, 1, ...clock.probs] }]
  })
}

const precise = ({ precision }: TimeSeen): number => ['day', 'minute', 'second'].indexOf(precision)

function timeIn(line: TextLine, above: TextLine | undefined, nowMs: number): TimeSeen | undefined {
  const found = momentIn(line.text, nowMs)
  if (found === undefined) return undefined
  const before = line.text.slice(0, found.from)
  // the word may stand alone on the line before
  const words = /\S{2}/.test(before) ? before : `${above && above.text.length <= 8 ? above.text : ''}${before}`
  const tail = words.replace(/\s/g, '').slice(-10)
  const label = printWords.exec(tail) ?? sendWords.exec(tail)
  // 视为送达。2026/09/30 14:51: a sentence that has ended says nothing of the time behind it
  if (label === null && otherTimeWords.test(tail.split('\u3002').at(-1) ?? '')) return undefined
  if (label === null && found.precision === 'day' && !found.torn) return undefined
  const digits = [...line.text].flatMap((sign, index) =>
    index >= found.from && index < found.to && /\d/.test(sign) ? [line.probs[index] ?? 0] : [],
  )
  const lacksClock = found.precision === 'day' && !dayWords.test(label?.[0] ?? '')
  return {
    text: isoOf(found.atMs),
    atMs: found.atMs,
    precision: found.precision,
    ...(label === null ? {} : { label: label[0] }),
    rank: label === null ? 2 : printWords.test(label[0]) ? 0 : 1,
    weakest: Math.min(found.doubtful || lacksClock ? 0.5 : 1, ...digits),
    inTheFuture: found.atMs > nowMs + dayMs,
    torn: found.torn,
    at: line.at,
  }
}

/** True where `other` says another time than `best`: not the same day printed without its clock, not a weak read of the same print. */
export function speaksAgainst(other: TimeSeen, best: TimeSeen): boolean {
  if (other.rank !== best.rank || Math.abs(other.atMs - best.atMs) < 60_000) return false
  const dayAlone = other.precision === 'day' || best.precision === 'day'
  if (dayAlone && other.text.slice(0, 10) === best.text.slice(0, 10)) return false
  return other.weakest > weakRead || !samePrint(other.at, best.at)
}

/** What is read with less is no witness against a better read of the same print. */
const weakRead = 0.5

function samePrint(a: TurnedBox, b: TurnedBox): boolean {
  const height = Math.max(a.height, b.height)
  return Math.abs(a.cy - b.cy) < 0.7 * height && Math.abs(a.cx - b.cx) < (a.width + b.width) / 2
}
