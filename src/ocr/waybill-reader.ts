import type { Clock } from '../runtime/clock.ts'
import { admit, type Photo } from './admit.ts'
import { barRegions, cornersOfBars } from './bar-regions.ts'
import { retryBarcodes } from './barcode-retry.ts'
import { type Barcode, type BarcodeReader, openBarcodeReader } from './barcodes.ts'
import { saysNumber } from './candidates.ts'
import { carriersNamed } from './carrier-words.ts'
import { cropAround } from './crop.ts'
import { ontoPage, type Page } from './page.ts'
import { phashOf } from './phash.ts'
import { toGrey } from './picture.ts'
import { readingOf } from './reading.ts'
import { sightingsOf, withSecondChances } from './second-look.ts'
import type { TextEngine } from './text-engine.ts'
import type { GreyPicture, ReadOutcome, WaybillReader } from './types.ts'
import { judgeNumber } from './verdict.ts'

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

/**
 * What is still unread after so much work is asked for: nobody waits gladly for a last try. Processor time of this process
 * (about 1.5 times the time on the clock), so that a busy machine reads as much as an idle one, within reason: the process is
 * ended after 15 s on the clock.
 */
const barsUntilMs = 2400
const stripsUntilMs = 2600
const slowestShare = 3

async function readPhoto(engine: TextEngine, bars: BarcodeReader, clock: Clock, photo: Photo) {
  const [started, startedMs] = [process.cpuUsage(), clock.nowMs()]
  const late = (limitMs: number) => {
    const { user, system } = process.cpuUsage(started)
    return (user + system) / 1000 > limitMs || clock.nowMs() - startedMs > slowestShare * limitMs
  }
  const grey = toGrey(photo.picture)
  const seen = await barcodesOn(bars, grey)
  const likely = seen.some(saysNumber) ? [] : barRegions(grey).map(cornersOfBars)
  const found = await engine.readPage(photo, [...seen.map(({ corners }) => corners), ...likely])
  const { page } = found
  const onPage = seen.map((code) => ({ ...code, corners: code.corners.map((corner) => pointOnPage(page, corner)) }))
  const barred = onPage.some(saysNumber)
  const regions = barred ? [] : barRegions(toGrey(page.picture))
  const again = barred ? [] : await retryBarcodes(bars, page.picture, regions, saysText, () => late(barsUntilMs))
  const barcodes = [...onPage, ...again]
  const text = await withSecondChances(engine, found, clock.nowMs())
  const proven = barcodes.some((code) => saysNumber(code) && code.soft !== true)
  const sightings = await sightingsOf(engine, found, proven || late(stripsUntilMs) ? undefined : regions)
  const number = judgeNumber({
    barcodes,
    sightings,
    named: carriersNamed(text.lines),
    pageWidth: page.picture.width,
    pageHeight: page.picture.height,
  })
  return readingOf({
    reader: engine.name,
    photo: photo.picture,
    text,
    barcodes,
    number,
    nowMs: clock.nowMs(),
    phash: await phashOf(photo.picture),
    crop: await cropAround(page, number.best),
  })
}

const saysText = (text: string): boolean => saysNumber({ text, kind: 'code128', corners: [] })

async function barcodesOn(bars: BarcodeReader, grey: GreyPicture): Promise<readonly Barcode[]> {
  const first = await bars.zxing(grey)
  return first.some(saysNumber) ? first : [...first, ...(await bars.zbar(grey))]
}

function pointOnPage(page: Page, corner: { readonly x: number; readonly y: number }) {
  const { cx, cy } = ontoPage(page, { cx: corner.x, cy: corner.y, width: 1, height: 1, angle: 0 })
  return { x: cx, y: cy }
}
