import { dayMs, dayStart } from '../runtime/beijing.ts'
import type { ClockName, ClockRules, RungPlan } from './rungs.ts'
import { addTime, type Calendar, nextOpen, timeBetween } from './working-time.ts'

const minuteMs = 60_000

export function calendarOf(rules: ClockRules, clock: ClockName): Calendar {
  const { calendar } = rules.clocks[clock]
  if (calendar === 'wall') return { kind: 'wall' }
  if (calendar === 'staffed') return { kind: 'staffed', ...rules.staffed }
  const { holidays, workdays } = rules
  return { kind: 'working', ...rules.working, days: { holidays, workdays } }
}

/** When a clock that starts now reaches its limit: what the flow writes as due time of a level. */
export function limitOf(rules: ClockRules, clock: ClockName, startMs: number): number {
  return addTime(calendarOf(rules, clock), startMs, rules.clocks[clock].limitMinutes * minuteMs)
}

export type TimedRung = { readonly rung: number; readonly dueAtMs: number; readonly plan: RungPlan }

/**
 * The rungs of one run of a clock. Where the item has a limit of its own (`dueAtMs`: what people see counting down) the rungs
 * before it keep their share of it and the later ones their distance; a limit outside the hours counts from the next opening.
 */
export function rungTimes(
  rules: ClockRules,
  clock: ClockName,
  startMs: number,
  dueAtMs?: number,
): readonly TimedRung[] {
  const { limitMinutes, rungs } = rules.clocks[clock]
  const calendar = calendarOf(rules, clock)
  const limitMs = limitMinutes * minuteMs
  const dueMs =
    dueAtMs === undefined ? addTime(calendar, startMs, limitMs) : nextOpen(calendar, Math.max(dueAtMs, startMs))
  const spanMs = timeBetween(calendar, startMs, dueMs)
  return rungs.map(({ minutes, ...plan }, index) => {
    const ms = minutes * minuteMs
    const at =
      ms >= limitMs
        ? addTime(calendar, dueMs, ms - limitMs)
        : Math.min(dueMs, addTime(calendar, startMs, Math.round((spanMs * ms) / limitMs)))
    return { rung: index + 1, dueAtMs: at, plan }
  })
}

/** The end of the quiet hours when `atMs` lies inside them. */
export function quietUntil({ quiet }: ClockRules, atMs: number): number | undefined {
  const midnight = dayStart(atMs)
  const minute = (atMs - midnight) / minuteMs
  if (minute < quiet.toMin) return midnight + quiet.toMin * minuteMs
  return minute >= quiet.fromMin ? midnight + dayMs + quiet.toMin * minuteMs : undefined
}
