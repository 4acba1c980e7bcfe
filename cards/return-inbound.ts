import type { Card, Tone } from '../src/chat/card.ts'
import type { RefundExpectation } from '../src/hub/refund-times.ts'
import type { ReturnView } from '../src/hub/return-facts.ts'
import type { Phrase } from '../src/text/answers.ts'
import { dayText, momentText } from '../src/text/format.ts'
import { trackStep } from '../src/text/track-words.ts'
import { carrierName } from '../src/text/zh-cn.ts'
import { refundWords } from '../src/text/zh-refunds.ts'
import {
  dateTime,
  fullWidth,
  returnButtons,
  returnLabels,
  returnSayings,
  returnWords,
  inboundTitles as titles,
} from '../src/text/zh-returns.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import type { Row } from './order-rows.ts'
import { toneWith } from './order-summary.ts'
import { receiveButton } from './return-receive.ts'
import {
  aboutButton,
  approvalRow,
  arrivalText,
  type Back,
  backGoodsRow,
  backLines,
  backNote,
  backStaleBar,
  countsOf,
  levelHeld,
  methodOf,
  pendingLevel,
  qtyRow,
  rejection,
  requestRow,
  scriptButton,
} from './return-rows.ts'
import { shower, type View } from './view.ts'

/**
 * return.inbound: whether it was scanned in, how many pieces of how many, and when the money follows (product J2). `receive`:
 * for people who may book it in, with the counts that were typed.
 */
export function returnInboundCard(
  back: Back,
  expected: RefundExpectation,
  view: View,
  codec: ActionCodec,
  receive?: string,
): Card {
  const { request, order } = back
  const { nowMs } = view
  const about = { orderId: order.id, returnId: request.id }
  const stale = backStaleBar(back, nowMs, true)
  const { title, tone } = headlineOf(request, nowMs)
  const draft = {
    title,
    tone: toneWith(tone, stale),
    bar: stale,
    facts: [
      requestRow(back),
      backGoodsRow(back),
      qtyRow(back),
      approvalRow(back, nowMs),
      nextRow(back, nowMs),
      arrivalRow(expected, nowMs),
    ],
    lines: [...backLines(back), ...reasons(request)],
    note: backNote(back, nowMs, true),
    buttons: [
      receive === undefined ? undefined : receiveButton(request.id, codec, receive),
      scriptButton(codec, 'return.inbound', about, returnSayings.inbound(request.id)),
      aboutButton(codec, returnButtons.status, 'return.status', about, returnSayings.status(request.id)),
      aboutButton(codec, returnButtons.eta, 'refund.eta', about, returnSayings.eta(request.id)),
    ],
  }
  return fitCard(draft, shower(order, view))
}

function headlineOf(request: ReturnView, nowMs: number): { readonly title: Phrase; readonly tone: Tone } {
  const { due, received, damaged } = countsOf(request.lines)
  if (request.receivedAtMs !== undefined) {
    const at = dateTime(request.receivedAtMs, nowMs)
    if (request.lines.length > 0 && received !== due) return { title: titles.part(received, due, at), tone: 'warn' }
    const seen = request.inspection === undefined ? undefined : fullWidth(request.inspection)
    return { title: titles.received(at, seen), tone: damaged > 0 ? 'warn' : 'calm' }
  }
  switch (request.approval) {
    case 'rejected':
      return { title: titles.rejected(rejection(request)), tone: 'done' }
    case 'withdrawn':
      return { title: titles.withdrawn, tone: 'done' }
    case 'pending': {
      const level = pendingLevel(request)
      return { title: titles.inApproval(level === undefined ? '' : levelHeld(level)), tone: 'calm' }
    }
    case 'approved':
      return { title: onTheWay(request, nowMs), tone: 'calm' }
  }
}

/** 【未入仓】中通已到宁波北仑转运中心，预计11-23到仓 */
function onTheWay({ comingBack, carrier }: ReturnView, nowMs: number): Phrase {
  const name = carrierName(carrier ?? 'OTHER')
  if (comingBack === undefined) return titles.moving(name, titles.noTrack, undefined)
  const { state = 'created', text, place, etaAtMs } = comingBack
  if (state === 'signed') return titles.moving(name, titles.atWarehouse, undefined)
  const step = text === undefined ? titles.noTrack : trackStep(text, state, place)
  return titles.moving(name, step, etaAtMs !== undefined && etaAtMs > nowMs ? dayText(etaAtMs, nowMs) : undefined)
}

/** What is still to come; once the money was let go, when and by which way. */
function nextRow(back: Back, nowMs: number): Row {
  const { request } = back
  if (request.releasedAtMs !== undefined) {
    const released = refundWords.released(momentText(request.releasedAtMs, nowMs), methodOf(back))
    return [returnLabels.refund, { head: released }]
  }
  if (request.receivedAtMs !== undefined) return [returnLabels.next, returnWords.next.release]
  if (request.approval === 'approved')
    return [returnLabels.next, request.comingBack?.state === 'signed' ? returnWords.next.scan : returnWords.next.goods]
  return [returnLabels.next, request.approval === 'rejected' ? returnWords.next.resubmit : undefined]
}

function arrivalRow(expected: RefundExpectation, nowMs: number): Row {
  const before = expected.stage === 'approval' || expected.stage === 'goods' || expected.stage === 'release'
  const label = expected.stage === 'refunded' ? returnLabels.arrived : returnLabels.arrival
  return [before ? returnLabels.ifKept : label, arrivalText(expected, nowMs)]
}

/** What the title has no room for: how it was found, and why no day is known. */
function reasons(request: ReturnView): readonly (string | undefined)[] {
  const { receivedAtMs, inspection, lines, approval, comingBack } = request
  if (receivedAtMs !== undefined) {
    const { due, received } = countsOf(lines)
    return [
      received === due || inspection === undefined ? undefined : `${returnLabels.inspection} ${fullWidth(inspection)}`,
    ]
  }
  if (approval !== 'approved') return []
  return [comingBack === undefined ? titles.noTracker : comingBack.etaAtMs === undefined ? titles.noEta : undefined]
}
