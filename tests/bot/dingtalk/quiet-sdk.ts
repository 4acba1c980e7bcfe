import { vi } from 'vitest'

/** The SDK prints every connect and every failed one, past all loggers; for one test it does not. */
export function quietSdk(): void {
  vi.spyOn(console, 'info').mockImplementation(() => {})
  vi.spyOn(console, 'warn').mockImplementation(() => {})
}
