import { publishedDays } from '../../src/hub/holidays.ts'

const dayMs = 86_400_000
const zoneMs = 8 * 3_600_000

function isWorkday(atMs: number): boolean {
  const china = new Date(atMs + zoneMs)
  const day = china.toISOString().slice(0, 10)
  const isWeekend = [0, 6].includes(china.getUTCDay())
  return publishedDays.workdays.includes(day) || (!isWeekend && !publishedDays.holidays.includes(day))
}

/** How far a clock has to be moved on so that it shows this hour of the next working day in China: limits there count office hours. */
export function toWorkday(hour: number, nowMs: number = Date.now()): number {
  const midnightMs = Math.floor((nowMs + zoneMs) / dayMs) * dayMs - zoneMs
  for (let days = 1; ; days += 1) {
    const atMs = midnightMs + days * dayMs + hour * 3_600_000
    if (isWorkday(atMs)) return atMs - nowMs
  }
}
