import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { checkConnectors } from '../../../src/commands/connector-checks.ts'
import { connectorsCommand } from '../../../src/commands/connectors.ts'
import { doctor } from '../../../src/commands/doctor.ts'
import { loadConfig } from '../../../src/config.ts'
import { openFeed } from '../../../src/feed-parts.ts'
import { openHub } from '../../../src/hub-parts.ts'
import { systemClock } from '../../../src/runtime/clock.ts'
import { silentLog } from '../../../src/runtime/log.ts'
import { openStore } from '../../../src/store.ts'
import type { PlainOrder } from '../../contracts/channel-subject.ts'
import { openSf, type SfWorld, account as sfAccount } from '../../fakes/sf-express.ts'
import { openYouzan, type YouzanWorld, account as youzanAccount } from '../../fakes/youzan.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { databaseUrlOf } from '../../kit/server.ts'

const hour = 3_600_000
const nowMs = Date.now()
let fresh: FreshDatabase
let dir: string
let shop: YouzanWorld
let express: SfWorld
let config: ReturnType<typeof loadConfig>

beforeAll(async () => {
  fresh = await freshDatabase()
  dir = await mkdtemp(join(tmpdir(), 'chadan-connectors-'))
  shop = await openYouzan()
  express = await openSf(silentLog)
  const file = join(dir, 'connectors.json')
  const connectors = [
    {
      kind: 'youzan',
      shop: '有赞商城',
      defaultCarrier: 'ZTO',
      baseUrl: shop.url,
      ...youzanAccount,
      clientSecret: 'env:YZ',
    },
    { kind: 'sf-express', ...sfAccount, checkword: 'env:SF', pathSecret: 'env:SFP', baseUrl: express.url },
  ]
  await writeFile(file, JSON.stringify({ connectors }))
  const secrets = { YZ: youzanAccount.clientSecret, SF: sfAccount.checkword, SFP: sfAccount.pathSecret }
  config = { ...loadConfig(secrets), dataDir: dir, databaseUrl: databaseUrlOf(fresh.target), connectorsFile: file }
})
afterAll(async () => {
  await Promise.all([shop.close(), express.close(), fresh.drop()])
  await rm(dir, { recursive: true, force: true })
})
beforeEach(() => shop.misbehave(undefined))

async function run(...args: readonly string[]): Promise<{ readonly code: number; readonly lines: readonly string[] }> {
  const lines: string[] = []
  const code = await connectorsCommand.run({ args, config, log: silentLog, print: (line) => void lines.push(line) })
  return { code, lines }
}
const order = (n: number, more: Partial<PlainOrder> = {}): PlainOrder => ({
  orderNo: shop.orderNo(n),
  state: 'paid',
  createdAtMs: nowMs - 3 * hour,
  modifiedAtMs: nowMs - hour / 3,
  paidFen: 12_901n,
  lines: [{ key: '1', sku: 'TEA-01', name: '白瓷茶壶', qty: 1 }],
  ...more,
})

