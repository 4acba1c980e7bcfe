import sharp from 'sharp'
import type { Dice } from './dice.ts'
import { type Plane, through } from './perspective.ts'
import type { Frame } from './scene.ts'
import type { Wear } from './wear.ts'

/** Middles of what glare may lie on, millimetres of the label. */
export type Targets = { readonly bars: readonly [number, number]; readonly text: readonly [number, number] }

/** Lamp, hand, lens, sensor, the phone's sharpening and the chat's JPEG: the file that arrives. */
export async function develop(frame: Frame, toFrame: Plane, targets: Targets, wear: Wear, dice: Dice): Promise<Buffer> {
  light(frame, toFrame, targets, wear, dice)
  const { width, height } = frame
  let picture: Buffer = await sharp(bytesOf(frame), { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 0 })
    .toBuffer()
  if (wear.motionPx > 0) picture = await smeared(picture, wear.motionPx, dice)
  if (wear.blurPx > 0.3) picture = await sharp(picture).blur(wear.blurPx).png({ compressionLevel: 0 }).toBuffer()
  const seen = await sharp(picture).raw().toBuffer()
  addNoise(seen, wear.noise, dice)
  // the phone sharpens and saves, the chat opens that and saves again
  const saved = await sharp(seen, { raw: { width, height, channels: 3 } })
    .sharpen({ sigma: 0.8 })
    .jpeg({ quality: 92 })
    .toBuffer()
  const sent = sharp(saved)
  if (!wear.exif) return sent.jpeg({ quality: wear.jpeg }).toBuffer()
  // a phone held sideways: the pixels lie turned, a tag says so
  return sent.rotate(270).jpeg({ quality: wear.jpeg }).withMetadata({ orientation: 6 }).toBuffer()
}

type Blob = {
  readonly x: number
  readonly y: number
  readonly across: number
  readonly along: number
  readonly cos: number
  readonly sin: number
  readonly strength: number
}

function light(frame: Frame, toFrame: Plane, targets: Targets, wear: Wear, dice: Dice): void {
  const { rgb, width, height } = frame
  const blobs = wear.glare.map(({ at, size, strength }): Blob => {
    const [x, y] =
      at === 'anywhere'
        ? [dice.range(0.15, 0.85) * width, dice.range(0.15, 0.85) * height]
        : through(toFrame, ...targets[at])
    const along = size * width
    const [cos, sin] = slope(dice, 1)
    return { x: x + dice.range(-0.3, 0.3) * along, y, along, across: along * dice.range(0.25, 0.8), cos, sin, strength }
  })
  const folds = wear.foil ? foilFolds(width, height, dice) : []
  const shadow = slope(dice, 1 / dice.range(15, 120))
  const [edgeX, edgeY] = [dice.range(0.2, 0.8) * width, dice.range(0.2, 0.8) * height]
  // a window or lamp on one side
  const lamp = slope(dice, dice.range(0, 0.36))
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const shade = 1 - wear.shadow / (1 + Math.exp(-(x - edgeX) * shadow[0] - (y - edgeY) * shadow[1]))
      const slant = 1 + (x / width - 0.5) * lamp[0] + (y / height - 0.5) * lamp[1]
      let shine = 0
      for (const blob of blobs) shine += blobAt(blob, x, y)
      for (const fold of folds) shine += foldAt(fold, x, y)
      tint(rgb, (y * width + x) * 3, shade * slant * wear.exposure, shine * 255, wear)
    }
  }
}

/** A direction with a steepness. */
function slope(dice: Dice, steep: number): readonly [number, number] {
  const angle = dice.range(0, 2 * Math.PI)
  return [Math.cos(angle) * steep, Math.sin(angle) * steep]
}

