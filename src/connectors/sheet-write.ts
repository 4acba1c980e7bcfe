import { utils, write } from '@e965/xlsx'
import { formatCsv } from './csv.ts'

/** Spreadsheet programs take text that begins with one of these for a formula, some after a tab, a line end or a NUL. */
const dangerous = /^['=+\-@\t\r\n\0\uff0b\uff0d\uff1d\uff20]/

/**
 * A cell nobody's spreadsheet works out: an apostrophe in front of whatever could begin a formula. Text that begins with
 * an apostrophe gets another one, so that taking one away always gives the text back (cleanText of sheet-cells.ts does).
 */
export function neutralise(text: string): string {
  return dangerous.test(text) ? `'${text}` : text
}

export type SheetContent = { readonly headers: readonly string[]; readonly rows: readonly (readonly string[])[] }

const byteOrderMark = '\ufeff'

/** CSV in UTF-8 with byte order mark (Excel in China reads it as GBK without), every cell neutralised. */
export function csvFile({ headers, rows }: SheetContent): Uint8Array {
  return Buffer.from(byteOrderMark + formatCsv([headers, ...rows].map((row) => row.map(neutralise))))
}

/** A workbook with one sheet, all cells text, every cell neutralised: ids stay whole and nothing is a formula. */
export function workbookFile({ headers, rows }: SheetContent, sheetName: string): Uint8Array {
  const cells = [headers, ...rows].map((row) => row.map((text) => ({ t: 's' as const, v: neutralise(text), z: '@' })))
  const book = utils.book_new()
  utils.book_append_sheet(book, utils.aoa_to_sheet(cells), sheetName.slice(0, 31))
  return new Uint8Array(write(book, { type: 'buffer', bookType: 'xlsx', compression: true }) as Buffer)
}

/** Rows to be corrected: the file's own columns and one more in front that says what is wrong. */
export function errorContent(
  problemHeader: string,
  errors: {
    readonly headers: readonly string[]
    readonly rows: readonly { readonly cells: readonly string[]; readonly words: string }[]
  },
): SheetContent {
  return {
    headers: [problemHeader, ...errors.headers],
    rows: errors.rows.map(({ cells, words }) => [words, ...cells]),
  }
}
