import type { Dice } from './dice.ts'
import type { LabelFacts, Party } from './label-facts.ts'
import { barModules, dotsPerMm, type Font, type Sheet, type TextStyle } from './sheet.ts'

/** What all parts of one label share: the printer's fonts and how wide its words run. */
export type Manner = { readonly digits: Font; readonly words: Font; readonly stretch: number; readonly dice: Dice }

export function manner(dice: Dice): Manner {
  return {
    digits: dice.pick(['sans', 'mono', 'latin', 'latin', 'latinMono', 'narrow'] as const),
    words: dice.weighted([
      ['sans' as const, 8],
      ['mono' as const, 1],
      ['serif' as const, 1],
    ]),
    stretch: dice.pick([1, 1, 0.92, 0.85]),
    dice,
  }
}

/** The carrier's name in signs, or a picture that stands for it. */
export function carrierMark(sheet: Sheet, facts: LabelFacts, { dice, words }: Manner, x: number, y: number): void {
  const { names, latin } = facts.carrier
  const name = dice.pick(names)
  logo(sheet, x, y, dice)
  if (facts.named) {
    sheet.text(x + 9, y + 5, name, { mm: dice.range(3.6, 5), bold: true, font: words, stretch: dice.range(0.9, 1.05) })
    if (dice.chance(0.4)) sheet.text(x + 9, y + 8, dice.pick(latin), { mm: 1.9, bold: true, font: 'latin' })
  } else if (dice.chance(0.35)) {
    sheet.box(x + 9, y, 17, 7, true)
    sheet.text(x + 17.5, y + 5.2, dice.pick(latin), {
      mm: 3,
      bold: true,
      font: 'narrow',
      anchor: 'middle',
      white: true,
    })
  }
}

/** Nobody's trade mark: a disc, ring or wedge of the size of one. */
function logo(sheet: Sheet, x: number, y: number, dice: Dice): void {
  const kind = dice.int(0, 3)
  const shapes = [
    '<circle cx="28" cy="28" r="26" fill="#000"/><path d="M14 34 L42 18 L34 42 Z" fill="#fff"/>',
    '<circle cx="28" cy="28" r="23" fill="none" stroke="#000" stroke-width="8"/><circle cx="28" cy="28" r="9" fill="#000"/>',
    '<path d="M0 44 L20 6 L34 6 L26 24 L58 24 L44 44 Z" fill="#000"/>',
    '<rect x="2" y="4" width="50" height="46" rx="12" fill="#000"/><path d="M12 38 L26 12 L42 38 Z" fill="#fff"/>',
  ]
  sheet.picture(x, y, shapes[kind] ?? '')
}

/** The main bars in the middle of `width`, the number under them; returns the height used. */
export function mainBars(
  sheet: Sheet,
  facts: LabelFacts,
  look: Manner,
  at: { x: number; y: number; width: number; height: number; largest?: number },
): number {
  const { x, y, width, height, largest = 3 } = at
  const modules = barModules(facts.bars)
  const moduleDots = Math.max(2, Math.min(largest, Math.floor((width * dotsPerMm) / (modules + 14))))
  const wide = (modules * moduleDots) / dotsPerMm
  const left = x + Math.max(1, (width - wide) / 2)
  sheet.bars(left, y, height, facts.bars, moduleDots)
  const mm = Math.min(look.dice.range(2.6, 4.2), height * 0.6)
  const style: TextStyle = { mm, font: look.digits, bold: look.dice.chance(0.55), anchor: 'middle' }
  sheet.text(left + wide / 2, y + height + mm + 0.9, shownNo(facts, look), style)
  return height + mm + 2
}

function shownNo(facts: LabelFacts, { dice }: Manner): string {
  return `${dice.chance(0.12) ? '运单号:' : ''}${facts.groupedNo}`
}

/** Second bars turned a quarter, with their number beside them, in the strip of `width` that starts at x. */
export function edgeBars(
  sheet: Sheet,
  facts: LabelFacts,
  look: Manner,
  at: { x: number; y: number; width: number; length: number },
): void {
  const modules = barModules(facts.bars)
  const moduleDots = Math.max(1, Math.min(2, Math.floor((at.length * dotsPerMm) / (modules + 8))))
  const wide = (modules * moduleDots) / dotsPerMm
  sheet.turned(at.x + at.width, at.y + (at.length - wide) / 2, () => {
    sheet.bars(0, 0.5, at.width - 4.2, facts.bars, moduleDots)
    sheet.text(wide / 2, at.width - 1, facts.waybillNo, { mm: 2.1, font: look.digits, anchor: 'middle' })
  })
}

