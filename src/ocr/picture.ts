import sharp, { type Sharp } from 'sharp'
import type { GreyPicture, Picture, Point, TurnedBox } from './types.ts'

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
  // a step along the row and a step down, in pixels of the picture: the whole cut is two additions a pixel
  const along = { x: (cos - slope * sin) * stepX, y: (sin + slope * cos) * stepX }
  const down = { x: -sin * stepY, y: cos * stepY }
  const sums = new Float64Array(width * 3)
  for (let row = 0; row < height; row++) {
    sums.fill(0)
    for (let tap = 0; tap < taps * taps; tap++) {
      const [column, line] = [((tap % taps) + 0.5) / taps, row + (Math.floor(tap / taps) + 0.5) / taps]
      const x = box.cx - 0.5 + (column - width / 2) * along.x + (line - height / 2) * down.x
      const y = box.cy - 0.5 + (column - width / 2) * along.y + (line - height / 2) * down.y
      addRow(picture, x, y, along, sums)
    }
    const weight = 1 / (taps * taps)
    for (let i = 0, at = row * width * 3; i < sums.length; i++, at++) out[at] = (sums[i] as number) * weight + 0.5
  }
  return { rgb: out, width, height }
}

/** Adds the points from (x, y) on, one `step` apart, to the sums. */
function addRow({ rgb, width, height }: Picture, x: number, y: number, step: Point, sums: Float64Array): void {
  const lastX = width - 1
  const lastY = height - 1
  const stride = width * 3
  for (let i = 0; i < sums.length; i += 3, x += step.x, y += step.y) {
    const clearX = Math.max(0, Math.min(lastX, x))
    const clearY = Math.max(0, Math.min(lastY, y))
    const left = clearX | 0
    const top = clearY | 0
    const fx = clearX - left
    const fy = clearY - top
    const a = top * stride + left * 3
    const b = left < lastX ? a + 3 : a
    const below = top < lastY ? stride : 0
    const [upperRight, lowerRight] = [fx * (1 - fy), fx * fy]
    const [upperLeft, lowerLeft] = [1 - fx - fy + lowerRight, fy - lowerRight]
    for (let c = 0; c < 3; c++) {
      const upper = (rgb[a + c] as number) * upperLeft + (rgb[b + c] as number) * upperRight
      const lower = (rgb[a + below + c] as number) * lowerLeft + (rgb[b + below + c] as number) * lowerRight
      sums[i + c] = (sums[i + c] as number) + upper + lower
    }
  }
}
