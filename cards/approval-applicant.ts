import type { Card } from '../src/chat/card.ts'
import type { ReturnSheet, SheetLevel } from '../src/hub/return-sheet.ts'
import { momentText } from '../src/text/format.ts'
import { applicantTexts, approvalTexts, decidedTexts, approvalLabels as labels } from '../src/text/zh-approval.ts'
import { levelName } from '../src/text/zh-cn.ts'
import type { ActionCodec } from './actions.ts'
import { againButton, deciderOf, recordButton, withdrawnCard } from './approval-decided.ts'
import { undoUntilMs } from './approval-moments.ts'
import { amountOf, goodsOf, masked } from './approval-rows.ts'
import { fitCard } from './fit.ts'
import { type Drawn, standingLines } from './return-approval.ts'

/** What the one who applied hears: material that is missing, or what became of it; true in every later state as well. */
export function applicantCard(sheet: ReturnSheet, nowMs: number, codec: ActionCodec): Drawn {
  if (sheet.approval === 'withdrawn') return { card: withdrawnCard(sheet, codec), sinceMs: 0, over: true }
  const open = sheet.levels.find(({ state }) => state === 'pending')
  if (sheet.approval === 'pending' && open !== undefined)
    return { card: pendingCard(sheet, open, codec), sinceMs: open.startedAtMs ?? 0, over: false }
  const last = sheet.levels.findLast(({ state }) => state === 'approved' || state === 'rejected')
  const untilMs = last === undefined ? undefined : undoUntilMs(sheet, last.level)
  const undoable = untilMs !== undefined && untilMs > nowMs
  const card = closedCard(sheet, last, codec)
  return { card, sinceMs: last?.decidedAtMs ?? 0, over: !undoable, ...(undoable && { nextMs: untilMs }) }
}

function pendingCard(sheet: ReturnSheet, level: SheetLevel, codec: ActionCodec): Card {
  const asked = level.materialAskedAtMs !== undefined
  const startedMs = level.startedAtMs ?? 0
  return fitCard(
    {
      title: asked
        ? applicantTexts.material(sheet.id)
        : applicantTexts.levelOf(levelName(level.role, level.level), sheet.id),
      tone: asked ? 'warn' : 'calm',
      facts: [
        [labels.goods, goodsOf(sheet)],
        [labels.amount, amountOf(sheet)],
        [applicantTexts.what, level.materialReason],
        [applicantTexts.who, level.materialAskedBy],
      ],
      lines: [
        ...(asked ? [applicantTexts.how(sheet.id)] : standingLines(level, startedMs)),
        asked && level.dueAtMs !== undefined
          ? applicantTexts.waits(levelName(level.role, level.level), momentText(level.dueAtMs, startedMs))
          : undefined,
      ],
      note: [],
      buttons: [recordButton(sheet, codec)],
    },
    masked(sheet),
  )
}

function closedCard(sheet: ReturnSheet, last: SheetLevel | undefined, codec: ActionCodec): Card {
  const rejected = sheet.approval === 'rejected'
  return fitCard(
    {
      title: rejected ? applicantTexts.rejected(sheet.id) : applicantTexts.approved(sheet.id),
      tone: rejected ? 'warn' : 'done',
      facts: [
        [labels.goods, goodsOf(sheet)],
        [labels.amount, amountOf(sheet)],
        [labels.by, last === undefined ? undefined : deciderOf(last)],
        [labels.why, rejected ? last?.reason : undefined],
        [
          labels.release,
          rejected ? undefined : sheet.releasedAtMs === undefined ? approvalTexts.releaseAfter : approvalTexts.released,
        ],
        [labels.next, rejected ? undefined : decidedTexts.over],
      ],
      note: [],
      buttons: [rejected ? againButton(sheet, codec) : undefined, recordButton(sheet, codec)],
    },
    masked(sheet),
  )
}
