import type { Dice } from './dice.ts'
import {
  carrierMark,
  edgeBars,
  foot,
  type Manner,
  mainBars,
  manner,
  partyBlock,
  qrText,
  shopArea,
  timePrint,
} from './label-blocks.ts'
import type { LabelFacts } from './label-facts.ts'
import { type Sheet, sheet } from './sheet.ts'

export const layoutNames = ['one-part', 'bars-first', 'sf', 'jd', 'two-part', 'form', 'grid'] as const
export type LayoutName = (typeof layoutNames)[number]

/** The label of these facts, drawn in an arrangement its carrier uses. */
export function drawLabel(facts: LabelFacts, dice: Dice): { readonly layout: LayoutName; readonly sheet: Sheet } {
  const layout = layoutOf(facts, dice)
  return { layout, sheet: layouts[layout](facts, manner(dice.fork('manner'))) }
}

function layoutOf({ carrier }: LabelFacts, dice: Dice): LayoutName {
  if (carrier.code === 'SF') return dice.weighted([['sf', 7] as const, ['one-part', 2] as const, ['grid', 1] as const])
  if (carrier.code === 'JD') return dice.weighted([['jd', 7] as const, ['one-part', 2] as const, ['grid', 1] as const])
  if (carrier.code === 'EMS' || carrier.code === 'POST')
    return dice.weighted([['form', 5] as const, ['one-part', 3] as const, ['two-part', 2] as const])
  return dice.weighted([
    ['one-part', 5] as const,
    ['bars-first', 4] as const,
    ['two-part', 2.5] as const,
    ['grid', 2] as const,
    ['form', 0.7] as const,
  ])
}

type Layout = (facts: LabelFacts, look: Manner) => Sheet

/** 76×130, the platforms' standard: route, parties, bars, shop. */
const onePart: Layout = (facts, look) => {
  const page = sheet(76, 130)
  const { dice } = look
  carrierMark(page, facts, look, 2, 1.5)
  page.text(74, 6, dice.pick(facts.carrier.services), { mm: 3, bold: true, anchor: 'end' })
  timePrint(page, facts, look, { x: 74, baseline: 9.3, anchor: 'end', room: 44 })
  page.line(0, 12, 76, 12)
  page.text(2, 22, facts.route, { mm: 7.2, bold: true, stretch: 0.8 })
  page.line(0, 25, 76, 25)
  page.text(2, 30.5, `集 ${facts.hub}`, { mm: 4, bold: true })
  page.line(0, 33, 76, 33)
  partyBlock(page, facts.receiver, '收', look, { x: 0, y: 33, width: 66, height: 17 })
  page.line(0, 50, 66, 50)
  partyBlock(page, facts.sender, '寄', look, { x: 0, y: 50, width: 66, height: 12 })
  page.line(0, 62, 76, 62)
  page.line(66, 33, 66, 92)
  if (dice.chance(0.75)) edgeBars(page, facts, look, { x: 66, y: 34, width: 9.5, length: 57 })
  mainBars(page, facts, look, { x: 1, y: 64, width: 64, height: 13 })
  page.line(0, 92, 76, 92)
  page.qr(59, 94, 15, qrText(facts, dice))
  codLine(page, facts, 2, 90)
  shopArea(page, facts, look, { x: 1, y: 93, width: 57, height: 32 })
  foot(page, facts, look, 2, 128.5)
  return watermark(page, facts, look, 45)
}

