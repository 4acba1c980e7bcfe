import sharp, { type Sharp } from 'sharp'
import type { GreyPicture, Picture, TurnedBox } from './types.ts'

/** sharp's input for bare pixels. */
export function sharpOf({ rgb, width, height }: Picture): Sharp {
  return sharp(rgb, { raw: { width, height, channels: 3 } })
}

/** The pixels of a sharp pipeline, three bytes each, transparency on white. */
export async function pixelsOf(pipeline: Sharp): Promise<Picture> {
  const { data, info } = await pipeline
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  if (info.channels === 3) return { rgb: data, width: info.width, height: info.height }
  const rgb = new Uint8Array(info.width * info.height * 3)
  for (let i = 0; i < info.width * info.height; i++) rgb.fill(data[i * info.channels] as number, i * 3, i * 3 + 3)
  return { rgb, width: info.width, height: info.height }
}

/** Stretched to exactly this size. */
export async function resized(picture: Picture, width: number, height: number): Promise<Picture> {
  if (picture.width === width && picture.height === height) return picture
  return pixelsOf(sharpOf(picture).resize(width, height, { fit: 'fill', kernel: 'cubic' }))
}

/** Brightness as the eye weighs it. */
export function toGrey({ rgb, width, height }: Picture): GreyPicture {
  const grey = new Uint8Array(width * height)
  for (let i = 0, j = 0; i < grey.length; i++, j += 3)
    grey[i] = ((rgb[j] as number) * 77 + (rgb[j + 1] as number) * 150 + (rgb[j + 2] as number) * 29) >> 8
  return { grey, width, height }
}

/**
 * What lies under the turned box, laid straight into width × height pixels. Linear between pixels; where the picture is
 * shrunk by more than 1.5 several points are averaged. Beyond the edge the nearest pixel goes on. With a `slope` each step along
 * the box goes that much down as well: a parallelogram laid straight.
 */
export function cutOut(picture: Picture, box: TurnedBox, width: number, height: number, slope = 0): Picture {
  const out = new Uint8Array(width * height * 3)
  const [stepX, stepY] = [box.width / width, box.height / height]
  const taps = Math.min(4, Math.max(1, Math.round(Math.max(stepX, stepY) / 1.5)))
  const [cos, sin] = [Math.cos(box.angle), Math.sin(box.angle)]
  const sums = [0, 0, 0]
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++, at += 3) {
      sums.fill(0)
      for (let tap = 0; tap < taps * taps; tap++) {
        const u = (column + ((tap % taps) + 0.5) / taps) * stepX - box.width / 2
        const v = (row + (Math.floor(tap / taps) + 0.5) / taps) * stepY - box.height / 2 + slope * u
        addPoint(picture, box.cx + u * cos - v * sin - 0.5, box.cy + u * sin + v * cos - 0.5, sums)
      }
      for (let c = 0; c < 3; c++) out[at + c] = (sums[c] as number) / (taps * taps) + 0.5
    }
  }
  return { rgb: out, width, height }
}

function addPoint({ rgb, width, height }: Picture, x: number, y: number, sums: number[]): void {
  const clearX = Math.max(0, Math.min(width - 1, x))
  const clearY = Math.max(0, Math.min(height - 1, y))
  const left = clearX | 0
  const top = clearY | 0
  const [fx, fy] = [clearX - left, clearY - top]
  const a = (top * width + left) * 3
  const right = left + 1 < width ? 3 : 0
  const below = top + 1 < height ? width * 3 : 0
  for (let c = 0; c < 3; c++) {
    const upper = (rgb[a + c] as number) * (1 - fx) + (rgb[a + right + c] as number) * fx
    const lower = (rgb[a + below + c] as number) * (1 - fx) + (rgb[a + below + right + c] as number) * fx
    sums[c] = (sums[c] as number) + upper * (1 - fy) + lower * fy
  }
}
