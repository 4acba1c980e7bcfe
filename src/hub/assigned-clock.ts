import { returnSubject } from './clock-subjects.ts'
import { arm } from './deadlines.ts'
import { type ClockRules, defaultClockRules } from './rungs.ts'
import type { Sql } from './write.ts'

export type Assigned = {
  readonly returnId: string
  readonly level: number
  /** Whom it was handed to; the holder of the level from now on. */
  readonly memberId: string
  /** Who hears when the time has passed. */
  readonly byMemberId: string
  readonly nowMs: number
  readonly limitMinutes?: number
}

/**
 * Starts the clock of 指派 in the caller's transaction, which makes `memberId` the holder of the level. It runs while the level
 * waits for that person; another assignment takes its place.
 */
export async function armAssigned(tx: Sql, given: Assigned): Promise<void> {
  const { returnId, level, memberId, byMemberId, nowMs } = given
  const { limitMinutes: usual } = defaultClockRules.clocks.assigned
  const minutes = given.limitMinutes ?? usual
  const plan = { step: 'director', tell: { members: [byMemberId] }, of: { level, memberId } } as const
  const assigned = { limitMinutes: minutes, calendar: 'wall', rungs: [{ minutes, ...plan }] } as const
  const rules: ClockRules = { ...defaultClockRules, clocks: { ...defaultClockRules.clocks, assigned } }
  await arm(tx, rules, 'assigned', [{ subject: returnSubject(returnId), basisMs: nowMs }], nowMs)
}
