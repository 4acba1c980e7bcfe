import type { Sharp } from 'sharp'
import { type BarRegion, cornersOfBars } from './bar-regions.ts'
import type { Barcode, BarcodeReader } from './barcodes.ts'
import { cutOut, sharpOf, toGrey } from './picture.ts'
import type { GreyPicture, Picture } from './types.ts'

/** Long side a strip of bars is enlarged to: a Code 128 of 15 characters then has 8 px and more a module. */
const longestStripPx = 2400

/**
 * Second look for bars on an upright page, for photos whose bars did not read as they are: the page itself, then every part
 * that looks like bars enlarged, and once more three times as wide with each pixel the mean of nine along the bars (sharpened
 * too), which fills creases and missing print-head lines. Stops at the first part whose text `fits`.
 */
export async function retryBarcodes(
  reader: BarcodeReader,
  page: Picture,
  regions: readonly BarRegion[],
  fits: (text: string) => boolean,
): Promise<readonly Barcode[]> {
  const whole = await reader.zxing(toGrey(page))
  if (whole.some(({ text }) => fits(text))) return whole
  const found: Barcode[] = [...whole]
  for (const region of regions) {
    const codes = await readRegion(reader, page, region, fits)
    found.push(...codes)
    if (codes.some(({ text }) => fits(text))) break
  }
  return found
}

async function readRegion(
  reader: BarcodeReader,
  page: Picture,
  region: BarRegion,
  fits: (text: string) => boolean,
): Promise<readonly Barcode[]> {
  const strip = stripOf(page, region)
  const seen: Barcode[] = []
  for (const prepare of [enlarged, smoothed, sharpened]) {
    const grey = await prepare(strip)
    for (const decode of prepare === smoothed ? [reader.zxing, reader.zbar] : [reader.zxing]) {
      const codes = (await decode(grey)).map((code) => ({ ...code, corners: cornersOfBars(region) }))
      seen.push(...codes)
      if (codes.some(({ text }) => fits(text))) return seen
    }
  }
  return seen
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
