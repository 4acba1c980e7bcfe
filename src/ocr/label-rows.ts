import { meanOf } from './ctc.ts'
import { median } from './page-shape.ts'
import type { TextLine } from './types.ts'

/** Lines top to bottom, left to right: for "the first", "the one above". */
export function inReadingOrder(lines: readonly TextLine[]): TextLine[] {
  const height = Math.max(4, median(lines.map(({ at }) => at.height)))
  return [...lines].sort((a, b) => {
    const [rowA, rowB] = [Math.round(a.at.cy / height), Math.round(b.at.cy / height)]
    return rowA - rowB || a.at.cx - b.at.cx
  })
}

/** Upright lines whose neighbours to the right stand on the same row, joined with a blank: print that was found in pieces. */
export function joinedRows(lines: readonly TextLine[]): TextLine[] {
  const upright = lines.filter(({ at }) => Math.abs(at.angle) < Math.PI / 5).sort((a, b) => leftOf(a) - leftOf(b))
  const rows: TextLine[] = []
  const used = new Set<TextLine>()
  for (const first of upright) {
    if (used.has(first)) continue
    const row = [first]
    for (const next of upright) {
      const last = row.at(-1) as TextLine
      if (next === first || used.has(next) || row.includes(next) || !follows(last, next)) continue
      row.push(next)
    }
    if (row.length < 2) continue
    for (const line of row) used.add(line)
    rows.push(row.reduce(joined))
  }
  return rows
}

const leftOf = ({ at }: TextLine): number => at.cx - at.width / 2
const rightOf = ({ at }: TextLine): number => at.cx + at.width / 2

/** Next to it, about as high, level with it, not further away than six letters. */
function follows(last: TextLine, next: TextLine): boolean {
  const height = Math.min(last.at.height, next.at.height)
  const gap = leftOf(next) - rightOf(last)
  const level = last.at.cy + Math.sin(last.at.angle) * (next.at.cx - last.at.cx)
  return (
    gap > -height &&
    gap < 6 * height &&
    Math.abs(next.at.cy - level) < 0.55 * height &&
    Math.max(last.at.height, next.at.height) < 2 * height
  )
}

function joined(a: TextLine, b: TextLine): TextLine {
  const [left, right] = [leftOf(a), rightOf(b)]
  return {
    text: `${a.text} ${b.text}`,
    probs: [...a.probs, 1, ...b.probs],
    at: {
      cx: (left + right) / 2,
      cy: (a.at.cy + b.at.cy) / 2,
      width: right - left,
      height: Math.max(a.at.height, b.at.height),
      angle: a.at.angle,
    },
    cut: a.cut,
  }
}

/** How far a line can be believed, 0 to 1. */
export function confidenceOf(line: TextLine): number {
  return meanOf(line.probs)
}
