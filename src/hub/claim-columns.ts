import { type Claim, type Claims, type ClaimValue, type LineClaim, linePrefix } from './claims.ts'
import {
  type ChosenCarrier,
  type Correction,
  cancelledByHand,
  chosenCarrier,
  correctedWaybills,
  markedSigner,
} from './corrections.ts'
import type { CarrierCode } from './order-facts.ts'
import type { PersonalData } from './personal.ts'
import { missingStageFields } from './stage.ts'

/** How a column travels between the database and a claim. Bytes as hex, fen as text, times as epoch ms. */
export type ColumnKind = 'text' | 'ms' | 'fen' | 'hex' | 'bool' | 'json'
type ColumnValue = string | number | boolean | null | object
export type Columns = Readonly<Record<string, ColumnValue>>

/** Columns that hold a claim as it was said. */
const plain: readonly (readonly [field: string, column: string, kind: ColumnKind])[] = [
  ['stage', 'source_stage', 'text'],
  ['source', 'source', 'text'],
  ['orderedAtMs', 'ordered_at', 'ms'],
  ['consigneeName', 'consignee_name', 'text'],
  ['region', 'region', 'text'],
  ['totalFen', 'total_fen', 'fen'],
  ['discountFen', 'discount_fen', 'fen'],
  ['freightFen', 'freight_fen', 'fen'],
  ['paidAtMs', 'paid_at', 'ms'],
  ['payMethod', 'pay_method', 'text'],
  ['paidFen', 'paid_fen', 'fen'],
  ['carrier', 'carrier_code', 'text'],
  ['carrierName', 'carrier_name', 'text'],
  ['waybillNo', 'waybill_no', 'text'],
  ['shippedAtMs', 'shipped_at', 'ms'],
  ['signedAtMs', 'signed_at', 'ms'],
  ['signer', 'signer', 'text'],
  ['signPhotoUrl', 'sign_photo_url', 'text'],
  ['cancelledAtMs', 'cancelled_at', 'ms'],
  ['cancelReason', 'cancel_reason', 'text'],
  ['holdReason', 'hold_reason', 'text'],
  ['promiseShipAtMs', 'promise_ship_at', 'ms'],
  ['delayReason', 'delay_reason', 'text'],
  ['warehouse', 'warehouse', 'text'],
  ['remark', 'remark', 'text'],
  ['splitFrom', 'split_from', 'text'],
]

/** Every column intake writes on an order, beside its identity. */
export const writtenColumns: readonly (readonly [column: string, kind: ColumnKind])[] = [
  ...plain.map(([, column, kind]) => [column, kind] as const),
  ['phone_enc', 'hex'],
  ['phone_hash', 'hex'],
  ['phone_tail', 'text'],
  ['phone_virtual', 'bool'],
  ['address_enc', 'hex'],
  ['on_hold_at', 'ms'],
  ['quarantined_at', 'ms'],
  ['quarantine_reason', 'text'],
  ['source_modified_at', 'ms'],
  ['claims', 'json'],
]

/** The column orders.claims: what the other columns cannot say about the claims behind them. */
type Leftovers = {
  /** Fields last told before source_modified_at. */
  readonly times?: Readonly<Record<string, number>>
  /** Told, but not in its column: a fact whose fields are missing, a carrier without name, all of several waybills, what a person corrected. */
  readonly withheld?: Readonly<Record<string, string | number>>
  /** In its column, but concluded from the stage or put there by a person, not told. */
  readonly derived?: readonly string[]
}

