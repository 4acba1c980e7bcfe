import { type ColumnKind, writtenColumns } from './claim-columns.ts'

// Every statement takes a whole batch as one JSON text ($1): the number of parameters, and so the prepared statement, does
// not depend on how many orders there are.

const recordType: Readonly<Record<ColumnKind, string>> = {
  text: 'text',
  ms: 'float8',
  fen: 'bigint',
  hex: 'text',
  bool: 'boolean',
  json: 'jsonb',
}

function records(columns: readonly (readonly [string, ColumnKind])[]): string {
  const fields = columns.map(([column, kind]) => `${column} ${recordType[kind]}`)
  return `jsonb_to_recordset($1::text::jsonb) AS r(${fields.join(', ')})`
}

function stored(column: string, kind: ColumnKind): string {
  if (kind === 'ms') return `to_timestamp(r.${column} / 1000)`
  return kind === 'hex' ? `decode(r.${column}, 'hex')` : `r.${column}`
}

function shown(column: string, kind: ColumnKind): string {
  if (kind === 'ms') return `round(extract(epoch FROM o.${column}) * 1000)::float8 AS ${column}`
  if (kind === 'fen') return `o.${column}::text AS ${column}`
  return kind === 'hex' ? `encode(o.${column}, 'hex') AS ${column}` : `o.${column}`
}

const identity = [
  ['channel', 'text'],
  ['shop', 'text'],
  ['order_no', 'text'],
] as const
const row = [['id', 'text'], ...identity, ...writtenColumns] as const

/** Locks in one order for all writers, so that two batches with the same orders wait for each other instead of blocking. */
const byIdentity = 'channel, shop, order_no'

const customer = `CASE WHEN r.phone_hash IS NOT NULL AND NOT r.phone_virtual THEN (
      SELECT i.customer_id FROM customer_identities i WHERE i.kind = 'phone' AND i.value_hash = decode(r.phone_hash, 'hex')
    ) END`

/** Without a real phone an order belongs to the account it was placed with, once that is known (hub/customer-merge.ts). */
const account = `(
      SELECT i.customer_id FROM customer_links l
      JOIN customer_identities i ON i.kind = l.kind AND i.value_hash = l.value_hash
      WHERE l.order_id = o.id ORDER BY l.kind, l.value_hash LIMIT 1)`

/** $1 = [{channel, shop, order_no}]. The rows stay locked until the transaction ends. */
export const lockText = `SELECT o.id, o.channel, o.shop, o.order_no, ${writtenColumns.map(([c, k]) => shown(c, k)).join(', ')}
  FROM ${records(identity)} JOIN orders o ON o.channel = r.channel AND o.shop = r.shop AND o.order_no = r.order_no
  ORDER BY o.channel, o.shop, o.order_no FOR UPDATE OF o`

/** $1 = hub number: the same row by its id, locked. */
export const lockOneText = `SELECT o.id, ${writtenColumns.map(([c, k]) => shown(c, k)).join(', ')}
  FROM orders o WHERE o.id = $1::text FOR UPDATE OF o`

/** $1 = hub numbers. */
export const linesText = `SELECT order_id AS "orderId", line_key AS "lineKey", position, sku, name, spec, qty,
  amount_fen::text AS "amountFen" FROM order_lines WHERE order_id = ANY($1::text[])`

/** $1 = rows, $2 = now. Returns what was inserted; the rest met an order of this identity or a hub number already given. */
export const insertText = `INSERT INTO orders (${row.map(([c]) => c).join(', ')}, heard_at, customer_id)
  SELECT ${row.map(([c, k]) => stored(c, k)).join(', ')}, to_timestamp($2::float8 / 1000), ${customer}
  FROM ${records(row)} ORDER BY ${byIdentity} ON CONFLICT DO NOTHING RETURNING ${byIdentity}`

/** $1 = rows, $2 = now. */
export const updateText = `UPDATE orders o SET ${writtenColumns.map(([c, k]) => `${c} = ${stored(c, k)}`).join(', ')},
    heard_at = greatest(o.heard_at, to_timestamp($2::float8 / 1000)), customer_id = coalesce(${customer}, ${account})
  FROM ${records(row)} WHERE o.id = r.id`

