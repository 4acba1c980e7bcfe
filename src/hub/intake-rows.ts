import type postgres from 'postgres'
import type { Clock } from '../runtime/clock.ts'
import type { Ids } from '../runtime/ids.ts'
import type { Columns } from './claim-columns.ts'
import { type Claims, linePrefix } from './claims.ts'
import {
  customersText,
  dropParcelsText,
  insertText,
  touchText,
  updateText,
  upsertLinesText,
  upsertParcelsText,
} from './intake-sql.ts'
import type { SourceOrder } from './order-facts.ts'
import type { PersonalData } from './personal.ts'
import { waybillsIn } from './source-order.ts'
import { carrierOf } from './waybill-no.ts'

/** The pool or an open transaction of it. */
export type Sql = postgres.ISql<{ bigint: bigint }>

export type Desk = { readonly personal: PersonalData; readonly clock: Clock; readonly ids: Ids }

/** One order of a batch; `index` is its place among the orders handed in. */
export type Item = { readonly index: number; readonly order: SourceOrder; readonly claims: Claims }

/** A row to write, and the claims whose lines and parcels go with it (empty: only the row). */
export type Write = { readonly item: Item; readonly id: string; readonly columns: Columns; readonly claims: Claims }

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
  return done
}

/** Writes orders that this transaction has locked. */
export async function updateOrders(sql: Sql, desk: Desk, writes: readonly Write[], nowMs: number): Promise<void> {
  if (writes.length === 0) return
  await joinCustomers(sql, desk, writes)
  await sql.unsafe(updateText, [rowsText(writes), nowMs], { prepare: true })
  await writeLines(sql, desk, writes)
  await writeParcels(sql, writes)
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
  const parcels = told.flatMap(({ id, claims, columns }) => {
    const waybills = waybillsIn(claims.get('waybillNo')?.value as string | undefined)
    return waybills.map((waybillNo, index) => ({
      id: `${id}-${waybillNo}`,
      order_id: id,
      position: index + 1,
      waybill_no: waybillNo,
      carrier_code: columns.carrier_code ?? certainCarrier(waybillNo) ?? 'OTHER',
      carrier_name: columns.carrier_name ?? null,
      shipped_at: columns.shipped_at ?? null,
    }))
  })
  const kept = parcels.map(({ id }) => id)
  await sql.unsafe(dropParcelsText, [told.map(({ id }) => id), kept], { prepare: true })
  if (parcels.length > 0) await sql.unsafe(upsertParcelsText, [JSON.stringify(parcels)], { prepare: true })
}

/** A parcel needs some carrier even while the order waits for one to be chosen: the letters of its number may say it. */
function certainCarrier(waybillNo: string): string | undefined {
  const guess = carrierOf(waybillNo)
  return guess?.certainty === 'certain' ? guess.carriers[0] : undefined
}
