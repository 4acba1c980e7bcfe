import type { CarrierCode, TrackState } from '../hub/order-facts.ts'
import { dayMs, dayStart, hourMs, minuteMs } from './beijing.ts'
import type { DraftLine, DraftNode, DraftParcel, Signature } from './draft.ts'
import { carrierNames } from './fate.ts'
import type { NumberBook } from './numbers.ts'
import type { Customer } from './people.ts'
import type { Warehouse } from './places.ts'
import { at, type Random } from './prng.ts'
import { type ParcelFate, stepsOf } from './track.ts'

/** A parcel that must stand in this state, its newest node this long before now. */
export type Anchor = {
  readonly state: TrackState
  readonly agoMs: number
  /** Stands at this place, where it has just arrived. */
  readonly place?: string
}

export type Shipping = {
  readonly random: Random
  readonly book: NumberBook
  readonly nowMs: number
  readonly customer: Customer
  readonly carrier: CarrierCode
  readonly warehouse: Warehouse
  readonly shippedAtMs: number
  readonly lines: readonly DraftLine[]
  readonly count: 1 | 2 | 3
  readonly restWaits: boolean
  readonly fate: ParcelFate
  readonly waybillNo?: string
  readonly anchor?: Anchor
  /** Keeps the first node and the newest only: for big benchmark hubs. */
  readonly lean: boolean
}

type Load = DraftParcel['lines']

/** Lines spread over the parcels; a line of several pieces may be split. */
function loadsOf(lines: readonly DraftLine[], count: number): Load[] {
  const whole = lines.map((line) => ({ lineId: line.id, qty: line.qty }))
  if (count === 1) return [whole]
  if (lines.length >= count) {
    const loads: { lineId: string; qty: number }[][] = Array.from({ length: count }, () => [])
    for (const [index, load] of whole.entries()) at(loads, index % count).push(load)
    return loads
  }
  const [first] = whole
  if (first === undefined || first.qty < count) return [whole]
  const rest = first.qty - (count - 1)
  return Array.from({ length: count }, (_, index) =>
    index === 0 ? [{ lineId: first.lineId, qty: rest }, ...whole.slice(1)] : [{ lineId: first.lineId, qty: 1 }],
  )
}

/** All parcels of an order as they stand now. A later parcel that has not left yet has no waybill. */
export function parcelsOf(shipping: Shipping): DraftParcel[] {
  return loadsOf(shipping.lines, shipping.count).map((lines, index) => {
    const wait = index === 0 ? 0 : Math.round(shipping.random.around(9 * index) * 60) * minuteMs
    const leavesAt = shipping.restWaits && index > 0 ? Number.POSITIVE_INFINITY : shipping.shippedAtMs + wait
    return parcelOf(shipping, lines, index + 1, leavesAt)
  })
}

/** One more parcel for the gift alone. */
export function giftParcel(shipping: Shipping, position: number, leavesAt: number): DraftParcel {
  return parcelOf({ ...shipping, fate: { kind: 'normal' } }, [], position, leavesAt)
}

function parcelOf(shipping: Shipping, lines: Load, position: number, leavesAt: number): DraftParcel {
  const { random, nowMs, carrier } = shipping
  const base = {
    id: `P${position}`,
    position,
    carrier,
    carrierName: carrier === 'OTHER' ? carrierNames.OTHER : undefined,
    lines,
  }
  if (leavesAt > nowMs) return { ...base, ...unsent }
  const waybillNo = (position === 1 ? shipping.waybillNo : undefined) ?? shipping.book.waybillNo(random, carrier)
  const { customer, warehouse } = shipping
  const steps = stepsOf(random, {
    carrier,
    carrierName: carrierNames[carrier],
    waybillNo,
    from: warehouse,
    to: customer.city,
    district: at(customer.city.districts, customer.index % customer.city.districts.length),
    consignee: customer.name,
    shippedAtMs: leavesAt,
    fate: position === 1 ? shipping.fate : { kind: 'normal' },
    lean: shipping.lean,
  })
  const past = steps.filter((step) => step.node.atMs <= nowMs)
  const newest = at(past, past.length - 1)
  const nodes = past.map((step) => step.node)
  return {
    ...base,
    waybillNo,
    shippedAtMs: leavesAt,
    etaAtMs: etaOf(leavesAt, customer.city.far),
    state: newest.node.state,
    subState: newest.node.subState,
    signed: newest.signed,
    trackedAtMs: trackedAt(random, newest.signed, newest.node, nowMs),
    nodes: shipping.lean && nodes.length > 2 ? [at(nodes, 0), newest.node] : nodes,
  }
}

/** Six in the evening of the day the carrier aims at. */
function etaOf(leavesAt: number, far: number): number {
  return dayStart(leavesAt) + (1 + Math.max(1, far)) * dayMs + 18 * hourMs
}

const unsent = {
  waybillNo: undefined,
  shippedAtMs: undefined,
  etaAtMs: undefined,
  state: 'created',
  subState: undefined,
  signed: undefined,
  trackedAtMs: undefined,
  nodes: [],
} as const

function trackedAt(random: Random, signed: Signature | undefined, newest: DraftNode, nowMs: number): number {
  return signed === undefined
    ? Math.max(newest.atMs, nowMs - random.int(1, 25) * minuteMs)
    : Math.min(nowMs, newest.atMs + 6 * minuteMs)
}

/**
 * A parcel that stands in the anchor's state now: `parcel` is the whole road, as if it had been walked to its end; it is
 * cut after the wanted state and moved in time so that its newest node lies `agoMs` back.
 */
export function anchored(parcel: DraftParcel, anchor: Anchor, far: number, nowMs: number): DraftParcel {
  const last =
    anchor.place === undefined
      ? parcel.nodes.findLastIndex((node) => node.state === anchor.state)
      : parcel.nodes.findIndex((node) => node.place === anchor.place)
  const kept = parcel.nodes.slice(0, (last === -1 ? parcel.nodes.length - 1 : last) + 1)
  const newest = at(kept, kept.length - 1)
  const shift = nowMs - anchor.agoMs - newest.atMs
  const moved = kept.map((node) => ({ ...node, atMs: node.atMs + shift }))
  const shippedAtMs = (parcel.shippedAtMs ?? nowMs) + shift
  const signed =
    anchor.state === 'signed' && parcel.signed !== undefined
      ? { ...parcel.signed, atMs: nowMs - anchor.agoMs }
      : undefined
  return {
    ...parcel,
    nodes: moved,
    shippedAtMs,
    etaAtMs: etaOf(shippedAtMs, far),
    state: newest.state,
    subState: newest.subState,
    signed,
    trackedAtMs: Math.max(newest.atMs + shift, nowMs - 3 * minuteMs),
  }
}
