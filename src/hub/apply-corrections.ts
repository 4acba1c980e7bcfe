import type postgres from 'postgres'
import { type Columns, claimsOfRow, columnsOf } from './claim-columns.ts'
import type { LineClaim } from './claims.ts'
import { type Correction, correctionsText } from './corrections.ts'
import { linesText, lockOneText } from './intake-sql.ts'
import type { PersonalData } from './personal.ts'
import { expectOne, type Sql } from './write.ts'

export type NewCorrection = Omit<Correction, 'parcelId'> & { readonly parcelId?: string; readonly byMemberId: string }

/**
 * Writes down what a person corrected and draws the order's columns anew from what the sources claim and people corrected:
 * the same rule as in intake, so that it does not matter which of the two comes first. The caller holds the order's lock.
 */
export async function correctOrder(tx: Sql, correction: NewCorrection, personal: PersonalData): Promise<void> {
  const { orderId, parcelId = null, field, oldValue, newValue, byMemberId, atMs } = correction
  await tx`
    INSERT INTO order_corrections (order_id, parcel_id, field, old_value, new_value, by_member_id, at)
    VALUES (${orderId}, ${parcelId}, ${field}, ${oldValue}, ${newValue}, ${byMemberId}, to_timestamp(${atMs}::float8 / 1000))`
  const [row] = await tx.unsafe<Columns[]>(lockOneText, [orderId], { prepare: true })
  if (row === undefined) throw new Error('the order of a correction is gone')
  const lines = await tx.unsafe<(LineClaim & { lineKey: string; orderId: string })[]>(linesText, [[orderId]])
  const corrections = await tx.unsafe<Correction[]>(correctionsText, [[orderId]])
  const claims = claimsOfRow(
    row,
    lines.map(({ orderId: _, ...line }) => line),
    personal,
  )
  const columns = columnsOf(claims, row, personal, atMs, corrections)
  expectOne(
    await writeColumns(tx, orderId, columns, field === 'cancelled' || field === 'carrier'),
    'correcting an order',
  )
}

/** Only what a correction can touch. A cancelled order, or one with a carrier, is in nobody's quarantine any more. */
async function writeColumns(tx: Sql, orderId: string, columns: Columns, frees: boolean) {
  const { waybill_no, carrier_code, signer, cancel_reason, cancelled_at, signed_at, claims, source_modified_at } =
    columns
  return tx`
    UPDATE orders SET waybill_no = ${text(waybill_no)}, carrier_code = ${text(carrier_code)}, signer = ${text(signer)},
      signed_at = to_timestamp(${number(signed_at)}::float8 / 1000),
      cancelled_at = to_timestamp(${number(cancelled_at)}::float8 / 1000), cancel_reason = ${text(cancel_reason)},
      carrier_name = ${text(columns.carrier_name)}, freight_fen = ${text(columns.freight_fen)}::text::bigint,
      shipped_at = to_timestamp(${number(columns.shipped_at)}::float8 / 1000),
      quarantined_at = CASE WHEN ${frees} THEN NULL ELSE quarantined_at END,
      quarantine_reason = CASE WHEN ${frees} THEN NULL ELSE quarantine_reason END,
      claims = ${claims === null || claims === undefined ? null : tx.json(claims as postgres.JSONValue)},
      source_modified_at = to_timestamp(${number(source_modified_at)}::float8 / 1000)
    WHERE id = ${orderId}`
}

function text(value: Columns[string] | undefined): string | null {
  return typeof value === 'string' ? value : null
}

function number(value: Columns[string] | undefined): number | null {
  return typeof value === 'number' ? value : null
}