/** $1 = hub numbers, $2 = now: heard of again, nothing new. */
export const touchText = `UPDATE orders SET heard_at = greatest(heard_at, to_timestamp($2::float8 / 1000))
  WHERE id = ANY($1::text[])`

/** $1 = [{id, hash, name}]. A phone that is known already keeps its customer. */
export const customersText = `WITH r AS (
    SELECT r.* FROM jsonb_to_recordset($1::text::jsonb) AS r(id text, hash text, name text)
    WHERE NOT EXISTS (
      SELECT 1 FROM customer_identities i WHERE i.kind = 'phone' AND i.value_hash = decode(r.hash, 'hex'))
    ORDER BY r.id
  ), made AS (
    INSERT INTO customers (id, display_name) SELECT id, name FROM r ON CONFLICT DO NOTHING
  )
  INSERT INTO customer_identities (kind, value_hash, customer_id)
  SELECT 'phone', decode(hash, 'hex'), id FROM r ON CONFLICT DO NOTHING`

/** $1 = [{order_id, kind, hash}]: accounts that orders were placed with. */
export const linksText = `INSERT INTO customer_links (order_id, kind, value_hash)
  SELECT order_id, kind, decode(hash, 'hex') FROM jsonb_to_recordset($1::text::jsonb) AS r(order_id text, kind text, hash text)
  ON CONFLICT DO NOTHING`

/** $1 = hub numbers of new orders: whose tags may be others now. Locked in one order for all writers. */
export const touchCustomersText = `INSERT INTO customer_touches (customer_id)
  SELECT DISTINCT customer_id FROM orders WHERE id = ANY($1::text[]) AND customer_id IS NOT NULL ORDER BY 1
  ON CONFLICT DO NOTHING`

/** $1 = lines. */
export const upsertLinesText = `INSERT INTO order_lines (id, order_id, line_key, position, sku, name, spec, qty, amount_fen)
  SELECT r.* FROM jsonb_to_recordset($1::text::jsonb) AS r(id text, order_id text, line_key text, position smallint,
    sku text, name text, spec text, qty integer, amount_fen bigint)
  ON CONFLICT (order_id, line_key) DO UPDATE SET position = excluded.position, sku = excluded.sku, name = excluded.name,
    spec = excluded.spec, qty = excluded.qty, amount_fen = excluded.amount_fen`

/**
 * $1 = hub numbers, $2 = parcel ids that stay. Parcels made here carry their order and waybill number as id; one whose
 * number was corrected goes, unless something already hangs on it.
 */
export const dropParcelsText = `DELETE FROM parcels p
  WHERE p.order_id = ANY($1::text[]) AND p.id = p.order_id || '-' || p.waybill_no AND p.id <> ALL($2::text[])
    AND NOT EXISTS (SELECT 1 FROM tracking_events t WHERE t.parcel_id = p.id)
    AND NOT EXISTS (SELECT 1 FROM parcel_lines l WHERE l.parcel_id = p.id)
    AND NOT EXISTS (SELECT 1 FROM gifts g WHERE g.order_id = p.order_id AND g.parcel_id = p.id)
    AND NOT EXISTS (SELECT 1 FROM order_corrections c WHERE c.order_id = p.order_id AND c.parcel_id = p.id)
    AND NOT EXISTS (SELECT 1 FROM carrier_calls k WHERE k.parcel_id = p.id)`

/** $1 = parcels. A parcel that somebody else made for the same number (the warehouse) stays as it is. */
export const upsertParcelsText = `INSERT INTO parcels (id, order_id, position, waybill_no, carrier_code, carrier_name, shipped_at)
  SELECT r.id, r.order_id, r.position, r.waybill_no, r.carrier_code, r.carrier_name, to_timestamp(r.shipped_at / 1000)
  FROM jsonb_to_recordset($1::text::jsonb) AS r(id text, order_id text, position smallint, waybill_no text,
    carrier_code text, carrier_name text, shipped_at float8)
  WHERE NOT EXISTS (
    SELECT 1 FROM parcels p WHERE p.order_id = r.order_id AND p.waybill_no = r.waybill_no AND p.id <> r.id)
  ON CONFLICT (id) DO UPDATE SET position = excluded.position, carrier_code = excluded.carrier_code,
    carrier_name = excluded.carrier_name, shipped_at = excluded.shipped_at`
