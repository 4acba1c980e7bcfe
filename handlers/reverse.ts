import type { ActionCodec, ActionName } from '../cards/actions.ts'
import { reversalAskedCard, reversalDecidedCard, reversalWantedCard } from '../cards/reversal.ts'
import type { Card } from '../src/chat/card.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { Reversal, ReversalRefusal, Reversals, TellReversal } from '../src/hub/reversals.ts'
import { assertNever } from '../src/runtime/errors.ts'
import { reversalReasons, reversalTexts as texts } from '../src/text/zh-commands.ts'
import { secondsText } from '../src/text/zh-writes.ts'
import type { ApprovalTapsParts } from './approval-taps.ts'
import { textReply, traceOf } from './question.ts'
import { deniedReply } from './rights.ts'
import { questionOf, redrawn, type Tap, type TapHandler } from './taps.ts'
import { replyTo } from './urge.ts'

export type ReverseParts = ApprovalTapsParts & { readonly codec: ActionCodec; readonly reversals: Reversals }

/** An approval turned back after its two minutes: asked for by who gave it, said yes to by a supervisor or director. */
export function reverseTaps(parts: ReverseParts) {
  return {
    'reverse.ask': (tap) => ask(parts, tap),
    'reverse.decide': (tap) => decide(parts, tap),
  } as const satisfies Partial<Record<ActionName, TapHandler>>
}

async function ask({ codec, reversals }: ReverseParts, tap: Tap): Promise<Reply> {
  const [returnId = '', index = ''] = tap.args
  const { member, view } = tap
  const reason = reversalReasons[Number(index)]
  if (reason === undefined) return textReply(questionOf(tap, 'approval.decide'), texts.gone)
  const asked = await reversals.ask(returnId, member.id, reason, wanted(codec))
  switch (asked.outcome) {
    case 'asked':
      return drawn(tap, asked.reversal, reversalAskedCard(asked.reversal, asked.told, { nowMs: view.nowMs, codec }))
    case 'stands': {
      const { askedById, askedBy, askedAtMs } = asked.reversal
      const who = askedById === member.id ? texts.you : askedBy
      return textReply(questionOf(tap, 'approval.decide'), texts.stands(who, secondsText(askedAtMs)))
    }
    case 'gone':
    case 'forbidden':
    case 'carried-out':
      return refused(tap, asked.outcome, texts.askForbidden)
    default:
      return assertNever(asked)
  }
}

async function decide({ codec, reversals, approvals }: ReverseParts, tap: Tap): Promise<Reply> {
  const [id = '', word] = tap.args
  const { member, view } = tap
  const decided = await reversals.decide(id, member.id, word === 'y', toldBack(codec))
  switch (decided.outcome) {
    case 'decided':
      approvals?.wakeCopies()
      return drawn(tap, decided.reversal, reversalDecidedCard(decided.reversal, true, { nowMs: view.nowMs, codec }))
    case 'already': {
      const { decidedById, decidedBy = '', decidedAtMs = 0, state } = decided.reversal
      const who = decidedById === member.id ? texts.you : decidedBy
      return textReply(
        questionOf(tap, 'approval.decide'),
        texts.already(who, secondsText(decidedAtMs), state === 'approved'),
      )
    }
    case 'gone':
    case 'forbidden':
    case 'carried-out':
      return refused(tap, decided.outcome, texts.forbidden)
    default:
      return assertNever(decided)
  }
}

function refused(tap: Tap, why: ReversalRefusal['outcome'], forbidden: string): Reply {
  const question = questionOf(tap, 'approval.decide', 'deny')
  if (why === 'forbidden') return deniedReply(question, forbidden)
  return textReply(question, why === 'gone' ? texts.gone : texts.carriedOut)
}

function drawn(tap: Tap, { orderId, returnId }: Reversal, card: Card): Reply {
  const trace = traceOf(questionOf(tap, 'approval.decide', 'confirm'), undefined, { orderId, returnId })
  return redrawn(tap, { kind: 'card', card, trace }, texts.toast)
}

const wanted =
  (codec: ActionCodec): TellReversal =>
  (reversal, to, nowMs) =>
    to.map((one) => {
      const card = reversalWantedCard(reversal, { nowMs, memberId: one.memberId, codec })
      return replyTo(one, `reversal:${reversal.id}:${one.memberId}`, { kind: 'card', card })
    })

const toldBack =
  (codec: ActionCodec): TellReversal =>
  (reversal, to, nowMs) =>
    to.map((one) => {
      const card = reversalDecidedCard(reversal, false, { nowMs, codec })
      return replyTo(one, `reversal-said:${reversal.id}:${one.memberId}`, { kind: 'card', card })
    })
