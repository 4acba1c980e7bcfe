import { readFile } from 'node:fs/promises'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openReader } from '../../../src/ocr/open-reader.ts'
import { phashDistance } from '../../../src/ocr/phash.ts'
import type { WaybillReader, WaybillReading } from '../../../src/ocr/types.ts'
import { photoReader } from '../../../src/photo-reader.ts'
import { fixedClock } from '../../../src/runtime/clock.ts'
import { type DrawnLabel, drawLabel, photograph } from './draw-label.ts'

const yto: DrawnLabel = {
  carrierName: '圆通速递',
  waybillNo: 'YT8824526145570',
  timeLine: '打印时间: 2026-11-20 14:32:05',
  phoneLine: '138****1234',
  orderLine: '订单号: 261120-123456789012345',
  hotLine: '服务热线 95554',
}
const ytoFields = {
  carrier: 'YTO',
  waybillNo: 'YT8824526145570',
  phoneTail: '1234',
  orderNo: '261120-123456789012345',
  ask: [],
}

let reader: WaybillReader

beforeAll(async () => {
  const clock = fixedClock(Date.parse('2026-11-22T10:00:00+08:00'))
  reader = (await openReader({ choice: 'paddle', clock })).reader
})

afterAll(() => reader.close())

async function reading(photo: Uint8Array): Promise<WaybillReading> {
  const outcome = await reader.read(photo)
  if (outcome.outcome !== 'read') throw new Error(outcome.reason)
  return outcome.reading
}

test.each([0, 90, 180, 270, 20, 235])('a label turned by %d degrees', async (turnDeg) => {
  const found = await reading(await photograph(await drawLabel(yto), { turnDeg }))
  expect(found).toMatchObject({ ...ytoFields, evidence: 'barcode+text', unreadable: null, rivals: [] })
  expect(found.sentAt).toMatchObject({ text: '2026-11-20T14:32:05+08:00', precision: 'second', label: '打印时间' })
  expect(Math.abs(found.uprightTurnDeg - (turnDeg > 260 ? turnDeg - 360 : turnDeg)) % 360).toBeLessThanOrEqual(3)
})

test('no bars: two places on the label agree', async () => {
  const found = await reading(await photograph(await drawLabel({ ...yto, bars: null })))
  expect(found).toMatchObject({ ...ytoFields, evidence: 'text×2' })
  const crop = await sharp(found.crop?.jpeg).metadata()
  expect([crop.format, crop.width, crop.height]).toEqual(['jpeg', found.crop?.widthPx, found.crop?.heightPx])
})

test('bars whose number cannot be read in print', async () => {
  const found = await reading(await photograph(await drawLabel({ ...yto, printed: '' })))
  expect(found).toMatchObject({ waybillNo: yto.waybillNo, evidence: 'barcode', ask: [] })
})

test('bars too blurred for edges are read by their shape, and asked about while no print says the same', async () => {
  const found = await reading(await photograph(await drawLabel({ ...yto, printed: '' }), { blur: 3 }))
  expect(found).toMatchObject({ waybillNo: yto.waybillNo, evidence: 'barcode', sure: { waybillNo: false } })
  expect(found.ask[0]).toBe('waybillNo')
  expect(found.why.waybillNo).toBe('weak-bars')
  expect(found.crop?.widthPx).toBeGreaterThan(100)
})

test('without a number the shop order is still read; one that may have lost a digit is kept apart, with its own crop', async () => {
  const bare = { ...yto, bars: null, printed: '' }
  const read = photoReader(reader)
  const sure = await read(await photograph(await drawLabel(bare)))
  expect(sure).toMatchObject({ outcome: 'read', reading: { waybillNo: null, orderNo: ytoFields.orderNo, sure: false } })
  const short = await read(await photograph(await drawLabel({ ...bare, orderLine: '订单号: 287180939696952480' })))
  expect(short).toMatchObject({
    outcome: 'read',
    reading: { waybillNo: null, orderNo: null, doubtful: { orderNo: '287180939696952480' }, cropOf: 'orderNo' },
  })
  const crop = short.outcome === 'read' ? await sharp(short.crop).metadata() : undefined
  expect(crop?.width).toBeGreaterThan(4 * (crop?.height ?? 0))
})

test('the parcel suffix of JD is no part of the number', async () => {
  const waybillNo = 'JDVA01234567890'
  const label = {
    ...yto,
    carrierName: '京东快递',
    hotLine: '950616',
    waybillNo,
    bars: `${waybillNo}-1-2-`,
    printed: waybillNo,
  }
  const found = await reading(await photograph(await drawLabel(label)))
  expect(found).toMatchObject({ carrier: 'JD', waybillNo, parcel: '1-2', evidence: 'barcode+text' })
})

test("printed in groups, and another kind of number in the shop's own bars", async () => {
  const label = { ...yto, carrierName: '顺丰速运', hotLine: '95338', waybillNo: 'SF1234567890123' }
  const found = await reading(
    await photograph(await drawLabel({ ...label, bars: 'BC338364_002', printed: 'SF1 234 567 890 123' })),
  )
  expect(found).toMatchObject({ carrier: 'SF', waybillNo: 'SF1234567890123', evidence: 'text×2' })
})

