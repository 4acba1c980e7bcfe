import type { Database } from '../db/client.ts'

/** Which version of which rule decided what about an order. `atMs` epoch ms. */
export type RuleDecision = {
  readonly about: 'warehouse' | 'hold' | 'split' | 'carrier'
  readonly rule: string
  readonly ruleVersion: number
  readonly chosen: string
  /** One sentence for people, as the rule engine wrote it. */
  readonly reason: string
  readonly atMs: number
}

/** The gift rule that was applied to an order, and what came of it. */
export type GiftDecision = {
  readonly name: string
  readonly verdict: 'locked' | 'below_threshold' | 'out_of_stock' | 'level_too_low' | 'rule_conflict'
  readonly gapFen?: bigint
  readonly rule?: string
  readonly ruleVersion?: number
  readonly atMs: number
}

export type RuleLookup = {
  /** Newest first. */
  ofOrder(orderId: string): Promise<readonly RuleDecision[]>
  gifts(orderId: string): Promise<readonly GiftDecision[]>
}

type GiftRow = { readonly [K in keyof GiftDecision]-?: Exclude<GiftDecision[K], undefined> | null }

/** Why an order went the way it went, as far as a rule wrote it down. */
export function ruleLookup({ sql }: Pick<Database, 'sql'>): RuleLookup {
  const ms = (column: string) => sql.unsafe(`round(extract(epoch FROM ${column}) * 1000)::float8`)
  return {
    ofOrder: (orderId) => sql<RuleDecision[]>`
      SELECT about, rule, rule_version AS "ruleVersion", chosen, reason, ${ms('decided_at')} AS "atMs"
      FROM rule_decisions WHERE order_id = ${orderId} ORDER BY decided_at DESC, id DESC LIMIT 20`,
    gifts: async (orderId) => {
      const rows = await sql<GiftRow[]>`
        SELECT name, verdict, gap_fen AS "gapFen", rule, rule_version AS "ruleVersion", ${ms('decided_at')} AS "atMs"
        FROM gifts WHERE order_id = ${orderId} ORDER BY decided_at DESC, id LIMIT 20`
      return rows.map(
        (row) =>
          Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as unknown as GiftDecision,
      )
    },
  }
}
