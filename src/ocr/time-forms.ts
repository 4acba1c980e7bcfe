import type { SentAt } from './types.ts'

/** A moment as it was printed, with its place in the text. */
export type MomentRead = {
  readonly atMs: number
  readonly precision: SentAt['precision']
  readonly from: number
  readonly to: number
  /** A digit may be missing or another one: never sure. */
  readonly doubtful: boolean
  /** A clock stands behind the date, but not all of it. */
  readonly torn: boolean
}

const minuteMs = 60_000
const beijingMs = 8 * 60 * minuteMs
const dayMs = 24 * 60 * minuteMs

/** What nobody prints any more, and what nobody has printed yet, as years. */
const oldestYear = 2010
const yearsAhead = 1
/** Labels are photographed within weeks: of two dates that one row of signs may mean, one as young as this is meant. */
const recentMs = 90 * dayMs

const colon = '\\s?[:.;]{1,2}\\s?'
/** hh:mm(:ss) behind a date whose last blank the text engine may have dropped: 2026/9/907:33, 2026.11.1515:40. */
const clock = `[\\s.,-]{0,2}(\\d{2})(?:${colon}|\\s(?=\\d{2}:\\d{2}))(\\d{2})(?:${colon}(\\d{2}))?(?!\\d)`
/** The second colon is the faintest: 13:2208. */
const shortClock = `[\\s.,-]{0,2}(\\d{2})${colon}(\\d{2})(\\d{2})(?!\\d)`
const between = '\\s?[-/.]\\s?'
const year = '(?<!\\d)(20\\d{2})'
const date = `${year}${between}(\\d{1,2})${between}(\\d{1,2})`

type Form = { readonly form: RegExp; readonly doubtful: boolean }

/** Year, month, day, hour, minute, second. The doubtful ones have lost a sign between their digits. */
const withYear: readonly Form[] = [
  { form: new RegExp(`${date}${clock}`), doubtful: false },
  {
    form: new RegExp(`${year}${between}(\\d{1,2})${between}(\\d{2})\\s+(\\d{2}) ?(\\d{2}) ?(\\d{2})(?!\\d)`),
    doubtful: false,
  },
  { form: new RegExp(`${year}(\\d{2})(\\d{2})${clock}`), doubtful: false },
  { form: new RegExp(`${date}${shortClock}`), doubtful: true },
  { form: new RegExp(`${year}${between}(\\d{2})(\\d{2})${clock}`), doubtful: true },
  { form: new RegExp(`${year}(\\d{2})${between}(\\d{2})${clock}`), doubtful: true },
]
/** The year's first digits under a crease or a glare: 026.11.15 17:14. */
const tornYear = new RegExp(`(?<![\\d/.-])\\d{0,2}(\\d{2})${between}(\\d{2})${between}(\\d{2})${clock}`)
const withoutYear = new RegExp(`(?<![\\d/.-])(\\d{1,2})[-/.](\\d{1,2})${clock}`)
const tornClock = new RegExp(`${year}${between}(\\d{2})${between}(\\d{2})(?=\\s?\\d{1,2}\\s?[:.;][\\s\\d:.;]{0,5}$)`)
const dayOnly = new RegExp(`${date}(?!.*\\d)`)

/** The moment printed in a line, in Shanghai's time; without a year the latest that is not in the future. undefined: none. */
export function momentIn(text: string, nowMs: number): MomentRead | undefined {
  const line = plain(text)
  for (const { form, doubtful } of withYear) {
    const match = form.exec(line)
    const read = match && ofYear(line, match, nowMs)
    if (read) return doubtful ? { ...read, doubtful } : read
  }
  return ofTornYear(line, nowMs) ?? ofDayAndClock(line, nowMs) ?? ofDay(line, nowMs)
}

/** Signs as a keyboard writes them, one for one: 年 and 月 become slashes, 日 a blank, the ways to print a colon one. */
function plain(text: string): string {
  return (
    text
      .toUpperCase()
      .replace(/[\u5e74\u6708]/g, '/')
      .replace(/[\u65e5\u53f7]/g, ' ')
      // what creases make of them: 年 of 牛, 月 of 用, 日 of 目 or E
      .replace(/(?<=20\d\d)[\u725b\u5348\u5e73](?=\d)/g, '/')
      .replace(/(?<=\/\d{1,2})\u7528(?=\d)/g, '/')
      .replace(/(?<=\/\d{1,2}\/\d{1,2})[A-Z\u76ee\u66f0\u53e3\u65e7\u767d](?=\s?\d\d\s?[:.\uff1a])/g, ' ')
      .replace(/[\uff1a\u2236]/g, ':')
      .replace(/[\u2010-\u2015\u2212\u4e00]/g, '-')
      .replace(/(?<=\d[-/.:]?)[OQ](?=[\d:/.-]|$)/g, '0')
      .replace(/(?<=\d)[CDGU](?=\d\s?[:.]\s?\d)/g, '0')
      .replace(/(?<=\d)[LI|](?=[\d:])/g, '1')
      // the second colon is the faintest: 20:24 12
      .replace(/(?<=\d\d:\d\d) (?=\d\d\s*$)/, ':')
  )
}

