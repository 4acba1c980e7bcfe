import bwip from 'bwip-js'
import fc from 'fast-check'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { barRegions } from '../../../src/ocr/bar-regions.ts'
import { barsBesidePrint } from '../../../src/ocr/bars-and-print.ts'
import { carrierSpoken, carriersNamed } from '../../../src/ocr/carrier-words.ts'
import { costIn, numbersInSpan } from '../../../src/ocr/number-lattice.ts'
import { votesOf } from '../../../src/ocr/number-vote.ts'
import { isOnPhoto, reachesBorder } from '../../../src/ocr/page.ts'
import { pixelsOf, toGrey } from '../../../src/ocr/picture.ts'
import { columnWidth, elseAt, gapAt, numberSigns, type SignColumns } from '../../../src/ocr/sign-columns.ts'
import type { Picture, TextLine } from '../../../src/ocr/types.ts'
import { judgeCarrier, judgeNumber } from '../../../src/ocr/verdict.ts'
import { withWeakReads } from '../../../src/ocr/weak-reads.ts'

const number = 'YT8824526145570'
const now = { quick: false, late: () => false }

/** Signs of a line with what else each may be: '7', or '1:0.5 7:0.4'. The first is what is read, _ is nothing. */
function columnsOf(signs: readonly string[]): { text: string; probs: number[]; columns: SignColumns } {
  const count = 2 * signs.length + 1
  const probs = new Float32Array(count * columnWidth)
  for (let column = 0; column < count; column++) probs[column * columnWidth + gapAt] = 0.99
  const firsts = signs.map((sign, index) => {
    const at = (2 * index + 1) * columnWidth
    const chances = sign.split(' ').map((part) => part.split(':'))
    let left = 1
    for (const [what = '', chance = '0.98'] of chances) {
      probs[at + (what === '_' ? gapAt : numberSigns.indexOf(what))] = Number(chance)
      left -= Number(chance)
    }
    if (!sign.includes('_')) probs[at + gapAt] = 0
    probs[at + elseAt] = Math.max(0, left)
    return chances[0]
  })
  const read = firsts.map((first, index) => ({ first, start: 2 * index + 1 })).filter(({ first }) => first?.[0] !== '_')
  return {
    text: read.map(({ first }) => first?.[0] ?? '').join(''),
    probs: read.map(({ first }) => Number(first?.[1] ?? 0.98)),
    columns: { probs, count, starts: read.map(({ start }) => start) },
  }
}

function line(signs: readonly string[], cy = 100): TextLine {
  return { ...columnsOf(signs), at: { cx: 200, cy, width: 12 * signs.length, height: 24, angle: 0 }, cut: 'found' }
}

/** The number with other signs at some places. */
const changed = (signs: Readonly<Record<number, string>>) => [...number].map((sign, index) => signs[index] ?? sign)

