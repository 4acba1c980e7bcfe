import type { Button, Card } from '../src/chat/card.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import type { Plan } from '../src/hub/write.ts'
import { noteParts, type Phrase } from '../src/text/answers.ts'
import { clockText } from '../src/text/format.ts'
import { previewTexts, writeButtons, writeSayings } from '../src/text/zh-writes.ts'
import type { ActionCodec } from './actions.ts'
import type { DraftMark } from './draft-mark.ts'
import { fitCard } from './fit.ts'
import type { Row } from './order-rows.ts'
import { goodsText } from './return-create.ts'
import { receiveChips, receiveLines } from './return-receive.ts'
import { shower, type View } from './view.ts'
import { deedOf, objectOf, planRows } from './write-rows.ts'

const dayMs = 86_400_000
const minuteMs = 60_000

/**
 * 请确认：改物流单号·抖音…2563, with what is now, what it becomes and what follows from it. `before`: what was shown earlier and
 * is no longer so; the differences are said.
 */
export function writePreviewCard(
  plan: Plan,
  order: OrderFacts,
  draft: DraftMark,
  view: View,
  codec: ActionCodec,
  before?: Plan,
): Card {
  const rows = planRows(plan, view.nowMs)
  const minutes = Math.round((draft.expiresAtMs - view.nowMs) / minuteMs)
  return fitCard(
    {
      title: previewTexts.title(deedOf(plan.wish), objectOf(plan.wish, order)),
      tone: 'warn',
      bar: before === undefined ? undefined : previewTexts.changedBar,
      facts: rows,
      lines: [...(before === undefined ? [] : changes(planRows(before, view.nowMs), rows)), ...goodsLines(plan)],
      note: [noteParts.asOf(clockText(view.nowMs)), previewTexts.expires(minutes)],
      buttons: [...draftButtons(draft, codec), ...(plan.kind === 'return.receive' ? receiveChips(draft, codec) : [])],
    },
    shower(order, view),
  )
}

/** Several goods of a return, which the one row has no room for. */
function goodsLines(plan: Plan): readonly (string | Phrase)[] {
  if (plan.kind === 'return.receive') return receiveLines(plan)
  return plan.kind === 'return.create' && plan.facts.lines.length > 1 ? [goodsText(plan.facts.lines)] : []
}

/**
 * The tokens outlive the draft: a late tap is told that it is too late, or what became of it, in place of a bare "expired".
 */
function draftButtons({ id, memberId, expiresAtMs }: DraftMark, codec: ActionCodec): readonly Button[] {
  const bound = { memberId, expiresAtMs: expiresAtMs + 7 * dayMs }
  return [
    {
      label: writeButtons.confirm,
      token: codec.encode('write.confirm', [id], bound),
      style: 'go',
      say: writeSayings.confirm,
    },
    {
      label: writeButtons.cancel,
      token: codec.encode('write.cancel', [id], bound),
      style: 'plain',
      say: writeSayings.cancel,
    },
  ]
}

function changes(before: readonly Row[], now: readonly Row[]): readonly string[] {
  return before.flatMap(([label, value]) => {
    const next = now.find(([name]) => name === label)?.[1]
    const was = wordsOf(value)
    return was === '' || was === wordsOf(next) ? [] : [previewTexts.was(label, was)]
  })
}

function wordsOf(value: Row[1]): string {
  if (value === undefined) return ''
  return typeof value === 'string' ? value : `${value.head}${value.body ?? ''}${value.tail ?? ''}`
}
