import bwip from 'bwip-js/node'
import type { Dice } from '../waybill-photos/dice.ts'
import type { LabelFacts } from '../waybill-photos/label-facts.ts'

export type LabelPage = { readonly html: string; readonly widthPx: number; readonly heightPx: number }

/** Ten pixels to a millimetre. */
const widthPx = 760
const heights = [1300, 1300, 1500, 1800, 1000]
const wordFonts = ['Noto Sans CJK SC', 'Noto Sans CJK SC', 'Noto Serif CJK SC']
const digitFonts = [
  'Liberation Sans',
  'DejaVu Sans',
  'Liberation Mono',
  'Noto Sans Mono CJK SC',
  'Liberation Sans Narrow',
]

/** How one label is set: fonts, and how fat or lean the printer burns its bars (modules). */
type Setting = { readonly words: string; readonly digits: string; readonly spread: number; readonly turned: boolean }

/** The label as HTML: rows in one of four orders, set by a browser. Drawn apart from `waybill-photos`; only the facts are shared. */
export function labelPage(facts: LabelFacts, dice: Dice): LabelPage {
  const barsBelow = dice.chance(0.25)
  const set: Setting = {
    words: dice.pick(wordFonts),
    digits: dice.pick(digitFonts),
    spread: dice.range(-0.25, 0.3),
    // the turned code stands where bars below would reach
    turned: !barsBelow && dice.chance(0.75),
  }
  const [head, time, route, hub] = [
    headRow(facts, set, dice),
    timeRow(facts, set, dice),
    routeRow(facts, dice),
    hubRow(facts, set),
  ]
  const [bars, parties, foot] = [barsRow(facts, set, dice), partyRows(facts, set, dice), footRow(facts, set, dice)]
  const rows = barsBelow
    ? [head, route, hub, time, parties, bars, foot]
    : dice.pick([
        [head, time, bars, route, hub, parties, foot],
        [head, bars, time, route, parties, hub, foot],
        [route, head, time, bars, hub, parties, foot],
      ])
  const heightPx = dice.pick(heights)
  const body = rows.join('') + (set.turned ? turnedBars(facts, set, dice) : '') + corners(facts, set, dice)
  return {
    html: `<div style="position:relative;width:${widthPx}px;height:${heightPx}px;overflow:hidden">${body}</div>`,
    widthPx,
    heightPx,
  }
}

const font = (sizePx: number, family: string, weight = ''): string =>
  `font:${weight} ${sizePx}px '${family}','Noto Sans CJK SC'`
const row = (style: string, inner: string): string => `<div style="${style}">${inner}</div>`

function headRow({ carrier, named }: LabelFacts, { words }: Setting, dice: Dice): string {
  const latin = dice.pick(carrier.latin)
  const mark = `background:#000;color:#fff;text-align:center;width:52px;border-radius:${dice.pick([0, 10, 26])}px;${font(34, 'Liberation Sans', 'bold')};line-height:52px`
  const name = named
    ? row(font(dice.int(38, 52), words, 'bold'), dice.pick(carrier.names)) +
      row(font(20, 'Liberation Sans'), dice.chance(0.5) ? latin : '')
    : ''
  const service = row(`margin-left:auto;${font(34, words, 'bold')}`, dice.pick(carrier.services))
  return row(
    'display:flex;align-items:center;gap:12px;padding:10px 16px',
    row(mark, named ? (latin[0] ?? '') : '◆') + name + service,
  )
}

function timeRow({ time }: LabelFacts, { digits }: Setting, dice: Dice): string {
  return row(
    `${font(dice.int(20, 27), digits)};padding:0 18px;text-align:${dice.pick(['left', 'right'])}`,
    (time?.lines ?? []).join('<br>'),
  )
}

function routeRow({ route }: LabelFacts, dice: Dice): string {
  const family = dice.pick(['Liberation Sans', 'Liberation Sans Narrow', 'DejaVu Sans'])
  return row(
    `${font(dice.int(66, 86), family, 'bold')};text-align:center;white-space:nowrap;border-top:2px solid;border-bottom:2px solid`,
    route,
  )
}

