/** Seeded choices: the same seed makes the same lines on every machine (mulberry32). */
export type Draw = {
  readonly next: () => number
  readonly of: <T>(list: readonly T[]) => T
  readonly chance: (share: number) => boolean
  readonly digits: (count: number) => string
}

export function drawOf(seed: number): Draw {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    next,
    of: <T>(list: readonly T[]) => {
      const taken = list[Math.floor(next() * list.length)]
      if (taken === undefined) throw new RangeError('nothing to draw from')
      return taken
    },
    chance: (share) => next() < share,
    digits: (count) => Array.from({ length: count }, () => Math.floor(next() * 10)).join(''),
  }
}
