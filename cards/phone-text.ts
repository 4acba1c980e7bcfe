import type { Card } from '../src/chat/card.ts'
import { phoneTexts } from '../src/text/zh-clock-cards.ts'

/** A card of something overdue in the words of a text message: its title and the facts that say where it hangs. */
export function phoneText({ title, facts, lines = [] }: Card): string {
  const [first] = lines
  if (first !== undefined && facts.length <= 2) return phoneTexts.several(title, first)
  const what = facts.slice(0, 2).map(({ value }) => value)
  return phoneTexts.one(title, what.join(phoneTexts.and))
}
