import { createHash } from 'node:crypto'
import { dayMs, startOfIsoDay } from '../runtime/beijing.ts'
import type { LevelFacts, ShelfFacts } from './level-facts.ts'
import { changedFeed } from './stock.ts'
import type { Sql } from './write.ts'

/** Where the goods of a return stand in the warehouse now. `unknown` where nobody can tell: never guessed. */
export type StockCheck = (tx: Sql, returnId: string, nowMs: number) => Promise<readonly ShelfFacts[]>

export type Arrears =
  | {
      readonly arrears: 'none' | 'some'
      readonly amountFen: string
      readonly source: string
      readonly debtor?: string
      /** When the ERP told it; the hub's own rows are of this moment. */
      readonly toldAtMs: number
    }
  /** The ERP did not answer. Never to be taken for none, whatever it told last. */
  | {
      readonly arrears: 'unknown'
      readonly source?: string
      readonly lastTold?: { readonly amountFen: string; readonly atMs: number }
    }

/** What the buyer of a return owes the firm. */
export type ArrearsCheck = (tx: Sql, returnId: string, nowMs: number) => Promise<Arrears>

/** What a level rests on, read in the caller's transaction: when it opens, and again when it is decided. */
export async function checkLevel(tx: Sql, returnId: string, level: number, nowMs: number): Promise<LevelFacts> {
  switch (level) {
    case 1:
      return { kind: 'none', stamp: 'none' }
    case 2: {
      const goods = await hubStock(tx, returnId, nowMs)
      const stamp = stampOf(goods.map(({ sku, name, zone }) => [sku ?? name, zone]))
      return { kind: 'stock', stamp, checkedAtMs: nowMs, goods }
    }
    case 3: {
      const found = await hubArrears(tx, returnId, nowMs)
      const { amountFen, debtor, lastTold } = { amountFen: undefined, debtor: undefined, lastTold: undefined, ...found }
      return {
        kind: 'arrears',
        stamp: stampOf([found.arrears, found.arrears === 'some' ? amountFen : '']),
        checkedAtMs: found.arrears === 'unknown' ? nowMs : found.toldAtMs,
        arrears: found.arrears,
        ...(amountFen !== undefined && { amountFen }),
        ...(debtor !== undefined && { debtor }),
        ...(found.source !== undefined && { source: found.source }),
        ...(lastTold !== undefined && { lastTold }),
      }
    }
    default:
      throw new RangeError(`there is no level ${level}`)
  }
}

/** 12 characters that differ when what matters differs. */
function stampOf(what: unknown): string {
  return createHash('sha256').update(JSON.stringify(what)).digest('base64url').slice(0, 12)
}

type Lot = {
  readonly name: string
  readonly sku: string | null
  readonly zone: 'shelf' | 'near_expiry' | 'quarantine' | null
  readonly location: string | null
  readonly onHand: number | null
  readonly expiresOn: string | null
  readonly readAtMs: number | null
}

/** From the stock rows that the WMS last told; what can be sold at once counts before what cannot. */
const hubStock: StockCheck = async (tx, returnId, nowMs) => {
  const rows = await tx<Lot[]>`
    SELECT DISTINCT ON (l.id) l.name, l.sku, s.zone, s.location, s.on_hand AS "onHand", s.expires_on::text AS "expiresOn",
      round(extract(epoch FROM s.read_at) * 1000)::float8 AS "readAtMs"
    FROM return_lines r JOIN order_lines l ON l.id = r.order_line_id
    LEFT JOIN LATERAL (
      SELECT zone, min(location) AS location, sum(on_hand)::int AS on_hand, min(expires_on) AS expires_on,
        max(greatest(k.read_at, c.read_to)) AS read_at
      FROM stock_lots k LEFT JOIN source_cursors c ON c.connector = k.owner AND c.feed = ${changedFeed}
      WHERE sku = l.sku AND on_hand > 0 GROUP BY zone
    ) s ON true
    WHERE r.return_id = ${returnId}
    ORDER BY l.id, array_position(ARRAY['shelf','near_expiry','quarantine'], s.zone)`
  return rows.map(({ name, sku, zone, location, onHand, expiresOn, readAtMs }) => ({
    name,
    ...(sku !== null && { sku }),
    zone: zone ?? (sku === null ? 'unknown' : 'none'),
    ...(location !== null && { location }),
    ...(onHand !== null && { onHand }),
    ...(expiresOn !== null && { expiresOn, daysLeft: Math.floor((startOfIsoDay(expiresOn) - nowMs) / dayMs) + 1 }),
    ...(readAtMs !== null && { readAtMs }),
  }))
}

