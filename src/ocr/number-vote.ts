import { guessNumber } from './number-forms.ts'
import { costIn, numbersInSpan, type Span } from './number-lattice.ts'
import { tokensOf } from './number-sightings.ts'
import type { TextLine, TurnedBox } from './types.ts'

/** A number of a known form that the print of a label may say, put together from all that was read of it. */
export type Vote = {
  readonly value: string
  /** Of all numbers that may be meant this one's share, 0 to 1. */
  readonly share: number
  /** How well it fits the reads that show it: 0 for one that reads just so; in units of ln, the best read of each place. */
  readonly strain: number
  /** How many places of the label show it, and where the clearest is. */
  readonly places: number
  readonly at: TurnedBox
}

/** What a read says against a text at most: it may show something else. */
const dearest = 11
const mostOfOne = 8
const mostVotes = 40
/** Networks are surer of themselves than they are right. */
const modesty = 0.6

type Read = { readonly span: Span; readonly at: TurnedBox; readonly digits: string }

/** All numbers that the lines may say, the likeliest first. Lines that were cut again are reads of the same place. */
export function votesOf(lines: readonly TextLine[]): Vote[] {
  const reads = lines.flatMap(readsIn)
  const texts = new Set<string>()
  for (const { span } of reads)
    for (const { text } of numbersInSpan(span, mostOfOne, dearest)) if (guessNumber(text) !== undefined) texts.add(text)
  const places = byPlace(reads)
  const scored = [...texts].slice(0, mostVotes).map((value) => scoreOf(value, places))
  const total = scored.reduce((sum, { score }) => sum + Math.exp(modesty * score), 0)
  return scored
    .map(({ score, ...vote }) => ({ ...vote, share: Math.exp(modesty * score) / total }))
    .sort((a, b) => b.share - a.share)
}

function readsIn(line: TextLine): Read[] {
  const { columns } = line
  if (columns === undefined) return []
  return tokensOf(line).map(({ from, to, digits, at }) => {
    const first = columns.starts[from] as number
    const last = columns.starts[to] ?? Math.min(columns.count, (columns.starts[to - 1] as number) + 4)
    const before = from === 0 ? -1 : (columns.starts[from - 1] as number)
    return {
      span: { columns, from: Math.max(before + 1, first - 1), to: Math.min(columns.count, last) - 1 },
      at,
      digits,
    }
  })
}

function scoreOf(value: string, places: readonly (readonly Read[])[]) {
  let [score, strain, seen] = [0, Number.POSITIVE_INFINITY, 0]
  let at: TurnedBox | undefined
  for (const reads of places) {
    const costs = reads.map((read) => Math.min(dearest, costOf(value, read)))
    const mean = costs.reduce((sum, cost) => sum + cost, 0) / costs.length
    const least = Math.min(...costs)
    score += dearest - (mean + least) / 2
    if (least < dearest) seen += 1
    if (least < strain) [strain, at] = [least, (reads[costs.indexOf(least)] as Read).at]
  }
  return { value, score, strain, places: seen, at: at as TurnedBox }
}

/** Print that lost its beginning or end still speaks for the number it is a part of. */
const fewestOfPart = 6

function costOf(value: string, { span, digits }: Read): number {
  if (digits.length < value.length - 2)
    return digits.length >= fewestOfPart && value.includes(digits)
      ? dearest * (1 - digits.length / value.length)
      : dearest
  return costIn(span, value)
}

function byPlace(reads: readonly Read[]): Read[][] {
  const places: Read[][] = []
  for (const read of reads) {
    const near = places.find(([first]) => first !== undefined && samePrint(first.at, read.at))
    if (near === undefined) places.push([read])
    else near.push(read)
  }
  return places
}

function samePrint(a: TurnedBox, b: TurnedBox): boolean {
  return (
    Math.hypot(a.cx - b.cx, a.cy - b.cy) <
    Math.max(1.5 * Math.max(a.height, b.height), 0.35 * Math.max(a.width, b.width))
  )
}
