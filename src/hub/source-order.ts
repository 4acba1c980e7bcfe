import { channels, type SourceOrder } from './order-facts.ts'
import { normaliseOrderNo } from './order-no.ts'
import { parsePhone } from './phone.ts'
import { normaliseWaybill } from './waybill-no.ts'

/** `problem` is a code (connectors put it into words), `field` a name of SourceOrder. */
export type Refusal = {
  readonly outcome: 'refused'
  readonly problem: 'empty' | 'too_long' | 'unknown' | 'out_of_range'
  readonly field: string
}

type Line = SourceOrder['lines'][number]

/** Characters. Identities are refused beyond their limit, words of people are cut. */
const longest = { id: 64, lineKey: 128, name: 60, short: 120, address: 300, words: 1_000 } as const
const earliestMs = 946_684_800_000 // 2000-01-01
const latestMs = 4_102_444_800_000 // 2100-01-01
const mostFen = 10n ** 14n

const times = [
  'orderedAtMs',
  'modifiedAtMs',
  'paidAtMs',
  'shippedAtMs',
  'signedAtMs',
  'cancelledAtMs',
  'promiseShipAtMs',
]
const money = ['totalFen', 'discountFen', 'freightFen', 'paidFen']
const words: readonly (readonly [keyof SourceOrder, number])[] = [
  ['consigneeName', longest.name],
  ['phone', longest.short],
  ['address', longest.address],
  ['region', longest.short],
  ['stage', longest.id],
  ['payMethod', longest.id],
  ['carrierName', longest.id],
  ['warehouse', longest.id],
  ['signer', longest.name],
  ['signPhotoUrl', longest.words],
  ['cancelReason', longest.short],
  ['holdReason', longest.short],
  ['delayReason', longest.short],
  ['remark', longest.words],
  ['splitFrom', longest.id],
]

/** The order in the hub's own spelling, or why it cannot be taken. Blank fields count as not told. */
export function tidyOrder(order: SourceOrder): SourceOrder | Refusal {
  const orderNo = normaliseOrderNo(order.orderNo)
  const shop = tidyText(order.shop, 10_000) ?? ''
  if (!channels.includes(order.channel)) return refused('unknown', 'channel')
  if (orderNo === '') return refused('empty', 'orderNo')
  if (orderNo.length > longest.id) return refused('too_long', 'orderNo')
  if (shop.length > longest.id) return refused('too_long', 'shop')
  const values = order as unknown as Readonly<Record<string, unknown>>
  const badTime = times.find((field) => values[field] !== undefined && !isTime(values[field]))
  if (badTime) return refused('out_of_range', badTime)
  const badMoney = money.find((field) => values[field] !== undefined && !isFen(values[field]))
  if (badMoney) return refused('out_of_range', badMoney)
  const lines = tidyLines(order.lines)
  if ('outcome' in lines) return lines
  const tidied = Object.fromEntries([
    ...words.map(([field, most]) => [field, tidyText(values[field], most)]),
    ...times.map((field) => [field, values[field] === undefined ? undefined : Math.trunc(values[field] as number)]),
  ]) as Partial<SourceOrder>
  const phone = tidied.phone === undefined ? undefined : (parsePhone(tidied.phone)?.text ?? tidied.phone)
  const splitFrom = tidied.splitFrom === undefined ? undefined : normaliseOrderNo(tidied.splitFrom)
  return withoutBlanks({
    ...order,
    ...tidied,
    phone,
    splitFrom,
    orderNo,
    shop,
    lines,
    waybillNo: tidyWaybills(order.waybillNo),
  })
}

/** The numbers in a text that may hold several (JD writes `A,B|C`), in the hub's spelling, each once. */
export function waybillsIn(text: string | undefined): readonly string[] {
  if (text === undefined) return []
  const numbers = text.normalize('NFKC').split(/[,;|/\u3001\s]+/)
  return [...new Set(numbers.map(normaliseWaybill))].filter((no) => no !== '' && no.length <= longest.id)
}

function tidyWaybills(text: string | undefined): string | undefined {
  // a single number may be written in groups (SF1 234 567 890 123): blanks separate numbers only where each is long
  const parts = text?.trim().split(/\s+/) ?? []
  const grouped = parts.length > 1 && parts.some((part) => part.length < 8)
  const numbers = waybillsIn(grouped ? text?.replace(/\s+/g, '') : text)
  return numbers.length > 0 ? numbers.join(',') : undefined
}

/** Equal lines in one order are legitimate: a key met again gets its number (SKU, SKU#2, …). */
function tidyLines(lines: readonly Line[]): readonly Line[] | Refusal {
  const met = new Map<string, number>()
  const tidied: Line[] = []
  for (const line of lines) {
    const name = tidyText(line.name, longest.address)
    const key = tidyText(line.lineKey, 10_000) ?? tidyText(line.sku, longest.short) ?? name
    if (name === undefined || key === undefined) return refused('empty', 'name')
    if (key.length > longest.lineKey) return refused('too_long', 'lineKey')
    if (!Number.isInteger(line.qty) || line.qty < 1 || line.qty > 1_000_000) return refused('out_of_range', 'qty')
    if (line.amountFen !== undefined && !isFen(line.amountFen)) return refused('out_of_range', 'amountFen')
    const times = (met.get(key) ?? 0) + 1
    met.set(key, times)
    const [sku, spec] = [tidyText(line.sku, longest.short), tidyText(line.spec, longest.short)]
    tidied.push(withoutBlanks({ ...line, lineKey: times === 1 ? key : `${key}#${times}`, name, sku, spec }))
  }
  return tidied
}

/** Trimmed, without control signs and halves of characters (Postgres takes neither), cut to `most`; undefined when blank. */
function tidyText(value: unknown, most: number): string | undefined {
  if (typeof value !== 'string') return undefined
  const text = value.replace(/[\p{Cc}\p{Surrogate}]+/gu, ' ').trim()
  return text === '' ? undefined : [...text].slice(0, most).join('')
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && value >= earliestMs && value <= latestMs
}

function isFen(value: unknown): boolean {
  return typeof value === 'bigint' && value > -mostFen && value < mostFen
}

function refused(problem: Refusal['problem'], field: string): Refusal {
  return { outcome: 'refused', problem, field }
}

function withoutBlanks<T extends object>(value: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T
}
