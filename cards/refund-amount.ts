import { type Card, cardLimits } from '../src/chat/card.ts'
import type { RefundLine, RefundSum } from '../src/hub/refund-shares.ts'
import type { Phrase } from '../src/text/answers.ts'
import { factValues } from '../src/text/answers.ts'
import { fenText } from '../src/text/format.ts'
import { refundWords, amountWords as words } from '../src/text/zh-refunds.ts'
import { returnButtons, returnLabels, returnSayings } from '../src/text/zh-returns.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import type { Row } from './order-rows.ts'
import { toneWith } from './order-summary.ts'
import {
  aboutButton,
  approvalRow,
  type Back,
  backNote,
  backStaleBar,
  countsOf,
  methodOf,
  rejection,
  requestRow,
  scriptButton,
} from './return-rows.ts'
import { shower, type View } from './view.ts'

/** refund.amount: the sum to the fen with its parts, line by line, held against what the system has on record. */
export function refundAmountCard(back: Back, sum: RefundSum, view: View, codec: ActionCodec): Card {
  const { nowMs } = view
  const { request, order } = back
  const about = { orderId: order.id, returnId: request.id }
  const stale = backStaleBar(back, nowMs)
  const nothing = request.approval === 'rejected' || request.approval === 'withdrawn'
  const differs =
    !nothing && sum.outcome === 'known' && request.refundFen !== undefined && sum.refundFen !== request.refundFen
  const draft = {
    title: titleOf(back, sum, differs),
    tone: toneWith(differs ? 'warn' : request.refundedAtMs === undefined ? 'calm' : 'done', stale),
    bar: stale,
    facts: nothing
      ? refusedRows(back, nowMs)
      : sum.outcome === 'known'
        ? knownRows(back, sum, differs)
        : storedRows(back, sum, nowMs),
    lines: nothing ? [] : [differs ? words.checkFirst : undefined, partly(back), ...linesOf(sum)],
    note: backNote(back, nowMs),
    buttons: [
      scriptButton(codec, 'refund.amount', about, returnSayings.amount(request.id)),
      aboutButton(codec, returnButtons.eta, 'refund.eta', about, returnSayings.eta(request.id)),
      aboutButton(codec, returnButtons.status, 'return.status', about, returnSayings.status(request.id)),
    ],
  }
  return fitCard(draft, shower(order, view))
}

function titleOf({ request }: Back, sum: RefundSum, differs: boolean): Phrase {
  if (request.approval === 'rejected') return refundWords.noneTitle(refundWords.rejected(rejection(request)))
  if (request.approval === 'withdrawn') return refundWords.noneTitle(refundWords.withdrawn)
  if (sum.outcome === 'unknown') {
    if (request.refundFen === undefined) return words.unknown(words.missing[sum.missing])
    return words.storedOnly(fenText(request.refundFen, true))
  }
  if (differs && request.refundFen !== undefined) {
    const gap = sum.refundFen - request.refundFen
    return words.differs(fenText(gap < 0n ? -gap : gap))
  }
  return words.sum(
    request.refundedAtMs !== undefined,
    sum.refundFen,
    sum.goodsFen,
    sum.discountFen,
    cardLimits.titleChars,
  )
}

type Known = Extract<RefundSum, { readonly outcome: 'known' }>

function knownRows(back: Back, sum: Known, differs: boolean): readonly Row[] {
  const { request, sale } = back
  const stored = request.refundFen === undefined ? undefined : fenText(request.refundFen)
  const goods: Row = [returnLabels.list, fenText(sum.goodsFen)]
  const share: Row = [returnLabels.share, sum.discountFen > 0n ? words.minus(fenText(sum.discountFen)) : undefined]
  if (differs)
    return [
      requestRow(back),
      [returnLabels.counted, fenText(sum.refundFen)],
      [returnLabels.stored, stored],
      goods,
      share,
      [returnLabels.ask, words.finance],
    ]
  return [
    requestRow(back),
    goods,
    share,
    [returnLabels.freight, sum.freightFen > 0n ? words.notBack(fenText(sum.freightFen)) : undefined],
    [returnLabels.paid, sale.paidFen === undefined ? undefined : words.paidNote(fenText(sale.paidFen))],
    stored === undefined ? [returnLabels.method, methodOf(back)] : [returnLabels.stored, words.same(stored)],
  ]
}

function storedRows(
  back: Back,
  sum: Extract<RefundSum, { readonly outcome: 'unknown' }>,
  nowMs: number,
): readonly Row[] {
  const { request } = back
  return [
    requestRow(back),
    [returnLabels.stored, request.refundFen === undefined ? undefined : fenText(request.refundFen)],
    [returnLabels.method, methodOf(back)],
    approvalRow(back, nowMs),
    [returnLabels.reason, words.missing[sum.missing]],
    [returnLabels.ask, words.finance],
  ]
}

/** Nothing goes back: what was asked for, and who said no. */
function refusedRows(back: Back, nowMs: number): readonly Row[] {
  const { refundFen } = back.request
  return [
    requestRow(back),
    [returnLabels.asked, refundFen === undefined ? undefined : fenText(refundFen)],
    approvalRow(back, nowMs),
  ]
}

/** 按实收1/2件计算 */
function partly({ request }: Back): string | undefined {
  const { due, received } = countsOf(request.lines)
  return request.receivedAtMs === undefined || received === due ? undefined : words.partly(received, due)
}

function linesOf(sum: RefundSum): readonly Phrase[] {
  if (sum.outcome === 'unknown') return []
  return sum.lines.map(({ name, qty, goodsFen, discountFen, refundFen }: RefundLine) => ({
    head: '',
    body: name,
    tail: `${factValues.times(qty)}${words.line(goodsFen, discountFen, refundFen)}`,
    keep: 'end' as const,
  }))
}
