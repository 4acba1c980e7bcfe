import { civilOf, type Day, dayOf, isoOf } from './calendar.ts'
import { dateRules, feastRules } from './date-rules.ts'
import type { Span } from './marks.ts'

/** A date expression: what was said and the days it means, as whole days of Asia/Shanghai, both inclusive. */
export type FoundDate = Span & { readonly raw: string; readonly from: Day; readonly to: Day }

const allRules = [...feastRules, ...dateRules]

/**
 * All date expressions of a normalised line, in order, the longest reading of each; `20号到22号` is one. `atMs` is now.
 * Days without a year or month lie in the past: people ask about what was ordered.
 */
export function findDates(line: string, atMs: number): readonly FoundDate[] {
  const today = dayOf(atMs)
  const found: FoundDate[] = []
  for (let at = 0; at < line.length; ) {
    const best = dateAt(line, at, today)
    if (best !== undefined) found.push(best)
    at = best?.end ?? at + 1
  }
  return joined(line, found)
}

function dateAt(line: string, at: number, today: Day): FoundDate | undefined {
  let best: FoundDate | undefined
  for (const { form, days } of allRules) {
    form.lastIndex = at
    const match = form.exec(line)
    if (match === null || match[0].length <= (best?.raw.length ?? 0)) continue
    const means = days(match, today)
    if (means !== undefined) best = { start: at, end: at + match[0].length, raw: match[0], ...means }
  }
  return best
}

/** `20号到22号`, `11.18-11.20`, `周一至周三`, `18到20号`. */
function joined(line: string, dates: readonly FoundDate[]): readonly FoundDate[] {
  const out: FoundDate[] = []
  for (const date of dates) {
    const before = out.at(-1)
    if (before !== undefined && /^\s?[到至~-]\s?$/.test(line.slice(before.end, date.start)) && before.from <= date.to) {
      out[out.length - 1] = {
        start: before.start,
        end: date.end,
        raw: line.slice(before.start, date.end),
        from: before.from,
        to: date.to,
      }
    } else out.push(date)
  }
  return out.map((date) => withOpenStart(line, date))
}

/** `18到20号`: the first number says no 号. */
function withOpenStart(line: string, date: FoundDate): FoundDate {
  if (!/[号日]/.test(date.raw)) return date
  const head = /(\d{1,2})\s?[到至~-]\s?$/.exec(line.slice(0, date.start))
  const first = head === null ? undefined : Number(head[1])
  const { date: lastDate } = civilOf(date.from)
  if (head === null || first === undefined || first < 1 || first >= lastDate) return date
  return { ...date, start: head.index, raw: line.slice(head.index, date.end), from: date.from - (lastDate - first) }
}

/** YYYY-MM-DD of both ends. */
export function isoDays(date: FoundDate): { readonly from: string; readonly to: string } {
  return { from: isoOf(date.from), to: isoOf(date.to) }
}
