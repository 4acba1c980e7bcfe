import type { ReturnSheet, SheetLevel } from '../src/hub/return-sheet.ts'

/** Shares of a level's time that are left when its card turns yellow, and red: 5 and 2 of 15 minutes (product J7). */
const yellowShare = 1 / 3
const redShare = 2 / 15

/** How long a decision can be turned back by the one who made it. */
const undoMs = 120_000

export type Urgency = 'calm' | 'yellow' | 'red' | 'over'

export type Moment = {
  readonly urgency: Urgency
  /** Since when the card looks as it does now; drawn at this moment it is the same card until the next. */
  readonly sinceMs: number
  /** When it changes by time alone; absent when it does not. */
  readonly nextMs?: number
}

/** Where a pending level stands between its start and its limit. */
export function pendingMoment({ startedAtMs, dueAtMs }: SheetLevel, nowMs: number): Moment {
  if (startedAtMs === undefined || dueAtMs === undefined) return { urgency: 'calm', sinceMs: startedAtMs ?? 0 }
  const limitMs = dueAtMs - startedAtMs
  const steps = [
    { sinceMs: startedAtMs, urgency: 'calm' },
    { sinceMs: Math.round(dueAtMs - limitMs * yellowShare), urgency: 'yellow' },
    { sinceMs: Math.round(dueAtMs - limitMs * redShare), urgency: 'red' },
    { sinceMs: dueAtMs, urgency: 'over' },
  ] as const
  const step = steps.findLast(({ sinceMs }) => sinceMs <= nowMs) ?? steps[0]
  const next = steps.find(({ sinceMs }) => sinceMs > nowMs)
  return { ...step, ...(next !== undefined && { nextMs: next.sinceMs }) }
}

/** Until when that level's decision can be turned back; undefined when no person made it, or somebody decided after it. */
export function undoUntilMs({ levels }: Pick<ReturnSheet, 'levels'>, level: number): number | undefined {
  const own = levels.find((one) => one.level === level)
  if (own?.decidedAtMs === undefined || own.auto === true) return undefined
  const later = levels.some((one) => one.level > level && (one.state === 'approved' || one.state === 'rejected'))
  return later ? undefined : own.decidedAtMs + undoMs
}
