import type { Dice } from './dice.ts'
import { noiseField } from './noise-field.ts'

/** How far the paper is pushed aside (mm) and how much light it takes there (1 = flat). */
export type Crumple = (x: number, y: number) => { readonly dx: number; readonly dy: number; readonly light: number }

/**
 * Paper that lies on something soft: waves, creases with a bright and a dark side. `depth` 0 is flat, 1 a parcel that was sat
 * on. Millimetres of the label in, the same for any resolution of the photo.
 */
export function crumple(depth: number, size: { readonly width: number; readonly height: number }, dice: Dice): Crumple {
  if (depth === 0) return () => ({ dx: 0, dy: 0, light: 1 })
  const waves = [noiseField(dice, 34), noiseField(dice, 13)] as const
  const push = [4.5 * depth, 1.3 * depth] as const
  const height = (x: number, y: number) => push[0] * waves[0](x, y) + push[1] * waves[1](x + 7, y + 3)
  const creases = Array.from({ length: Math.round(dice.range(1, 2 + 7 * depth)) }, () => ({
    x: dice.range(0, size.width),
    y: dice.range(0, size.height),
    angle: dice.range(0, Math.PI),
    reach: dice.range(12, 70),
    width: dice.range(1, 3.4),
    push: dice.range(0.2, 1.1) * depth,
    light: dice.range(0.12, 0.4) * Math.min(1, depth + 0.25) * (dice.chance(0.5) ? 1 : -1),
  }))
  const step = 1.5
  return (x, y) => {
    const here = height(x, y)
    let dx = (height(x + step, y) - here) * 1.6
    let dy = (height(x, y + step) - here) * 1.6
    let light = 1 + (dx + 0.6 * dy) * 0.22
    for (const crease of creases) {
      const [cos, sin] = [Math.cos(crease.angle), Math.sin(crease.angle)]
      const along = (x - crease.x) * cos + (y - crease.y) * sin
      const across = (y - crease.y) * cos - (x - crease.x) * sin
      const near = Math.abs(across) / crease.width
      if (near > 3 || Math.abs(along) > crease.reach) continue
      const end = 1 - Math.abs(along) / crease.reach
      const bell = Math.exp(-near * near) * Math.min(1, end * 3)
      dx -= sin * across * bell * crease.push
      dy += cos * across * bell * crease.push
      light += crease.light * bell * Math.sign(across) * Math.min(1, near * 3)
    }
    return { dx, dy, light }
  }
}
