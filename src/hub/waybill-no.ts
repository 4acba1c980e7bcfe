import type { CarrierCode } from './order-facts.ts'
import { plainToken } from './token.ts'

export type CarrierGuess = {
  /** Most likely first. */
  readonly carriers: readonly [CarrierCode, ...CarrierCode[]]
  /** certain: the letters (or a check digit) say so · likely: one carrier opens its numbers so · ambiguous: several do. */
  readonly certainty: 'certain' | 'likely' | 'ambiguous'
}

type Form = CarrierGuess & { readonly form: RegExp }

const one = (form: RegExp, carrier: CarrierCode, certainty: CarrierGuess['certainty']): Form => ({
  form,
  carriers: [carrier],
  certainty,
})

/**
 * Numbers in use (protocols/waybills.md §1, 2026-11-22), whole tokens only. Carriers change ranges without notice: evidence,
 * not proof. First match wins.
 */
const currentForms: readonly Form[] = [
  one(/^SF[A-Z0-9]\d{12}$/, 'SF', 'certain'),
  one(/^JD[A-Z0-9]{2}\d{11}$/, 'JD', 'certain'),
  one(/^JT\d{12,13}$/, 'JT', 'certain'),
  one(/^YT\d{13}$/, 'YTO', 'certain'),
  one(/^DPK\d{11,13}$/, 'DBL', 'certain'),
  one(/^621\d{12}$/, 'CAINIAO', 'likely'),
  one(/^77\d{13}$/, 'STO', 'likely'),
  { form: /^43\d{13}$/, carriers: ['YUNDA', 'STO'], certainty: 'ambiguous' },
  one(/^[34]\d{14}$/, 'YUNDA', 'likely'),
  one(/^7[3-8]\d{12}$/, 'ZTO', 'likely'),
  { form: /^1[0-3]\d{11}$/, carriers: ['EMS', 'POST'], certainty: 'ambiguous' },
  { form: /^(?:98|99|96|43)\d{11}$/, carriers: ['POST', 'EMS'], certainty: 'ambiguous' },
  { form: /^5\d{12}$/, carriers: ['YUNDA', 'EMS'], certainty: 'ambiguous' },
]

/** Older numbers, and the widest form a carrier's name makes believable; never enough to name a carrier. */
const widerForms: Partial<Record<CarrierCode, RegExp>> = {
  SF: /^\d{12}$/,
  JT: /^\d{12,15}$/,
  YTO: /^(?:[A-Z]{0,2}\d{9,12}|\d{18})$/,
  DBL: /^(?:\d{8,10}|DPK\d{11,})$/,
  STO: /^(?:(?:77|43)\d{10,13}|(?:268|368|468|568|588|668|688|768|868|888|968)\d{9})$/,
  YUNDA: /^(?:\d{13}|\d{15})$/,
  ZTO: /^(?:\d{14}|\d{12})$/,
  EMS: /^(?:1[0-3]|5[0-2]|95|9[7-9])\d{11}$/,
  POST: /^\d{13}$/,
}

const s10 = /^([A-Z]{2})(\d{8})(\d)([A-Z]{2})$/
const s10Weights = [8, 6, 4, 2, 3, 5, 9, 7] as const

/** The postal union's S10 number with a check digit that holds (EE471108151FR). */
export function isS10(no: string): boolean {
  const [, , body, check] = s10.exec(no) ?? []
  if (!body || !check) return false
  const sum = s10Weights.reduce((total, weight, i) => total + weight * Number(body[i]), 0)
  const digit = 11 - (sum % 11)
  return Number(check) === (digit === 10 ? 0 : digit === 11 ? 5 : digit)
}

/** Which carrier's number this is by its form; undefined when no known form fits the whole token. */
export function carrierOf(waybill: string): CarrierGuess | undefined {
  const no = normaliseWaybill(waybill)
  if (isS10(no)) return { carriers: [no.startsWith('E') ? 'EMS' : 'POST'], certainty: 'certain' }
  return currentForms.find(({ form }) => form.test(no))
}

/** True when `no` can be a number of this carrier, older forms included. OTHER takes any tidy number, PICKUP none. */
export function plausibleWaybill(carrier: CarrierCode, waybill: string): boolean {
  const no = normaliseWaybill(waybill)
  if (carrier === 'PICKUP') return false
  if (carrier === 'OTHER') return /^[A-Z0-9-]{5,30}$/.test(no) && /\d{4}/.test(no)
  return (carrierOf(no)?.carriers.includes(carrier) ?? false) || (widerForms[carrier]?.test(no) ?? false)
}

/**
 * Upper case, half width, without the blanks, dots and dashes people and labels put between the groups. The parcel suffix of
 * a JD bar code (JDVA01234567890-1-1-) is cut off: the waybill is the same for every parcel.
 */
export function normaliseWaybill(raw: string): string {
  const token = plainToken(raw)
  return token.replace(/^(JD[A-Z0-9]{2}\d{11})-\d+-\d+-?\d*-?$/, '$1').replace(/-/g, '')
}
