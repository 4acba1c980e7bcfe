import { greedyRead, meanOf, type ReadLine } from './ctc.ts'
import type { Models } from './models.ts'
import { cutOut } from './picture.ts'
import type { Picture, TurnedBox } from './types.ts'

const lineHeight = 48
const narrowest = 96
const widest = 1600
const batchSize = 8

/** What stands in each box, in the boxes' order. */
export function readBoxes(models: Models, picture: Picture, boxes: readonly TurnedBox[]): Promise<ReadLine[]> {
  const widths = boxes.map(({ width, height }) => (lineHeight * width) / height)
  return readCuts(models, widths, (index, width) => cutOut(picture, boxes[index] as TurnedBox, width, lineHeight))
}

/** What stands in each picture of one line. */
export function readStrips(models: Models, strips: readonly Picture[]): Promise<ReadLine[]> {
  const widths = strips.map(({ width, height }) => (lineHeight * width) / height)
  return readCuts(models, widths, (index, width) => {
    const strip = strips[index] as Picture
    const whole = { cx: strip.width / 2, cy: strip.height / 2, width: strip.width, height: strip.height, angle: 0 }
    return strip.width === width && strip.height === lineHeight ? strip : cutOut(strip, whole, width, lineHeight)
  })
}

async function readCuts(
  models: Models,
  wished: readonly number[],
  cut: (index: number, width: number) => Picture,
): Promise<ReadLine[]> {
  const widths = wished.map((width) => Math.min(widest, Math.max(16, Math.round(width))))
  const order = widths.map((_, index) => index).sort((a, b) => (widths[a] as number) - (widths[b] as number))
  const lines: ReadLine[] = []
  while (order.length > 0) {
    const batch = takeBatch(order, widths)
    const width = Math.ceil(Math.max(narrowest, ...batch.map((index) => widths[index] as number)) / 32) * 32
    const input = new Float32Array(batch.length * 3 * lineHeight * width)
    for (const [row, index] of batch.entries()) putInto(input, row, width, cut(index, widths[index] as number))
    const { data, dims } = await models.recognise(input, [batch.length, 3, lineHeight, width])
    const [, columns = 0, classes = 0] = dims
    for (const [row, index] of batch.entries())
      lines[index] = greedyRead(data, columns, classes, models.signs, row * columns * classes)
  }
  return lines
}

/** The next lines of about one width: what is padded to the longest of a batch costs as much as text. */
function takeBatch(order: number[], widths: readonly number[]): number[] {
  const first = Math.max(narrowest, widths[order[0] as number] as number)
  let count = 1
  while (count < Math.min(batchSize, order.length) && (widths[order[count] as number] as number) <= first * 1.35)
    count += 1
  return order.splice(0, count)
}

/** Blue green red planes, −1 to 1, grey (0) beyond the line's end: what the models were trained on. */
function putInto(input: Float32Array, row: number, width: number, { rgb, width: filled }: Picture): void {
  const plane = lineHeight * width
  for (let y = 0; y < lineHeight; y++)
    for (let x = 0; x < filled; x++) {
      const from = (y * filled + x) * 3
      const to = row * 3 * plane + y * width + x
      for (let c = 0; c < 3; c++) input[to + c * plane] = (rgb[from + 2 - c] as number) / 127.5 - 1
    }
}

const voteWidth = 192

/** How sure the classifier is that these lines stand upside down: the sum over them, above 0 when it thinks they do. */
export async function upsideDownVote(models: Models, picture: Picture, boxes: readonly TurnedBox[]): Promise<number> {
  if (boxes.length === 0) return 0
  const input = new Float32Array(boxes.length * 3 * lineHeight * voteWidth)
  for (const [row, box] of boxes.entries()) {
    const width = Math.min(voteWidth, Math.max(16, Math.round((lineHeight * box.width) / box.height)))
    // of a long line the beginning is enough, at its true proportions
    const shown = Math.min(box.width, (voteWidth / lineHeight) * box.height)
    const shift = (shown - box.width) / 2
    const part = {
      ...box,
      width: shown,
      cx: box.cx + Math.cos(box.angle) * shift,
      cy: box.cy + Math.sin(box.angle) * shift,
    }
    putInto(input, row, voteWidth, cutOut(picture, part, width, lineHeight))
  }
  const { data } = await models.turn(input, [boxes.length, 3, lineHeight, voteWidth])
  return boxes.reduce((sum, _, row) => sum + (data[row * 2 + 1] as number) - (data[row * 2] as number), 0)
}

/** Lines that stand across the page may run up or down: read both ways, the surer one counts. */
export async function readEitherWay(
  models: Models,
  picture: Picture,
  boxes: readonly TurnedBox[],
): Promise<{ readonly line: ReadLine; readonly at: TurnedBox }[]> {
  const turned = boxes.map((box) => ({ ...box, angle: box.angle + Math.PI }))
  const [ahead, back] = [await readBoxes(models, picture, boxes), await readBoxes(models, picture, turned)]
  return boxes.map((box, index) => {
    const [one, other] = [ahead[index] as ReadLine, back[index] as ReadLine]
    return meanOf(one.probs) >= meanOf(other.probs)
      ? { line: one, at: box }
      : { line: other, at: turned[index] as TurnedBox }
  })
}
