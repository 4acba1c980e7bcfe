import type { ActionName } from '../cards/actions.ts'
import { reversalReasonsCard } from '../cards/reversal.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { UndoDecision, Undone } from '../src/hub/undo-decision.ts'
import { assertNever } from '../src/runtime/errors.ts'
import { undoTexts as texts } from '../src/text/zh-commands.ts'
import { secondsText } from '../src/text/zh-writes.ts'
import { type ApprovalTapsParts, tappedLevel } from './approval-taps.ts'
import { textReply, traceOf } from './question.ts'
import { deniedReply } from './rights.ts'
import { questionOf, redrawn, type Tap, type TapHandler } from './taps.ts'
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
    if (outcome.outcome !== 'undone') return refused(codec, tap, returnId, outcome)
    if (approvals === undefined) return textReply(questionOf(tap, 'approval.decide', 'confirm'), texts.undone)
    approvals.wakeCopies()
    return tappedLevel(approvals, texts.undone)(tap)
  }
}

function refused(
  codec: UndoParts['codec'],
  tap: Tap,
  returnId: string,
  outcome: Exclude<Undone, { outcome: 'undone' }>,
): Reply {
  const question = questionOf(tap, 'approval.decide', 'deny')
  const offer = (bar: string): Reply => {
    const card = reversalReasonsCard(returnId, bar, { nowMs: tap.view.nowMs, memberId: tap.member.id, codec })
    return redrawn(tap, { kind: 'card', card, trace: traceOf(question, 'card') }, texts.ask)
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
