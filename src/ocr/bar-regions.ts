import { directionGap } from './geometry.ts'
import type { GreyPicture, Point, TurnedBox } from './types.ts'

/** `angle` is square to the bars; the code itself runs `slope` down for each step along it, where a photo was taken askew. */
export type BarRegion = TurnedBox & { readonly slope: number }

/** Side of the squares that are judged as one; two wide bars of a module of 4 px fit in. On a small page, of one of 2.5 px. */
const [usualCell, smallCell] = [12, 8]
const smallPagePx = 1100
/** Mean squared brightness step, grain taken off, below which a square is paper. */
const weakest = 20
/** Of the page's squares this share is plain paper or table: what changes there is grain. */
const grainShare = 0.15
/** 1 when all steps in a square point the same way (bars), 0 when they point everywhere (print, pictures). */
const oneWay = 0.72
const sameDirection = Math.PI / 9
const mostRegions = 5

/**
 * Where Code 128 bars may lie, the largest first: squares whose brightness changes in one direction only, joined where the
 * direction is the same. Looked for at full size and at half, where grain is less. Each as a box that reads along the code,
 * in any turn.
 */
export function barRegions(picture: GreyPicture): BarRegion[] {
  const small = Math.max(picture.width, picture.height) < smallPagePx
  const found = [
    ...regionsIn(picture, usualCell),
    ...regionsIn(halved(picture), usualCell).map(doubled),
    ...(small ? regionsIn(picture, smallCell) : []),
  ]
  found.sort((a, b) => b.width * b.height - a.width * a.height)
  return found
    .filter((one, index) => !found.slice(0, index).some((larger) => sameBars(larger, one)))
    .slice(0, mostRegions)
}

function sameBars(a: BarRegion, b: BarRegion): boolean {
  return (
    directionGap(a.angle, b.angle) < sameDirection &&
    Math.hypot(a.cx - b.cx, a.cy - b.cy) < 0.5 * b.height &&
    b.width > 0.8 * a.width
  )
}

function halved({ grey, width, height }: GreyPicture): GreyPicture {
  const [columns, rows] = [width >> 1, height >> 1]
  const half = new Uint8Array(columns * rows)
  for (let y = 0, to = 0; y < rows; y++)
    for (let x = 0, at = 2 * y * width; x < columns; x++, at += 2, to++)
      half[to] =
        ((grey[at] as number) +
          (grey[at + 1] as number) +
          (grey[at + width] as number) +
          (grey[at + width + 1] as number)) >>
        2
  return { grey: half, width: columns, height: rows }
}

const doubled = ({ cx, cy, width, height, angle, slope }: BarRegion): BarRegion => {
  return { cx: 2 * cx, cy: 2 * cy, width: 2 * width, height: 2 * height, angle, slope }
}

function regionsIn(picture: GreyPicture, cell: number): BarRegion[] {
  const columns = Math.floor(picture.width / cell)
  const rows = Math.floor(picture.height / cell)
  const directions = directionsOf(picture, columns, rows, cell)
  const seen = new Uint8Array(directions.length)
  const regions: BarRegion[] = []
  for (let start = 0; start < directions.length; start++) {
    if (seen[start] || Number.isNaN(directions[start])) continue
    const island = islandFrom(start, directions, seen, columns, rows)
    const region = regionOf(island, directions, columns, cell)
    if (region.width >= 8 * cell && region.height >= 1.9 * cell && region.width >= 1.4 * region.height)
      if (island.length * cell * cell >= 0.35 * region.width * region.height) regions.push(region)
  }
  return regions
}

/** For each square the direction across the bars (radians, without sense); NaN where there are none. */
function directionsOf({ grey, width, height }: GreyPicture, columns: number, rows: number, cell: number): Float64Array {
  const sums = new Float64Array(columns * rows * 3)
  for (let y = 1; y < Math.min(height - 1, rows * cell); y++)
    for (let x = 1; x < Math.min(width - 1, columns * cell); x++) {
      const at = y * width + x
      const gx = ((grey[at + 1] as number) - (grey[at - 1] as number)) / 2
      const gy = ((grey[at + width] as number) - (grey[at - width] as number)) / 2
      const to = (((y / cell) | 0) * columns + ((x / cell) | 0)) * 3
      sums[to] = (sums[to] as number) + gx * gx
      sums[to + 1] = (sums[to + 1] as number) + gy * gy
      sums[to + 2] = (sums[to + 2] as number) + gx * gy
    }
  const grain = grainOf(sums, cell)
  const directions = new Float64Array(columns * rows).fill(Number.NaN)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const [xx, yy, xy] = around(sums, column, row, columns, rows, cell)
      const strength = xx + yy - grain
      if (strength < Math.max(weakest, grain / 2) || Math.hypot(xx - yy, 2 * xy) < oneWay * strength) continue
      directions[row * columns + column] = Math.atan2(2 * xy, xx - yy) / 2
    }
  return directions
}

