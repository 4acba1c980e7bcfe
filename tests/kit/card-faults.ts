import { type Card, cardLimits } from '../../src/chat/card.ts'

const size = (text: string) => [...text].length

/** Every limit of chat/card.ts that this card breaks. */
export function faultsOf(card: Card): string[] {
  const faults: string[] = []
  const check = (what: string, text: string, most: number) => {
    if (size(text) > most) faults.push(`${what} has ${size(text)} characters: ${text}`)
    if (text.trim() !== text || text === '') faults.push(`${what} is blank at an end: «${text}»`)
    if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text)) faults.push(`${what} holds an invisible sign`)
    if (/undefined|null|NaN|\[object/.test(text)) faults.push(`${what} prints a missing value: ${text}`)
  }
  check('title', card.title, cardLimits.titleChars)
  if (card.bar !== undefined) check('bar', card.bar, cardLimits.barChars)
  if (card.note !== undefined) check('note', card.note, cardLimits.noteChars)
  for (const { label, value } of card.facts) {
    check('label', label, cardLimits.labelChars)
    check('value', value, cardLimits.valueChars)
  }
  for (const line of card.lines ?? []) check('line', line, cardLimits.lineChars)
  for (const { label, token } of card.buttons) {
    check('button', label, cardLimits.buttonChars)
    if (Buffer.byteLength(token) > cardLimits.tokenBytes) faults.push(`token of ${label} is too long`)
  }
  if (card.facts.length > cardLimits.facts) faults.push(`${card.facts.length} facts`)
  if ((card.lines?.length ?? 0) > cardLimits.lines) faults.push(`${card.lines?.length} lines`)
  if (card.buttons.length > cardLimits.buttons) faults.push(`${card.buttons.length} buttons`)
  if (new Set(card.buttons.map(({ token }) => token)).size < card.buttons.length)
    faults.push('two buttons are the same')
  return faults
}
