/** Random choices that come out the same for the same seed, on any machine. */
export type Dice = {
  /** In [0, 1). */
  next(): number
  range(from: number, to: number): number
  /** Both ends included. */
  int(from: number, to: number): number
  chance(share: number): boolean
  pick<T>(from: readonly T[]): T
  /** Items with their weights. */
  weighted<T>(from: readonly (readonly [T, number])[]): T
  digits(count: number): string
  letters(count: number): string
  /** Mean 0, deviation 1. */
  normal(): number
  /** Independent dice: what one part of a photo rolls does not shift the other parts. */
  fork(name: string): Dice
}

/** Dice for a seed of any text. */
export function dice(seed: string): Dice {
  const next = mulberry(hash(seed))
  const int = (from: number, to: number) => from + Math.floor(next() * (to - from + 1))
  const pick = <T>(from: readonly T[]): T => from[int(0, from.length - 1)] as T
  const run = (count: number, signs: string) => Array.from({ length: count }, () => pick([...signs])).join('')
  return {
    next,
    int,
    pick,
    range: (from, to) => from + next() * (to - from),
    chance: (share) => next() < share,
    weighted: (from) => {
      let left = next() * from.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [item, weight] of from) {
        left -= weight
        if (left < 0) return item
      }
      return (from.at(-1) as (typeof from)[number])[0]
    },
    digits: (count) => run(count, '0123456789'),
    letters: (count) => run(count, 'ABCDEFGHJKLMNPQRSTUVWXYZ'),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    fork: (name) => dice(`${seed}/${name}`),
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (const sign of text) value = Math.imul(value ^ (sign.codePointAt(0) ?? 0), 0x01000193)
  return value >>> 0
}

function mulberry(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
