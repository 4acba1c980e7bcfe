import { recipientWords } from '../text/label-words.ts'
import type { BarRegion } from './bar-regions.ts'
import { besideBars, type Strip, stripsBeside } from './beside-bars.ts'
import { phonesIn } from './label-phones.ts'
import { joinedRows } from './label-rows.ts'
import { timesIn } from './label-times.ts'
import type { PageText } from './page.ts'
import { cutOut } from './picture.ts'
import type { TextEngine } from './text-engine.ts'
import type { Picture, TextLine } from './types.ts'

/** Strips that are cut again cost as much as the label itself: no more than these. */
const mostNumberLines = 6
const mostFieldLines = 4
const mostRegions = 2

/** How a line is cut again: more room beside and above it, turned a little (radians), stretched along. */
type Cut = { readonly wider: number; readonly higher: number; readonly turn: number; readonly stretch: number }

/** With more paper around it; and tight, turned and stretched: what was nearly not legible comes out differently. */
const numberCuts: readonly Cut[] = [
  { wider: 0.35, higher: 1.16, turn: 0, stretch: 1 },
  { wider: 0, higher: 0.92, turn: 0.02, stretch: 1.2 },
]
/** Stretched: doubled digits run together where there are few columns to a sign (CTC), and small stars are lost. */
const fieldCuts: readonly Cut[] = [
  { wider: 0.2, higher: 0.92, turn: 0, stretch: 1.3 },
  { wider: 0.2, higher: 1.12, turn: 0, stretch: 1.15 },
]

/**
 * Other cuts of the lines and rows that hold many digits, and print along what looks like bars (`regions`) that the engine did
 * not find.
 */
export async function readNumbersAgain(
  engine: TextEngine,
  { page, lines }: PageText,
  regions: readonly BarRegion[],
): Promise<TextLine[]> {
  const lengthy = [...lines, ...joinedRows(lines)].filter(({ text }) => (text.match(/[0-9]/g)?.length ?? 0) >= 10)
  const strips = lengthy.slice(0, mostNumberLines).flatMap((line) => cutAgain(page.picture, line, numberCuts))
  const beside = await readBeside(engine, page.picture, regions.slice(0, mostRegions))
  return [...(await readAgain(engine, strips)), ...beside]
}

/** So many digits beside bars are worth more cuts there. */
const someDigits = 4

async function readBeside(engine: TextEngine, page: Picture, regions: readonly BarRegion[]): Promise<TextLine[]> {
  const sides = regions.flatMap(besideBars)
  const tries = sides.map((beside) => stripsBeside(page, beside, false))
  const first = await readAgain(engine, tries.flat())
  const promising = sides.filter((_, index) => {
    const before = tries.slice(0, index).flat().length
    const read = first.slice(before, before + (tries[index]?.length ?? 0))
    return read.some(({ text }) => (text.match(/[0-9]/g)?.length ?? 0) >= someDigits)
  })
  const more = promising.flatMap((beside) => stripsBeside(page, beside, true))
  return [...first, ...(await readAgain(engine, more))]
}

/** What is left of a masked phone: its head or its tail. */
const maskedPart = /(?<!\d)1\d{0,2}\s?[*.'"\u00d7]|[*\u00d7]\d{2,4}(?!\d)/
const maskedInPart = (text: string) => maskedPart.test(text)
/** A name and a tail behind the recipient's mark: all stars between them were lost. */
const nameAndTail = (text: string) => recipientWords.test(text) && /^[^\d]{1,6}\d{4}$/.test(text)
const mayBeTime = (text: string) => /(?<!\d)20[2-9]\d|\d\d:\d\d/.test(text)

/**
 * The page with other cuts of lines that look like a masked phone or a time but are none: read again when the field they
 * would fill is empty.
 */
export async function withSecondChances(engine: TextEngine, text: PageText, nowMs: number): Promise<PageText> {
  const rows = [...text.lines, ...joinedRows(text.lines)]
  const phones = phonesIn(rows).filter(({ tail }) => tail !== null)
  const wanted = [
    ...(phones.some(({ side }) => side !== 'sender') ? [] : [maskedInPart]),
    ...(phones.some(({ side }) => side === 'recipient') ? [] : [nameAndTail]),
    ...(timesIn(rows, nowMs).some(({ torn }) => !torn) ? [] : [mayBeTime]),
  ]
  const again = text.lines.filter((line) => wanted.some((mayBe) => mayBe(line.text))).slice(0, mostFieldLines)
  if (again.length === 0) return text
  const strips = again.flatMap((line) => cutAgain(text.page.picture, line, fieldCuts))
  return { ...text, lines: [...text.lines, ...(await readAgain(engine, strips))] }
}

function cutAgain(page: Picture, { at }: TextLine, cuts: readonly Cut[]): Strip[] {
  return cuts.map(({ wider, higher, turn, stretch }) => {
    const box = { ...at, width: at.width + at.height * wider, height: at.height * higher, angle: at.angle + turn }
    const width = Math.max(16, Math.round((box.width / box.height) * 48 * stretch))
    return { picture: cutOut(page, box, width, 48), at }
  })
}

async function readAgain(engine: TextEngine, strips: readonly Strip[]): Promise<TextLine[]> {
  const read = await engine.readStrips(strips.map(({ picture }) => picture))
  return read.map((line, index) => ({ ...line, at: (strips[index] as Strip).at, cut: 'again' as const }))
}
