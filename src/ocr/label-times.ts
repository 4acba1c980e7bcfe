import { otherTimeWords, printWords, sendWords } from '../text/label-words.ts'
import type { SentAt, TextLine } from './types.ts'

export type TimeSeen = SentAt & {
  /** Print times before sending times before times without a word; lower is better. */
  readonly rank: number
  /** The least sure of its digits, 0 to 1. */
  readonly weakest: number
  readonly inTheFuture: boolean
}

const minuteMs = 60_000
const beijingMs = 8 * 60 * minuteMs
const dayMs = 24 * 60 * minuteMs

/** hh:mm(:ss) behind a date whose last blank the text engine may have dropped: 2026/9/907:33, 2026.11.1515:40. */
const clock = '[\\s.,-]{0,2}(\\d{2})(?:\\s?[:.;]\\s?|\\s(?=\\d{2}:\\d{2}))(\\d{2})(?:\\s?[:.;]\\s?(\\d{2}))?(?!\\d)'
const between = '\\s?[-/.]\\s?'
const withYear = new RegExp(`(?<!\\d)(20\\d{2})${between}(\\d{1,2})${between}(\\d{1,2})${clock}`)
const bareClock = new RegExp(
  `(?<!\\d)(20\\d{2})${between}(\\d{1,2})${between}(\\d{2})\\s+(\\d{2}) ?(\\d{2}) ?(\\d{2})(?!\\d)`,
)
const packedDate = new RegExp(`(?<!\\d)(20\\d{2})(\\d{2})(\\d{2})${clock}`)
const withoutYear = new RegExp(`(?<![\\d/.-])(\\d{1,2})[-/.](\\d{1,2})${clock}`)
const dayOnly = new RegExp(`(?<!\\d)(20\\d{2})${between}(\\d{1,2})${between}(\\d{1,2})(?!.*\\d)`)

/**
 * Times printed in these lines (single lines and joined rows), best first. Without a year the latest one that is not in the
 * future counts; a bare date counts only with a word that says it is the time of printing or sending.
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
  const text = plain(line.text)
  const found = partsIn(text, nowMs)
  if (found === undefined) return undefined
  const before = line.text.slice(0, found.from)
  // the word may stand alone on the line before
  const words = /\S{2}/.test(before) ? before : `${above && above.text.length <= 8 ? above.text : ''}${before}`
  const tail = words.replace(/\s/g, '').slice(-10)
  const label = printWords.exec(tail) ?? sendWords.exec(tail)
  if (label === null && otherTimeWords.test(tail)) return undefined
  if (label === null && found.precision === 'day') return undefined
  const digits = [...line.text].flatMap((sign, index) =>
    index >= found.from && index < found.to && /\d/.test(sign) ? [line.probs[index] ?? 0] : [],
  )
  return {
    text: isoOf(found.atMs),
    atMs: found.atMs,
    precision: found.precision,
    ...(label === null ? {} : { label: label[0] }),
    rank: label === null ? 2 : printWords.test(label[0]) ? 0 : 1,
    weakest: found.doubtful ? Math.min(0.5, ...digits) : Math.min(1, ...digits),
    inTheFuture: found.atMs > nowMs + dayMs,
  }
}

/** Signs as a keyboard writes them, one for one: 年 and 月 become slashes, 日 a blank, the ways to print a colon one. */
function plain(text: string): string {
  return (
    text
      .toUpperCase()
      .replace(/[\u5e74\u6708]/g, '/')
      .replace(/[\u65e5\u53f7]/g, ' ')
      .replace(/[\uff1a\u2236]/g, ':')
      .replace(/[\u2010-\u2015\u2212\u4e00]/g, '-')
      .replace(/(?<=\d[-/.:]?)[OQ](?=[\d:/.-]|$)/g, '0')
      .replace(/(?<=\d)[LI|](?=[\d:])/g, '1')
      // the second colon is the faintest: 20:24 12
      .replace(/(?<=\d\d:\d\d) (?=\d\d\s*$)/, ':')
  )
}