test('a number read clearly is what its columns say, whatever its form', () => {
  const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`))
  const forms = fc.oneof(
    digits(13).map((tail) => `YT${tail}`),
    digits(12).map((tail) => `DPK${tail}`),
    digits(11).map((tail) => `JDVA${tail}`),
    digits(13).map((tail) => `77${tail}`),
    digits(12).map((tail) => `78${tail}`),
  )
  fc.assert(
    fc.property(forms, (text) => {
      const { columns } = columnsOf([...text])
      const span = { columns, from: 0, to: columns.count - 1 }
      expect(numbersInSpan(span, 3, 11)[0]?.text).toBe(text)
      expect(costIn(span, text)).toBeLessThan(0.5)
      expect(
        costIn(
          span,
          text.replace(/.$/, (last) => String((Number(last) + 1) % 10)),
        ),
      ).toBeGreaterThan(4)
    }),
    { numRuns: 40 },
  )
})

test('two places that doubt different digits agree on one number', () => {
  const upper = line(changed({ 5: '9:0.5 4:0.42' }))
  const lower = line(changed({ 9: '7:0.55 1:0.4' }), 500)
  expect(votesOf([upper])[0]?.value).not.toBe(number)
  const [best, next] = votesOf([upper, lower])
  expect(best).toMatchObject({ value: number, places: 2 })
  expect(best?.share).toBeGreaterThan(3 * (next?.share ?? 0))
})

test('a form has its length: a digit that was read as nothing comes back, a letter among digits is one', () => {
  expect(votesOf([line(changed({ 6: '_:0.6 5:0.35' }))])[0]?.value).toBe(number)
  expect(votesOf([line(changed({ 14: 'O:0.9' }))])[0]?.value).toBe(number)
  expect(votesOf([line(changed({ 1: '7:0.7 T:0.2' }))])[0]?.value).toBe(number)
})

test('phones, dates and order numbers are no votes', () => {
  for (const text of ['13812345678', '20261120143205'])
    for (const { strain } of votesOf([line([...text])])) expect(strain).toBeGreaterThan(2.5)
  const order = { ...line([...'69218843015']), text: '订单69218843015' }
  expect(votesOf([{ ...order, probs: [1, 1, ...order.probs] }])).toEqual([])
})

/** A page with one code, so blurred that decoders that look for edges see nothing, and a weak band through it. */
async function pageWith(text: string): Promise<Picture> {
  const png = await bwip.toBuffer({ bcid: 'code128', text, scaleX: 3, height: 20, includetext: false })
  const paper = sharp(png)
    .flatten({ background: 'white' })
    .extend({ top: 90, bottom: 90, left: 80, right: 80, background: 'white' })
  return pixelsOf(
    sharp(await paper.png().toBuffer())
      .blur(3.2)
      .linear(0.35, 90),
  )
}

const nobody = { barcodes: [], sightings: [], named: [], pageWidth: 600, pageHeight: 400 }
const doubtful = () => line(changed({ 4: '1:0.6 2:0.3', 8: '8:0.6 6:0.25', 13: '1:0.7 7:0.2' }))

test('bars that nobody can read tell which of the doubtful numbers it is: then both are believed', async () => {
  const page = await pageWith(number)
  const regions = barRegions(toGrey(page))
  expect(votesOf([doubtful()])[0]?.value).not.toBe(number)
  const { witnesses, firm } = withWeakReads(nobody, page, regions, votesOf([doubtful()]), now)
  expect(firm).toBe(true)
  expect(judgeNumber(witnesses)).toMatchObject({
    evidence: 'barcode+text',
    sure: true,
    best: { guess: { value: number } },
  })
})

test('bars of another number bear out nothing; what is left of the print names the carrier to ask about', async () => {
  const page = await pageWith('YT1370968812044')
  const regions = barRegions(toGrey(page))
  const { witnesses, firm, leaning } = withWeakReads(nobody, page, regions, votesOf([doubtful()]), now)
  expect({ firm, barcodes: witnesses.barcodes, leaning }).toEqual({ firm: false, barcodes: [], leaning: 'YTO' })
  const verdict = { ...judgeNumber(witnesses), leaning: 'YTO' as const }
  expect(verdict.best).toBeUndefined()
  expect(judgeCarrier(verdict, [])).toEqual({ carrier: 'YTO', sure: false, why: 'one-read' })
})

test('a text far ahead of the others that still fits the bars badly is not believed: the right one may not be among them', async () => {
  // the free digits behind a number of JD make up for the check, so one wrong digit changes one sign only
  const page = await pageWith('JDVB61025217041-1-1-')
  const at = { cx: 200, cy: 100, width: 180, height: 24, angle: 0 }
  const votes = ['JDVB51025217041', 'JDVB51025217047', 'JDVB65102521704'].map((value) => {
    return { value, share: 0.3, strain: 3, places: 1, at }
  })
  const { witnesses, firm } = withWeakReads(nobody, page, barRegions(toGrey(page)), votes, now)
  expect({ firm, barcodes: witnesses.barcodes, sightings: witnesses.sightings }).toEqual({
    firm: false,
    barcodes: [],
    sightings: [],
  })
  const right = { value: 'JDVB61025217041', share: 0.1, strain: 4, places: 1, at }
  expect(withWeakReads(nobody, page, barRegions(toGrey(page)), [...votes, right], now).firm).toBe(true)
})

test('bars read by their shape are not overruled by doubtful print', async () => {
  const page = await pageWith(number)
  const other = { text: 'YT1370968812044', kind: 'linear' as const, corners: [], soft: true }
  const { witnesses } = withWeakReads(
    { ...nobody, barcodes: [other] },
    page,
    barRegions(toGrey(page)),
    votesOf([doubtful()]),
    now,
  )
  expect(witnesses.barcodes).toEqual([other])
})

test('bars that do not look like bars any more are where their number stands', () => {
  const [above, below] = barsBesidePrint({ value: number, share: 1, strain: 0, places: 1, at: line([...number]).at })
  expect(above).toMatchObject({ cx: 200, angle: 0 })
  expect([(above?.cy ?? 0) < 80, (below?.cy ?? 0) > 120, (above?.width ?? 0) > 12 * number.length]).toEqual([
    true,
    true,
    true,
  ])
})

test('no time left: nothing is weighed', async () => {
  const page = await pageWith(number)
  const late = { quick: false, late: () => true }
  expect(withWeakReads(nobody, page, barRegions(toGrey(page)), votesOf([doubtful()]), late).firm).toBe(false)
})

test('a line that ends where the photo ends may go on', () => {
  const picture = { rgb: new Uint8Array(), width: 200, height: 100 }
  const page = { picture, at: { cx: 300, cy: 150, width: 200, height: 100, angle: 0 }, scale: 1 }
  const box = { cx: 150, cy: 50, width: 96, height: 20, angle: 0 }
  expect(reachesBorder(page, { width: 420, height: 300 }, box)).toBe(false)
  expect(reachesBorder(page, { width: 404, height: 300 }, box)).toBe(true)
  const turned = { ...page, at: { ...page.at, angle: Math.PI } }
  expect(reachesBorder(turned, { width: 404, height: 300 }, box)).toBe(false)
})

test('the page may reach beyond the photo: what lies there is no part of it', () => {
  const picture = { rgb: new Uint8Array(), width: 200, height: 100 }
  const page = { picture, at: { cx: 60, cy: 50, width: 200, height: 100, angle: 0 }, scale: 1 }
  const box = { cy: 50, width: 30, height: 20, angle: 0 }
  const photo = { width: 100, height: 100 }
  const at = (cx: number) => isOnPhoto(page, photo, { ...box, cx })
  expect([at(30), at(50), at(130), at(150)]).toEqual([false, true, true, false])
  const turned = { ...page, at: { ...page.at, angle: Math.PI } }
  expect([30, 150].map((cx) => isOnPhoto(turned, photo, { ...box, cx }))).toEqual([false, true])
})

test('thin bars on a small page are found, with squares of their own', async () => {
  const png = await bwip.toBuffer({
    bcid: 'code128',
    text: number,
    scaleX: 2,
    scaleY: 2,
    height: 5,
    includetext: false,
  })
  const paper = sharp(png)
    .flatten({ background: 'white' })
    .extend({ top: 300, bottom: 300, left: 200, right: 200, background: 'white' })
  const page = await pixelsOf(sharp(await paper.png().toBuffer()).resize({ width: 420 }))
  expect(barRegions(toGrey(page)).length).toBeGreaterThan(0)
})

test.each([
  ['圆#速递', 'YTO'],
  ['极#速递', 'JT'],
  ['中国邮政快递裹', 'POST'],
  ['邮政#递物流', 'EMS'],
  ['#丰速运', 'SF'],
  ['邮政造递物流', 'EMS'],
  ['快退包裹 快递包', 'POST'],
  ['山东快递', undefined],
  ['联邦快递', undefined],
  ['跨越丰速运', undefined],
])('what is left of a name: %s, %s', (text, carrier) => {
  const probs = Array.from(text, () => 0.95)
  const at = { cx: 100, cy: 20, width: 100, height: 24, angle: 0 }
  expect(carrierSpoken(carriersNamed([{ text, probs, at, cut: 'found' }]))).toBe(carrier)
})
