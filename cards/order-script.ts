import type { OrderFacts, ParcelFacts } from '../src/hub/order-facts.ts'
import { customerWording as words } from '../src/text/customer-wording.ts'
import { spokenMoment } from '../src/text/format.ts'
import { parcelWords, signedScript, spokenDue, statusScript } from './customer-script.ts'
import { underWay } from './logistics-answer.ts'
import { signatureOf } from './logistics-signed.ts'
import { tailOf } from './order-rows.ts'
import { claimedShipped, leadParcel, newestNode, quietParcel, silenceOf, stepOf } from './parcels.ts'
import { shower } from './view.ts'

/**
 * The customer-ready wording for the question that was asked (复制话术); a question without a wording of its own gets that of
 * the status. Always masked, no words of the house, nothing promised that no field says.
 */
export function orderScript(order: OrderFacts, nowMs: number, intent: string): string {
  const text = ofIntent(order, nowMs, intent) ?? statusScript(order, nowMs)
  return shower(order, { mode: 'masked', nowMs })(text)
}

function ofIntent(order: OrderFacts, nowMs: number, intent: string): string | undefined {
  switch (intent) {
    case 'order.ship_time':
      return shipTime(order, nowMs)
    case 'logistics.eta':
      return eta(order, nowMs)
    case 'logistics.stalled':
      return stalled(order, nowMs)
    case 'logistics.signed':
      return signed(order, nowMs)
    case 'logistics.missing_waybill':
      return missing(order)
    default:
      return undefined
  }
}

function shipTime(order: OrderFacts, nowMs: number): string | undefined {
  const parcel = leadParcel(order)
  if (order.stage !== 'shipped' || order.shippedAtMs === undefined || parcel === undefined) return undefined
  return words.shippedOn(tailOf(order.orderNo), spokenMoment(order.shippedAtMs, nowMs), parcelWords(order, parcel))
}

/** A parcel that simply moves: trouble and silence have their own words. */
function moving(order: OrderFacts, nowMs: number): ParcelFacts | undefined {
  const parcel = underWay(order) ? leadParcel(order) : undefined
  if (parcel === undefined || ['created', 'signed', 'exception'].includes(parcel.state)) return undefined
  return silenceOf(quietParcel(order, nowMs), nowMs) === undefined ? parcel : undefined
}

function eta(order: OrderFacts, nowMs: number): string | undefined {
  const parcel = moving(order, nowMs)
  if (parcel === undefined) return undefined
  const tail = tailOf(order.orderNo)
  const [name, step] = [parcelWords(order, parcel), stepWords(parcel)]
  // the last of several parcels decides
  const open = order.parcels.filter(({ state }) => state !== 'signed')
  const etas = open.map(({ etaAtMs }) => etaAtMs)
  const due = Math.max(...etas.map((ms) => ms ?? Number.NEGATIVE_INFINITY))
  if (etas.some((ms) => ms !== undefined && ms <= nowMs)) return words.arrivalLate(tail, name, step)
  if (etas.includes(undefined)) return words.arrivalUnknown(tail, name, step)
  return words.arrival(tail, spokenDue(due, nowMs), name, step)
}

function stepWords(parcel: ParcelFacts): string {
  const step = stepOf(parcel)
  return step === '' ? '' : words.step(step)
}

function stalled(order: OrderFacts, nowMs: number): string | undefined {
  const parcel = underWay(order) ? quietParcel(order, nowMs) : undefined
  const silence = silenceOf(parcel, nowMs)
  if (parcel === undefined || silence === undefined) return undefined
  const tail = tailOf(order.orderNo)
  const name = parcelWords(order, parcel)
  if (silence.kind === 'unscanned') return words.unscanned(tail, name)
  const since = newestNode(parcel)?.atMs
  const called = parcel.call !== undefined && parcel.call.closedAtMs === undefined
  return since !== undefined && called ? words.asked(tail, name, spokenMoment(since, nowMs)) : undefined
}

function signed(order: OrderFacts, nowMs: number): string | undefined {
  const tail = tailOf(order.orderNo)
  const signature = signatureOf(order)
  if (order.signedAtMs !== undefined) return signedScript(order, nowMs)
  if (signature !== undefined)
    return words.delivered(tail, signature.atMs === undefined ? '' : spokenMoment(signature.atMs, nowMs))
  const parcel = moving(order, nowMs)
  return parcel === undefined ? undefined : words.notSigned(tail, parcelWords(order, parcel), stepWords(parcel))
}

function missing(order: OrderFacts): string | undefined {
  const tail = tailOf(order.orderNo)
  const parcel = leadParcel(order)
  if (parcel?.waybillNo !== undefined && underWay(order)) return words.numberNow(tail, parcelWords(order, parcel))
  return order.stage === 'paid' && claimedShipped(order) ? words.numberLater(tail) : undefined
}
