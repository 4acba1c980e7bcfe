/**
 * Reads CSV as Excel and WPS write it: quotes doubled inside quotes, line ends of any kind, `,` `;` or tab between cells
 * (whichever the first line has most of), a byte order mark in front. Cells are trimmed; empty lines are skipped.
 */
export function parseCsv(text: string): readonly { readonly line: number; readonly cells: readonly string[] }[] {
  const body = text.replace(/^\ufeff/, '').replaceAll('\0', '')
  const comma = separatorOf(body)
  const rows: { line: number; cells: string[] }[] = []
  let cells: string[] = []
  let cell = ''
  let quoted = false
  let line = 1
  let startLine = 1
  const endCell = () => {
    cells.push(cell.trim())
    cell = ''
  }
  const endRow = () => {
    endCell()
    if (cells.some((value) => value !== '')) rows.push({ line: startLine, cells })
    cells = []
    startLine = line
  }
  for (let i = 0; i < body.length; i++) {
    const char = body[i]
    if (char === '\n' || (char === '\r' && body[i + 1] !== '\n')) line += 1
    if (quoted) {
      if (char !== '"') cell += char
      else if (body[i + 1] === '"') cell += body[++i]
      else quoted = false
    } else if (char === '"' && cell.trim() === '') {
      quoted = true
      cell = ''
    } else if (char === comma) endCell()
    else if (char === '\n' || (char === '\r' && body[i + 1] !== '\n')) endRow()
    else cell += char
  }
  endRow()
  return rows
}

function separatorOf(body: string): string {
  const first = body.split(/\r?\n|\r/, 1)[0] ?? ''
  const count = (separator: string) => first.split(separator).length
  return [',', ';', '\t'].reduce((best, separator) => (count(separator) > count(best) ? separator : best))
}

/** The bytes of a CSV file as text: UTF-8 when they are that, else GB18030, which Excel writes on Chinese Windows. */
export function decodeCsv(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return new TextDecoder('gb18030').decode(bytes)
    throw error
  }
}
