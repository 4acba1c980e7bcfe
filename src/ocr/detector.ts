import { cornersOf, halfTurn } from './geometry.ts'
import type { Models } from './models.ts'
import { resized } from './picture.ts'
import { textBoxes } from './text-boxes.ts'
import type { Picture, Point, TurnedBox } from './types.ts'

const mean = [0.485, 0.456, 0.406]
const spread = [0.229, 0.224, 0.225]

/** Where lines of text are, in the picture's pixels. `longPx` is the long side the detector sees it at. */
export async function findText(models: Models, picture: Picture, longPx: number): Promise<TurnedBox[]> {
  const scale = Math.min(2, longPx / Math.max(picture.width, picture.height))
  const width = Math.max(32, Math.round((picture.width * scale) / 32) * 32)
  const height = Math.max(32, Math.round((picture.height * scale) / 32) * 32)
  const { rgb } = await resized(picture, width, height)
  const plane = width * height
  const input = new Float32Array(3 * plane)
  for (let c = 0; c < 3; c++) {
    const [scaleBy, shift] = [1 / (255 * (spread[c] as number)), (mean[c] as number) / (spread[c] as number)]
    // planes go blue green red
    for (let i = 0, from = 2 - c; i < plane; i++, from += 3)
      input[c * plane + i] = (rgb[from] as number) * scaleBy - shift
  }
  const { data } = await models.detect(input, [1, 3, height, width])
  const [sx, sy] = [picture.width / width, picture.height / height]
  return textBoxes({ probs: data, width, height }).map((box) => stretched(box, sx, sy))
}

/** Rounding to whole tiles of 32 stretches the sides a little differently. */
function stretched(box: TurnedBox, sx: number, sy: number): TurnedBox {
  const [a, b, , d] = cornersOf(box).map(({ x, y }) => ({ x: (x + 0.5) * sx, y: (y + 0.5) * sy })) as [
    Point,
    Point,
    Point,
    Point,
  ]
  return {
    cx: (box.cx + 0.5) * sx,
    cy: (box.cy + 0.5) * sy,
    width: Math.hypot(b.x - a.x, b.y - a.y),
    height: Math.hypot(d.x - a.x, d.y - a.y),
    angle: halfTurn(Math.atan2(b.y - a.y, b.x - a.x)),
  }
}
