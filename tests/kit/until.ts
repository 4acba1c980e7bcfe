import { vi } from 'vitest'

/** Waits for a state: until `check` neither throws nor rejects, at most `timeoutMs`. */
export function until<T>(check: () => T | Promise<T>, timeoutMs = 15_000): Promise<T> {
  return vi.waitFor(check, { timeout: timeoutMs, interval: 10 })
}
