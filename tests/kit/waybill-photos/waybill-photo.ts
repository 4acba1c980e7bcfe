import type { CarrierCode } from '../../../src/hub/order-facts.ts'
import { develop } from './camera.ts'
import { type Dice, dice } from './dice.ts'
import { type LabelFacts, labelFacts } from './label-facts.ts'
import { drawLabel, type LayoutName } from './layouts.ts'
import type { PrintedTime } from './printed-time.ts'
import { type Piece, shoot } from './scene.ts'
import type { Sheet } from './sheet.ts'
import { stickOn } from './stuck-on.ts'
import { thermalPrint } from './thermal.ts'
import { type Level, rollWear, type Wear } from './wear.ts'

/** What is to be read from the photo; null: not on the label. */
export type Truth = {
  readonly carrier: CarrierCode
  readonly waybillNo: string
  /** ISO with offset, Asia/Shanghai. */
  readonly sentAt: string | null
  readonly precision: PrintedTime['precision'] | null
  readonly phoneTail: string | null
  readonly orderNo: string | null
  readonly level: Level
  readonly layout: LayoutName
  readonly wear: Wear
}

export type WaybillPhoto = { readonly jpeg: Buffer; readonly truth: Truth }

export type PhotoOrder = {
  /** Any text; the same seed, index, level and moment give the same bytes on the same machine (fonts differ). */
  readonly seed: string
  readonly index: number
  readonly level: Level
  /** Printed times lie before it; those without a year within the last four months. Epoch milliseconds. */
  readonly nowMs: number
}

/** One invented label on one invented photo of it, with the truth. Takes about a second. */
export async function waybillPhoto({ seed, index, level, nowMs }: PhotoOrder): Promise<WaybillPhoto> {
  const roll = dice(`${seed}/${level}/${index}`)
  const facts = labelFacts(roll.fork('facts'), nowMs)
  const wear = rollWear(level, roll.fork('wear'))
  const { layout, sheet } = drawLabel(facts, roll.fork('layout'))
  stickOn(sheet, wear, roll.fork('stuck on'))
  const main = await pieceOf(sheet, wear, roll.fork('print'))
  const other = wear.secondLabel === 'none' ? undefined : await otherPiece(wear, nowMs, roll.fork('other'))
  const { frame, toFrame } = shoot(main, other, wear, frameSize(wear, level, roll.fork('frame')), roll.fork('scene'))
  const targets = { bars: barsMiddle(layout, sheet), text: [sheet.widthMm * 0.4, sheet.heightMm * 0.35] } as const
  const jpeg = await develop(frame, toFrame, targets, wear, roll.fork('camera'))
  return { jpeg, truth: truthOf(facts, level, layout, wear) }
}

function truthOf(facts: LabelFacts, level: Level, layout: LayoutName, wear: Wear): Truth {
  return {
    carrier: facts.carrier.code,
    waybillNo: facts.waybillNo,
    sentAt: facts.time?.iso ?? null,
    precision: facts.time?.precision ?? null,
    phoneTail: facts.phoneTail,
    orderNo: facts.order?.no ?? null,
    level,
    layout,
    wear,
  }
}

async function pieceOf(sheet: Sheet, wear: Wear, roll: Dice): Promise<Piece> {
  return { print: await thermalPrint(sheet, wear, roll), widthMm: sheet.widthMm, heightMm: sheet.heightMm }
}

async function otherPiece(wear: Wear, nowMs: number, roll: Dice): Promise<Piece> {
  const old = labelFacts(roll.fork('facts'), nowMs - 130 * 86_400_000)
  return pieceOf(drawLabel(old, roll.fork('layout')).sheet, wear, roll.fork('print'))
}

/** A label that lies across is mostly taken with the phone held across too; who wants a clear photo always does. */
function frameSize(wear: Wear, level: Level, roll: Dice): readonly [number, number] {
  const short = wear.shortSidePx
  const shapes =
    level === 'clear' ? [4 / 3, 4 / 3, 1.2, 16 / 9] : [4 / 3, 4 / 3, 4 / 3, 4 / 3, 4 / 3, 16 / 9, 16 / 9, 20 / 9, 1.2]
  const long = Math.round(short * roll.pick(shapes))
  const lying = wear.quarter % 2 === 1
  const odd = level === 'clear' ? 0 : lying ? 0.35 : 0.08
  return roll.chance(odd) === lying ? [short, long] : [long, short]
}

function barsMiddle(layout: LayoutName, { widthMm, heightMm }: Sheet): readonly [number, number] {
  const share: Readonly<Record<LayoutName, readonly [number, number]>> = {
    'one-part': [0.43, 0.55],
    'bars-first': [0.5, 0.16],
    sf: [0.45, 0.16],
    jd: [0.5, 0.17],
    'two-part': [0.5, 0.45],
    form: [0.68, 0.08],
    grid: [0.5, 0.6],
  }
  const [x, y] = share[layout]
  return [widthMm * x, heightMm * y]
}
