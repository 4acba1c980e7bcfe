import bwip from 'bwip-js'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { openBarcodeReader } from '../../../src/ocr/barcodes.ts'
import { pixelsOf, toGrey } from '../../../src/ocr/picture.ts'

async function read(bcid: string, text: string) {
  const png = await bwip.toBuffer({ bcid, text, scaleX: 3, height: 18, includetext: false })
  const paper = sharp(png).flatten({ background: 'white' })
  const wide = paper.extend({ top: 40, bottom: 40, left: 60, right: 60, background: 'white' })
  const codes = await (await openBarcodeReader()).zxing(toGrey(await pixelsOf(sharp(await wide.png().toBuffer()))))
  return codes.map(({ text: said, kind, soft = false }) => ({ said, kind, soft }))
}

test('Code 39 of the post counts by its check digit; other long numbers in it ask for print; short ones are hatching', async () => {
  expect(await read('code39', 'RB123456785CN')).toEqual([{ said: 'RB123456785CN', kind: 'linear', soft: false }])
  expect(await read('code39', 'RB123456784CN')).toEqual([{ said: 'RB123456784CN', kind: 'linear', soft: true }])
  expect(await read('code39', '268123456789')).toEqual([{ said: '268123456789', kind: 'linear', soft: true }])
  expect(await read('code39', 'BC338')).toEqual([])
})

test('Code 128 says what it says, whatever its form', async () => {
  expect(await read('code128', 'BC338364_002')).toEqual([{ said: 'BC338364_002', kind: 'linear', soft: false }])
  expect(await read('qrcode', 'YT8824526145570')).toEqual([{ said: 'YT8824526145570', kind: 'qr', soft: false }])
})