/** Mean squared brightness step of the quiet squares: changes that point everywhere and say nothing. */
function grainOf(sums: Float64Array, cell: number): number {
  const strengths = Float64Array.from({ length: sums.length / 3 }, (_, at) => {
    return ((sums[at * 3] as number) + (sums[at * 3 + 1] as number)) / (cell * cell)
  }).sort()
  return strengths[Math.floor(strengths.length * grainShare)] ?? 0
}

/** Mean over the square and its eight neighbours: a square can lie inside one wide bar. */
function around(sums: Float64Array, column: number, row: number, columns: number, rows: number, cell: number) {
  let [xx, yy, xy, count] = [0, 0, 0, 0]
  for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++)
    for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++) {
      const at = (y * columns + x) * 3
      xx += sums[at] as number
      yy += sums[at + 1] as number
      xy += sums[at + 2] as number
      count += cell * cell
    }
  return [xx / count, yy / count, xy / count] as const
}

function islandFrom(
  start: number,
  directions: Float64Array,
  seen: Uint8Array,
  columns: number,
  rows: number,
): number[] {
  const island: number[] = []
  const stack = [start]
  seen[start] = 1
  while (stack.length > 0) {
    const at = stack.pop() as number
    island.push(at)
    const [x, y] = [at % columns, Math.floor(at / columns)]
    for (let ny = Math.max(0, y - 1); ny <= Math.min(rows - 1, y + 1); ny++)
      for (let nx = Math.max(0, x - 1); nx <= Math.min(columns - 1, x + 1); nx++) {
        const near = ny * columns + nx
        const direction = directions[near] as number
        if (seen[near] || Number.isNaN(direction)) continue
        if (directionGap(direction, directions[at] as number) > sameDirection) continue
        seen[near] = 1
        stack.push(near)
      }
  }
  return island
}

function regionOf(island: readonly number[], directions: Float64Array, columns: number, cell: number): BarRegion {
  let [x, y] = [0, 0]
  for (const at of island) {
    x += Math.cos(2 * (directions[at] as number))
    y += Math.sin(2 * (directions[at] as number))
  }
  const angle = Math.atan2(y, x) / 2
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const points = island.map((at) => {
    const [px, py] = [((at % columns) + 0.5) * cell, (Math.floor(at / columns) + 0.5) * cell]
    return { u: px * cos + py * sin, v: py * cos - px * sin }
  })
  const meanU = points.reduce((sum, { u }) => sum + u, 0) / points.length
  const meanV = points.reduce((sum, { v }) => sum + v, 0) / points.length
  const covariance = points.reduce((sum, { u, v }) => sum + (u - meanU) * (v - meanV), 0)
  const variance = points.reduce((sum, { u }) => sum + (u - meanU) ** 2, 0)
  const slope = variance === 0 ? 0 : Math.max(-1, Math.min(1, covariance / variance))
  const us = points.map(({ u }) => u).sort((a, b) => a - b)
  // lines of print that touch the bars join the island: the outermost twelfth is left out
  const vs = points.map(({ u, v }) => v - slope * (u - meanU)).sort((a, b) => a - b)
  const [left, right] = [us[0] as number, us.at(-1) as number]
  const [top, bottom] = [vs[Math.floor(vs.length / 12)] as number, vs[Math.ceil(vs.length * (11 / 12)) - 1] as number]
  const middle = { u: (left + right) / 2, v: (top + bottom) / 2 + slope * ((left + right) / 2 - meanU) }
  return {
    cx: middle.u * cos - middle.v * sin,
    cy: middle.u * sin + middle.v * cos,
    width: right - left + cell,
    height: bottom - top + cell,
    angle,
    slope,
  }
}

/** The corners of the bars, the way the code runs first. */
export function cornersOfBars({ cx, cy, width, height, angle, slope }: BarRegion): Point[] {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ].map(([along = 0, across = 0]) => {
    const u = (along * width) / 2
    const v = (across * height) / 2 + slope * u
    return { x: cx + u * cos - v * sin, y: cy + u * sin + v * cos }
  })
}
