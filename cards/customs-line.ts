import type { OrderFacts } from '../src/hub/order-facts.ts'
import { customsLines as texts } from '../src/text/zh-customs.ts'

/** Where a cross-border order stands at customs: its number there, or what keeps it from being declared. None for other orders. */
export function customsLine({ customs }: Pick<OrderFacts, 'customs'>): readonly string[] {
  if (customs === undefined) return []
  const first = customs.problems[0]
  if (customs.state === 'blocked' && first !== undefined)
    return [texts.blocked(texts.problem(first.code, first.field), customs.problems.length)]
  return [texts.state(customs.state, customs.preNo)]
}
