import { expect, test } from 'vitest'
import { withSecondChances } from '../../../src/ocr/second-look.ts'
import type { TextEngine } from '../../../src/ocr/text-engine.ts'
import type { Picture, TextLine } from '../../../src/ocr/types.ts'

const nowMs = Date.parse('2026-11-22T10:00:00+08:00')
const at = { cx: 200, cy: 100, width: 180, height: 24, angle: 0 }
const line = (text: string): TextLine => ({ text, probs: Array.from(text, () => 0.99), at, cut: 'found' })

/** An engine that reads every strip as this text, and the page it is given. */
async function readAgain(again: string, ...texts: string[]): Promise<string[]> {
  const picture: Picture = { rgb: new Uint8Array(400 * 200 * 3), width: 400, height: 200 }
  const asked = async (): Promise<never> => {
    throw new Error('the page is read already')
  }
  const engine: TextEngine = {
    name: 'paddle',
    readPage: asked,
    readStrips: async (strips) => strips.map(() => ({ text: again, probs: Array.from(again, () => 0.9) })),
    close: async () => {},
  }
  const page = { picture, at: { cx: 200, cy: 100, width: 400, height: 200, angle: 0 }, scale: 1 }
  const text = { page, lines: texts.map(line) }
  const { lines } = await withSecondChances(engine, text, nowMs)
  return [...new Set(lines.filter(({ cut }) => cut === 'again').map((one) => one.text))]
}

test('a name and four digits behind the mark of the recipient are looked at again, for the stars between them', async () => {
  expect(await readAgain('收杨**1****5227', '收场5227', '2026-11-20 18:06:01')).toEqual(['收杨**1****5227'])
  expect(await readAgain('-', '收 杨** 138****5227', '2026-11-20 18:06:01')).toEqual([])
  expect(await readAgain('-', '货架5227', '2026-11-20 18:06:01')).toEqual([])
})

test('part of a masked phone and part of a time are looked at again while none was read', async () => {
  expect(await readAgain('杨** 138****5227', '杨 1*****5', '2026-11-20 18:06:01')).toEqual(['杨** 138****5227'])
  expect(await readAgain('2026-11-20 18:06:01', '收 杨** 138****5227', '20:18:06')).toEqual(['2026-11-20 18:06:01'])
})