type Debt = { readonly toldAtMs: number; readonly fen: string; readonly source: string; readonly debtor: string | null }

/**
 * From the receivables that the ERPs last told; they list whoever owes. One of them late or failed makes it unknown, none ever
 * joined leaves the hub's own rows. Whatever any account of the buyer owes counts, together, and a credit of one account pays no
 * debt of another. A distributor answers for what was sold through it.
 */
const hubArrears: ArrearsCheck = async (tx, returnId, nowMs) => {
  const [erp] = await tx<{ name: string; silent: boolean; heardAtMs: number | null }[]>`
    SELECT name, round(extract(epoch FROM heard_at) * 1000)::float8 AS "heardAtMs", last_error IS NOT NULL OR heard_at IS NULL
      OR heard_at < to_timestamp(${nowMs}::float8 / 1000) - stale_after_minutes * interval '1 minute' AS silent
    FROM sources WHERE name LIKE 'erp.%' ORDER BY silent DESC, heard_at DESC NULLS LAST LIMIT 1`
  const [debt] = await tx<Debt[]>`
    WITH sale AS (
      SELECT o.shop, o.channel = 'distributor' AS resold, coalesce(c.merged_into, c.id) AS root
      FROM returns r JOIN orders o ON o.id = r.order_id LEFT JOIN customers c ON c.id = o.customer_id WHERE r.id = ${returnId}
    ), owed AS (
      SELECT sum(greatest(v.arrears_fen, 0)) AS fen, max(v.source) AS source, min(v.checked_at) AS told, NULL AS debtor
      FROM sale JOIN customers c ON c.id = sale.root OR c.merged_into = sale.root JOIN receivables v ON v.customer_id = c.id
      HAVING count(*) > 0
      UNION ALL
      SELECT v.arrears_fen, v.source, v.checked_at, sale.shop FROM sale JOIN receivables v ON v.customer_id IN (
        SELECT d.customer_id FROM orders d WHERE d.channel = 'distributor' AND d.shop = sale.shop AND d.customer_id IS NOT NULL)
      WHERE sale.resold
      UNION ALL
      SELECT sum(greatest(a.arrears_fen, 0)), max(a.source), min(a.checked_at), sale.shop
      FROM sale JOIN erp_accounts a ON a.shop = sale.shop WHERE sale.resold GROUP BY sale.shop)
    SELECT fen::text, source, round(extract(epoch FROM told) * 1000)::float8 AS "toldAtMs", debtor FROM owed
    ORDER BY owed.fen DESC, debtor NULLS LAST LIMIT 1`
  if (erp?.silent === true) {
    const lastTold = debt && { amountFen: debt.fen, atMs: debt.toldAtMs }
    return { arrears: 'unknown', source: erp.name, ...(lastTold !== undefined && { lastTold }) }
  }
  const source = debt?.source ?? erp?.name ?? 'hub'
  const toldAtMs = Math.min(nowMs, Math.max(debt?.toldAtMs ?? 0, erp?.heardAtMs ?? 0) || nowMs)
  if (debt === undefined || BigInt(debt.fen) <= 0n) return { arrears: 'none', amountFen: '0', source, toldAtMs }
  return {
    arrears: 'some',
    amountFen: debt.fen,
    source,
    toldAtMs,
    ...(debt.debtor !== null && { debtor: debt.debtor }),
  }
}
