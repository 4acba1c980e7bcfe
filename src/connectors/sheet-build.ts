import type { CarrierCode, SourceOrder } from '../hub/order-facts.ts'
import type { SheetOrder, SheetProblem } from '../hub/sheet-port.ts'
import { carrierOf } from '../hub/waybill-no.ts'
import {
  carrierWords,
  noCarrierWord,
  otherCarrierWord,
  payMethodUnstated,
  type SheetField,
} from '../text/sheet-columns.ts'
import { type CellValue, cleanText, readAmount, readNumberText, readPhone, readQty, readTime } from './sheet-cells.ts'
import { type Group, placeOf, problemAt, stageOfWord } from './sheet-groups.ts'
import { cellOf, type HeaderFound } from './sheet-mapping.ts'
import type { SheetRow } from './sheet-reader.ts'

/** Reads the cells of one order and notes what cannot be read. */
type Desk = {
  readonly header: HeaderFound
  readonly rows: readonly SheetRow[]
  readonly problems: SheetProblem[]
  /** A1 names by field of SourceOrder. */
  readonly cells: Record<string, string>
}

const paidStages = new Set(['paid', 'part_shipped', 'shipped', 'signed'])
const clockSlackMs = 86_400_000

/** The order these rows tell, or why not. `toldAtMs` stands for the source's own modification time, which sheets lack. */
export function buildOrder(
  header: HeaderFound,
  group: Group,
  toldAtMs: number,
): SheetOrder | { readonly problems: readonly SheetProblem[] } {
  const desk: Desk = { header, rows: group.rows, problems: [...group.problems], cells: {} }
  const orderedAtMs = orderTime(desk, group.orderNo, toldAtMs)
  const status = wordOf(desk, 'status', 'stage')
  const stage = status === undefined ? undefined : stageOfWord(status)
  const lines = linesOf(desk)
  const money = moneyOf(desk, lines, stage)
  const paidAtMs =
    timeOf(desk, 'paidAt', 'paidAtMs', toldAtMs) ??
    (stage !== undefined && paidStages.has(stage) ? orderedAtMs : undefined)
  const phone = firstOf(desk, 'phone', 'phone', readPhone)
  const shippedAtMs = timeOf(desk, 'shippedAt', 'shippedAtMs', toldAtMs)
  const waybillNo = waybillsOf(desk)
  const order: Blankable<SourceOrder> = {
    channel: group.channel,
    shop: group.shop,
    orderNo: group.orderNo,
    source: `sheet.${group.shop}`.slice(0, 60),
    modifiedAtMs: toldAtMs,
    orderedAtMs: orderedAtMs ?? toldAtMs,
    stage: stage === 'elsewhere' ? undefined : stage,
    consigneeName: wordOf(desk, 'receiver', 'consigneeName'),
    phone,
    ...addressOf(desk),
    ...money,
    paidAtMs,
    payMethod: wordOf(desk, 'payMethod', 'payMethod') ?? (paidAtMs === undefined ? undefined : payMethodUnstated),
    ...carrierChosen(desk, waybillNo),
    waybillNo,
    shippedAtMs,
    warehouse: wordOf(desk, 'warehouse', 'warehouse'),
    remark: wordOf(desk, 'remark', 'remark'),
    lines,
  }
  if (desk.problems.length > 0) return { problems: desk.problems }
  return { order: withoutBlanks(order), rows: group.rows.map((row) => row.number), cells: desk.cells }
}

type Blankable<T> = { readonly [K in keyof T]: T[K] | undefined }

function withoutBlanks<T extends object>(value: Blankable<T>): T {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T
}

/** An order-level field stands on every row of the order or on the first: the first filled cell counts. */
function firstOf<T>(
  desk: Desk,
  field: SheetField,
  as: string,
  read: (text: string, numeric: boolean) => CellValue<T>,
): T | undefined {
  for (const row of desk.rows) {
    const cell = cellOf(row, desk.header.columns, field)
    if (cell === undefined) continue
    const content = read(cell.text, cell.numeric)
    if (content.kind === 'none') continue
    desk.cells[as] = placeOf(desk.header, row, field).cell
    if (content.kind === 'value') return content.value
    desk.problems.push(problemAt(desk.header, row, field, content))
    return undefined
  }
  return undefined
}

const readWord = (text: string): CellValue<string> => {
  const word = cleanText(text).replace(/\s+/g, ' ')
  return word === '' ? { kind: 'none' } : { kind: 'value', value: word }
}

function wordOf(desk: Desk, field: SheetField, as: string): string | undefined {
  return firstOf(desk, field, as, readWord)
}

function timeOf(desk: Desk, field: SheetField, as: string, toldAtMs: number): number | undefined {
  return firstOf(desk, field, as, (text) => {
    const time = readTime(text)
    return time.kind === 'value' && time.value > toldAtMs + clockSlackMs
      ? { kind: 'problem', problem: 'date_future' }
      : time
  })
}

/** When it was ordered; without that when it was paid; without that the day that stands in the order number. */
function orderTime(desk: Desk, orderNo: string, toldAtMs: number): number | undefined {
  const before = desk.problems.length
  const told = timeOf(desk, 'createdAt', 'orderedAtMs', toldAtMs)
  if (told !== undefined || desk.problems.length > before) return told
  const paid = desk.rows.map((row) => cellOf(row, desk.header.columns, 'paidAt')).find((cell) => cell !== undefined)
  const paidTime = paid === undefined ? undefined : readTime(paid.text)
  if (paidTime?.kind === 'value') return paidTime.value
  const day = /^(?:JXS\d{2}-|POS-[A-Z]+\d*-|E)(20\d{6})/i.exec(orderNo)?.[1]
  const fromNumber = day === undefined ? undefined : readTime(day)
  if (fromNumber?.kind === 'value') return fromNumber.value
  const [row] = desk.rows
  if (row !== undefined) desk.problems.push({ ...placeOf(desk.header, row, 'createdAt'), problem: 'date_missing' })
  return undefined
}