/** 76×130 with the bars under the head, as 中通 and 极兔 print. */
const barsFirst: Layout = (facts, look) => {
  const page = sheet(76, 130)
  const { dice } = look
  carrierMark(page, facts, look, 2, 1.5)
  timePrint(page, facts, look, { x: 74, baseline: 4.5, anchor: 'end', room: 37 })
  page.line(0, 11, 76, 11)
  mainBars(page, facts, look, { x: 0, y: 13, width: 76, height: 12 })
  page.line(0, 32, 76, 32)
  page.text(38, 43, facts.route, { mm: 8, bold: true, anchor: 'middle', stretch: 0.78 })
  page.line(0, 46, 76, 46)
  page.box(1, 47, 5.5, 5.5, true)
  page.text(3.8, 51.4, '集', { mm: 3.6, bold: true, white: true, anchor: 'middle' })
  page.text(9, 51.6, facts.hub, { mm: 4, bold: true })
  page.text(74, 51.4, dice.pick(facts.carrier.services), { mm: 2.8, anchor: 'end' })
  page.line(0, 54, 76, 54)
  partyBlock(page, facts.receiver, '收', look, { x: 0, y: 54, width: 74, height: 16 })
  page.line(0, 70, 76, 70, true)
  partyBlock(page, facts.sender, '寄', look, { x: 0, y: 70, width: 74, height: 12 })
  page.line(0, 82, 76, 82)
  if (dice.chance(0.5)) edgeBars(page, facts, look, { x: 66, y: 83, width: 9.5, length: 46 })
  codLine(page, facts, 2, 86)
  page.qr(49, 84, 14, qrText(facts, dice))
  shopArea(page, facts, look, { x: 0, y: 88, width: 48, height: 36 })
  foot(page, facts, look, 2, 128.5)
  return watermark(page, facts, look, 64)
}

const sf: Layout = (facts, look) => {
  const tall = look.dice.chance(0.5)
  const page = tall ? sheet(100, 150) : sheet(76, 130)
  const { widthMm: w } = page
  const { dice } = look
  carrierMark(page, facts, look, 2, 1.5)
  page.text(w - 2, 6, dice.pick(facts.carrier.services), { mm: 3.4, bold: true, anchor: 'end' })
  timePrint(page, facts, look, { x: 2, baseline: 13 })
  mainBars(page, facts, look, { x: 0, y: 16, width: w - 10, height: 12 })
  edgeBars(page, facts, look, { x: w - 10, y: 36, width: 9.5, length: 60 })
  page.line(0, 34, w, 34)
  page.text(3, 45, `${dice.digits(3)}${dice.letters(1)}-${dice.letters(2)}-${dice.digits(3)}`, {
    mm: 8,
    bold: true,
    stretch: 0.85,
  })
  page.line(0, 48, w - 10, 48)
  partyBlock(page, facts.receiver, '收', look, { x: 0, y: 48, width: w - 12, height: 17 })
  page.line(0, 65, w - 10, 65)
  partyBlock(page, facts.sender, '寄', look, { x: 0, y: 65, width: w - 12, height: 12 })
  page.line(0, 77, w - 10, 77)
  page.qr(2, 79, 18, qrText(facts, dice))
  page.text(26, 86, dice.pick(['已验视', '寄付月结', '到付']), { mm: 4, bold: true })
  page.text(26, 92, `T${dice.int(1, 9)}`, { mm: 5, bold: true })
  codLine(page, facts, 40, 92)
  page.line(0, 100, w, 100)
  shopArea(page, facts, look, { x: 1, y: 101, width: w - 2, height: page.heightMm - 107 })
  foot(page, facts, look, 2, page.heightMm - 1.5)
  return page
}

