import { boxAlong, cornersOf, directionGap } from './geometry.ts'
import type { Point, TurnedBox } from './types.ts'

const clearlyLong = 2

/**
 * The direction most text runs in, without its sense, in (−π/2, π/2]: mean of the doubled angles of the long boxes, weighted
 * by length, so that −89° and 89° agree. Then once more without what stands far from it (the turned lines at the side).
 */
export function textAxis(boxes: readonly TurnedBox[]): number {
  const long = boxes.filter((box) => box.width >= clearlyLong * box.height)
  const first = meanDirection(long.length > 0 ? long : boxes)
  const near = long.filter((box) => directionGap(box.angle, first) < Math.PI / 9)
  return near.length > 0 ? meanDirection(near) : first
}

function meanDirection(boxes: readonly TurnedBox[]): number {
  let [x, y] = [0, 0]
  for (const { angle, width } of boxes) {
    x += Math.cos(2 * angle) * width
    y += Math.sin(2 * angle) * width
  }
  return Math.atan2(y, x) / 2
}

/** Boxes as they are to be cut: along the page's axis or across it; near-square ones take the axis itself. */
export function alignedBoxes(boxes: readonly TurnedBox[], axis: number): TurnedBox[] {
  return boxes.map((box) => {
    const long = box.width >= 1.5 * box.height
    const gap = directionGap(box.angle, axis)
    if (gap < Math.PI / 4) return { ...box, angle: sameSense(box.angle, axis) }
    if (long) return box
    return { ...box, width: box.height, height: box.width, angle: sameSense(box.angle + Math.PI / 2, axis) }
  })
}

/** The direction turned by half a turn if that brings it nearer to `axis`. */
function sameSense(angle: number, axis: number): number {
  return Math.cos(angle - axis) >= 0 ? angle : angle + Math.PI
}

/** True when the line stands across the page. */
export function isAcross(box: TurnedBox, axis: number): boolean {
  return directionGap(box.angle, axis) >= Math.PI / 4
}

/** How far text can stand from the next text of the same label, in line heights: bars and empty fields lie between. */
const reach = 9

/**
 * The label (or labels) in view: text that stands together, as one box along `axis`. Lone words elsewhere in the photo are
 * left out; a second group counts when it is at least a fifth of the largest. `others` (bars) that stand near
 * belong to the label too.
 */
export function textHull(
  boxes: readonly TurnedBox[],
  axis: number,
  others: readonly Point[] = [],
): TurnedBox | undefined {
  if (boxes.length === 0) return undefined
  const flat = boxes.map((box) => extentOf(box, axis))
  const height = median(boxes.map((box) => Math.min(box.width, box.height)))
  const group = flat.map((_, index) => index)
  const rootOf = (index: number): number => {
    let root = index
    while (group[root] !== root) root = group[root] as number
    return root
  }
  for (const [i, a] of flat.entries())
    for (let j = i + 1; j < flat.length; j++) {
      const b = flat[j] as Extent
      const near = reach * height
      if (a.left - near < b.right && b.left - near < a.right && a.top - near < b.bottom && b.top - near < a.bottom)
        group[rootOf(j)] = rootOf(i)
    }
  const weight = new Map<number, number>()
  for (const [index, box] of boxes.entries())
    weight.set(rootOf(index), (weight.get(rootOf(index)) ?? 0) + box.width * Math.sqrt(box.height))
  const heaviest = Math.max(...weight.values())
  const kept = boxes.filter((_, index) => (weight.get(rootOf(index)) ?? 0) * 5 >= heaviest)
  const hull = boxAlong(kept.flatMap(cornersOf), axis)
  const room = 2 * reach * height
  const near = others.filter((point) => holds({ ...hull, width: hull.width + room, height: hull.height + room }, point))
  return near.length === 0 ? hull : boxAlong([...cornersOf(hull), ...near], axis)
}

function holds({ cx, cy, width, height, angle }: TurnedBox, { x, y }: Point): boolean {
  const [dx, dy] = [x - cx, y - cy]
  const [u, v] = [dx * Math.cos(angle) + dy * Math.sin(angle), dy * Math.cos(angle) - dx * Math.sin(angle)]
  return Math.abs(u) <= width / 2 && Math.abs(v) <= height / 2
}

type Extent = { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number }

function extentOf(box: TurnedBox, axis: number): Extent {
  const [cos, sin] = [Math.cos(axis), Math.sin(axis)]
  const points: Point[] = cornersOf(box).map(({ x, y }) => ({ x: x * cos + y * sin, y: y * cos - x * sin }))
  return {
    left: Math.min(...points.map(({ x }) => x)),
    right: Math.max(...points.map(({ x }) => x)),
    top: Math.min(...points.map(({ y }) => y)),
    bottom: Math.max(...points.map(({ y }) => y)),
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}
