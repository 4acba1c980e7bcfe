import bwipjs from 'bwip-js/node'
import sharp from 'sharp'

export type DrawnLabel = {
  readonly carrierName: string
  readonly waybillNo: string
  /** What the bars say; the number itself when not given, no bars when null. */
  readonly bars?: string | null
  readonly printed?: string
  readonly timeLine?: string
  readonly phoneLine?: string
  readonly orderLine?: string
  readonly hotLine?: string
}

/** Pixels to a millimetre of a 76 × 130 mm label: what a chat photo of a near label has. */
const perMm = 8

/** A one-part label as platforms print it, as PNG: name, routing code, bars above and turned at the side, blocks, time, order. */
export async function drawLabel(label: DrawnLabel): Promise<Buffer> {
  const [width, height] = [76 * perMm, 130 * perMm]
  const { carrierName, waybillNo, printed = waybillNo, timeLine, phoneLine, orderLine, hotLine } = label
  const text = (x: number, y: number, size: number, said = '', more = '') =>
    `<text x="${x * perMm}" y="${y * perMm}" font-size="${size * perMm}" ${more}>${said.replace(/&/g, '&amp;')}</text>`
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="Noto Sans CJK SC">
    <rect width="100%" height="100%" fill="white"/>
    ${text(3, 8, 5.5, carrierName, 'font-weight="bold"')}${text(52, 8, 3.2, '标快')}
    ${text(3, 12.5, 2.4, timeLine)}
    ${text(20, 31, 3.2, printed)}
    ${text(5, 41, 7.5, '746 V50 010', 'font-weight="bold"')}
    ${text(3, 48, 3.4, '集 武汉中转包')}
    ${text(3, 57, 5, '收', 'font-weight="bold"')}${text(11, 56, 3.4, '王** ')}${text(24, 56, 3.4, phoneLine)}
    ${text(11, 61, 3, '湖北省武汉市江夏区佛祖岭街道')}
    ${text(3, 72, 4, '寄', 'font-weight="bold"')}${text(11, 72, 2.6, '江津共享云仓')}
    ${text(3, 86, 2.8, orderLine)}
    ${text(3, 92, 3, '三段奶粉 800g 两罐')}
    ${text(3, 126, 2.6, hotLine)}
    ${text(0, 0, 2.8, printed, `transform="translate(${73.5 * perMm},${112 * perMm}) rotate(-90)"`)}
  </svg>`
  const layers = label.bars === null ? [] : await barLayers(label.bars ?? waybillNo)
  return sharp(Buffer.from(svg)).composite(layers).png().toBuffer()
}

async function barLayers(text: string) {
  const code = await bwipjs.toBuffer({ bcid: 'code128', text, scaleX: 2, height: 10, includetext: false })
  const across = await sharp(code)
    .resize({ width: 62 * perMm, height: 12 * perMm, fit: 'fill', kernel: 'nearest' })
    .png()
  const down = await sharp(code).resize({ width: 44 * perMm, height: 9 * perMm, fit: 'fill', kernel: 'nearest' })
  return [
    { input: await across.toBuffer(), left: 6 * perMm, top: 15 * perMm },
    { input: await down.rotate(270).png().toBuffer(), left: 61 * perMm, top: 66 * perMm },
  ]
}

export type Shot = {
  readonly turnDeg?: number
  readonly blur?: number
  /** Size of the label in the photo, 1 = as drawn. */
  readonly scale?: number
  readonly quality?: number
}

/** The label on a brown table, photographed and sent through a chat: JPEG. */
export async function photograph(
  label: Buffer,
  { turnDeg = 0, blur, scale = 1, quality = 75 }: Shot = {},
): Promise<Buffer> {
  const table = { r: 150, g: 120, b: 90 }
  const small = await sharp(label)
    .resize({ width: Math.round(76 * perMm * scale) })
    .png()
    .toBuffer()
  const turned = sharp(small).rotate(turnDeg, { background: table })
  const flat = await turned
    .extend({ top: 60, bottom: 60, left: 60, right: 60, background: table })
    .removeAlpha()
    .png()
    .toBuffer()
  const shot = blur === undefined ? sharp(flat) : sharp(flat).blur(blur)
  return shot.jpeg({ quality }).toBuffer()
}
