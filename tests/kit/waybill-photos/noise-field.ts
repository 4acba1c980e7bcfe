import type { Dice } from './dice.ts'

/** Smooth random values in 0…1 over the plane; `scale` is the size of a bump in the units of x and y. */
export type NoiseField = (x: number, y: number) => number

const side = 64

export function noiseField(dice: Dice, scale: number): NoiseField {
  const grid = Float32Array.from({ length: side * side }, () => dice.next())
  const at = (x: number, y: number) => grid[(y & (side - 1)) * side + (x & (side - 1))] ?? 0
  return (x, y) => {
    const [gx, gy] = [x / scale, y / scale]
    const [x0, y0] = [Math.floor(gx), Math.floor(gy)]
    const [fx, fy] = [ease(gx - x0), ease(gy - y0)]
    const top = at(x0, y0) * (1 - fx) + at(x0 + 1, y0) * fx
    const bottom = at(x0, y0 + 1) * (1 - fx) + at(x0 + 1, y0 + 1) * fx
    return top * (1 - fy) + bottom * fy
  }
}

const ease = (share: number) => share * share * (3 - 2 * share)
