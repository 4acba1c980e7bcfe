import type { Dice } from './dice.ts'
import { type SurfaceName, surfaceNames } from './surroundings.ts'

export const levels = ['clear', 'ordinary', 'bad'] as const
export type Level = (typeof levels)[number]

/** Everything that stands between a label and the file somebody sends. */
export type Wear = {
  /** Quarter turns clockwise of the label in the photo, and the rest of its turn in degrees. */
  readonly quarter: 0 | 1 | 2 | 3
  readonly tiltDeg: number
  /** How far corners are off a rectangle, as a share of the label's size. */
  readonly perspective: number
  /** The label's long or short side as a share of the frame, whichever is larger. */
  readonly fill: number
  /** Shift of the label's middle as a share of the frame; may cut an edge of the label off. */
  readonly shift: readonly [number, number]
  readonly crumple: number
  readonly surface: SurfaceName
  readonly floor: SurfaceName
  /** A shelf code stuck over the label; strokes of a pen on it. */
  readonly sticker: boolean
  readonly penStrokes: number
  readonly secondLabel: 'none' | 'cut-off' | 'under'
  readonly faded: number
  readonly deadBands: number
  readonly weakStripes: number
  readonly blurPx: number
  readonly motionPx: number
  readonly noise: number
  readonly glare: readonly {
    readonly at: 'bars' | 'text' | 'anywhere'
    readonly size: number
    readonly strength: number
  }[]
  readonly foil: boolean
  readonly shadow: number
  readonly exposure: number
  readonly contrast: number
  readonly warmth: number
  readonly shortSidePx: number
  readonly jpeg: number
  readonly exif: boolean
}

/** Rolls the wear of one photo. Each level has what such photos have; bad ones have two to four grave faults. */
export function rollWear(level: Level, dice: Dice): Wear {
  const base = level === 'clear' ? clear(dice) : ordinary(dice)
  return level === 'bad' ? withGraveFaults(base, dice) : base
}

function quarterTurn(dice: Dice, upright: number): Wear['quarter'] {
  return dice.weighted([
    [0 as const, upright],
    [1 as const, (1 - upright) * 0.4],
    [2 as const, (1 - upright) * 0.2],
    [3 as const, (1 - upright) * 0.4],
  ])
}

function clear(dice: Dice): Wear {
  return {
    quarter: quarterTurn(dice, 0.8),
    tiltDeg: dice.normal() * 2,
    perspective: dice.range(0, 0.03),
    fill: dice.range(0.78, 0.97),
    shift: [dice.range(-0.02, 0.02), dice.range(-0.02, 0.02)],
    crumple: dice.chance(0.3) ? dice.range(0.03, 0.15) : 0,
    surface: dice.pick(surfaceNames),
    floor: dice.pick(surfaceNames),
    sticker: false,
    penStrokes: 0,
    secondLabel: 'none',
    faded: dice.range(0, 0.12),
    deadBands: dice.chance(0.1) ? 1 : 0,
    weakStripes: 0,
    blurPx: dice.range(0, 0.55),
    motionPx: 0,
    noise: dice.range(0.5, 3),
    glare: [],
    foil: false,
    shadow: dice.chance(0.3) ? dice.range(0.1, 0.25) : 0,
    exposure: dice.range(0.92, 1.08),
    contrast: dice.range(0.92, 1.05),
    warmth: dice.range(-0.05, 0.08),
    shortSidePx: dice.weighted([
      [1080, 8],
      [1440, 2],
      [1200, 1],
    ]),
    jpeg: dice.int(68, 84),
    exif: dice.chance(0.2),
  }
}

