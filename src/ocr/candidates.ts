import type { CarrierCode } from '../hub/order-facts.ts'
import { carrierOf, normaliseWaybill } from '../hub/waybill-no.ts'
import type { Barcode } from './barcodes.ts'
import { agreesWith, type NumberGuess } from './number-forms.ts'
import type { Sighting } from './number-sightings.ts'
import { median } from './page-shape.ts'
import type { Evidence, Point, TurnedBox } from './types.ts'

/** One number and everything that speaks for it. */
export type Candidate = {
  readonly guess: NumberGuess
  /** Bar codes and QR codes that carry it, as a whole token. */
  readonly barcodes: readonly Barcode[]
  readonly sightings: readonly Sighting[]
  readonly parcel?: string
}

/** Numbers of a known form in a bar code: the whole of a Code 128, whole tokens of a QR. */
function numbersInBarcode({ text, kind }: Barcode): (NumberGuess & { readonly parcel?: string })[] {
  if (kind === 'linear') {
    const value = normaliseWaybill(text)
    const parcel = /^JD[A-Z0-9]{13}-(\d+-\d+)/.exec(text.trim().toUpperCase())?.[1]
    return guessExact(value).map((guess) => ({ ...guess, ...(parcel === undefined ? {} : { parcel }) }))
  }
  const tokens = text.toUpperCase().match(/[A-Z0-9]+/g) ?? []
  return tokens.flatMap(guessExact).filter(({ certainty }) => certainty === 'certain' || certainty === 'likely')
}

function guessExact(value: string): NumberGuess[] {
  const guess = carrierOf(value)
  if (guess) return [{ value, carriers: guess.carriers, certainty: guess.certainty, mended: 0 }]
  return /^\d{12,15}$/.test(value) ? [{ value, carriers: [], certainty: 'older', mended: 0 }] : []
}

/** True when the bars say a number that needs no carrier's name to be believed. */
export function saysNumber(barcode: Barcode): boolean {
  return numbersInBarcode(barcode).some(({ certainty }) => certainty !== 'older')
}

/** Bar codes and print put together by number. */
export function candidatesFrom(barcodes: readonly Barcode[], sightings: readonly Sighting[]): Candidate[] {
  const found = new Map<string, { guess: NumberGuess; barcodes: Barcode[]; sightings: Sighting[]; parcel?: string }>()
  const entry = (guess: NumberGuess, parcel: string | undefined) => {
    const known = found.get(guess.value) ?? { guess, barcodes: [], sightings: [] }
    if (parcel !== undefined) known.parcel = parcel
    found.set(guess.value, known)
    return known
  }
  for (const barcode of barcodes)
    for (const { parcel, ...guess } of numbersInBarcode(barcode)) entry(guess, parcel).barcodes.push(barcode)
  for (const sighting of sightings) {
    const { value, carriers, certainty, mended, parcel } = sighting
    entry({ value, carriers, certainty, mended }, parcel).sightings.push(sighting)
  }
  return [...found.values()]
}

/** On how many places of the label it was read. */
export function placesOf(candidate: Candidate): number {
  return placesRead(candidate).length
}

/** The middles of all it was seen on: print and bars. */
export function placesSeen({ sightings, barcodes }: Candidate): Point[] {
  const middles = [...sightings.map(({ at }) => at), ...barcodes.map(middleOf)]
  return middles.map(({ cx, cy }) => ({ x: cx, y: cy }))
}

function placesRead({ sightings }: Candidate) {
  const places: { at: TurnedBox; reads: number }[] = []
  for (const { at } of sightings) {
    const known = places.find((place) => samePlace(place.at, at))
    if (known === undefined) places.push({ at, reads: 1 })
    else known.reads += 1
  }
  return places
}

function samePlace(a: TurnedBox, b: TurnedBox): boolean {
  return (
    Math.hypot(a.cx - b.cx, a.cy - b.cy) < Math.max(1.5 * Math.max(a.height, b.height), 0.5 * a.width, 0.5 * b.width)
  )
}

