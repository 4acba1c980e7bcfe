import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Receivable, ReceivableSource } from '../../../src/hub/back-office-port.ts'
import { intake } from '../../../src/hub/intake.ts'
import { checkLevel } from '../../../src/hub/level-checks.ts'
import { personalData } from '../../../src/hub/personal.ts'
import { receivableFeed } from '../../../src/hub/receivable-feed.ts'
import { shopDebts } from '../../../src/hub/shop-debt.ts'
import { sources } from '../../../src/hub/sources.ts'
import { BadPayload, Unreachable } from '../../../src/runtime/errors.ts'
import { randomIds } from '../../../src/runtime/ids.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { nowMs as startMs } from '../../kit/sample-orders.ts'
import { pendingReturn, signedOrder } from '../../kit/write-orders.ts'

const signal = new AbortController().signal
let fresh: FreshDatabase
let nowMs = startMs
const clock = { nowMs: () => nowMs, sleep: () => new Promise<void>(() => undefined) }
const returnId = 'TH2611220015'

beforeAll(async () => {
  fresh = await freshDatabase()
  const order = signedOrder({ channel: 'distributor', shop: 'JXS03' })
  const taken = await intake(fresh.database, personalData('5a'.repeat(32)), clock, randomIds()).take(order)
  if (!('id' in taken)) throw new TypeError('the order is taken')
  await pendingReturn(fresh, taken.id, returnId)
})
beforeEach(async () => {
  nowMs = startMs
  await fresh.database.sql`TRUNCATE erp_accounts, source_cursors, sources`
})
afterAll(() => fresh.drop())

const bill = (customerCode: string, fen: number, shop = customerCode): Receivable => ({
  customerCode,
  shop,
  billNo: `${customerCode}-${fen}`,
  amountFen: BigInt(Math.abs(fen)),
  remainFen: BigInt(fen),
})

/** Accounts that tell `pages`; they break off after `breaksAfter` of them when told to fail. */
function books(name = 'u8') {
  const world = {
    pages: [] as (readonly Receivable[])[],
    fails: undefined as Error | undefined,
    breaksAfter: 0,
    asked: [] as (string | undefined)[],
  }
  const source: ReceivableSource = {
    name,
    source: `erp.${name}`,
    everyMs: 3_600_000,
    codeOf: (shop) => (shop === 'JXS07' ? '0103' : shop),
    receivables: async function* ({ customerCode }) {
      world.asked.push(customerCode)
      for (const [index, page] of world.pages.entries()) {
        if (world.fails !== undefined && index >= world.breaksAfter) throw world.fails
        yield page.filter((one) => customerCode === undefined || one.customerCode === customerCode)
      }
      if (world.fails !== undefined) throw world.fails
    },
  }
  return { world, source }
}

const feedOf = (...all: readonly ReceivableSource[]) =>
  receivableFeed({
    database: fresh.database,
    sources: all,
    heard: sources(fresh.database),
    clock,
    log: () => undefined,
  })
const due = () => fresh.database.sql`UPDATE source_cursors SET due_at = now()`
const owed = async () => {
  const rows = await fresh.database.sql<{ code: string; fen: string }[]>`
    SELECT customer_code AS code, arrears_fen::text AS fen FROM erp_accounts ORDER BY owner, customer_code`
  return Object.fromEntries(rows.map(({ code, fen }) => [code, fen]))
}
/** What level 3 sees when it is tapped now. */
const level3 = async () => {
  const facts = await checkLevel(fresh.database.sql, returnId, 3, nowMs)
  if (facts.kind !== 'arrears') throw new TypeError('level 3 rests on arrears')
  const { arrears, amountFen, debtor, source, checkedAtMs } = facts
  return { arrears, amountFen, debtor, source, checkedAtMs }
}

