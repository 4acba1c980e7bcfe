import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { paidByLine, refundSum, shareOfPieces, sharesOf } from '../../../src/hub/refund-shares.ts'
import type { ReturnLineFacts, ReturnView, SaleFacts } from '../../../src/hub/return-facts.ts'

const amounts = fc.array(fc.bigInt({ min: 0n, max: 10_000_000n }), { minLength: 1, maxLength: 12 })
const whole = fc.bigInt({ min: -10_000_000n, max: 100_000_000n })
const total = (parts: readonly bigint[]) => parts.reduce((sum, part) => sum + part, 0n)
const size = (value: bigint) => (value < 0n ? -value : value)

test('shares sum to the whole, to the fen, and are never a fen off their proportion', () => {
  fc.assert(
    fc.property(whole, amounts, (sum, weights) => {
      const parts = sharesOf(sum, weights)
      expect(total(parts)).toBe(sum)
      const all = total(weights)
      if (all === 0n) return
      for (const [index, part] of parts.entries())
        expect(size(part * all - sum * (weights[index] ?? 0n)) < all, `part ${index} is a fen or more off`).toBe(true)
    }),
  )
})

test('shares of nothing to nobody are none; equal remainders go to the first', () => {
  expect(sharesOf(5n, [])).toEqual([])
  expect(sharesOf(10n, [1n, 1n, 1n])).toEqual([4n, 3n, 3n])
  expect(sharesOf(2n, [0n, 0n])).toEqual([1n, 1n])
})

test('the pieces of a line sum to the line however they come back', () => {
  fc.assert(
    fc.property(
      whole,
      fc.integer({ min: 1, max: 50 }),
      fc.array(fc.integer({ min: 0, max: 9 })),
      (line, qty, bites) => {
        let before = 0
        let sum = 0n
        for (const bite of [...bites, qty]) {
          const count = Math.min(bite, qty - before)
          sum += shareOfPieces(line, qty, before, count)
          before += count
        }
        expect(sum).toBe(line)
      },
    ),
  )
})

/** An order of arbitrary lines with everything that was taken off it, and its pieces coming back in two returns. */
const anySale = fc
  .record({
    lines: fc.array(fc.record({ qty: fc.integer({ min: 1, max: 20 }), price: fc.bigInt({ min: 1n, max: 300_000n }) }), {
      minLength: 1,
      maxLength: 6,
    }),
    freight: fc.bigInt({ min: 0n, max: 2_000n }),
    off: fc.integer({ min: 0, max: 100 }),
    first: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 6, maxLength: 6 }),
  })
  .map(({ lines, freight, off, first }) => {
    const sold = lines.map(({ qty, price }, index) => ({
      id: `L${index}`,
      name: 'goods',
      qty,
      amountFen: price * BigInt(qty),
    }))
    const gross = total(sold.map(({ amountFen }) => amountFen))
    const paid = gross - (gross * BigInt(off)) / 100n + freight
    const sale: SaleFacts = {
      orderId: 'SO1',
      channel: 'tmall',
      orderNo: '1',
      paidFen: paid,
      freightFen: freight,
      lines: sold,
    }
    const back = (pieces: (qty: number, index: number) => [earlier: number, asked: number]): ReturnLineFacts[] =>
      sold.map(({ id, qty }, index) => {
        const [earlierQty, askedQty] = pieces(qty, index)
        return { lineId: id, name: 'goods', askedQty, receivedQty: 0, damagedQty: 0, earlierQty }
      })
    const part = (qty: number, index: number) => Math.min(qty, first[index] ?? 0)
    return {
      sale,
      gross,
      one: view(back((qty, index) => [0, part(qty, index)])),
      two: view(back((qty, index) => [part(qty, index), qty - part(qty, index)])),
    }
  })

function view(lines: readonly ReturnLineFacts[]): ReturnView {
  const times = { appliedAtMs: 0, wholeDueAtMs: 0, fineAtMs: 0 }
  return { id: 'TH1', reason: 'r', approval: 'pending', ...times, notes: 0, lines, levels: [] }
}

test('an order that comes back in two returns gives back exactly what was paid for its goods', () => {
  fc.assert(
    fc.property(anySale, ({ sale, gross, one, two }) => {
      const sums = [refundSum(sale, one), refundSum(sale, two)]
      const known = sums.flatMap((sum) => (sum.outcome === 'known' ? [sum] : []))
      expect(known).toHaveLength(2)
      const goodsPaid = (sale.paidFen ?? 0n) - (sale.freightFen ?? 0n)
      expect(total(known.map(({ refundFen }) => refundFen))).toBe(goodsPaid)
      expect(total(known.map(({ goodsFen }) => goodsFen))).toBe(gross)
      for (const { refundFen, goodsFen, discountFen, lines } of known) {
        expect(goodsFen - discountFen).toBe(refundFen)
        expect(total(lines.map((line) => line.refundFen))).toBe(refundFen)
        expect(refundFen >= 0n && refundFen <= goodsPaid).toBe(true)
      }
    }),
  )
})

describe('what cannot be summed', () => {
  const sale: SaleFacts = {
    orderId: 'SO1',
    channel: 'jd',
    orderNo: '1',
    paidFen: 900n,
    lines: [{ id: 'L0', name: 'goods', qty: 2, amountFen: 1_000n }],
  }
  const line: ReturnLineFacts = {
    lineId: 'L0',
    name: 'goods',
    askedQty: 2,
    receivedQty: 1,
    damagedQty: 0,
    earlierQty: 0,
  }

  test('names the field that was never told', () => {
    const { paidFen: _, ...unpaid } = sale
    expect(refundSum(unpaid, view([line]))).toEqual({ outcome: 'unknown', missing: 'paid' })
    const bare = { ...sale, lines: [{ id: 'L0', name: 'goods', qty: 2 }] }
    expect(refundSum(bare, view([line]))).toEqual({ outcome: 'unknown', missing: 'amounts' })
    expect(refundSum(sale, view([{ ...line, lineId: 'L7' }]))).toEqual({ outcome: 'unknown', missing: 'lines' })
    expect(paidByLine(sale)).toEqual([900n])
  })

  test('once the parcel was booked in, what came counts and not what was asked', () => {
    expect(refundSum(sale, view([line]))).toMatchObject({ refundFen: 900n, goodsFen: 1_000n, discountFen: 100n })
    expect(refundSum(sale, { ...view([line]), receivedAtMs: 1 })).toMatchObject({ refundFen: 450n, goodsFen: 500n })
  })
})
