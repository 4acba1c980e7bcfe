import type { Button } from '../src/chat/card.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import type { RefundExpectation } from '../src/hub/refund-times.ts'
import type { LevelFacts, ReturnLineFacts, ReturnView, SaleFacts } from '../src/hub/return-facts.ts'
import { factValues, noteParts, type Phrase } from '../src/text/answers.ts'
import { beside, clockText, durationText, fenText, momentText } from '../src/text/format.ts'
import { carrierName, levelName, sourceName } from '../src/text/zh-cn.ts'
import { methodText, refundWords } from '../src/text/zh-refunds.ts'
import {
  dateTime,
  fullWidth,
  heldBy,
  rangeText,
  returnButtons,
  returnLabels,
  returnSayings,
  returnWords,
} from '../src/text/zh-returns.ts'
import type { ActionCodec } from './actions.ts'
import { noteRow, type Row, staleBar } from './order-rows.ts'

/** A return with the order it belongs to and what was paid for it. */
export type Back = { readonly order: OrderFacts; readonly sale: SaleFacts; readonly request: ReturnView }

export function requestRow({ request }: Back): Row {
  return [returnLabels.request, request.id]
}

/** 初芽较大婴儿配方奶粉2段×1等3件 of what comes back. */
export function backGoodsRow({ request }: Back): Row {
  const [first] = request.lines
  if (first === undefined) return [returnLabels.goods, undefined]
  const pieces = request.lines.reduce((sum, line) => sum + line.askedQty, 0)
  const more = request.lines.length > 1 ? factValues.goodsMore(pieces) : ''
  const tail = `${factValues.times(first.askedQty)}${more}`
  return [returnLabels.goods, { head: '', body: first.name, tail, keep: 'end' }]
}

export type Counts = {
  readonly asked: number
  readonly due: number
  readonly received: number
  readonly damaged: number
}

/** Pieces over all lines; `due` is what was approved, or asked while nobody has decided. */
export function countsOf(lines: readonly ReturnLineFacts[]): Counts {
  const sum = (of: (line: ReturnLineFacts) => number) => lines.reduce((all, line) => all + of(line), 0)
  return {
    asked: sum(({ askedQty }) => askedQty),
    due: sum(({ approvedQty, askedQty }) => approvedQty ?? askedQty),
    received: sum(({ receivedQty }) => receivedQty),
    damaged: sum(({ damagedQty }) => damagedQty),
  }
}

export function qtyRow({ request }: Back): Row {
  const { asked, due, received, damaged } = countsOf(request.lines)
  if (request.lines.length === 0) return [returnLabels.qty, undefined]
  if (request.receivedAtMs === undefined) return [returnLabels.qty, returnWords.qtyAsked(asked)]
  return [returnLabels.qty, returnWords.qtyReceived(received, due, damaged)]
}

/** The level that has to decide now. */
export function pendingLevel({ approval, levels }: Pick<ReturnView, 'approval' | 'levels'>): LevelFacts | undefined {
  return approval === 'pending' ? levels.find(({ state }) => state === 'pending') : undefined
}

/** 仓管复核·小周 */
export function levelHeld({ role, holder }: Pick<LevelFacts, 'role' | 'holder'>): string {
  return heldBy(levelName(role), holder)
}

/** 三级已过 · 组长初审·小林 11-21 16:11 · 待仓管复核·小周 */
export function approvalRow({ request }: Back, nowMs: number): Row {
  const { levels, approval } = request
  if (approval === 'withdrawn') return [returnLabels.approval, returnWords.withdrawn]
  if (levels.length > 0 && levels.every(({ state }) => state === 'approved'))
    return [returnLabels.approval, returnWords.allPassed]
  const refused = levels.find(({ state }) => state === 'rejected')
  if (refused !== undefined)
    return [returnLabels.approval, returnWords.rejectedAt(levelName(refused.role, refused.level))]
  const pending = levels.find(({ state }) => state === 'pending')
  if (pending !== undefined) return [returnLabels.approval, returnWords.waiting(levelHeld(pending))]
  return [returnLabels.approval, passedText(request, nowMs)]
}

/** The last level that said yes, with who and when. */
export function passedText({ levels }: ReturnView, nowMs: number): string | undefined {
  const passed = levels.filter(({ state }) => state === 'approved')
  if (passed.length > 0 && passed.length === levels.length) return returnWords.allPassed
  const last = passed.at(-1)
  if (last?.decidedAtMs === undefined) return undefined
  return returnWords.passed(
    heldBy(levelName(last.role, last.level), last.decidedBy ?? last.holder),
    momentText(last.decidedAtMs, nowMs),
  )
}

