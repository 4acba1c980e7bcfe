import type { Card } from '../src/chat/card.ts'
import { votes } from '../src/text/zh-conversation.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import { toPersonButton } from './handoff.ts'

/** A 👎 was noted: asks nothing, offers a person. */
export function votedDownCard(codec: ActionCodec, memberId: string, answerKey: string): Card {
  const buttons = [toPersonButton(codec, memberId, answerKey)]
  return fitCard({ title: votes.badTitle, tone: 'calm', facts: [], note: [], buttons }, (text) => text)
}
