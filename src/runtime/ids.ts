import { randomBytes } from 'node:crypto'

export type Ids = { next(prefix: string): string }

/** Sortable by time, 80 random bits: `<prefix>_<base36 ms><random>`. */
export function randomIds(nowMs: () => number = Date.now): Ids {
  return { next: (prefix) => `${prefix}_${nowMs().toString(36).padStart(9, '0')}${randomBytes(10).toString('hex')}` }
}
