import type { Clock } from '../runtime/clock.ts'
import { Unreachable } from '../runtime/errors.ts'

const tries = 4
const firstWaitMs = 1_000
/** A vendor that wants to be left alone for longer ends the reading: the next one begins where this one did. */
const longestWaitMs = 60_000

/** Waits out what passes (busy, too fast, no answer) for a reading that nobody waits for: 1 s, 2 s, 4 s or as the vendor says. */
export async function patiently<T>(clock: Clock, signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      if (!(error instanceof Unreachable) || attempt === tries || signal.aborted) throw error
      const named = error.retryAfterMs
      const waitMs = named ?? firstWaitMs * 2 ** (attempt - 1)
      if (waitMs > longestWaitMs) throw error
      // a wait that was named is never cut short: coming early costs one of the tries
      const least = named === undefined ? 0.9 : 1
      await clock.sleep(waitMs * (least + 0.1 * Math.random()), signal)
    }
  }
}
