import type { ActionCodec } from '../cards/actions.ts'
import { type Given, giftGapCard, giftIncludedCard, giftMissingCard } from '../cards/gift-answers.ts'
import { giftScript } from '../cards/gift-script.ts'
import type { View } from '../cards/view.ts'
import type { Card } from '../src/chat/card.ts'
import type { GiftLookup } from '../src/hub/gift-facts.ts'
import { theOrder } from './found-or-not.ts'
import { type Answerer, type AskParts, textReply, traceOf } from './question.ts'

export type GiftParts = AskParts & { readonly gifts: GiftLookup }

/** gift.included: in the goods' parcel, apart, or none and why. */
export function giftIncluded(parts: GiftParts): Answerer {
  return answer(parts, giftIncludedCard)
}

/** gift.gap: what was missing to the threshold (product J30). */
export function giftGap(parts: GiftParts): Answerer {
  return answer(parts, giftGapCard)
}

/** gift.missing: whether it should have been there, and what to do. */
export function giftMissing(parts: GiftParts): Answerer {
  return answer(parts, giftMissingCard)
}

function answer(parts: GiftParts, draw: (given: Given, view: View, codec: ActionCodec) => Card): Answerer {
  return async (question) => {
    const sighting = await theOrder(parts, question)
    if (sighting.outcome === 'reply') return sighting.reply
    const { order } = sighting
    const sheet = (await parts.gifts.ofOrder(order.id)) ?? { gifts: [] }
    const about = { orderId: order.id }
    if (question.understood.hints.script)
      return textReply(question, giftScript({ order, sheet }, question.view.nowMs), undefined, about)
    const card = draw({ order, sheet }, question.view, parts.codec)
    return { kind: 'card', card, trace: traceOf(question, undefined, about) }
  }
}
