import { createHash } from 'node:crypto'
import { parcelOffers } from './edit-waybill.ts'
import { beijingDay } from './hub-no.ts'
import type { CarrierCode, ExceptionKind, TrackState } from './order-facts.ts'
import { nameOf } from './staff.ts'
import type { Applied, By, Look, PlanOf, Sql, WishOf } from './write.ts'

type Parcel = {
  readonly id: string
  readonly number: string
  readonly carrier: CarrierCode
  readonly carrierName: string | null
  readonly state: TrackState
  readonly exception: ExceptionKind | null
  readonly lastEventAtMs: number | null
}

/** A parcel under way may be asked about; one open call at a time. */
export async function lookCall(tx: Sql, wish: WishOf<'logistics.call_carrier'>, _by: By, lock: boolean): Promise<Look> {
  if (lock) await tx`SELECT 1 FROM parcels WHERE order_id = ${wish.orderId} ORDER BY id FOR UPDATE`
  const [order] = await tx<{ carrier: string | null }[]>`
    SELECT carrier_code AS carrier FROM orders WHERE id = ${wish.orderId}`
  if (order === undefined) return { outcome: 'refused', why: { code: 'gone' } }
  if (order.carrier === 'PICKUP') return { outcome: 'refused', why: { code: 'pickup' } }
  const parcels = await tx<Parcel[]>`
    SELECT id, waybill_no AS number, carrier_code AS carrier, carrier_name AS "carrierName", state,
      sub_state AS exception, round(extract(epoch FROM coalesce(last_event_at, shipped_at)) * 1000)::float8 AS "lastEventAtMs"
    FROM parcels WHERE order_id = ${wish.orderId} AND waybill_no IS NOT NULL ORDER BY position, id`
  const named = parcels.filter(({ id, number }) =>
    wish.parcel === undefined ? number === wish.waybillNo : id === wish.parcel,
  )
  const moving = parcels.filter(({ state }) => state !== 'signed')
  const fitting = named.length > 0 ? named : moving
  const [parcel] = fitting
  if (parcels.length === 0) return { outcome: 'refused', why: { code: 'no-number' } }
  if (parcel === undefined || parcel.state === 'signed')
    return { outcome: 'refused', why: { code: 'stage', stage: 'signed' } }
  if (fitting.length > 1) return { outcome: 'asks', missing: 'parcel', offers: parcelOffers(fitting) }
  const open = await openCall(tx, parcel.id)
  if (open !== undefined) return { outcome: 'refused', why: { code: 'call-stands', ...open } }
  const { id, carrierName, exception, lastEventAtMs, ...rest } = parcel
  const facts = {
    parcelId: id,
    ...rest,
    ...(carrierName !== null && { carrierName }),
    ...(exception !== null && { exception }),
    ...(lastEventAtMs !== null && { lastEventAtMs }),
  }
  return { outcome: 'ready', plan: { kind: 'logistics.call_carrier', wish, facts } }
}

async function openCall(tx: Sql, parcelId: string) {
  const [row] = await tx<{ id: string; openedBy: string; atMs: number }[]>`
    SELECT id, opened_by AS "openedBy", round(extract(epoch FROM opened_at) * 1000)::float8 AS "atMs" FROM carrier_calls
    WHERE parcel_id = ${parcelId} AND closed_at IS NULL`
  return row && { id: row.id, by: (await nameOf(tx, row.openedBy)) ?? row.openedBy, atMs: row.atMs }
}

/** Ten thousand numbers a day; with half of them given the chance to miss this often is 2^-32. */
const numberAttempts = 32

type NewCall = {
  readonly parcelId: string
  readonly carrier: string
  readonly reason: string
  /** A member, or `desk`. */
  readonly openedBy: string
  readonly nowMs: number
}

/** WH + the Beijing day (yymmdd) + four digits. The parcel must be locked, so that no second call can be open meanwhile. */
async function insertCall(tx: Sql, { parcelId, carrier, reason, openedBy, nowMs }: NewCall): Promise<string> {
  for (let attempt = 0; attempt < numberAttempts; attempt++) {
    const digest = createHash('sha256').update(`${parcelId}\n${nowMs}\n${attempt}`).digest()
    const id = `WH${beijingDay(nowMs)}${String(digest.readUInt32BE(0) % 10_000).padStart(4, '0')}`
    const rows = await tx`
      INSERT INTO carrier_calls (id, parcel_id, carrier_code, reason, opened_by, opened_at)
      VALUES (${id}, ${parcelId}, ${carrier}, ${reason}, ${openedBy}, to_timestamp(${nowMs}::float8 / 1000))
      ON CONFLICT (id) DO NOTHING`
    if (rows.count === 1) return id
  }
  throw new RangeError('no number is free for a carrier call of this day')
}

export async function callCarrier(tx: Sql, { facts }: PlanOf<'logistics.call_carrier'>, by: By): Promise<Applied> {
  const reason = facts.exception ?? 'asked'
  const { parcelId, carrier, number } = facts
  const id = await insertCall(tx, { parcelId, carrier, reason, openedBy: by.memberId, nowMs: by.nowMs })
  const detail = { call: id, waybillNo: number, reason }
  return { done: { id }, audit: { action: 'logistics.call-carrier', detail }, tells: ['cs_lead'] }
}

/** The desk itself asks the carrier about a silent parcel; the number of the new call, undefined where one stands. */
export async function callBySilence(tx: Sql, parcelId: string, nowMs: number): Promise<string | undefined> {
  const [parcel] = await tx<{ carrier: string }[]>`
    SELECT carrier_code AS carrier FROM parcels WHERE id = ${parcelId} FOR UPDATE`
  if (parcel === undefined || (await openCall(tx, parcelId)) !== undefined) return undefined
  return insertCall(tx, { parcelId, carrier: parcel.carrier, reason: 'silent', openedBy: 'desk', nowMs })
}