function hubRow({ hub }: LabelFacts, { words }: Setting): string {
  return row(
    `${font(36, words)};padding:4px 16px;border-bottom:2px dashed`,
    `<b style="border:3px solid;padding:0 4px">集</b> ${hub}`,
  )
}

function partyRows({ receiver, sender }: LabelFacts, { words, turned }: Setting, dice: Dice): string {
  const line = (mark: string, size: number, { name, phone, address }: LabelFacts['receiver']) =>
    row(
      `display:flex;border-bottom:2px solid;padding:6px ${turned ? 140 : 10}px 6px 10px`,
      row(`flex:none;width:70px;${font(size + 12, words, 'bold')}`, mark) +
        row(font(size, words), `${name} ${phone}<br>${address}`),
    )
  return (
    line(dice.pick(['收', '收', '收件']), dice.int(28, 36), receiver) +
    line(dice.pick(['寄', '寄', '寄件']), dice.int(22, 26), sender)
  )
}

function barsRow({ bars, waybillNo, groupedNo }: LabelFacts, { spread, digits }: Setting, dice: Dice): string {
  const under = dice.chance(0.3)
    ? row(
        'display:flex;justify-content:space-between;padding:0 40px',
        [...waybillNo].map((sign) => `<span>${sign}</span>`).join(''),
      )
    : groupedNo
  return (
    row(`height:${dice.int(100, 150)}px;margin:10px ${dice.int(30, 110)}px 0`, code128(bars, spread)) +
    row(`${font(dice.int(26, 36), digits, dice.chance(0.4) ? 'bold' : '')};line-height:1.2;text-align:center`, under)
  )
}

/** The second code along the right edge, between the rows that leave room for it. */
function turnedBars({ bars, waybillNo }: LabelFacts, { spread, digits }: Setting, dice: Dice): string {
  const place = `position:absolute;right:8px;top:${dice.int(640, 700)}px;width:420px;height:110px;transform-origin:top right;transform:rotate(-90deg) translate(0,-110px)`
  return row(place, row('height:70px', code128(bars, spread)) + row(`${font(24, digits)};text-align:center`, waybillNo))
}

function footRow({ order, goods, shopCode }: LabelFacts, { words }: Setting, dice: Dice): string {
  const said = [...(order === null ? [] : [`${order.word}${dice.pick([': ', '：', ':'])}${order.no}`]), ...goods]
  const shop = shopCode === null ? '' : row('width:340px;height:60px;margin-top:8px', code128(shopCode, 0))
  return row(`${font(26, words)};padding:8px 14px`, said.join('<br>') + shop)
}

/** What stands at the foot: hot line, QR, 已验视. */
function corners({ carrier, hotline }: LabelFacts, { words, turned }: Setting, dice: Dice): string {
  const told = `${dice.pick(['服务热线 ', '客服热线：', '全国统一客服热线:', ''])}${carrier.hotline}`
  const qr = bwip.toSVG({ bcid: 'qrcode', text: `https://u.example.cn/${dice.digits(10)}` }).replace('<svg', fitted)
  return (
    (hotline && carrier.hotline !== '' ? row(`position:absolute;left:14px;bottom:8px;${font(24, words)}`, told) : '') +
    row(`position:absolute;right:${turned ? 180 : 20}px;bottom:${dice.int(40, 120)}px;width:140px;height:140px`, qr) +
    row(`position:absolute;right:${dice.int(340, 400)}px;bottom:20px;${font(28, words)}`, '已验视')
  )
}

const fitted = '<svg preserveAspectRatio="none" width="100%" height="100%"'

/** bwip-js changes between sets B and C as printers do. */
function code128(text: string, spread: number): string {
  return bwip
    .toSVG({ bcid: 'code128', text, height: 12, includetext: false, inkspread: spread })
    .replace('<svg', fitted)
}
