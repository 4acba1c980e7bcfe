/** Eight numbers of a plane seen from a slant. */
export type Plane = readonly number[]
type Corner = readonly [number, number]

/** The map that takes four points to four others. */
export function homography(from: readonly Corner[], to: readonly Corner[]): Plane {
  const rows = from.flatMap(([x, y], index) => {
    const [u, v] = to[index] ?? [0, 0]
    return [
      [x, y, 1, 0, 0, 0, -u * x, -u * y, u],
      [0, 0, 0, x, y, 1, -v * x, -v * y, v],
    ]
  })
  return solved(rows)
}

/** The point (x, y) on the other side of the map. */
export function through(plane: Plane, x: number, y: number): Corner {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = plane
  const depth = g * x + h * y + 1
  return [(a * x + b * y + c) / depth, (d * x + e * y + f) / depth]
}

/** Gauss with pivots; the last column is the right side. */
function solved(rows: number[][]): number[] {
  const size = rows.length
  for (let column = 0; column < size; column++) {
    let pivot = column
    for (let row = column; row < size; row++)
      if (Math.abs(rows[row]?.[column] ?? 0) > Math.abs(rows[pivot]?.[column] ?? 0)) pivot = row
    const [best, here] = [rows[pivot] ?? [], rows[column] ?? []]
    rows[column] = best
    rows[pivot] = here
    for (const [index, row] of rows.entries()) {
      if (index === column) continue
      const share = (row[column] ?? 0) / (best[column] ?? 1)
      for (let at = column; at <= size; at++) row[at] = (row[at] ?? 0) - share * (best[at] ?? 0)
    }
  }
  return rows.map((row, index) => (row[size] ?? 0) / (row[index] ?? 1))
}