export function waybillRow({ request }: Back): Row {
  const { carrier, waybillNo } = request
  if (waybillNo === undefined) return [returnLabels.waybill, undefined]
  return [returnLabels.waybill, { head: carrier === undefined ? waybillNo : beside(carrierName(carrier), waybillNo) }]
}

export function amountRow({ request }: Back): Row {
  return [returnLabels.amount, request.refundFen === undefined ? undefined : fenText(request.refundFen)]
}

/** 原路（微信）; where no way to pay is stored, 原路 alone. */
export function methodOf({ request, sale }: Pick<Back, 'sale'> & { readonly request?: ReturnView }): string {
  return refundWords.origin(methodText(request?.refundMethod, sale.payMethod))
}

/** What can be said about the arrival of the money in one row. */
export function arrivalText(expected: RefundExpectation, nowMs: number): string | undefined {
  switch (expected.stage) {
    case 'refunded':
      return refundWords.arrived(dateTime(expected.atMs, nowMs))
    case 'released':
      return expected.late
        ? refundWords.lateRange(rangeText({ ...expected.range, fromMs: expected.range.toMs }, nowMs))
        : rangeText(expected.range, nowMs)
    case 'release':
    case 'approval':
      return refundWords.range(rangeText(expected.range, nowMs))
    case 'goods':
      return expected.range === undefined
        ? refundWords.unknownRange
        : refundWords.range(rangeText(expected.range, nowMs))
    case 'rejected':
    case 'withdrawn':
      return undefined
  }
}

/** Why the level said no, as it was written. */
export function rejection({ levels }: ReturnView): string | undefined {
  const reason = levels.find(({ state }) => state === 'rejected')?.reason
  return reason === undefined ? undefined : fullWidth(reason)
}

/** 截至10:05 · 仓库10:03 · 抖音推送09:58; the warehouse where its scans decide the answer. */
export function backNote(back: Back, nowMs: number, withWarehouse = false): readonly (string | undefined)[] {
  const heard = withWarehouse ? back.sale.warehouse : undefined
  const scans =
    heard?.heardAtMs === undefined
      ? undefined
      : noteParts.source(sourceName(heard.name), momentText(heard.heardAtMs, nowMs))
  return [noteParts.asOf(clockText(nowMs)), scans, noteRow(back.order, nowMs).at(-1)]
}

/** The order's source is silent too long, or the warehouse that would report the scan. */
export function backStaleBar(back: Back, nowMs: number, withWarehouse = false): string | undefined {
  const { warehouse } = back.sale
  if (withWarehouse && warehouse?.heardAtMs !== undefined && warehouse.staleAfterMs !== undefined) {
    const silence = nowMs - warehouse.heardAtMs
    if (silence > warehouse.staleAfterMs) return returnWords.warehouseSilent(durationText(silence))
  }
  return staleBar(back.order, nowMs)
}

/** Several goods: one line each, what came of it. */
export function backLines({ request }: Back): readonly Phrase[] {
  if (request.lines.length < 2) return []
  return request.lines.map((line) => {
    const due = line.approvedQty ?? line.askedQty
    const tail =
      request.receivedAtMs === undefined
        ? returnWords.lineAsked(line.askedQty)
        : returnWords.lineReceived(line.receivedQty, due, line.damagedQty)
    return { head: '', body: line.name, tail, keep: 'end' as const }
  })
}

/** The customer's wording of this answer. `said` is what typing does the same. */
export function scriptButton(
  codec: ActionCodec,
  intent: string,
  about: { readonly orderId: string; readonly returnId?: string },
  said: string,
): Button {
  const args = about.returnId === undefined ? [intent, about.orderId] : [intent, about.orderId, about.returnId]
  return {
    label: returnButtons.script,
    token: codec.encode('answer.script', args),
    style: 'go',
    say: returnSayings.script(said),
  }
}

/** Another question about the same return. */
export function aboutButton(
  codec: ActionCodec,
  label: string,
  intent: string,
  about: { readonly orderId: string; readonly returnId?: string },
  say: string,
): Button {
  const args = about.returnId === undefined ? [intent, about.orderId] : [intent, about.orderId, about.returnId]
  return { label, token: codec.encode('ask.about', args), style: 'plain', say }
}
