import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import type { ReceivableFeed } from './receivable-feed.ts'

/** What a distributor's accounts owe, as the accounts systems last told it. */
export type ShopDebt = {
  readonly amountFen: bigint
  readonly source: string
  readonly checkedAtMs: number
  /** One of the systems is late or failed: the figure is old news. */
  readonly silent: boolean
}

/** undefined where no accounts system knows the shop. */
export type DebtLookup = (shop: string) => Promise<ShopDebt | undefined>

/** A copy older than this is asked for first, for so long of the 3 s in which an answer comes. */
const freshMs = 5 * 60_000
const waitMs = 2_000

type Row = Omit<ShopDebt, 'amountFen'> & { readonly fen: string }

/** Asks for the account while somebody waits, and tells what stands there then; a credit of one account pays no debt of another. */
export function shopDebts(
  { sql }: Pick<Database, 'sql'>,
  { feed, clock }: { readonly feed: Pick<ReceivableFeed, 'ask'>; readonly clock: Clock },
): DebtLookup {
  const read = async (shop: string): Promise<ShopDebt | undefined> => {
    const nowMs = clock.nowMs()
    const [row] = await sql<Row[]>`
      SELECT sum(greatest(a.arrears_fen, 0))::text AS fen, min(a.source) AS source,
        round(extract(epoch FROM min(a.checked_at)) * 1000)::float8 AS "checkedAtMs",
        min(a.checked_at) < to_timestamp(${nowMs - freshMs}::float8 / 1000) AND bool_or(s.last_error IS NOT NULL
          OR s.heard_at IS NULL OR s.heard_at < to_timestamp(${nowMs}::float8 / 1000) - s.stale_after_minutes * interval '1 minute') AS silent
      FROM erp_accounts a LEFT JOIN sources s ON s.name = a.source WHERE a.shop = ${shop} GROUP BY a.shop`
    if (row === undefined) return undefined
    const { fen, ...rest } = row
    return { ...rest, amountFen: BigInt(fen) }
  }
  return async (typed) => {
    const shop = typed.replace(/\p{Cc}/gu, '').trim()
    const known = await read(shop)
    if (known === undefined || clock.nowMs() - known.checkedAtMs <= freshMs) return known
    await feed.ask([shop], waitMs)
    return read(shop)
  }
}
