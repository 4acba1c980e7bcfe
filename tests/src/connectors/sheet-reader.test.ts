import { CFB } from '@e965/xlsx'
import { describe, expect, it } from 'vitest'
import { cellName, readSheet, sheetLimits } from '../../../src/connectors/sheet-reader.ts'
import { rawWorkbook, workbook, zip } from '../../kit/sheets.ts'

const table = [
  ['订单号', '数量', '备注'],
  ['6936476692437472563', 2, '加急'],
]
const expected = [
  { number: 1, cells: ['订单号', '数量', '备注'] },
  { number: 2, cells: ['6936476692437472563', '2', '加急'] },
]
const gbk = Buffer.from(
  'b6a9b5a5bac52ccafdc1bf2cb1b8d7a20d0a3639333634373636393234333734373235363327092c322cbcd3bcb10d0a',
  'hex',
)

async function rowsOf(bytes: Uint8Array) {
  const reading = await readSheet(bytes)
  if (reading.outcome !== 'read') throw new Error(reading.problem)
  return reading.tables[0]?.rows.map(({ number, cells }) => ({ number, cells })) ?? []
}

describe('kinds of files, told apart by their bytes', () => {
  it.each(['xlsx', 'xlsb', 'biff8', 'xlml', 'html'] as const)('reads %s', async (type) => {
    expect(await rowsOf(workbook(table, { type }))).toEqual(expected)
  })

  it('reads CSV and tab-separated text in UTF-8, with and without mark, UTF-16 and GB18030', async () => {
    const csv = '订单号,数量,备注\r\n6936476692437472563,2,加急\r\n'
    expect(await rowsOf(Buffer.from(csv))).toEqual(expected)
    expect(await rowsOf(Buffer.from(`\ufeff${csv}`))).toEqual(expected)
    expect(await rowsOf(Buffer.from(csv.replaceAll(',', '\t')))).toEqual(expected)
    expect(await rowsOf(Buffer.from(`\ufeff${csv.replaceAll(',', '\t')}`, 'utf16le'))).toEqual(expected)
    expect(await rowsOf(gbk)).toEqual([expected[0], { number: 2, cells: ["6936476692437472563'\t", '2', '加急'] }])
  })

  it('keeps commas, quotes and line ends inside quoted cells, and the numbers of the rows', async () => {
    expect(await rowsOf(Buffer.from('a,b\n\n"x,""y""\r\nz",2'))).toEqual([
      { number: 1, cells: ['a', 'b'] },
      { number: 3, cells: ['x,"y"\r\nz', '2'] },
    ])
  })

  it('fills merged cells downwards, not across', async () => {
    const rows = [
      ['标题', null, null],
      ['订单号', '数量', '商品'],
      ['A1', 1, 'x'],
      [null, 2, 'y'],
    ]
    expect(await rowsOf(workbook(rows, { merges: ['A1:C1', 'A3:A4'] }))).toMatchObject([
      { cells: ['标题'] },
      { cells: ['订单号', '数量', '商品'] },
      { cells: ['A1', '1', 'x'] },
      { cells: ['A1', '2', 'y'] },
    ])
  })

  it('takes the stored result of a formula and works none out', async () => {
    const sheet =
      '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="str"><f>1+1</f><v>stored</v></c><c r="B1"><f>2+2</f></c><c r="C1"><f>WEBSERVICE("http://127.0.0.1/")</f><v>7</v></c></row></sheetData></worksheet>'
    expect(await rowsOf(rawWorkbook(sheet))).toEqual([{ number: 1, cells: ['stored', '', '7'] }])
  })

  it('marks numbers, so that rounded ids can be told from text', async () => {
    const reading = await readSheet(
      workbook([
        ['a', 'b'],
        [6.936476692437473e18, '6936476692437472563'],
      ]),
    )
    expect(reading).toMatchObject({
      tables: [{ rows: [{}, { cells: ['6936476692437473000', '6936476692437472563'], numeric: [0] }] }],
    })
  })

  it('names cells as spreadsheets do', () => {
    expect([
      cellName(0, 1),
      cellName(2, 18),
      cellName(25, 2),
      cellName(26, 3),
      cellName(701, 4),
      cellName(702, 5),
    ]).toEqual(['A1', 'C18', 'Z2', 'AA3', 'ZZ4', 'AAA5'])
  })
})