type Line = SourceOrder['lines'][number]

/** One line per row. Equal rows are legitimate (the same goods from two lots): they are numbered. */
function linesOf(desk: Desk): Line[] {
  const met = new Map<string, number>()
  return desk.rows.flatMap((row) => {
    const one: Desk = { ...desk, rows: [row] }
    const sku = firstOf(one, 'sku', 'sku', readNumberText)
    const name = wordOf(one, 'name', 'name') ?? sku
    const spec = wordOf(one, 'spec', 'spec')
    const lineNo = firstOf(one, 'lineNo', 'lineKey', readNumberText)
    const qty = firstOf(one, 'qty', 'qty', readQty)
    const amountFen = firstOf(one, 'lineAmount', 'amountFen', readAmount)
    if (name === undefined) desk.problems.push({ ...placeOf(desk.header, row, 'name'), problem: 'name_missing' })
    if (qty === undefined && cellOf(row, desk.header.columns, 'qty') === undefined)
      desk.problems.push({ ...placeOf(desk.header, row, 'qty'), problem: 'qty_missing' })
    if (name === undefined || qty === undefined) return []
    const key = lineNo ?? sku ?? (spec === undefined ? name : `${name} ${spec}`)
    const times = (met.get(key) ?? 0) + 1
    met.set(key, times)
    return [withoutBlanks<Line>({ lineKey: times === 1 ? key : `${key}#${times}`, sku, name, spec, qty, amountFen })]
  })
}

/** Only what the sheet says: a sum of lines where all are priced, a discount where the receivable shows one. */
function moneyOf(
  desk: Desk,
  lines: readonly Line[],
  stage: string | undefined,
): Blankable<Pick<SourceOrder, 'totalFen' | 'discountFen' | 'freightFen' | 'paidFen'>> {
  const freightFen = firstOf(desk, 'freight', 'freightFen', readAmount)
  const receivable = firstOf(desk, 'receivable', 'receivable', readAmount)
  const paid = firstOf(desk, 'paid', 'paidFen', readAmount)
  const priced = lines.length > 0 && lines.every((line) => line.amountFen !== undefined)
  const totalFen = priced ? lines.reduce((sum, line) => sum + (line.amountFen ?? 0n), 0n) : undefined
  const discount =
    totalFen === undefined || receivable === undefined ? undefined : totalFen + (freightFen ?? 0n) - receivable
  return {
    totalFen,
    freightFen,
    discountFen: discount !== undefined && discount >= 0n ? discount : undefined,
    // a source that calls the order paid and names no sum paid means the whole sum
    paidFen: paid ?? (stage !== undefined && paidStages.has(stage) ? (receivable ?? totalFen) : undefined),
  }
}

/** Every number the order's rows show: parcels of one order have a row each, or share a cell. */
function waybillsOf(desk: Desk): string | undefined {
  const numbers = new Set<string>()
  for (const row of desk.rows) {
    const number = firstOf({ ...desk, rows: [row] }, 'waybill', 'waybillNo', readNumberText)
    if (number !== undefined) numbers.add(number)
  }
  return numbers.size === 0 ? undefined : [...numbers].join(',')
}

type Chosen = { readonly carrier?: CarrierCode; readonly carrierName?: string }

/** The carrier the sheet names; a number whose letters belong to one carrier names it as well. */
function carrierChosen(desk: Desk, waybillNo: string | undefined): Chosen {
  const delivery = wordOf(desk, 'delivery', 'carrier')
  const word = wordOf(desk, 'carrier', 'carrier')
  for (const text of [delivery, word]) if (text !== undefined && codeOf(text) === 'PICKUP') return { carrier: 'PICKUP' }
  if (word === undefined || (noCarrierWord.test(word) && !otherCarrierWord.test(word))) {
    const guess = waybillNo === undefined ? undefined : carrierOf(waybillNo.split(',')[0] ?? '')
    return guess?.certainty === 'certain' ? { carrier: guess.carriers[0] } : {}
  }
  if (otherCarrierWord.test(word)) return { carrier: 'OTHER' }
  const code = codeOf(word)
  return code === undefined ? { carrier: 'OTHER', carrierName: word } : { carrier: code }
}

function codeOf(text: string): CarrierCode | undefined {
  return carrierWords.find(([form]) => form.test(text))?.[1] as CarrierCode | undefined
}

/** One text from up to four columns, without saying a province twice. */
function addressOf(desk: Desk): { readonly address: string | undefined; readonly region: string | undefined } {
  const parts = [wordOf(desk, 'province', 'region'), wordOf(desk, 'city', 'region'), wordOf(desk, 'district', 'region')]
  const rest = wordOf(desk, 'address', 'address')
  const before = parts.filter((part): part is string => part !== undefined && !(rest ?? '').includes(part))
  const region = [...new Set(parts.slice(0, 2).filter((part) => part !== undefined))].join(' ')
  return {
    address: rest === undefined ? undefined : [...new Set(before)].join('') + rest,
    region: region === '' ? undefined : region,
  }
}
