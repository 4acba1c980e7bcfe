import type { Channel } from './order-facts.ts'
import { type Cell, type GroupBy, metrics, type Span, type StatsWish } from './stats-metrics.ts'

/** What the two sums of a metric are; hub/stats-metrics.ts says what they make. */
export type Figure = { readonly num: bigint; readonly den: bigint }

export type Compared = {
  readonly figure: Figure
  /** undefined: nothing to compare with. `days` is 7 for the sum of seven days (the mean is a seventh), else 1. */
  readonly before?: Figure & { readonly days: 1 | 7 }
}

export type Group = Compared & {
  /** A channel, a warehouse, an hour 0–23, or the day's first moment in epoch ms. */
  readonly key: string
  /** The hour of the day that stands out, of a share. */
  readonly peak?: { readonly hour: number; readonly figure: Figure; readonly kinds: readonly KindCount[] }
}

export type KindCount = { readonly kind: string; readonly count: number }

export type Summary = Compared & {
  /** Largest first; hours and days in their order. */
  readonly groups: readonly Group[]
  /** What is wrong, most frequent first; empty but for abnormal orders. */
  readonly kinds: readonly KindCount[]
}

/** An hour with fewer than this is no peak of a share: one bad order of two says nothing. */
const fewestForPeak = 5n
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const zoneHours = 8

const hourOf = (slot: number): number => (slot + zoneHours) % 24
const dayOfSlot = (slot: number): number => Math.floor((slot + zoneHours) / 24)

/** The figures of an answer, by addition alone: every cell is counted once, in the window or in what it is compared with. */
export function summaryOf(
  cells: readonly Cell[],
  span: Span,
  { group, scope, metric }: Pick<StatsWish, 'group' | 'scope' | 'metric'>,
): Summary {
  const asked = scope.hour === undefined ? cells : cells.filter(({ slot }) => hourOf(slot) === scope.hour)
  const now = asked.filter(({ slot }) => slot * hourMs >= span.fromMs)
  const whole = compared(asked, now, span)
  const { unit, highIsGood = false } = metrics[metric]
  const groups = group === undefined ? [] : groupsOf(asked, now, span, group)
  return {
    ...whole,
    groups: group === 'channel' && unit === 'share' ? groups.map((one) => withPeak(one, now, highIsGood)) : groups,
    kinds: kindsOf(now),
  }
}

function compared(asked: readonly Cell[], now: readonly Cell[], span: Span): Compared {
  const { before } = span
  if (before === undefined) return { figure: sumOf(now) }
  const earlier = asked.filter(({ slot }) => slot * hourMs < span.fromMs)
  return { figure: sumOf(now), before: { ...sumOf(earlier), days: before.kind === 'days' ? 7 : 1 } }
}

function sumOf(cells: readonly Cell[]): Figure {
  return cells.reduce((sum, { num, den }) => ({ num: sum.num + num, den: sum.den + den }), { num: 0n, den: 0n })
}

const keyOf: Readonly<Record<GroupBy, (cell: Cell) => string>> = {
  channel: ({ channel }) => channel ?? '',
  warehouse: ({ warehouse }) => warehouse ?? '',
  hour: ({ slot }) => String(hourOf(slot)),
  day: ({ slot }) => String(dayOfSlot(slot) * dayMs - zoneHours * hourMs),
}

function groupsOf(asked: readonly Cell[], now: readonly Cell[], span: Span, by: GroupBy): readonly Group[] {
  const key = keyOf[by]
  const keys = [...new Set(now.map(key))].filter((one) => one !== '')
  const groups = keys.map((one) => {
    const mine = (cell: Cell) => key(cell) === one
    // a day of the window has no counterpart: it would be compared with seven of them
    const own =
      by === 'day' ? { figure: sumOf(now.filter(mine)) } : compared(asked.filter(mine), now.filter(mine), span)
    return { key: one, ...own }
  })
  if (by === 'hour' || by === 'day') return groups.sort((a, b) => Number(a.key) - Number(b.key))
  return groups.sort((a, b) => compareFigures(b.figure, a.figure) || (a.key < b.key ? -1 : 1))
}

/** The larger denominator first: a busy channel before a quiet one; of plain counts the larger count. */
function compareFigures(a: Figure, b: Figure): number {
  const [left, right] = a.den === 0n && b.den === 0n ? [a.num, b.num] : [a.den, b.den]
  return left < right ? -1 : left > right ? 1 : 0
}

/** The worst hour: the one with the highest share, or the lowest of a share that should be high. */
function withPeak(group: Group, now: readonly Cell[], highIsGood: boolean): Group {
  const mine = now.filter(({ channel }) => channel === (group.key as Channel))
  const hours = [...new Set(mine.map(({ slot }) => hourOf(slot)))].flatMap((hour) => {
    const cells = mine.filter(({ slot }) => hourOf(slot) === hour)
    const figure = sumOf(cells)
    return figure.den >= fewestForPeak ? [{ hour, figure, kinds: kindsOf(cells) }] : []
  })
  const sign = highIsGood ? -1n : 1n
  const [peak] = hours.sort(
    (a, b) => Number(sign * (b.figure.num * a.figure.den - a.figure.num * b.figure.den)) || a.hour - b.hour,
  )
  const nothing = peak === undefined || peak.figure.num === (highIsGood ? peak.figure.den : 0n)
  return nothing ? group : { ...group, peak }
}

function kindsOf(cells: readonly Cell[]): readonly KindCount[] {
  const counts = new Map<string, number>()
  for (const { kind, num } of cells) if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + Number(num))
  return [...counts]
    .map(([kind, count]) => ({ kind, count }))
    .sort((a, b) => b.count - a.count || (a.kind < b.kind ? -1 : 1))
}
