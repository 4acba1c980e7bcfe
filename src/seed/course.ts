import type { CarrierCode, Channel } from '../hub/order-facts.ts'
import type { Basket } from './basket.ts'
import { dayMs, dayStart, hourMs, minuteMs, whenOpen } from './beijing.ts'
import type { DraftOrder, DraftParcel, Signature } from './draft.ts'
import type { Warehouse } from './places.ts'
import type { Plan, Telling } from './plan.ts'
import { at, type Random } from './prng.ts'
import { anchored, giftParcel, parcelsOf, type Shipping } from './shipping.ts'

/** The dated facts of an order as they stand now. */
export type Course = Pick<
  DraftOrder,
  | 'orderedAtMs'
  | 'paidAtMs'
  | 'cancelled'
  | 'hold'
  | 'quarantine'
  | 'pickingAtMs'
  | 'promiseShipAtMs'
  | 'delayReason'
  | 'shippedAtMs'
  | 'signed'
  | 'parcels'
  | 'refund'
  | 'modifiedAtMs'
> & { readonly sourceStage: string; readonly giftParcelId: string | undefined }

const promiseHours: Readonly<Record<Channel, number>> = {
  douyin: 48,
  tmall: 48,
  jd: 24,
  miniapp: 72,
  pos: 24,
  distributor: 72,
}
const waveHours = [9, 11, 14, 16.5, 20]

/** The first picking wave at or after `ms`. */
function nextWave(ms: number): number {
  const start = dayStart(ms)
  const wave = waveHours.find((hour) => start + hour * hourMs >= ms)
  return wave === undefined ? start + dayMs + at(waveHours, 0) * hourMs : start + wave * hourMs
}

const whole = (ms: number) => Math.round(ms / 1000) * 1000

/** Runs the order forward from its time, or back from the state its first parcel must stand in. */
export function courseOf(
  random: Random,
  telling: Telling,
  plan: Plan,
  basket: Basket,
  carrier: CarrierCode,
  warehouse: Warehouse,
): Course {
  const shipping = (shippedAtMs: number, nowMs: number): Shipping => ({
    random,
    book: telling.book,
    nowMs,
    customer: plan.customer,
    carrier,
    warehouse,
    shippedAtMs,
    lines: basket.lines,
    count: telling.lean ? 1 : (plan.fate.parcels ?? 1),
    restWaits: plan.fate.restWaits === true,
    fate: plan.fate.parcel ?? { kind: 'normal' },
    lean: telling.lean,
    ...(plan.waybillNo === undefined ? {} : { waybillNo: plan.waybillNo }),
  })
  if (plan.anchor !== undefined) return backwards(random, telling, plan, basket, shipping)
  const before = untilPicked(random, telling.nowMs, plan)
  if (before.leavesAtMs === undefined) return { ...before, ...stillHere(plan, before, basket) }
  if (carrier === 'PICKUP') return { ...before, ...atStore(random, telling.nowMs, plan, before.leavesAtMs) }
  if (plan.fate.ghost === true) return { ...before, ...ghost(before.leavesAtMs) }
  const parcels = withGift(random, telling, plan, parcelsOf(shipping(before.leavesAtMs, telling.nowMs)), shipping)
  return { ...before, ...onTheRoad(telling.nowMs, basket, parcels) }
}

type Before = Pick<
  Course,
  'orderedAtMs' | 'paidAtMs' | 'cancelled' | 'hold' | 'quarantine' | 'pickingAtMs' | 'promiseShipAtMs' | 'delayReason'
> & {
  /** Set only when it has left by now. */
  readonly leavesAtMs: number | undefined
}

const nothingYet = {
  paidAtMs: undefined,
  cancelled: undefined,
  hold: undefined,
  quarantine: undefined,
  pickingAtMs: undefined,
  promiseShipAtMs: undefined,
  delayReason: undefined,
  leavesAtMs: undefined,
}

