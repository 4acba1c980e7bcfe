import fc from 'fast-check'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { carrierOf } from '../../src/hub/waybill-no.ts'
import { openBarcodeReader } from '../../src/ocr/barcodes.ts'
import { carriers, grouped, s10CheckDigit } from '../kit/waybill-photos/carriers.ts'
import { dice } from '../kit/waybill-photos/dice.ts'
import { type LabelFacts, labelFacts } from '../kit/waybill-photos/label-facts.ts'
import { drawLabel, type LayoutName, layoutNames } from '../kit/waybill-photos/layouts.ts'
import { homography, through } from '../kit/waybill-photos/perspective.ts'
import { printedTime } from '../kit/waybill-photos/printed-time.ts'
import type { Sheet } from '../kit/waybill-photos/sheet.ts'
import { thermalPrint } from '../kit/waybill-photos/thermal.ts'
import { waybillPhoto } from '../kit/waybill-photos/waybill-photo.ts'
import { rollWear } from '../kit/waybill-photos/wear.ts'

const nowMs = Date.parse('2026-11-22T12:00:00+08:00')
const dayMs = 86_400_000
const seeds = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 })

test('the same order gives the same bytes, another index another label', async () => {
  const order = { seed: 'twice', index: 0, level: 'ordinary', nowMs } as const
  const [first, again, next] = await Promise.all([
    waybillPhoto(order),
    waybillPhoto(order),
    waybillPhoto({ ...order, index: 1 }),
  ])
  expect(first.jpeg.equals(again.jpeg)).toBe(true)
  expect(first.truth).toEqual(again.truth)
  expect(next.truth.waybillNo).not.toBe(first.truth.waybillNo)
})

test('a photo is a JPEG of chat size', async () => {
  const { jpeg, truth } = await waybillPhoto({ seed: 'size', index: 0, level: 'bad', nowMs })
  const { format, width, height } = await sharp(jpeg).metadata()
  expect(format).toBe('jpeg')
  expect(Math.min(width, height)).toBe(truth.wear.shortSidePx)
  expect(jpeg.length).toBeLessThan(1_000_000)
})

test('a photo taken with the phone on its side carries the tag that turns it back', async () => {
  const index = Array.from({ length: 60 }, (_, at) => at).find(
    (at) => rollWear('clear', dice(`side/clear/${at}`).fork('wear')).exif,
  )
  if (index === undefined) throw new Error('no photo with a tag among 60')
  const { jpeg } = await waybillPhoto({ seed: 'side', index, level: 'clear', nowMs })
  expect((await sharp(jpeg).metadata()).orientation).toBe(6)
})

test('numbers are of their carrier, and the groups under the bars spell them', () => {
  fc.assert(
    fc.property(seeds, fc.constantFrom(...carriers), (seed, [carrier]) => {
      const waybillNo = carrier.number(dice(seed))
      if (carrier.code === 'OTHER') expect(waybillNo).toMatch(/^\d{12}$/)
      else expect(carrierOf(waybillNo)?.carriers).toContain(carrier.code)
      for (const groups of carrier.groups) expect(grouped(waybillNo, groups).replaceAll(' ', '')).toBe(waybillNo)
    }),
  )
})

test.each(['EB000717618HK', 'RB123456785GB', 'EE471108151FR'])('the check digit of %s', (no) => {
  expect(s10CheckDigit(no.slice(2, 10))).toBe(no[10])
})

test('what is printed as a time is the time in the truth', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const { lines, iso, precision } = printedTime(nowMs, dice(seed))
      const atMs = Date.parse(iso)
      expect(atMs).toBeLessThanOrEqual(nowMs)
      // without a year only the months right behind us are certain
      expect(atMs).toBeGreaterThan(nowMs - 121 * dayMs)
      const printed = (lines.join(' ').replace('第1次', '').match(/\d+/g) ?? []).map(Number)
      const truth = (iso.slice(0, 19).match(/\d+/g) ?? []).map(Number)
      const kept = precision === 'day' ? truth.slice(0, 3) : precision === 'minute' ? truth.slice(0, 5) : truth
      expect(printed).toEqual(printed[0] === 2026 ? kept : kept.slice(1))
    }),
  )
})

