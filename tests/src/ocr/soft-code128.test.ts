import bwip from 'bwip-js'
import fc from 'fast-check'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { barProfiles } from '../../../src/ocr/bar-profile.ts'
import { barRegions } from '../../../src/ocr/bar-regions.ts'
import { openBarcodeReader } from '../../../src/ocr/barcodes.ts'
import { code128Widths } from '../../../src/ocr/code128-widths.ts'
import { pixelsOf, toGrey } from '../../../src/ocr/picture.ts'
import { decodeSoftly } from '../../../src/ocr/soft-code128.ts'
import { softForms, softText } from '../../../src/ocr/soft-forms.ts'
import type { GreyPicture } from '../../../src/ocr/types.ts'

/** A code on paper, blurred (standard deviation in pixels; a module has 4) and grainy. */
async function photographed(text: string, blur: number, grain = 0): Promise<GreyPicture & { wide: number }> {
  const png = await bwip.toBuffer({ bcid: 'code128', text, scaleX: 4, height: 18, includetext: false })
  const { width = 0, height = 0 } = await sharp(png).metadata()
  const paper = sharp(png).flatten({ background: 'white' }).extend({ left: 60, right: 60, background: 'white' })
  const bars = await sharp(await paper.png().toBuffer())
    .blur(Math.max(0.3, blur))
    .png()
    .toBuffer()
  const { grey } = toGrey(await pixelsOf(sharp(bars)))
  let seed = 7
  const noise = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return (seed / 2_147_483_648 - 0.5) * grain
  }
  return {
    grey: grey.map((value) => Math.max(0, Math.min(255, 60 + value * 0.5 + noise()))),
    width: width + 120,
    height,
    wide: width,
  }
}

function textsOf(strip: GreyPicture & { wide: number }): (string | undefined)[] {
  return barProfiles(strip, strip.wide).map((profile) => decodeSoftly(profile)?.text)
}

test('the table of widths: every symbol its own, eleven modules, the stop sign thirteen', () => {
  const sums = code128Widths.map((widths) => [...widths].reduce((sum, width) => sum + Number(width), 0))
  expect(code128Widths).toHaveLength(107)
  expect(new Set(code128Widths).size).toBe(107)
  expect([...new Set(sums.slice(0, 106)), sums[106]]).toEqual([11, 13])
})

test.each([
  'SF1366533490299',
  'JDVA49982757277-1-1-',
  'JDK565415978557-1-1-27',
  'JT0181091994897',
  'DPK494349572864',
  '776259347361323',
  '73179042709530',
  '1278371623759',
  'EY459871476CN',
])('%s is read where decoders that look for edges read nothing', async (text) => {
  const strip = await photographed(text, 3.6, 60)
  const reader = await openBarcodeReader()
  expect([...(await reader.zxing(strip)), ...(await reader.zbar(strip))].map((code) => code.text)).not.toContain(text)
  expect(textsOf(strip)).toContain(text)
  expect(new Set(textsOf(strip)).size).toBe(1)
})

test.each(['BC338364_002', '6936476692437472563', 'POS-HZ04-20261120-0030'])(
  'what %s says is no number of a known form: a weak guess at most',
  async (text) => {
    const strip = await photographed(text, 2)
    const margins = barProfiles(strip, strip.wide).map((profile) => decodeSoftly(profile)?.margin ?? 0)
    expect(Math.max(0, ...margins)).toBeLessThan(50)
  },
)

test('paper without bars has no profile', () => {
  expect(barProfiles({ grey: new Uint8Array(400 * 40).fill(200), width: 400, height: 40 }, 300)).toEqual([])
})

test('each way to write a form says a text of that form', () => {
  fc.assert(
    fc.property(fc.constantFrom(...softForms), fc.infiniteStream(fc.nat(1000)), (form, picks) => {
      const symbols = form.steps.map(({ symbols: allowed }) => {
        const { value = 0 } = picks.next()
        return allowed[value % allowed.length] as number
      })
      expect(softText(form, symbols)).toMatch(
        /^(?:[A-Z]{2,4}\d{9,13}(?:CN|-\d-\d-(?:\d\d)?)?|SF[A-Z]\d{12}|\d{12,15})$/,
      )
    }),
  )
})

test('bars in dim, grainy light are found', async () => {
  const strip = await photographed('YT8333265551577', 1.5, 0)
  const [width, height] = [strip.width + 200, strip.height + 300]
  const grey = new Uint8Array(width * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [u, v] = [x - 100, y - 150]
      const inside = u >= 0 && v >= 0 && u < strip.width && v < strip.height
      const paper = inside ? (strip.grey[v * strip.width + u] as number) : 187
      grey[y * width + x] = 40 + paper * 0.15 + ((x * 7919 + y * 104_729) % 17)
    }
  const [region] = barRegions({ grey, width, height })
  expect(region?.width).toBeGreaterThan(0.8 * strip.wide)
  expect(region?.width).toBeLessThan(1.25 * strip.wide)
})
