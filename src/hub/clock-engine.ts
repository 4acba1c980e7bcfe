import { armClock, armMissing, type DeadlineParts } from './deadlines.ts'
import type { TellParts, Words } from './escalation-bundle.ts'
import { tellDue } from './escalations.ts'
import { type FireParts, fireDue } from './fire-deadlines.ts'
import { followUp } from './next-channel.ts'

export type ClockEngineParts = DeadlineParts & FireParts & TellParts

export type ClockEngine = {
  /**
   * Fires what is due and tells who has to hear; looks after what was told. `messages`: written to the outbox, wake the pump.
   * All of it may run in several processes at once.
   */
  sweep(words: Words): Promise<{ readonly fired: number; readonly messages: number }>
  /** Arms what runs without rungs. */
  armMissing(): Promise<void>
}

/** The clocks of the desk on one database. The sweep alone is enough; nothing wakes it. */
export function clockEngine(parts: ClockEngineParts): ClockEngine {
  // a clock that was moved may have started clocks that nobody has looked at yet
  let armedAtOffsetMs: number | undefined
  const armAll = async () => {
    armedAtOffsetMs = parts.time.offsetMs()
    await armMissing(parts)
  }
  return {
    sweep: async (words) => {
      if (armedAtOffsetMs !== undefined && armedAtOffsetMs !== parts.time.offsetMs()) await armAll()
      // its fix card is due within the minute, also of a desk that has just started: the slower look would come too late
      else await armClock(parts, 'no_carrier')
      const fired = await fireDue(parts)
      const told = await tellDue(parts, words)
      const { again } = await followUp(parts, words)
      return { fired, messages: told + again }
    },
    armMissing: armAll,
  }
}
