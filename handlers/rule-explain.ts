import { ruleCard } from '../cards/rule-explain.ts'
import type { RuleLookup } from '../src/hub/rule-decisions.ts'
import { ruleSaid } from '../src/text/zh-surveys.ts'
import { theOrder } from './found-or-not.ts'
import { type Answerer, type AskParts, traceOf } from './question.ts'

export type RuleParts = AskParts & { readonly rules: RuleLookup }

/** rule.explain: which rule decided where an order goes, why it is held or split. */
export function ruleExplain(parts: RuleParts): Answerer {
  return async (question) => {
    const sighting = await theOrder(parts, question)
    if (sighting.outcome === 'reply') return sighting.reply
    const { order } = sighting
    const about = ruleSaid(question.text)
    const decisions = await parts.rules.ofOrder(order.id)
    const gifts = about === 'gift' ? await parts.rules.gifts(order.id) : []
    const card = ruleCard(order, { about, decisions, gifts }, question.view, parts.codec)
    return { kind: 'card', card, trace: traceOf(question, undefined, { orderId: order.id }) }
  }
}
