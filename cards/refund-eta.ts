import type { Card, Tone } from '../src/chat/card.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import type { RefundExpectation, RefundTime, RefundTimes } from '../src/hub/refund-times.ts'
import type { SaleFacts } from '../src/hub/return-facts.ts'
import type { Phrase } from '../src/text/answers.ts'
import { durationText, fenText, momentText } from '../src/text/format.ts'
import { refundWords, spanText } from '../src/text/zh-refunds.ts'
import { dateTime, rangeText, returnButtons, returnLabels, returnSayings, returnWords } from '../src/text/zh-returns.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import { goodsRow, noteRow, orderRow, type Row, staleBar } from './order-rows.ts'
import { toneWith } from './order-summary.ts'
import {
  aboutButton,
  amountRow,
  arrivalText,
  type Back,
  backNote,
  backStaleBar,
  countsOf,
  levelHeld,
  methodOf,
  pendingLevel,
  rejection,
  requestRow,
  scriptButton,
} from './return-rows.ts'
import { shower, type View } from './view.ts'

/** How the days were counted: said below a range, so that nobody takes it for a promise. */
export type Counting = { readonly time: RefundTime; readonly transitDays: RefundTimes['transitDays'] }

/** refund.eta: a range of days, or where the money waits and the range that holds if the limits are kept. */
export function refundEtaCard(
  back: Back,
  expected: RefundExpectation,
  counting: Counting,
  view: View,
  codec: ActionCodec,
): Card {
  const { nowMs } = view
  const { request, order } = back
  const about = { orderId: order.id, returnId: request.id }
  const stale = backStaleBar(back, nowMs, true)
  const { title, tone } = headlineOf(back, expected, nowMs)
  const nothing = expected.stage === 'rejected' || expected.stage === 'withdrawn'
  const settled = expected.stage === 'refunded' || expected.stage === 'rejected' || expected.stage === 'withdrawn'
  const draft = {
    title,
    tone: toneWith(tone, stale),
    bar: stale,
    facts: [
      requestRow(back),
      nothing ? ([returnLabels.amount, undefined] as const) : amountRow(back),
      [returnLabels.method, methodOf(back)] as const,
      [returnLabels.stage, stageText(back, expected)] as const,
      limitRow(back, nowMs),
      settled || expected.stage === 'released'
        ? ([returnLabels.arrival, undefined] as const)
        : keptRow(expected, nowMs),
    ],
    lines: settled ? [] : linesOf(back, expected, counting, nowMs),
    note: backNote(back, nowMs, true),
    buttons: [
      scriptButton(codec, 'refund.eta', about, returnSayings.eta(request.id)),
      expected.stage === 'approval'
        ? aboutButton(codec, returnButtons.urge, 'approval.urge', about, returnSayings.urge(request.id))
        : undefined,
      aboutButton(codec, returnButtons.amount, 'refund.amount', about, returnSayings.amount(request.id)),
      aboutButton(codec, returnButtons.status, 'return.status', about, returnSayings.status(request.id)),
    ],
  }
  return fitCard(draft, shower(order, view))
}

function headlineOf(
  back: Back,
  expected: RefundExpectation,
  nowMs: number,
): { readonly title: Phrase; readonly tone: Tone } {
  switch (expected.stage) {
    case 'refunded':
      return { title: refundWords.doneTitle(dateTime(expected.atMs, nowMs), methodOf(back)), tone: 'done' }
    case 'rejected':
      return { title: refundWords.noneTitle(refundWords.rejected(rejection(back.request))), tone: 'done' }
    case 'withdrawn':
      return { title: refundWords.noneTitle(refundWords.withdrawn), tone: 'done' }
    case 'released': {
      const { range, late } = expected
      if (!late) return { title: refundWords.etaTitle(rangeText(range, nowMs), methodOf(back)), tone: 'calm' }
      return { title: refundWords.lateTitle(rangeText({ ...range, fromMs: range.toMs }, nowMs)), tone: 'warn' }
    }
    case 'release':
    case 'goods':
    case 'approval':
      return { title: refundWords.notYetTitle(stageText(back, expected)), tone: isLate(back, nowMs) ? 'warn' : 'calm' }
  }
}

function isLate({ request }: Back, nowMs: number): boolean {
  const dueAtMs = pendingLevel(request)?.dueAtMs
  return dueAtMs !== undefined && dueAtMs <= nowMs
}

