import sharp from 'sharp'
import type { Dice } from './dice.ts'
import { dotsPerMm, type Sheet } from './sheet.ts'

/** How much ink lies where, 0 to 255, `perMm` samples a millimetre. */
export type Print = {
  readonly ink: Uint8Array
  readonly width: number
  readonly height: number
  readonly perMm: number
}

export type PrinterFaults = {
  /** Share of ink that has faded, 0 to 1. */
  readonly faded: number
  /** Dead dots of the head, in neighbouring groups: white lines along the way of the paper. */
  readonly deadBands: number
  /** Broad stripes in which the head presses less. */
  readonly weakStripes: number
}

const samplesPerDot = 2

/**
 * The sheet as a 203 dpi thermal printer gives it: dots are black or white, a little fat or lean, and the head has faults.
 */
export async function thermalPrint(sheet: Sheet, faults: PrinterFaults, dice: Dice): Promise<Print> {
  const drawn = await sharp(Buffer.from(sheet.svg())).greyscale().raw().toBuffer({ resolveWithObject: true })
  const { width, height } = drawn.info
  const heat = dice.range(105, 175)
  const dots = Buffer.alloc(width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const grey = drawn.data[y * width + x] ?? 255
      // large grey figures come as a raster of dots
      const raster = grey > 140 && grey < 165
      dots[y * width + x] = (raster ? (x + y) % 2 === 0 : grey < heat) ? 255 : 0
    }
  }
  const strength = headStrength(width, faults, dice)
  for (let y = 0; y < height; y++) {
    const feed = 1 - 0.06 * (1 + Math.sin(y / 37))
    for (let x = 0; x < width; x++) {
      const at = y * width + x
      dots[at] = Math.round((dots[at] ?? 0) * (strength[x] ?? 1) * feed)
    }
  }
  const grown = await sharp(dots, { raw: { width, height, channels: 1 } })
    .resize(width * samplesPerDot, height * samplesPerDot, { kernel: 'cubic' })
    .blur(dice.range(0.6, 1.2))
    .raw()
    .toBuffer({ resolveWithObject: true })
  return {
    ink: onePerPixel(grown.data, grown.info.channels),
    width: width * samplesPerDot,
    height: height * samplesPerDot,
    perMm: dotsPerMm * samplesPerDot,
  }
}

/** What each dot of the head gives, 0 to 1, across the paper. */
function headStrength(width: number, { faded, deadBands, weakStripes }: PrinterFaults, dice: Dice): Float32Array {
  const strength = new Float32Array(width).fill(1 - faded)
  for (let band = 0; band < deadBands; band++) {
    const from = dice.int(10, width - 10)
    const dots = dice.weighted([
      [1, 5],
      [2, 4],
      [4, 2],
      [9, 1],
    ])
    for (let x = from; x < from + dots && x < width; x++) strength[x] = dice.chance(0.9) ? 0.03 : 0.5
  }
  for (let stripe = 0; stripe < weakStripes; stripe++) {
    const [middle, half, depth] = [dice.int(0, width), dice.int(20, 120), dice.range(0.25, 0.7)]
    for (let x = Math.max(0, middle - half); x < Math.min(width, middle + half); x++) {
      const near = 1 - Math.abs(x - middle) / half
      strength[x] = (strength[x] ?? 1) * (1 - depth * near)
    }
  }
  return strength
}

/** sharp may hand a grey picture back with three channels. */
function onePerPixel(data: Buffer, channels: number): Uint8Array {
  if (channels === 1) return data
  const ink = new Uint8Array(data.length / channels)
  for (let at = 0; at < ink.length; at++) ink[at] = data[at * channels] ?? 0
  return ink
}
