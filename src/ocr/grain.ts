import type { GreyPicture } from './types.ts'

/** Side of the squares that are judged as one. */
const cell = 12
/** Of the squares this share is plain paper or table: what changes there is grain. */
const grainShare = 0.15

/** Mean squared brightness step in the quiet parts of a picture, in levels of 256. */
export function grainOf({ grey, width, height }: GreyPicture): number {
  const [columns, rows] = [Math.floor(width / cell), Math.floor(height / cell)]
  const steps = new Float64Array(columns * rows)
  for (let y = 1; y < Math.min(height - 1, rows * cell); y++)
    for (let x = 1; x < Math.min(width - 1, columns * cell); x++) {
      const at = y * width + x
      const gx = ((grey[at + 1] as number) - (grey[at - 1] as number)) / 2
      const gy = ((grey[at + width] as number) - (grey[at - width] as number)) / 2
      const to = ((y / cell) | 0) * columns + ((x / cell) | 0)
      steps[to] = (steps[to] as number) + gx * gx + gy * gy
    }
  steps.sort()
  return (steps[Math.floor(steps.length * grainShare)] ?? 0) / (cell * cell)
}
