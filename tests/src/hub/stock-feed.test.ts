import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { StockSource } from '../../../src/hub/back-office-port.ts'
import { intake } from '../../../src/hub/intake.ts'
import { checkLevel } from '../../../src/hub/level-checks.ts'
import { personalData } from '../../../src/hub/personal.ts'
import { sources } from '../../../src/hub/sources.ts'
import { type StockLot, stockLookup } from '../../../src/hub/stock.ts'
import { askedStock, stockFeed } from '../../../src/hub/stock-feed.ts'
import { stockLots } from '../../../src/hub/stock-lots.ts'
import { Unreachable } from '../../../src/runtime/errors.ts'
import { randomIds } from '../../../src/runtime/ids.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { pendingReturn, signedOrder } from '../../kit/write-orders.ts'

const startMs = Date.parse('2026-11-23T12:00:00+08:00')
const signal = new AbortController().signal
let fresh: FreshDatabase
let nowMs = startMs
const clock = { nowMs: () => nowMs, sleep: () => new Promise<void>(() => undefined) }

beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  nowMs = startMs
  await fresh.database.sql`TRUNCATE stock_lots, source_cursors, sources`
})
afterAll(() => fresh.drop())

type Counted = Record<string, readonly (readonly [warehouse: string, onHand: number])[]>

/** A warehouse whose count is `counted`; `changed` are the SKUs it tells as changed, piece by piece. */
function warehouse(name: string, counted: Counted, source = 'wms.pull') {
  const world = {
    counted,
    changed: [] as string[],
    fails: undefined as Error | undefined,
    failsAfter: 0,
    asked: [] as string[],
    windows: [] as (readonly [number, number])[],
    onWindow: () => {},
  }
  const lotsOf = (sku: string): StockLot[] =>
    (world.counted[sku] ?? []).map(([place, onHand]) => ({
      sku,
      name: `商品${sku}`,
      warehouse: place,
      onHand,
      locked: 0,
      zone: 'shelf',
      readAtMs: nowMs,
    }))
  const stock: StockSource = {
    name,
    source,
    everyMs: 600_000,
    stockOf: async (skus) => {
      world.asked.push(...skus)
      if (world.fails !== undefined) throw world.fails
      return skus.flatMap(lotsOf)
    },
    stockChanged: async function* (fromMs, toMs) {
      world.windows.push([fromMs, toMs])
      world.onWindow()
      for (const [index, sku] of world.changed.entries()) {
        if (world.fails !== undefined && index >= world.failsAfter) throw world.fails
        yield lotsOf(sku)
      }
      if (world.fails !== undefined) throw world.fails
    },
  }
  return { world, stock }
}

/** One that tells all it counts at once. */
function whole(name: string, counted: Counted) {
  const { world, stock } = warehouse(name, counted, 'kingdee.stock')
  const { stockChanged: _, ...rest } = stock
  const unread: string[] = []
  const source: StockSource = {
    ...rest,
    stockAll: async () => {
      if (world.fails !== undefined) throw world.fails
      return { lots: await stock.stockOf(Object.keys(world.counted), signal), unread }
    },
  }
  return { world, stock: source, unread }
}

const feedOf = (...all: readonly StockSource[]) =>
  stockFeed({ database: fresh.database, sources: all, heard: sources(fresh.database), clock, log: () => undefined })
/** It was read up to three hours ago: fewer windows than the week of a new one. */
const joined = (name: string) => fresh.database.sql`
  INSERT INTO source_cursors (connector, feed, read_to, due_at)
  VALUES (${name}, 'stock', to_timestamp(${startMs - 3 * 3_600_000}::float8 / 1000), now())`
const due = () => fresh.database.sql`UPDATE source_cursors SET due_at = now()`
const shown = async () => {
  const rows = await fresh.database.sql<{ owner: string; sku: string; warehouse: string; onHand: number }[]>`
    SELECT owner, sku, warehouse, on_hand AS "onHand" FROM stock_lots ORDER BY owner, sku, warehouse`
  return rows.map(({ owner, sku, warehouse: place, onHand }) => [owner, sku, place, onHand])
}
const freshness = async () => {
  const rows = await sources(fresh.database).freshness(nowMs)
  return Object.fromEntries(rows.map(({ name, stale, lastError }) => [name, lastError ?? (stale ? 'stale' : 'fresh')]))
}

