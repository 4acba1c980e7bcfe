import { crc32, deflateRawSync } from 'node:zlib'
import { type BookType, utils, type WorkSheet, write } from '@e965/xlsx'

export type Cell = string | number | null

/** A workbook as bytes; `null` leaves a cell out. Text stays text, numbers are stored as numbers. */
export function workbook(
  rows: readonly (readonly Cell[])[],
  options: { type?: BookType; merges?: readonly string[]; title?: string } = {},
): Uint8Array {
  const sheet: WorkSheet = utils.aoa_to_sheet(rows.map((row) => [...row]))
  sheet['!merges'] = (options.merges ?? []).map((range) => utils.decode_range(range))
  const book = utils.book_new()
  utils.book_append_sheet(book, sheet, options.title ?? 'Sheet1')
  return new Uint8Array(write(book, { type: 'buffer', bookType: options.type ?? 'xlsx', compression: true }) as Buffer)
}

export type ZipPart = { readonly name: string; readonly data: Uint8Array; readonly claimedSize?: number }

/** A ZIP archive whose parts may lie about their size. */
export function zip(parts: readonly ZipPart[]): Uint8Array {
  const blocks: Buffer[] = []
  const listing: Buffer[] = []
  let at = 0
  for (const { name, data, claimedSize } of parts) {
    const packed = deflateRawSync(data, { level: 1 })
    const path = Buffer.from(name)
    const head = Buffer.alloc(30)
    head.writeUInt32LE(0x04034b50, 0)
    head.writeUInt16LE(20, 4)
    head.writeUInt16LE(8, 8)
    head.writeUInt32LE(crc32(data), 14)
    head.writeUInt32LE(packed.length, 18)
    head.writeUInt32LE(claimedSize ?? data.length, 22)
    head.writeUInt16LE(path.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(20, 4)
    head.copy(entry, 6, 4, 30)
    entry.writeUInt32LE(at, 42)
    blocks.push(head, path, packed)
    listing.push(entry, path)
    at += 30 + path.length + packed.length
  }
  const directory = Buffer.concat(listing)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(parts.length, 8)
  end.writeUInt16LE(parts.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...blocks, directory, end])
}

const types =
  '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
const rels =
  '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>'
const book =
  '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
const bookRels =
  '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'

/** A workbook around the given XML of its only sheet. */
export function rawWorkbook(sheetXml: string | Uint8Array, claimedSize?: number): Uint8Array {
  const text = (name: string, content: string) => ({ name, data: Buffer.from(content) })
  return zip([
    text('[Content_Types].xml', types),
    text('_rels/.rels', rels),
    text('xl/workbook.xml', book),
    text('xl/_rels/workbook.xml.rels', bookRels),
    {
      name: 'xl/worksheets/sheet1.xml',
      data: typeof sheetXml === 'string' ? Buffer.from(sheetXml) : sheetXml,
      ...(claimedSize === undefined ? {} : { claimedSize }),
    },
  ])
}
