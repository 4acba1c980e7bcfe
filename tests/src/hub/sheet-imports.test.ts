import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatCsv } from '../../../src/connectors/csv.ts'
import { readSheetOrders } from '../../../src/connectors/sheet-orders.ts'
import { audit } from '../../../src/hub/audit.ts'
import { intake } from '../../../src/hub/intake.ts'
import { orderLookup } from '../../../src/hub/orders.ts'
import { outbox } from '../../../src/hub/outbox.ts'
import { personalData } from '../../../src/hub/personal.ts'
import { settings } from '../../../src/hub/settings.ts'
import { type ImportOutcome, type ImportRequest, sheetImports } from '../../../src/hub/sheet-imports.ts'
import { fixedClock } from '../../../src/runtime/clock.ts'
import { randomIds } from '../../../src/runtime/ids.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { workbook } from '../../kit/sheets.ts'

const nowMs = Date.parse('2026-11-22T10:20:00+08:00')
const personal = personalData('5a'.repeat(32))
const clock = fixedClock(nowMs)
const ids = randomIds()
const sampleSheet = new URL('../../../docs/sample-orders.xlsx', import.meta.url)

let hub: FreshDatabase
const kept: string[] = []
beforeAll(async () => {
  hub = await freshDatabase()
})
afterAll(() => hub.drop())

function imports() {
  const { database } = hub
  return sheetImports({
    database,
    read: readSheetOrders,
    intake: intake(database, personal, clock, ids),
    audit: audit(database, clock),
    outbox: outbox(database, personal),
    keep: async (_bytes, { fileName }) => `blob_${kept.push(fileName)}`,
    clock,
    ids,
  })
}

function request(content: Uint8Array | string, over: Partial<ImportRequest> = {}): ImportRequest {
  return {
    bytes: typeof content === 'string' ? Buffer.from(content) : content,
    fileName: 'JXS07-1121.csv',
    sender: 'mem_1',
    toldAtMs: nowMs,
    ...over,
  }
}

function imported(done: ImportOutcome) {
  if (done.outcome !== 'imported') throw new Error(JSON.stringify(done))
  return done
}

const count = async (table: string) =>
  (await hub.database.sql.unsafe<{ n: number }[]>(`SELECT count(*)::int AS n FROM ${table}`))[0]?.n
const header = '订单号,商品编码,商品名称,数量,下单时间,状态,快递公司,快递单号,收货人,手机'
const line = (no: string, qty = '1', rest = '中通快递,75894561230147,张伟,13812345678') =>
  `${no},DP-L-46,棉云纸尿裤,${qty},2026-11-21 10:00,已发货,${rest}`

