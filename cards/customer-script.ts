import type { OrderFacts, ParcelFacts } from '../src/hub/order-facts.ts'
import { steps } from '../src/text/answers.ts'
import { customerWording as words } from '../src/text/customer-wording.ts'
import { dueText, sameDay, spokenDay, spokenMoment } from '../src/text/format.ts'
import { carrierName } from '../src/text/zh-cn.ts'
import { tailOf } from './order-rows.ts'
import { claimedShipped, leadParcel, newestNode, silenceOf, stepOf } from './parcels.ts'
import { shower } from './view.ts'

/** The customer-ready wording of the status (复制话术). Always masked: it is pasted somewhere we cannot see. */
export function customerScript(order: OrderFacts, nowMs: number): string {
  return shower(order, { mode: 'masked', nowMs })(statusScript(order, nowMs))
}

/** The same before it is masked, for wordings that end in it. */
export function statusScript(order: OrderFacts, nowMs: number): string {
  const tail = tailOf(order.orderNo)
  switch (order.stage) {
    case 'pending_payment':
      return words.pending(tail)
    case 'on_hold':
    case 'quarantined':
      return words.onHold(tail)
    case 'paid':
      return paid(order, tail, nowMs)
    case 'part_shipped':
    case 'shipped':
      return shipped(order, tail, nowMs)
    case 'signed':
      return signedScript(order, nowMs)
    case 'returning':
      return returning(order, tail, nowMs)
    case 'returned':
      return words.returned(tail, order.refundedAtMs === undefined ? undefined : spokenDay(order.refundedAtMs, nowMs))
    case 'refunded':
      return order.refundedAtMs === undefined
        ? words.returned(tail, undefined)
        : words.refunded(tail, spokenDay(order.refundedAtMs, nowMs))
    case 'cancelled':
      return words.cancelled(tail)
  }
}

function paid(order: OrderFacts, tail: string, nowMs: number): string {
  // the channel shows the customer "shipped": 备货中 would contradict it
  if (claimedShipped(order)) return words.numberLater(tail)
  const by = order.promiseShipAtMs
  if (by !== undefined && by <= nowMs) return words.late(tail)
  return words.preparing(tail, by === undefined ? undefined : spokenDue(by, nowMs))
}

function shipped(order: OrderFacts, tail: string, nowMs: number): string {
  const parcel = leadParcel(order)
  const carrier = order.carrier === undefined ? undefined : carrierName(order.carrier, order.carrierName)
  if (parcel === undefined) return words.waitingForScan(tail, words.carrierOnly(carrier ?? carrierName('OTHER')))
  const name = parcelWords(order, parcel)
  const eta = parcel.etaAtMs === undefined || parcel.etaAtMs <= nowMs ? '' : words.eta(spokenDue(parcel.etaAtMs, nowMs))
  if (parcel.state === 'exception') return words.trouble[parcel.exception ?? 'unrecognised'](tail, name)
  const node = newestNode(parcel)
  if (silenceOf(parcel, nowMs)?.kind === 'silent' && node !== undefined)
    return words.silent(tail, name, spokenMoment(node.atMs, nowMs))
  switch (parcel.state) {
    case 'created':
      return words.waitingForScan(tail, name)
    case 'delivering':
      return words.delivering(tail, name, eta)
    case 'signed':
      return signed(tail, parcel.signedAtMs ?? node?.atMs, parcel.signer, order.consigneeName, nowMs)
    case 'collected':
    case 'in_transit':
      return words.underWay(tail, name, node === undefined ? '' : words.step(stepOf(parcel)), eta)
  }
}

/** 由中通承运，单号75894561230147 · 共2个包裹 */
export function parcelWords(order: OrderFacts, parcel: ParcelFacts): string {
  if (order.parcels.length > 1) return words.severalParcels(order.parcels.length)
  const carrier = carrierName(parcel.carrier, parcel.carrierName)
  return parcel.waybillNo === undefined ? words.carrierOnly(carrier) : words.parcel(carrier, parcel.waybillNo)
}

/** Signed as a whole: when and by whom. */
export function signedScript(order: OrderFacts, nowMs: number): string {
  return signed(tailOf(order.orderNo), order.signedAtMs, order.signer, order.consigneeName, nowMs)
}

function signed(
  tail: string,
  atMs: number | undefined,
  signer: string | undefined,
  buyer: string | undefined,
  nowMs: number,
): string {
  if (atMs === undefined) return words.delivered(tail, '')
  const when = spokenMoment(atMs, nowMs)
  if (signer === undefined) return words.delivered(tail, when)
  const self = signer.includes(steps.self) || (buyer !== undefined && signer.includes(buyer))
  return words.signed(tail, when, self ? words.self : words.by(signer))
}

function returning(order: OrderFacts, tail: string, nowMs: number): string {
  const request = order.returns.find(({ approval }) => approval === 'pending' || approval === 'approved')
  if (request?.approval !== 'approved') return words.returnReview(tail)
  return request.receivedAtMs === undefined
    ? words.returnApproved(tail)
    : words.returnReceived(tail, spokenDay(request.receivedAtMs, nowMs))
}

/** 今天18点前 · 11月23日 */
export function spokenDue(atMs: number, nowMs: number): string {
  return sameDay(atMs, nowMs) ? dueText(atMs, nowMs) : spokenDay(atMs, nowMs)
}
