import type { PersonalData, PhoneColumns } from '../hub/personal.ts'
import type { DraftOrder, DraftParcel } from './draft.ts'
import type { Customer } from './people.ts'
import { regionOf } from './places.ts'

/** Text that is in COPY's own form already. */
export type Prepared = { readonly copy: string }

/** One value of a COPY row: numbers are whole, `Date` is a time, bytes are bytea. */
export type Cell = string | number | boolean | Date | Uint8Array | readonly string[] | Prepared | null
export type Row = readonly Cell[]

/** The tables of the sample in the order of their references, with the columns each row fills. */
export const tables = {
  customers: 'id display_name level tags created_at',
  customer_identities: 'kind value_hash customer_id seen_at',
  orders:
    'id channel shop order_no customer_id consignee_name phone_enc phone_hash phone_tail phone_virtual address_enc region ordered_at total_fen discount_fen freight_fen paid_at pay_method paid_fen shipped_at waybill_no carrier_code carrier_name signed_at signer signer_kind sign_photo_url returned_at return_no return_reason refund_fen refunded_at cancelled_at cancel_reason on_hold_at hold_reason quarantined_at quarantine_reason promise_ship_at warehouse wave_no picking_at delay_reason remark waybill_edits source_stage source source_modified_at heard_at created_at',
  order_lines: 'id order_id line_key position sku name spec qty amount_fen',
  parcels:
    'id order_id position waybill_no carrier_code carrier_name shipped_at eta_at state sub_state last_event_at signed_at signer sign_photo_url tracked_at track_source',
  parcel_lines: 'parcel_id order_line_id qty',
  tracking_events: 'parcel_id occurred_at state sub_state place description source node_hash',
  returns:
    'id order_id reason applied_at applied_by waybill_no carrier_code approval approved_at rejected_at received_at inspection refund_fen refund_method refund_released_at refunded_at closed_at',
  return_lines: 'return_id order_line_id asked_qty approved_qty received_qty damaged_qty refunded_fen',
  approval_levels: 'return_id level role state holder_id started_at due_at decided_at decided_by reason',
  gifts: 'id order_id name sku verdict gap_fen threshold_fen rule rule_version parcel_id decided_at',
  carrier_calls: 'id parcel_id carrier_code reason opened_by opened_at closed_at result',
  notices: 'id order_id kind channel state sent_at delivered_at opened_at fail_reason photo_ok source created_at',
  receivables: 'customer_id arrears_fen source checked_at',
  rule_decisions: 'id order_id about rule rule_version chosen reason decided_at',
  stock_lots: 'id sku name spec warehouse location on_hand locked expires_on zone read_at',
} as const

export type TableName = keyof typeof tables
export const tableNames = Object.keys(tables) as readonly TableName[]

/** Who follows the parcels. */
const tracker = 'track.kuaidi100'

export type Take = (table: TableName, row: Row) => void

const time = (ms: number | undefined): Date | null => (ms === undefined ? null : new Date(ms))
const orNull = <T extends Cell>(value: T | undefined): T | null => value ?? null

export function customerRows(
  take: Take,
  personal: PersonalData,
  customer: Customer,
  seenAtMs: number,
  lean: boolean,
): void {
  take('customers', [customer.id, customer.name, `V${customer.level}`, customer.tags, new Date(customer.createdAtMs)])
  if (lean) return
  const phone = personal.phoneColumns(customer.phone)
  if (phone.hash !== null && !phone.virtual)
    take('customer_identities', ['phone', phone.hash, customer.id, new Date(seenAtMs)])
  for (const channel of customer.channels)
    take('customer_identities', [
      `${channel}.buyer`,
      personal.hash(`${channel}.buyer`, customer.id),
      customer.id,
      new Date(seenAtMs),
    ])
}

/** Sealed once per person, however many orders they place; lean: one address per city, since nobody will read it. */
export type Seals = { phone(customer: Customer, phone: string): SealedPhone; address(customer: Customer): Prepared }

type SealedPhone = Pick<PhoneColumns, 'tail' | 'virtual'> & { readonly enc: Prepared; readonly hash: Prepared | null }

const rememberAtMost = 50_000

export function sealing(personal: PersonalData, lean: boolean): Seals {
  const phones = new Map<string, SealedPhone>()
  const addresses = new Map<string, Prepared>()
  const sealPhone = (phone: string): SealedPhone => {
    const { enc, hash, tail, virtual } = personal.phoneColumns(phone)
    return { enc: byteaCell(enc), hash: hash && byteaCell(hash), tail, virtual }
  }
  return {
    phone: (customer, phone) => {
      // a privacy number is another one for each order: nothing to remember
      if (phone !== customer.phone) return sealPhone(phone)
      return remembered(phones, customer.id, () => sealPhone(phone))
    },
    address: (customer) =>
      remembered(addresses, lean ? customer.city.city : customer.id, () => {
        const { province, city } = customer.city
        return byteaCell(personal.seal(`${province === city ? '' : province}${city}${customer.street}`, 'address'))
      }),
  }
}

/** bytea in hexadecimal, its backslash escaped for COPY. */
export function byteaCell(bytes: Uint8Array): Prepared {
  return { copy: `\\\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}` }
}

function remembered<T>(memory: Map<string, T>, key: string, make: () => T): T {
  const known = memory.get(key)
  if (known !== undefined) return known
  if (memory.size >= rememberAtMost) memory.clear()
  const made = make()
  memory.set(key, made)
  return made
}

