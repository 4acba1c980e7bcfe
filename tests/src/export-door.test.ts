import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { read } from '@e965/xlsx'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exportTable } from '../../handlers/order-export-table.ts'
import { parseCsv } from '../../src/connectors/csv.ts'
import { csvFile, neutralise } from '../../src/connectors/sheet-write.ts'
import { exportDoor, exportLink } from '../../src/export-door.ts'
import { orderExports } from '../../src/hub/exports.ts'
import { personalData } from '../../src/hub/personal.ts'
import { photoDoor } from '../../src/photo-door.ts'
import { blobFiles } from '../../src/runtime/blob-files.ts'
import { movableClock } from '../../src/runtime/clock.ts'
import { randomIds } from '../../src/runtime/ids.ts'
import { anyOrder } from '../kit/arbitrary-order.ts'

const key = new Uint8Array(32).fill(4)
const personal = personalData('5a'.repeat(32))
let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'chadan-door-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

function door() {
  const clock = movableClock()
  const files = blobFiles({
    dir,
    ids: randomIds(),
    seal: {
      seal: (clear) => personal.seal(Buffer.from(clear).toString('base64'), 'file'),
      unseal: (sealed) => Buffer.from(personal.open(sealed, 'file'), 'base64'),
    },
  })
  const app = exportDoor({ key, clock, files })
  const get = async (url: string) => app.request(new URL(url).pathname)
  return { clock, files, get, link: (id: string) => exportLink({ key, clock }, 'https://desk.example/', id) }
}

const csv = { fileName: '订单-20261122-1005.csv', mime: 'text/csv; charset=utf-8' }

test('a link of ours gives the file to be saved, under its name', async () => {
  const { files, get, link } = door()
  const bytes = csvFile({ headers: ['订单号'], rows: [['6936476692437472563\t']] })
  const answer = await get(link(await files.put(bytes, csv)))
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  expect(answer.headers.get('content-disposition')).toBe(
    `attachment; filename="orders-20261122-1005.csv"; filename*=UTF-8''%E8%AE%A2%E5%8D%95-20261122-1005.csv`,
  )
  expect(answer.headers.get('cache-control')).toBe('private, no-store')
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  const got = new Uint8Array(await answer.arrayBuffer())
  expect([...got.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
  expect(Buffer.from(got)).toEqual(Buffer.from(bytes))
})

test('ten minutes later it is over, and what was swept is gone', async () => {
  const { clock, files, get, link } = door()
  const id = await files.put(csvFile({ headers: ['a'], rows: [] }), csv)
  const url = link(id)
  clock.setOffset(9 * 60_000)
  expect((await get(url)).status).toBe(200)
  clock.setOffset(10 * 60_000 + 1_000)
  expect((await get(url)).status).toBe(410)
  const fresh = link(id)
  await files.dropBefore(clock.nowMs())
  expect((await get(fresh)).status).toBe(410)
})

test('what we did not sign was never there, nor does a key of another door open it', async () => {
  const { clock, get, link } = door()
  const url = link('blob_1')
  for (const forged of [
    `${url}A`,
    url.replace(/.$/, (sign) => (sign === 'A' ? 'B' : 'A')),
    'https://desk.example/export/x',
  ])
    expect((await get(forged)).status).toBe(404)
  const other = exportLink({ key: new Uint8Array(32).fill(5), clock }, 'https://desk.example', 'blob_1')
  expect((await get(other)).status).toBe(404)
  const photos = photoDoor({ key: new Uint8Array(32).fill(5), clock, find: async () => new Uint8Array(1) })
  expect((await photos.request(new URL(url).pathname.replace('/export/', '/photo/'))).status).toBe(404)
})

/** Cells of all kinds, those that begin like formulas more often than chance would have it. */
const cell = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc
    .tuple(fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', '\0', "'", '"', ',', '＝'), fc.string())
    .map(([first, rest]) => first + rest),
)
const taken = (text: string) => (text.startsWith("'") ? text.slice(1) : text)

describe('the file of an export (R9e)', () => {
  test('comes through CSV parsers as it went in, and no cell is a formula', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell, cell), { maxLength: 6 }), async (rows) => {
        const bytes = await writtenBy({ headers: ['a', '=b', 'c'], rows })
        const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
        expect(text.startsWith('\ufeff')).toBe(true)
        const back = parseCsv(text.slice(1), ',', 100)
        for (const value of back.flat()) expect(value).not.toMatch(/^[=+\-@\t\r\n\0]/)
        expect(back.map((row) => row.map(taken))).toEqual([['a', '=b', 'c'], ...rows])
      }),
    )
  })

  test('a spreadsheet program finds text where a formula was planted', () => {
    const planted = ['=HYPERLINK("http://x","y")', '+1+cmd|x', '@SUM(1)', '-2+3', '\t=1', '\0=1']
    const book = read(csvFile({ headers: planted, rows: [] }), { type: 'array', cellFormula: true })
    const sheet = book.Sheets[book.SheetNames[0] ?? ''] ?? {}
    const cells = Object.entries(sheet).filter(([name]) => !name.startsWith('!'))
    expect(cells.length).toBeGreaterThanOrEqual(planted.length)
    for (const [, content] of cells) expect(content.f).toBeUndefined()
  })

  test('no order of any kind shows its phone in a masked table, nor its address in any', () => {
    fc.assert(
      fc.property(anyOrder, (order) => {
        const nowMs = Date.parse('2026-11-22T10:00:00+08:00')
        const masked = exportTable([order], { mode: 'masked', nowMs }).rows.flat()
        const full = exportTable([order], { mode: 'full', nowMs }).rows.flat()
        const { phone, address, consigneeName } = order
        if (phone !== undefined && phone.length >= 5) expect(masked.join('|')).not.toContain(phone)
        if (address !== undefined && address.length >= 4) expect(masked).not.toContain(address)
        if (address !== undefined && address.length >= 4 && address !== consigneeName)
          expect(full).not.toContain(address)
        expect(masked.map(neutralise).join('')).not.toMatch(/undefined|null|NaN/)
      }),
    )
  })
})

/** The bytes as the hub hands them to the file store. */
async function writtenBy(table: Parameters<typeof csvFile>[0]): Promise<Uint8Array> {
  let written = new Uint8Array()
  const sql = { begin: async () => {} } as never
  const exports = orderExports({
    database: { sql },
    audit: { append: async () => {} },
    files: {
      put: async (bytes) => {
        written = new Uint8Array(bytes)
        return 'blob_1'
      },
    },
    write: csvFile,
  })
  const note = { memberId: 'm', purpose: 'p', total: 1, filter: {}, full: false, group: false }
  await exports.keep(table, 'a.csv', note)
  return written
}
