import fc from 'fast-check'
import { expect, test } from 'vitest'
import { helpCard } from '../../cards/help.ts'
import { type Card, cardLimits } from '../../src/chat/card.ts'
import { anyMoment, anyOrder } from '../kit/arbitrary-order.ts'
import { everyCard } from '../kit/every-card.ts'

const size = (text: string) => [...text].length

/** Every limit of chat/card.ts that this card breaks. */
function faultsOf(card: Card): string[] {
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

test('any order makes cards within every limit', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(anyOrder, { minLength: 1, maxLength: 7, selector: ({ id }) => id }),
      anyMoment,
      fc.constantFrom('full' as const, 'masked' as const),
      ([order, ...more], nowMs, mode) => {
        if (order === undefined) return
        for (const card of everyCard([order, ...more], { mode, nowMs })) expect(faultsOf(card)).toEqual([])
      },
    ),
    { numRuns: 300 },
  )
})

test('the help card keeps the limits', () => {
  expect(faultsOf(helpCard())).toEqual([])
})

test('the check sees a card that breaks them', () => {
  const card: Card = {
    title: ' 无'.repeat(20),
    tone: 'calm',
    facts: [{ label: '订单', value: 'undefined' }],
    buttons: [],
  }
  expect(faultsOf(card)).toHaveLength(3)
})
