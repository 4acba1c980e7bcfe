import type { Dice } from './dice.ts'
import { noiseField } from './noise-field.ts'

export type Colour = readonly [number, number, number]
/** Writes the colour at (x, y) into `out`; millimetres, so that grain and folds have their true size. */
export type Surface = (x: number, y: number, out: Float32Array) => void

export const surfaceNames = ['cardboard', 'dark-bag', 'white-bag', 'grey-bag', 'desk', 'concrete'] as const
export type SurfaceName = (typeof surfaceNames)[number]

/** What lies under and around a label. */
export function surface(name: SurfaceName, dice: Dice): Surface {
  if (name === 'cardboard') return cardboard(dice)
  if (name === 'desk') return desk(dice)
  if (name === 'concrete') return plain([142, 140, 136], 15, dice)
  return bag(name, dice)
}

function cardboard(dice: Dice): Surface {
  const base = shade([176, 138, 98], dice)
  const fibres = noiseField(dice, 0.9)
  const stains = noiseField(dice, 40)
  const tape = dice.chance(0.5) ? { from: dice.range(-60, 130), width: 48, along: dice.chance(0.5) } : undefined
  return (x, y, out) => {
    const flute = 3 * Math.sin(x * 0.95)
    const grain = (fibres(x, y * 3) - 0.5) * 22 + (stains(x, y) - 0.5) * 26 + flute
    const across = tape?.along ? x : y
    const taped = tape !== undefined && across > tape.from && across < tape.from + tape.width
    const lift = taped ? 14 : 0
    out[0] = base[0] + grain + lift
    out[1] = base[1] + grain * 0.9 + lift * 0.8
    out[2] = base[2] + grain * 0.75 + (taped ? -8 : 0)
  }
}

/** Thin plastic: folds with hard bright edges. */
function bag(name: SurfaceName, dice: Dice): Surface {
  const tones: Partial<Record<SurfaceName, Colour>> = {
    'dark-bag': [46, 46, 50],
    'white-bag': [206, 208, 212],
    'grey-bag': [128, 131, 138],
  }
  const base = shade(tones[name] ?? [128, 131, 138], dice)
  const folds = [noiseField(dice, 26), noiseField(dice, 9)] as const
  const shine = name === 'dark-bag' ? 120 : 50
  const lean = dice.range(0, Math.PI)
  const [cos, sin] = [Math.cos(lean), Math.sin(lean)]
  return (x, y, out) => {
    const [u, v] = [x * cos + y * sin, (y * cos - x * sin) * 0.4]
    const slope = (folds[0](u + 1, v) - folds[0](u, v)) * 9 + (folds[1](u + 0.6, v) - folds[1](u, v)) * 4
    const light = slope * 40 + shine * Math.max(0, slope - 0.42) ** 2 * 6
    out[0] = base[0] + light
    out[1] = base[1] + light
    out[2] = base[2] + light * 1.05
  }
}

function desk(dice: Dice): Surface {
  const base = shade(
    dice.pick([
      [188, 160, 126],
      [120, 84, 58],
      [222, 220, 214],
      [92, 96, 102],
    ] as const),
    dice,
  )
  const grain = noiseField(dice, 5)
  const rough = dice.range(4, 22)
  return (x, y, out) => {
    const ring = (grain(x * 0.12, y) - 0.5) * rough
    out[0] = base[0] + ring
    out[1] = base[1] + ring
    out[2] = base[2] + ring
  }
}

function plain(colour: Colour, rough: number, dice: Dice): Surface {
  const base = shade(colour, dice)
  const fine = noiseField(dice, 0.8)
  const broad = noiseField(dice, 60)
  return (x, y, out) => {
    const grain = (fine(x, y) - 0.5) * rough + (broad(x, y) - 0.5) * rough
    out[0] = base[0] + grain
    out[1] = base[1] + grain
    out[2] = base[2] + grain
  }
}

function shade([r, g, b]: Colour, dice: Dice): Colour {
  const factor = dice.range(0.82, 1.12)
  return [r * factor, g * factor, b * factor]
}
