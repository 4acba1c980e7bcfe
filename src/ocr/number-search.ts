import type { Clock } from '../runtime/clock.ts'
import { barRegions } from './bar-regions.ts'
import { retryBarcodes } from './barcode-retry.ts'
import type { Barcode, BarcodeReader } from './barcodes.ts'
import { saysNumber } from './candidates.ts'
import { carriersNamed } from './carrier-words.ts'
import { numbersIn, numbersSeen, type Sighting } from './number-sightings.ts'
import { type Page, type PageText, reachesBorder } from './page.ts'
import { toGrey } from './picture.ts'
import { readNumbersAgain } from './second-look.ts'
import type { TextEngine } from './text-engine.ts'
import type { Picture } from './types.ts'
import { judgeNumber, type NumberVerdict, type Witnesses } from './verdict.ts'
import { withWeakReads } from './weak-reads.ts'

/**
 * What is still unread after so much work is asked for: nobody waits gladly for a last try. Processor time of this process
 * (about 1.5 times the time on the clock), so that a busy machine reads as much as an idle one, within reason: the process is
 * ended after 15 s on the clock.
 */
const limitsMs = { bars: 2700, strips: 2800, weak: 3400 } as const
const slowestShare = 3

/** True when no more time is left for that. */
export type Late = (what: keyof typeof limitsMs) => boolean

/** The limits of one photo, from now on. */
export function limitsOf(clock: Clock): Late {
  const [started, startedMs] = [process.cpuUsage(), clock.nowMs()]
  return (what) => {
    const { user, system } = process.cpuUsage(started)
    return (user + system) / 1000 > limitsMs[what] || clock.nowMs() - startedMs > slowestShare * limitsMs[what]
  }
}

export type NumberFound = { readonly barcodes: readonly Barcode[]; readonly number: NumberVerdict }

/**
 * The number of the label, with as few tries as it takes: bars that were read (`seen`, in pixels of the page), bars that bear out
 * what the print may say, bars and print cut out and looked at again, and in the end what all of it says together.
 */
export async function findNumber(
  engine: TextEngine,
  bars: BarcodeReader,
  photo: Picture,
  found: PageText,
  seen: readonly Barcode[],
  late: Late,
): Promise<NumberFound> {
  const { page, lines } = found
  const complete = (sighting: Sighting) => !mayGoOn(sighting, photo, page)
  const plain = numbersSeen(lines).filter(complete)
  const upright = await onUprightPage(bars, found, seen)
  if (upright.some(saysNumber)) return judged(witnessesOf(found, upright, plain))
  const regions = barRegions(toGrey(page.picture))
  const early = withWeakReads(witnessesOf(found, upright, plain), page.picture, regions, lines, {
    quick: true,
    late: () => late('bars'),
  })
  if (early.firm) return judged(early.witnesses)
  const barcodes = [...upright, ...(await retryBarcodes(bars, page.picture, regions, () => late('bars')))]
  const proven = barcodes.some((code) => saysNumber(code) && code.soft !== true)
  const again = proven || late('strips') ? [] : await readNumbersAgain(engine, found, regions)
  const witnesses = witnessesOf(found, barcodes, [...plain, ...again.flatMap(numbersIn).filter(complete)])
  const verdict = judged(witnesses)
  if (proven || verdict.number.sure) return verdict
  const weak = withWeakReads(witnesses, page.picture, regions, [...lines, ...again], {
    quick: false,
    late: () => late('weak'),
  })
  const { barcodes: all, number } = judged(weak.witnesses)
  return { barcodes: all, number: weak.leaning === undefined ? number : { ...number, leaning: weak.leaning } }
}

/** Digits that the photo's border cuts off look like a shorter number: 15 of STO like 14 of ZTO. */
function mayGoOn({ value, at }: Sighting, photo: Picture, page: Page): boolean {
  return /^\d+$/.test(value) && reachesBorder(page, photo, at)
}

/** Bars that were read on the photo; where none says a number, on the upright page too. */
async function onUprightPage(
  bars: BarcodeReader,
  { page }: PageText,
  seen: readonly Barcode[],
): Promise<readonly Barcode[]> {
  return seen.some(saysNumber) ? seen : [...seen, ...(await bars.zxing(toGrey(page.picture)))]
}

function witnessesOf(
  { page, lines }: PageText,
  barcodes: readonly Barcode[],
  sightings: readonly Sighting[],
): Witnesses {
  const { width, height } = page.picture
  return { barcodes, sightings, named: carriersNamed(lines), pageWidth: width, pageHeight: height }
}

function judged(witnesses: Witnesses): NumberFound {
  return { barcodes: witnesses.barcodes, number: judgeNumber(witnesses) }
}