function tint(rgb: Float32Array, at: number, factor: number, shine: number, { contrast, warmth }: Wear): void {
  const warm = [1 + warmth * 0.6, 1, 1 - warmth * 0.8]
  for (let channel = 0; channel < 3; channel++) {
    const value = (rgb[at + channel] ?? 0) * factor * (warm[channel] ?? 1)
    // grey veil of a lens with a finger on it, then the reflection on top
    const veiled = 128 + (value - 128) * contrast + (1 - contrast) * 40
    // dull dark things throw less of a lamp back than paper and plastic do
    rgb[at + channel] = veiled + shine * (1 - veiled / 320) * (0.4 + (0.6 * Math.max(0, veiled)) / 255)
  }
}

function blobAt({ x: bx, y: by, along, across, cos, sin, strength }: Blob, x: number, y: number): number {
  const [u, v] = [((x - bx) * cos + (y - by) * sin) / along, ((y - by) * cos - (x - bx) * sin) / across]
  const far = u * u + v * v
  return far > 4 ? 0 : strength * Math.exp(-far * 1.4)
}

type Fold = {
  readonly x: number
  readonly y: number
  readonly cos: number
  readonly sin: number
  readonly long: number
  readonly bend: number
  readonly wide: number
  readonly strength: number
}

/** A clear bag over the label: short bright folds, most of them about parallel. */
function foilFolds(width: number, height: number, dice: Dice): Fold[] {
  const lean = dice.range(0, Math.PI)
  return Array.from({ length: dice.int(10, 26) }, () => {
    const angle = lean + dice.normal() * 0.45
    return {
      x: dice.range(0, width),
      y: dice.range(0, height),
      cos: Math.cos(angle),
      sin: Math.sin(angle),
      long: dice.range(0.05, 0.28) * width,
      bend: dice.range(-0.0012, 0.0012),
      wide: dice.range(1.2, 7),
      strength: dice.range(0.15, 0.75),
    }
  })
}

function foldAt({ x: fx, y: fy, cos, sin, long, bend, wide, strength }: Fold, x: number, y: number): number {
  const along = (x - fx) * cos + (y - fy) * sin
  if (Math.abs(along) > long) return 0
  const across = (y - fy) * cos - (x - fx) * sin - bend * along * along
  const near = Math.abs(across) / wide
  return near > 2.5 ? 0 : strength * Math.exp(-near * near) * (1 - Math.abs(along) / long)
}

async function smeared(picture: Buffer, lengthPx: number, dice: Dice): Promise<Buffer> {
  const side = Math.min(15, 2 * Math.ceil(lengthPx / 2) + 1)
  const angle = dice.range(0, Math.PI)
  const kernel = new Array<number>(side * side).fill(0)
  const middle = (side - 1) / 2
  for (let step = -lengthPx / 2; step <= lengthPx / 2; step += 0.25) {
    const column = Math.round(middle + step * Math.cos(angle))
    const row = Math.round(middle + step * Math.sin(angle))
    const at = Math.min(side - 1, Math.max(0, row)) * side + Math.min(side - 1, Math.max(0, column))
    kernel[at] = (kernel[at] ?? 0) + 1
  }
  return sharp(picture).convolve({ width: side, height: side, kernel }).png({ compressionLevel: 0 }).toBuffer()
}

function addNoise(pixels: Uint8Array, strength: number, dice: Dice): void {
  // a table instead of a logarithm a sample: three million of them
  const table = Float32Array.from({ length: 4096 }, () => dice.normal())
  let grain = 0
  for (let at = 0; at < pixels.length; at++) {
    const fresh = (table[Math.floor(dice.next() * 4096)] ?? 0) * strength
    grain = 0.35 * grain + fresh
    pixels[at] = Math.max(0, Math.min(255, (pixels[at] ?? 0) + grain))
  }
}

function bytesOf({ rgb }: Frame): Uint8Array {
  const bytes = new Uint8Array(rgb.length)
  for (let at = 0; at < rgb.length; at++) bytes[at] = Math.max(0, Math.min(255, Math.round(rgb[at] ?? 0)))
  return bytes
}
