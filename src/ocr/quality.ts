import type { Barcode } from './barcodes.ts'
import { cornersOf } from './geometry.ts'
import { confidenceOf } from './label-rows.ts'
import type { PageText } from './page.ts'
import { median } from './page-shape.ts'
import { toGrey } from './picture.ts'
import type { GreyPicture, Picture, TextLine, Unreadable } from './types.ts'

/** Print lower than this (pixels of the photo that is read) is beyond the text engine. */
const smallestPrintPx = 9
const saturated = 250
/** Share of the label burnt out to white in patches. */
const muchGlare = 0.04
/** Paper as light as this everywhere is a drawing or a screenshot: nothing on it can be told from glare. */
const whitePaper = 246
/** Standard deviation of the Laplacian on a label's print, as a share of its contrast; sharp photos reach 0.15 and more. */
const sharpEnough = 0.065
/** Brightness of the brightest parts of a photo that needed more light; and of one that shows nothing for the want of it. */
const dim = 110
const nightly = 60
/** A label has at least so many lines that can be read. */
const linesOfLabel = 6
/** Readable lines of a label read as well as this tell that the photo is not what is wrong with it. */
const readWell = 0.9

/** What was seen to be wrong with a photo that gave no number; null when nothing was: then only the number is asked for. */
export function whyUnreadable(
  { picture: photo, light }: { readonly picture: Picture; readonly light: number },
  { page, lines }: PageText,
  barcodes: readonly Barcode[],
): Unreadable | null {
  const readable = lines.filter((line) => line.text.length >= 2 && confidenceOf(line) > 0.6)
  const grey = toGrey(page.picture)
  const sharpness = sharpnessOf(grey)
  // a bag around the label is soft by itself: where its lines read well nothing is out of focus
  const well = readable.filter((line) => confidenceOf(line) >= readWell).length >= linesOfLabel
  const blurred = !well && sharpness < sharpEnough
  // grain that was stretched with the rest passes for sharpness, and shake for blur: both come of the dark
  if (light < dim && (lines.length > 0 || light < nightly)) return 'too-dark'
  if (readable.length === 0 && lines.length < 8) return blurred && lines.length > 0 ? 'blurred' : 'no-label'
  const printPx = median(lines.map(({ at }) => at.height)) / page.scale
  if (printPx < smallestPrintPx) return 'too-small'
  // white paper out of focus burns out in patches too
  if (blurred && sharpness < sharpEnough / 2) return 'blurred'
  if (glareShare(grey) > muchGlare) return 'glare'
  if (cutOff(photo, page, readable)) return 'cropped'
  if (blurred) return 'blurred'
  return well && unknownForm(barcodes) ? 'unknown-form' : null
}

/** Bars that say a long number: where the whole label was read, it is of no form that is in use. */
function unknownForm(barcodes: readonly Barcode[]): boolean {
  return barcodes.some(({ text, kind }) => kind === 'linear' && /^[A-Z]{0,4}\d{8,20}$/.test(text.trim()))
}

/** Standard deviation of the four-neighbour Laplacian over the span between dark and light. */
function sharpnessOf({ grey, width, height }: GreyPicture): number {
  let [sum, squares, count] = [0, 0, 0]
  const values: number[] = []
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
      if (count % 16 === 0) values.push(grey[at] as number)
    }
  values.sort((a, b) => a - b)
  const share = (part: number) => values[Math.floor(values.length * part)] ?? 0
  const contrast = Math.max(20, share(0.97) - share(0.03))
  return count === 0 ? 0 : Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2)) / contrast
}

/** Share of 16 px squares that are burnt out as a whole; white paper in even light stays below. */
function glareShare({ grey, width, height }: GreyPicture): number {
  let [burnt, squares] = [0, 0]
  const paper: number[] = []
  for (let top = 0; top + 16 <= height; top += 16)
    for (let left = 0; left + 16 <= width; left += 16) {
      let [hot, lightest] = [0, 0]
      for (let y = top; y < top + 16; y += 2)
        for (let x = left; x < left + 16; x += 2) {
          const value = grey[y * width + x] as number
          if (value >= saturated) hot += 1
          if (value > lightest) lightest = value
        }
      paper.push(lightest)
      squares += 1
      if (hot > 58) burnt += 1
    }
  // burnt out in most places is paper in good light
  return squares === 0 || median(paper) >= whitePaper || burnt > 0.3 * squares ? 0 : burnt / squares
}

/** Two lines and more that reach the border of the photo: the label goes on outside it. */
function cutOff(
  { width, height }: Picture,
  { at, scale, picture }: PageText['page'],
  lines: readonly TextLine[],
): boolean {
  const [cos, sin] = [Math.cos(at.angle), Math.sin(at.angle)]
  const cut = lines.filter((line) =>
    cornersOf(line.at).some(({ x, y }) => {
      const [u, v] = [(x - picture.width / 2) / scale, (y - picture.height / 2) / scale]
      const [px, py] = [at.cx + u * cos - v * sin, at.cy + u * sin + v * cos]
      return px < borderPx || py < borderPx || px > width - borderPx || py > height - borderPx
    }),
  )
  return cut.length >= 2
}

const borderPx = 3
