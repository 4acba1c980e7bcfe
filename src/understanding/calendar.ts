/** Civil days of Asia/Shanghai as whole numbers (days since 1970-01-01). China has had no summer time since 1991: +08:00 holds. */
export type Day = number

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const zoneMs = 8 * hourMs

export function dayOf(atMs: number): Day {
  return Math.floor((atMs + zoneMs) / dayMs)
}

/** YYYY-MM-DD. */
export function isoOf(day: Day): string {
  return new Date(day * dayMs).toISOString().slice(0, 10)
}

/** Year, month 1–12, day of month. */
export function civilOf(day: Day): { readonly year: number; readonly month: number; readonly date: number } {
  const utc = new Date(day * dayMs)
  return { year: utc.getUTCFullYear(), month: utc.getUTCMonth() + 1, date: utc.getUTCDate() }
}

/** undefined when there is no such day (31 April, month 13). */
export function dayOfCivil(year: number, month: number, date: number): Day | undefined {
  const ms = Date.UTC(year, month - 1, date)
  const utc = new Date(ms)
  return utc.getUTCMonth() + 1 === month && utc.getUTCDate() === date ? ms / dayMs : undefined
}

/** 0 = Monday … 6 = Sunday. */
export function weekdayOf(day: Day): number {
  return (((day + 3) % 7) + 7) % 7
}

/** First and last instant (epoch ms, inclusive) of the days from `from` to `to`, both YYYY-MM-DD. */
export function windowOf(from: string, to: string): { readonly fromMs: number; readonly toMs: number } {
  return { fromMs: Date.parse(`${from}T00:00:00+08:00`), toMs: Date.parse(`${to}T00:00:00+08:00`) + dayMs - 1 }
}