/** The claims behind a stored row (columns as of writtenColumns) and its lines. */
export function claimsOfRow(
  row: Columns,
  lines: readonly (LineClaim & { readonly lineKey: string })[],
  personal: PersonalData,
): Claims {
  const { times = {}, withheld = {}, derived = [] } = (row.claims ?? {}) as Leftovers
  const newestMs = Number(row.source_modified_at)
  const claims = new Map<string, Claim>()
  const say = (field: string, value: ClaimValue) => claims.set(field, { value, atMs: times[field] ?? newestMs })
  for (const [field, column] of plain) {
    const value = row[column]
    if (value !== null && value !== undefined && !derived.includes(field)) say(field, value as string | number)
  }
  if (typeof row.phone_enc === 'string') say('phone', personal.open(Buffer.from(row.phone_enc, 'hex'), 'phone'))
  if (typeof row.address_enc === 'string') say('address', personal.open(Buffer.from(row.address_enc, 'hex'), 'address'))
  for (const [field, value] of Object.entries(withheld)) say(field, value)
  for (const { lineKey, ...line } of lines) say(linePrefix + lineKey, line)
  return claims
}

/**
 * What may be written of the claims: facts only with all their fields (product §2.11), the carrier rule of row 12 and what
 * people corrected applied. `stored` is the row as it was (personal fields that did not change keep their seal); `nowMs` dates
 * a new quarantine.
 */
export function columnsOf(
  claims: Claims,
  stored: Columns | undefined,
  personal: PersonalData,
  nowMs: number,
  corrections: readonly Correction[] = [],
): Columns {
  const told = (field: string) => claims.get(field)?.value as string | number | undefined
  const columns: Record<string, ColumnValue> = {}
  for (const [field, column] of plain) columns[column] = told(field) ?? null
  const withheld: Record<string, string | number> = {}
  const withhold = (field: string, column: string) => {
    const value = told(field)
    if (value === undefined) return
    withheld[field] = value
    columns[column] = null
  }

  const byHand: string[] = []
  const put = (field: string, column: string, value: string | number) => {
    const word = told(field)
    if (word === undefined) byHand.push(field)
    else if (word !== value) withheld[field] = word
    columns[column] = value
  }

  const waybills = correctedWaybills(told('waybillNo') as string | undefined, corrections)
  const [first] = waybills
  const chosen = untoldCarrier(claims) === undefined ? undefined : chosenCarrier(corrections)
  if (told('carrier') === 'OTHER' && told('carrierName') === undefined) withhold('carrier', 'carrier_code')
  if (first !== undefined) put('waybillNo', 'waybill_no', first.no)
  if (chosen !== undefined) put('carrier', 'carrier_code', chosen.carrier)
  if (chosen?.carrier === 'OTHER') put('carrierName', 'carrier_name', chosen.name)
  if (chosen?.carrier === 'OTHER') put('freightFen', 'freight_fen', chosen.freightFen)
  if (first?.carrier !== undefined) put('carrier', 'carrier_code', first.carrier)
  const marked = markedSigner(corrections)
  if (marked !== undefined) put('signer', 'signer', marked.signer)
  const facts = {
    paidAt: told('paidAtMs'),
    payMethod: told('payMethod'),
    paidFen: told('paidFen'),
    shippedAt: told('shippedAtMs'),
    waybillNo: first?.no,
    carrier: columns.carrier_code,
    signedAt: told('signedAtMs'),
    signer: columns.signer,
    signPhotoUrl: told('signPhotoUrl'),
  }
  if (missingStageFields('paid', facts).length > 0) withhold('paidAtMs', 'paid_at')
  if (missingStageFields('shipped', facts).length > 0) withhold('shippedAtMs', 'shipped_at')
  if (missingStageFields('signed', facts).length > 0) withhold('signedAtMs', 'signed_at')

  const cancelled = cancelledByHand(corrections)
  if (cancelled !== undefined) {
    put('cancelledAtMs', 'cancelled_at', cancelled.atMs)
    put('cancelReason', 'cancel_reason', cancelled.reason)
  }
  const derived = [...byHand, ...concludeFromStage(claims, columns, stored)]
  Object.assign(
    columns,
    personalColumns(claims, stored, personal),
    quarantineColumns(claims, columns, stored, nowMs, chosen),
  )
  const newestMs = Math.max(...[...claims.values()].map(({ atMs }) => atMs))
  columns.source_modified_at = newestMs
  const older = [...claims].filter(([, { atMs }]) => atMs < newestMs).map(([field, { atMs }]) => [field, atMs])
  columns.claims = leftovers({ times: Object.fromEntries(older), withheld, derived })
  return columns
}

