import { createHash } from 'node:crypto'
import type { SheetMapping } from '../hub/sheet-port.ts'
import { fieldOfHeader, fieldOfName, plainHeader, type SheetField } from '../text/sheet-columns.ts'
import { cleanText } from './sheet-cells.ts'
import type { SheetRow, SheetTable } from './sheet-reader.ts'

export type Columns = ReadonlyMap<SheetField, readonly number[]>

export type HeaderFound = {
  /** Number of the header row in the file. */
  readonly row: number
  readonly headers: readonly string[]
  /** The same for equal header rows, whatever their case, blanks and brackets. */
  readonly hash: string
  /** Columns of each field, the surest first; several when a column is repeated: the first that is filled counts. */
  readonly columns: Columns
}

const headerRows = 10
const knownNeeded = 3

/** The first of the top ten rows that names at least three known columns, or that somebody has explained before. */
export async function findHeader(
  table: SheetTable,
  mappingOf: (hash: string) => Promise<SheetMapping | undefined>,
): Promise<HeaderFound | undefined> {
  for (const row of table.rows.filter((each) => each.number <= headerRows)) {
    const headers = row.cells.map(cleanText)
    const hash = headerHash(headers)
    const mapping = await mappingOf(hash)
    const columns = columnsOf(headers, mapping ?? {})
    const explained =
      mapping !== undefined && Object.values(mapping).some((name) => headers.some((header) => sameName(header, name)))
    if (columns.size >= knownNeeded || explained) return { row: row.number, headers, hash, columns }
  }
  return undefined
}

const sameName = (header: string, name: string | undefined) =>
  name !== undefined && plainHeader(header) === plainHeader(name)

function headerHash(headers: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify(headers.map(plainHeader)))
    .digest('hex')
    .slice(0, 32)
}

function columnsOf(headers: readonly string[], mapping: SheetMapping): Columns {
  const ranked = new Map<SheetField, { column: number; rank: number }[]>()
  const note = (field: SheetField, column: number, rank: number) => {
    const known = ranked.get(field)
    if (known === undefined) ranked.set(field, [{ column, rank }])
    else known.push({ column, rank })
  }
  for (const [column, header] of headers.entries()) {
    const said = Object.entries(mapping).find(([, name]) => sameName(header, name))
    const field = said && fieldOfName(said[0])
    const known = fieldOfHeader(header)
    if (field !== undefined) note(field, column, -1)
    else if (known !== undefined) note(known.field, column, known.rank)
  }
  const columns = new Map<SheetField, number[]>()
  for (const [field, all] of ranked) {
    const best = Math.min(...all.map(({ rank }) => rank))
    // a weaker name beside a sure one means another thing: the ERP's own order number beside the channel's
    columns.set(
      field,
      all
        .filter(({ rank }) => rank === best || !strict.has(field))
        .toSorted((a, b) => a.rank - b.rank)
        .map(({ column }) => column),
    )
  }
  return columns
}

/** Fields where only the surest column may be read. */
const strict: ReadonlySet<SheetField> = new Set(['orderNo', 'qty', 'paid', 'receivable', 'lineAmount', 'createdAt'])

/** Fields without which no order can be made of a row; empty when all are there. */
export function missingFields(columns: Columns): readonly SheetField[] {
  const missing: SheetField[] = []
  if (!columns.has('orderNo')) missing.push('orderNo')
  if (!columns.has('name') && !columns.has('sku')) missing.push('name')
  if (!columns.has('qty')) missing.push('qty')
  return missing
}

/** The first filled cell of a field in a row. */
export function cellOf(
  row: SheetRow,
  columns: Columns,
  field: SheetField,
): { readonly text: string; readonly column: number; readonly numeric: boolean } | undefined {
  for (const column of columns.get(field) ?? []) {
    const text = row.cells[column] ?? ''
    if (cleanText(text) !== '') return { text, column, numeric: row.numeric.includes(column) }
  }
  return undefined
}
