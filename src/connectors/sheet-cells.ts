import { parsePhone } from '../hub/phone.ts'

/** What a cell says, or why it cannot be read. `none`: nothing stands there, which is not zero and not an error. */
export type CellValue<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'none' }
  | { readonly kind: 'problem'; readonly problem: string; readonly by?: number }

const none = { kind: 'none' } as const
const value = <T>(content: T): CellValue<T> => ({ kind: 'value', value: content })
const problem = (code: string): CellValue<never> => ({ kind: 'problem', problem: code })

/**
 * The text people meant: without the tricks that keep spreadsheets from turning ids into numbers ('123, ="123", a tab
 * behind) and without invisible signs.
 */
export function cleanText(raw: string): string {
  const text = raw.replace(/[\u200b-\u200f\u2060\ufeff\0]/g, '').trim()
  const formula = /^="(.*)"$/s.exec(text)
  return (formula?.[1] ?? text).replace(/^'/, '').trim()
}

/** Excel keeps 15 digits of a number: a longer one has lost its end, whatever it shows. */
export function readNumberText(raw: string, numeric: boolean): CellValue<string> {
  const text = cleanText(raw).replace(/^(\d+)\.0+$/, '$1')
  if (text === '') return none
  const lost = /^\d+(?:\.\d+)?e\+?\d+$/i.test(text) || (numeric && /^\d{16,}$/.test(text)) || /^\d{15}0+$/.test(text)
  return lost ? problem('number_lost') : value(text)
}

/** One order number. Several in a cell are several orders merged by hand: nobody can say which lines belong to which. */
export function readOrderNo(raw: string, numeric: boolean): CellValue<string> {
  const number = readNumberText(raw, numeric)
  if (number.kind !== 'value') return number
  const parts = number.value.split(/[,;/|\n\uff0c\uff1b\u3001]+/).filter((part) => part.trim() !== '')
  return parts.length > 1 ? problem('order_no_several') : number
}

const serialEpochDays = 25_569
const dayMs = 86_400_000
const beijingMs = 8 * 3_600_000
const dateText =
  /^(\d{4})[-/.\u5e74](\d{1,2})[-/.\u6708](\d{1,2})\u65e5?(?:[ T]*(\d{1,2})[:\u65f6](\d{1,2})(?:[:\u5206](\d{1,2}))?(?:\.\d+)?\u79d2?\u5206?)?$/
const noDate = /^(?:0|-|\/|0000-00-00.*|0001-01-01.*|1970-01-01 (?:00:00:00|08:00:00))$/

/** A time in Beijing, written out or as a spreadsheet's day number (1900 system). Epoch ms. */
export function readTime(raw: string): CellValue<number> {
  const text = cleanText(raw).normalize('NFKC').replace(/\s+/g, ' ')
  if (text === '' || noDate.test(text)) return none
  if (/^\d{5}(?:\.\d+)?$/.test(text)) {
    // spreadsheets count days from a date that is wrong by one before March 1900, long before any order
    const ms = (Number(text) - serialEpochDays) * dayMs - beijingMs
    return value(Math.round(ms / 1000) * 1000)
  }
  const packed = /^(20\d{2})(\d{2})(\d{2})(?: ?(\d{2}):?(\d{2}):?(\d{2}))?$/.exec(text)
  const parts = packed ?? dateText.exec(text)
  if (parts === null) return problem('date_unreadable')
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1)
    .map((part) => Number(part ?? 0))
  const utc = Date.UTC(year, month - 1, day, hour, minute, second)
  const back = new Date(utc)
  const exact = back.getUTCMonth() === month - 1 && back.getUTCDate() === day && hour < 24 && minute < 60 && second < 60
  return exact && year >= 2000 ? value(utc - beijingMs) : problem('date_unreadable')
}

/** Yuan as text → fen, without ever being a float. More than two decimals are rounded, a blank is not zero. */
export function readAmount(raw: string): CellValue<bigint> {
  const text = cleanText(raw)
    .normalize('NFKC')
    .replace(/[\s,\u5143\u00a5$]|RMB|CNY/gi, '')
  if (text === '' || text === '-') return none
  const parts = /^(\d{1,12})(?:\.(\d*))?$/.exec(text)
  if (parts === null) return problem('amount_unreadable')
  const [, whole = '0', decimals = ''] = parts
  const fen = BigInt(whole) * 100n + BigInt(decimals.slice(0, 2).padEnd(2, '0'))
  return value(decimals.charAt(2) >= '5' ? fen + 1n : fen)
}

/** A positive whole number of pieces. */
export function readQty(raw: string): CellValue<number> {
  const text = cleanText(raw).normalize('NFKC').replaceAll(',', '')
  if (text === '') return none
  const qty = /^\d{1,7}(?:\.0+)?$/.test(text) ? Number(text) : 0
  return qty >= 1 && qty <= 1_000_000 ? value(qty) : problem('qty_unreadable')
}

const mobileDigits = 11

/** A phone number as it will be kept. Masked and encrypted ones are taken as they are; plain digits must add up. */
export function readPhone(raw: string): CellValue<string> {
  const text = cleanText(raw)
    .normalize('NFKC')
    .replace(/^(\d+)\.0$/, '$1')
  if (text === '' || text === '-') return none
  if (parsePhone(text) !== undefined || /[*#$]/.test(text)) return value(text)
  const digits = text.replace(/[\s()-]/g, '')
  if (/^1\d{4,}$/.test(digits) && digits.length !== mobileDigits) {
    const by = Math.abs(mobileDigits - digits.length)
    return { kind: 'problem', problem: digits.length < mobileDigits ? 'phone_short' : 'phone_long', by }
  }
  // a local number without its area code: shown, found by its tail
  return /^[2-9]\d{6,7}$/.test(digits) ? value(text) : problem('phone_unreadable')
}
