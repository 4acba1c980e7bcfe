import type { OrderFacts } from '../src/hub/order-facts.ts'
import type { RefundSum } from '../src/hub/refund-shares.ts'
import type { DayRange, RefundExpectation } from '../src/hub/refund-times.ts'
import type { SaleFacts } from '../src/hub/return-facts.ts'
import { customerWording } from '../src/text/customer-wording.ts'
import { fenText, spokenDay, spokenMoment } from '../src/text/format.ts'
import { openedForCustomer, policyWording, returnWording as words } from '../src/text/return-wording.ts'
import { carrierName } from '../src/text/zh-cn.ts'
import { methodText } from '../src/text/zh-refunds.ts'
import { tailOf } from './order-rows.ts'
import { type Judged, overReason } from './return-eligible.ts'
import { type Back, countsOf, rejection } from './return-rows.ts'
import { shower } from './view.ts'

/** Always masked: it is pasted somewhere we cannot see. */
function pasted(order: OrderFacts, nowMs: number, text: string): string {
  return shower(order, { mode: 'masked', nowMs })(text)
}

/** Where the return stands, for the customer: status and inbound alike. */
export function returnScript(back: Back, nowMs: number): string {
  return pasted(back.order, nowMs, standing(back, nowMs))
}

function standing(back: Back, nowMs: number): string {
  const { request, order } = back
  const tail = tailOf(order.orderNo)
  if (request.approval === 'rejected') return words.rejected(tail, rejection(request))
  if (request.approval === 'withdrawn') return words.withdrawn(tail)
  if (request.refundedAtMs !== undefined) return refunded(back, request.refundedAtMs, nowMs)
  if (request.receivedAtMs !== undefined) {
    const { due, received } = countsOf(request.lines)
    const when = spokenMoment(request.receivedAtMs, nowMs)
    if (request.releasedAtMs !== undefined) {
      const amount = request.refundFen === undefined ? '' : fenText(request.refundFen)
      return words.receivedReleased(tail, when, amount, methodOf(back))
    }
    return received < due ? words.receivedPart(tail, when, received, due) : words.received(tail, when)
  }
  if (request.approval !== 'approved') return words.reviewing(tail)
  return request.comingBack === undefined ? words.approved(tail) : words.underWay(tail, parcelText(back))
}

function refunded(back: Back, atMs: number, nowMs: number): string {
  const { refundFen } = back.request
  const amount = refundFen === undefined ? '' : fenText(refundFen)
  return words.refunded(tailOf(back.order.orderNo), amount, spokenDay(atMs, nowMs), methodOf(back))
}

function parcelText({ request: { carrier, waybillNo } }: Back): string {
  if (carrier === undefined || waybillNo === undefined) return ''
  return words.inMethod(customerWording.parcel(carrierName(carrier), waybillNo))
}

/** （微信）; '' while no way to pay is known. */
function methodOf({ request, sale }: { readonly request?: Back['request']; readonly sale: SaleFacts }): string {
  const method = methodText(request?.refundMethod, sale.payMethod)
  return method === undefined ? '' : words.inMethod(method)
}

function rangeOf({ fromMs, toMs }: DayRange, nowMs: number): string {
  return words.range(spokenDay(fromMs, nowMs), spokenDay(toMs, nowMs))
}

/** When the money comes, in days; before its release only what holds if all goes well, said as such. */
export function refundEtaScript(back: Back, expected: RefundExpectation, nowMs: number): string {
  return pasted(back.order, nowMs, etaText(back, expected, tailOf(back.order.orderNo), nowMs))
}

function etaText(back: Back, expected: RefundExpectation, tail: string, nowMs: number): string {
  const { request } = back
  const amount = request.refundFen === undefined ? '' : fenText(request.refundFen)
  switch (expected.stage) {
    case 'refunded':
      return refunded(back, expected.atMs, nowMs)
    case 'released':
      if (expected.late) return words.late(tail, amount)
      return words.released(tail, amount, rangeOf(expected.range, nowMs), methodOf(back))
    case 'release':
      return words.before.checking(tail, rangeOf(expected.range, nowMs))
    case 'goods':
      return words.before.goods(tail, expected.range === undefined ? undefined : rangeOf(expected.range, nowMs))
    case 'approval':
      return words.before.review(tail, rangeOf(expected.range, nowMs))
    case 'rejected':
      return words.rejected(tail, rejection(request))
    case 'withdrawn':
      return words.withdrawn(tail)
  }
}

/** How much and why. Where our own numbers differ the customer gets no number. */
export function refundAmountScript(back: Back, sum: RefundSum, nowMs: number): string {
  const { request, order } = back
  const tail = tailOf(order.orderNo)
  if (request.approval === 'rejected') return pasted(order, nowMs, words.rejected(tail, rejection(request)))
  if (request.approval === 'withdrawn') return pasted(order, nowMs, words.withdrawn(tail))
  const differs = sum.outcome === 'known' && request.refundFen !== undefined && sum.refundFen !== request.refundFen
  if (sum.outcome === 'unknown' || differs) return words.amountChecking(tail)
  const why =
    sum.discountFen > 0n ? words.amountShare(fenText(sum.goodsFen), fenText(sum.discountFen)) : words.amountPaid
  return pasted(order, nowMs, words.amount(tail, fenText(sum.refundFen), why, request.refundedAtMs !== undefined))
}

/** An order without a return: given back on the order itself, due, or never applied for. */
export function orderRefundScript(order: OrderFacts, sale: SaleFacts, nowMs: number): string {
  const tail = tailOf(order.orderNo)
  if (sale.refundedAtMs !== undefined) {
    const amount = sale.refundFen === undefined ? '' : fenText(sale.refundFen)
    return words.orderRefunded(tail, amount, spokenDay(sale.refundedAtMs, nowMs))
  }
  return sale.cancelledAtMs !== undefined && sale.paidFen !== undefined ? words.orderRefundDue(tail) : words.none(tail)
}

/** Whether it may come back, for the customer. `order` is left out where only the rules were asked for. */
export function policyScript({ policy, verdict, what, days, opened }: Judged, order?: OrderFacts): string {
  if (order !== undefined) {
    const tail = tailOf(order.orderNo)
    if (overReason(order) !== undefined)
      return order.stage === 'cancelled' ? policyWording.cancelled(tail) : policyWording.unpaid(tail)
    if (order.signedAtMs === undefined) return policyWording.unsigned(policy.noReasonDays)
  }
  switch (verdict.outcome) {
    case 'yes':
      if (verdict.because === 'quality') return policyWording.fault(policy.qualityDays)
      return policyWording.yes(policy.noReasonDays, opened !== true && verdict.rule !== 'worn')
    case 'quality-only':
      return policyWording.qualityOnly(policy.qualityDays)
    case 'opened':
      return policyWording.opened(what, openedForCustomer[verdict.rule] ?? '', policy.qualityDays)
    case 'late':
      return days === undefined ? policyWording.lateNoDay : policyWording.late(days)
  }
}