describe('connectors', () => {
  test('list: what each is and when it was heard last', async () => {
    const { code, lines } = await run('list')
    expect(code).toBe(0)
    expect(lines).toEqual([
      'youzan\tyouzan\tchannels\tminiapp.pull-youzan never, miniapp.push-youzan never',
      'sf-express\tsf-express\ttracker\ttrack.sf never',
    ])
    await fresh.database.sql`
      INSERT INTO sources (name, heard_at, stale_after_minutes, last_error) VALUES ('track.sf', '2026-11-23T02:03:04Z', 60, 'no answer')`
    expect((await run('list')).lines[1]).toBe('sf-express\tsf-express\ttracker\ttrack.sf 2026-11-23 10:03 (no answer)')
  })

  test('pull: the list since a day, or what is wrong with the name or the day', async () => {
    shop.put(order(1))
    shop.put(order(2))
    const day = new Date(nowMs - hour / 2).toISOString()
    expect(await run('pull', 'youzan', '--since', day)).toEqual({ code: 0, lines: ['2 told.'] })
    const rows = await fresh.database.sql`SELECT order_no FROM orders ORDER BY order_no`
    expect(rows.map(({ order_no }) => order_no)).toEqual([shop.orderNo(1), shop.orderNo(2)])
    expect(await run('pull', 'sf-express')).toEqual({
      code: 1,
      lines: ['sf-express tells no orders; these do: youzan.'],
    })
    expect((await run('pull', 'youzzan')).lines).toEqual(['No sales channel is called youzzan; there are: youzan.'])
  })

  test('order: taken in, taken again, not there, or named with what cannot be read', async () => {
    shop.put(order(3))
    expect(await run('order', 'youzan', shop.orderNo(3))).toMatchObject({
      code: 0,
      lines: [expect.stringMatching(/^created /)],
    })
    expect(await run('order', 'youzan', shop.orderNo(3))).toMatchObject({
      code: 0,
      lines: [expect.stringMatching(/^unchanged /)],
    })
    expect(await run('order', 'youzan', shop.orderNo(99))).toEqual({
      code: 1,
      lines: [`youzan has no order ${shop.orderNo(99)}.`],
    })
    shop.put(order(4))
    shop.misbehave('wrong-type')
    const { code, lines } = await run('order', 'youzan', shop.orderNo(4))
    expect(code).toBe(1)
    expect(lines[0]).toBe(`${shop.orderNo(4)} cannot be read: orders is string, not a list`)
    expect(await run('order', 'youzan', '75312345')).toEqual({
      code: 1,
      lines: ['"75312345" is no order number of youzan: take the number as the shop shows it.'],
    })
  })

  test.each([
    ['down', /^youzan: 127.0.0.1:\d+\S* answered 503: try again later.$/],
    ['failed', /^youzan: \S.{5,}$/],
    ['half-page', /^youzan: \S.{5,}$/],
  ] as const)('a vendor that is %s is one sentence, not a stack', async (how, words) => {
    for (let n = 100; n < 104; n++) shop.put(order(n))
    shop.misbehave(how)
    // a list is waited for, a question is not
    const { code, lines } =
      how === 'down' ? await run('order', 'youzan', shop.orderNo(100)) : await run('pull', 'youzan')
    expect([code, lines.length]).toEqual([1, 1])
    expect(lines[0]).toMatch(words)
  })

  test.each([
    [[], '"" is none of list, pull, order, replay: connectors --help says what each does.'],
    [['pul'], '"pul" is none of list, pull, order, replay: connectors --help says what each does.'],
    [['pull'], 'Which connector? "connectors list" names them.'],
    [['order'], 'Which connector? "connectors list" names them.'],
    [['order', 'youzan'], 'Which order? connectors order youzan NUMBER.'],
    [['replay'], 'Which fetch? "outbox dead" lists the keys of the dead ones.'],
    [['list', 'youzan'], '"youzan" is too much: connectors --help says what list takes.'],
    [['pull', 'youzan', '2026-11-01'], 'A day is given as --since 2026-11-01.'],
    [['order', 'youzan', 'E1', 'E2'], '"E2" is too much: connectors --help says what order takes.'],
    [['order', 'youzan', 'E1', '--since', '2026-11-01'], '--since goes with pull, not with order.'],
    [['pull', 'youzan', '--since', 'yesterday'], '"yesterday" is no day: write it as 2026-11-01.'],
    [['pull', 'youzan', '--since', '2026-02-30'], '"2026-02-30" is no day: write it as 2026-11-01.'],
    [['pull', 'youzan', '--since', '20261101'], '"20261101" is no day: write it as 2026-11-01.'],
    [['pull', 'youzan', '--since', '2199-01-01'], '2199-01-01 is still to come: nothing can have changed since.'],
  ])('%j is answered in one sentence', async (args, said) => {
    expect(await run(...args)).toEqual({ code: 1, lines: [said] })
  })

  test('replay: a dead fetch is due again; anything else is left alone', async () => {
    const { sql } = fresh.database
    const store = await openStore(config, 'command', silentLog)
    const hub = openHub({ store, dataDir: dir, clock: systemClock, log: silentLog })
    try {
      for (const [key, task] of [
        ['feed:youzan:k1', 'feed.fetch'],
        ['chat:1', 'chat.send'],
      ] as const)
        await hub.toOutbox({ key, task, payload: {} })
      await sql`UPDATE outbox SET state = 'dead', done_at = now(), attempts = 8, last_error = 'no answer'`
      expect(await run('replay', 'feed:youzan:k1')).toEqual({ code: 0, lines: ['It is due again.'] })
      expect(await run('replay', 'feed:youzan:k1')).toEqual({
        code: 1,
        lines: ['There is no dead fetch with this key: "outbox dead" lists them.'],
      })
      expect(await run('replay', 'chat:1')).toMatchObject({
        code: 1,
        lines: [expect.stringContaining('outbox replay')],
      })
      const rows = await sql`SELECT key, state FROM outbox ORDER BY key`
      expect(rows).toEqual([
        { key: 'chat:1', state: 'dead' },
        { key: 'feed:youzan:k1', state: 'ready' },
      ])
    } finally {
      await hub.close()
      await store.close()
    }
  })

  test('no file is said so', async () => {
    const lines: string[] = []
    const bare = { ...config, connectorsFile: undefined }
    await connectorsCommand.run({
      args: ['list'],
      config: bare,
      log: silentLog,
      print: (line) => void lines.push(line),
    })
    expect(lines).toEqual(['No connectors: CONNECTORS_FILE names none (docs/connectors.md).'])
  })
})

test('doctor: a line each, with what to do about the one that fails', async () => {
  const store = await openStore(config, 'command', silentLog)
  const hub = openHub({ store, dataDir: dir, clock: systemClock, log: silentLog })
  try {
    const fed = openFeed({ config, store, hub, log: silentLog, wake: () => undefined })
    express.gateway('A1003')
    expect(await checkConnectors(fed)).toEqual([
      { check: 'connector youzan', repair: undefined },
      {
        check: 'connector sf-express',
        repair: 'sf-express: the address of this machine is not allowed: add it in the console',
      },
    ])
    express.gateway(undefined)
    shop.misbehave('down')
    const [first, second] = await checkConnectors(fed)
    expect(first?.repair).toMatch(/answered 503/)
    expect(second?.repair).toBeUndefined()
  } finally {
    await hub.close()
    await store.close()
  }
})

test('doctor: what keeps the desk from starting is a line beside the others', async () => {
  const broken = join(dir, 'broken.json')
  await writeFile(broken, JSON.stringify({ connectors: [{ kind: 'youzan', shop: 'x', clientSecret: 'env:YZ' }] }))
  const lines: string[] = []
  const code = await doctor.run({
    args: [],
    config: { ...config, connectorsFile: broken },
    log: silentLog,
    print: (line) => void lines.push(line),
  })
  expect(code).toBe(1)
  // the server of tests is not durable, which is a line of its own
  expect(lines.filter((line) => !line.includes('durability'))).toEqual([
    expect.stringMatching(/^ok {3}configuration: /),
    'ok   migrations and data key',
    'ok   clock',
    'FAIL start: connectors.json: youzan: kdtId is missing; youzan: clientId is missing',
  ])
})
