import type { SendBudget, SharedToken } from '../../src/chat/ports.ts'

/** A SharedToken of one process, for tests whose subject is not the sharing: one fetch at a time, 5 min safety margin. */
export function memoryToken(nowMs: () => number = Date.now): SharedToken {
  const kept = new Map<string, { readonly token: string; readonly expiresAtMs: number }>()
  const fetching = new Map<string, Promise<{ readonly token: string; readonly expiresAtMs: number }>>()
  return {
    get: async (name, fetchNew) => {
      const known = kept.get(name)
      if (known !== undefined && known.expiresAtMs - nowMs() > 300_000) return known.token
      const fetched = fetching.get(name) ?? fetchNew(known?.token).finally(() => fetching.delete(name))
      fetching.set(name, fetched)
      kept.set(name, await fetched)
      return (await fetched).token
    },
    drop: async (name, token) => {
      if (kept.get(name)?.token === token) kept.set(name, { token, expiresAtMs: 0 })
    },
  }
}

/** A SendBudget of one process: sliding windows, a twelfth longer than asked for since a message is counted on arrival. */
export function memoryBudget(nowMs: () => number = Date.now): SendBudget {
  const taken = new Map<string, number[]>()
  return {
    take: async (key, windows) => {
      const all = taken.get(key) ?? []
      for (const { ms, max } of windows) {
        const inside = all.filter((atMs) => nowMs() - atMs < ms * (13 / 12))
        const oldest = inside[inside.length - max]
        if (oldest !== undefined) return { outcome: 'wait', afterMs: Math.ceil(oldest + ms * (13 / 12)) - nowMs() }
      }
      taken.set(key, [...all, nowMs()])
      return { outcome: 'ok' }
    },
  }
}
