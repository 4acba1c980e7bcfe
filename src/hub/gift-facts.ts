import type { Database } from '../db/client.ts'
import type { GiftFacts } from './order-facts.ts'

/** One verdict about a gift, with the rule that gave it. Money fen, times epoch ms. */
export type GiftVerdict = GiftFacts & {
  readonly sku?: string
  readonly thresholdFen?: bigint
  readonly rule?: string
  readonly ruleVersion?: number
  readonly decidedAtMs: number
}

export type GiftSheet = {
  /** In order of decision. */
  readonly gifts: readonly GiftVerdict[]
  readonly paidFen?: bigint
  /** V1 to V5, as the customer's record says now. */
  readonly level?: string
}

export type GiftLookup = { ofOrder(orderId: string): Promise<GiftSheet | undefined> }

const text = `SELECT o.paid_fen AS "paidFen", c.level, (
    SELECT json_strip_nulls(json_agg(json_build_object('name', g.name, 'verdict', g.verdict, 'gapFen', g.gap_fen::text,
      'parcelId', g.parcel_id, 'sku', g.sku, 'thresholdFen', g.threshold_fen::text, 'rule', g.rule,
      'ruleVersion', g.rule_version, 'decidedAtMs', round(extract(epoch FROM g.decided_at) * 1000)::float8)
      ORDER BY g.decided_at, g.id)) FROM gifts g WHERE g.order_id = o.id) AS gifts
  FROM orders o LEFT JOIN customers c ON c.id = o.customer_id WHERE o.id = $1::text`

type GiftJson = Omit<GiftVerdict, 'gapFen' | 'thresholdFen'> & {
  readonly gapFen?: string
  readonly thresholdFen?: string
}
type Row = {
  readonly paidFen: bigint | null
  readonly level: string | null
  readonly gifts: readonly GiftJson[] | null
}

/** The gift verdicts of an order, with what they were measured by: one statement by index. */
export function giftLookup({ sql }: Pick<Database, 'sql'>): GiftLookup {
  return {
    ofOrder: async (orderId) => {
      const [row] = await sql.unsafe<Row[]>(text, [orderId.replace(/\p{Cc}/gu, '')], { prepare: true })
      if (row === undefined) return undefined
      return {
        gifts: (row.gifts ?? []).map(verdictOf),
        ...(row.paidFen !== null && { paidFen: row.paidFen }),
        ...(row.level !== null && { level: row.level }),
      }
    },
  }
}

function verdictOf({ gapFen, thresholdFen, ...gift }: GiftJson): GiftVerdict {
  return {
    ...gift,
    ...(gapFen !== undefined && { gapFen: BigInt(gapFen) }),
    ...(thresholdFen !== undefined && { thresholdFen: BigInt(thresholdFen) }),
  }
}