/** True when the other was only ever read where this one was too: two readings of the same print, not two labels. */
export function onSamePrint(one: Candidate, other: Candidate): boolean {
  const seen = (at: TurnedBox) => one.sightings.some((sighting) => samePlace(sighting.at, at))
  return (
    other.barcodes.length === 0 &&
    other.sightings.every(({ at }) => seen(at)) &&
    misreadOf(one.guess.value, other.guess.value)
  )
}

/** Places, and one more where one of them was cut out and read again with the same result: for weighing, not for believing. */
function readsOf(candidate: Candidate): number {
  const places = placesRead(candidate)
  return places.length + (places.some(({ reads }) => reads > 1) ? 1 : 0)
}

export function evidenceOf(candidate: Candidate): Evidence {
  if (candidate.barcodes.length > 0) return candidate.sightings.length > 0 ? 'barcode+text' : 'barcode'
  return placesOf(candidate) >= 2 ? 'text×2' : 'text×1'
}

export type Surroundings = {
  readonly spoken: CarrierCode | undefined
  readonly width: number
  readonly height: number
}

const certaintyScore = { certain: 2, likely: 1, ambiguous: 0, older: -1 } as const

/** How much speaks for it: bars before print, the label's own carrier before others, large and central before small. */
export function scoreOf(candidate: Candidate, { spoken, width, height }: Surroundings): number {
  const { guess, sightings, barcodes } = candidate
  const print = Math.min(3, readsOf(candidate)) * Math.max(0, ...sightings.map(({ mean }) => mean))
  const own = spoken === undefined ? 0 : guess.carriers.includes(spoken) ? 3 : agreesWith(guess, spoken) ? 1 : -4
  const words = sightings.some(({ labelled }) => labelled) ? 1.5 : sightings.some(({ foreign }) => foreign) ? -4 : 0
  const boxes = [...sightings.map(({ at }) => at), ...barcodes.map(middleOf)]
  const far = Math.min(
    1,
    ...boxes.map(({ cx, cy }) => Math.hypot(cx - width / 2, cy - height / 2) / Math.hypot(width / 2, height / 2)),
  )
  return (
    (barcodes.length > 0 ? 10 : 0) +
    1.5 * print +
    own +
    certaintyScore[guess.certainty] +
    words -
    0.5 * guess.mended -
    far
  )
}

function middleOf({ corners }: Barcode): { readonly cx: number; readonly cy: number } {
  return { cx: median(corners.map(({ x }) => x)), cy: median(corners.map(({ y }) => y)) }
}

/** How much the reads of `one` outweigh those of `other` where the two numbers differ: above 1 when they do. Lengths equal. */
export function outweighs(one: Candidate, other: Candidate): number {
  const differing = [...one.guess.value].flatMap((sign, index) => (sign === other.guess.value[index] ? [] : [index]))
  const support = ({ sightings }: Candidate) =>
    sightings.reduce((sum, { probs }) => sum + differing.reduce((all, index) => all * (probs[index] ?? 0), 1), 0)
  return support(one) / Math.max(1e-6, support(other))
}

/** True when `shorter` is `longer` without one sign of a doubled pair. */
export function lostTwin(longer: string, shorter: string): boolean {
  if (longer.length !== shorter.length + 1) return false
  return [...longer].some(
    (sign, index) => sign === longer[index - 1] && longer.slice(0, index) + longer.slice(index + 1) === shorter,
  )
}

/** Two readings of what is one number on the label: a sign or two differ, or one lost its end. */
export function misreadOf(a: string, b: string): boolean {
  if (a.includes(b) || b.includes(a)) return true
  return editDistance(a, b) <= 3
}

/** Signs to change, add or leave out to make one of the other. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(
        (row[j] as number) + 1,
        (next[j - 1] as number) + 1,
        (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
      )
    row = next
  }
  return row[b.length] as number
}