describe('an imported sheet', () => {
  it('is taken in, counted in rows, and named where it is held or wrong', async () => {
    const bytes = await readFile(sampleSheet)
    const { report, errors } = imported(
      await imports().importFile(request(bytes, { fileName: 'sample-orders.xlsx', sender: 'mem_2' })),
    )
    expect(report).toMatchObject({ fileName: 'sample-orders.xlsx', created: 37, updated: 0, repeated: 0 })
    expect(report.taken + report.failed).toBe(report.rows)
    expect(report.problems.map((problem) => problem.problem).sort()).toEqual([
      'date_unreadable',
      'number_lost',
      'phone_short',
    ])
    expect(report.held).toEqual([{ orderNo: 'JXS07-20261121-9034', reason: 'carrier_missing' }])
    expect(errors.headers[1]).toBe('线上订单号')
    expect(errors.rows.filter((row) => row.problems.length > 0)).toHaveLength(3)
    const lookup = orderLookup(hub.database, personal, clock)
    const held = await lookup.find({ kind: 'order-no', value: 'JXS07-20261121-9034' }, { limit: 5 })
    expect(held.orders).toMatchObject([
      { channel: 'distributor', shop: 'JXS07', stage: 'quarantined', quarantineReason: 'carrier_missing' },
    ])
    const picked = await lookup.find({ kind: 'order-no', value: 'JXS07-20261121-9037' }, { limit: 5 })
    expect(picked.orders).toMatchObject([{ carrier: 'PICKUP', stage: 'paid' }])
    expect(picked.orders[0]?.source).toMatchObject({ name: 'sheet.JXS07', sourceHeardAtMs: nowMs })
  })

  it('changes nothing when the same file comes again, and says when it came first', async () => {
    const bytes = await readFile(sampleSheet)
    const before = [await count('orders'), await count('order_lines'), await count('sheet_imports')]
    const again = await imports().importFile(
      request(bytes, { fileName: 'renamed.xlsx', sender: 'mem_2', toldAtMs: nowMs + 60_000 }),
    )
    expect(again).toEqual({ outcome: 'unchanged', firstAtMs: nowMs, fileName: 'sample-orders.xlsx' })
    expect([await count('orders'), await count('order_lines'), await count('sheet_imports')]).toEqual(before)
  })

  it('is one import when it is sent twice at once', async () => {
    const bytes = `${header}\n${line('JXS07-20261121-8001')}\n`
    const done = await Promise.all([imports().importFile(request(bytes)), imports().importFile(request(bytes))])
    expect(done.map((each) => each.outcome).sort()).toEqual(['imported', 'unchanged'])
  })

  it('updates what changed and counts the rest as repeated', async () => {
    const first = [header, line('JXS07-20261121-8101'), line('JXS07-20261121-8102'), line('JXS07-20261121-8103')]
    imported(await imports().importFile(request(first.join('\n'))))
    const second = [...first.slice(0, 3), line('JXS07-20261121-8103', '2'), line('JXS07-20261121-8104')]
    const { report } = imported(await imports().importFile(request(second.join('\n'), { toldAtMs: nowMs + 1000 })))
    expect(report).toMatchObject({ rows: 4, taken: 2, repeated: 2, failed: 0, created: 1, updated: 1, unchanged: 2 })
  })

  it('keeps equal rows of one order as lines of their own', async () => {
    imported(
      await imports().importFile(
        request([header, line('JXS07-20261121-8201'), line('JXS07-20261121-8201', '3')].join('\n')),
      ),
    )
    const rows = await hub.database
      .sql`SELECT l.line_key, l.qty FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE o.order_no = 'JXS07-20261121-8201' ORDER BY 1`
    expect(rows.map((row) => ({ ...row }))).toEqual([
      { line_key: 'DP-L-46', qty: 1 },
      { line_key: 'DP-L-46#2', qty: 3 },
    ])
  })

  it('names the cell the hub refuses', async () => {
    const bad = line('JXS07-20261121-8301').replace('DP-L-46', 'K'.repeat(300))
    const { report } = imported(
      await imports().importFile(request([header, bad, line('JXS07-20261121-8302')].join('\n'))),
    )
    expect(report).toMatchObject({ taken: 1, failed: 1, problems: [{ row: 2, problem: 'text_too_long' }] })
  })

  it('may be tried again when nothing of it was taken', async () => {
    const bytes = `${header}\n${line('JXS07-20261121-8401', '两箱')}\n`
    expect(imported(await imports().importFile(request(bytes))).report).toMatchObject({ taken: 0, failed: 1 })
    expect((await imports().importFile(request(bytes))).outcome).toBe('imported')
  })

  it('understands a header row that was explained once, for that sender only', async () => {
    const rows = (no: string) =>
      formatCsv([
        ['客户单号', '货', '箱数', '下单日期'],
        [no, '奶粉', '4', '2026-11-20'],
      ])
    const columns = { orderNo: '客户单号', name: '货', qty: '箱数' }
    expect(await imports().importFile(request(rows('JXS07-20261121-8501')))).toMatchObject({
      outcome: 'refused',
      problem: 'no_header',
    })
    imported(await imports().importFile(request(rows('JXS07-20261121-8501'), { columns })))
    expect(imported(await imports().importFile(request(rows('JXS07-20261121-8502')))).report.created).toBe(1)
    expect(
      (await imports().importFile(request(rows('JXS07-20261121-8503'), { sender: 'somebody else' }))).outcome,
    ).toBe('refused')
  })

  it('belongs to the distributor that was set for its sender', async () => {
    await settings(hub.database).put('sheet.shop.mem_9', 'JXS09')
    imported(
      await imports().importFile(
        request(`${header}\n${line('X-20261121-1')}\n`, { sender: 'mem_9', fileName: 'a.csv' }),
      ),
    )
    const [row] = await hub.database.sql`SELECT channel, shop FROM orders WHERE order_no = 'X-20261121-1'`
    expect(row).toEqual({ channel: 'distributor', shop: 'JXS09' })
  })

  it('sends what follows in its own transaction, and keeps file and trace', async () => {
    const follow = () => [{ key: 'report-1', task: 'chat.send', payload: { hello: 1 } }]
    const { report } = imported(
      await imports().importFile(request(`${header}\n${line('JXS07-20261121-8601')}\n`, { follow })),
    )
    expect(await hub.database.sql`SELECT task FROM outbox WHERE key = 'report-1'`).toMatchObject([
      { task: 'chat.send' },
    ])
    expect(
      await hub.database.sql`SELECT owner_kind, bytes FROM attachments WHERE owner_id = ${report.id}`,
    ).toMatchObject([{ owner_kind: 'import' }])
    const [entry] = await hub.database.sql`SELECT actor, detail FROM audit WHERE subject = ${`import:${report.id}`}`
    expect(entry).toMatchObject({ actor: 'mem_1', detail: { rows: 1, taken: 1, created: 1 } })
  })

  it('leaves nothing behind when what follows cannot be written', async () => {
    const follow = () => {
      throw new Error('no report')
    }
    await expect(
      imports().importFile(request(`${header}\n${line('JXS07-20261121-8701')}\n`, { follow })),
    ).rejects.toThrow('no report')
    expect(await hub.database.sql`SELECT 1 FROM orders WHERE order_no = 'JXS07-20261121-8701'`).toHaveLength(0)
  })

  it('stores no personal value in its report', async () => {
    imported(
      await imports().importFile(
        request([header, line('JXS07-20261121-8801', '1', '中通快递,75894561230147,钱多多,1381234567')].join('\n')),
      ),
    )
    const stored = await hub.database.sql`SELECT problems::text AS text FROM sheet_imports`
    expect(stored.map((row) => row.text).join()).not.toMatch(/钱多多|1381234567/)
  })

  it('of 5,000 rows is taken in within half a minute', async () => {
    const columns = header.split(',')
    const rows = Array.from({ length: 5000 }, (_, index) =>
      line(`JXS07-20261120-${String(index).padStart(4, '0')}`).split(','),
    )
    const bytes = workbook([columns, ...rows])
    const begun = performance.now()
    const { report } = imported(await imports().importFile(request(bytes, { fileName: 'JXS07-1120.xlsx' })))
    console.log(`5,000 rows: ${Math.round(performance.now() - begun)} ms`)
    expect(report).toMatchObject({ rows: 5000, taken: 5000, created: 5000 })
  })
})
