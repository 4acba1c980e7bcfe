/** RFC 4180 as it is met: any line end, quotes inside quotes doubled, text after a closing quote kept. */

/** The separator of the first lines: tab, comma or semicolon, whichever stands there most often outside quotes. */
export function separatorOf(text: string): string {
  const head = text.slice(0, 4000).replace(/"[^"]*"/g, '')
  const count = (sign: string) => head.split(sign).length - 1
  const best = ['\t', ',', ';'].toSorted((a, b) => count(b) - count(a))[0]
  return best ?? ','
}

/** Rows of cells; stops after `maxRows`. Blank lines are rows without text, so that row numbers are those of the file. */
export function parseCsv(text: string, separator: string, maxRows: number): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let at = 0
  const endRow = () => {
    rows.push(row)
    row = []
  }
  while (at < text.length && rows.length < maxRows) {
    const cell = text[at] === '"' ? quoted(text, at, separator) : plain(text, at, separator)
    row.push(cell.text)
    at = cell.end
    if (at >= text.length) break
    if (text[at] === separator) {
      at += 1
      // a separator at the very end opens one more empty cell
      if (at >= text.length) row.push('')
      continue
    }
    at += text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1
    endRow()
  }
  if (row.length > 0 && rows.length < maxRows) endRow()
  return rows
}

type Cell = { readonly text: string; readonly end: number }

function plain(text: string, from: number, separator: string): Cell {
  let end = from
  while (end < text.length && text[end] !== separator && text[end] !== '\n' && text[end] !== '\r') end += 1
  return { text: text.slice(from, end), end }
}

function quoted(text: string, from: number, separator: string): Cell {
  let value = ''
  let at = from + 1
  for (;;) {
    const close = text.indexOf('"', at)
    if (close < 0) return { text: value + text.slice(at), end: text.length }
    value += text.slice(at, close)
    if (text[close + 1] !== '"') {
      const rest = plain(text, close + 1, separator)
      return { text: value + rest.text, end: rest.end }
    }
    value += '"'
    at = close + 2
  }
}

/** One CSV text with CRLF line ends; a cell is quoted where it must be. */
export function formatCsv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(formatCell).join(',')}\r\n`).join('')
}

function formatCell(text: string): string {
  return /[",;\t\r\n\0]|^\s|\s$|^$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