const jd: Layout = (facts, look) => {
  const page = look.dice.chance(0.4) ? sheet(100, 113) : sheet(76, 130)
  const { widthMm: w } = page
  const { dice } = look
  carrierMark(page, facts, look, 2, 1)
  page.text(w - 2, 5, dice.pick(facts.carrier.services), { mm: 3.2, bold: true, anchor: 'end' })
  mainBars(page, facts, look, { x: 0, y: 11, width: w, height: 13 })
  page.line(0, 31, w, 31)
  page.text(2, 38, `${facts.hub.slice(0, 2)}分拣中心`, { mm: 4, bold: true })
  page.text(w / 2 + 2, 38, `${dice.int(1, 60)}-${dice.int(1, 40)}号-${dice.digits(2)}`, { mm: 4, bold: true })
  page.line(0, 41, w, 41)
  page.text(2, 50, `${facts.receiver.address.slice(3, 5)}${dice.pick(['仓前', '望京', '银田', '匡山'])}营业部`, {
    mm: 6,
    bold: true,
    stretch: 0.9,
  })
  page.text(w - 2, 50, dice.digits(3), { mm: 6, bold: true, anchor: 'end' })
  page.line(0, 53, w, 53)
  partyBlock(page, facts.receiver, '收', look, { x: 0, y: 53, width: w - 2, height: 16 })
  page.line(0, 69, w, 69)
  partyBlock(page, facts.sender, '寄', look, { x: 0, y: 69, width: w - 2, height: 11 })
  page.line(0, 80, w, 80)
  timePrint(page, facts, look, { x: 2, baseline: 83.5 })
  if (dice.chance(0.5))
    page.text(w - 2, 83.5, `运单号: ${facts.waybillNo}`, { mm: 2, anchor: 'end', font: look.digits })
  codLine(page, facts, 2, 88.5)
  page.qr(w - 16, 86, 14, qrText(facts, dice))
  shopArea(page, facts, look, { x: 1, y: 89, width: w - 18, height: page.heightMm - 95 })
  foot(page, facts, look, 2, page.heightMm - 1.3)
  return page
}

/** 100×180: carrier's part, then the recipient's with the bars again. */
const twoPart: Layout = (facts, look) => {
  const page = sheet(100, 180)
  const { dice } = look
  carrierMark(page, facts, look, 3, 2)
  page.text(97, 8, dice.pick(facts.carrier.services), { mm: 4, bold: true, anchor: 'end' })
  page.line(0, 13, 100, 13)
  page.text(2, 25, facts.route, { mm: 9, bold: true, stretch: 0.85 })
  page.line(0, 29, 100, 29)
  page.text(2, 36, `集  ${facts.hub}`, { mm: 5, bold: true })
  page.line(0, 39, 100, 39)
  partyBlock(page, facts.receiver, '收', look, { x: 0, y: 39, width: 98, height: 17 })
  page.line(0, 56, 100, 56)
  partyBlock(page, facts.sender, '寄', look, { x: 0, y: 56, width: 98, height: 12 })
  page.line(0, 68, 100, 68)
  mainBars(page, facts, look, { x: 0, y: 71, width: 100, height: 16 })
  page.line(0, 96, 100, 96)
  timePrint(page, facts, look, { x: 2, baseline: 100 })
  page.text(54, 100, '快件送达收件人地址，经收件人或寄件人允许', { mm: 1.7 })
  page.text(54, 103, '的代收人签字，视为送达。签字代表已验收此件', { mm: 1.7 })
  page.text(38, 110, '签收人：        签收时间：    年   月   日   时', { mm: 2 })
  codLine(page, facts, 2, 112)
  page.line(0, 114, 100, 114, true)
  carrierMark(page, { ...facts, named: facts.named && dice.chance(0.6) }, look, 2, 116)
  mainBars(page, facts, look, { x: 40, y: 116, width: 58, height: 8, largest: 2 })
  page.line(0, 131, 100, 131)
  partyBlock(page, facts.receiver, '收', look, { x: 0, y: 131, width: 76, height: 14 })
  partyBlock(page, facts.sender, '寄', look, { x: 0, y: 145, width: 76, height: 11 })
  page.qr(80, 134, 18, qrText(facts, dice))
  page.line(0, 156, 100, 156)
  shopArea(page, facts, look, { x: 1, y: 157, width: 98, height: 18 })
  foot(page, facts, look, 2, 178)
  return watermark(page, facts, look, 56)
}

