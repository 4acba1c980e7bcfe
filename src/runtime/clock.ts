export type EpochMs = number

export type Clock = {
  nowMs(): EpochMs
  /** Resolves after `ms` of real time, or at once when `stop` fires (never rejects). */
  sleep(ms: number, stop: AbortSignal): Promise<void>
}

function sleep(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      stop.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    stop.addEventListener('abort', done, { once: true })
  })
}

export const systemClock: Clock = { nowMs: () => Date.now(), sleep }

export type MovableClock = Clock & {
  /** Shows `deltaMs` later (or earlier) than real time from now on; sleeping stays real. */
  setOffset(deltaMs: number): void
  offsetMs(): number
}

/** A clock people can move: the play page's, and tests'. */
export function movableClock(base: Clock = systemClock): MovableClock {
  let offset = 0
  return {
    nowMs: () => base.nowMs() + offset,
    sleep: base.sleep,
    setOffset: (deltaMs) => {
      offset = deltaMs
    },
    offsetMs: () => offset,
  }
}

/** A clock that stands still at `nowMs`, for `--at` and tests. */
export function fixedClock(nowMs: EpochMs): Clock {
  return { nowMs: () => nowMs, sleep }
}
