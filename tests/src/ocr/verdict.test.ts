import { expect, test } from 'vitest'
import type { Barcode } from '../../../src/ocr/barcodes.ts'
import { carriersNamed } from '../../../src/ocr/carrier-words.ts'
import { numbersIn, type Sighting } from '../../../src/ocr/number-sightings.ts'
import type { TextLine } from '../../../src/ocr/types.ts'
import { judgeCarrier, judgeNumber } from '../../../src/ocr/verdict.ts'

type Place = { readonly cy?: number; readonly prob?: number; readonly cut?: TextLine['cut'] }

function line(text: string, { cy = 100, prob = 0.99, cut = 'found' }: Place = {}): TextLine {
  const at = { cx: 200, cy, width: text.length * 12, height: 24, angle: 0 }
  return { text, probs: Array.from(text, () => prob), at, cut }
}

const seen = (text: string, place?: Place): Sighting[] => numbersIn(line(text, place))

function bars(text: string): Barcode {
  const corners = [
    { x: 100, y: 50 },
    { x: 300, y: 50 },
    { x: 300, y: 90 },
    { x: 100, y: 90 },
  ]
  return { text, kind: 'linear', corners }
}

function judge(words: string, sightings: readonly Sighting[], barcodes: readonly Barcode[] = []) {
  const named = carriersNamed(words === '' ? [] : [line(words)])
  const number = judgeNumber({ barcodes, sightings, named, pageWidth: 400, pageHeight: 600 })
  return { number, carrier: judgeCarrier(number, named), value: number.best?.guess.value }
}

const yto = 'YT8824526145570'

test('bars alone, and bars with print', () => {
  expect(judge('', [], [bars(yto)])).toMatchObject({ value: yto, number: { evidence: 'barcode', sure: true } })
  expect(judge('圆通速递', seen(yto), [bars(yto)])).toMatchObject({
    number: { evidence: 'barcode+text', sure: true },
    carrier: { carrier: 'YTO', sure: true },
  })
})

test('a slip of the pen in print does not shake the bars; another whole number does', () => {
  expect(judge('', seen('YT8824526145510'), [bars(yto)]).number).toMatchObject({ sure: true, rivals: [] })
  const other = judge('', seen('YT1111222233334', { cy: 400 }), [bars(yto)]).number
  expect(other).toMatchObject({ sure: false, why: 'rival', rivals: [{ waybillNo: 'YT1111222233334' }] })
})

test('two places agree: sure; one place: asked, and clear or nothing', () => {
  expect(judge('圆通', [...seen(yto), ...seen(yto, { cy: 400 })]).number).toMatchObject({
    evidence: 'text×2',
    sure: true,
  })
  expect(judge('圆通', seen(yto)).number).toMatchObject({ evidence: 'text×1', sure: false, why: 'one-read' })
  expect(judge('圆通', seen(yto, { prob: 0.7 })).value).toBeUndefined()
})

test('reading the same place again proves nothing, however clear: it repeats the flaws of the paper', () => {
  const again = (prob: number) => [...seen(yto, { prob }), ...seen(yto, { prob, cut: 'again' })]
  for (const prob of [0.9, 0.99])
    expect(judge('圆通', again(prob)).number).toMatchObject({ evidence: 'text×1', sure: false, why: 'one-read' })
})

test('cuts that agree add up sign by sign: each counts as the cut shows it that shows it best', () => {
  const weakAt = (place: number, cut: TextLine['cut']) =>
    seen(yto, { cut }).map((one) => ({
      ...one,
      probs: one.probs.map((prob, at) => (at === place ? 0.78 : prob)),
      weakest: 0.78,
    }))
  expect(judge('圆通', weakAt(5, 'found')).value).toBeUndefined()
  expect(judge('圆通', [...weakAt(5, 'found'), ...weakAt(5, 'again')]).value).toBeUndefined()
  expect(judge('圆通', [...weakAt(5, 'found'), ...weakAt(9, 'again')])).toMatchObject({
    value: yto,
    number: { evidence: 'text×1', sure: false },
  })
})

