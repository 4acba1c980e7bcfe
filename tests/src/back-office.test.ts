import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { backOfficeParts } from '../../src/back-office-parts.ts'
import { checkConnectors } from '../../src/commands/connector-checks.ts'
import { loadConfig } from '../../src/config.ts'
import { type OpenFeed, openFeed } from '../../src/feed-parts.ts'
import { openHub } from '../../src/hub-parts.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { fakeKingdee, kingdeeAccount, kingdeeApp, kingdeeFrames } from '../fakes/kingdee.ts'
import { fakeU8, u8Account, u8Frames } from '../fakes/u8.ts'
import { testPersonal } from '../kit/cipher.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'

const signal = new AbortController().signal
let fresh: FreshDatabase
let dir: string
let erp: Awaited<ReturnType<typeof fakeKingdee>>
let books: Awaited<ReturnType<typeof fakeU8>>
let hub: ReturnType<typeof openHub>
let fed: OpenFeed
let office: ReturnType<typeof backOfficeParts>

beforeAll(async () => {
  fresh = await freshDatabase()
  dir = await mkdtemp(join(tmpdir(), 'chadan-office-'))
  erp = await fakeKingdee(() => Date.now())
  books = await fakeU8()
  const { appId } = kingdeeApp
  const connectors = [
    {
      kind: 'kingdee',
      ...kingdeeAccount,
      serverUrl: erp.serverUrl,
      login: { way: 'signed', appId, appSecret: 'env:KINGDEE' },
      stockWarehouses: ['CK001'],
      callsPerMinute: 600,
    },
    { kind: 'u8', ...u8Account, appSecret: 'env:U8', baseUrl: books.baseUrl, callsPerMinute: 600, everyMinutes: 60 },
  ]
  const file = join(dir, 'connectors.json')
  await writeFile(file, JSON.stringify({ connectors }))
  const secrets = { KINGDEE: kingdeeApp.appSecret, U8: u8Account.appSecret }
  const { target, database } = fresh
  const store = { target, database, personal: testPersonal, dataKeyHex: '5a'.repeat(32), close: async () => {} }
  hub = openHub({ store, dataDir: dir, clock: systemClock, log: silentLog })
  const config = { ...loadConfig(secrets), connectorsFile: file }
  fed = openFeed({ config, store, hub, log: silentLog, wake: () => undefined })
  office = backOfficeParts({ store, answering: hub.answering, connectors: fed.connectors, log: silentLog })
})
afterAll(async () => {
  await hub.close()
  await Promise.all([erp.close(), books.close(), rm(dir, { recursive: true, force: true })])
  await fresh.drop()
})

test('entries of connectors.json are read on their ticks, and answers are made of them', async () => {
  expect(await checkConnectors(fed)).toEqual([
    { check: 'connector kingdee', repair: undefined },
    { check: 'connector u8', repair: undefined },
  ])
  erp.world.stock.push({ ...kingdeeFrames.stock, FBaseQty: 0, FAVBQty: 0 })
  erp.world.purchases.push(kingdeeFrames.purchase)
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
  books.world.bills.push({ ...u8Frames.bill, date: today })
  expect(office.ticks.map(({ name }) => name)).toEqual(['stock', 'receivables', 'receivables.waiting'])
  for (const tick of office.ticks) await tick.run(signal)
  const found = await office.answers.stock.find({ sku: 'CS-360' }, { limit: 1 })
  expect(found.items[0]?.lots).toMatchObject([{ warehouse: '广州仓', onHand: 0 }])
  expect(found.source.name).toBe('kingdee.stock')
  expect(await office.answers.arrivals?.('CS-360')).toMatchObject({ outcome: 'coming', lines: [{ orderedQty: 200 }] })
  const [account] = await fresh.database.sql<{ fen: string; hours: number }[]>`
    SELECT arrears_fen::text AS fen, round(extract(epoch FROM due_at - now()) / 3600)::int AS hours
    FROM erp_accounts JOIN source_cursors ON connector = owner`
  expect(account).toEqual({ fen: '431000', hours: 1 })
})

test('one connector can be read now, and says what is not in', async () => {
  expect(await office.pull('u8', signal)).toEqual({ told: 1, failed: [] })
  books.world.lie = 'no-remain'
  expect(await office.pull('u8', signal)).toEqual({ told: 0, failed: ['answer of another shape'] })
  expect(await office.pull('kingdee', signal)).toEqual({ told: 1, failed: [] })
  expect(await office.pull('else', signal)).toBeUndefined()
})
