import type { ActionName } from '../cards/actions.ts'
import { reversalReasonsCard } from '../cards/reversal.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { UndoDecision, Undone } from '../src/hub/undo-decision.ts'
import { assertNever } from '../src/runtime/errors.ts'
import { undoTexts as texts, undoSaid } from '../src/text/zh-commands.ts'
import { secondsText } from '../src/text/zh-writes.ts'
import { type ApprovalTapsParts, tappedLevel } from './approval-taps.ts'
import { type Aside, type Question, textReply, traceOf } from './question.ts'
import { deniedReply } from './rights.ts'
import { questionOf, redrawn, type TapHandler } from './taps.ts'
import type { WriteParts } from './write-flow.ts'

export type UndoParts = Pick<WriteParts, 'codec'> & ApprovalTapsParts & { readonly undo: UndoDecision }

/** [撤销 m:ss] on the card of one's own decision. */
export function undoTaps(parts: UndoParts) {
  return { 'level.undo': undoTap(parts) } as const satisfies Partial<Record<ActionName, TapHandler>>
}

/** The card that was tapped is drawn again as the approvals room draws it; a refusal is said in words, or offers the reversal. */
function undoTap({ undo, codec, approvals }: UndoParts): TapHandler {
  return async (tap) => {
    const [returnId = '', level = ''] = tap.args
    const outcome = await undo({ returnId, level: Number(level), memberId: tap.member.id })
    if (outcome.outcome !== 'undone') {
      const reply = notUndone(codec, questionOf(tap, 'approval.decide', 'deny'), returnId, outcome)
      return reply.kind === 'card' ? redrawn(tap, reply, texts.ask) : reply
    }
    if (approvals === undefined) return textReply(questionOf(tap, 'approval.decide', 'confirm'), texts.undone)
    approvals.wakeCopies()
    return tappedLevel(approvals, texts.undone)(tap)
  }
}

/** 撤销 TH2611220015: the typed form of the button, also when its card is gone; past the two minutes it offers the reversal. */
export function undoAside({ undo, codec, approvals }: UndoParts): Aside {
  return async (said) => {
    const returnId = undoSaid(said.text)
    const sheet = returnId === undefined ? undefined : await approvals?.sheetOf(returnId)
    const own = sheet?.levels.findLast(({ decidedById }) => decidedById === said.member.id)
    if (sheet === undefined || own === undefined) return undefined
    const outcome = await undo({ returnId: sheet.id, level: own.level, memberId: said.member.id })
    const question: Question = {
      ...said,
      understood: { ...said.understood, intent: 'approval.decide', expect: 'deny' },
    }
    if (outcome.outcome !== 'undone') return notUndone(codec, question, sheet.id, outcome)
    approvals?.wakeCopies()
    return textReply(question, texts.undone, 'confirm', { orderId: sheet.orderId, returnId: sheet.id })
  }
}

function notUndone(
  codec: UndoParts['codec'],
  question: Question,
  returnId: string,
  outcome: Exclude<Undone, { outcome: 'undone' }>,
): Reply {
  const offer = (bar: string): Reply => {
    const { view, member } = question
    const card = reversalReasonsCard(returnId, bar, { nowMs: view.nowMs, memberId: member.id, codec })
    return { kind: 'card', card, trace: traceOf(question, 'card') }
  }
  switch (outcome.outcome) {
    case 'gone':
    case 'open':
      return textReply(question, texts.open)
    case 'not-yours':
      return deniedReply(question, texts.notYours)
    case 'moved-on':
      return textReply(question, texts.movedOn(outcome.by))
    case 'elsewhere':
      return textReply(question, texts.elsewhere(outcome.returnId))
    case 'late': {
      const at = secondsText(outcome.decidedAtMs)
      return outcome.reversible ? offer(texts.late(at)) : textReply(question, texts.lateOpen(at))
    }
    case 'sent':
      return outcome.reversible ? offer(texts.sent) : textReply(question, texts.moneyGone)
    default:
      return assertNever(outcome)
  }
}
