import { type Card, cardLimits } from '../src/chat/card.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import { followedLine } from '../src/text/zh-logistics.ts'
import type { ActionCodec } from './actions.ts'
import { orderSummaryCard } from './order-summary.ts'
import type { View } from './view.ts'

/** The status of an order that somebody follows, sent because it changed. */
export function followedCard(order: OrderFacts, view: View, codec: ActionCodec): Card {
  const card = orderSummaryCard(order, view, codec, { followed: true })
  return { ...card, lines: [followedLine, ...(card.lines ?? [])].slice(0, cardLimits.lines) }
}
