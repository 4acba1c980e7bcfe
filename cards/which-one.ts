import type { Card } from '../src/chat/card.ts'
import { noteParts } from '../src/text/answers.ts'
import { clockText } from '../src/text/format.ts'
import { talk, talkButtons, talkSayings } from '../src/text/zh-conversation.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import type { View } from './view.ts'

/** What was looked at last, and how people call it: TH2611210033, 抖音…2563. */
export type LookedAt = { readonly orderId: string; readonly returnId?: string; readonly name: string }

/** Product J3: one question for the one thing that is missing, with what was looked at last to tap. */
export function whichOneCard(
  intent: string,
  { orderId, returnId, name }: LookedAt,
  view: View,
  codec: ActionCodec,
): Card {
  const args = [intent, orderId, ...(returnId === undefined ? [] : [returnId])]
  const draft = {
    title: talk.whichOne,
    tone: 'calm' as const,
    facts: [],
    lines: [/^(?:return|refund|approval)\./.test(intent) ? talk.whichOneHow : talk.whichOrderHow, talk.lookedAt(name)],
    note: [noteParts.asOf(clockText(view.nowMs))],
    buttons: [
      {
        label: talkButtons.same,
        token: codec.encode('ask.about', args),
        style: 'go' as const,
        say: talkSayings.same,
      },
    ],
  }
  return fitCard(draft, (text) => text)
}
