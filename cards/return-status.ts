import { type Card, cardLimits, type Tone } from '../src/chat/card.ts'
import type { Note } from '../src/hub/notes.ts'
import type { LevelFacts, ReturnView } from '../src/hub/return-facts.ts'
import type { Phrase } from '../src/text/answers.ts'
import { durationText, momentText } from '../src/text/format.ts'
import { levelName } from '../src/text/zh-cn.ts'
import {
  dateTime,
  fullWidth,
  heldBy,
  returnButtons,
  returnLabels,
  returnSayings,
  timelineWords,
  returnStatusTitles as titles,
  returnWords as words,
} from '../src/text/zh-returns.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import type { Row } from './order-rows.ts'
import { toneWith } from './order-summary.ts'
import { receiveButton } from './return-receive.ts'
import {
  aboutButton,
  amountRow,
  type Back,
  backNote,
  backStaleBar,
  levelHeld,
  passedText,
  pendingLevel,
  rejection,
  scriptButton,
  waybillRow,
} from './return-rows.ts'
import { shower, type View } from './view.ts'

const shownNotes = 3

/**
 * return.status: who holds it and how long still, what is behind it and what comes next (product row 51). `receive`: for people
 * who may book it in, with the counts that were typed.
 */
export function returnStatusCard(
  back: Back,
  view: View,
  codec: ActionCodec,
  added: readonly Note[] = [],
  receive?: string,
): Card {
  const { request, order } = back
  const { nowMs } = view
  const { title, tone } = standing(request, nowMs)
  const open = request.approval === 'pending'
  const over = open && nowMs > request.wholeDueAtMs
  const stale = backStaleBar(back, nowMs)
  const draft = {
    title,
    tone: over ? ('alarm' as const) : toneWith(tone, stale),
    bar: over ? words.overdueBar : stale,
    facts: [
      [
        returnLabels.applied,
        { head: dateTime(request.appliedAtMs, nowMs), body: ` ${fullWidth(request.reason)}` },
      ] as const,
      [returnLabels.passed, passedText(request, nowMs)] as const,
      [returnLabels.next, nextStep(request)] as const,
      waybillRow(back),
      amountRow(back),
      open ? fineRow(request, nowMs) : ([returnLabels.notes, notes(request)] as const),
    ],
    lines: [over ? stale : undefined, ...noteLines(added, nowMs)],
    note: backNote(back, nowMs),
    buttons: [
      receive === undefined ? undefined : receiveButton(request.id, codec, receive),
      ...statusButtons(back, codec, open),
    ],
  }
  return fitCard(draft, shower(order, view))
}

/** The newest of what people added, oldest of them first. */
function noteLines(added: readonly Note[], nowMs: number): readonly Phrase[] {
  return added.slice(-shownNotes).map(({ by, atMs, text, pictures }) => ({
    head: words.noteBy(by, momentText(atMs, nowMs)),
    body: fullWidth(text),
    tail: pictures === 0 ? '' : words.pictures(pictures),
  }))
}

function statusButtons({ order, request }: Back, codec: ActionCodec, open: boolean) {
  const about = { orderId: order.id, returnId: request.id }
  return [
    scriptButton(codec, 'return.status', about, returnSayings.status(request.id)),
    open ? aboutButton(codec, returnButtons.urge, 'approval.urge', about, returnSayings.urge(request.id)) : undefined,
    aboutButton(codec, returnButtons.inbound, 'return.inbound', about, returnSayings.inbound(request.id)),
    aboutButton(codec, returnButtons.eta, 'refund.eta', about, returnSayings.eta(request.id)),
  ]
}

function standing(request: ReturnView, nowMs: number): { readonly title: Phrase; readonly tone: Tone } {
  if (request.approval === 'rejected') return { title: titles.rejected(rejection(request)), tone: 'done' }
  if (request.approval === 'withdrawn') return { title: titles.withdrawn, tone: 'done' }
  if (request.refundedAtMs !== undefined)
    return { title: titles.refunded(dateTime(request.refundedAtMs, nowMs)), tone: 'done' }
  if (request.releasedAtMs !== undefined) return { title: titles.released, tone: 'calm' }
  if (request.receivedAtMs !== undefined) return { title: titles.received, tone: 'calm' }
  if (request.approval === 'approved')
    return { title: request.comingBack?.state === 'signed' ? titles.arrived : titles.approved, tone: 'calm' }
  const level = pendingLevel(request)
  return level === undefined ? { title: titles.unassigned, tone: 'warn' } : stuckAt(level, nowMs)
}