test('all carriers and all kinds of facts turn up', () => {
  const all = Array.from({ length: 400 }, (_, index) => labelFacts(dice(`many/${index}`), nowMs))
  expect(new Set(all.map(({ carrier }) => carrier.code)).size).toBe(12)
  const share = (of: (facts: LabelFacts) => boolean) => all.filter(of).length / all.length
  expect(share(({ phoneTail }) => phoneTail === null)).toBeGreaterThan(0.07)
  expect(share(({ order }) => order !== null)).toBeGreaterThan(0.6)
  expect(share(({ named }) => !named)).toBeGreaterThan(0.15)
  // nobody could tell the carrier of a bare number without a word
  expect(all.filter(({ carrier, named, hotline }) => carrier.ambiguous && !named && !hotline)).toEqual([])
  const tails = all.flatMap(({ phoneTail, receiver }) => (phoneTail ? [receiver.phone.endsWith(phoneTail)] : []))
  expect(tails).not.toContain(false)
})

test('the bars of every layout say the number of the truth', async () => {
  const reader = await openBarcodeReader()
  const found = new Map<LayoutName, { readonly facts: LabelFacts; readonly sheet: Sheet }>()
  for (let index = 0; found.size < layoutNames.length && index < 200; index++) {
    const roll = dice(`bars/${index}`)
    const facts = labelFacts(roll.fork('facts'), nowMs)
    const { layout, sheet } = drawLabel(facts, roll.fork('layout'))
    if (!found.has(layout)) found.set(layout, { facts, sheet })
  }
  expect([...found.keys()].sort()).toEqual([...layoutNames].sort())
  for (const { facts, sheet } of found.values()) {
    const print = await thermalPrint(sheet, { faded: 0, deadBands: 0, weakStripes: 0 }, dice('printer'))
    const grey = print.ink.map((ink) => 255 - ink)
    const codes = await reader.zxing({ grey, width: print.width, height: print.height })
    expect(codes.filter(({ kind }) => kind === 'linear').map(({ text }) => text)).toContain(facts.bars)
    const qr = codes.find(({ kind }) => kind === 'qr')
    expect(qr?.text.includes(facts.waybillNo)).toBe(facts.carrier.code === 'SF')
  }
})

test('a plane takes its four corners where they belong', () => {
  const from = [
    [0, 0],
    [76, 0],
    [76, 130],
    [0, 130],
  ] as const
  const to = [
    [100, 80],
    [700, 120],
    [650, 1300],
    [60, 1200],
  ] as const
  const plane = homography(from, to)
  for (const [index, [x, y]] of from.entries()) {
    const [u, v] = through(plane, x, y)
    expect(u).toBeCloseTo(to[index]?.[0] ?? Number.NaN, 6)
    expect(v).toBeCloseTo(to[index]?.[1] ?? Number.NaN, 6)
  }
})

test('each level is worn as it says', () => {
  const rolls = (level: 'clear' | 'ordinary' | 'bad') =>
    Array.from({ length: 200 }, (_, index) => rollWear(level, dice(`wear/${index}`)))
  expect(
    rolls('clear').filter(({ glare, motionPx, crumple }) => glare.length > 0 || motionPx > 0 || crumple > 0.2),
  ).toEqual([])
  const quality = rolls('bad').map(({ jpeg }) => jpeg)
  expect([Math.min(...quality), Math.max(...quality)]).toEqual([40, 60])
  const glared = rolls('bad').filter(({ glare }) => glare.some(({ at }) => at === 'bars')).length
  expect(glared).toBeGreaterThan(20)
  const turned = rolls('ordinary').filter(({ quarter }) => quarter !== 0).length
  expect(turned).toBeGreaterThan(40)
  expect(turned).toBeLessThan(110)
})
