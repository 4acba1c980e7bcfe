import sharp from 'sharp'
import type { CarrierCode } from '../../../src/hub/order-facts.ts'
import { type OpenBrowser, openBrowser } from '../browser.ts'
import { type Dice, dice } from '../waybill-photos/dice.ts'
import { labelFacts } from '../waybill-photos/label-facts.ts'
import type { PhotoOrder } from '../waybill-photos/waybill-photo.ts'
import { labelPage } from './label-page.ts'
import { type Fault, type ScenePage, scenePage } from './scene-page.ts'

export type BrowserPhoto = {
  readonly jpeg: Buffer
  readonly truth: {
    readonly carrier: CarrierCode
    readonly waybillNo: string
    readonly sentAt: string | null
    readonly phoneTail: string | null
    readonly orderNo: string | null
    readonly faults: readonly Fault[]
  }
}

export type BrowserCamera = { take(order: PhotoOrder): Promise<BrowserPhoto>; close(): Promise<void> }

/**
 * A second hand that draws labels and takes photos of them: HTML set and bent by Chromium instead of SVG and our own camera. What a
 * reader owes to the ways of one drawing shows on the other.
 */
export async function browserCamera(): Promise<BrowserCamera> {
  // drawn finer than the photo: a browser's edges are sharper than any lens
  const browser = await openBrowser({ deviceScaleFactor: 1.5 })
  return { take: (order) => take(browser, order), close: () => browser.close() }
}

async function take({ context }: OpenBrowser, { seed, index, level, nowMs }: PhotoOrder): Promise<BrowserPhoto> {
  const roll = dice(`browser/${seed}/${level}/${index}`)
  const facts = labelFacts(roll.fork('facts'), nowMs)
  const label = labelPage(facts, roll.fork('label'))
  const other = labelPage(labelFacts(roll.fork('other facts'), nowMs), roll.fork('other label'))
  const scene = scenePage(label, other, level, roll.fork('scene'))
  const page = await context.newPage()
  try {
    await page.setViewportSize({ width: scene.widthPx, height: scene.heightPx })
    await page.setContent(scene.html)
    const { carrier, waybillNo, time, phoneTail, order } = facts
    return {
      jpeg: await exposed(await page.screenshot({ type: 'png' }), scene, roll.fork('lens')),
      truth: {
        carrier: carrier.code,
        waybillNo,
        sentAt: time?.iso ?? null,
        phoneTail,
        orderNo: order?.no ?? null,
        faults: scene.faults,
      },
    }
  } finally {
    await page.close()
  }
}

/** Shake, lens, sensor and the chat's JPEG. */
async function exposed(drawn: Buffer, { widthPx, heightPx, lens }: ScenePage, roll: Dice): Promise<Buffer> {
  let picture = sharp(drawn).resize(widthPx, heightPx).removeAlpha()
  if (lens.motionPx > 0) picture = sharp(await picture.png().toBuffer()).convolve(shake(lens.motionPx, roll))
  const blurred = sharp(await picture.png().toBuffer()).blur(lens.blurPx)
  const { data, info } = await blurred.raw().toBuffer({ resolveWithObject: true })
  for (let at = 0; at < data.length; at++) {
    const grain = 2 * lens.noise * (roll.next() + roll.next() + roll.next() - 1.5)
    data[at] = Math.max(0, Math.min(255, (data[at] as number) * lens.gain + grain))
  }
  const { width, height, channels } = info
  return sharp(data, { raw: { width, height, channels } }).jpeg({ quality: lens.jpeg }).toBuffer()
}

function shake(lengthPx: number, roll: Dice) {
  const side = 2 * Math.ceil(lengthPx / 2) + 1
  const angle = roll.range(0, Math.PI)
  const kernel = new Array<number>(side * side).fill(0)
  const middle = (side - 1) / 2
  for (let step = -lengthPx / 2; step <= lengthPx / 2; step += 0.2) {
    const at = Math.round(middle + step * Math.sin(angle)) * side + Math.round(middle + step * Math.cos(angle))
    kernel[at] = (kernel[at] as number) + 1
  }
  return { width: side, height: side, kernel }
}
