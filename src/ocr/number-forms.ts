import type { CarrierCode } from '../hub/order-facts.ts'
import { carrierOf, isS10, plausibleWaybill } from '../hub/waybill-no.ts'

export type NumberGuess = {
  readonly value: string
  /** Most likely first; empty when only the carrier's printed name could make this form believable. */
  readonly carriers: readonly CarrierCode[]
  readonly certainty: 'certain' | 'likely' | 'ambiguous' | 'older'
  /** Signs that were read as something else and put right. */
  readonly mended: number
}

type Slot = 'letter' | 'any' | 'digit' | { readonly one: string }

const slotOf: Readonly<Record<string, Slot>> = { '@': 'letter', '*': 'any', '#': 'digit' }

function templateOf(pattern: string): Slot[] {
  return [...pattern].map((sign) => slotOf[sign] ?? { one: sign })
}

/** @: a letter, *: a letter or digit, #: a digit, anything else stands for itself. The first that fits counts. */
const lettered = [
  // the third sign is nearly always a digit, so an O there is a 0
  'SF#############',
  'SF*############',
  'JDX############',
  'JDK############',
  'JD**###########',
  'JT#############',
  'JT############',
  'YT#############',
  'DPK############',
  'DPK###########',
  'DPK#############',
].map(templateOf)

const s10 = templateOf('@@#########CN')

/** Letters that a text engine takes for digits, and the other way round (waybills.md, section 1). */
const asDigit: Readonly<Record<string, string>> = {
  O: '0',
  Q: '0',
  D: '0',
  I: '1',
  L: '1',
  '|': '1',
  '!': '1',
  B: '8',
  S: '5',
  Z: '2',
}
const asLetter: Readonly<Record<string, string>> = { '5': 'S', '0': 'D', '1': 'T', '7': 'T' }

/**
 * What whole token of capital letters and digits this is as a waybill number, reading mistakes put right inside the digits
 * only. undefined when no known form fits: a number is never made up.
 */
export function guessNumber(token: string): NumberGuess | undefined {
  for (const template of lettered) {
    const mended = fitted(token, template)
    if (mended === undefined || mended.count > 3) continue
    const guess = carrierOf(mended.text)
    if (guess?.certainty === 'certain')
      return { value: mended.text, carriers: guess.carriers, certainty: 'certain', mended: mended.count }
  }
  const postal = fitted(token, s10)
  if (postal !== undefined && postal.count <= 2 && isS10(postal.text)) {
    const guess = carrierOf(postal.text)
    if (guess) return { value: postal.text, carriers: guess.carriers, certainty: 'certain', mended: postal.count }
  }
  const digits = digitsOf(token)
  if (digits === undefined || digits.count > 2) return undefined
  const guess = carrierOf(digits.text)
  if (guess) return { value: digits.text, carriers: guess.carriers, certainty: guess.certainty, mended: digits.count }
  if (/^\d{12,15}$/.test(digits.text))
    return { value: digits.text, carriers: [], certainty: 'older', mended: digits.count }
  return undefined
}

function fitted(token: string, template: readonly Slot[]): { text: string; count: number } | undefined {
  if (token.length !== template.length) return undefined
  let text = ''
  let count = 0
  for (const [index, slot] of template.entries()) {
    const sign = token[index] as string
    const put = signFor(slot, sign)
    if (put === undefined) return undefined
    if (put !== sign) count += 1
    text += put
  }
  return { text, count }
}

function signFor(slot: Slot, sign: string): string | undefined {
  if (slot === 'any') return /[A-Z0-9]/.test(sign) ? sign : undefined
  if (slot === 'letter') return /[A-Z]/.test(sign) ? sign : undefined
  if (slot === 'digit') return /\d/.test(sign) ? sign : asDigit[sign]
  if (slot.one === sign) return sign
  return asLetter[sign] === slot.one ? slot.one : undefined
}

function digitsOf(token: string): { text: string; count: number } | undefined {
  let text = ''
  let count = 0
  for (const sign of token) {
    const digit = /\d/.test(sign) ? sign : asDigit[sign]
    if (digit === undefined) return undefined
    if (digit !== sign) count += 1
    text += digit
  }
  return { text, count }
}

/** The guess in the light of the carrier the label names: older forms become believable, foreign ones do not. */
export function agreesWith(guess: NumberGuess, carrier: CarrierCode): boolean {
  // a number that opens as one carrier's does is not explained by what another once used
  const open = guess.certainty === 'older' || guess.certainty === 'ambiguous'
  return guess.carriers.includes(carrier) || (open && olderForm(carrier, guess.value))
}

/** Forms of the carrier that are narrow enough to be taken for a number on a label (a bare 10 or 18 digits are not). */
function olderForm(carrier: CarrierCode, value: string): boolean {
  return /^\d{12,15}$/.test(value) && plausibleWaybill(carrier, value)
}