describe('hostile files', () => {
  const refusal = async (bytes: Uint8Array) => {
    const reading = await readSheet(bytes)
    return reading.outcome === 'refused' ? reading.problem : reading.outcome
  }

  it('refuses a zip bomb whose stated size is a lie, without unpacking it whole', async () => {
    const bomb = rawWorkbook(Buffer.alloc(230 * 1024 * 1024, 0x20), 1000)
    expect(bomb.length).toBeLessThan(sheetLimits.bytes)
    expect(await refusal(bomb)).toBe('bomb')
  })

  it('reads the one cell of a sheet that claims to be endless', async () => {
    const sheet =
      '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/><sheetData><row r="2"><c r="B2" t="str"><v>x</v></c><c r="XFD2" t="str"><v>far</v></c></row><row r="1048576"><c r="A1048576" t="str"><v>deep</v></c></row></sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
    const rows = await rowsOf(rawWorkbook(sheet))
    expect(rows.map((row) => row.cells.filter((text) => text !== ''))).toEqual([['x']])
    expect(rows[0]?.cells.length).toBeLessThanOrEqual(sheetLimits.columns)
  })

  it('does not expand entities', async () => {
    const laughs =
      '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    const sheet = `<?xml version="1.0"?>${laughs}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="str"><v>&c;&f;</v></c></row></sheetData></worksheet>`
    expect(JSON.stringify(await readSheet(rawWorkbook(sheet)))).not.toMatch(/aaaaaaaaaa|root:/)
  })

  it('says what is wrong with files that are no tables', async () => {
    const locked = CFB.utils.cfb_new()
    CFB.utils.cfb_add(locked, '/EncryptionInfo', Buffer.alloc(248))
    CFB.utils.cfb_add(locked, '/EncryptedPackage', Buffer.alloc(64))
    const whole = workbook(table)
    expect(await refusal(Buffer.alloc(sheetLimits.bytes + 1))).toBe('too_big')
    expect(
      await refusal(Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex')),
    ).toBe('not_a_sheet')
    expect(await refusal(zip([{ name: 'word/document.xml', data: Buffer.from('<x/>') }]))).toBe('not_a_sheet')
    expect(await refusal(whole.subarray(0, whole.length - 200))).toBe('damaged')
    expect(await refusal(Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.alloc(500, 7)]))).toBe('damaged')
    expect(await refusal(Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(2000, 9)]))).toBe(
      'damaged',
    )
    expect(await refusal(new Uint8Array(CFB.write(locked, { type: 'buffer' }) as Buffer))).toBe('password')
    expect(await refusal(new Uint8Array())).toBe('empty')
    expect(await refusal(Buffer.from('\n\n,,\n'))).toBe('empty')
  })

  it('stops at 50,000 rows', async () => {
    expect(await refusal(Buffer.from('a,b\n'.repeat(sheetLimits.rows)))).toBe('read')
    expect(await refusal(Buffer.from('a,b\n'.repeat(sheetLimits.rows + 1)))).toBe('too_many_rows')
    expect(await refusal(workbook(Array.from({ length: sheetLimits.rows + 1 }, (_, index) => [index])))).toBe(
      'too_many_rows',
    )
  })

  it('answers other work while a workbook is being read', async () => {
    const big = workbook(
      Array.from({ length: 20_000 }, (_, row) => Array.from({ length: 12 }, (_, column) => `${row}-${column}`)),
    )
    const reading = readSheet(big)
    let longest = 0
    let last = performance.now()
    let done = false
    const watch = (async () => {
      while (!done) {
        await new Promise((resolve) => setImmediate(resolve))
        longest = Math.max(longest, performance.now() - last)
        last = performance.now()
      }
    })()
    expect((await reading).outcome).toBe('read')
    done = true
    await watch
    console.log(`20,000 rows read; longest pause of the desk ${Math.round(longest)} ms`)
  })
})
