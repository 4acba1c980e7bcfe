import type postgres from 'postgres'
import type { Clock } from '../runtime/clock.ts'
import type { Ids } from '../runtime/ids.ts'
import type { Audit } from './audit.ts'
import type { Columns } from './claim-columns.ts'
import { type Claims, linePrefix } from './claims.ts'
import { type Correction, correctedWaybills } from './corrections.ts'
import {
  customersText,
  dropParcelsText,
  insertText,
  linksText,
  touchCustomersText,
  touchText,
  updateText,
  upsertLinesText,
  upsertParcelsText,
} from './intake-sql.ts'
import type { SourceOrder } from './order-facts.ts'
import type { PersonalData } from './personal.ts'
import { carrierOf } from './waybill-no.ts'

/** The pool or an open transaction of it. */
export type Sql = postgres.ISql<{ bigint: bigint }>

export type Desk = {
  readonly personal: PersonalData
  readonly clock: Clock
  readonly ids: Ids
  readonly audit: Pick<Audit, 'append'>
}

/** One order of a batch; `index` is its place among the orders handed in. */
export type Item = { readonly index: number; readonly order: SourceOrder; readonly claims: Claims }

/** A row to write, and the claims whose lines and parcels go with it (empty: only the row). */
export type Write = {
  readonly item: Item
  readonly id: string
  readonly columns: Columns
  readonly claims: Claims
  /** What people corrected on it; none on a new order. */
  readonly corrections?: readonly Correction[]
}

/** Inserts orders with lines and parcels. Returns those that went in: the rest met an order or a hub number already there. */
export async function insertOrders(sql: Sql, desk: Desk, writes: readonly Write[], nowMs: number): Promise<Write[]> {
  if (writes.length === 0) return []
  await joinCustomers(sql, desk, writes)
  type Identity = { readonly channel: string; readonly shop: string; readonly order_no: string }
  const rows = await sql.unsafe<Identity[]>(insertText, [rowsText(writes), nowMs], { prepare: true })
  const inserted = new Set(rows.map((row) => JSON.stringify([row.channel, row.shop, row.order_no])))
  const done = writes.filter(({ item: { order } }) =>
    inserted.has(JSON.stringify([order.channel, order.shop, order.orderNo])),
  )
  await writeLines(sql, desk, done)
  await writeParcels(sql, done)
  await writeLinks(sql, desk, done)
  const fresh = done.map(({ id }) => id)
  if (fresh.length > 0) await sql.unsafe(touchCustomersText, [fresh], { prepare: true })
  return done
}

/** Writes orders that this transaction has locked. */
export async function updateOrders(sql: Sql, desk: Desk, writes: readonly Write[], nowMs: number): Promise<void> {
  if (writes.length === 0) return
  await joinCustomers(sql, desk, writes)
  await sql.unsafe(updateText, [rowsText(writes), nowMs], { prepare: true })
  await writeLines(sql, desk, writes)
  await writeParcels(sql, writes)
  await writeLinks(sql, desk, writes)
}

/** The source spoke of these orders and said nothing new. */
export async function touchOrders(sql: Sql, ids: readonly string[], nowMs: number): Promise<void> {
  if (ids.length > 0) await sql.unsafe(touchText, [ids as string[], nowMs], { prepare: true })
}

function rowsText(writes: readonly Write[]): string {
  return JSON.stringify(
    writes.map(({ id, item: { order }, columns }) => ({
      ...columns,
      id,
      channel: order.channel,
      shop: order.shop,
      order_no: order.orderNo,
    })),
  )
}

/** A real phone number is evidence of a person; virtual numbers change hands and join nobody. */
async function joinCustomers(sql: Sql, { personal }: Desk, writes: readonly Write[]): Promise<void> {
  const customers = new Map<string, { readonly id: string; readonly hash: string; readonly name: string }>()
  for (const { columns } of writes) {
    const hash = columns.phone_hash
    if (typeof hash !== 'string' || columns.phone_virtual === true) continue
    const name = typeof columns.consignee_name === 'string' ? columns.consignee_name : ''
    // one id for one number, so that two writers who meet the person at the same moment make one customer
    customers.set(hash, { id: `cu_${personal.hash('customer', hash).toString('hex')}`, hash, name })
  }
  if (customers.size === 0) return
  await sql.unsafe(customersText, [JSON.stringify([...customers.values()])], { prepare: true })
}

