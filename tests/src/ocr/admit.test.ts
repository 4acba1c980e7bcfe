import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { admit } from '../../../src/ocr/admit.ts'
import { boxedSize, kindOf } from '../../../src/ocr/picture-kind.ts'

const red = { r: 200, g: 40, b: 40 }

function plainPicture(width = 64, height = 48) {
  return sharp({ create: { width, height, channels: 3, background: red } })
}

async function reasonFor(bytes: Uint8Array): Promise<string> {
  const admission = await admit(bytes)
  return admission.outcome === 'refused' ? admission.reason : admission.outcome
}

/** One ISO box: size, name, content. */
function box(name: string, ...content: Uint8Array[]): Buffer {
  const body = Buffer.concat(content)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(body.length + 8)
  head.write(name, 4, 'latin1')
  return Buffer.concat([head, body])
}

const words = (...values: number[]) => {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4)
  return bytes
}

function heicHeader(width: number, height: number): Buffer {
  const properties = box('iprp', box('ipco', box('ispe', words(0, width, height))))
  return Buffer.concat([box('ftyp', Buffer.from('heic\0\0\0\0mif1heic', 'latin1')), box('meta', words(0), properties)])
}

/** A PNG that claims a size and holds nothing of it. */
async function pngClaiming(width: number, height: number): Promise<Buffer> {
  const png = Buffer.from(await plainPicture(1, 1).png().toBuffer())
  png.writeUInt32BE(width, 16)
  png.writeUInt32BE(height, 20)
  png.writeUInt32BE(crc(png.subarray(12, 29)), 29)
  return png
}

function crc(bytes: Uint8Array): number {
  let value = ~0
  for (const byte of bytes) {
    value ^= byte
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0)
  }
  return ~value >>> 0
}

test('JPEG, PNG, WebP and AVIF are admitted, by their bytes', async () => {
  for (const bytes of [
    await plainPicture().jpeg().toBuffer(),
    await plainPicture().png().toBuffer(),
    await plainPicture().webp().toBuffer(),
    await plainPicture().avif({ effort: 0 }).toBuffer(),
  ]) {
    const admission = await admit(bytes)
    if (admission.outcome === 'refused') throw new Error(admission.reason)
    const { width, height, rgb } = admission.photo.picture
    expect([width, height, rgb.length]).toEqual([64, 48, 64 * 48 * 3])
    expect(Math.abs((rgb[0] as number) - 200)).toBeLessThan(12)
  }
})

test('a photo is turned as EXIF says, made small, and keeps its finer pixels at hand', async () => {
  const bytes = await plainPicture(3000, 1000).jpeg().withMetadata({ orientation: 6 }).toBuffer()
  const admission = await admit(bytes)
  if (admission.outcome === 'refused') throw new Error(admission.reason)
  const { picture, finer, detail } = admission.photo
  expect([picture.width, picture.height]).toEqual([640, 1920])
  expect(finer).toBeCloseTo(3000 / 1920)
  const part = await detail({ left: 0, top: 0, width: 320, height: 960 }, 5000)
  expect([part.width, part.height]).toEqual([500, 1500])
})

test('transparent parts become white', async () => {
  const clear = sharp({ create: { width: 8, height: 8, channels: 4, background: { ...red, alpha: 0 } } })
  const admission = await admit(await clear.png().toBuffer())
  expect(admission.outcome === 'admitted' && admission.photo.picture.rgb[0]).toBe(255)
})

test('grey pictures and single pixels are admitted', async () => {
  expect(await reasonFor(await plainPicture().greyscale().jpeg().toBuffer())).toBe('admitted')
  expect(await reasonFor(await plainPicture(1, 1).png().toBuffer())).toBe('admitted')
})

test('what is too large is refused before it is decoded', async () => {
  const startedMs = performance.now()
  expect(await reasonFor(Buffer.alloc(10 * 1024 * 1024 + 1))).toBe('too-big')
  expect(await reasonFor(await pngClaiming(30_000, 30_000))).toBe('too-many-pixels')
  expect(await reasonFor(await pngClaiming(20_000, 10))).toBe('too-many-pixels')
  expect(await reasonFor(heicHeader(30_000, 30_000))).toBe('too-many-pixels')
  expect(performance.now() - startedMs).toBeLessThan(2000)
})

test('the last size that is allowed, and the first that is not', async () => {
  expect(await reasonFor(await plainPicture(6000, 4000).jpeg().toBuffer())).toBe('admitted')
  expect(await reasonFor(await plainPicture(6001, 4000).jpeg().toBuffer())).toBe('too-many-pixels')
})

