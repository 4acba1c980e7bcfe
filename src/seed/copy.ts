import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate as breathe } from 'node:timers/promises'
import type postgres from 'postgres'
import { byteaCell, type Cell, type Row, type TableName, type Take, tableNames, tables } from './rows.ts'

type Sql = postgres.Sql<{ bigint: bigint }> | postgres.TransactionSql<{ bigint: bigint }>

/** Collects rows per table and sends them by COPY, in the order of references, whenever enough have come together. */
export type Loader = {
  readonly take: Take
  /** Between two orders: lets the socket work, and hands over what has come together once it is enough. */
  pace(): Promise<void>
  /** Sends all that is left and waits until the server has it. */
  finish(): Promise<void>
  readonly counts: Readonly<Record<TableName, number>>
}

// about 4 MB of text per flush: enough to keep both sides busy, little enough to forget
const flushChars = 4_000_000

const ordersPerBreath = 64

export function loader(sql: Sql): Loader {
  let pending = new Map<TableName, string[]>()
  const counts = Object.fromEntries(tableNames.map((name) => [name, 0])) as Record<TableName, number>
  let chars = 0
  let paces = 0
  let sending: Promise<void> = Promise.resolve()
  // one batch travels while the next is made: both cores work, and never more than two batches are held
  const hand = async () => {
    await sending
    sending = send(sql, pending)
    // the next `hand` reports a failure; until then it must not count as unhandled
    sending.catch(() => {})
    pending = new Map()
    chars = 0
  }
  return {
    counts,
    take: (table, row) => {
      const line = copyLine(row)
      const lines = pending.get(table)
      if (lines === undefined) pending.set(table, [line])
      else lines.push(line)
      counts[table] += 1
      chars += line.length
    },
    pace: async () => {
      if (chars >= flushChars) await hand()
      else if (++paces % ordersPerBreath === 0) await breathe()
    },
    finish: async () => {
      await hand()
      await sending
    },
  }
}

async function send(sql: Sql, batch: ReadonlyMap<TableName, readonly string[]>): Promise<void> {
  for (const table of tableNames) {
    const lines = batch.get(table)
    if (lines !== undefined) await copyIn(sql, table, lines)
  }
}

async function copyIn(sql: Sql, table: TableName, lines: readonly string[]): Promise<void> {
  const columns = tables[table].split(' ').join(', ')
  const target = await sql.unsafe(`COPY ${table} (${columns}) FROM STDIN`).writable()
  await pipeline(Readable.from(batches(lines)), target)
}

const linesPerWrite = 400

function* batches(lines: readonly string[]): Generator<Buffer> {
  for (let from = 0; from < lines.length; from += linesPerWrite)
    yield Buffer.from(lines.slice(from, from + linesPerWrite).join(''))
}

/** One row in PostgreSQL's COPY text format. */
function copyLine(row: Row): string {
  let line = ''
  for (let index = 0; index < row.length; index++) line += (index === 0 ? '' : '\t') + copyCell(row[index] ?? null)
  return `${line}\n`
}

function copyCell(cell: Cell): string {
  if (cell === null) return '\\N'
  if (typeof cell === 'string') return escapeCell(cell)
  if (typeof cell === 'number' || typeof cell === 'boolean') return String(cell)
  if (cell instanceof Date) return cell.toISOString()
  if (cell instanceof Uint8Array) return byteaCell(cell).copy
  if ('copy' in cell) return cell.copy
  return escapeCell(`{${cell.map((item) => `"${item.replace(/["\\]/g, '\\$&')}"`).join(',')}}`)
}

const special = /[\\\t\n\r]/g
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

function escapeCell(text: string): string {
  return text.replace(special, (char) => escapes[char] ?? char)
}
