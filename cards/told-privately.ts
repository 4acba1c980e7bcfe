import { type Card, cardLimits } from '../src/chat/card.ts'
import { lineTexts } from '../src/text/answers.ts'

/** The masked card with the line that the whole of it has gone to the asker's direct chat. */
export function toldPrivately(card: Card): Card {
  return { ...card, lines: [lineTexts.privately, ...(card.lines ?? [])].slice(0, cardLimits.lines) }
}
