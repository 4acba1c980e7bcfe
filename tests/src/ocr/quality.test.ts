import { expect, test } from 'vitest'
import type { Barcode } from '../../../src/ocr/barcodes.ts'
import { whyUnreadable } from '../../../src/ocr/quality.ts'
import type { Picture, TextLine } from '../../../src/ocr/types.ts'

const [width, height] = [480, 640]

/** Brightness by place: a page that fills its photo. */
function picture(light: (x: number, y: number) => number): Picture {
  const rgb = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rgb.fill(light(x, y), (y * width + x) * 3, (y * width + x) * 3 + 3)
  return { rgb, width, height }
}

/** Rows of sharp print on paper. */
const print = (paper: number) => (x: number, y: number) => (y % 40 < 18 && (x >> 2) % 2 === 0 ? 40 : paper)

function lines(count: number, { prob = 0.98, high = 24, left = 120 } = {}): TextLine[] {
  return Array.from({ length: count }, (_, row) => ({
    text: `第${row}行字`,
    probs: Array.from({ length: 4 }, () => prob),
    at: { cx: left, cy: 40 + row * 40, width: 200, height: high, angle: 0 },
    cut: 'found' as const,
  }))
}

const bars = (text: string): Barcode => ({ text, kind: 'linear', corners: [] })

function why(seen: Picture, text: readonly TextLine[], barcodes: readonly Barcode[] = [], light = 200) {
  const at = { cx: width / 2, cy: height / 2, width, height, angle: 0 }
  return whyUnreadable({ picture: seen, light }, { page: { picture: seen, at, scale: 1 }, lines: text }, barcodes)
}

test('a whole, sharp label in even light: nothing is wrong with the photo, and nothing is said to be', () => {
  expect(why(picture(print(200)), lines(10))).toBeNull()
  expect(why(picture(print(255)), lines(10))).toBeNull()
})

test('each reason only where it is seen', () => {
  const glare = picture((x, y) => (Math.hypot(x - 200, y - 300) < 90 ? 255 : print(190)(x, y)))
  expect(why(glare, lines(10))).toBe('glare')
  expect(why(picture(print(200)), lines(10, { left: 100 }))).toBe('cropped')
  expect(why(picture(print(200)), lines(10, { high: 7 }))).toBe('too-small')
  expect(
    why(
      picture((x) => 128 + 60 * Math.sin(x / 30)),
      lines(10, { prob: 0.7 }),
    ),
  ).toBe('blurred')
  expect(
    why(
      picture(() => 120),
      [],
    ),
  ).toBe('no-label')
})

test('what reads well is not called blurred: a plain bag around the label is soft by itself', () => {
  const soft = picture((x) => 128 + 60 * Math.sin(x / 30))
  expect(why(soft, lines(10))).toBeNull()
})

test('in the dark nothing else is said: grain passes for sharpness, shake for blur', () => {
  expect(why(picture(print(200)), lines(10), [], 80)).toBe('too-dark')
  expect(
    why(
      picture(() => 120),
      [],
      [],
      30,
    ),
  ).toBe('too-dark')
  // an empty table in an ordinary hall is no matter of light
  expect(
    why(
      picture(() => 90),
      [],
      [],
      90,
    ),
  ).toBe('no-label')
})

test('a good photo of bars that nobody knows has words of its own', () => {
  expect(why(picture(print(200)), lines(10), [bars('100001904812345678')])).toBe('unknown-form')
  expect(why(picture(print(200)), lines(10), [bars('BC338364_002')])).toBeNull()
  expect(why(picture(print(200)), lines(3), [bars('100001904812345678')])).toBeNull()
})
