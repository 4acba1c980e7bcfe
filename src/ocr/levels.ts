import { grainOf } from './grain.ts'
import { pixelsOf, sharpOf, toGrey } from './picture.ts'
import type { Picture } from './types.ts'

/** What the brightness of every pixel is multiplied with and then raised by; `smooth`: how far grain is spread first, in pixels. */
export type Levels = { readonly gain: number; readonly lift: number; readonly smooth: number }

/** Photos whose paper and ink lie further apart than this are left as they are. */
const enoughContrast = 150
const [ink, paper] = [12, 240]
/** Where so much is gained, grain is gained too: smoothed first. */
const [grainyGain, someSmoothing] = [1.9, 0.8]
/**
 * Mean squared brightness step of quiet parts above which grain hides print and bars (night photos: 180 and more, nearly all others
 * below 70). Of 27 bad photos above it 11 numbers came out as they were and 15 smoothed; below it smoothing costs more than it gives.
 */
const heavyGrain = 110
const muchSmoothing = 1
/** Lamps and glints are brighter than the paper. */
const brightest = 0.985

/**
 * How a dark or faded photo has to be stretched for its brightest and darkest parts to be paper and ink, and a grainy one
 * smoothed; undefined: not at all.
 */
export function levelsOf(picture: Picture): Levels | undefined {
  const smooth = grainOf(toGrey(picture)) > heavyGrain ? muchSmoothing : 0
  const counts = countsOf(picture)
  const [dark, bright] = [quantile(counts, 0.01), quantile(counts, brightest)]
  if (bright - dark >= enoughContrast || bright - dark < 8) return smooth > 0 ? { gain: 1, lift: 0, smooth } : undefined
  const gain = Math.min(6, (paper - ink) / (bright - dark))
  return { gain, lift: ink - gain * dark, smooth: Math.max(smooth, gain > grainyGain ? someSmoothing : 0) }
}

/** How bright the brightest parts of a photo are, 0 to 255: paper in daylight lies above 160, in a dim hall below 110. */
export function lightOf(picture: Picture): number {
  return quantile(countsOf(picture), brightest)
}

function countsOf(picture: Picture): Uint32Array {
  const { grey } = toGrey(picture)
  const counts = new Uint32Array(256)
  for (let i = 0; i < grey.length; i += 3) {
    const value = grey[i] as number
    counts[value] = (counts[value] as number) + 1
  }
  return counts
}

function quantile(counts: Uint32Array, share: number): number {
  const all = counts.reduce((sum, count) => sum + count, 0)
  let seen = 0
  for (let value = 0; value < counts.length; value++) {
    seen += counts[value] as number
    if (seen >= share * all) return value
  }
  return counts.length - 1
}

/** The picture on these levels. */
export async function levelled(picture: Picture, levels: Levels | undefined): Promise<Picture> {
  if (levels === undefined) return picture
  const { rgb, width, height } = levels.smooth > 0 ? await pixelsOf(sharpOf(picture).blur(levels.smooth)) : picture
  const table = Uint8ClampedArray.from({ length: 256 }, (_, value) => value * levels.gain + levels.lift)
  return { rgb: rgb.map((value) => table[value] as number), width, height }
}
