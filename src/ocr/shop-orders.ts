import { normaliseOrderNo } from '../hub/order-no.ts'
import { orderWords } from '../text/label-words.ts'
import type { Barcode } from './barcodes.ts'
import type { TextLine } from './types.ts'

export type OrderSeen = {
  readonly orderNo: string
  readonly labelled: boolean
  readonly weakest: number
  readonly barred: boolean
}

/** Pinduoduo: date and 15 digits. Taobao, Douyin, WeChat shop: 18 or 19 digits. */
const ownForm = /(?<![\dA-Z-])(\d{6}-\d{15}|\d{18,19})(?![\dA-Z-])/
const afterWord = /^[:.;\s#]*(?:NO[.:]?)?\s*([A-Z0-9][A-Z0-9_-]{6,31})(?![A-Z0-9])/

/** Shop order numbers: behind their word, or of a form no waybill has. Best first. */
export function ordersIn(lines: readonly TextLine[], barcodes: readonly Barcode[]): OrderSeen[] {
  const bars = barcodes.map(({ text }) => text.trim().toUpperCase())
  const seen = lines.flatMap((line): OrderSeen[] => {
    const found = orderIn(line)
    if (found === undefined) return []
    const orderNo = normaliseOrderNo(found.text)
    const weakest = Math.min(...line.probs.slice(found.from, found.from + found.text.length))
    return [
      { orderNo: kept(found.text, orderNo), labelled: found.labelled, weakest, barred: bars.includes(found.text) },
    ]
  })
  for (const text of bars)
    if (ownForm.exec(text)?.[0] === text && !seen.some(({ orderNo }) => orderNo === text))
      seen.push({ orderNo: text, labelled: false, weakest: 1, barred: true })
  return seen.sort((a, b) => score(b) - score(a))
}

const score = ({ labelled, weakest, barred }: OrderSeen): number => (barred ? 2 : 0) + (labelled ? 1 : 0) + weakest

/** Pinduoduo's dash belongs to the number. */
function kept(read: string, normal: string): string {
  return /^\d{6}-\d{15}$/.test(read) ? read : normal
}

function orderIn(line: TextLine): { text: string; from: number; labelled: boolean } | undefined {
  const text = line.text.toUpperCase()
  const word = orderWords.exec(text)
  if (word !== null) {
    const start = word.index + word[0].length
    const match = afterWord.exec(text.slice(start))
    const token = match?.[1]
    if (match && token !== undefined && /\d{3}/.test(token) && !/^\d{1,11}$/.test(token))
      return { text: token, from: start + match[0].length - token.length, labelled: true }
  }
  const own = ownForm.exec(text)
  return own ? { text: own[1] as string, from: own.index, labelled: false } : undefined
}
