import { dayMs, isoDay, startOfIsoDay, weekdayOf } from '../runtime/beijing.ts'

/** YYYY-MM-DD: days off besides weekends, and weekend days that are worked in exchange (调休). */
export type DayTable = { readonly holidays: readonly string[]; readonly workdays: readonly string[] }

/**
 * State Council notice of 2025-11-04 for 2026. A year without a table has weekends only (decision 131); the notice of the next
 * year goes into the settings that take a DayTable.
 */
export const publishedDays: DayTable = {
  holidays: [
    ...span('2026-01-01', 3),
    ...span('2026-02-15', 9),
    ...span('2026-04-04', 3),
    ...span('2026-05-01', 5),
    ...span('2026-06-19', 3),
    ...span('2026-09-25', 3),
    ...span('2026-10-01', 7),
  ],
  workdays: ['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'],
}

function span(first: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => isoDay(startOfIsoDay(first) + index * dayMs))
}

/** Monday to Friday but holidays, and the weekend days that are worked instead; of the Beijing day that holds `atMs`. */
export function isWorkingDay(atMs: number, { holidays, workdays }: DayTable): boolean {
  const day = isoDay(atMs)
  if (workdays.includes(day)) return true
  const weekday = weekdayOf(atMs)
  return weekday !== 0 && weekday !== 6 && !holidays.includes(day)
}
