import type { Clock } from '../runtime/clock.ts'
import { admit, type Photo } from './admit.ts'
import { barRegions, cornersOfBars } from './bar-regions.ts'
import { type Barcode, type BarcodeReader, openBarcodeReader } from './barcodes.ts'
import { saysNumber } from './candidates.ts'
import { carrierSpoken, carriersNamed } from './carrier-words.ts'
import { findNumber, limitsOf } from './number-search.ts'
import { fullestFirst } from './own-label.ts'
import { ontoPage, type Page } from './page.ts'
import { phashOf } from './phash.ts'
import { toGrey } from './picture.ts'
import { readingOf } from './reading.ts'
import { withSecondChances } from './second-look.ts'
import type { TextEngine } from './text-engine.ts'
import type { GreyPicture, ReadOutcome, WaybillReader } from './types.ts'

/** Bars first, print always, and what they say put together (waybills.md, section 6). Owns the engine: close() closes it. */
export async function waybillReader(engine: TextEngine, clock: Clock): Promise<WaybillReader> {
  const bars = await openBarcodeReader()
  return {
    name: engine.name,
    read: async (bytes): Promise<ReadOutcome> => {
      const admission = await admit(bytes)
      if (admission.outcome === 'refused') return admission
      return { outcome: 'read', reading: await readPhoto(engine, bars, clock, admission.photo) }
    },
    close: () => engine.close(),
  }
}

async function readPhoto(engine: TextEngine, bars: BarcodeReader, clock: Clock, photo: Photo) {
  const grey = toGrey(photo.picture)
  const seen = await barcodesOn(bars, grey)
  const likely = seen.some(saysNumber) ? [] : barRegions(grey).map(cornersOfBars)
  const found = await engine.readPage(photo, [...seen.map(({ corners }) => corners), ...likely])
  const { page } = found
  const onPage = seen.map((code) => ({ ...code, corners: code.corners.map((corner) => pointOnPage(page, corner)) }))
  const { barcodes, number } = await findNumber(engine, bars, photo.picture, found, onPage, limitsOf(clock))
  const spoken = carrierSpoken(carriersNamed(found.lines))
  const text = await withSecondChances(engine, found, clock.nowMs())
  return readingOf({
    reader: engine.name,
    photo: photo.picture,
    light: photo.light,
    text,
    barcodes,
    number: fullestFirst(number, found.lines, middleOf(photo, page), spoken),
    nowMs: clock.nowMs(),
    phash: await phashOf(photo.picture),
  })
}

/** The middle of the photo and half its diagonal, in pixels of the page. */
function middleOf({ picture }: Photo, page: Page) {
  const { width, height } = picture
  return {
    middle: pointOnPage(page, { x: width / 2, y: height / 2 }),
    reach: (Math.hypot(width, height) / 2) * page.scale,
  }
}

async function barcodesOn(bars: BarcodeReader, grey: GreyPicture): Promise<readonly Barcode[]> {
  const first = await bars.zxing(grey)
  return first.some(saysNumber) ? first : [...first, ...(await bars.zbar(grey))]
}

function pointOnPage(page: Page, corner: { readonly x: number; readonly y: number }) {
  const { cx, cy } = ontoPage(page, { cx: corner.x, cy: corner.y, width: 1, height: 1, angle: 0 })
  return { x: cx, y: cy }
}
