import type { ReadSheetOrders, SheetOrder, SheetProblem } from '../hub/sheet-port.ts'
import type { SheetField } from '../text/sheet-columns.ts'
import { buildOrder } from './sheet-build.ts'
import { groupRows } from './sheet-groups.ts'
import { findHeader, type HeaderFound, missingFields } from './sheet-mapping.ts'
import { readSheet, type SheetRow, type SheetTable } from './sheet-reader.ts'
import { distributorIn } from './sheet-shop.ts'

/**
 * Orders of a distributor's sheet in whatever shape it comes (channels.md §6). An order goes in whole or not at all: a
 * cell that cannot be read keeps all rows of its order out and is named. Throws nothing for what a file may hold.
 */
export const readSheetOrders: ReadSheetOrders = async (file, context) => {
  const reading = await readSheet(file.bytes)
  if (reading.outcome === 'refused') return reading
  const found = await headerOf(reading.tables, context.mappingOf)
  if (found === undefined) return { outcome: 'refused', problem: 'no_header' }
  const { table, header } = found
  const needs = (missing: readonly SheetField[]) =>
    ({ outcome: 'needs-columns', missing, headers: header.headers, headerHash: header.hash }) as const
  const missing = missingFields(header.columns)
  if (missing.length > 0) return needs(missing)

  const defaultShop = context.defaultShop ?? distributorIn(file.fileName)
  const { groups, strays, rows } = await groupRows(header, table.rows, defaultShop)
  if (rows === 0) return { outcome: 'refused', problem: 'empty' }
  const orders: SheetOrder[] = []
  const problems: SheetProblem[] = strays.flatMap(({ problem }) => problem ?? [])
  const failed: SheetRow[] = strays.map(({ row }) => row)
  for (const group of groups) {
    const built = buildOrder(header, group, context.toldAtMs)
    if ('order' in built) orders.push(built)
    else {
      problems.push(...built.problems)
      failed.push(...group.rows)
    }
  }
  // no order has a date and no column could give one: the column has a name nobody has heard of
  const undated =
    orders.length === 0 && problems.length > 0 && problems.every(({ problem }) => problem === 'date_missing')
  if (undated && !header.columns.has('createdAt')) return needs(['createdAt'])
  const byNumber = new Map(table.rows.map((row) => [row.number, row.cells]))
  return {
    outcome: 'read',
    headers: header.headers,
    headerHash: header.hash,
    mapping: mappingOf(header),
    orders,
    problems: problems.toSorted((a, b) => a.row - b.row),
    errorRows: failed.map((row) => ({ row: row.number, cells: row.cells })).toSorted((a, b) => a.row - b.row),
    cellsOf: (row) => byNumber.get(row) ?? [],
    rows,
  }
}

/** The first sheet of the workbook that has a header row. */
async function headerOf(
  tables: readonly SheetTable[],
  mappingOf: Parameters<typeof findHeader>[1],
): Promise<{ readonly table: SheetTable; readonly header: HeaderFound } | undefined> {
  for (const table of tables) {
    const header = await findHeader(table, mappingOf)
    if (header !== undefined) return { table, header }
  }
  return undefined
}

function mappingOf(header: HeaderFound): Readonly<Record<string, string>> {
  return Object.fromEntries([...header.columns].map(([field, [column = 0]]) => [field, header.headers[column] ?? '']))
}
