/** A small seeded source of chance (sfc32): same parts, same sequence, on every machine. Not for secrets. */
export type Random = {
  /** 0 ≤ x < 1 */
  next(): number
  /** An integer from min to max, both included. */
  int(min: number, max: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly T[]): T
  /** `count` decimal digits as text. */
  digits(count: number): string
  /** Mostly near `middle`, sometimes far above it: waiting times. Always > 0. */
  around(middle: number): number
}

function mix(hash: number, part: number): number {
  let h = Math.imul(hash ^ part, 0x9e3779b1)
  h = Math.imul(h ^ (h >>> 15), 0x85ebca77)
  return (h ^ (h >>> 13)) >>> 0
}

/** A source of its own for each list of parts, so that one more draw somewhere moves nothing elsewhere. */
export function randomOf(...parts: readonly number[]): Random {
  let seed = 0x243f6a88
  for (const part of parts) seed = mix(seed, part | 0)
  let a = seed
  let b = mix(seed, 1)
  let c = mix(seed, 2)
  let counter = 1
  const next = () => {
    const t = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + t
    return (t >>> 0) / 4294967296
  }
  for (let i = 0; i < 8; i++) next()
  const int = (min: number, max: number) => min + Math.floor(next() * (max - min + 1))
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick: (items) => at(items, Math.floor(next() * items.length)),
    digits: (count) => digitsOf(next, count),
    around: (middle) => middle * (0.35 + next() + 2.2 * next() ** 5),
  }
}

function digitsOf(next: () => number, count: number): string {
  let text = ''
  for (let left = count; left > 0; left -= 9) {
    const size = Math.min(left, 9)
    text += String(Math.floor(next() * 10 ** size)).padStart(size, '0')
  }
  return text
}

/** The item at `index`; the lists of this room are never empty and indexes come from their length. */
export function at<T>(items: readonly T[], index: number): T {
  const item = items[index]
  if (item === undefined) throw new RangeError(`no item ${index} in a list of ${items.length}`)
  return item
}

/** Picks with weights: prepare once, draw often. */
export function weighted<T>(entries: readonly (readonly [T, number])[]): (random: Random) => T {
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0)
  return (random) => {
    let left = random.next() * total
    for (const [item, weight] of entries) {
      left -= weight
      if (left < 0) return item
    }
    return at(entries, entries.length - 1)[0]
  }
}

/** The `index`-th of `space` numbers in a scattered order without repeats; `space` a power of ten, index < space. */
export function scattered(index: number, space: number, offset = 0): number {
  // 7,654,321 is coprime to 10; the product stays below 2^53 for any index below 10^9
  return ((index % space) * 7_654_321 + offset) % space
}
