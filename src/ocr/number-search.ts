import type { Clock } from '../runtime/clock.ts'
import { barRegions } from './bar-regions.ts'
import { retryBarcodes } from './barcode-retry.ts'
import type { Barcode, BarcodeReader } from './barcodes.ts'
import { barsBesidePrint } from './bars-and-print.ts'
import { saysNumber } from './candidates.ts'
import { carrierSpoken, carriersNamed } from './carrier-words.ts'
import { numbersIn, numbersSeen, type Sighting } from './number-sightings.ts'
import { votesOf } from './number-vote.ts'
import { isOnPhoto, type Page, type PageText, reachesBorder } from './page.ts'
import { toGrey } from './picture.ts'
import { readNumbersAgain } from './second-look.ts'
import { believedBars } from './soft-bars.ts'
import type { TextEngine } from './text-engine.ts'
import type { Picture, TurnedBox } from './types.ts'
import { judgeNumber, type NumberVerdict, type Witnesses } from './verdict.ts'
import { withWeakReads } from './weak-reads.ts'

/**
 * What is still unread after so much work is asked for: nobody waits gladly for a last try. Processor time of this process
 * (about 1.5 times the time on the clock), so that a busy machine reads as much as an idle one, within reason: the process is
 * ended after 15 s on the clock.
 */
const limitsMs = { bars: 1500, strips: 1600, weak: 2100 } as const
const slowestShare = 3

/** True when no more time is left for that. */
export type Late = (what: keyof typeof limitsMs) => boolean

/** The limits of one search, from now on: what a large photo takes before it is not held against its number. */
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
  const complete = (one: NumberAt) => !mayGoOn(one, photo, page)
  const plain = numbersSeen(lines).filter(complete)
  const upright = await onUprightPage(bars, found, seen)
  if (upright.some(saysNumber)) return judged(witnessesOf(found, upright, plain))
  const votes = votesOf(lines).filter(complete)
  const regions = barRegions(toGrey(page.picture)).filter((region) => isOnPhoto(page, photo, region))
  const guessed = votes.slice(0, 1).flatMap(barsBesidePrint)
  const nearest = [...guessed.slice(0, 1), ...regions]
  const first = witnessesOf(found, upright, plain)
  const early = withWeakReads(first, page.picture, nearest, votes, { quick: true, late: () => late('bars') })
  if (early.firm) return judged(early.witnesses)
  const retried = await retryBarcodes(bars, page.picture, { regions, guessed }, () => late('bars'))
  const barcodes = [...upright, ...retried]
  const proven = barcodes.some((code) => saysNumber(code) && code.soft !== true)
  const again = proven || late('strips') ? [] : await readNumbersAgain(engine, found, regions)
  const sightings = [...plain, ...again.flatMap(numbersIn).filter(complete)]
  const all = again.length === 0 ? votes : votesOf([...lines, ...again]).filter(complete)
  const spoken = carrierSpoken(carriersNamed(lines))
  const believed = believedBars(barcodes, sightings, all, [...lines, ...again], spoken)
  const witnesses = witnessesOf(found, believed, sightings)
  const verdict = judged(witnesses)
  if (proven || verdict.number.sure) return verdict
  const places = [...regions, ...all.slice(0, 1).flatMap(barsBesidePrint)]
  const weak = withWeakReads(witnesses, page.picture, places, all, { quick: false, late: () => late('weak') })
  const last = judged(weak.witnesses)
  return weak.leaning === undefined ? last : { ...last, number: { ...last.number, leaning: weak.leaning } }
}

type NumberAt = { readonly value: string; readonly at: TurnedBox }

/** Digits that the photo's border cuts off look like a shorter number: 15 of STO like 14 of ZTO. */
function mayGoOn({ value, at }: NumberAt, photo: Picture, page: Page): boolean {
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
