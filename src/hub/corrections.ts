import type { CarrierCode } from './order-facts.ts'
import { waybillsIn } from './source-order.ts'

/** What a person corrected by hand, oldest first. */
export type Correction = {
  readonly orderId: string
  readonly parcelId: string | null
  readonly field: 'waybill_no' | 'signer' | 'cancelled' | 'carrier'
  readonly oldValue: string | null
  readonly newValue: string
  readonly atMs: number
}

export type Waybill = { readonly no: string; readonly carrier?: CarrierCode }
export type MarkedSigner = { readonly kind: 'agent' | 'other'; readonly signer: string }

/** $1 = hub numbers. */
export const correctionsText = `SELECT order_id AS "orderId", parcel_id AS "parcelId", field, old_value AS "oldValue",
  new_value AS "newValue", round(extract(epoch FROM at) * 1000)::float8 AS "atMs"
  FROM order_corrections WHERE order_id = ANY($1::text[]) ORDER BY id`

/** A number as a correction keeps it; with the carrier where that changed as well. */
export function waybillValue({ no, carrier }: Waybill): string {
  return carrier === undefined ? no : `${no} ${carrier}`
}

function waybillOf(value: string): Waybill {
  const [no = '', carrier] = value.split(' ')
  return carrier === undefined ? { no } : { no, carrier: carrier as CarrierCode }
}

/**
 * The number a source's word stands for. A word that a person has replaced is followed to what it was replaced by last; a
 * number that nobody corrected, or that was corrected back to, stands as it is.
 */
function followed(no: string, steps: readonly { readonly from: string; readonly to: Waybill }[]): Waybill {
  let at: Waybill = { no }
  const last = steps.findLastIndex(({ from, to }) => from === no || to.no === no)
  if (last === -1) return at
  for (const { from, to } of steps.slice(last)) {
    // the word itself is what a person put last: only its carrier is taken over
    if (from === at.no || to.no === at.no) at = to
  }
  return at
}

/**
 * The waybill numbers that count, given what a source claims (several in one text): old numbers are replaced as people said,
 * each number stands once. Depends on the claim and the corrections only, never on what came first.
 */
export function correctedWaybills(claim: string | undefined, corrections: readonly Correction[]): readonly Waybill[] {
  const steps = corrections
    .filter(({ field }) => field === 'waybill_no')
    .map(({ oldValue, newValue }) => ({ from: oldValue ?? '', to: waybillOf(newValue) }))
  const told = waybillsIn(claim)
  if (steps.length === 0) return told.map((no) => ({ no }))
  const found = told.map((no) => followed(no, steps))
  return found.filter(({ no }, index) => found.findIndex((one) => one.no === no) === index)
}

/** Who signed, as a person marked it last; outranks every word of a source. */
export function markedSigner(corrections: readonly Correction[]): MarkedSigner | undefined {
  const last = corrections.findLast(({ field }) => field === 'signer')
  if (last === undefined) return undefined
  const [kind = '', ...signer] = last.newValue.split(':')
  return { kind: kind === 'agent' ? 'agent' : 'other', signer: signer.join(':') }
}

export function signerValue({ kind, signer }: MarkedSigner): string {
  return `${kind}:${signer}`
}

/** The carrier a person chose for an order that came without one; OTHER with its name and the estimated freight. */
export type ChosenCarrier =
  | { readonly carrier: Exclude<CarrierCode, 'OTHER'> }
  | { readonly carrier: 'OTHER'; readonly name: string; readonly freightFen: string }

/** What was chosen last. Fills what no source has told; a source's whole word counts before it. */
export function chosenCarrier(corrections: readonly Correction[]): ChosenCarrier | undefined {
  const last = corrections.findLast(({ field }) => field === 'carrier')
  if (last === undefined) return undefined
  const [carrier = '', freightFen = '0', ...name] = last.newValue.split(':')
  if (carrier !== 'OTHER') return { carrier: carrier as Exclude<CarrierCode, 'OTHER'> }
  return { carrier, freightFen, name: name.join(':') }
}

export function carrierValue(chosen: ChosenCarrier): string {
  return chosen.carrier === 'OTHER' ? `OTHER:${chosen.freightFen}:${chosen.name}` : chosen.carrier
}

/** When and why a person cancelled the order; stands whatever a source repeats. */
export function cancelledByHand(corrections: readonly Correction[]): { atMs: number; reason: string } | undefined {
  const last = corrections.findLast(({ field }) => field === 'cancelled')
  return last && { atMs: last.atMs, reason: last.newValue }
}

/** The corrected numbers that a source's newer word has put out of force. */
export function overruled(
  before: string | undefined,
  after: string | undefined,
  corrections: readonly Correction[],
): readonly { readonly was: string; readonly now: string }[] {
  const made = new Set(
    corrections.filter(({ field }) => field === 'waybill_no').map(({ newValue }) => waybillOf(newValue).no),
  )
  const was = correctedWaybills(before, corrections)
  const now = correctedWaybills(after, corrections).map(({ no }) => no)
  const lost = was.filter(({ no }) => made.has(no) && !now.includes(no))
  return lost.map(({ no }) => ({ was: no, now: now.join(',') }))
}