export function orderRows(take: Take, seals: Seals, order: DraftOrder): void {
  take('orders', orderRow(seals, order))
  for (const [index, line] of order.lines.entries())
    take('order_lines', [
      `${order.id}-${line.id}`,
      order.id,
      line.sku,
      index + 1,
      line.sku,
      line.name,
      line.spec,
      line.qty,
      line.amountFen,
    ])
  for (const parcel of order.parcels) parcelRows(take, order.id, parcel)
  returnRows(take, order)
  const { gift } = order
  if (gift === undefined) return
  const parcelId = gift.parcelId === undefined ? null : `${order.id}-${gift.parcelId}`
  take('gifts', [
    `${order.id}-G1`,
    order.id,
    gift.name,
    gift.sku,
    gift.verdict,
    orNull(gift.gapFen),
    gift.thresholdFen,
    gift.rule,
    gift.ruleVersion,
    parcelId,
    new Date(gift.decidedAtMs),
  ])
}

function orderRow(seals: Seals, order: DraftOrder): Row {
  const { customer, signed, returned, cancelled, hold, quarantine, refund } = order
  const phone = seals.phone(customer, order.phone)
  const paid = order.paidAtMs !== undefined
  // goods back and money back: only then is the whole order 已退货
  const back =
    returned?.whole === true && returned.receivedAtMs !== undefined && returned.refundedAtMs !== undefined
      ? returned
      : undefined
  return [
    order.id,
    order.channel,
    order.shop,
    order.orderNo,
    customer.id,
    customer.name,
    phone.enc,
    phone.hash,
    phone.tail,
    phone.virtual,
    seals.address(customer),
    regionOf(customer.city),
    new Date(order.orderedAtMs),
    order.totalFen,
    order.discountFen,
    order.freightFen,
    time(order.paidAtMs),
    paid ? order.payMethod : null,
    paid ? order.paidFen : null,
    time(order.shippedAtMs),
    orNull(order.parcels[0]?.waybillNo),
    orNull(order.carrier),
    orNull(order.carrierName),
    time(signed?.atMs),
    orNull(signed?.signer),
    orNull(signed?.kind),
    orNull(signed?.photoUrl),
    time(back?.receivedAtMs),
    orNull(back?.id),
    orNull(back?.reason),
    orNull(back?.refundFen ?? refund?.fen),
    time(back?.refundedAtMs ?? refund?.atMs),
    time(cancelled?.atMs),
    orNull(cancelled?.reason),
    time(hold?.atMs),
    orNull(hold?.reason),
    time(quarantine?.atMs),
    orNull(quarantine?.reason),
    time(order.promiseShipAtMs),
    orNull(order.warehouse),
    orNull(order.waveNo),
    time(order.pickingAtMs),
    orNull(order.delayReason),
    orNull(order.remark),
    order.waybillEdits,
    order.sourceStage,
    order.source,
    new Date(order.modifiedAtMs),
    new Date(order.heardAtMs),
    new Date(order.orderedAtMs),
  ]
}

function parcelRows(take: Take, orderId: string, parcel: DraftParcel): void {
  const id = `${orderId}-${parcel.id}`
  const { signed, nodes } = parcel
  take('parcels', [
    id,
    orderId,
    parcel.position,
    orNull(parcel.waybillNo),
    parcel.carrier,
    orNull(parcel.carrierName),
    time(parcel.shippedAtMs),
    time(parcel.etaAtMs),
    parcel.state,
    orNull(parcel.subState),
    time(nodes.at(-1)?.atMs),
    time(signed?.atMs),
    orNull(signed?.signer),
    orNull(signed?.photoUrl),
    time(parcel.trackedAtMs),
    parcel.trackedAtMs === undefined ? null : tracker,
  ])
  for (const line of parcel.lines) take('parcel_lines', [id, `${orderId}-${line.lineId}`, line.qty])
  for (const [index, node] of nodes.entries())
    take('tracking_events', [
      id,
      new Date(node.atMs),
      node.state,
      orNull(node.subState),
      node.place,
      node.text,
      tracker,
      `sample-${index + 1}`,
    ])
}

function returnRows(take: Take, order: DraftOrder): void {
  const { returned } = order
  if (returned === undefined) return
  take('returns', [
    returned.id,
    order.id,
    returned.reason,
    new Date(returned.appliedAtMs),
    returned.appliedBy,
    returned.waybillNo,
    returned.carrier,
    returned.approval,
    time(returned.approvedAtMs),
    time(returned.rejectedAtMs),
    time(returned.receivedAtMs),
    orNull(returned.inspection),
    returned.refundFen,
    returned.refundMethod,
    time(returned.releasedAtMs),
    time(returned.refundedAtMs),
    time(returned.closedAtMs),
  ])
  for (const line of returned.lines)
    take('return_lines', [
      returned.id,
      `${order.id}-${line.lineId}`,
      line.askedQty,
      orNull(line.approvedQty),
      line.receivedQty,
      line.damagedQty,
      orNull(line.refundedFen),
    ])
  for (const level of returned.levels)
    take('approval_levels', [
      returned.id,
      level.level,
      level.role,
      level.state,
      orNull(level.holderId),
      time(level.startedAtMs),
      time(level.dueAtMs),
      time(level.decidedAtMs),
      level.decidedAtMs === undefined ? null : orNull(level.holderId),
      orNull(level.reason),
    ])
}
