import { countedQty, type ReturnView, type SaleFacts, type SoldLine } from './return-facts.ts'

/**
 * Parts of `whole` in proportion to `weights`, in whole fen and summing to it exactly (largest remainder; of equal remainders
 * the first). Weights are not negative; when all are 0 the parts are equal. `whole` may be negative.
 */
export function sharesOf(whole: bigint, weights: readonly bigint[]): readonly bigint[] {
  const given = weights.reduce((sum, weight) => sum + weight, 0n)
  const even = given === 0n
  const total = even ? BigInt(weights.length) : given
  if (total === 0n) return []
  const sign = whole < 0n ? -1n : 1n
  const amount = whole * sign
  const cuts = weights.map((weight, index) => {
    const exact = amount * (even ? 1n : weight)
    return { index, part: exact / total, rest: exact % total }
  })
  const left = amount - cuts.reduce((sum, { part }) => sum + part, 0n)
  const lucky = [...cuts].sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1))
  const extra = new Set(lucky.slice(0, Number(left)).map(({ index }) => index))
  return cuts.map(({ index, part }) => sign * (extra.has(index) ? part + 1n : part))
}

/** What `count` of `qty` pieces are worth, after `before` pieces: the pieces of a line always sum to the line. */
export function shareOfPieces(line: bigint, qty: number, before: number, count: number): bigint {
  const upTo = (pieces: number) => (line * BigInt(Math.max(0, Math.min(qty, pieces)))) / BigInt(qty)
  return upTo(before + count) - upTo(before)
}

export type RefundLine = {
  readonly name: string
  readonly spec?: string
  readonly qty: number
  /** As sold, before anything was taken off. */
  readonly goodsFen: bigint
  /** What was taken off for these pieces. */
  readonly discountFen: bigint
  readonly refundFen: bigint
}

export type RefundSum =
  | {
      readonly outcome: 'known'
      readonly lines: readonly RefundLine[]
      readonly goodsFen: bigint
      readonly discountFen: bigint
      readonly refundFen: bigint
      /** Paid for carrying it, which is not given back. */
      readonly freightFen: bigint
    }
  /** A field the sum needs was never told. */
  | { readonly outcome: 'unknown'; readonly missing: 'amounts' | 'paid' | 'lines' }

/** What was paid for the goods of each line: the paid sum without freight, shared by the lines' amounts. */
export function paidByLine(
  sale: Pick<SaleFacts, 'paidFen' | 'freightFen'> & { readonly lines: readonly Pick<SoldLine, 'amountFen'>[] },
): readonly bigint[] | undefined {
  const amounts = sale.lines.flatMap(({ amountFen }) => (amountFen === undefined || amountFen < 0n ? [] : [amountFen]))
  if (sale.paidFen === undefined || amounts.length < sale.lines.length) return undefined
  return sharesOf(sale.paidFen - (sale.freightFen ?? 0n), amounts)
}

/** What a return gives back, to the fen, from the order's own lines; never more than was paid for them. */
export function refundSum(sale: SaleFacts, request: ReturnView): RefundSum {
  if (sale.paidFen === undefined) return { outcome: 'unknown', missing: 'paid' }
  const paid = paidByLine(sale)
  if (paid === undefined) return { outcome: 'unknown', missing: 'amounts' }
  const lines: RefundLine[] = []
  for (const back of request.lines) {
    const index = sale.lines.findIndex(({ id }) => id === back.lineId)
    const line = sale.lines[index]
    const paidFen = paid[index]
    if (line?.amountFen === undefined || paidFen === undefined) return { outcome: 'unknown', missing: 'lines' }
    const qty = countedQty(request, back)
    const goodsFen = shareOfPieces(line.amountFen, line.qty, back.earlierQty, qty)
    const refundFen = shareOfPieces(paidFen, line.qty, back.earlierQty, qty)
    const spec = back.spec === undefined ? {} : { spec: back.spec }
    lines.push({ name: back.name, ...spec, qty, goodsFen, discountFen: goodsFen - refundFen, refundFen })
  }
  const sum = (name: 'goodsFen' | 'discountFen' | 'refundFen') => lines.reduce((all, line) => all + line[name], 0n)
  const sums = { goodsFen: sum('goodsFen'), discountFen: sum('discountFen'), refundFen: sum('refundFen') }
  return { outcome: 'known', lines, ...sums, freightFen: sale.freightFen ?? 0n }
}
