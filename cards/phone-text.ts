import type { Card } from '../src/chat/card.ts'
import { phoneTexts } from '../src/text/zh-clock-cards.ts'

/** A card of something overdue in the words of a text message: its title and the facts that say where it hangs, whole and in parts. */
export function phoneWords({ title, facts, lines = [] }: Card): {
  readonly text: string
  readonly title: string
  readonly about: string
} {
  const [first] = lines
  if (first !== undefined && facts.length <= 2)
    return { text: phoneTexts.several(title, first), title, about: phoneTexts.mostUrgent(first) }
  const what = facts.slice(0, 2).map(({ value }) => value)
  const about = what.join(phoneTexts.and)
  return { text: phoneTexts.one(title, about), title, about }
}
