import { cornersOf, smallestBox } from './geometry.ts'
import type { Point, TurnedBox } from './types.ts'

/** The detector's answer: how likely each pixel lies in the middle of a line of text, 0 to 1. */
export type TextMap = { readonly probs: Float32Array; readonly width: number; readonly height: number }

const pixelThreshold = 0.3
const boxThreshold = 0.5
/** The detector marks lines thinner than they are: grown by area · ratio / perimeter (DB post-processing). */
const growRatio = 1.6
const thinnestPx = 3
const mostBoxes = 300

/** Text lines in pixels of the map: connected islands of it, each as the smallest turned rectangle around it, grown. */
export function textBoxes(map: TextMap): TurnedBox[] {
  return islandsOf(map)
    .map((edge) => smallestBox(edge))
    .filter((box) => Math.min(box.width, box.height) + 1 >= thinnestPx && meanInside(map, box) >= boxThreshold)
    .slice(0, mostBoxes)
    .map(grown)
}

function grown(box: TurnedBox): TurnedBox {
  const [width, height] = [box.width + 1, box.height + 1]
  const by = (width * height * growRatio) / (2 * (width + height))
  return { ...box, width: width + 2 * by, height: height + 2 * by }
}

/** For each 8-connected island the first and last pixel of its rows: enough for its hull. */
function islandsOf({ probs, width, height }: TextMap): Point[][] {
  const seen = new Uint8Array(width * height)
  const stack: number[] = []
  const islands: Point[][] = []
  for (let start = 0; start < probs.length; start++) {
    if (seen[start] || (probs[start] as number) <= pixelThreshold) continue
    const rows = new Map<number, [number, number]>()
    seen[start] = 1
    stack.push(start)
    let size = 0
    while (stack.length > 0) {
      const at = stack.pop() as number
      const y = (at / width) | 0
      const x = at - y * width
      const row = rows.get(y)
      if (row === undefined) rows.set(y, [x, x])
      else if (x < row[0]) row[0] = x
      else if (x > row[1]) row[1] = x
      size += 1
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++)
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const near = ny * width + nx
          if (seen[near] || (probs[near] as number) <= pixelThreshold) continue
          seen[near] = 1
          stack.push(near)
        }
    }
    if (size < 12) continue
    islands.push(
      [...rows].flatMap(([y, [from, to]]) => [
        { x: from, y },
        { x: to, y },
      ]),
    )
  }
  return islands
}

function meanInside({ probs, width, height }: TextMap, box: TurnedBox): number {
  const corners = cornersOf(box)
  const [cos, sin] = [Math.cos(box.angle), Math.sin(box.angle)]
  const left = Math.max(0, Math.floor(Math.min(...corners.map(({ x }) => x))))
  const right = Math.min(width - 1, Math.ceil(Math.max(...corners.map(({ x }) => x))))
  const top = Math.max(0, Math.floor(Math.min(...corners.map(({ y }) => y))))
  const bottom = Math.min(height - 1, Math.ceil(Math.max(...corners.map(({ y }) => y))))
  let [sum, count] = [0, 0]
  for (let y = top; y <= bottom; y++)
    for (let x = left; x <= right; x++) {
      const [dx, dy] = [x - box.cx, y - box.cy]
      if (Math.abs(dx * cos + dy * sin) > box.width / 2 + 0.5 || Math.abs(dy * cos - dx * sin) > box.height / 2 + 0.5)
        continue
      sum += probs[y * width + x] as number
      count += 1
    }
  return count === 0 ? 0 : sum / count
}
