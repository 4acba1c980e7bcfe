import { confidenceOf } from './label-rows.ts'
import type { PageText } from './page.ts'
import { median } from './page-shape.ts'
import { toGrey } from './picture.ts'
import type { GreyPicture, Picture, Unreadable } from './types.ts'

/** Print lower than this (pixels of the photo that is read) is beyond the text engine. */
const smallestPrintPx = 9
const saturated = 250
/** Share of the label burnt out to white in patches. */
const muchGlare = 0.06
/** Standard deviation of the Laplacian on a label's print; sharp photos reach 15 and more. */
const sharpEnough = 7

/** Why no number could be read, for the sentence that asks for a better photo. */
export function whyUnreadable(photo: Picture, { page, lines }: PageText): Unreadable {
  const readable = lines.filter((line) => line.text.length >= 2 && confidenceOf(line) > 0.6)
  const grey = toGrey(page.picture)
  const sharpness = sharpnessOf(grey)
  if (readable.length === 0 && lines.length < 8)
    return sharpness < sharpEnough && lines.length > 0 ? 'blurred' : 'no-label'
  const printPx = median(lines.map(({ at }) => at.height)) / page.scale
  if (printPx < smallestPrintPx) return 'too-small'
  if (sharpness < sharpEnough) return 'blurred'
  if (glareShare(grey) > muchGlare) return 'glare'
  if (touchesEdge(photo, page)) return 'cropped'
  return 'blurred'
}

/** Standard deviation of the four-neighbour Laplacian. */
function sharpnessOf({ grey, width, height }: GreyPicture): number {
  let [sum, squares, count] = [0, 0, 0]
  for (let y = 1; y < height - 1; y += 2)
    for (let x = 1; x < width - 1; x += 2) {
      const at = y * width + x
      const value =
        4 * (grey[at] as number) -
        (grey[at - 1] as number) -
        (grey[at + 1] as number) -
        (grey[at - width] as number) -
        (grey[at + width] as number)
      sum += value
      squares += value * value
      count += 1
    }
  return count === 0 ? 0 : Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2))
}

/** Share of 16 px squares that are burnt out as a whole; white paper in even light stays below. */
function glareShare({ grey, width, height }: GreyPicture): number {
  let [burnt, squares] = [0, 0]
  for (let top = 0; top + 16 <= height; top += 16)
    for (let left = 0; left + 16 <= width; left += 16) {
      let hot = 0
      for (let y = top; y < top + 16; y += 2)
        for (let x = left; x < left + 16; x += 2) if ((grey[y * width + x] as number) >= saturated) hot += 1
      squares += 1
      if (hot > 58) burnt += 1
    }
  // paper that is white everywhere is not glare
  return squares === 0 || burnt > 0.25 * squares ? 0 : burnt / squares
}

/** Print that reaches the border of the photo goes on outside it. */
function touchesEdge({ width, height }: Picture, { at }: PageText['page']): boolean {
  const reach = Math.max(Math.abs(at.width * Math.cos(at.angle)), Math.abs(at.height * Math.sin(at.angle))) / 2
  const rise = Math.max(Math.abs(at.width * Math.sin(at.angle)), Math.abs(at.height * Math.cos(at.angle))) / 2
  return at.cx - reach < 0 || at.cx + reach > width || at.cy - rise < 0 || at.cy + rise > height
}
