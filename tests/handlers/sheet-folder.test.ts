import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sheetFolderTick } from '../../handlers/sheet-folder.ts'
import { sheetFolder } from '../../src/connectors/sheet-folder.ts'
import { readSheetOrders } from '../../src/connectors/sheet-orders.ts'
import { audit } from '../../src/hub/audit.ts'
import { intake } from '../../src/hub/intake.ts'
import { outbox } from '../../src/hub/outbox.ts'
import { openJson } from '../../src/hub/sealed-json.ts'
import type { FolderRead, SheetFolder } from '../../src/hub/sheet-folder-port.ts'
import { folderRecord } from '../../src/hub/sheet-folder-record.ts'
import { sheetImports } from '../../src/hub/sheet-imports.ts'
import { sources } from '../../src/hub/sources.ts'
import { fixedClock } from '../../src/runtime/clock.ts'
import { randomIds } from '../../src/runtime/ids.ts'
import { sourceName } from '../../src/text/zh-cn.ts'
import { testPersonal } from '../kit/cipher.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { rawWorkbook, workbook } from '../kit/sheets.ts'

const nowMs = Date.parse('2026-11-22T10:20:00+08:00')
const clock = fixedClock(nowMs)
let fresh: FreshDatabase
let root: string
beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sheets-'))
  await mkdir(join(root, 'JXS07'))
  const { sql } = fresh.database
  await sql`TRUNCATE orders, outbox, sheet_imports, sheet_mappings, sources CASCADE`
  return () => rm(root, { recursive: true })
})

const header = '订单号,商品编码,商品名称,数量,下单时间,实付金额,快递公司,收货人\n'
const row = (no: string) => `${no},SKU-1,面霜,2,2026-11-20 10:00:00,120.00,中通快递,张三\n`

async function put(file: string, content: string | Uint8Array, atMs = nowMs - 60_000): Promise<string> {
  const path = join(root, file)
  await writeFile(path, content)
  await utimes(path, atMs / 1000, atMs / 1000)
  return path
}

/** A process of the desk that watches the folder; `through` changes what it is given. */
function desk(through: (folder: SheetFolder) => SheetFolder = (folder) => folder) {
  const { database } = fresh
  const store = outbox(database, testPersonal)
  const imports = sheetImports({
    database,
    read: readSheetOrders,
    intake: intake(database, testPersonal, clock, randomIds()),
    audit: audit(database, clock),
    outbox: store,
    keep: async () => 'blob_kept',
    clock,
    ids: randomIds(),
  })
  const opened = sheetFolder.open('drop', sheetFolder.settings.parse({ folder: root, tell: ['m_he'] }), {} as never)
  if (opened.sheets === undefined) throw new Error('it watches nothing')
  const tick = sheetFolderTick({
    folder: through(opened.sheets),
    everyMs: 60_000,
    imports,
    record: folderRecord(database, store, randomIds()),
    receivers: async (ids) => ids.map((id) => ({ memberId: id, name: id, platform: 'wecom', userId: id })),
    heard: sources(database),
    wake: () => {},
    clock,
    log: () => {},
  })
  return { look: () => tick.run(new AbortController().signal), check: opened.check }
}

async function orderNos(): Promise<readonly string[]> {
  const rows = await fresh.database.sql<{ no: string }[]>`SELECT order_no AS no FROM orders ORDER BY order_no`
  return rows.map(({ no }) => no)
}

async function told(): Promise<readonly string[]> {
  const rows = await fresh.database.sql<
    { payload: unknown }[]
  >`SELECT payload FROM outbox WHERE key LIKE 'folder:%' ORDER BY id`
  return rows.map(({ payload }) => JSON.stringify(openJson(testPersonal, payload)))
}

const watched = async () =>
  (await sources(fresh.database).freshness(nowMs)).find(({ name }) => name === 'sheet.watch-drop')