/** Where the money is: a level and its person, the parcel, the desk that lets it go, or the bank. */
function stageText({ request }: Back, expected: RefundExpectation): string {
  switch (expected.stage) {
    case 'refunded':
      return refundWords.stages.refunded
    case 'rejected':
      return refundWords.rejected(undefined)
    case 'withdrawn':
      return refundWords.withdrawn
    case 'released':
      return refundWords.stages.released
    case 'release': {
      const { due, received, damaged } = countsOf(request.lines)
      return received < due || damaged > 0 ? refundWords.stages.check : refundWords.stages.release
    }
    case 'goods':
      return refundWords.stages.goods
    case 'approval':
      return expected.level === undefined
        ? refundWords.stages.unassigned
        : refundWords.stages.approval(levelHeld(expected.level))
  }
}

/** 16:05前，剩1时12分 */
function limitRow({ request }: Back, nowMs: number): Row {
  const dueAtMs = pendingLevel(request)?.dueAtMs
  if (dueAtMs === undefined) return [returnLabels.limit, undefined]
  const at = momentText(dueAtMs, nowMs)
  const left = dueAtMs - nowMs
  const said = left > 0 ? returnWords.dueLeft(at, durationText(left)) : returnWords.dueOver(at, durationText(-left))
  return [returnLabels.limit, said]
}

function keptRow(expected: RefundExpectation, nowMs: number): Row {
  return [returnLabels.ifKept, arrivalText(expected, nowMs)]
}

function linesOf(
  back: Back,
  expected: RefundExpectation,
  { time, transitDays }: Counting,
  nowMs: number,
): readonly (string | undefined)[] {
  const late = expected.stage === 'released' && expected.late ? refundWords.lateHint : undefined
  const known = expected.stage !== 'goods' || expected.range !== undefined
  const transit = `${transitDays.from}~${transitDays.to}`
  return [
    late,
    known ? condition(back, expected, transit, nowMs) : undefined,
    known ? spanText(time.from, time.to) : undefined,
  ]
}

/** Under which the range before release holds. */
function condition(back: Back, { stage }: RefundExpectation, transit: string, nowMs: number): string | undefined {
  const { ifKept } = refundWords
  if (stage === 'release') return ifKept.release
  if (stage === 'goods') return ifKept.goods(transit)
  if (stage !== 'approval') return undefined
  if (nowMs > back.request.wholeDueAtMs) return ifKept.whole(transit)
  return isLate(back, nowMs) ? ifKept.overdue(transit) : ifKept.approval(transit)
}

/** An order that was never returned: what was given back on the order itself, or that nothing was applied for. */
export function orderRefundCard(order: OrderFacts, sale: SaleFacts, view: View, codec: ActionCodec): Card {
  const { nowMs } = view
  const stale = staleBar(order, nowMs)
  const unpaid = sale.paidFen === undefined
  const done = sale.refundedAtMs
  const amount = sale.refundFen === undefined ? undefined : fenText(sale.refundFen)
  const title = unpaid
    ? refundWords.nothingPaid
    : done === undefined
      ? refundWords.orderRefundDue
      : refundWords.orderRefund(amount, dateTime(done, nowMs))
  const draft = {
    title,
    tone: toneWith(done === undefined && !unpaid ? 'warn' : 'done', stale),
    bar: stale,
    facts: [
      orderRow(order),
      goodsRow(order),
      [returnLabels.paid, sale.paidFen === undefined ? undefined : fenText(sale.paidFen)] as const,
      [returnLabels.method, unpaid ? undefined : methodOf({ sale })] as const,
      [returnLabels.reason, sale.cancelledAtMs === undefined ? undefined : reasonOf(order)] as const,
      [returnLabels.arrival, done === undefined && !unpaid ? refundWords.orderRefundUnknown : undefined] as const,
    ],
    note: noteRow(order, nowMs).filter((_, index) => index !== 1),
    buttons: unpaid ? [] : [scriptButton(codec, 'refund.eta', { orderId: order.id }, returnSayings.eta(order.id))],
  }
  return fitCard(draft, shower(order, view))
}

const reasonOf = ({ cancelReason }: OrderFacts): string =>
  cancelReason === undefined ? refundWords.cancelledWithoutReturn : cancelReason