test('a number with one digit less than usual is nothing without bars: doubled digits run together', () => {
  const short = 'JT830786611164'
  expect(judge('极兔速递', [...seen(short), ...seen(short, { cy: 400 })]).value).toBeUndefined()
  expect(judge('极兔速递', seen(short), [bars(short)])).toMatchObject({ value: short, number: { sure: true } })
})

test('two carriers named about equally are two labels: nothing is sure, and the other number is offered', () => {
  const [zto, ems] = ['78695011814241', '1399697513956']
  const named = [
    { carrier: 'ZTO' as const, score: 1.25 },
    { carrier: 'EMS' as const, score: 1.25 },
  ]
  const witnesses = { barcodes: [bars(zto)], sightings: seen(ems, { cy: 400 }), named, pageWidth: 400, pageHeight: 600 }
  const number = judgeNumber(witnesses)
  expect(number).toMatchObject({ sure: false, why: 'rival', rivals: [{ waybillNo: ems, carrier: 'EMS' }] })
  expect(judgeCarrier(number, named).sure).toBe(false)
  const labels = [{ carrier: 'ZTO' as const, score: 1.9 }, named[1] as (typeof named)[1]]
  const clearer = judgeNumber({ ...witnesses, sightings: seen('773264945185990', { cy: 400 }), named: labels })
  expect([clearer.why, judgeCarrier(clearer, labels)]).toMatchObject(['rival', { carrier: 'ZTO', sure: false }])
  const [, far] = [named[0], { carrier: 'EMS' as const, score: 0.7 }]
  expect(judgeNumber({ ...witnesses, sightings: [], named: [named[0] as (typeof named)[0], far] })).toMatchObject({
    sure: true,
  })
})

test('bars read by their shape are asked about until print says the same', () => {
  const soft = { ...bars(yto), soft: true }
  expect(judge('圆通', [], [soft])).toMatchObject({
    value: yto,
    number: { evidence: 'barcode', sure: false, why: 'weak-bars' },
  })
  expect(judge('圆通', seen(yto), [soft]).number).toMatchObject({ evidence: 'barcode+text', sure: true })
  expect(judge('', [], [soft]).carrier).toMatchObject({ carrier: 'YTO', sure: false })
})

test("a number that opens as one carrier's is not another's because that one once used such numbers", () => {
  expect(judge('极兔速递', [], [bars('73636378213180')])).toMatchObject({
    number: { sure: false, why: 'words-disagree' },
    carrier: { carrier: 'ZTO', sure: false },
  })
})

test('two readings of one print with equal right give none', () => {
  const split = [...seen('YT8824526145570', { prob: 0.9 }), ...seen('YT8824526145510', { prob: 0.9, cut: 'again' })]
  expect(judge('圆通', split).value).toBeUndefined()
})

test('a doubled digit that was lost comes back', () => {
  const lost = [
    ...seen('77601758278779'),
    ...seen('77601758278779', { cy: 300 }),
    ...seen('776017582787799', { cy: 400 }),
  ]
  expect(judge('申通快递', lost).value).toBe('776017582787799')
})

test('words and number disagree: both are asked', () => {
  const verdict = judge('申通快递', seen(yto), [bars(yto)])
  expect(verdict).toMatchObject({
    value: yto,
    number: { sure: false, why: 'words-disagree' },
    carrier: { sure: false },
  })
})

test('digits that several carriers use are sure only with the carrier in words', () => {
  const ems = '1055190486255'
  expect(judge('', [], [bars(ems)])).toMatchObject({ number: { why: 'several-carriers', sure: false } })
  expect(judge('EMS 特快专递', [], [bars(ems)])).toMatchObject({
    number: { sure: true },
    carrier: { carrier: 'EMS', sure: true },
  })
})

test('old forms need the name, and bars or the word for a waybill number', () => {
  const old = '302457965025'
  expect(judge('', [], [bars(old)]).value).toBeUndefined()
  expect(judge('安能物流', seen(old)).value).toBeUndefined()
  expect(judge('安能物流', seen(`运单号:${old}`))).toMatchObject({ value: old, carrier: { carrier: 'OTHER' } })
})

test("the bars of the shop are nobody's waybill", () => {
  expect(judge('圆通速递', [], [bars('BC338364_002'), bars('261120-123456789012345')]).value).toBeUndefined()
})
