// Reads a workbook in a worker thread: SheetJS works synchronously for seconds on a big file, and a hostile one may never
// end. Here it can be stopped, and its memory is counted. Plain JavaScript, because a worker is started from a file and
// the same file must run beside the sources and beside the compiled code. Says back the rows as plain text.
import { parentPort, workerData } from 'node:worker_threads'
import { read, set_cptable } from '@e965/xlsx'
import * as cptable from '@e965/xlsx/dist/cpexcel.full.mjs'

// old .xls files (before Excel 97) hold text in a code page
set_cptable(cptable)

const { bytes, html, maxRows, maxColumns, maxSheets } = workerData

function textOf(cell) {
  if (cell === undefined || cell.v === undefined || cell.v === null || cell.t === 'e' || cell.t === 'z') return ''
  if (cell.t === 'b') return cell.v ? 'TRUE' : 'FALSE'
  return String(cell.v)
}

function rowsOf(sheet) {
  const data = sheet['!data'] ?? []
  const rows = []
  for (let r = 0; r < data.length; r++) {
    const source = data[r]
    if (source === undefined) continue
    const cells = []
    const numeric = []
    for (let c = 0; c < Math.min(source.length, maxColumns); c++) {
      const text = textOf(source[c])
      cells.push(text)
      if (text !== '' && source[c].t === 'n') numeric.push(c)
    }
    rows[r] = { number: r + 1, cells, numeric }
  }
  fillDown(rows, sheet['!merges'] ?? [])
  return rows.filter((row) => row?.cells.some((text) => text !== ''))
}

/** A cell merged over several rows says the same for each of them. Merges across columns are titles and stay as they are. */
function fillDown(rows, merges) {
  for (const { s, e } of merges.slice(0, maxRows)) {
    const top = rows[s.r]
    const text = top?.cells[s.c]
    if (text === undefined || text === '') continue
    for (let r = s.r + 1; r <= Math.min(e.r, maxRows); r++) {
      const row = rows[r]
      if (row === undefined) continue
      while (row.cells.length <= s.c) row.cells.push('')
      row.cells[s.c] = text
      if (top.numeric.includes(s.c)) row.numeric.push(s.c)
    }
  }
}

function parse() {
  const options = {
    dense: true,
    cellFormula: false,
    cellHTML: false,
    cellText: false,
    cellStyles: false,
    sheetRows: maxRows + 1,
  }
  const book =
    html === undefined
      ? read(bytes, { ...options, type: 'array' })
      : read(html, { ...options, type: 'string', raw: true })
  const hidden = book.Workbook?.Sheets ?? []
  const names = book.SheetNames.filter((_, index) => !hidden[index]?.Hidden)
  return { sheets: names.slice(0, maxSheets).map((name) => ({ name, rows: rowsOf(book.Sheets[name]) })) }
}

try {
  parentPort.postMessage(parse())
} catch (error) {
  // the library's words may quote the file: only its kind leaves this thread
  parentPort.postMessage({ failed: /password|encrypt/i.test(String(error?.message)) ? 'password' : 'damaged' })
}
