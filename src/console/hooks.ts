import { useEffect, useState, useSyncExternalStore } from 'react'
import type { Desk, State } from './store.ts'

export function useDesk(desk: Desk): State {
  return useSyncExternalStore(desk.subscribe, desk.state)
}

/** The desk's time, running on by our own clock and refreshed every `everyMs`. */
export function useDeskNow(clock: State['clock'], everyMs: number): number {
  const [, tick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return clock.nowMs + (Date.now() - clock.heardAtMs)
}

/** True while the media query matches. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const media = window.matchMedia(query)
      media.addEventListener('change', changed)
      return () => media.removeEventListener('change', changed)
    },
    () => window.matchMedia(query).matches,
  )
}
