import { expect, test } from 'vitest'
import type { Barcode } from '../../../src/ocr/barcodes.ts'
import { numbersIn } from '../../../src/ocr/number-sightings.ts'
import { believedBars } from '../../../src/ocr/soft-bars.ts'
import type { TextLine } from '../../../src/ocr/types.ts'

const said = 'JT5609272895406'

function bars(margin: number, soft = true): Barcode {
  return { text: said, kind: 'linear', corners: [], soft, margin }
}

function line(text: string, prob = 0.99): TextLine {
  return {
    text,
    probs: Array.from(text, () => prob),
    at: { cx: 0, cy: 0, width: 200, height: 20, angle: 0 },
    cut: 'found',
  }
}

const left = (barcode: Barcode, lines: readonly TextLine[], spoken?: 'JT' | 'STO') =>
  believedBars([barcode], lines.flatMap(numbersIn), [], lines, spoken).length

test('weak bars need print that nearly says the same', () => {
  expect(left(bars(60), [])).toBe(0)
  expect(left(bars(60), [line('订单号:690123456789012345')])).toBe(0)
  expect(left(bars(60), [line('J5609272895406')])).toBe(1)
  expect(left(bars(60), [line('JT560927289540')])).toBe(1)
  expect(left(bars(90), [])).toBe(1)
})

test("bars alone do not outweigh another carrier's name", () => {
  expect(left(bars(122), [], 'STO')).toBe(0)
  expect(left(bars(122), [], 'JT')).toBe(1)
})

test('a number that print may say bears weak bars out', () => {
  const vote = { value: said, share: 0.1, strain: 2, places: 1, at: { cx: 0, cy: 0, width: 9, height: 9, angle: 0 } }
  expect(believedBars([bars(60)], [], [vote], [], undefined)).toHaveLength(1)
})

test('bars with a crease in the middle do not outweigh legible print with the same ends', () => {
  const printed = 'JT5609641235406'
  expect(left(bars(122), [line(printed)])).toBe(0)
  expect(left(bars(122), [line(printed, 0.7), line(printed, 0.7)])).toBe(0)
  // print that is hardly legible, one slip, or a wholly different number (another label) say nothing against them
  expect(left(bars(122), [line(printed, 0.5)])).toBe(1)
  expect(left(bars(122), [line('JT5609272895486')])).toBe(1)
  expect(left(bars(122), [line('JT1234567123489')])).toBe(1)
})

test('bars that a decoder read are left alone', () => {
  expect(left(bars(0, false), [line('JT5609641235406')])).toBe(1)
})