describe('a source that tells what changed', () => {
  test('windows overlap and follow each other to the present; what shrinks is replaced', async () => {
    const { world, stock } = warehouse('wdt', {
      A: [
        ['广州仓', 5],
        ['上海仓', 2],
      ],
      B: [['广州仓', 1]],
    })
    world.changed = ['A', 'B']
    const feed = feedOf(stock)
    expect(await feed.pullDue(signal)).toBeGreaterThan(0)
    expect(world.windows.at(0)?.[0]).toBe(startMs - 7 * 86_400_000 - 300_000)
    for (const [index, [fromMs, toMs]] of world.windows.entries()) {
      expect(toMs - fromMs).toBeLessThanOrEqual(55 * 60_000)
      expect(fromMs).toBeLessThanOrEqual(world.windows[index - 1]?.[1] ?? fromMs)
    }
    expect(world.windows.at(-1)?.[1]).toBe(startMs - 60_000)
    expect(await shown()).toEqual([
      ['wdt', 'A', '上海仓', 2],
      ['wdt', 'A', '广州仓', 5],
      ['wdt', 'B', '广州仓', 1],
    ])

    nowMs += 600_000
    await due()
    world.counted.A = [['广州仓', 3]]
    await feed.pullDue(signal)
    expect(await shown()).toEqual([
      ['wdt', 'A', '广州仓', 3],
      ['wdt', 'B', '广州仓', 1],
    ])
    expect(await freshness()).toEqual({ 'wms.pull': 'fresh' })
  })

  test('while it is read time goes on: what changes meanwhile is the next reading', async () => {
    const { world, stock } = warehouse('wdt', { A: [['广州仓', 5]] })
    world.changed = ['A']
    world.onWindow = () => {
      nowMs += 400
      if (world.windows.length > 1_000) throw new Error('it never ends')
    }
    await feedOf(stock).pullDue(signal)
    const [row] = await fresh.database.sql`SELECT bool_and(due_at > now()) AS rests FROM source_cursors`
    expect(row).toEqual({ rests: true })
    expect(await freshness()).toEqual({ 'wms.pull': 'fresh' })
  })

  test('it breaks off between pieces: the mark stays, and the window is read again', async () => {
    const { world, stock } = warehouse('wdt', { A: [['广州仓', 5]], B: [['广州仓', 1]] })
    world.changed = ['A', 'B']
    world.fails = new Unreachable('gone')
    world.failsAfter = 1
    await joined('wdt')
    const feed = feedOf(stock)
    await feed.pullDue(signal)
    const first = world.windows.at(-1)
    expect(await freshness()).toEqual({ 'wms.pull': 'no answer' })
    expect(await shown()).toEqual([['wdt', 'A', '广州仓', 5]])
    world.fails = undefined
    await due()
    await feed.pullDue(signal)
    expect(world.windows[1]).toEqual(first)
    expect(await shown()).toEqual([
      ['wdt', 'A', '广州仓', 5],
      ['wdt', 'B', '广州仓', 1],
    ])
    expect(await freshness()).toEqual({ 'wms.pull': 'fresh' })
  })

  test('what did not change is as fresh as the last window', async () => {
    const { world, stock } = warehouse('wdt', { A: [['广州仓', 5]] })
    world.changed = ['A']
    await joined('wdt')
    const feed = feedOf(stock)
    await feed.pullDue(signal)
    world.changed = []
    nowMs += 5 * 3_600_000
    await due()
    await feed.pullDue(signal)
    const found = await stockLookup(fresh.database).find({ sku: 'A' }, { limit: 5 })
    expect(found.source).toEqual({ name: 'wms.pull', staleAfterMs: 3_600_000 })
    expect(found.items[0]?.lots[0]?.readAtMs).toBe(nowMs - 60_000)
  })
})

describe('several sources', () => {
  test('each replaces its own lots; one that is down holds up no other', async () => {
    const wms = warehouse('wdt', { A: [['广州仓', 5]] })
    const erp = whole('kingdee', { A: [['上海仓', 8]], C: [['上海仓', 1]] })
    wms.world.changed = ['A']
    await joined('wdt')
    const feed = feedOf(wms.stock, erp.stock)
    await feed.pullDue(signal)
    const all = [
      ['kingdee', 'A', '上海仓', 8],
      ['kingdee', 'C', '上海仓', 1],
      ['wdt', 'A', '广州仓', 5],
    ]
    expect(await shown()).toEqual(all)
    wms.world.fails = new Unreachable('gone')
    erp.world.counted = { A: [['上海仓', 7]] }
    await due()
    nowMs += 1_000
    await feed.pullDue(signal)
    // a SKU that is gone stays known by its name, with nothing in it
    expect(await shown()).toEqual([
      ['kingdee', 'A', '上海仓', 7],
      ['kingdee', 'C', '上海仓', 0],
      ['wdt', 'A', '广州仓', 5],
    ])
    expect(await freshness()).toEqual({ 'wms.pull': 'no answer', 'kingdee.stock': 'fresh' })
  })

  test('a SKU that could not be read stays as it was', async () => {
    const erp = whole('kingdee', { A: [['上海仓', 8]], C: [['上海仓', 1]] })
    const feed = feedOf(erp.stock)
    await feed.pullDue(signal)
    erp.world.counted = { A: [['上海仓', 7]] }
    erp.unread.push('C')
    await due()
    nowMs += 1_000
    await feed.pullDue(signal)
    expect(await shown()).toEqual([
      ['kingdee', 'A', '上海仓', 7],
      ['kingdee', 'C', '上海仓', 1],
    ])
  })

  test('newer wins, whichever is written last', async () => {
    const lots = stockLots(fresh.database)
    const by = { owner: 'wdt', source: 'wms.pull' }
    const lot = (onHand: number) =>
      [{ sku: 'A', name: 'a', warehouse: 'w', onHand, locked: 0, zone: 'shelf', readAtMs: 0 }] as const
    await lots.take(by, { lots: lot(4), asked: ['A'], atMs: startMs })
    expect(await lots.take(by, { lots: lot(9), asked: ['A'], atMs: startMs - 1 })).toBe(0)
    expect(await lots.take(by, { lots: [], asked: ['A'], atMs: startMs + 5 })).toBe(1)
    expect(await lots.take(by, { lots: lot(9), asked: ['A'], atMs: startMs + 4 })).toBe(0)
    expect(await shown()).toEqual([['wdt', 'A', 'w', 0]])
  })
})