function ofYear(line: string, match: RegExpExecArray, nowMs: number): MomentRead | undefined {
  const [, years = '', month = '', day = '', hour, minute, second] = match
  const clocked = [hour, minute, second].map(numberOf)
  const inYear = (year: number, m: number, d: number) => momentOf(year, m, d, ...clocked)
  const told = Number(years)
  const possible = told >= oldestYear && told <= yearOf(nowMs) + yearsAhead
  const parts = [Number(month), Number(day)] as const
  // 2085 was 2026 before it was creased
  const literal = possible ? inYear(told, ...parts) : latestPast((each) => inYear(each, ...parts), nowMs)
  const lost = lostDigit(month, day, match[0])
  const atMs = lost ? likelier(literal, (m, d) => inYear(told, m, d), [month, day], nowMs) : literal
  if (atMs === undefined) return undefined
  const glued = /[-/.]\s?\d{3}\s?[:.;]/.test(match[0])
  return clockedRead(line, match, atMs, second, !possible || glued || lost)
}

function ofTornYear(line: string, nowMs: number): MomentRead | undefined {
  const match = tornYear.exec(line)
  if (match === null) return undefined
  const [, years, month, day, hour, minute, second] = match
  const told = 2000 + Number(years)
  if (told > yearOf(nowMs) || told < yearOf(nowMs) - 1) return undefined
  const atMs = momentOf(told, Number(month), Number(day), ...[hour, minute, second].map(numberOf))
  return atMs === undefined ? undefined : clockedRead(line, match, atMs, second, true)
}

function ofDayAndClock(line: string, nowMs: number): MomentRead | undefined {
  const match = withoutYear.exec(line)
  if (match === null) return undefined
  const [, month = '', day = '', hour, minute, second] = match
  const clocked = [hour, minute, second].map(numberOf)
  const inAnyYear = (m: number, d: number) => latestPast((year) => momentOf(year, m, d, ...clocked), nowMs)
  const literal = inAnyYear(Number(month), Number(day))
  const lost = lostDigit(month, day, match[0])
  const atMs = lost ? likelier(literal, inAnyYear, [month, day], nowMs) : literal
  return atMs === undefined ? undefined : clockedRead(line, match, atMs, second, lost)
}

function ofDay(line: string, nowMs: number): MomentRead | undefined {
  const torn = tornClock.exec(line)
  const match = torn ?? dayOnly.exec(line)
  if (match === null) return undefined
  const [, years, month = '', day = ''] = match
  const told = Number(years)
  if (told < oldestYear || told > yearOf(nowMs) + yearsAhead) return undefined
  const atMs = momentOf(told, Number(month), Number(day))
  if (atMs === undefined) return undefined
  const doubtful = torn !== null || lostDigit(month, day, match[0])
  return { atMs, precision: 'day', ...spanOf(match), doubtful, torn: torn !== null }
}

function clockedRead(
  line: string,
  match: RegExpExecArray,
  atMs: number,
  second: string | undefined,
  doubtful: boolean,
): MomentRead {
  const precision = second === undefined ? 'minute' : 'second'
  return { atMs, precision, ...spanOf(match), doubtful: doubtful || cutShort(line, match), torn: false }
}

/**
 * A month or day of one digit that may have had two: beside a padded part (2026-1-05), behind a sign other than the slash of
 * dates that are not padded, or a 1 or 2 that may be the rest of an 11 or 22 (doubled digits run together when a line is read).
 */
function lostDigit(month: string, day: string, whole: string): boolean {
  if (month.length === 2 && day.length === 2) return false
  if (/^0/.test(month) || /^0/.test(day) || month === '1' || /^[12]$/.test(day)) return true
  return month.length !== day.length && !whole.includes('/')
}

/** The date as it was read; one with its doubled digit back where that one is of these weeks and the other is long past. */
function likelier(
  literal: number | undefined,
  moment: (month: number, day: number) => number | undefined,
  [month, day]: readonly [string, string],
  nowMs: number,
): number | undefined {
  const recent = (atMs: number | undefined) => atMs !== undefined && atMs <= nowMs && nowMs - atMs < recentMs
  if (recent(literal)) return literal
  const months = month === '1' ? [1, 11] : [Number(month)]
  const days = day === '1' || day === '2' ? [Number(day), 11 * Number(day)] : [Number(day)]
  const found = months.flatMap((m) => days.map((d) => moment(m, d))).filter(recent)
  return found[0] ?? literal
}

/** Something of the seconds is left, but not two digits. */
function cutShort(line: string, match: RegExpExecArray): boolean {
  return /^\s?(?::|[.;]\s?\d(?!\d))/.test(line.slice(match.index + match[0].length))
}

const numberOf = (part: string | undefined): number | undefined => (part === undefined ? undefined : Number(part))

function spanOf(match: RegExpExecArray): { readonly from: number; readonly to: number } {
  return { from: match.index, to: match.index + match[0].length }
}

/** The moment of a wall clock in Shanghai; undefined when there is no such day or time. */
function momentOf(year: number, month: number, day: number, hour = 0, minute = 0, second = 0): number | undefined {
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const utcMs = Date.UTC(year, month - 1, day, hour, minute, second)
  const back = new Date(utcMs)
  return back.getUTCMonth() === month - 1 && back.getUTCDate() === day ? utcMs - beijingMs : undefined
}

const yearOf = (atMs: number): number => new Date(atMs + beijingMs).getUTCFullYear()

/** This year's moment, or last year's where this year's is still to come. */
function latestPast(inYear: (year: number) => number | undefined, nowMs: number): number | undefined {
  const now = inYear(yearOf(nowMs))
  return now !== undefined && now <= nowMs + dayMs ? now : inYear(yearOf(nowMs) - 1)
}

/** ISO local time of Shanghai with its offset. */
export function isoOf(atMs: number): string {
  return `${new Date(atMs + beijingMs).toISOString().slice(0, 19)}+08:00`
}