function ordinary(dice: Dice): Wear {
  const secondLabel = dice.chance(0.14) ? 'cut-off' : 'none'
  return {
    quarter: quarterTurn(dice, 0.65),
    tiltDeg: dice.normal() * (dice.chance(0.2) ? 9 : 4.5),
    perspective: dice.range(0.01, 0.09),
    // a second parcel comes into view from the side, not instead
    fill: secondLabel === 'none' ? dice.range(0.6, 0.95) : dice.range(0.75, 0.95),
    shift: [dice.range(-0.06, 0.06), dice.range(-0.06, 0.06)],
    crumple: dice.chance(0.6) ? dice.range(0.06, 0.35) : dice.range(0, 0.05),
    surface: dice.pick(surfaceNames),
    floor: dice.pick(surfaceNames),
    sticker: dice.chance(0.1),
    penStrokes: dice.chance(0.12) ? dice.int(1, 2) : 0,
    secondLabel,
    faded: dice.chance(0.25) ? dice.range(0.12, 0.35) : dice.range(0, 0.12),
    deadBands: dice.chance(0.25) ? dice.int(1, 3) : 0,
    weakStripes: dice.chance(0.15) ? 1 : 0,
    blurPx: dice.range(0.2, 1.05),
    motionPx: dice.chance(0.12) ? dice.range(1.5, 3.5) : 0,
    noise: dice.range(1.5, 6),
    glare: dice.chance(0.28) ? [{ at: 'anywhere', size: dice.range(0.04, 0.16), strength: dice.range(0.3, 0.9) }] : [],
    foil: dice.chance(0.12),
    shadow: dice.chance(0.45) ? dice.range(0.12, 0.45) : 0,
    exposure: dice.range(0.8, 1.12),
    contrast: dice.range(0.78, 1.05),
    warmth: dice.range(-0.1, 0.12),
    shortSidePx: dice.weighted([
      [1080, 9],
      [960, 1],
      [1280, 1],
    ]),
    jpeg: dice.int(50, 78),
    exif: dice.chance(0.12),
  }
}

type Fault = (wear: Wear, dice: Dice) => Partial<Wear>

const graveFaults: readonly Fault[] = [
  (_, dice) => ({ blurPx: dice.range(1.4, 3) }),
  (_, dice) => ({ motionPx: dice.range(4, 12) }),
  (_, dice) => ({ glare: [{ at: 'bars', size: dice.range(0.14, 0.38), strength: dice.range(1, 2) }] }),
  (_, dice) => ({
    glare: [
      { at: 'text', size: dice.range(0.1, 0.25), strength: dice.range(0.9, 1.6) },
      { at: 'anywhere', size: dice.range(0.08, 0.3), strength: dice.range(0.8, 1.8) },
    ],
    foil: true,
  }),
  (_, dice) => ({ faded: dice.range(0.5, 0.84), contrast: dice.range(0.5, 0.8) }),
  (_, dice) => ({ deadBands: dice.int(4, 14), weakStripes: dice.int(1, 4) }),
  (_, dice) => ({ crumple: dice.range(0.6, 1.6) }),
  (wear, dice) => ({
    fill: Math.max(0.95, wear.fill),
    shift: [dice.range(0.12, 0.36) * dice.pick([-1, 1]), dice.range(0.05, 0.3) * dice.pick([-1, 1])],
  }),
  (_, dice) => ({ tiltDeg: dice.range(12, 34) * dice.pick([-1, 1]), perspective: dice.range(0.08, 0.2) }),
  (_, dice) => ({ fill: dice.range(0.42, 0.56) }),
  (_, dice) => ({ exposure: dice.range(0.25, 0.45), noise: dice.range(10, 22) }),
  (_, dice) => ({ shadow: dice.range(0.6, 0.85) }),
  (_, dice) => ({ sticker: dice.chance(0.7), penStrokes: dice.int(1, 4) }),
  (wear, dice) => ({ secondLabel: dice.pick(['cut-off', 'under'] as const), fill: Math.max(0.75, wear.fill) }),
]

function withGraveFaults(base: Wear, dice: Dice): Wear {
  let worn: Wear = { ...base, jpeg: dice.int(40, 60) }
  const left = [...graveFaults]
  for (let count = dice.int(2, 4); count > 0; count--) {
    const [fault] = left.splice(dice.int(0, left.length - 1), 1)
    if (fault) worn = { ...worn, ...fault(worn, dice) }
  }
  return worn
}
