import type { Told } from '../hub/channel-port.ts'
import type { SourceOrder } from '../hub/order-facts.ts'
import { BadPayload } from '../runtime/errors.ts'
import type { Json } from '../runtime/json.ts'

// Values as vendors write them (ids, money, times), read without losing anything. null and '' are "not told" everywhere. A field
// of another type than documented throws BadPayload that names it: its item is set aside (readEach) and the others go on.

type Field = Json | undefined

/** Words; a bare number becomes its digits, since some vendors change their mind. */
export function textAt(value: Field, field: string): string | undefined {
  if (blank(value)) return undefined
  if (typeof value === 'string') return value.trim() === '' ? undefined : value.trim()
  if (typeof value === 'number') return String(value)
  throw other(value, field, 'text')
}

/** An id as text; 0 is none. */
export function idAt(value: Field, field: string): string | undefined {
  const text = textAt(value, field)
  return text === '0' ? undefined : text
}

/** A whole number, bare or as its digits. */
export function wholeAt(value: Field, field: string): number | undefined {
  if (blank(value)) return undefined
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value.trim()) ? Number(value) : value
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number
  throw other(value, field, 'a whole number')
}

/** Fen as a whole number, bare or as its digits. */
export function fenAt(value: Field, field: string): bigint | undefined {
  if (blank(value)) return undefined
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
  if (typeof value === 'string' && /^-?\d{1,15}$/.test(value)) return BigInt(value)
  throw other(value, field, 'fen')
}

/** Yuan as decimal text or number, to the fen; beyond two decimals only zeros (旺店通 writes four). Never through a float. */
export function yuanAt(value: Field, field: string): bigint | undefined {
  if (blank(value)) return undefined
  const match = typeof value === 'object' ? null : /^(-?)(\d{1,13})(?:\.(\d{0,2})0*)?$/.exec(String(value).trim())
  if (match === null) throw other(value, field, 'yuan')
  const [, sign = '', whole = '', cents = ''] = match
  const fen = BigInt(whole) * 100n + BigInt(cents.padEnd(2, '0'))
  return sign === '-' ? -fen : fen
}

/** Unix seconds; 0 is none. */
export function secondsAt(value: Field, field: string): number | undefined {
  const seconds = wholeAt(value, field)
  if (seconds === undefined || seconds <= 0) return undefined
  if (seconds > 100_000_000_000) throw other(value, field, 'seconds')
  return seconds * 1_000
}

const noTime = /^(?:0|0001-01-01.*|1970-01-01.*|0000-00-00.*)$/
const writtenTime = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?$/

/** `yyyy-MM-dd HH:mm:ss`, which is Beijing time unless it names a zone; 0 and the first days of calendars are none. */
export function beijingAt(value: Field, field: string): number | undefined {
  if (blank(value) || value === 0) return undefined
  if (typeof value !== 'string') throw other(value, field, 'a time')
  const text = value.trim()
  if (text === '' || noTime.test(text)) return undefined
  const [, day, time, zone = '+08:00'] = writtenTime.exec(text) ?? []
  const atMs = Date.parse(`${day}T${time}${zone}`)
  if (Number.isNaN(atMs)) throw other(value, field, 'a time')
  return atMs
}

/** `yyyy-MM-dd HH:mm:ss` in Beijing, as vendors want it. */
export function beijingText(atMs: number): string {
  return new Date(atMs + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
}

/** The members of a list; one that is not told is empty. */
export function listAt(value: Field, field: string): readonly Json[] {
  if (blank(value)) return []
  if (Array.isArray(value)) return value
  throw other(value, field, 'a list')
}

/** What must be there. */
export function needed<T>(value: T | undefined, field: string): T {
  if (value === undefined) throw new BadPayload(`${field} is missing`)
  return value
}

type Faulty = NonNullable<Told['faulty']>

/** Reads each item by itself: one that cannot be read is named and does not hold up the others. */
export function readEach<T>(
  items: readonly Json[],
  idOf: (item: Json) => string | undefined,
  read: (item: Json) => T,
): { readonly values: readonly T[]; readonly faulty: Faulty } {
  const values: T[] = []
  const faulty: Faulty[number][] = []
  for (const item of items) {
    try {
      values.push(read(item))
    } catch (error) {
      if (!(error instanceof BadPayload)) throw error
      faulty.push({ id: idOf(item) ?? 'without number', problem: error.message })
    }
  }
  return { values, faulty }
}

/** Lines in the order of their keys: lists and details of one vendor do not agree on an order of their own. */
export function inOrder(lines: SourceOrder['lines']): SourceOrder['lines'] {
  return [...lines].sort((a, b) => (a.lineKey < b.lineKey ? -1 : 1))
}

/** The same without the fields that were not told. */
export function told<T extends object>(value: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T
}

function blank(value: Field): value is undefined | null | '' {
  return value === undefined || value === null || value === ''
}

function other(value: Field, field: string, wanted: string): BadPayload {
  const kind = value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value
  return new BadPayload(`${field} is ${kind}, not ${wanted}`)
}
