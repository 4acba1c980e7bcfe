import { dayMs, dayStart } from '../runtime/beijing.ts'
import { type DayTable, isWorkingDay } from './holidays.ts'

/**
 * Which time counts for a limit. `wall`: all of it. `staffed`: every day from `opensMin` to `closesMin` (minutes after midnight
 * in Beijing, 0 ≤ opens < closes ≤ 1440). `working`: the same on working days alone.
 */
export type Calendar =
  | { readonly kind: 'wall' }
  | { readonly kind: 'staffed'; readonly opensMin: number; readonly closesMin: number }
  | { readonly kind: 'working'; readonly opensMin: number; readonly closesMin: number; readonly days: DayTable }

const minuteMs = 60_000
/** No table closes a firm for longer: a calendar without any open day is a fault, not an endless search. */
const mostClosedDays = 400

type Open = { readonly fromMs: number; readonly toMs: number }

/** The open hours of the Beijing day that starts at `startMs`; undefined on a closed day. */
function openOn(calendar: Exclude<Calendar, { kind: 'wall' }>, startMs: number): Open | undefined {
  if (calendar.kind === 'working' && !isWorkingDay(startMs, calendar.days)) return undefined
  return { fromMs: startMs + calendar.opensMin * minuteMs, toMs: startMs + calendar.closesMin * minuteMs }
}

/** Open stretches that end after `fromMs`, in order. Throws RangeError when no day is open any more. */
function* openFrom(calendar: Exclude<Calendar, { kind: 'wall' }>, fromMs: number): Generator<Open> {
  let closed = 0
  for (let day = dayStart(fromMs); ; day += dayMs) {
    const open = openOn(calendar, day)
    if (open === undefined || open.toMs <= fromMs) {
      closed += 1
      if (closed > mostClosedDays) throw new RangeError('the calendar has no open day: see the setting clocks.rules')
      continue
    }
    closed = 0
    yield open
  }
}

/** `atMs`, or the next opening when it lies outside the hours; the closing minute itself still counts as inside. */
export function nextOpen(calendar: Calendar, atMs: number): number {
  if (calendar.kind === 'wall') return atMs
  for (const { fromMs } of openFrom(calendar, atMs - 1)) return Math.max(fromMs, atMs)
  return atMs
}

/**
 * The moment at which `ms` of the calendar's time have passed since `atMs`. It lies inside the hours (at the latest on the
 * closing minute) and never goes back when `atMs` or `ms` grow. `ms` ≥ 0.
 */
export function addTime(calendar: Calendar, atMs: number, ms: number): number {
  if (calendar.kind === 'wall') return atMs + ms
  let left = ms
  for (const { fromMs, toMs } of openFrom(calendar, atMs - 1)) {
    const begin = Math.max(fromMs, atMs)
    if (begin + left <= toMs) return begin + left
    left -= toMs - begin
  }
  return atMs + ms
}

/** How much of the calendar's time lies between the two; 0 when `toMs` is not after `fromMs`. */
export function timeBetween(calendar: Calendar, fromMs: number, toMs: number): number {
  if (toMs <= fromMs) return 0
  if (calendar.kind === 'wall') return toMs - fromMs
  let sum = 0
  for (const open of openFrom(calendar, fromMs)) {
    if (open.fromMs >= toMs) return sum
    sum += Math.min(open.toMs, toMs) - Math.max(open.fromMs, fromMs)
  }
  return sum
}