test('words and number disagree: somebody is asked', async () => {
  const found = await reading(await photograph(await drawLabel({ ...yto, carrierName: '申通快递', hotLine: '95543' })))
  expect(found.sure).toMatchObject({ carrier: false, waybillNo: false })
  expect(found.ask).toEqual(['waybillNo', 'carrier'])
})

test('two labels in view: both are shown, neither is believed', async () => {
  const [left, right] = [await drawLabel(yto), await drawLabel({ ...yto, waybillNo: 'YT8824526140007' })]
  const table = sharp({ create: { width: 1300, height: 1100, channels: 3, background: { r: 150, g: 120, b: 90 } } })
  const both = table.composite([
    { input: left, left: 20, top: 30 },
    { input: right, left: 670, top: 30 },
  ])
  const found = await reading(await both.jpeg({ quality: 80 }).toBuffer())
  expect([found.waybillNo, ...found.rivals.map((rival) => rival.waybillNo)].sort()).toEqual([
    'YT8824526140007',
    'YT8824526145570',
  ])
  expect(found).toMatchObject({ sure: { waybillNo: false }, why: { waybillNo: 'rival' } })
})

test('the virtual number is not the phone', async () => {
  const found = await reading(await photograph(await drawLabel({ ...yto, phoneLine: '18400891667-3026' })))
  expect(found.phoneTail).toBeNull()
})

test('AVIF, WebP and PNG read like JPEG', async () => {
  const label = await drawLabel(yto)
  const flat = sharp(label).extend({ top: 40, bottom: 40, left: 40, right: 40, background: '#886644' })
  for (const bytes of [
    await flat.clone().avif({ quality: 70, effort: 0 }).toBuffer(),
    await flat.clone().webp().toBuffer(),
    await flat.clone().png().toBuffer(),
  ])
    expect(await reading(bytes)).toMatchObject(ytoFields)
})

test('HEIC as a phone stores it: on its side, the turn told twice, taken once', async () => {
  const bytes = await readFile(new URL('../../fixtures/waybill-photos/turned-by-phone.heic', import.meta.url))
  const found = await reading(bytes)
  expect(found).toMatchObject({ ...ytoFields, evidence: 'barcode+text' })
  expect(Math.abs(found.uprightTurnDeg)).toBe(0)
})

test('the same photo sent again is nearly the same hash, another is not', async () => {
  const label = await drawLabel(yto)
  const once = await reading(await photograph(label, { quality: 85 }))
  const again = await reading(await photograph(label, { quality: 50 }))
  const turned = await reading(await photograph(label, { turnDeg: 90 }))
  expect(once.phash).toMatch(/^[0-9a-f]{16}$/)
  expect(phashDistance(once.phash, again.phash)).toBeLessThanOrEqual(6)
  expect(phashDistance(once.phash, turned.phash)).toBeGreaterThan(12)
})

const glint = (x: number, y: number, reach: number) => `<circle cx="${x}" cy="${y}" r="${reach}" fill="white"/>`
const onLabel = (marks: string) =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="608" height="1040">${marks}</svg>`)

test.each<[string, (label: Buffer) => Promise<Buffer>]>([
  [
    'no-label',
    () =>
      sharp({ create: { width: 900, height: 700, channels: 3, background: '#776655' } })
        .jpeg()
        .toBuffer(),
  ],
  ['blurred', (label) => photograph(label, { blur: 9 })],
  ['too-small', (label) => photograph(label, { scale: 0.13 })],
  // the lower part only: side bars and number lie outside
  ['cropped', (label) => photographed(sharp(label).extract({ left: 30, top: 330, width: 400, height: 420 }))],
  [
    'glare',
    async (label) => {
      const grey = await sharp(label).linear(0.72, 0).png().toBuffer()
      const burnt = onLabel(glint(150, 190, 110) + glint(320, 190, 110) + glint(500, 190, 110) + glint(545, 700, 190))
      return photograph(
        await sharp(grey)
          .composite([{ input: burnt }])
          .png()
          .toBuffer(),
      )
    },
  ],
  [
    'too-dark',
    async (label) => {
      const night = sharp(await photograph(label, { blur: 6 })).linear(0.06, 0)
      const grain = {
        create: {
          width: 728,
          height: 1160,
          channels: 3 as const,
          background: '#000',
          noise: { type: 'gaussian' as const, mean: 8, sigma: 14 },
        },
      }
      return night
        .composite([{ input: grain, blend: 'add' }])
        .jpeg({ quality: 40 })
        .toBuffer()
    },
  ],
])('why nothing could be read: %s', async (reason, taken) => {
  const found = await reading(await taken(await drawLabel(yto)))
  expect([found.waybillNo, found.unreadable]).toEqual([null, reason])
})

test('a picture of one pixel has no label', async () => {
  const found = await reading(
    await sharp(await drawLabel(yto))
      .resize(1, 1)
      .png()
      .toBuffer(),
  )
  expect(found.waybillNo).toBeNull()
})

/** The picture as it is, sent through a chat: nothing around it. */
const photographed = (picture: Sharp): Promise<Buffer> => picture.removeAlpha().jpeg({ quality: 75 }).toBuffer()