/** A channel that only says "cancelled" or "on hold" dates it with that word; a person's own hold stays. */
function concludeFromStage(
  claims: Claims,
  columns: Record<string, ColumnValue>,
  stored: Columns | undefined,
): string[] {
  const stage = claims.get('stage')
  const derived: string[] = []
  const conclude = (field: string, column: string, value: string | number) => {
    if (columns[column] !== null && columns[column] !== undefined) return
    columns[column] = value
    derived.push(field)
  }
  if (stage?.value === 'cancelled') conclude('cancelledAtMs', 'cancelled_at', stage.atMs)
  if (columns.cancelled_at !== null) conclude('cancelReason', 'cancel_reason', 'unstated')
  const wasDerived = ((stored?.claims ?? {}) as Leftovers).derived?.includes('onHoldAtMs')
  columns.on_hold_at = wasDerived ? null : (stored?.on_hold_at ?? null)
  if (stage?.value === 'on_hold') conclude('onHoldAtMs', 'on_hold_at', stage.atMs)
  return derived
}

function personalColumns(claims: Claims, stored: Columns | undefined, personal: PersonalData): Columns {
  const phone = claims.get('phone')?.value as string | undefined
  const address = claims.get('address')?.value as string | undefined
  const columns = phone === undefined ? undefined : personal.phoneColumns(phone)
  const same = (column: string, field: 'phone' | 'address', value: string | undefined) => {
    const sealed = stored?.[column]
    const unchanged = typeof sealed === 'string' && personal.open(Buffer.from(sealed, 'hex'), field) === value
    return unchanged ? sealed : undefined
  }
  return {
    phone_enc: same('phone_enc', 'phone', phone) ?? columns?.enc.toString('hex') ?? null,
    phone_hash: columns?.hash?.toString('hex') ?? null,
    phone_tail: columns?.tail ?? null,
    phone_virtual: columns?.virtual ?? false,
    address_enc:
      address === undefined
        ? null
        : (same('address_enc', 'address', address) ?? personal.seal(address, 'address').toString('hex')),
  }
}

type QuarantineReason = 'carrier_missing' | 'carrier_name_missing' | 'carrier_freight_missing'

/** Product row 12: every order but self pick-up names its carrier; OTHER needs its name and the estimated freight. */
function quarantineReason(order: {
  readonly carrier: CarrierCode | undefined
  readonly carrierName: string | undefined
  readonly hasFreight: boolean
}): QuarantineReason | undefined {
  if (order.carrier === undefined) return 'carrier_missing'
  if (order.carrier !== 'OTHER') return undefined
  if (order.carrierName === undefined) return 'carrier_name_missing'
  return order.hasFreight ? undefined : 'carrier_freight_missing'
}

/** Why the sources' word alone does not say by whom it goes. */
function untoldCarrier(claims: Claims): QuarantineReason | undefined {
  return quarantineReason({
    carrier: claims.get('carrier')?.value as CarrierCode | undefined,
    carrierName: claims.get('carrierName')?.value as string | undefined,
    hasFreight: claims.has('freightFen'),
  })
}

function quarantineColumns(
  claims: Claims,
  columns: Columns,
  stored: Columns | undefined,
  nowMs: number,
  chosen: ChosenCarrier | undefined,
): Columns {
  const settled = columns.cancelled_at !== null || chosen !== undefined
  const reason = settled ? undefined : untoldCarrier(claims)
  if (reason === undefined) return { quarantined_at: null, quarantine_reason: null }
  return { quarantined_at: stored?.quarantined_at ?? nowMs, quarantine_reason: reason }
}

function leftovers(all: Required<Leftovers>): Leftovers | null {
  const kept = Object.entries(all).filter(([, part]) => Object.keys(part).length > 0)
  return kept.length > 0 ? Object.fromEntries(kept) : null
}
