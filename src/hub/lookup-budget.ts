import type { Log } from '../runtime/log.ts'

type Window = { readonly ms: number; readonly max: number }

/** Shaped like hub/send-budget.ts: counts in windows shared by all processes. */
type Budget = {
  take(key: string, windows: readonly Window[]): Promise<{ outcome: 'ok' } | { outcome: 'wait'; afterMs: number }>
}

export type LookupBudget = {
  /** Counts one look-up of this member, or refuses it with the window that is full. */
  take(
    memberId: string,
  ): Promise<{ readonly outcome: 'ok' } | { readonly outcome: 'over'; readonly window: 'minute' | 'day' }>
}

const minuteMs = 60_000
const dayMs = 86_400_000

/** reliability.md R8c: one member looks up this much and no more; whoever copies the hub order by order is noticed. */
const lookupWindows: readonly Window[] = [
  { ms: minuteMs, max: 30 },
  { ms: dayMs, max: 500 },
]

/** Every look-up beyond the limit is an alarm in the log. */
export function lookupBudget(budget: Budget, log: Log): LookupBudget {
  return {
    take: async (memberId) => {
      const taken = await budget.take(`lookup ${memberId}`, lookupWindows)
      if (taken.outcome === 'ok') return { outcome: 'ok' }
      // a full minute is free again within little more than one
      const window = taken.afterMs > 2 * minuteMs ? 'day' : 'minute'
      log('error', 'a member looks up more than one person needs', { memberId, window, alarm: true })
      return { outcome: 'over', window }
    },
  }
}