/** Who an order was placed by, hashed: weighed against phone numbers later (hub/customer-merge.ts). */
async function writeLinks(sql: Sql, { personal }: Desk, writes: readonly Write[]): Promise<void> {
  const links = writes.flatMap(({ id, item: { order } }) =>
    (order.identities ?? []).map(({ kind, value }) => {
      const name = kind === 'member' ? 'member' : `${order.channel}.buyer`
      return { order_id: id, kind: name, hash: personal.hash(name, value).toString('hex') }
    }),
  )
  if (links.length > 0) await sql.unsafe(linksText, [JSON.stringify(links)], { prepare: true })
}

async function writeLines(sql: Sql, { ids }: Desk, writes: readonly Write[]): Promise<void> {
  const lines = writes.flatMap(({ id, claims }) =>
    [...claims].flatMap(([field, { value }]) => {
      if (!field.startsWith(linePrefix) || typeof value !== 'object') return []
      const { amountFen, ...line } = value
      const line_key = field.slice(linePrefix.length)
      return [{ id: ids.next('ln'), order_id: id, line_key, ...line, amount_fen: amountFen }]
    }),
  )
  if (lines.length > 0) await sql.unsafe(upsertLinesText, [JSON.stringify(lines)], { prepare: true })
}

async function writeParcels(sql: Sql, writes: readonly Write[]): Promise<void> {
  const told = writes.filter(({ claims }) => claims.size > 0)
  if (told.length === 0) return
  for (const write of told) await renumber(sql, write)
  const parcels = told.flatMap((write) => {
    const { id, claims, columns } = write
    // a carrier changed by hand belongs to its own parcel
    const ordered = columns.carrier_code === null ? undefined : (claims.get('carrier')?.value ?? columns.carrier_code)
    return waybillsOf(write).map(({ no: waybillNo, carrier }, index) => ({
      id: `${id}-${waybillNo}`,
      order_id: id,
      position: index + 1,
      waybill_no: waybillNo,
      carrier_code: carrier ?? ordered ?? certainCarrier(waybillNo) ?? 'OTHER',
      carrier_name: columns.carrier_name ?? null,
      shipped_at: columns.shipped_at ?? null,
    }))
  })
  const kept = parcels.map(({ id }) => id)
  await sql.unsafe(dropParcelsText, [told.map(({ id }) => id), kept], { prepare: true })
  if (parcels.length > 0) await sql.unsafe(upsertParcelsText, [JSON.stringify(parcels)], { prepare: true })
}

function waybillsOf({ claims, corrections = [] }: Write) {
  return correctedWaybills(claims.get('waybillNo')?.value as string | undefined, corrections)
}

/**
 * A source's newer word has replaced numbers that people had put: their parcels take the new ones, in the order told, since
 * what people did hangs on them. What was tracked under the other number is none of theirs.
 */
async function renumber(sql: Sql, write: Write): Promise<void> {
  const edited = new Set(
    (write.corrections ?? []).flatMap(({ field, parcelId }) => (field === 'waybill_no' && parcelId) || []),
  )
  const wanted = waybillsOf(write)
  if (edited.size === 0 || wanted.length === 0) return
  const parcels = await sql<{ id: string; waybillNo: string | null }[]>`
    SELECT id, waybill_no AS "waybillNo" FROM parcels WHERE order_id = ${write.id} ORDER BY position, id`
  const fresh = wanted.filter(({ no }) => parcels.every(({ waybillNo }) => waybillNo !== no))
  const orphans = parcels.filter(({ id, waybillNo }) => edited.has(id) && wanted.every(({ no }) => no !== waybillNo))
  for (const [index, { id }] of orphans.entries()) {
    const next = fresh[index]
    if (next === undefined) return
    const carrier = next.carrier ?? (write.columns.carrier_code as string | null) ?? certainCarrier(next.no) ?? null
    await renumberParcel(sql, id, { no: next.no, carrier })
  }
}

/** The parcel goes on under another number, and nothing is known of its way yet. */
export async function renumberParcel(
  sql: Sql,
  parcelId: string,
  to: { readonly no: string; readonly carrier: string | null },
): Promise<void> {
  await sql`DELETE FROM tracking_events WHERE parcel_id = ${parcelId}`
  await sql`
    UPDATE parcels SET waybill_no = ${to.no}, carrier_code = coalesce(${to.carrier}, carrier_code), state = 'created',
      sub_state = NULL, last_event_at = NULL, eta_at = NULL, signed_at = NULL, signer = NULL, sign_photo_url = NULL,
      tracked_at = NULL
    WHERE id = ${parcelId}`
}

/** A parcel needs some carrier even while the order waits for one to be chosen: the letters of its number may say it. */
function certainCarrier(waybillNo: string): string | undefined {
  const guess = carrierOf(waybillNo)
  return guess?.certainty === 'certain' ? guess.carriers[0] : undefined
}
