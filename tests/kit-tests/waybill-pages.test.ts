import sharp from 'sharp'
import { afterAll, expect, test } from 'vitest'
import { normaliseWaybill } from '../../src/hub/waybill-no.ts'
import { openBarcodeReader } from '../../src/ocr/barcodes.ts'
import { browserMissing } from '../kit/browser.ts'
import { type BrowserCamera, browserCamera } from '../kit/waybill-pages/browser-photo.ts'
import { scenePage } from '../kit/waybill-pages/scene-page.ts'
import { dice } from '../kit/waybill-photos/dice.ts'

const nowMs = Date.parse('2026-11-22T12:00:00+08:00')
const missing = browserMissing()
let camera: BrowserCamera | undefined

afterAll(() => camera?.close())

test.skipIf(missing)(
  `the browser's labels carry their number in bars and are JPEGs of chat size ${missing ?? ''}`,
  async () => {
    camera = await browserCamera()
    const bars = await openBarcodeReader()
    for (const index of [0, 1]) {
      const { jpeg, truth } = await camera.take({ seed: 'kit', index, level: 'clear', nowMs })
      const { format, width, height } = await sharp(jpeg).metadata()
      expect([format, Math.min(width, height)]).toEqual([
        'jpeg',
        expect.toSatisfy((px: number) => px >= 1080 && px <= 1440),
      ])
      const { data, info } = await sharp(jpeg).greyscale().raw().toBuffer({ resolveWithObject: true })
      const codes = await bars.zxing({ grey: data, width: info.width, height: info.height })
      expect(codes.map(({ text }) => normaliseWaybill(text))).toContain(truth.waybillNo)
    }
  },
)

test('clear scenes have no fault, bad ones two or three, and a seed gives the same scene', () => {
  const label = { html: '<b>label</b>', widthPx: 760, heightPx: 1300 }
  const scene = (level: 'clear' | 'bad', seed: string) => scenePage(label, label, level, dice(seed))
  expect(scene('clear', 'a').faults).toEqual([])
  const counts = Array.from({ length: 40 }, (_, index) => scene('bad', `${index}`).faults.length)
  expect(new Set(counts)).toEqual(new Set([2, 3]))
  expect(scene('bad', 'b')).toEqual(scene('bad', 'b'))
})
