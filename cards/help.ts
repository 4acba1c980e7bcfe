import type { Card } from '../src/chat/card.ts'
import { helpTexts } from '../src/text/zh-conversation.ts'
import { fitCard } from './fit.ts'

/** What can be asked, as lines to copy. */
export function helpCard(): Card {
  const { title, lines, note } = helpTexts
  return fitCard({ title: { head: title }, tone: 'calm', facts: [], lines, note: [note], buttons: [] }, (text) => text)
}
