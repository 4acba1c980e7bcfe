/** Civil days of Asia/Shanghai (+08:00 all year) as plain arithmetic on epoch milliseconds; the time itself comes from a Clock. */

export const dayMs = 86_400_000
const zoneMs = 8 * 3_600_000

/** Midnight in Beijing of the day that holds `atMs`. */
export function dayStart(atMs: number): number {
  return Math.floor((atMs + zoneMs) / dayMs) * dayMs - zoneMs
}

/** YYYY-MM-DD. */
export function isoDay(atMs: number): string {
  return new Date(atMs + zoneMs).toISOString().slice(0, 10)
}

/** Midnight in Beijing of YYYY-MM-DD; NaN for anything else. */
export function startOfIsoDay(day: string): number {
  return Date.parse(`${day}T00:00:00+08:00`)
}

/** 0 = Sunday. */
export function weekdayOf(atMs: number): number {
  return new Date(atMs + zoneMs).getUTCDay()
}

/** Midnight of the given date (1–28) of the month after the one that holds `atMs`. */
export function nextMonthDay(atMs: number, date: number): number {
  const local = new Date(atMs + zoneMs)
  return Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + 1, date) - zoneMs
}