describe('a watched folder', () => {
  test('a sheet is taken once it stood still for two looks; its people hear of it once and the file stays', async () => {
    const { look } = desk()
    await put('JXS07/1121.csv', header + row('JXS07-1'))
    await look()
    expect(await orderNos()).toEqual([])
    await put('JXS07/1121.csv', header + row('JXS07-1') + row('JXS07-2'), nowMs - 30_000)
    await look()
    expect(await orderNos()).toEqual([])
    await look()
    await look()
    expect(await orderNos()).toEqual(['JXS07-1', 'JXS07-2'])
    const [report, ...more] = await told()
    expect(more).toEqual([])
    expect(report).toContain('2行：成功2')
    expect(report).toContain('JXS07/1121.csv')
    expect(await readdir(join(root, 'JXS07'))).toEqual(['1121.csv'])
    expect(await watched()).toMatchObject({ heardAtMs: nowMs, stale: false })
    expect(sourceName('sheet.watch-drop')).toBe('表格目录drop')
  })

  test('the same file again adds nothing and says nothing: after a start, beside another process, under another name', async () => {
    await put('JXS07/a.csv', header + row('JXS07-1'))
    const [one, two] = [desk(), desk()]
    await Promise.all([one.look(), two.look()])
    await Promise.all([one.look(), two.look()])
    await put('JXS07/copy of a.csv', header + row('JXS07-1'))
    const later = desk()
    await later.look()
    await later.look()
    expect(await orderNos()).toEqual(['JXS07-1'])
    expect(await told()).toHaveLength(1)
  })

  test('what cannot be taken is refused in a sentence each, once, and the others go on', async () => {
    await put('JXS07/huge.csv', Buffer.alloc(10 * 1024 * 1024 + 1, 0x20))
    const sheet = workbook([['订单号'], ['1']])
    await put('JXS07/torn.xlsx', sheet.slice(0, sheet.length >> 1))
    await put('JXS07/bomb.xlsx', rawWorkbook(Buffer.alloc(201 * 1024 * 1024, 0x20)))
    await put('JXS07/what.csv', '客户单号,商品名称,箱数,店铺,下单时间\nA-1,x,4,JXS02,2026-11-20\n')
    await put('JXS07/z-good.csv', header + row('JXS07-9'))
    await put('JXS07/~$z-good.xlsx', 'lock')
    await put('JXS07/notes.txt', 'none of ours')
    await symlink('/etc/hostname', join(root, 'JXS07', 'link.csv'))
    for (const { look } of [desk(), desk()]) {
      await look()
      await look()
    }
    expect(await orderNos()).toEqual(['JXS07-9'])
    const all = await told()
    expect(all).toHaveLength(5)
    expect(all.join('\n')).toMatch(/huge\.csv 没有导入：文件超过10MB/)
    expect(all.join('\n')).toMatch(/torn\.xlsx 没有导入：/)
    expect(all.join('\n')).toMatch(/bomb\.xlsx 没有导入：文件解压后过大/)
    expect(all.join('\n')).toMatch(/看不出哪一列是订单号/)
  })

  test('a locked sheet is told once and taken as soon as it opens', async () => {
    let locked = true
    const { look } = desk((folder) => ({
      ...folder,
      look: async () => {
        const { files, problems } = await folder.look()
        const busy: FolderRead = { outcome: 'refused', problem: 'locked' }
        return { problems, files: files.map((file) => ({ ...file, read: async () => (locked ? busy : file.read()) })) }
      },
    }))
    await put('JXS07/open.csv', header + row('JXS07-1'))
    for (let round = 0; round < 4; round++) await look()
    expect(await told()).toEqual([expect.stringContaining('被占用或没有读取权限')])
    locked = false
    await look()
    expect(await orderNos()).toEqual(['JXS07-1'])
    expect(await told()).toHaveLength(2)
  })

  test('a file that changes while it is read waits for the next look', async () => {
    await put('JXS07/a.csv', header + row('JXS07-1'))
    const { look } = desk((folder) => ({
      ...folder,
      look: async () => {
        const seen = await folder.look()
        if (seen.files.length > 0) await put('JXS07/a.csv', header + row('JXS07-1') + row('JXS07-2'), nowMs - 10_000)
        return seen
      },
    }))
    await look()
    await look()
    expect(await orderNos()).toEqual([])
  })

  test('a folder that is away is an error of its source and of doctor, and heals by itself', async () => {
    const { look, check } = desk()
    await look()
    await rm(join(root), { recursive: true })
    await look()
    expect((await watched())?.lastError).toMatch(/cannot be listed \(ENOENT\)/)
    await expect(check(new AbortController().signal)).rejects.toThrow('cannot be listed')
    await mkdir(join(root, 'JXS07'), { recursive: true })
    await put('JXS07/a.csv', header + row('JXS07-1'))
    await look()
    await look()
    expect((await watched())?.lastError).toBeUndefined()
    expect(await orderNos()).toEqual(['JXS07-1'])
  })

  test('settings are an absolute folder', () => {
    expect(sheetFolder.settings.safeParse({ folder: 'sheets' }).success).toBe(false)
    expect(sheetFolder.settings.safeParse({ folder: root, move: true }).success).toBe(false)
  })
})
