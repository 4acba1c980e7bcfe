import type { Button, Card } from '../src/chat/card.ts'
import type { Reversal } from '../src/hub/reversals.ts'
import { noteParts, type Phrase } from '../src/text/answers.ts'
import { clockText, fenText } from '../src/text/format.ts'
import { reversalReasons, reversalTexts as texts } from '../src/text/zh-commands.ts'
import { secondsText } from '../src/text/zh-writes.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import type { Row } from './order-rows.ts'

type To = { readonly nowMs: number; readonly memberId: string; readonly codec: ActionCodec }

const asIs = (text: string): string => text

/** Reasons to turn an approval back, one button each; `bar` says why it cannot simply be undone. */
export function reversalReasonsCard(returnId: string, bar: string, { nowMs, memberId, codec }: To): Card {
  return fitCard(
    {
      title: texts.choose(returnId),
      tone: 'warn',
      bar,
      facts: [[texts.labels.effect, texts.effect]],
      note: [noteParts.asOf(clockText(nowMs))],
      buttons: reversalReasons.map((reason, index): Button => {
        const token = codec.encode('reverse.ask', [returnId, String(index)], { memberId })
        return { label: reason, token, style: 'plain' }
      }),
    },
    asIs,
  )
}

/** For whoever may say yes: [确认撤回] [不撤回], bound to them. */
export function reversalWantedCard(reversal: Reversal, { nowMs, memberId, codec }: To): Card {
  const button = (label: string, word: 'y' | 'n', style: Button['style']): Button => ({
    label,
    token: codec.encode('reverse.decide', [reversal.id, word], { memberId }),
    style,
  })
  return card(reversal, texts.wanted(reversal.returnId), 'warn', nowMs, {
    more: [[texts.labels.effect, texts.effect]],
    buttons: [button(texts.yes, 'y', 'stop'), button(texts.no, 'n', 'go'), seeButton(reversal, codec)],
  })
}

/** For the one who asked, right after. */
export function reversalAskedCard(
  reversal: Reversal,
  told: readonly string[],
  { nowMs, codec }: Omit<To, 'memberId'>,
): Card {
  return card(reversal, texts.asked(reversal.returnId), 'calm', nowMs, {
    more: [[texts.labels.told, told.length === 0 ? texts.nobody : told.slice(0, 3).join(texts.and)]],
    buttons: [seeButton(reversal, codec)],
  })
}

/** What became of it; `you` decided, or somebody else whose name stands there. */
export function reversalDecidedCard(reversal: Reversal, you: boolean, { nowMs, codec }: Omit<To, 'memberId'>): Card {
  const { state, decidedBy = '', decidedAtMs = 0, returnId } = reversal
  const approved = state === 'approved'
  return card(reversal, approved ? texts.approved(returnId) : texts.refused(returnId), 'done', nowMs, {
    more: [
      [texts.labels.effect, approved ? texts.effect : texts.unchanged],
      [texts.labels.done, texts.by(you ? texts.you : decidedBy, secondsText(decidedAtMs))],
    ],
    buttons: [seeButton(reversal, codec)],
  })
}

type Rest = { readonly more: readonly Row[]; readonly buttons: readonly Button[] }

function card(reversal: Reversal, title: Phrase, tone: Card['tone'], nowMs: number, { more, buttons }: Rest): Card {
  const { askedBy, askedAtMs, reason, refundFen } = reversal
  return fitCard(
    {
      title,
      tone,
      facts: [
        [texts.labels.by, texts.by(askedBy, clockText(askedAtMs))],
        [texts.labels.reason, reason],
        [texts.labels.amount, refundFen === undefined ? undefined : fenText(refundFen)],
        ...more,
      ],
      note: [noteParts.asOf(clockText(nowMs))],
      buttons,
    },
    asIs,
  )
}

function seeButton({ returnId, orderId }: Reversal, codec: ActionCodec): Button {
  return { label: texts.see, token: codec.encode('ask.about', ['return.status', orderId, returnId]), style: 'plain' }
}
