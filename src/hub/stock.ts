import type { Database } from '../db/client.ts'

/** A lot as the warehouse last counted it. `expiresOn` is YYYY-MM-DD; absent = does not expire. */
export type StockLot = {
  readonly sku: string
  readonly name: string
  readonly spec?: string
  readonly warehouse: string
  readonly location?: string
  readonly onHand: number
  /** Promised to orders; part of `onHand`. */
  readonly locked: number
  readonly expiresOn?: string
  readonly zone: 'shelf' | 'near_expiry' | 'quarantine'
  readonly readAtMs: number
}

/** All lots of one SKU; shelf first, then by date. */
export type StockItem = {
  readonly sku: string
  readonly name: string
  readonly spec?: string
  readonly lots: readonly StockLot[]
}

export type StockKey = { readonly sku: string } | { readonly product: string }

export type StockFound = {
  readonly items: readonly StockItem[]
  /** More SKUs fit than are given. */
  readonly more: boolean
  /** Who counts, and how long its silence is normal. */
  readonly source: { readonly name: string; readonly staleAfterMs?: number }
}

/** By whole SKU, or by a word of name or size; `warehouse` narrows the lots. At most `limit` SKUs, in order of SKU. */
export type StockLookup = {
  find(key: StockKey, filter: { readonly warehouse?: string; readonly limit: number }): Promise<StockFound>
}

/** Who counts where a lot does not say. */
const defaultSource = 'wms.push'
const mostLots = 400
/** The list of a connector that tells what changed: up to its mark, what it told before still holds. */
export const changedFeed = 'stock'

/**
 * stock_lots is small (SKUs × warehouses, some hundred rows), so a word is looked for in every name; SKUs and lots are bounded
 * all the same. $1 sku, $2 word, $3 warehouse, $4 SKUs, $5 lots.
 */
const text = `WITH fit AS MATERIALIZED (
    SELECT DISTINCT sku FROM stock_lots
    WHERE CASE WHEN $1::text IS NOT NULL THEN sku = $1::text
      ELSE position(lower($2::text) IN lower(name || ' ' || coalesce(spec, ''))) > 0 END
    ORDER BY sku LIMIT $4::int)
  SELECT l.sku, l.name, l.spec, l.warehouse, l.location, l.on_hand AS "onHand", l.locked, l.expires_on::text AS "expiresOn", l.zone,
    round(extract(epoch FROM greatest(l.read_at, c.read_to)) * 1000)::float8 AS "readAtMs",
    coalesce(l.source, '${defaultSource}') AS source, s.stale_after_minutes AS "staleMinutes"
  FROM fit JOIN stock_lots l USING (sku)
  LEFT JOIN source_cursors c ON c.connector = l.owner AND c.feed = '${changedFeed}'
  LEFT JOIN sources s ON s.name = coalesce(l.source, '${defaultSource}')
  WHERE $3::text IS NULL OR position($3::text IN l.warehouse) > 0
  ORDER BY l.sku, l.zone DESC, l.expires_on NULLS LAST, l.on_hand DESC, l.id LIMIT $5::int`

type Row = Omit<StockLot, 'spec' | 'location' | 'expiresOn'> & {
  readonly spec: string | null
  readonly location: string | null
  readonly expiresOn: string | null
  readonly source: string
  readonly staleMinutes: number | null
}

export function stockLookup({ sql }: Pick<Database, 'sql'>): StockLookup {
  return {
    find: async (key, { warehouse, limit }) => {
      const sku = 'sku' in key ? plain(key.sku).toUpperCase() : null
      const word = 'product' in key ? plain(key.product) : null
      const place = warehouse === undefined ? null : plain(warehouse)
      const rows = await sql.unsafe<Row[]>(text, [sku, word, place, limit + 1, mostLots], { prepare: true })
      const items = itemsOf(rows)
      // several may count: the one whose count is oldest dates the answer
      const oldest = rows.reduce<Row | undefined>(
        (a, b) => (a === undefined || b.readAtMs < a.readAtMs ? b : a),
        undefined,
      )
      const minutes = oldest?.staleMinutes
      return {
        items: items.slice(0, limit),
        more: items.length > limit,
        source: { name: oldest?.source ?? defaultSource, ...(minutes != null && { staleAfterMs: minutes * 60_000 }) },
      }
    },
  }
}

function itemsOf(rows: readonly Row[]): readonly StockItem[] {
  const lots = new Map<string, StockLot[]>()
  for (const { spec, location, expiresOn, source: _source, staleMinutes: _minutes, ...lot } of rows) {
    const known = lots.get(lot.sku) ?? []
    lots.set(lot.sku, known)
    known.push({
      ...lot,
      ...(spec !== null && { spec }),
      ...(location !== null && { location }),
      ...(expiresOn !== null && { expiresOn }),
    })
  }
  return [...lots.values()].flatMap((all) => {
    const [first] = all
    if (first === undefined) return []
    return [{ sku: first.sku, name: first.name, ...(first.spec !== undefined && { spec: first.spec }), lots: all }]
  })
}

const plain = (words: string): string => words.replace(/\p{Cc}/gu, '').trim()