/** 卡在：仓管复核·小周，剩1时12分 */
function stuckAt(level: LevelFacts, nowMs: number): { readonly title: Phrase; readonly tone: Tone } {
  const left = level.dueAtMs === undefined ? undefined : level.dueAtMs - nowMs
  const over = left !== undefined && left <= 0
  return {
    title: titles.stuck(levelHeld(level), left === undefined ? undefined : durationText(Math.abs(left)), over),
    tone: over ? 'warn' : 'calm',
  }
}

function nextStep(request: ReturnView): string | undefined {
  const { levels, approval, receivedAtMs, releasedAtMs, refundedAtMs } = request
  if (approval === 'withdrawn' || refundedAtMs !== undefined) return undefined
  if (approval === 'rejected') return words.next.resubmit
  if (releasedAtMs !== undefined) return words.next.arrival
  if (receivedAtMs !== undefined) return words.next.release
  if (approval === 'approved') return request.comingBack?.state === 'signed' ? words.next.scan : words.next.goods
  const waiting = levels.find(({ state }) => state === 'waiting')
  return waiting === undefined ? words.next.goods : levelName(waiting.role, waiting.level)
}

/** The platform's fine clock runs on the wall, whatever anybody snoozed (product §2.9). */
function fineRow({ fineAtMs }: ReturnView, nowMs: number): Row {
  const left = fineAtMs - nowMs
  const at = momentText(fineAtMs, nowMs)
  return [
    returnLabels.fine,
    left > 0 ? words.fineLeft(at, durationText(left)) : words.finePassed(at, durationText(-left)),
  ]
}

const notes = ({ notes: count }: ReturnView): string | undefined => (count > 0 ? words.notes(count) : undefined)

/** Each step of a return with who and when, oldest first. */
export function returnTimelineCard(back: Back, view: View, codec: ActionCodec): Card {
  const { request, order } = back
  const { nowMs } = view
  const about = { orderId: order.id, returnId: request.id }
  const stale = backStaleBar(back, nowMs)
  const draft = {
    title: timelineWords.title(request.id),
    tone: toneWith('calm', stale),
    bar: stale,
    facts: [waybillRow(back), amountRow(back)],
    lines: stepsOf(request, nowMs).slice(0, cardLimits.lines),
    note: backNote(back, nowMs),
    buttons: [aboutButton(codec, returnButtons.status, 'return.status', about, returnSayings.status(request.id))],
  }
  return fitCard(draft, shower(order, view))
}

function stepsOf(request: ReturnView, nowMs: number): readonly Phrase[] {
  const decided = request.levels.flatMap((level) => {
    if (level.decidedAtMs === undefined) return []
    const held = heldBy(levelName(level.role, level.level), level.decidedBy ?? level.holder)
    const text = level.state === 'rejected' ? timelineWords.rejected(held, level.reason) : timelineWords.approved(held)
    return [{ atMs: level.decidedAtMs, text }]
  })
  const steps: readonly { readonly atMs: number | undefined; readonly text: string }[] = [
    { atMs: request.appliedAtMs, text: timelineWords.applied(request.appliedBy, request.reason) },
    ...decided,
    { atMs: request.receivedAtMs, text: timelineWords.received(request.inspection) },
    { atMs: request.releasedAtMs, text: timelineWords.released },
    { atMs: request.refundedAtMs, text: timelineWords.refunded },
    { atMs: request.approval === 'withdrawn' ? request.closedAtMs : undefined, text: timelineWords.withdrawn },
  ]
  return steps
    .flatMap(({ atMs, text }) => (atMs === undefined ? [] : [{ atMs, text }]))
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ atMs, text }) => ({ head: `${dateTime(atMs, nowMs)} `, body: fullWidth(text) }))
}
