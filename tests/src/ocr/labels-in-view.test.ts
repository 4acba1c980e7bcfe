import { expect, test } from 'vitest'
import { numbersIn } from '../../../src/ocr/number-sightings.ts'
import { fullestFirst, otherLabels, ownLines } from '../../../src/ocr/own-label.ts'
import type { TextLine } from '../../../src/ocr/types.ts'
import { judgeNumber, type NumberVerdict } from '../../../src/ocr/verdict.ts'

const [mine, misread, beside] = ['YT8824526145570', 'YT8824526145510', 'YT1370968812044']

/** Read half as well as the other: no slip that is plainly one, and no reason to believe neither. */
const almost = 0.5

function line(text: string, cy: number, prob = 0.99): TextLine {
  const at = { cx: 200, cy, width: text.length * 12, height: 24, angle: 0 }
  return { text, probs: Array.from(text, () => prob), at, cut: 'found' }
}

/** The number read in the middle of the page, and what else the lines say. */
function judged(...lines: TextLine[]): NumberVerdict {
  const sightings = [line(mine, 300), ...lines].flatMap((one) => numbersIn(one))
  return judgeNumber({ barcodes: [], sightings, named: [], pageWidth: 400, pageHeight: 600 })
}

const values = (number: NumberVerdict) => otherLabels(number).map(({ guess }) => guess.value)

test('a second reading of the same print is no second label; the same reading elsewhere is one', () => {
  const [samePrint, elsewhere] = [judged(line(misread, 301, almost)), judged(line(misread, 500, almost))]
  expect([samePrint, elsewhere].map(({ others }) => others.map(({ guess }) => guess.value))).toEqual([
    [misread],
    [misread],
  ])
  expect([samePrint, elsewhere].map(values)).toEqual([[], [misread]])
  expect(values(judged(line(beside, 500)))).toEqual([beside])
})

test('lines near the number of another label are not read for this one', () => {
  const [near, far] = [line('收 王** 138****1234', 340), line('收 李** 139****9999', 560)]
  expect(ownLines([near, far], judged(line(beside, 500)))).toEqual([near])
  expect(ownLines([near, far], judged(line(misread, 301, almost)))).toEqual([near, far])
})

test('the label in the middle with more to read comes first, and the other is offered', () => {
  const number = judged(line(beside, 560))
  const [first, second] = number.best?.guess.value === mine ? [mine, beside] : [beside, mine]
  const [at, far] = first === mine ? [560, 300] : [300, 560]
  const lines = [
    line('收 王** 138****1234 浙江省杭州市余杭区', at - 20),
    line('寄 优贝旗舰店', at + 15),
    line('收', far),
  ]
  const view = { middle: { x: 200, y: at }, reach: 500 }
  const turned = fullestFirst(number, lines, view, 'YTO')
  expect(turned).toMatchObject({
    best: { guess: { value: second } },
    rivals: [{ waybillNo: first, carrier: 'YTO', evidence: 'text×1' }],
  })
  expect(fullestFirst(number, [], view, 'YTO')).toBe(number)
  const even = [line('收 王** 138****1234', at - 20), line('收 李** 139****9999', far - 20)]
  expect(fullestFirst(number, even, { middle: { x: 200, y: 430 }, reach: 500 }, 'YTO')).toBe(number)
  const alone = judged()
  expect(fullestFirst(alone, lines, view, 'YTO')).toBe(alone)
})
