/** China has one zone and no summer time, so its calendar is plain arithmetic on epoch milliseconds. */

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs
const offsetMs = 8 * hourMs

/** Midnight in Beijing of the day that holds `ms`. */
export function dayStart(ms: number): number {
  return Math.floor((ms + offsetMs) / dayMs) * dayMs - offsetMs
}

/** 0–23 in Beijing. */
export function hourOf(ms: number): number {
  return Math.floor((ms - dayStart(ms)) / hourMs)
}

/** 0 = Sunday, in Beijing. */
export function weekdayOf(ms: number): number {
  return new Date(ms + offsetMs).getUTCDay()
}

let knownDay = { startMs: Number.NaN, digits: '' }

/** yyyymmdd in Beijing. Remembers the last day: orders come by the thousand from the same one. */
export function dateDigits(ms: number): string {
  const startMs = dayStart(ms)
  if (startMs !== knownDay.startMs) knownDay = { startMs, digits: isoDate(ms).replaceAll('-', '') }
  return knownDay.digits
}

/** yyyymmddHHMMSS in Beijing. */
export function timeDigits(ms: number): string {
  return new Date(ms + offsetMs).toISOString().slice(0, 19).replace(/\D/g, '')
}

/** yyyy-mm-dd in Beijing. */
export function isoDate(ms: number): string {
  return new Date(ms + offsetMs).toISOString().slice(0, 10)
}

/** Moves a time that falls outside `opens`–`closes` (hours, Beijing) to the next opening. */
export function whenOpen(ms: number, opens: number, closes: number): number {
  const start = dayStart(ms)
  if (ms < start + opens * hourMs) return start + opens * hourMs
  if (ms >= start + closes * hourMs) return start + dayMs + opens * hourMs
  return ms
}

/** `spanMs` of open time after `fromMs`, the doors being open from `opens` to `closes` each day. */
export function afterOpenTime(fromMs: number, spanMs: number, opens: number, closes: number): number {
  let at = whenOpen(fromMs, opens, closes)
  let left = spanMs
  for (;;) {
    const closing = dayStart(at) + closes * hourMs
    if (at + left <= closing) return at + left
    left -= closing - at
    at = whenOpen(closing, opens, closes)
  }
}
