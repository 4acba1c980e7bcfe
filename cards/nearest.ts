import type { Button, Card } from '../src/chat/card.ts'
import { intentName } from '../src/text/zh-cn.ts'
import { exampleOf, unknownTexts } from '../src/text/zh-conversation.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'

/** Besides the one that leads to a person. */
const mostExamples = 4

/** A line nobody understands: what it comes nearest to, each with a line that works, to tap; and a person. */
export function nearestCard(near: readonly string[], toPerson: Button, codec: ActionCodec): Card {
  const shown = near.filter((intent) => exampleOf(intent) !== undefined).slice(0, mostExamples)
  const buttons = shown.map((intent) => ({
    label: intentName(intent),
    token: codec.encode('ask.intent', [intent]),
    style: 'plain' as const,
    say: exampleOf(intent) ?? intentName(intent),
  }))
  const draft = {
    title: shown.length === 0 ? unknownTexts.offTopic : unknownTexts.nearest,
    tone: 'calm' as const,
    facts: [],
    lines: shown.map((intent) => unknownTexts.example(intentName(intent), exampleOf(intent) ?? '')),
    note: [],
    buttons: [...buttons, toPerson],
  }
  return fitCard(draft, (text) => text)
}
