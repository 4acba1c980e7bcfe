import { normaliseOrderNo } from '../hub/order-no.ts'
import { orderWords } from '../text/label-words.ts'
import type { Barcode } from './barcodes.ts'
import { boxAlong } from './geometry.ts'
import type { Point, TextLine, TurnedBox } from './types.ts'

export type OrderSeen = {
  readonly orderNo: string
  readonly labelled: boolean
  /** The least sure of its signs, 0 to 1. */
  readonly weakest: number
  readonly barred: boolean
  /** On how many places of the label it was read, bars included. */
  readonly places: number
  /** One digit fewer than such numbers usually have: doubled digits run together when a line is read. */
  readonly short: boolean
  readonly at: TurnedBox | undefined
}

/** What is read with less certainty than this is more likely wrong than right. */
const legible = 0.6
/** Pinduoduo: date and 15 digits, the dash lost or kept. Taobao, Douyin, WeChat shop: 18 or 19 digits. */
const ownForm = /(?<![\dA-Z-])(\d{6}-?\d{15}|\d{18,19})(?![\dA-Z-])/
const afterWord = /^[:.;\s#]*(?:NO[.:]?)?\s*([A-Z0-9][A-Z0-9_-]{6,31})(?![A-Z0-9])/

/** Shop order numbers: behind their word, or of a form no waybill has. Best first; digits of any other count are no order. */
export function ordersIn(lines: readonly TextLine[], barcodes: readonly Barcode[]): OrderSeen[] {
  const bars = new Map(barcodes.map(({ text, corners }) => [wellFormed(text.trim().toUpperCase()), corners] as const))
  const found = new Map<string, { at: TurnedBox[]; labelled: boolean; weakest: number }>()
  for (const line of lines) {
    const seen = orderIn(line)
    if (seen === undefined) continue
    const { at, labelled, weakest } = found.get(seen.orderNo) ?? { at: [], labelled: false, weakest: 0 }
    const known = at.some((place) => Math.abs(place.cy - line.at.cy) < Math.max(place.height, line.at.height))
    found.set(seen.orderNo, {
      at: known ? at : [...at, line.at],
      labelled: labelled || seen.labelled,
      weakest: Math.max(weakest, seen.weakest),
    })
  }
  const orders = [...found].map(([orderNo, { at, labelled, weakest }]): OrderSeen => {
    const barred = bars.has(orderNo)
    const places = at.length + (barred ? 1 : 0)
    return { orderNo, labelled, weakest, barred, places, short: isShort(orderNo), at: at[0] }
  })
  for (const [orderNo, corners] of bars)
    if (orderNo !== undefined && ownForm.test(orderNo) && !found.has(orderNo))
      orders.push({ orderNo, labelled: false, weakest: 1, barred: true, places: 1, short: false, at: boxOf(corners) })
  return orders.filter(({ weakest, barred }) => barred || weakest >= legible).sort((a, b) => score(b) - score(a))
}

const boxOf = (corners: readonly Point[]): TurnedBox | undefined =>
  corners.length === 0 ? undefined : boxAlong(corners, 0)

const score = ({ labelled, weakest, places }: OrderSeen): number => 2 * (places - 1) + (labelled ? 1 : 0) + weakest

const isShort = (orderNo: string): boolean => /^(?:\d{12}|\d{18})$/.test(orderNo)

/** The number as shops write it; undefined when digits are missing or too many. Pinduoduo's dash belongs to the number. */
function wellFormed(token: string): string | undefined {
  const [, date, serial] = /^(\d{6})-?(\d{15})$/.exec(token) ?? []
  if (date !== undefined && serial !== undefined) return isDay(date) ? `${date}-${serial}` : undefined
  if (/^[\d-]+$/.test(token)) return /^(?:\d{12}|\d{18,19})$/.test(token) ? token : undefined
  return /[A-Z]/.test(token) && /\d{3}/.test(token) ? normaliseOrderNo(token) : undefined
}

/** YYMMDD that exists. */
function isDay(date: string): boolean {
  const [month, day] = [Number(date.slice(2, 4)), Number(date.slice(4, 6))]
  return month >= 1 && month <= 12 && day >= 1 && day <= 31
}

function orderIn(line: TextLine): { orderNo: string; weakest: number; labelled: boolean } | undefined {
  const text = line.text.toUpperCase().replace(/[\u2010-\u2015\u2212\u30fc\u4e00]/g, '-')
  const token = behindWord(text) ?? ofOwnForm(text)
  const orderNo = token && wellFormed(token.text)
  if (token === undefined || orderNo === undefined) return undefined
  const { from, labelled } = token
  return { orderNo, labelled, weakest: Math.min(...line.probs.slice(from, from + token.text.length)) }
}

type Token = { readonly text: string; readonly from: number; readonly labelled: boolean }

function behindWord(text: string): Token | undefined {
  const word = orderWords.exec(text)
  if (word === null) return undefined
  const start = word.index + word[0].length
  const match = afterWord.exec(text.slice(start))
  const token = match?.[1]
  if (match === null || token === undefined) return undefined
  return { text: token, from: start + match[0].length - token.length, labelled: true }
}

function ofOwnForm(text: string): Token | undefined {
  const own = ownForm.exec(text)
  return own ? { text: own[1] as string, from: own.index, labelled: false } : undefined
}
