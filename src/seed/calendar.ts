import { dateDigits, dayMs, dayStart, hourMs, isoDate, weekdayOf } from './beijing.ts'
import type { Random } from './prng.ts'

/** Share of the day's orders per hour (Beijing): quiet nights, a lunch peak, the long evening of the live streams. */
const hourCurve = [14, 8, 5, 3, 3, 5, 10, 18, 30, 44, 54, 52, 50, 46, 44, 46, 48, 46, 44, 58, 78, 86, 74, 38]

/** Sunday first: weekends sell more. */
const weekdayCurve = [1.12, 0.95, 0.93, 0.96, 0.98, 1.02, 1.1]

/** Days of the big promotions and how much more they sell (the owner: 2.9 times). */
const promoDays: Readonly<Record<string, number>> = {
  '06-01': 1.6,
  '06-18': 2.4,
  '11-10': 1.8,
  '11-11': 2.9,
  '12-12': 1.9,
}

/** True in the days when a promotion sells and the warehouse drowns in it. */
export function isPromo(ms: number): boolean {
  const digits = dateDigits(ms)
  return (promoDays[`${digits.slice(4, 6)}-${digits.slice(6)}`] ?? 1) > 1.5
}

export type Hour = { readonly startMs: number; readonly endMs: number; readonly orders: number }

const days = 60

/**
 * How many orders fall into each hour of the last 60 days up to `nowMs`, `total` in all. The newest days weigh more in a
 * small sample: questions are mostly about them.
 */
export function hoursOf(nowMs: number, total: number): readonly Hour[] {
  const first = dayStart(nowMs) - (days - 1) * dayMs
  const weights: { startMs: number; endMs: number; weight: number }[] = []
  for (let day = first; day <= nowMs; day += dayMs) {
    const age = (dayStart(nowMs) - day) / dayMs
    const busy =
      (weekdayCurve[weekdayOf(day)] ?? 1) * (promoDays[isoDate(day).slice(5)] ?? 1) * (1 + 2.2 * Math.exp(-age / 4))
    for (const [hour, share] of hourCurve.entries()) {
      const startMs = day + hour * hourMs
      const endMs = Math.min(startMs + hourMs, nowMs)
      if (endMs > startMs) weights.push({ startMs, endMs, weight: (busy * share * (endMs - startMs)) / hourMs })
    }
  }
  return allot(weights, total)
}

/** Rounds so that the sum is exact: what one hour loses the next one gets. */
function allot(weights: readonly { startMs: number; endMs: number; weight: number }[], total: number): Hour[] {
  const sum = weights.reduce((all, { weight }) => all + weight, 0)
  let wanted = 0
  let given = 0
  return weights.map(({ startMs, endMs, weight }) => {
    wanted += (weight * total) / sum
    const orders = Math.round(wanted) - given
    given += orders
    return { startMs, endMs, orders }
  })
}

/** The times of an hour's orders, in order, to the second. */
export function timesIn(random: Random, hour: Hour): number[] {
  const span = hour.endMs - hour.startMs
  return Array.from(
    { length: hour.orders },
    () => hour.startMs + Math.floor((random.next() * span) / 1000) * 1000,
  ).sort((a, b) => a - b)
}
