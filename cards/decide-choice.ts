import type { Button, Card } from '../src/chat/card.ts'
import type { PendingItem } from '../src/hub/pending-for.ts'
import { noteParts } from '../src/text/answers.ts'
import { circled, clockText } from '../src/text/format.ts'
import { askTexts, writeButtons, writeSayings } from '../src/text/zh-writes.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import { timeLeft } from './urge.ts'
import type { View } from './view.ts'

type Decision = 'approve' | 'reject'
type Item = Pick<PendingItem, 'returnId' | 'orderId'>

export type DecideChoice = {
  readonly items: readonly PendingItem[]
  /** There are more than are shown. */
  readonly more: boolean
  /** What was said; undefined: asked for once the return is chosen. */
  readonly decision: Decision | undefined
}

/** Several returns wait for this member: which one is meant. The one due first stands first. */
export function decideChoiceCard({ items, more, decision }: DecideChoice, { nowMs }: View, codec: ActionCodec): Card {
  const lines = items.map(({ returnId, dueAtMs }, index) =>
    askTexts.dueLine(circled(index + 1), returnId, timeLeft(dueAtMs, nowMs)),
  )
  const buttons = items.map((item, index) => decideButton(codec, item, decision, circled(index + 1)))
  return fitCard(
    {
      title: askTexts.whichReturn(items.length),
      tone: 'calm',
      facts: [],
      lines: [...lines, more ? askTexts.more : undefined],
      note: [noteParts.asOf(clockText(nowMs)), askTexts.nothing],
      buttons,
    },
    (text) => text,
  )
}

/** A return was named, but not what is decided about it. */
export function decisionCard(item: Item, { nowMs }: View, codec: ActionCodec): Card {
  return fitCard(
    {
      title: askTexts.decision(item.returnId),
      tone: 'calm',
      facts: [],
      note: [noteParts.asOf(clockText(nowMs)), askTexts.nothing],
      buttons: [
        { ...decideButton(codec, item, 'approve', writeButtons.approve), style: 'go' },
        { ...decideButton(codec, item, 'reject', writeButtons.reject), style: 'stop' },
      ],
    },
    (text) => text,
  )
}

function decideButton(codec: ActionCodec, item: Item, decision: Decision | undefined, label: string): Button {
  const { returnId, orderId } = item
  if (decision === undefined)
    return { label, token: codec.encode('ask.about', ['approval.decide', orderId, returnId]), style: 'plain' }
  const token = codec.encode('write.decide', [returnId, orderId, decision === 'approve' ? 'a' : 'r'])
  return { label, token, style: 'plain', say: writeSayings.decide(returnId, decision === 'approve', '') }
}
