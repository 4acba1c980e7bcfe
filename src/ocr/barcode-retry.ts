import type { Sharp } from 'sharp'
import { profilesOf } from './bar-profile.ts'
import { type BarRegion, cornersOfBars } from './bar-regions.ts'
import type { Barcode, BarcodeReader } from './barcodes.ts'
import { saysNumber } from './candidates.ts'
import { cutOut, sharpOf } from './picture.ts'
import { decodeSoftly } from './soft-code128.ts'
import type { GreyPicture, Picture } from './types.ts'

/** Long side a strip of bars is enlarged to: a Code 128 of 15 characters then has 8 px and more a module. */
const longestStripPx = 2400

/**
 * Second look for bars on an upright page, for photos whose bars did not read as they are: the parts that look like bars
 * by their shape, then each part enlarged, and once more three times as wide with each pixel the mean of nine along
 * the bars (sharpened too), which fills creases and missing print-head lines. `guessed`: where bars may be by
 * the print. Stops at the first that says a number, or when `late`.
 */
export async function retryBarcodes(
  reader: BarcodeReader,
  page: Picture,
  { regions, guessed }: { readonly regions: readonly BarRegion[]; readonly guessed: readonly BarRegion[] },
  late: () => boolean,
): Promise<readonly Barcode[]> {
  const soft = readSoftBars(page, regions, guessed, late)
  const found: Barcode[] = []
  // bars that were read by their shape are worth one more look; all others are looked at because nothing is known of them
  for (const region of soft === undefined ? regions : [soft.region]) {
    const codes = await readRegion(reader, page, region)
    found.push(...codes)
    if (codes.some(saysNumber) || late()) break
  }
  if (soft === undefined || found.some(saysNumber)) return found
  return [
    ...found,
    { text: soft.text, kind: 'linear', corners: cornersOfBars(soft.region), soft: true, margin: soft.margin },
  ]
}

async function readRegion(reader: BarcodeReader, page: Picture, region: BarRegion): Promise<readonly Barcode[]> {
  const strip = stripOf(page, region)
  const seen: Barcode[] = []
  for (const prepare of [enlarged, smoothed, sharpened]) {
    const grey = await prepare(strip)
    for (const decode of prepare === smoothed ? [reader.zxing, reader.zbar] : [reader.zxing]) {
      const codes = (await decode(grey)).map((code) => ({ ...code, corners: cornersOfBars(region) }))
      seen.push(...codes)
      if (codes.some(saysNumber)) return seen
    }
  }
  return seen
}

/**
 * Margin of one profile that needs no second one; what a code must reach to be worth a thought (soft-bars says what is believed);
 * and how far other texts stay behind.
 */
const clearMargin = 120
const enoughMargin = 40
const aheadOfOthers = 3
/** A place that was only guessed is left when its first profile says less. */
const worthMargin = 8

/**
 * Last look for bars, by shape instead of edges: for blur and grain. Numbers of known forms only; each stretch of a code's
 * height is read for itself, and they have to agree.
 */
function readSoftBars(
  page: Picture,
  regions: readonly BarRegion[],
  guessed: readonly BarRegion[],
  late: () => boolean,
): { readonly text: string; readonly region: BarRegion; readonly margin: number } | undefined {
  for (const region of [...regions, ...guessed]) {
    const votes = new Map<string, { readonly sum: number; readonly strongest: number }>()
    for (const profile of profilesOf(page, region)) {
      const code = decodeSoftly(profile)
      if (code !== undefined) {
        const { sum, strongest } = votes.get(code.text) ?? { sum: 0, strongest: 0 }
        votes.set(code.text, { sum: sum + code.margin, strongest: Math.max(strongest, code.margin) })
      }
      if (code === undefined || code.margin >= clearMargin || late()) break
      if (code.margin < worthMargin && guessed.includes(region)) break
    }
    const [best, second] = [...votes].sort(([, one], [, other]) => other.sum - one.sum)
    // stretches of one code share their creases: two count as one
    const margin = best === undefined ? 0 : Math.max(best[1].strongest, best[1].sum / 2)
    if (best !== undefined && margin >= enoughMargin && best[1].sum >= aheadOfOthers * (second?.[1].sum ?? 0))
      return { text: best[0], region, margin }
    if (late()) break
  }
  return undefined
}

/** The bars laid level, with the quiet zones on both sides. */
function stripOf(page: Picture, region: BarRegion): Picture {
  const box = { ...region, width: region.width * 1.3 + 24 }
  return cutOut(page, box, Math.round(box.width), Math.max(8, Math.round(box.height)), region.slope)
}

async function enlarged(strip: Picture): Promise<GreyPicture> {
  const by = Math.min(2, longestStripPx / strip.width)
  return greyOf(sharpOf(strip).resize(Math.round(strip.width * by), Math.round(strip.height * by), stretch))
}

async function smoothed(strip: Picture): Promise<GreyPicture> {
  return meanDown(await greyOf(sharpOf(strip).resize(widthOf(strip), strip.height, stretch)), 9)
}

async function sharpened(strip: Picture): Promise<GreyPicture> {
  const wide = sharpOf(strip).resize(widthOf(strip), strip.height, stretch)
  return meanDown(await greyOf(wide.normalise().sharpen({ sigma: 3, m1: 2, m2: 4 })), 9)
}

const stretch = { fit: 'fill', kernel: 'cubic' } as const

function widthOf(strip: Picture): number {
  return Math.round(Math.min(strip.width * 3, Math.max(longestStripPx, strip.width)))
}

async function greyOf(pipeline: Sharp): Promise<GreyPicture> {
  const { data, info } = await pipeline.greyscale().raw().toBuffer({ resolveWithObject: true })
  if (info.channels === 1) return { grey: data, width: info.width, height: info.height }
  const grey = new Uint8Array(info.width * info.height)
  for (let i = 0; i < grey.length; i++) grey[i] = data[i * info.channels] as number
  return { grey, width: info.width, height: info.height }
}

/** Each pixel the mean of `span` in its column. */
function meanDown({ grey, width, height }: GreyPicture, span: number): GreyPicture {
  const out = new Uint8Array(grey.length)
  const half = span >> 1
  for (let x = 0; x < width; x++) {
    let [sum, count] = [0, 0]
    for (let y = 0; y < Math.min(half, height); y++) {
      sum += grey[y * width + x] as number
      count += 1
    }
    for (let y = 0; y < height; y++) {
      if (y + half < height) {
        sum += grey[(y + half) * width + x] as number
        count += 1
      }
      if (y - half - 1 >= 0) {
        sum -= grey[(y - half - 1) * width + x] as number
        count -= 1
      }
      out[y * width + x] = sum / count
    }
  }
  return { grey: out, width, height }
}
