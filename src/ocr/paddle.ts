import type { Photo } from './admit.ts'
import type { ReadLine } from './ctc.ts'
import { findText } from './detector.ts'
import { readBoxes, readEitherWay, readStrips, upsideDownVote } from './line-reader.ts'
import { type Models, openModels } from './models.ts'
import { cutPage, ontoPage, type Page, type PageText, wholePhoto } from './page.ts'
import { alignedBoxes, isAcross, median, textAxis, textHull } from './page-shape.ts'
import type { TextEngine } from './text-engine.ts'
import type { Picture, Point, TextLine, TurnedBox } from './types.ts'

/** What the detector sees as long side: 2 mm print of a whole label is then 7 to 10 px high. */
const detectPx = 960
const votingLines = 10
/** Of the mean vote, which runs from -1 to 1; below it a few lines are read both ways. */
const clearVote = 0.5
const readingJudges = 5
/** Turned further than this off a quarter turn, the detector breaks lines: look again at the upright cut. */
const straightEnough = (8 * Math.PI) / 180
/** A label that fills less of the photo than this is looked at again, enlarged. */
const fillsPhoto = 0.72

/** PP-OCRv4 in our own loop: find, turn upright, look again if that helps, read. */
export async function openPaddle(threads?: number): Promise<TextEngine> {
  const models = await openModels(threads)
  return {
    name: 'paddle',
    readPage: (photo, bars) => readPage(models, photo, bars.flat()),
    readStrips: (strips) => readStrips(models, strips),
    close: models.close,
  }
}

async function readPage(models: Models, photo: Photo, bars: readonly Point[]): Promise<PageText> {
  const found = await findText(models, photo.picture, detectPx)
  const shape = await shapeOf(models, photo.picture, found, bars)
  if (shape === undefined) return { page: await cutPage(photo, wholePhoto(photo, 0)), lines: [] }
  const page = await cutPage(photo, shape.hull)
  const tilt = Math.abs(shape.axis - (Math.PI / 2) * Math.round(shape.axis / (Math.PI / 2)))
  const long = Math.max(shape.hull.width, shape.hull.height)
  const near = long > fillsPhoto * Math.max(photo.picture.width, photo.picture.height) && page.scale < 1.3
  if (tilt <= straightEnough && near)
    return {
      page,
      lines: await readAll(
        models,
        page.picture,
        shape.boxes.map((box) => ontoPage(page, box)),
      ),
    }
  return readUpright(models, page)
}

type Shape = { readonly axis: number; readonly hull: TurnedBox; readonly boxes: readonly TurnedBox[] }

/** Which way up the text stands, and how far it reaches. undefined where there is none. */
async function shapeOf(
  models: Models,
  picture: Picture,
  found: readonly TurnedBox[],
  barred: readonly Point[],
): Promise<Shape | undefined> {
  if (found.length === 0) return undefined
  const flatAxis = textAxis(found)
  const boxes = alignedBoxes(found, flatAxis)
  const along = boxes.filter((box) => !isAcross(box, flatAxis)).sort((a, b) => b.width - a.width)
  const axis = (await standsUpsideDown(models, picture, along)) ? flatAxis + Math.PI : flatAxis
  const turned = alignedBoxes(found, axis)
  const hull = textHull(turned, axis, barred)
  return hull && { axis, hull: withMargin(hull, turned), boxes: turned }
}

/** By the classifier; where it is in doubt (grain, dim light) by what can be read better one way than the other. */
async function standsUpsideDown(models: Models, picture: Picture, longest: readonly TurnedBox[]): Promise<boolean> {
  const voters = longest.slice(0, votingLines)
  const vote = await upsideDownVote(models, picture, voters)
  if (Math.abs(vote) >= clearVote * voters.length) return vote > 0
  const judges = longest.slice(0, readingJudges)
  const ahead = await readBoxes(models, picture, judges)
  const back = await readBoxes(
    models,
    picture,
    judges.map((box) => ({ ...box, angle: box.angle + Math.PI })),
  )
  return firmSigns(back) > firmSigns(ahead)
}

function firmSigns(lines: readonly ReadLine[]): number {
  return lines.reduce((sum, { probs }) => sum + probs.filter((prob) => prob > 0.7).length, 0)
}

/** Bars reach beyond the text: some room on each side. */
function withMargin(hull: TurnedBox, boxes: readonly TurnedBox[]): TurnedBox {
  const line = median(boxes.map((box) => Math.min(box.width, box.height)))
  const room = 2 * (2.5 * line + 0.05 * Math.max(hull.width, hull.height))
  return { ...hull, width: hull.width + room, height: hull.height + room }
}

async function readUpright(models: Models, page: Page): Promise<PageText> {
  const found = await findText(models, page.picture, detectPx)
  const near = found.length === 0 ? 0 : textAxis(found)
  // the page was turned by the first look: what is left is a small correction
  const axis = Math.abs(near) < Math.PI / 4 ? near : 0
  return { page, lines: await readAll(models, page.picture, alignedBoxes(found, axis)) }
}

/** Lines across the page are read both ways. */
async function readAll(models: Models, picture: Picture, boxes: readonly TurnedBox[]): Promise<TextLine[]> {
  const along = boxes.filter((box) => !isAcross(box, 0))
  const across = boxes.filter((box) => isAcross(box, 0))
  const straight = await readBoxes(models, picture, along)
  const sideways = await readEitherWay(models, picture, across)
  return [
    ...straight.map((line, index) => ({ ...line, at: along[index] as TurnedBox, cut: 'found' as const })),
    ...sideways.map(({ line, at }) => ({ ...line, at, cut: 'found' as const })),
  ].filter(({ text }) => text !== '')
}
