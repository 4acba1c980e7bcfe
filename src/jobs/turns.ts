/** One at a time by name, in the order they asked. */
type Turns = {
  /** Somebody has the turn of this name. */
  busy(name: string): boolean
  /** Resolves when it is our turn, with what gives it to the next one. */
  take(name: string): Promise<() => void>
}

/** Nobody keeps the others waiting for longer than `longestMs`: his turn passes on then, whatever he is still doing. */
export function turnsOf(longestMs: number): Turns {
  const last = new Map<string, Promise<void>>()
  return {
    busy: (name) => last.has(name),
    take: async (name) => {
      const before = last.get(name)
      let pass = () => {}
      const mine = new Promise<void>((resolve) => {
        pass = resolve
      }).then(() => {
        if (last.get(name) === mine) last.delete(name)
      })
      last.set(name, mine)
      await before
      const limit = setTimeout(pass, longestMs)
      return () => {
        clearTimeout(limit)
        pass()
      }
    },
  }
}
