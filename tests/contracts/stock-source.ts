import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { StockSource } from '../../src/hub/back-office-port.ts'
import type { StockLot } from '../../src/hub/stock.ts'

export type CountedRow = {
  readonly sku: string
  readonly warehouse: string
  readonly onHand: number
  readonly free: number
}

export type StockWorld = {
  readonly source: StockSource
  nowMs(): number
  /** What the warehouse counts from now on. */
  count(rows: readonly CountedRow[]): void
  lie(how: 'half-page' | 'repeated-page' | 'wrong-type' | undefined): void
  close(): Promise<void>
}

export type StockSubject = { readonly name: string; readonly pageSize: number; open(): Promise<StockWorld> }

const signal = new AbortController().signal

/** What any source of stock keeps to. */
export function stockSourceContract({ name, pageSize, open }: StockSubject): void {
  describe(`${name} counts stock`, () => {
    let world: StockWorld
    beforeAll(async () => {
      world = await open()
    })
    afterAll(() => world.close())

    const many = Array.from({ length: pageSize + 3 }, (_, n) => ({
      sku: `MANY-${String(n).padStart(5, '0')}`,
      warehouse: '广州仓',
      onHand: 5,
      free: 5,
    }))
    const all = async (): Promise<readonly StockLot[]> => {
      if (world.source.stockAll !== undefined) return (await world.source.stockAll(signal)).lots
      const lots: StockLot[] = []
      const nowMs = world.nowMs()
      for await (const piece of world.source.stockChanged?.(nowMs - 3_600_000, nowMs, signal) ?? []) lots.push(...piece)
      return lots
    }

    test('a question is answered with every lot of these SKUs, and no other', async () => {
      world.count([
        { sku: 'A-1', warehouse: '广州仓', onHand: 46, free: 43 },
        { sku: 'A-1', warehouse: '上海仓', onHand: 7, free: 7 },
        { sku: "B'2", warehouse: '广州仓', onHand: 1, free: 0 },
        { sku: 'C-3', warehouse: '广州仓', onHand: 9, free: 9 },
      ])
      const lots = await world.source.stockOf(['A-1', "B'2", 'GONE'], signal)
      const told = lots.map(({ sku, warehouse, onHand, locked, zone }) => [sku, warehouse, onHand, locked, zone])
      expect(told.sort()).toEqual([
        ['A-1', '上海仓', 7, 0, 'shelf'],
        ['A-1', '广州仓', 46, 3, 'shelf'],
        ["B'2", '广州仓', 1, 1, 'shelf'],
      ])
      expect(lots.every(({ readAtMs }) => Math.abs(readAtMs - world.nowMs()) < 60_000)).toBe(true)
    })

    test('reading goes over all pages, each SKU once', async () => {
      world.count(many)
      const lots = await all()
      expect(lots.map(({ sku }) => sku).sort()).toEqual(many.map(({ sku }) => sku))
    })

    test.each(['half-page', 'repeated-page'] as const)('a %s makes the reading count for nothing', async (lie) => {
      world.count(many)
      world.lie(lie)
      await expect(all()).rejects.toMatchObject({ code: 'unreachable' })
      world.lie(undefined)
      expect(await all()).toHaveLength(many.length)
    })

    test('a field of another type is never taken for a number', async () => {
      world.count([{ sku: 'A-1', warehouse: '广州仓', onHand: 46, free: 43 }])
      world.lie('wrong-type')
      const lots = await world.source.stockOf(['A-1'], signal).catch(() => [])
      expect(lots).toEqual([])
      world.lie(undefined)
      expect(await world.source.stockOf(['A-1'], signal)).toHaveLength(1)
    })
  })
}
