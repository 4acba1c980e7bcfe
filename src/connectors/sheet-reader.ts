import { Worker } from 'node:worker_threads'
import { parseCsv, separatorOf } from './csv.ts'
import { safeZip } from './zip-guard.ts'

/** One row that holds text. `cells[c]` is '' where nothing stands; `numeric` lists the columns stored as numbers. */
export type SheetRow = {
  readonly number: number
  readonly cells: readonly string[]
  readonly numeric: readonly number[]
}
export type SheetTable = { readonly name: string; readonly rows: readonly SheetRow[] }

type SheetProblemKind =
  | 'empty'
  | 'too_big'
  | 'too_many_rows'
  | 'not_a_sheet'
  | 'password'
  | 'damaged'
  | 'bomb'
  | 'too_slow'

export type SheetReading =
  | { readonly outcome: 'read'; readonly tables: readonly SheetTable[] }
  | { readonly outcome: 'refused'; readonly problem: SheetProblemKind }

export const sheetLimits = {
  bytes: 10 * 1024 * 1024,
  rows: 50_000,
  columns: 256,
  sheets: 5,
  /** A workbook of 50,000 rows takes about 10 s on a slow core. */
  parseMs: 30_000,
  heapMb: 768,
} as const

/**
 * The text of a spreadsheet, whatever its name says: xlsx, xls, XML or HTML tables and CSV/TSV (UTF-8, UTF-16, GB18030) are
 * told apart by their first bytes. Formulas are never worked out: their stored result counts. Rows keep their numbers.
 */
export async function readSheet(bytes: Uint8Array): Promise<SheetReading> {
  if (bytes.length > sheetLimits.bytes) return refused('too_big')
  const reading = await readKind(bytes)
  if (reading.outcome === 'refused') return reading
  const tables = reading.tables.filter((table) => table.rows.length > 0)
  if (tables.length === 0) return refused('empty')
  if (tables.some((table) => (table.rows.at(-1)?.number ?? 0) > sheetLimits.rows)) return refused('too_many_rows')
  return { outcome: 'read', tables }
}

async function readKind(bytes: Uint8Array): Promise<SheetReading> {
  if (startsWith(bytes, [0x50, 0x4b, 0x03, 0x04])) {
    const safe = await safeZip(bytes)
    if (safe.outcome === 'refused') return refused(safe.problem === 'not_a_workbook' ? 'not_a_sheet' : safe.problem)
    return readInThread({ bytes: safe.bytes })
  }
  // OLE2: xls, and xlsx under a password
  if (startsWith(bytes, [0xd0, 0xcf, 0x11, 0xe0])) return readInThread({ bytes })
  if (otherFiles.some((magic) => startsWith(bytes, magic))) return refused('not_a_sheet')
  const text = decodeText(bytes)
  if (text === undefined) return refused('not_a_sheet')
  const head = text.slice(0, 2000).trimStart().toLowerCase()
  if (/^(?:<!doctype|<html|<table|<meta|<head|<style|<\?xml|<!--)/.test(head)) return readInThread({ html: text })
  return readText(text)
}

/** First bytes of PNG, JPEG, GIF, PDF, RAR, 7z, gzip and RTF files, which people drop by mistake and which may pass for text. */
const otherFiles = ['89504e47', 'ffd8ff', '47494638', '25504446', '52617221', '377abcaf', '1f8b', '7b5c727466'].map(
  (hex) => [...Buffer.from(hex, 'hex')],
)

function readText(text: string): SheetReading {
  const rows = parseCsv(text, separatorOf(text), sheetLimits.rows + 1)
  const table = rows.map((cells, index) => ({
    number: index + 1,
    cells: cells.slice(0, sheetLimits.columns),
    numeric: [],
  }))
  return { outcome: 'read', tables: [{ name: '', rows: table.filter((row) => row.cells.some((cell) => cell !== '')) }] }
}

/** undefined when the bytes are no text in any encoding a spreadsheet program writes. */
function decodeText(bytes: Uint8Array): string | undefined {
  const encodings = startsWith(bytes, [0xff, 0xfe])
    ? ['utf-16le']
    : startsWith(bytes, [0xfe, 0xff])
      ? ['utf-16be']
      : ['utf-8', 'gb18030']
  for (const encoding of encodings) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
      // pictures and programs are full of these, tables are not
      if (controlSigns(text.slice(0, 4000)) <= 2) return text
    } catch {
      // not this encoding: the next one
    }
  }
  return undefined
}

/** Signs below the blank that are neither tab nor line end. */
function controlSigns(text: string): number {
  return text.replace(/[\t\n\v\f\r]/g, '').match(/\p{Cc}/gu)?.length ?? 0
}

type ThreadAnswer = { readonly sheets: readonly SheetTable[] } | { readonly failed: 'password' | 'damaged' }

/** The workbook library runs apart: bounded in time and memory, and the desk goes on answering meanwhile. */
function readInThread(source: { readonly bytes: Uint8Array } | { readonly html: string }): Promise<SheetReading> {
  const worker = new Worker(new URL('./sheet-thread.js', import.meta.url), {
    workerData: {
      ...source,
      maxRows: sheetLimits.rows,
      maxColumns: sheetLimits.columns,
      maxSheets: sheetLimits.sheets,
    },
    resourceLimits: { maxOldGenerationSizeMb: sheetLimits.heapMb },
    stderr: true,
  })
  return new Promise((resolve) => {
    const settle = (reading: SheetReading) => {
      clearTimeout(timer)
      resolve(reading)
      void worker.terminate()
    }
    const timer = setTimeout(() => settle(refused('too_slow')), sheetLimits.parseMs)
    worker.once('message', (answer: ThreadAnswer) =>
      settle('failed' in answer ? refused(answer.failed) : { outcome: 'read', tables: answer.sheets }),
    )
    // out of memory, or the library fell over: the file is to blame
    worker.once('error', () => settle(refused('damaged')))
    worker.once('exit', () => settle(refused('damaged')))
  })
}

function refused(problem: SheetProblemKind): SheetReading {
  return { outcome: 'refused', problem }
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte)
}

/** A1 name of a cell: column from 0, row from 1. */
export function cellName(column: number, row: number): string {
  let letters = ''
  for (let left = column + 1; left > 0; left = Math.floor((left - 1) / 26))
    letters = String.fromCharCode(65 + ((left - 1) % 26)) + letters
  return `${letters}${row}`
}