type Found = {
  readonly atMs: number
  readonly precision: SentAt['precision']
  readonly from: number
  readonly to: number
  /** A digit may be missing: the blank before the clock is gone and the day has one digit (2026/11/208:00), a part is too short. */
  readonly doubtful?: boolean
}

function partsIn(text: string, nowMs: number): Found | undefined {
  for (const form of [withYear, bareClock, packedDate]) {
    const match = form.exec(text)
    const [year, month, day, hour, minute, second] = numbers(match)
    const atMs = match && momentOf(year, month, day, hour, minute, second)
    if (match && atMs !== undefined && atMs !== null)
      return {
        atMs,
        precision: second === undefined ? 'minute' : 'second',
        ...spanOf(match),
        doubtful:
          (form === withYear && /[-/.]\s?\d[\d]{2}\s?[:.;]/.test(match[0])) ||
          lostDigit(match[2], match[3], match[0]) ||
          cutShort(text, match),
      }
  }
  const short = withoutYear.exec(text)
  if (short) {
    const [month, day, hour, minute, second] = numbers(short)
    const atMs = latestPast((year) => momentOf(year, month, day, hour, minute, second), nowMs)
    if (atMs !== undefined)
      return {
        atMs,
        precision: second === undefined ? 'minute' : 'second',
        ...spanOf(short),
        doubtful: lostDigit(short[1], short[2], short[0]) || cutShort(text, short),
      }
  }
  const date = dayOnly.exec(text)
  const [year, month, day] = numbers(date)
  const atMs = date && momentOf(year, month, day, 0, 0, 0)
  if (date === null || atMs === undefined || atMs === null) return undefined
  return { atMs, precision: 'day', ...spanOf(date), doubtful: lostDigit(date[2], date[3], date[0]) }
}

/**
 * A month or day of one digit that may have had two: beside a padded part (2026-1-05), behind a sign other than the slash of
 * dates that are not padded, or a 1 or 2 that may be the rest of an 11 or 22 (doubled digits run together when a line is read).
 */
function lostDigit(month = '', day = '', whole = ''): boolean {
  if (month.length === 2 && day.length === 2) return false
  if (/^0/.test(month) || /^0/.test(day) || month === '1' || /^[12]$/.test(day)) return true
  return month.length !== day.length && !whole.includes('/')
}

/** Something of the seconds is left, but not two digits. */
function cutShort(text: string, match: RegExpExecArray): boolean {
  return /^\s?(?::|[.;]\s?\d(?!\d))/.test(text.slice(match.index + match[0].length))
}

function numbers(match: RegExpExecArray | null): (number | undefined)[] {
  return (match ?? []).slice(1).map((part) => (part === undefined ? undefined : Number(part)))
}

function spanOf(match: RegExpExecArray): { readonly from: number; readonly to: number } {
  return { from: match.index, to: match.index + match[0].length }
}

/** The moment of a wall clock in Shanghai; undefined when there is no such day or time. */
function momentOf(year?: number, month?: number, day?: number, hour = 0, minute = 0, second = 0): number | undefined {
  if (year === undefined || month === undefined || day === undefined) return undefined
  if (year < 2010 || year > 2099 || hour > 23 || minute > 59 || second > 59) return undefined
  const utcMs = Date.UTC(year, month - 1, day, hour, minute, second)
  const back = new Date(utcMs)
  return back.getUTCMonth() === month - 1 && back.getUTCDate() === day ? utcMs - beijingMs : undefined
}

/** This year's moment, or last year's where this year's is still to come. */
function latestPast(inYear: (year: number) => number | undefined, nowMs: number): number | undefined {
  const thisYear = new Date(nowMs + beijingMs).getUTCFullYear()
  const now = inYear(thisYear)
  return now !== undefined && now <= nowMs + dayMs ? now : (inYear(thisYear - 1) ?? undefined)
}

function isoOf(atMs: number): string {
  return `${new Date(atMs + beijingMs).toISOString().slice(0, 19)}+08:00`
}
