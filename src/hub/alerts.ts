import type { Database } from '../db/client.ts'
import { mostOfKind, type Trouble, troubled, type Wanted } from './alert-sql.ts'
import type { CarrierCode, Channel } from './order-facts.ts'

/** One order, parcel or return that needs somebody. Times epoch ms. No names of customers. */
export type AlertItem = {
  readonly kind: Trouble
  readonly orderId: string
  readonly orderNo: string
  readonly channel: Channel
  readonly returnId?: string
  /** When it went wrong: the limit that passed, the last word of the carrier, the stop. */
  readonly sinceMs: number
  /** The line that comes next: the platform's fine, the limit of a level. */
  readonly dueMs?: number
  readonly shippedAtMs?: number
  readonly carrier?: CarrierCode
  readonly carrierName?: string
  readonly place?: string
  readonly reason?: string
  /** Of a return: who has to decide. */
  readonly level?: { readonly role: string; readonly holder?: string }
}

/** `lasting`: counts what is over as well (shipped late, money back): the list behind a rate. */
export type AlertWish = Wanted & {
  /** Else longest wrong first, by the next line where there is one. */
  readonly newestFirst: boolean
  readonly offset: number
  readonly limit: number
}

/** `more` when there are more than `total`. `kinds`: how many of which, most frequent first; of all, not of the page. */
export type AlertPage = {
  readonly items: readonly AlertItem[]
  readonly total: number
  readonly more: boolean
  readonly kinds: readonly { readonly kind: string; readonly count: number }[]
}

export type AlertLookup = {
  list(wish: AlertWish): Promise<AlertPage>
}

type Row = { readonly [K in keyof AlertItem]-?: Exclude<AlertItem[K], undefined> | null } & {
  readonly total: number
  readonly kinds: AlertPage['kinds']
}

/** The lists of what is wrong, each from its own small index: no list gets slower with the number of good orders. */
export function alertLookup({ sql }: Pick<Database, 'sql'>): AlertLookup {
  const ms = (column: string) => sql.unsafe(`round(extract(epoch FROM ${column}) * 1000)::float8`)
  return {
    list: async ({ offset, limit, newestFirst, ...wanted }) => {
      const order = newestFirst
        ? sql`page.since DESC, page.order_id, page.return_id`
        : sql`coalesce(page.due, page.since), page.order_id, page.return_id`
      const rows = await sql<Row[]>`
        WITH item AS MATERIALIZED (${troubled(sql, wanted)}),
          page AS (SELECT * FROM item page ORDER BY ${order} LIMIT ${limit} OFFSET ${offset})
        SELECT page.kind, page.order_id AS "orderId", o.order_no AS "orderNo", o.channel, page.return_id AS "returnId",
          ${ms('page.since')} AS "sinceMs", ${ms('page.due')} AS "dueMs", ${ms('coalesce(p.shipped_at, o.shipped_at)')} AS "shippedAtMs",
          coalesce(p.carrier_code, o.carrier_code) AS carrier, coalesce(p.carrier_name, o.carrier_name) AS "carrierName",
          (SELECT t.place FROM tracking_events t WHERE t.parcel_id = p.id ORDER BY t.occurred_at DESC LIMIT 1) AS place,
          CASE page.kind WHEN 'ship_late' THEN o.delay_reason WHEN 'no_carrier' THEN o.quarantine_reason END AS reason,
          (SELECT json_strip_nulls(json_build_object('role', l.role, 'holder', m.name))
            FROM approval_levels l LEFT JOIN members m ON m.id = l.holder_id
            WHERE l.return_id = page.return_id AND l.state = 'pending' ORDER BY l.level LIMIT 1) AS level,
          (SELECT count(*) FROM item)::int AS total,
          (SELECT json_agg(k ORDER BY k.count DESC, k.kind) FROM (SELECT kind, count(*)::int AS count FROM item GROUP BY kind) k) AS kinds
        FROM page JOIN orders o ON o.id = page.order_id LEFT JOIN parcels p ON p.id = page.parcel_id
        ORDER BY ${order}`
      const total = rows[0]?.total ?? 0
      return {
        items: rows.map(itemOf),
        total: Math.min(total, mostOfKind),
        more: total > mostOfKind,
        kinds: rows[0]?.kinds ?? [],
      }
    },
  }
}

function itemOf({ total: _total, kinds: _kinds, ...row }: Row): AlertItem {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as unknown as AlertItem
}
