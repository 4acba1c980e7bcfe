import { findDates, isoDays } from './dates.ts'

const dayMs = 86_400_000
/** Longer than any month: by then every relative expression means other days. */
const laterDays = 40
const ofSomeYear = /[去今前]年/

/** The days that words for a date mean at `atMs` (epoch ms), as YYYY-MM-DD, both inclusive; undefined when they name none. */
export function daysSaid(raw: string, atMs: number): { readonly from: string; readonly to: string } | undefined {
  const [date] = findDates(raw, atMs)
  return date && isoDays(date)
}

/** True when the words mean other days later on (昨天, 这周, 20号), false for days of the calendar (11-20, 双11). */
export function countsAnew(raw: string, atMs: number): boolean {
  const [now, later] = [daysSaid(raw, atMs), daysSaid(raw, atMs + laterDays * dayMs)]
  if (now === undefined || later === undefined) return false
  return ofSomeYear.test(raw) || now.from !== later.from || now.to !== later.to
}