/** The 收 or 寄 block in `height`; the address runs over two lines when it must. */
export function partyBlock(
  sheet: Sheet,
  party: Party,
  sign: '收' | '寄',
  look: Manner,
  at: { x: number; y: number; width: number; height: number },
): void {
  const { x, y, width, height } = at
  const { dice } = look
  const ring = dice.int(0, 2)
  const big = sign === '收'
  const mark = Math.min(height - 2, big ? 6.5 : 5)
  if (ring === 0)
    sheet.picture(
      x + 1,
      y + (height - mark) / 2,
      `<circle cx="${mark * 4}" cy="${mark * 4}" r="${mark * 4}" fill="#000"/>`,
    )
  const words = ring === 2 ? `${sign}件` : sign
  sheet.text(x + 1 + mark / 2, y + height / 2 + mark * 0.28, words, {
    mm: ring === 2 ? mark * 0.4 : mark * 0.72,
    bold: true,
    anchor: 'middle',
    white: ring === 0,
  })
  const mm = big ? dice.range(2.5, 3.3) : dice.range(1.9, 2.5)
  const gap = dice.pick(['  ', ' ', '    '])
  const style: TextStyle = { mm, bold: big && dice.chance(0.7), font: look.words, stretch: look.stretch }
  const left = x + mark + 3
  const lines = [
    `${party.name}${gap}${party.phone}`,
    ...wrap(party.address, ((width - mark - 4) / mm) * 0.98 * (1 / look.stretch) * 0.8),
  ]
  for (const [index, line] of lines.slice(0, 3).entries())
    sheet.text(
      left,
      y + mm + 0.9 + index * (mm + 1.1),
      line,
      index === 0 ? style : { ...style, mm: mm * 0.92, bold: false },
    )
}

function wrap(text: string, signs: number): string[] {
  const room = Math.max(8, Math.floor(signs))
  const lines: string[] = []
  for (let at = 0; at < text.length; at += room) lines.push(text.slice(at, at + room))
  return lines
}

/** Small print of the time, on one line or two, squeezed where it has to fit into `room` millimetres. */
export function timePrint(
  sheet: Sheet,
  { time }: LabelFacts,
  look: Manner,
  at: { x: number; baseline: number; anchor?: 'start' | 'end'; room?: number },
): void {
  const { x, baseline, anchor = 'start', room = 60 } = at
  const mm = look.dice.range(1.8, 2.6)
  const font = look.dice.chance(0.5) ? look.digits : look.words
  for (const [index, line] of (time?.lines ?? []).entries()) {
    const stretch = Math.min(1, room / lengthMm(line, mm))
    sheet.text(x, baseline + index * (mm + 0.7), line, { mm, font, anchor, stretch })
  }
}

/** Order number, goods, the shop's own bars, 已验视: what the shop adds below. */
export function shopArea(
  sheet: Sheet,
  facts: LabelFacts,
  look: Manner,
  at: { x: number; y: number; width: number; height: number },
): void {
  const { dice } = look
  const { x, width, height } = at
  const mm = dice.range(1.9, 2.6)
  const bottom = at.y + height - 1
  let y = at.y + mm + 0.8
  const put = (text: string) => {
    if (y > bottom) return
    const stretch = Math.min(look.stretch, (width - 2) / lengthMm(text, mm))
    sheet.text(x + 1, y, text, { mm, font: look.words, stretch })
    y += mm + 1.2
  }
  if (facts.order) put(`${facts.order.word}${dice.pick([':', '：', ': '])}${facts.order.no}`)
  if (facts.order && dice.chance(0.18) && y + 8 < bottom) {
    sheet.bars(x + 2, y - mm + 0.5, 5.5, facts.order.no, 2)
    y += 6.5
  }
  for (const line of facts.goods) put(line)
  if (facts.shopCode && y + 9 < bottom) {
    const wide = sheet.bars(x + 2, y - mm + 0.6, 6, facts.shopCode, 2)
    sheet.text(x + 2 + wide / 2, y + 6.6, facts.shopCode, { mm: 2, font: 'latin', anchor: 'middle' })
    y += 9
  }
  if (dice.chance(0.3))
    put(
      dice.pick([
        '请勿暴力分拣 轻拿轻放',
        '如有问题请联系客服 祝您生活愉快',
        '7天无理由退换 退货请联系客服',
        '备注：尽快发货',
      ]),
    )
  sheet.text(x + width - 1, bottom - 0.4, dice.pick(['已验视', '已验视 已安检', '已验视']), {
    mm: 2.4,
    anchor: 'end',
    bold: dice.chance(0.5),
  })
}

/** About how long a line of this height gets. */
function lengthMm(text: string, mm: number): number {
  const signs = [...text].reduce((sum, sign) => sum + (/[\u2e80-\uffee]/.test(sign) ? 1 : 0.58), 0)
  return signs * mm * 1.22
}

export function foot(sheet: Sheet, facts: LabelFacts, { dice }: Manner, x: number, baseline: number): void {
  if (!facts.hotline) return
  const { hotline, names } = facts.carrier
  const owner = facts.named && dice.chance(0.4) ? (names[0] ?? '') : ''
  sheet.text(
    x,
    baseline,
    `${owner}${dice.pick(['官方热线', '客服热线', '服务热线:', '客服电话：', '投诉热线'])} ${hotline}`,
    { mm: 1.9 },
  )
}

/** A link, an inner code, or what 顺丰 puts there: key-values with the number in k5. */
export function qrText(facts: LabelFacts, dice: Dice): string {
  if (facts.carrier.code === 'SF')
    return `MMM={'k1':'${dice.digits(3)}W','k2':'${dice.digits(3)}${dice.letters(2)}','k3':'','k4':'T${dice.int(1, 9)}','k5':'${facts.waybillNo}','k6':'','k7':'${dice.letters(6)}'}`
  return dice.pick([
    `https://w.url.cn/s/${dice.letters(4)}${dice.digits(3)}`,
    `https://ucmp.example.com/wxaccess/weixin/scan?p=${dice.letters(2)}${dice.digits(8)}`,
    `${dice.letters(3)}${dice.digits(9)}`,
    `${dice.digits(24)}`,
  ])
}
