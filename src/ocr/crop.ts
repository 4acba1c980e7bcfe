import type { Candidate } from './candidates.ts'
import type { Page } from './page.ts'
import { cutOut, sharpOf } from './picture.ts'
import type { Crop, TurnedBox } from './types.ts'

const widestPx = 720

/** A field's surroundings (`at` in pixels of the page) as JPEG, wide enough to see what is meant; null without a place. */
export async function cropAround({ picture }: Page, at: TurnedBox | undefined): Promise<Crop | null> {
  if (at === undefined) return null
  const box = { ...at, width: at.width * 1.25 + 2 * at.height, height: at.height * 3.2 }
  const scale = Math.min(2, widestPx / box.width)
  const [widthPx, heightPx] = [Math.max(8, Math.round(box.width * scale)), Math.max(8, Math.round(box.height * scale))]
  const jpeg = await sharpOf(cutOut(picture, box, widthPx, heightPx))
    .jpeg({ quality: 80 })
    .toBuffer()
  return { jpeg, widthPx, heightPx }
}

/** Where a number is printed; else its bars. */
export function placeOf(candidate: Candidate | undefined): TurnedBox | undefined {
  const print = [...(candidate?.sightings ?? [])].sort((a, b) => b.mean - a.mean)[0]?.at
  if (print !== undefined) return print
  const corners = candidate?.barcodes[0]?.corners ?? []
  if (corners.length === 0) return undefined
  const [xs, ys] = [corners.map(({ x }) => x), corners.map(({ y }) => y)]
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  return {
    cx: (left + right) / 2,
    cy: (top + bottom) / 2,
    width: Math.max(120, right - left),
    height: Math.max(40, (bottom - top) / 2),
    angle: 0,
  }
}
