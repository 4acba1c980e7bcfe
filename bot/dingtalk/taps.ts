/**
 * What the outbox must know of the callback door: the update API must not be called while a tap on the same card is
 * unanswered. Memory of this process only; another process at worst sends an update a moment too early.
 */
export type Taps = {
  /** A tap came in; call the result once it was answered or given up. */
  open(outTrackId: string): () => void
  /** Resolves when no tap on the card is unanswered, or after `maxMs`. */
  quiet(outTrackId: string, maxMs: number): Promise<void>
}

export function tapRegistry(): Taps {
  const waiting = new Map<string, Set<Promise<void>>>()
  return {
    open(outTrackId) {
      let settle = () => {}
      const answered = new Promise<void>((resolve) => {
        settle = resolve
      })
      const open = waiting.get(outTrackId) ?? new Set()
      waiting.set(outTrackId, open.add(answered))
      return () => {
        open.delete(answered)
        if (open.size === 0 && waiting.get(outTrackId) === open) waiting.delete(outTrackId)
        settle()
      }
    },
    async quiet(outTrackId, maxMs) {
      const open = waiting.get(outTrackId)
      if (open === undefined) return
      let timer: NodeJS.Timeout | undefined
      const tired = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, maxMs)
      })
      await Promise.race([Promise.all(open), tired])
      clearTimeout(timer)
    },
  }
}