test('films and several pages are refused', async () => {
  const frames = [await plainPicture().png().toBuffer(), await plainPicture().negate().png().toBuffer()]
  const film = sharp(frames, { join: { animated: true } })
  expect(await reasonFor(await film.webp().toBuffer())).toBe('many-pages')
  const png = await plainPicture().png().toBuffer()
  const animated = Buffer.concat([png.subarray(0, 33), box('acTL', words(2, 0)), words(0), png.subarray(33)])
  expect(await reasonFor(animated)).toBe('many-pages')
  expect(await reasonFor(Buffer.concat([box('ftyp', Buffer.from('avis\0\0\0\0avif', 'latin1')), words(0)]))).toBe(
    'many-pages',
  )
})

test('what is no photo is refused, whatever else it pretends to be', async () => {
  const jpeg = await plainPicture().jpeg().toBuffer()
  const comment = Buffer.from('%PDF-1.7 <svg onload="x">', 'latin1')
  const length = Buffer.from([0xff, 0xfe, 0, comment.length + 2])
  const polyglot = Buffer.concat([jpeg.subarray(0, 2), length, comment, jpeg.subarray(2)])
  const others = [
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    '<?xml version="1.0"?><svg/>',
    '%PDF-1.4',
    'GIF89a\x01\x00\x01\x00',
    'II*\0',
    'BM',
    'PK\x03\x04',
    '',
  ].map((text) => Buffer.from(text, 'latin1'))
  for (const bytes of [polyglot, ...others]) expect(await reasonFor(bytes)).toBe('not-an-image')
})

test('damaged pictures are refused', async () => {
  const jpeg = await plainPicture(400, 400).jpeg().toBuffer()
  expect(await reasonFor(jpeg.subarray(0, jpeg.length >> 1))).toBe('broken')
  expect(await reasonFor(jpeg.subarray(0, 20))).toBe('broken')
  expect(await reasonFor(heicHeader(64, 64))).toBe('broken')
  expect(await reasonFor(box('ftyp', Buffer.from('heic\0\0\0\0mif1', 'latin1')))).toBe('broken')
})

test('no bytes make it throw', async () => {
  const starts = [
    'ffd8ffe0',
    '89504e470d0a1a0a',
    '52494646ffffffff57454250',
    '0000001866747970686569630000000068656963',
  ]
  const arbitrary = fc.tuple(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 200 }))
  await fc.assert(
    fc.asyncProperty(arbitrary, async ([start, rest]) => {
      const bytes = Buffer.concat([Buffer.from(start, 'hex'), rest])
      expect(['admitted', 'broken', 'many-pages', 'too-many-pixels']).toContain(await reasonFor(bytes))
    }),
    { numRuns: 60 },
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      kindOf(bytes)
      boxedSize(bytes)
    }),
  )
})

test('AVIF and HEIC that lie on their side come out upright', async () => {
  const lying = await plainPicture(64, 48).withMetadata({ orientation: 6 }).avif({ effort: 0 }).toBuffer()
  const heic = await readFile(new URL('../../fixtures/waybill-photos/turned-by-phone.heic', import.meta.url))
  for (const [bytes, size] of [
    [lying, [48, 64]],
    [heic, [667, 1056]],
  ] as const) {
    const admission = await admit(bytes)
    if (admission.outcome === 'refused') throw new Error(admission.reason)
    const { width, height } = admission.photo.picture
    expect([width, height]).toEqual(size)
  }
})

test('HEIC that was cut off on the way is refused', async () => {
  const heic = await readFile(new URL('../../fixtures/waybill-photos/turned-by-phone.heic', import.meta.url))
  for (const share of [0.3, 0.9]) expect(await reasonFor(heic.subarray(0, heic.length * share))).toBe('broken')
})

/** How a camera stores an upright picture under each EXIF orientation: turned (degrees clockwise), then mirrored. */
const storedAs = [
  [1, 0, false],
  [2, 0, true],
  [3, 180, false],
  [4, 180, true],
  [5, 90, true],
  [6, 270, false],
  [7, 270, true],
  [8, 90, false],
] as const

test.each(storedAs)('EXIF turn %d comes out upright', async (orientation, turnDeg, mirrored) => {
  const patch = (left: number, top: number, background: string) => ({
    input: { create: { width: 32, height: 24, channels: 3 as const, background } },
    ...{ left, top },
  })
  const corners = [patch(0, 0, '#fff'), patch(32, 0, '#00f'), patch(0, 24, '#000')]
  const upright = await plainPicture().composite(corners).png().toBuffer()
  // in one pipeline sharp mirrors before it turns
  const turned = await sharp(upright).rotate(turnDeg).png().toBuffer()
  const stored = await sharp(turned).flop(mirrored).withMetadata({ orientation }).png().toBuffer()
  const admission = await admit(stored)
  if (admission.outcome === 'refused') throw new Error(admission.reason)
  const { rgb, width, height } = admission.photo.picture
  const at = (x: number, y: number) => [...rgb.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)]
  expect([width, height]).toEqual([64, 48])
  expect([at(5, 5), at(58, 5), at(5, 42), at(58, 42)]).toEqual([
    [255, 255, 255],
    [0, 0, 255],
    [0, 0, 0],
    [red.r, red.g, red.b],
  ])
})
