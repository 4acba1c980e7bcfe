import type { Point, TurnedBox } from './types.ts'

/** The convex hull, counter-clockwise in a y-up world; fewer than three points come back as they are. */
function convexHull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y)
  if (sorted.length < 3) return sorted
  const half = (from: readonly Point[]): Point[] => {
    const chain: Point[] = []
    for (const point of from) {
      while (chain.length >= 2 && cross(chain[chain.length - 2] as Point, chain[chain.length - 1] as Point, point) <= 0)
        chain.pop()
      chain.push(point)
    }
    chain.pop()
    return chain
  }
  return [...half(sorted), ...half(sorted.reverse())]
}

function cross(o: Point, a: Point, b: Point): number {
  return (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x)
}

/** The smallest rectangle around the points, its long side as reading direction in (−π/2, π/2]. */
export function smallestBox(points: readonly Point[]): TurnedBox {
  const hull = convexHull(points)
  let best: TurnedBox | undefined
  for (let i = 0; i < hull.length; i++) {
    const a = hull[i] as Point
    const b = hull[(i + 1) % hull.length] as Point
    const box = boxAlong(hull, Math.atan2(b.y - a.y, b.x - a.x))
    if (best === undefined || box.width * box.height < best.width * best.height) best = box
  }
  const box = best ?? boxAlong(hull, 0)
  return box.width >= box.height
    ? { ...box, angle: halfTurn(box.angle) }
    : { ...box, width: box.height, height: box.width, angle: halfTurn(box.angle + Math.PI / 2) }
}

/** The rectangle around the points whose reading direction is `angle`. */
export function boxAlong(points: readonly Point[], angle: number): TurnedBox {
  const cos = Math.cos(angle)
  const sin = Math.sin(angle)
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity]
  for (const { x, y } of points) {
    const u = x * cos + y * sin
    const v = y * cos - x * sin
    left = Math.min(left, u)
    right = Math.max(right, u)
    top = Math.min(top, v)
    bottom = Math.max(bottom, v)
  }
  const u = (left + right) / 2
  const v = (top + bottom) / 2
  return { cx: u * cos - v * sin, cy: u * sin + v * cos, width: right - left, height: bottom - top, angle }
}

/** The four corners, from the reading direction's upper left clockwise on screen. */
export function cornersOf({ cx, cy, width, height, angle }: TurnedBox): readonly [Point, Point, Point, Point] {
  const [ux, uy] = [(Math.cos(angle) * width) / 2, (Math.sin(angle) * width) / 2]
  const [vx, vy] = [(-Math.sin(angle) * height) / 2, (Math.cos(angle) * height) / 2]
  return [
    { x: cx - ux - vx, y: cy - uy - vy },
    { x: cx + ux - vx, y: cy + uy - vy },
    { x: cx + ux + vx, y: cy + uy + vy },
    { x: cx - ux + vx, y: cy - uy + vy },
  ]
}

/** The same direction without a sense, in (−π/2, π/2]. */
export function halfTurn(angle: number): number {
  const turned = angle - Math.PI * Math.round(angle / Math.PI)
  return turned <= -Math.PI / 2 ? turned + Math.PI : turned
}

/** In (−π, π]. */
export function fullTurn(angle: number): number {
  const turned = angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI))
  return turned <= -Math.PI ? turned + 2 * Math.PI : turned
}

/** Radians between two directions whose sense does not matter: 0 to π/2. */
export function directionGap(a: number, b: number): number {
  return Math.abs(halfTurn(a - b))
}