/** 100×150 with a head of bars at the right, as the post prints. */
const form: Layout = (facts, look) => {
  const page = sheet(100, 150)
  const { dice } = look
  carrierMark(page, facts, look, 3, 3)
  page.text(6, 18, dice.pick(facts.carrier.services), { mm: 4.4, bold: true })
  timePrint(page, facts, look, { x: 3, baseline: 24 })
  mainBars(page, facts, look, { x: 38, y: 4, width: 61, height: 13, largest: 2 })
  page.line(0, 28, 100, 28)
  const field = (y: number, word: string, value: string, mm = 2.8) =>
    page.text(3, y, `${word}：${value}`, { mm, font: look.words, stretch: look.stretch })
  field(33, '寄件人', `${facts.sender.name}   电话：${facts.sender.phone}`)
  field(38, '地址', facts.sender.address.slice(0, 26), 2.4)
  page.line(0, 41, 100, 41)
  partyBlock(page, facts.receiver, '收', look, { x: 0, y: 42, width: 98, height: 19 })
  page.line(0, 62, 100, 62)
  page.text(50, 75, facts.route, { mm: 9, bold: true, anchor: 'middle', stretch: 0.85 })
  page.line(0, 79, 100, 79)
  field(84, '计费重量（KG）', `${dice.int(1, 5)}.${dice.digits(1)}`)
  field(89, '收件人签名', '              签收时间：     年    月    日')
  codLine(page, facts, 60, 84)
  page.line(0, 92, 100, 92)
  if (dice.chance(0.6)) mainBars(page, facts, look, { x: 2, y: 94, width: 70, height: 8, largest: 2 })
  page.qr(80, 94, 16, qrText(facts, dice))
  shopArea(page, facts, look, { x: 1, y: 109, width: 98, height: 34 })
  foot(page, facts, look, 3, 147)
  return page
}

/** 100×150 in a grid, the bars at the bottom of the carrier's part. */
const grid: Layout = (facts, look) => {
  const page = sheet(100, 150)
  const { dice } = look
  page.box(0.5, 0.5, 99, 149)
  carrierMark(page, facts, look, 3, 3)
  page.qr(80, 3, 16, qrText(facts, dice))
  timePrint(page, facts, look, { x: 3, baseline: 16 })
  page.line(0, 21, 100, 21)
  page.text(3, 33, facts.route, { mm: 9, bold: true, stretch: 0.85 })
  page.line(0, 37, 100, 37)
  page.text(3, 43.5, facts.hub, { mm: 4.6, bold: true })
  page.line(0, 46, 100, 46)
  partyBlock(page, facts.receiver, '收', look, { x: 0, y: 46, width: 86, height: 18 })
  page.line(0, 64, 88, 64)
  partyBlock(page, facts.sender, '寄', look, { x: 0, y: 64, width: 86, height: 13 })
  page.line(0, 77, 100, 77)
  page.line(88, 46, 88, 77)
  mainBars(page, facts, look, { x: 0, y: 80, width: 100, height: 16 })
  codLine(page, facts, 3, 106)
  page.line(0, 108, 100, 108)
  shopArea(page, facts, look, { x: 2, y: 109, width: 96, height: 32 })
  foot(page, facts, look, 3, 147)
  return page
}

function codLine(page: Sheet, facts: LabelFacts, x: number, baseline: number): void {
  if (facts.codAmount) page.text(x, baseline, `代收货款 ${facts.codAmount}`, { mm: 3, bold: true })
}

/** The middle part of the route code in large grey across the parties, as many carriers print it. */
function watermark(page: Sheet, facts: LabelFacts, { dice }: Manner, y: number): Sheet {
  if (dice.chance(0.22))
    page.text(page.widthMm / 2, y + 6, facts.route.slice(0, 3), { mm: 14, bold: true, anchor: 'middle', grey: true })
  return page
}

const layouts: Readonly<Record<LayoutName, Layout>> = {
  'one-part': onePart,
  'bars-first': barsFirst,
  sf,
  jd,
  'two-part': twoPart,
  form,
  grid,
}