describe('reading the books', () => {
  test('all bills of an account together; credits count against it; level 3 sees it with its time', async () => {
    const { world, source } = books()
    world.pages = [
      [bill('JXS03', 500_000), bill('K9', 100)],
      [bill('JXS03', -69_000), bill('JXS04', -5)],
    ]
    expect(await feedOf(source).pullDue(signal)).toBe(3)
    expect(await owed()).toEqual({ JXS03: '431000', JXS04: '-5', K9: '100' })
    nowMs += 60_000
    expect(await level3()).toEqual({
      arrears: 'some',
      amountFen: '431000',
      debtor: 'JXS03',
      source: 'erp.u8',
      checkedAtMs: startMs,
    })
  })

  test('before the first list is in, and when it breaks off between pages, it is unknown: never none', async () => {
    const { world, source } = books()
    world.pages = [[bill('K9', 100)], [bill('JXS03', 431_000)]]
    world.fails = new Unreachable('the agent is off')
    world.breaksAfter = 1
    const feed = feedOf(source)
    await feed.pullDue(signal)
    expect(await owed()).toEqual({})
    expect((await level3()).arrears).toBe('unknown')
    world.fails = new BadPayload('a column is another')
    await due()
    await feed.pullDue(signal)
    expect((await level3()).arrears).toBe('unknown')
    world.fails = undefined
    await due()
    await feed.pullDue(signal)
    expect((await level3()).arrears).toBe('some')
  })

  test('what is paid is gone from the next list; when the books fall silent it is unknown again', async () => {
    const { world, source } = books()
    world.pages = [[bill('JXS03', 431_000)]]
    const feed = feedOf(source)
    await feed.pullDue(signal)
    nowMs += 3_600_000
    world.pages = [[bill('K9', 100)]]
    await due()
    await feed.pullDue(signal)
    expect(await owed()).toEqual({ JXS03: '0', K9: '100' })
    expect(await level3()).toMatchObject({ arrears: 'none', amountFen: '0', checkedAtMs: nowMs })
    nowMs += 25 * 3_600_000
    expect((await level3()).arrears).toBe('unknown')
    const facts = await checkLevel(fresh.database.sql, returnId, 3, nowMs)
    // what stands in the copy is shown as old news
    expect(facts).toMatchObject({ lastTold: { amountFen: '0', atMs: nowMs - 25 * 3_600_000 } })
  })

  test('two books: the silence of one is not covered by the other, and holds it up in nothing', async () => {
    const [one, two] = [books(), books('k3')]
    two.world.pages = [[bill('JXS03', 1_000)]]
    one.world.fails = new Unreachable('gone')
    await feedOf(one.source, two.source).pullDue(signal)
    expect(await owed()).toEqual({ JXS03: '1000' })
    expect(await level3()).toMatchObject({ arrears: 'unknown', source: 'erp.u8' })
  })
})

describe('a return waits for it', () => {
  test('the shop is asked for by its own code, and the newer word wins over a list begun before', async () => {
    const { world, source } = books()
    world.pages = [[bill('JXS03', 431_000)]]
    const feed = feedOf(source)
    await feed.pullDue(signal)
    nowMs += 31 * 60_000
    world.pages = [[bill('JXS03', 2_000)]]
    expect(await feed.askWaiting()).toEqual(['JXS03'])
    expect(world.asked).toEqual([undefined, 'JXS03'])
    expect(await level3()).toMatchObject({ arrears: 'some', amountFen: '2000' })
    // at most once for as long as it is fresh
    expect(await feed.askWaiting()).toEqual([])

    const askedMs = nowMs
    nowMs -= 60_000
    world.pages = [[bill('JXS03', 431_000)]]
    await due()
    await feed.pullDue(signal)
    nowMs = askedMs
    expect(await owed()).toEqual({ JXS03: '2000' })
  })

  test('books that answer again are read at once, so that unknown does not last', async () => {
    const { world, source } = books()
    world.fails = new Unreachable('gone', { retryAfterMs: 3_600_000 })
    const feed = feedOf(source)
    await feed.pullDue(signal)
    expect(await feed.pullDue(signal)).toBe(0)
    world.fails = undefined
    world.pages = [[bill('JXS03', 431_000)]]
    await feed.ask(['JXS03'], 1_000)
    expect((await level3()).arrears).toBe('unknown')
    await feed.pullDue(signal)
    expect((await level3()).arrears).toBe('some')
  })

  test('no answer changes nothing', async () => {
    const { world, source } = books()
    world.pages = [[bill('JXS03', 431_000)]]
    const feed = feedOf(source)
    await feed.pullDue(signal)
    world.fails = new Unreachable('gone')
    await feed.ask(['JXS03'], 1_000)
    expect(await owed()).toEqual({ JXS03: '431000' })
  })
})

describe('finance asks what a shop owes', () => {
  test('an old copy is asked for first; without an answer it is told as old news', async () => {
    const { world, source } = books()
    world.pages = [[bill('JXS03', 431_000)]]
    const feed = feedOf(source)
    const debts = shopDebts(fresh.database, { feed, clock })
    expect(await debts('JXS03')).toBeUndefined()
    await feed.pullDue(signal)
    const first = { amountFen: 431_000n, source: 'erp.u8', checkedAtMs: startMs, silent: false }
    expect(await debts('JXS03')).toEqual(first)
    nowMs += 6 * 60_000
    world.pages = [[bill('JXS03', 2_000)]]
    expect(await debts('JXS03')).toEqual({ ...first, amountFen: 2_000n, checkedAtMs: nowMs })
    const askedMs = nowMs
    nowMs += 25 * 3_600_000
    world.fails = new Unreachable('gone')
    expect(await debts('JXS03')).toEqual({ ...first, amountFen: 2_000n, checkedAtMs: askedMs, silent: true })
  })
})
