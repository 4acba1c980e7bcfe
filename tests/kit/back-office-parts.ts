import type { AdapterParts } from '../../src/connectors/adapter.ts'
import type { LogFields } from '../../src/runtime/log.ts'
import { vendor } from '../../src/runtime/vendor-call.ts'

/** Parts of an adapter: tokens in memory, waiting takes no time but moves the clock, and what was logged. */
export function adapterParts(startMs: number) {
  let atMs = startMs
  const clock = {
    nowMs: () => atMs,
    sleep: async (ms: number) => {
      atMs += ms
    },
  }
  const kept = new Map<string, string>()
  const logged: string[] = []
  const parts: AdapterParts = {
    clock,
    tokens: {
      get: async (name, fetchNew) => {
        const known = kept.get(name) ?? (await fetchNew(undefined)).token
        kept.set(name, known)
        return known
      },
      drop: async (name) => {
        kept.delete(name)
      },
    },
    log: (_level: string, message: string, fields?: LogFields) => {
      logged.push(`${message} ${JSON.stringify(fields ?? {})}`)
    },
    vendor: (options) => vendor({ ...options, clock }),
    publicUrl: undefined,
  }
  return {
    parts,
    clock,
    logged,
    moveMs: (ms: number) => {
      atMs += ms
    },
  }
}
