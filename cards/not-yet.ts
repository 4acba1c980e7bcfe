import type { Card } from '../src/chat/card.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import { buttonLabels, noteParts, sayings } from '../src/text/answers.ts'
import { clockText } from '../src/text/format.ts'
import { sentences } from '../src/text/sentences.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import { goodsRow, orderRow } from './order-rows.ts'
import { trackButton } from './order-summary.ts'
import { shower, type View } from './view.ts'

/** A question that was understood but has no answer yet: says so, and offers what there is about the order it named. */
export function notYetCard(
  what: string,
  asked: { readonly write: boolean; readonly order?: OrderFacts | undefined },
  view: View,
  codec: ActionCodec,
): Card {
  const { write, order } = asked
  const draft = {
    title: { head: write ? sentences.soonWriteTitle(what) : sentences.soonTitle(what) },
    tone: 'calm' as const,
    facts: order === undefined ? [] : [orderRow(order), goodsRow(order)],
    lines: [write ? sentences.soonWrite : sentences.soon, order ? sentences.soonButOrder : sentences.soonInstead],
    note: [noteParts.asOf(clockText(view.nowMs))],
    buttons: order === undefined ? [] : [statusButton(order, codec), trackButton(order, codec)],
  }
  return fitCard(draft, order === undefined ? (text) => text : shower(order, view))
}

function statusButton(order: OrderFacts, codec: ActionCodec) {
  const token = codec.encode('order.show', [order.id])
  return { label: buttonLabels.status, token, style: 'go' as const, say: sayings.status(order.id) }
}
