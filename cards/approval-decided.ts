import type { Button, Card } from '../src/chat/card.ts'
import type { ReturnSheet, SheetLevel } from '../src/hub/return-sheet.ts'
import { clockText, durationText, sameDay } from '../src/text/format.ts'
import {
  approveWord,
  decidedTexts,
  approvalLabels as labels,
  rejectWord,
  undoLeftText,
  approvalButtons as words,
} from '../src/text/zh-approval.ts'
import { levelName } from '../src/text/zh-cn.ts'
import { returnSayings } from '../src/text/zh-returns.ts'
import { secondsText } from '../src/text/zh-writes.ts'
import type { ActionCodec } from './actions.ts'
import { amountOf, goodsOf, masked } from './approval-rows.ts'
import { fitCard } from './fit.ts'

export type DecidedView = {
  readonly memberId: string
  /** The decision is this person's and can still be turned back so long. */
  readonly undoLeftMs: number | undefined
}

/** A level that was decided, greyed: who, when, what comes next; the decider can turn it back for two minutes. */
export function decidedCard(sheet: ReturnSheet, level: SheetLevel, view: DecidedView, codec: ActionCodec): Card {
  const own = level.decidedById === view.memberId
  const rejected = level.state === 'rejected'
  const next = sheet.levels.find((one) => one.level === level.level + 1)
  return fitCard(
    {
      title: titleOf(level, own, next),
      tone: 'done',
      facts: [
        [labels.request, sheet.id],
        [labels.goods, goodsOf(sheet)],
        [labels.amount, amountOf(sheet)],
        [labels.by, own && level.deputyFor === undefined ? undefined : deciderOf(level)],
        [labels.why, level.reason],
        [labels.next, rejected ? decidedTexts.closed : nextText(next)],
      ],
      note: [],
      buttons: [
        undoButton(sheet, level, view, codec),
        rejected && !own ? againButton(sheet, codec) : undefined,
        recordButton(sheet, codec),
      ],
    },
    masked(sheet),
  )
}

function titleOf(level: SheetLevel, own: boolean, next: SheetLevel | undefined) {
  const at = secondsText(level.decidedAtMs ?? 0)
  const word = wordOf(level)
  if (own && level.state === 'approved') return { head: decidedTexts.own(word, at), body: thenText(next) }
  if (own) return { head: decidedTexts.ownNo(word, at) }
  if (level.auto === true) return decidedTexts.byRule(clockText(level.decidedAtMs ?? 0), word)
  return decidedTexts.others(deciderOf(level), clockText(level.decidedAtMs ?? 0), word)
}

/** What was done, as this level's desk calls it. */
export function wordOf({ role, state }: Pick<SheetLevel, 'role' | 'state'>): string {
  return state === 'rejected' ? rejectWord(role) : approveWord(role)
}

/** 小林（代小周） */
export function deciderOf({ decidedBy, deputyFor }: SheetLevel): string {
  return deputyFor === undefined ? (decidedBy ?? '') : decidedTexts.deputy(decidedBy ?? '', deputyFor)
}

/** As it was when the next level opened: what happens there later is not this card's. */
function thenText(next: SheetLevel | undefined): string {
  if (next === undefined) return decidedTexts.onDone
  const { startedAtMs, dueAtMs } = next
  if (startedAtMs === undefined || dueAtMs === undefined) return ''
  // a day and a time do not fit into a title: they stand on the card of whoever decides next
  const limit = sameDay(startedAtMs, dueAtMs) ? durationText(dueAtMs - startedAtMs) : undefined
  return decidedTexts.onTo(levelName(next.role, next.level), limit)
}

const nextText = (next: SheetLevel | undefined): string =>
  next === undefined ? decidedTexts.over : decidedTexts.next(levelName(next.role, next.level))

function undoButton(
  sheet: ReturnSheet,
  level: SheetLevel,
  { memberId, undoLeftMs }: DecidedView,
  codec: ActionCodec,
): Button | undefined {
  if (undoLeftMs === undefined) return undefined
  const left = undoLeftText(undoLeftMs)
  return {
    label: words.undo(left),
    token: codec.encode('level.undo', [sheet.id, String(level.level)], { memberId }),
    style: 'plain',
  }
}

export function recordButton(sheet: ReturnSheet, codec: ActionCodec): Button {
  return {
    label: words.record,
    token: codec.encode('ask.about', ['return.status', sheet.orderId, sheet.id]),
    style: 'plain',
    say: returnSayings.timeline(sheet.id),
  }
}

export function againButton(sheet: ReturnSheet, codec: ActionCodec): Button {
  return {
    label: words.again,
    token: codec.encode('ask.about', ['return.create', sheet.orderId]),
    style: 'plain',
    say: returnSayings.create(sheet.orderId),
  }
}

/** Taken back by whoever applied. */
export function withdrawnCard(sheet: ReturnSheet, codec: ActionCodec): Card {
  return fitCard(
    {
      title: decidedTexts.withdrawn(sheet.id),
      tone: 'done',
      facts: [
        [labels.goods, goodsOf(sheet)],
        [labels.amount, amountOf(sheet)],
      ],
      note: [],
      buttons: [recordButton(sheet, codec)],
    },
    masked(sheet),
  )
}

/** The level before was turned back: this one has nothing to decide for now. */
export function waitingCard(sheet: ReturnSheet, level: SheetLevel, codec: ActionCodec): Card {
  return fitCard(
    {
      title: decidedTexts.waiting(level.level, sheet.id),
      tone: 'done',
      facts: [
        [labels.goods, goodsOf(sheet)],
        [labels.amount, amountOf(sheet)],
      ],
      note: [],
      buttons: [recordButton(sheet, codec)],
    },
    masked(sheet),
  )
}
