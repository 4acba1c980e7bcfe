import { setImmediate as breathe } from 'node:timers/promises'
import type { Channel } from '../hub/order-facts.ts'
import type { SheetProblem } from '../hub/sheet-port.ts'
import { type SheetField, statusWords, totalRow } from '../text/sheet-columns.ts'
import { type CellValue, cleanText, readOrderNo } from './sheet-cells.ts'
import { cellOf, type HeaderFound } from './sheet-mapping.ts'
import { cellName, type SheetRow } from './sheet-reader.ts'
import { shopOf } from './sheet-shop.ts'

/** Rows of one order, and what is wrong with any of them. */
export type Group = {
  readonly channel: Channel
  readonly shop: string
  readonly orderNo: string
  readonly rows: SheetRow[]
  readonly problems: SheetProblem[]
}

/** Rows that name no order one could tell. */
type Stray = { readonly row: SheetRow; readonly problem?: SheetProblem }

export type Grouped = { readonly groups: readonly Group[]; readonly strays: readonly Stray[]; readonly rows: number }

/** Cells that only an order has: a row that fills one of them begins an order of its own. */
const orderLevel: readonly SheetField[] = [
  'createdAt',
  'paidAt',
  'receiver',
  'phone',
  'address',
  'status',
  'waybill',
  'shop',
  'paid',
  'receivable',
]
const rowsPerBreath = 1_000

/** The place of a field in a row, or the row's first column where the sheet lacks it. */
export function placeOf(header: HeaderFound, row: SheetRow, field: SheetField): Omit<SheetProblem, 'problem'> {
  const column = cellOf(row, header.columns, field)?.column ?? header.columns.get(field)?.[0] ?? 0
  return { cell: cellName(column, row.number), row: row.number, column: header.headers[column] ?? '' }
}

export function problemAt(
  header: HeaderFound,
  row: SheetRow,
  field: SheetField,
  read: Extract<CellValue<unknown>, { kind: 'problem' }>,
): SheetProblem {
  return { ...placeOf(header, row, field), problem: read.problem, ...(read.by === undefined ? {} : { by: read.by }) }
}

/** Puts rows of one order together: the number repeats on each, or stands only on the first. Totals and blanks are left out. */
export async function groupRows(
  header: HeaderFound,
  all: readonly SheetRow[],
  defaultShop: string | undefined,
): Promise<Grouped> {
  const groups = new Map<string, Group>()
  const strays: Stray[] = []
  let open: Group | 'lost' | undefined
  let lostText = ''
  let rows = 0
  for (const [index, row] of all.entries()) {
    if (index % rowsPerBreath === rowsPerBreath - 1) await breathe()
    if (row.number <= header.row || isTotal(row) || isHeaderAgain(header, row)) continue
    rows += 1
    const cell = cellOf(row, header.columns, 'orderNo')
    if (cell === undefined && continuesOrder(header, row) && open !== undefined) {
      if (open === 'lost') strays.push({ row })
      else open.rows.push(row)
      continue
    }
    if (open !== undefined && open !== 'lost' && repeatsNumber(header, row, open)) {
      open.rows.push(row)
      continue
    }
    const found = groupOf(header, row, cell, defaultShop)
    if ('problem' in found) {
      // a merged cell fills several rows: it is named once
      strays.push(
        open === 'lost' && lostText !== '' && lostText === cell?.text ? { row } : { row, problem: found.problem },
      )
      open = 'lost'
      lostText = cell?.text ?? ''
      continue
    }
    const key = JSON.stringify([found.channel, found.shop, found.orderNo])
    const known = groups.get(key)
    if (known === undefined) groups.set(key, { ...found, rows: [row], problems: [] })
    else known.rows.push(row)
    open = groups.get(key)
  }
  for (const group of groups.values()) dropMergedAway(header, group)
  return { groups: [...groups.values()], strays, rows }
}

/** The number of the order above again, and no word of another shop. */
function repeatsNumber(header: HeaderFound, row: SheetRow, open: Group): boolean {
  const cell = cellOf(row, header.columns, 'orderNo')
  if (cell === undefined || cleanText(cell.text) !== open.orderNo) return false
  return cellOf(row, header.columns, 'shop') === undefined && cellOf(row, header.columns, 'platform') === undefined
}

type Identity = Pick<Group, 'channel' | 'shop' | 'orderNo'>

function groupOf(
  header: HeaderFound,
  row: SheetRow,
  cell: ReturnType<typeof cellOf>,
  defaultShop: string | undefined,
): Identity | { readonly problem: SheetProblem } {
  const number = cell === undefined ? undefined : readOrderNo(cell.text, cell.numeric)
  if (number === undefined || number.kind === 'none')
    return { problem: { ...placeOf(header, row, 'orderNo'), problem: 'order_no_missing' } }
  if (number.kind === 'problem') return { problem: problemAt(header, row, 'orderNo', number) }
  const text = (field: SheetField) => {
    const found = cellOf(row, header.columns, field)
    return found && cleanText(found.text)
  }
  const shop = shopOf({ orderNo: number.value, platform: text('platform'), shop: text('shop'), defaultShop })
  if (shop === undefined) return { problem: { ...placeOf(header, row, 'shop'), problem: 'channel_unknown' } }
  return { ...shop, orderNo: number.value }
}

/** Only goods stand in the row: they belong to the order above. */
function continuesOrder(header: HeaderFound, row: SheetRow): boolean {
  const has = (field: SheetField) => cellOf(row, header.columns, field) !== undefined
  return (has('sku') || has('name') || has('qty')) && !orderLevel.some(has)
}

function isTotal(row: SheetRow): boolean {
  const first = row.cells.map(cleanText).find((text) => text !== '')
  return first === undefined || totalRow.test(first)
}

/** Exports of several pages repeat the header. */
function isHeaderAgain(header: HeaderFound, row: SheetRow): boolean {
  return header.headers.every((text, column) => text === cleanText(row.cells[column] ?? ''))
}

/** The hub's stage of a status cell; undefined for words nobody has explained. */
export function stageOfWord(text: string): string | undefined {
  return statusWords.find(([word]) => word.test(text))?.[1]
}

/**
 * Merged and split internal orders leave a row behind that says so, while the channel's number goes on in another row:
 * where both stand in the file, the one left behind says nothing.
 */
function dropMergedAway(header: HeaderFound, group: Group): void {
  const isElsewhere = (row: SheetRow) => {
    const cell = cellOf(row, header.columns, 'status')
    return cell !== undefined && stageOfWord(cleanText(cell.text)) === 'elsewhere'
  }
  const alive = group.rows.filter((row) => !isElsewhere(row))
  if (alive.length > 0 && alive.length < group.rows.length) group.rows.splice(0, group.rows.length, ...alive)
}
