import { correctOrder } from './apply-corrections.ts'
import { lockOrder } from './cancel-order.ts'
import { waybillValue } from './corrections.ts'
import { renumberParcel } from './intake-rows.ts'
import type { CarrierCode, Channel, Stage } from './order-facts.ts'
import type { PersonalData } from './personal.ts'
import { stageSql } from './stage-sql.ts'
import { carrierOf, plausibleWaybill } from './waybill-no.ts'
import { type Applied, type By, expectOne, type Look, type Offer, type PlanOf, type Sql, type WishOf } from './write.ts'

/** Product row 24. The database refuses a fourth as well (orders_waybill_edits). */
const mostEdits = 3

type Order = {
  readonly stage: Stage
  readonly number: string | null
  readonly carrier: CarrierCode | null
  readonly carrierName: string | null
  readonly edits: number
}
type Parcel = {
  readonly id: string
  readonly number: string
  readonly carrier: CarrierCode
  readonly carrierName: string | null
}

const orderText = `SELECT ${stageSql} AS stage, o.waybill_no AS number, o.carrier_code AS carrier,
    o.carrier_name AS "carrierName", o.waybill_edits AS edits
  FROM orders o WHERE o.id = $1::text`

/** Product §2.11: what is shipped and not signed may get another number, three times in all. */
export async function lookEdit(tx: Sql, wish: WishOf<'order.edit_waybill'>, _by: By, lock: boolean): Promise<Look> {
  if (lock) {
    await lockOrder(tx, wish.orderId)
    // two orders that take the same number wait for each other here
    await tx`SELECT pg_advisory_xact_lock(hashtextextended(${`waybill ${wish.newNo}`}, 0))`
  }
  const [order] = await tx.unsafe<Order[]>(orderText, [wish.orderId], { prepare: true })
  if (order === undefined) return { outcome: 'refused', why: { code: 'gone' } }
  if (order.carrier === 'PICKUP') return { outcome: 'refused', why: { code: 'pickup' } }
  if (order.stage !== 'shipped' && order.stage !== 'part_shipped')
    return { outcome: 'refused', why: { code: 'stage', stage: order.stage } }
  if (order.edits >= mostEdits) return { outcome: 'refused', why: { code: 'edits-used', edits: order.edits } }
  const parcels = await tx<Parcel[]>`
    SELECT id, waybill_no AS number, carrier_code AS carrier, carrier_name AS "carrierName" FROM parcels
    WHERE order_id = ${wish.orderId} AND waybill_no IS NOT NULL ORDER BY position, id`
  const chosen = parcelOf(parcels, wish)
  if (chosen === 'several') return { outcome: 'asks', missing: 'parcel', offers: parcelOffers(parcels) }
  const standing = chosen ?? ofOrder(order)
  if (standing === undefined) return { outcome: 'refused', why: { code: 'no-number' } }
  if (standing.number === wish.newNo) return { outcome: 'refused', why: { code: 'same-number' } }
  const fit = carrierFit(standing, wish)
  if (fit !== undefined) return fit
  const taken = await takenBy(tx, wish.newNo, standing.parcelId)
  if (taken !== undefined) return { outcome: 'refused', why: { code: 'number-taken', ...taken } }
  const { parcelId, number, carrier, carrierName } = standing
  const facts = {
    ...(parcelId !== undefined && { parcelId }),
    number,
    carrier,
    ...(carrierName !== null && { carrierName }),
    newCarrier: wish.carrier ?? carrier,
    edits: order.edits,
    parcels: parcels.length,
  }
  return { outcome: 'ready', plan: { kind: 'order.edit_waybill', wish, facts } }
}

type Standing = Omit<Parcel, 'id'> & { readonly parcelId?: string }

function parcelOf(
  parcels: readonly Parcel[],
  { parcel, oldNo }: { readonly parcel?: string; readonly oldNo?: string },
): Standing | 'several' | undefined {
  const named = parcels.filter(({ id, number }) => (parcel === undefined ? number === oldNo : id === parcel))
  const fitting = named.length > 0 ? named : parcels
  const [first] = fitting
  if (first === undefined) return undefined
  const { id, ...rest } = first
  return fitting.length > 1 ? 'several' : { ...rest, parcelId: id }
}

export function parcelOffers(parcels: readonly { readonly id: string; readonly number: string }[]): readonly Offer[] {
  return parcels.map(({ id, number }) => ({ value: id, shown: number }))
}

function ofOrder({ number, carrier, carrierName }: Order): Standing | undefined {
  return number === null || carrier === null ? undefined : { number, carrier, carrierName }
}

/** The number must be one of the carrier's. One that speaks of another carrier is asked about, not guessed. */
function carrierFit({ carrier, carrierName }: Standing, wish: WishOf<'order.edit_waybill'>): Look | undefined {
  const guess = carrierOf(wish.newNo)
  const wanted = wish.carrier ?? carrier
  const plausible = plausibleWaybill(wanted, wish.newNo)
  const contradicted = guess !== undefined && !guess.carriers.includes(wanted)
  if (wish.carrier === undefined && contradicted && (!plausible || guess.certainty === 'certain')) {
    const offers = [...guess.carriers, ...(plausible ? [wanted] : [])]
    return { outcome: 'asks', missing: 'carrier', offers: offers.map((code) => ({ value: code, shown: code })) }
  }
  if (plausible) return undefined
  const named = carrierName === null || wish.carrier !== undefined ? {} : { carrierName }
  return { outcome: 'refused', why: { code: 'bad-number', carrier: wanted, ...named } }
}

async function takenBy(tx: Sql, newNo: string, parcelId: string | undefined) {
  const [row] = await tx<{ channel: Channel; orderNo: string }[]>`
    SELECT o.channel, o.order_no AS "orderNo" FROM parcels p JOIN orders o ON o.id = p.order_id
    WHERE p.waybill_no = ${newNo} AND p.id <> ${parcelId ?? ''} LIMIT 1`
  return row
}

/** The number, the parcel and the count change together; who, when, old and new stand in order_corrections and in the audit. */
export async function editWaybill(
  tx: Sql,
  { wish, facts }: PlanOf<'order.edit_waybill'>,
  by: By,
  { personal }: { readonly personal: PersonalData },
): Promise<Applied> {
  const counted = await tx`
    UPDATE orders SET waybill_edits = waybill_edits + 1
    WHERE id = ${wish.orderId} AND waybill_edits = ${facts.edits} AND waybill_edits < ${mostEdits}`
  expectOne(counted, 'counting a change of number')
  const carrier = facts.newCarrier === facts.carrier ? undefined : facts.newCarrier
  if (facts.parcelId !== undefined)
    await renumberParcel(tx, facts.parcelId, { no: wish.newNo, carrier: carrier ?? null })
  await correctOrder(
    tx,
    {
      orderId: wish.orderId,
      ...(facts.parcelId !== undefined && { parcelId: facts.parcelId }),
      field: 'waybill_no',
      oldValue: facts.number,
      newValue: waybillValue({ no: wish.newNo, ...(carrier !== undefined && { carrier }) }),
      byMemberId: by.memberId,
      atMs: by.nowMs,
    },
    personal,
  )
  const detail = {
    from: facts.number,
    to: wish.newNo,
    edit: facts.edits + 1,
    ...(carrier !== undefined && { carrierFrom: facts.carrier, carrierTo: carrier }),
  }
  return { done: {}, audit: { action: 'order.edit-waybill', detail }, tells: [] }
}
