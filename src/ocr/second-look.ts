import type { BarRegion } from './bar-regions.ts'
import { type Strip, stripsBeside } from './beside-bars.ts'
import { phonesIn } from './label-phones.ts'
import { joinedRows } from './label-rows.ts'
import { timesIn } from './label-times.ts'
import { numbersIn, type Sighting } from './number-sightings.ts'
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
 * Numbers in the lines and in rows found in pieces. Where no bars speak (`regions`: what looks like bars), also in other cuts of
 * the lines that hold many digits, and in print along the bars that the engine did not find.
 */
export async function sightingsOf(
  engine: TextEngine,
  { page, lines }: PageText,
  regions: readonly BarRegion[] | undefined,
): Promise<Sighting[]> {
  const single = lines.flatMap(numbersIn)
  const known = new Set(single.map(({ value }) => value))
  const rows = joinedRows(lines)
  const pieced = rows.flatMap(numbersIn).filter(({ value }) => !known.has(value))
  if (regions === undefined) return [...single, ...pieced]
  const lengthy = [...lines, ...rows].filter(({ text }) => (text.match(/[0-9]/g)?.length ?? 0) >= 10)
  const strips = [
    ...lengthy.slice(0, mostNumberLines).flatMap((line) => cutAgain(page.picture, line, numberCuts)),
    ...regions.slice(0, mostRegions).flatMap((region) => stripsBeside(page.picture, region)),
  ]
  return [...single, ...pieced, ...(await readAgain(engine, strips)).flatMap(numbersIn)]
}

/**
 * The page with other cuts of lines that look like a masked phone or a time but are none: read again when the field they
 * would fill is empty.
 */
export async function withSecondChances(engine: TextEngine, text: PageText, nowMs: number): Promise<PageText> {
  const rows = [...text.lines, ...joinedRows(text.lines)]
  const wanted = [
    ...(phonesIn(rows).some(({ side }) => side !== 'sender') ? [] : [/(?<!\d)1\d{0,2}\s?[*.'"\u00d7]/]),
    ...(timesIn(rows, nowMs).length > 0 ? [] : [/(?<!\d)20[2-9]\d|\d\d:\d\d/]),
  ]
  const again = text.lines.filter((line) => wanted.some((form) => form.test(line.text))).slice(0, mostFieldLines)
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
