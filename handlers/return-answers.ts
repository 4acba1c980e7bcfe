import { refundAmountCard } from '../cards/refund-amount.ts'
import { orderRefundCard, refundEtaCard } from '../cards/refund-eta.ts'
import { noReturnCard } from '../cards/return-choice.ts'
import { returnInboundCard } from '../cards/return-inbound.ts'
import type { Back } from '../cards/return-rows.ts'
import { orderRefundScript, refundAmountScript, refundEtaScript, returnScript } from '../cards/return-script.ts'
import { returnStatusCard, returnTimelineCard } from '../cards/return-status.ts'
import type { Card } from '../src/chat/card.ts'
import type { Reply, Subject } from '../src/chat/reply.ts'
import { refundSum } from '../src/hub/refund-shares.ts'
import { type RefundExpectation, type RefundTimes, refundExpectation } from '../src/hub/refund-times.ts'
import { methodText, payMethodCode } from '../src/text/zh-refunds.ts'
import { receiptSaid } from '../src/text/zh-return-flow.ts'
import { wantsTimeline } from '../src/text/zh-returns.ts'
import { type Answerer, type Question, textReply, traceOf } from './question.ts'
import { receiptArg } from './return-receive.ts'
import { type ReturnParts, type ReturnSighting, theReturn } from './return-which.ts'
import { rolesMay } from './rights.ts'

export type RefundParts = ReturnParts & {
  /** The table of refund times as it is set today. */
  readonly refundTimes: () => Promise<RefundTimes>
}

/** return.status: who holds it, how long still; asked for the time line, step by step. */
export function returnStatus(parts: ReturnParts): Answerer {
  return async (question) => {
    const sighting = await theReturn(parts, question)
    if (sighting.outcome !== 'one') return unreturned(parts, question, sighting)
    const { back } = sighting
    const { view } = question
    if (question.understood.hints.script) return scriptReply(question, returnScript(back, view.nowMs), back)
    if (wantsTimeline(question.text))
      return cardReply(question, returnTimelineCard(back, view, parts.codec), aboutOf(back))
    const added = back.request.notes === 0 ? [] : await parts.notesOf?.({ kind: 'return', id: back.request.id })
    const card = returnStatusCard(back, view, parts.codec, added, receiveOf(question, back))
    return cardReply(question, card, aboutOf(back))
  }
}

/** return.inbound: scanned in or not (product J2). */
export function returnInbound(parts: RefundParts): Answerer {
  return async (question) => {
    const sighting = await theReturn(parts, question)
    if (sighting.outcome !== 'one') return unreturned(parts, question, sighting)
    const { back } = sighting
    const { view } = question
    if (question.understood.hints.script) return scriptReply(question, returnScript(back, view.nowMs), back)
    const expected = expectationOf(back, await parts.refundTimes(), view.nowMs)
    return cardReply(
      question,
      returnInboundCard(back, expected, view, parts.codec, receiveOf(question, back)),
      aboutOf(back),
    )
  }
}

/** refund.eta: a range of days by stage and way to pay; where the money waits while it is not let go. */
export function refundEta(parts: RefundParts): Answerer {
  return async (question) => {
    const sighting = await theReturn(parts, question)
    if (sighting.outcome !== 'one') return moneyWithoutReturn(parts, question, sighting)
    const { back } = sighting
    const { view } = question
    const times = await parts.refundTimes()
    const expected = expectationOf(back, times, view.nowMs)
    if (question.understood.hints.script)
      return scriptReply(question, refundEtaScript(back, expected, view.nowMs), back)
    const counting = { time: times.methods[methodOf(back)], transitDays: times.transitDays }
    return cardReply(question, refundEtaCard(back, expected, counting, view, parts.codec), aboutOf(back))
  }
}

/** refund.amount: the sum to the fen, its parts, and whether the system's record agrees. */
export function refundAmount(parts: ReturnParts): Answerer {
  return async (question) => {
    const sighting = await theReturn(parts, question)
    if (sighting.outcome !== 'one') return moneyWithoutReturn(parts, question, sighting)
    const { back } = sighting
    const { view } = question
    const sum = refundSum(back.sale, back.request)
    if (question.understood.hints.script) return scriptReply(question, refundAmountScript(back, sum, view.nowMs), back)
    return cardReply(question, refundAmountCard(back, sum, view, parts.codec), aboutOf(back))
  }
}

/** The way to pay as the table of refund times has it. */
function methodOf({ request, sale }: Back) {
  return payMethodCode(methodText(request.refundMethod, sale.payMethod))
}

/** When the money of this return is expected. */
function expectationOf(back: Back, times: RefundTimes, nowMs: number): RefundExpectation {
  return refundExpectation(back.request, methodOf(back), nowMs, times)
}

/** Who may book it in finds the button for it, with the counts that were typed; undefined for everybody else and once it is in. */
function receiveOf({ member, text }: Question, { request }: Back): string | undefined {
  const open = request.receivedAtMs === undefined && (request.approval === 'pending' || request.approval === 'approved')
  return open && rolesMay(member.roles, 'return.receive') ? receiptArg(receiptSaid(text)) : undefined
}

const aboutOf = ({ order, request }: Back): Subject => ({ orderId: order.id, returnId: request.id })

function cardReply(question: Question, card: Card, about: Subject): Reply {
  return { kind: 'card', card, trace: traceOf(question, undefined, about) }
}

function scriptReply(question: Question, text: string, back: Back): Reply {
  return textReply(question, text, undefined, aboutOf(back))
}

type Unreturned = Exclude<ReturnSighting, { readonly outcome: 'one' }>

/** No return to speak of: what theReturn says, or that this order has none. */
function unreturned(parts: ReturnParts, question: Question, sighting: Unreturned): Reply {
  if (sighting.outcome === 'reply') return sighting.reply
  const { order, sale } = sighting
  const about = { orderId: order.id }
  if (question.understood.hints.script)
    return textReply(question, orderRefundScript(order, sale, question.view.nowMs), undefined, about)
  return cardReply(question, noReturnCard(order, question.view, parts.codec), about)
}

/** Money may go back without goods: cancelled after payment, or lost on the way. */
function moneyWithoutReturn(parts: ReturnParts, question: Question, sighting: Unreturned): Reply {
  if (sighting.outcome === 'reply') return sighting.reply
  const { order, sale } = sighting
  const onOrder = sale.refundedAtMs !== undefined || sale.cancelledAtMs !== undefined
  if (!onOrder || question.understood.hints.script) return unreturned(parts, question, sighting)
  return cardReply(question, orderRefundCard(order, sale, question.view, parts.codec), { orderId: order.id })
}
