import { placesSeen } from './candidates.ts'
import type { Point, TextLine } from './types.ts'
import type { NumberVerdict } from './verdict.ts'

/** Lines that belong to the label of the number: with a second number in view those that stand nearer to it. */
export function ownLines(lines: readonly TextLine[], { best, others }: NumberVerdict): readonly TextLine[] {
  if (best === undefined || others.length === 0) return lines
  const [own, rest] = [placesSeen(best), others.flatMap(placesSeen)]
  return lines.filter(({ at }) => nearest(at, own) <= nearest(at, rest))
}

function nearest({ cx, cy }: { readonly cx: number; readonly cy: number }, places: readonly Point[]): number {
  return Math.min(...places.map(({ x, y }) => Math.hypot(x - cx, y - cy)))
}