describe('somebody asks', () => {
  test('an old copy is asked for first, a fresh one is not; the rest of the answer is as before', async () => {
    const { world, stock } = warehouse('wdt', { A: [['广州仓', 5]] })
    const feed = feedOf(stock)
    const lookup = askedStock(stockLookup(fresh.database), feed, clock)
    await feed.ask(['A'], 1_000)
    world.asked.splice(0)
    world.counted.A = [['广州仓', 4]]
    const onHand = async () => (await lookup.find({ sku: 'A' }, { limit: 1 })).items[0]?.lots[0]?.onHand
    expect(await onHand()).toBe(5)
    nowMs += 6 * 60_000
    expect(await onHand()).toBe(4)
    expect(world.asked).toEqual(['A'])
  })

  test('a SKU nobody here knows is looked for once, and found where it is counted', async () => {
    const { world, stock } = warehouse('wdt', { 'NEW-1': [['广州仓', 5]] })
    const lookup = askedStock(stockLookup(fresh.database), feedOf(stock), clock)
    expect((await lookup.find({ sku: 'new-1' }, { limit: 1 })).items).toHaveLength(1)
    for (let n = 0; n < 3; n++) expect((await lookup.find({ sku: 'GONE' }, { limit: 1 })).items).toHaveLength(0)
    expect(world.asked).toEqual(['NEW-1', 'GONE'])
  })

  test('a source that fails leaves the copy with its time', async () => {
    const { world, stock } = warehouse('wdt', { A: [['广州仓', 5]] })
    const feed = feedOf(stock)
    await feed.ask(['A'], 1_000)
    world.fails = new Unreachable('gone')
    nowMs += 3_600_000
    const found = await askedStock(stockLookup(fresh.database), feed, clock).find({ sku: 'A' }, { limit: 1 })
    expect(found.items[0]?.lots[0]).toMatchObject({ onHand: 5, readAtMs: startMs })
  })
})

describe('level 2 looks at the tap', () => {
  test('what the feed took since stands there, and sold out is no shelf', async () => {
    const order = signedOrder({ lines: [{ lineKey: '1', sku: 'A', name: '商品A', qty: 1, amountFen: 1_000n }] })
    const taken = await intake(fresh.database, personalData('5a'.repeat(32)), clock, randomIds()).take(order)
    if (!('id' in taken)) throw new TypeError('the order is taken')
    const returnId = await pendingReturn(fresh, taken.id)
    await fresh.database.sql`
      INSERT INTO return_lines (return_id, order_line_id, asked_qty) SELECT ${returnId}, id, 1 FROM order_lines WHERE order_id = ${taken.id}`
    const { world, stock } = warehouse('wdt', { A: [['广州仓', 5]] })
    world.changed = ['A']
    const feed = feedOf(stock)
    const goods = async () => {
      const facts = await checkLevel(fresh.database.sql, returnId, 2, nowMs)
      return facts.kind === 'stock' ? [facts.goods[0]?.zone, facts.goods[0]?.onHand, facts.goods[0]?.readAtMs] : facts
    }
    await joined('wdt')
    await feed.pullDue(signal)
    nowMs += 3_600_000
    world.changed = []
    await due()
    await feed.pullDue(signal)
    expect(await goods()).toEqual(['shelf', 5, nowMs - 60_000])
    world.counted = {}
    await feed.ask(['A'], 1_000)
    expect(await goods()).toEqual(['none', undefined, undefined])
  })
})