/** From the order to the warehouse door. */
function untilPicked(random: Random, nowMs: number, plan: Plan): Before {
  const { orderedAtMs, fate, channel } = plan
  const base = { ...nothingYet, orderedAtMs }
  const paidAtMs = orderedAtMs + whole(random.around(80_000))
  if (fate.unpaid === true || paidAtMs > nowMs) {
    const closesAt = orderedAtMs + 30 * minuteMs
    return closesAt <= nowMs && fate.unpaid === true
      ? { ...base, cancelled: { atMs: closesAt, reason: '超时未付款' } }
      : base
  }
  const promiseShipAtMs = paidAtMs + (promiseHours[channel] + (plan.promo ? 24 : 0)) * hourMs
  const paid = { ...base, paidAtMs, promiseShipAtMs }
  const cancelAt = paidAtMs + whole(random.around(2 * hourMs))
  if (fate.cancelReason !== undefined && cancelAt <= nowMs)
    return { ...paid, cancelled: { atMs: cancelAt, reason: fate.cancelReason } }
  const settledAt = paidAtMs + (fate.settledAfterMs ?? Number.POSITIVE_INFINITY)
  if (fate.holdReason !== undefined && settledAt > nowMs)
    return { ...paid, hold: { atMs: paidAtMs, reason: fate.holdReason } }
  if (fate.noCarrier === true && settledAt > nowMs)
    return { ...paid, quarantine: { atMs: paidAtMs, reason: 'carrier_missing' } }
  const ready = fate.holdReason !== undefined || fate.noCarrier === true ? settledAt : paidAtMs
  const wave = nextWave(ready + random.around(plan.promo ? 14 : 4) * hourMs)
  const late = fate.late === undefined ? wave : Math.max(wave, promiseShipAtMs + whole(random.around(20 * hourMs)))
  const leaves = late + whole(random.around(2.5 * hourMs))
  return {
    ...paid,
    pickingAtMs: late <= nowMs ? late : undefined,
    // the reason is known once it is late, or as soon as the goods are found missing
    delayReason: fate.late !== undefined && leaves > nowMs ? fate.late : undefined,
    leavesAtMs: leaves <= nowMs ? leaves : undefined,
  }
}

const noRoad = {
  shippedAtMs: undefined,
  signed: undefined,
  parcels: [],
  refund: undefined,
  giftParcelId: undefined,
} as const

function stillHere(plan: Plan, before: Before, basket: Basket): Omit<Course, keyof Before> {
  const { cancelled, hold, paidAtMs } = before
  if (cancelled !== undefined) {
    const refund = paidAtMs === undefined ? undefined : { fen: basket.paidFen, atMs: cancelled.atMs }
    return { ...noRoad, refund, sourceStage: 'cancelled', modifiedAtMs: cancelled.atMs }
  }
  if (paidAtMs === undefined) return { ...noRoad, sourceStage: 'pending_payment', modifiedAtMs: plan.orderedAtMs }
  return { ...noRoad, sourceStage: hold === undefined ? 'paid' : 'on_hold', modifiedAtMs: paidAtMs }
}

/** Fetched at the store: no parcel, no waybill; the receipt is photographed. */
function atStore(random: Random, nowMs: number, plan: Plan, readyAtMs: number): Omit<Course, keyof Before> {
  const fetchedAt = whenOpen(readyAtMs + whole(random.around(16 * hourMs)), 10, 21) + random.int(0, 50) * minuteMs
  const signed: Signature | undefined =
    fetchedAt > nowMs
      ? undefined
      : {
          atMs: fetchedAt,
          signer: `${plan.customer.name}(本人)`,
          kind: 'self',
          photoUrl: `https://sign.example.com/pickup-${plan.customer.index}.jpg`,
        }
  return {
    ...noRoad,
    shippedAtMs: readyAtMs,
    signed,
    sourceStage: signed === undefined ? 'shipped' : 'signed',
    modifiedAtMs: signed?.atMs ?? readyAtMs,
  }
}

/** The channel claims it shipped; nobody ever chose a carrier, so there is no waybill to show. */
function ghost(claimedAtMs: number): Omit<Course, keyof Before> {
  return { ...noRoad, sourceStage: 'shipped-without-waybill', modifiedAtMs: claimedAtMs }
}

