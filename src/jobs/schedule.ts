import { getMaxListeners, setMaxListeners } from 'node:events'
import type { Clock } from '../runtime/clock.ts'
import { errorFields, type Log } from '../runtime/log.ts'

/**
 * Something to do again and again. Every process of the desk does it, so `run` must be safe beside itself: its statements
 * claim what they work on (FOR UPDATE SKIP LOCKED) or are the same done twice.
 */
export type Tick = {
  readonly name: string
  readonly everyMs: number
  /** How long after the start it runs first; at once when left out. */
  readonly firstAfterMs?: number
  run(stop: AbortSignal): Promise<unknown>
}

/**
 * Runs each tick at once, or when its first moment has come, and then every `everyMs`, never beside itself in this process; a
 * failure is logged and the next turn comes as usual. Resolves after `stop`, when the running ticks have ended.
 */
export async function schedule(
  { ticks, clock, log }: { readonly ticks: readonly Tick[]; readonly clock: Clock; readonly log: Log },
  stop: AbortSignal,
): Promise<void> {
  // each tick that sleeps listens to it; Node takes more than ten listeners for a leak
  setMaxListeners(getMaxListeners(stop) + ticks.length, stop)
  await Promise.all(ticks.map((tick) => repeat(tick, clock, log, stop)))
}

async function repeat(tick: Tick, clock: Clock, log: Log, stop: AbortSignal): Promise<void> {
  if (tick.firstAfterMs !== undefined) await clock.sleep(tick.firstAfterMs, stop)
  while (!stop.aborted) {
    try {
      await tick.run(stop)
    } catch (error) {
      log('warn', 'a tick failed', { tick: tick.name, ...errorFields(error) })
    }
    // ±10 %: processes started together do not stay in step
    await clock.sleep(tick.everyMs * (0.9 + 0.2 * Math.random()), stop)
  }
}
