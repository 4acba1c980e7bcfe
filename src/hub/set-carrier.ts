import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import { correctOrder } from './apply-corrections.ts'
import type { Audit } from './audit.ts'
import { lockOrder } from './cancel-order.ts'
import { type ChosenCarrier, carrierValue } from './corrections.ts'
import type { CarrierCode } from './order-facts.ts'
import type { PersonalData } from './personal.ts'

export type CarrierSet =
  | { readonly outcome: 'set' }
  /** It has one by now: another person was faster, or its source told it. */
  | { readonly outcome: 'has-one'; readonly carrier: CarrierCode; readonly carrierName?: string }
  | { readonly outcome: 'cancelled' | 'gone' }

/** Chooses the carrier of an order that is kept back for want of one (product row 12), once. */
export type SetCarrier = (orderId: string, chosen: ChosenCarrier, memberId: string) => Promise<CarrierSet>

export type SetCarrierParts = {
  readonly database: Pick<Database, 'sql'>
  readonly personal: PersonalData
  readonly audit: Pick<Audit, 'append'>
  readonly clock: Clock
}

type Row = {
  readonly reason: string | null
  readonly carrier: CarrierCode | null
  readonly carrierName: string | null
  readonly cancelled: boolean
}

export function setCarrier({ database, personal, audit, clock }: SetCarrierParts): SetCarrier {
  return (orderId, chosen, memberId) =>
    database.sql.begin(async (tx): Promise<CarrierSet> => {
      await lockOrder(tx, orderId)
      const [row] = await tx<Row[]>`
        SELECT quarantine_reason AS reason, carrier_code AS carrier, carrier_name AS "carrierName",
          cancelled_at IS NOT NULL AS cancelled
        FROM orders WHERE id = ${orderId}`
      if (row === undefined) return { outcome: 'gone' }
      if (row.cancelled) return { outcome: 'cancelled' }
      const { reason, carrier, carrierName } = row
      if (reason === null)
        return { outcome: 'has-one', carrier: carrier ?? 'OTHER', ...(carrierName !== null && { carrierName }) }
      const newValue = carrierValue(chosen)
      const correction = { orderId, field: 'carrier', oldValue: null, newValue, byMemberId: memberId } as const
      await correctOrder(tx, { ...correction, atMs: clock.nowMs() }, personal)
      // a parcel whose number did not say its carrier stood under OTHER so far
      await tx`
        UPDATE parcels SET carrier_code = ${chosen.carrier}, carrier_name = ${chosen.carrier === 'OTHER' ? chosen.name : null}
        WHERE order_id = ${orderId} AND carrier_code = 'OTHER'`
      const detail = { carrier: chosen.carrier, reason }
      await audit.append(tx, { actor: memberId, action: 'order.set-carrier', subject: `order:${orderId}`, detail })
      return { outcome: 'set' }
    })
}