/** What the parcels say together: shipped when the last has left, signed when the last is signed. */
function onTheRoad(
  nowMs: number,
  basket: Basket,
  packed: { parcels: DraftParcel[]; giftParcelId: string | undefined },
): Omit<Course, keyof Before> {
  const { parcels, giftParcelId } = packed
  const left = parcels.map((parcel) => parcel.shippedAtMs)
  const allLeft = left.every((ms) => ms !== undefined)
  const signatures = parcels.flatMap((parcel) => (parcel.signed === undefined ? [] : [parcel.signed]))
  const signed =
    signatures.length === parcels.length
      ? signatures.reduce((last, next) => (next.atMs > last.atMs ? next : last))
      : undefined
  const lastLeft = Math.max(...left.filter((ms) => ms !== undefined))
  const refund = refundOf(nowMs, basket, at(parcels, 0))
  return {
    parcels,
    giftParcelId,
    shippedAtMs: allLeft ? lastLeft : undefined,
    signed,
    refund,
    sourceStage: signed !== undefined ? 'signed' : allLeft ? 'shipped' : 'part_shipped',
    modifiedAtMs: Math.max(lastLeft, signed?.atMs ?? 0, refund?.atMs ?? 0),
  }
}

/** Lost, and returned to the sender: the money goes back two days after the last word. */
function refundOf(nowMs: number, basket: Basket, parcel: DraftParcel): DraftOrder['refund'] {
  const newest = parcel.nodes.at(-1)
  if (newest === undefined || parcel.state !== 'exception') return undefined
  const over = parcel.subState === 'lost' || (parcel.subState === 'returning' && newest.text.startsWith('退回件已由'))
  const atMs = newest.atMs + 2 * dayMs
  return over && atMs <= nowMs ? { fen: basket.paidFen, atMs } : undefined
}

type Pack = (shippedAtMs: number, nowMs: number) => Shipping

/** A gift apart leaves half a day after the goods; otherwise it lies in the first parcel. */
function withGift(
  random: Random,
  telling: Telling,
  plan: Plan,
  parcels: DraftParcel[],
  pack: Pack,
): { parcels: DraftParcel[]; giftParcelId: string | undefined } {
  if (telling.lean) return { parcels, giftParcelId: undefined }
  if (plan.fate.giftApart !== true) return { parcels, giftParcelId: 'P1' }
  const first = at(parcels, 0).shippedAtMs ?? telling.nowMs
  const leavesAt = first + whole(random.around(10 * hourMs))
  if (leavesAt > telling.nowMs) return { parcels, giftParcelId: undefined }
  const position = parcels.length + 1
  return {
    parcels: [...parcels, giftParcel(pack(first, telling.nowMs), position, leavesAt)],
    giftParcelId: `P${position}`,
  }
}

/** The first parcel walks its whole road and is then moved so that it stands in the wanted state now. */
function backwards(random: Random, telling: Telling, plan: Plan, basket: Basket, pack: Pack): Course {
  const { nowMs } = telling
  const anchor = plan.anchor
  if (anchor === undefined) throw new TypeError('no anchor to count back from')
  const base = whenOpen(plan.orderedAtMs, 9, 18)
  const rehearsed = at(parcelsOf({ ...pack(base, base + 90 * dayMs), count: 1 }), 0)
  const first = anchored(rehearsed, anchor, plan.customer.city.far, nowMs)
  const leftAt = first.shippedAtMs ?? nowMs
  const rest = parcelsOf(pack(leftAt, nowMs)).slice(1)
  const loads = parcelsOf(pack(leftAt, leftAt))[0]?.lines ?? first.lines
  const pickingAtMs = leftAt - whole(random.around(2 * hourMs))
  const paidAtMs = pickingAtMs - whole(random.around(7 * hourMs))
  const orderedAtMs = paidAtMs - whole(random.around(60_000))
  const before: Before = {
    ...nothingYet,
    orderedAtMs,
    paidAtMs,
    pickingAtMs,
    promiseShipAtMs: paidAtMs + promiseHours[plan.channel] * hourMs,
    leavesAtMs: leftAt,
  }
  const parcels = withGift(random, telling, plan, [{ ...first, lines: loads }, ...rest], pack)
  return { ...before, ...onTheRoad(nowMs, basket, parcels) }
}
