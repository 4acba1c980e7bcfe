import type { Database } from '../db/client.ts'
import type { StockLot } from './stock.ts'

export type LotOwner = { readonly owner: string; readonly source: string }

/** What is told: lots of some SKUs, all of each. `asked` SKUs that have no lot here have none any more. */
export type ToldLots = {
  readonly lots: readonly StockLot[]
  readonly asked: readonly string[]
  /** When the question was asked. */
  readonly atMs: number
}

export type StockLots = {
  /** Replaces what `owner` told of these SKUs, unless it told something newer; lots of others stay. SKUs that were taken. */
  take(by: LotOwner, told: ToldLots): Promise<number>
  /** The same where everything the owner counts was told; `unread` SKUs stay as they are. */
  takeAll(by: LotOwner, told: Pick<ToldLots, 'lots' | 'atMs'> & { readonly unread: readonly string[] }): Promise<number>
}

/**
 * Lots have owners: each source replaces its own alone. A SKU that is gone keeps its rows with nothing in them, so that it is known by
 * name as sold out, and an older answer that comes late does not bring it back.
 */
export function stockLots({ sql }: Pick<Database, 'sql'>): StockLots {
  const take = async ({ owner, source }: LotOwner, { lots, asked, atMs }: ToldLots): Promise<number> => {
    const skus = [...new Set([...asked, ...lots.map(({ sku }) => sku)])]
    if (skus.length === 0) return 0
    return sql.begin(async (tx) => {
      await tx`SELECT pg_advisory_xact_lock(hashtextextended(${`stock ${owner}`}, 0))`
      const newer = await tx<{ sku: string }[]>`
        SELECT DISTINCT sku FROM stock_lots
        WHERE sku = ANY(${skus}) AND owner = ${owner} AND read_at > to_timestamp(${atMs}::float8 / 1000)`
      const late = new Set(newer.map(({ sku }) => sku))
      const told = lots.filter(({ sku }) => !late.has(sku))
      const present = [...new Set(told.map(({ sku }) => sku))]
      const gone = skus.filter((sku) => !late.has(sku) && !present.includes(sku))
      await tx`DELETE FROM stock_lots WHERE sku = ANY(${present}) AND owner = ${owner}`
      await tx`
        INSERT INTO stock_lots (id, sku, name, spec, warehouse, location, on_hand, locked, expires_on, zone, read_at, owner, source)
        SELECT ${`${owner}:`} || sku || ':' || row_number() OVER (PARTITION BY sku), sku, name, spec, warehouse, location, on_hand,
          locked, expires_on, zone, to_timestamp(${atMs}::float8 / 1000), ${owner}, ${source}
        FROM jsonb_to_recordset(${tx.json(told.map(rowOf))}) AS lot(sku text, name text, spec text, warehouse text, location text,
          on_hand int, locked int, expires_on date, zone text)`
      await tx`
        UPDATE stock_lots SET on_hand = 0, locked = 0, read_at = to_timestamp(${atMs}::float8 / 1000)
        WHERE sku = ANY(${gone}) AND owner = ${owner}`
      return present.length + gone.length
    })
  }
  return {
    take,
    takeAll: async (by, { lots, unread, atMs }) => {
      const known = await sql<{ sku: string }[]>`
        SELECT DISTINCT sku FROM stock_lots WHERE owner = ${by.owner} AND NOT sku = ANY(${[...unread]})`
      return take(by, { lots, asked: known.map(({ sku }) => sku), atMs })
    },
  }
}

function rowOf({ sku, name, spec, warehouse, location, onHand, locked, expiresOn, zone }: StockLot) {
  return {
    sku,
    name,
    spec: spec ?? null,
    warehouse,
    location: location ?? null,
    on_hand: onHand,
    locked,
    expires_on: expiresOn ?? null,
    zone,
  }
}
