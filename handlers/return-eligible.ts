import { type Judged, returnEligibleCard, returnPolicyCard } from '../cards/return-eligible.ts'
import { policyScript } from '../cards/return-script.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import { type GoodsKind, judgeReturn, type ReturnPolicy } from '../src/hub/return-policy.ts'
import { goodsKind, saidFaulty, saidOpened } from '../src/text/zh-return-policy.ts'
import { dayOf } from '../src/understanding/calendar.ts'
import { catalogueWord } from '../src/understanding/goods.ts'
import { keyOf } from './find-orders.ts'
import { theOrder } from './found-or-not.ts'
import { type Answerer, type AskParts, type Question, textReply, traceOf } from './question.ts'

export type EligibleParts = AskParts & {
  /** The return policy as it is set today. */
  readonly returnPolicy: () => Promise<ReturnPolicy>
}

/** return.eligible: by the policy alone where goods are named, by an order's own day of signing and goods where one is. */
export function returnEligible(parts: EligibleParts): Answerer {
  return async (question) => {
    const policy = await parts.returnPolicy()
    const { understood, view, text, about } = question
    const { script } = understood.hints
    if (about === undefined && keyOf(understood) === undefined && understood.expect !== 'clarify') {
      const judged = judgedBy(policy, {
        what: understood.slots.product ?? '',
        opened: saidOpened(text),
        faulty: saidFaulty(text),
      })
      if (script) return textReply(question, policyScript(judged))
      return { kind: 'card', card: returnPolicyCard(judged, view, parts.codec), trace: traceOf(question) }
    }
    const sighting = await theOrder(parts, question)
    if (sighting.outcome === 'reply') return sighting.reply
    const { order } = sighting
    const judged = judgedOrder(policy, question, order)
    const of = { orderId: order.id }
    if (script) return textReply(question, policyScript(judged, order), undefined, of)
    return {
      kind: 'card',
      card: returnEligibleCard(order, judged, view, parts.codec),
      trace: traceOf(question, undefined, of),
    }
  }
}

type Said = {
  readonly what: string
  readonly opened: boolean | undefined
  readonly faulty: boolean
  readonly kind?: GoodsKind
  readonly days?: number
}

/** What was said, judged. Also used for the customer's wording of a policy answer. */
export function judgedBy(policy: ReturnPolicy, said: Said): Judged {
  const { what, opened, faulty, days } = said
  const kind = said.kind ?? goodsKind(what)
  const verdict = judgeReturn(policy, { kind, opened, faulty, days })
  return { policy, verdict, what, kind, opened, faulty, ...(days !== undefined && { days }) }
}

/** Of several goods the strictest decides what is said: who sends a parcel back must know about the one that may not come. */
const strictest: readonly GoodsKind[] = ['food', 'hygiene', 'intimate', 'care', 'unknown', 'ordinary']

function judgedOrder(policy: ReturnPolicy, { text, understood, view }: Question, order: OrderFacts): Judged {
  const { product } = understood.slots
  const word = product === undefined ? undefined : catalogueWord(product)
  const meant = word === undefined ? [] : order.lines.filter(({ name }) => name.includes(word))
  const lines = (meant.length > 0 ? meant : order.lines).map(({ name }) => ({ name, kind: goodsKind(name) }))
  const first = strictest.flatMap((kind) => lines.filter((line) => line.kind === kind))[0]
  const days = order.signedAtMs === undefined ? undefined : Math.max(0, dayOf(view.nowMs) - dayOf(order.signedAtMs))
  return judgedBy(policy, {
    what: first?.name ?? product ?? '',
    opened: saidOpened(text),
    faulty: saidFaulty(text),
    ...(first !== undefined && { kind: first.kind }),
    ...(days !== undefined && { days }),
  })
}
