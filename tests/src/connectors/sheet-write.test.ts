import { read } from '@e965/xlsx'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatCsv, parseCsv } from '../../../src/connectors/csv.ts'
import { readSheet } from '../../../src/connectors/sheet-reader.ts'
import { csvFile, errorContent, neutralise, workbookFile } from '../../../src/connectors/sheet-write.ts'

/** Cells of all kinds, those that begin like formulas more often than chance would have it. */
const cell = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc
    .tuple(fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', '\0', "'", '＝', '＋'), fc.string())
    .map(([first, rest]) => first + rest),
  fc.constantFrom('=HYPERLINK("http://x","y")', "+1+cmd|' /C calc'!A0", '@SUM(1)', '-2+3', '"a","b"', 'a\r\nb'),
)
const grid = fc.array(fc.array(cell, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 8 })

describe('what leaves in a spreadsheet', () => {
  it('never begins like a formula, and is given back by taking one apostrophe away', () => {
    fc.assert(
      fc.property(cell, (text) => {
        const safe = neutralise(text)
        expect(safe).not.toMatch(/^[=+\-@\t\r\n\0＝＋－＠]/)
        expect(safe.startsWith("'") ? safe.slice(1) : safe).toBe(text)
      }),
    )
  })

  it('comes through a CSV parser as it went in', () => {
    fc.assert(
      fc.property(grid, (rows) => {
        const text = formatCsv(rows.map((row) => row.map(neutralise)))
        const back = parseCsv(text, ',', 100).map((row) =>
          row.map((value) => (value.startsWith("'") ? value.slice(1) : value)),
        )
        expect(back).toEqual(rows)
      }),
    )
  })

  it('holds no formula in a workbook, and long ids whole', () => {
    const rows = [['=1+1', '6936476692437472563', '@x', '-5', '普通']]
    const book = read(workbookFile({ headers: ['a', '=b', 'c', 'd', 'e'], rows }, '错误行'), {
      type: 'array',
      cellFormula: true,
    })
    const sheet = book.Sheets.错误行 ?? {}
    for (const [name, content] of Object.entries(sheet)) {
      if (name.startsWith('!')) continue
      expect(content).toMatchObject({ t: 's' })
      expect(content.f).toBeUndefined()
    }
    expect(sheet.A2?.v).toBe("'=1+1")
    expect(sheet.B2?.v).toBe('6936476692437472563')
  })

  it('can be corrected and read again: the problem stands in a column of its own', async () => {
    const content = errorContent('问题', {
      headers: ['订单号', '数量'],
      rows: [{ cells: ['=A1', '两箱'], words: 'B2 数量不是正整数' }],
    })
    const reading = await readSheet(csvFile(content))
    expect(reading).toMatchObject({
      outcome: 'read',
      tables: [{ rows: [{ cells: ['问题', '订单号', '数量'] }, { cells: ['B2 数量不是正整数', "'=A1", '两箱'] }] }],
    })
  })
})
