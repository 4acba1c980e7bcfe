import type { Dice } from './dice.ts'
import { dotsPerMm, type Sheet } from './sheet.ts'

/** What people add to a label on its way: the shop's or station's sticker with a shelf code, strokes of a pen. */
export type StuckOn = { readonly sticker: boolean; readonly penStrokes: number }

/** Draws it over the finished label; a sticker lies where most do, over the shop's part or a corner of the parties. */
export function stickOn(sheet: Sheet, { sticker, penStrokes }: StuckOn, dice: Dice): void {
  if (sticker) shelfSticker(sheet, dice)
  for (let stroke = 0; stroke < penStrokes; stroke++) penStroke(sheet, dice)
}

function shelfSticker(sheet: Sheet, dice: Dice): void {
  const [width, height] = [dice.range(26, 40), dice.range(13, 20)]
  const x = dice.range(2, sheet.widthMm - width - 2)
  const y = sheet.heightMm * dice.pick([0.36, 0.8, 0.83])
  const d = (mm: number) => Math.round(mm * dotsPerMm)
  sheet.picture(x, y, `<rect width="${d(width)}" height="${d(height)}" fill="#fff" stroke="#000" stroke-width="2"/>`)
  const code = `${dice.int(1, 30)}-${dice.int(1, 9)}-${dice.digits(4)}`
  sheet.text(x + width / 2, y + height * 0.55, code, { mm: height * 0.3, bold: true, font: 'latin', anchor: 'middle' })
  const place = dice.pick(['菜鸟驿站', '快递超市', '取件码', '妈妈驿站'])
  sheet.text(x + 1.5, y + height - 1.5, `${place} ${dice.int(1, 12)}/${dice.int(1, 28)}`, { mm: 2.2 })
}

/** A tick, a ring or a line by hand. */
function penStroke(sheet: Sheet, dice: Dice): void {
  const paths = [
    'M0 40 Q12 70 22 78 Q50 20 96 0',
    'M60 4 C10 0 0 60 40 74 C90 86 120 30 70 2',
    `M0 ${dice.int(0, 20)} Q90 ${dice.int(-20, 30)} 190 ${dice.int(0, 20)}`,
  ]
  const width = dice.int(3, 8)
  sheet.picture(
    dice.range(4, sheet.widthMm - 30),
    dice.range(20, sheet.heightMm - 15),
    `<path d="${dice.pick(paths)}" fill="none" stroke="#000" stroke-width="${width}" stroke-linecap="round"/>`,
  )
}
