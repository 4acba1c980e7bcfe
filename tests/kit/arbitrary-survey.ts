import fc from 'fast-check'
import type { View } from '../../cards/view.ts'
import { type Card, cardLimits } from '../../src/chat/card.ts'
import type { AlertItem } from '../../src/hub/alerts.ts'
import { channels } from '../../src/hub/order-facts.ts'
import { nowMs } from './sample-orders.ts'

export const size = (text: string) => [...text].length

/** Every limit of chat/card.ts that this card breaks. */
export function faultsOf(card: Card): string[] {
  const faults: string[] = []
  const check = (what: string, text: string, most: number) => {
    if (size(text) > most || text.trim() !== text || text === '') faults.push(`${what}: «${text}»`)
    if (/undefined|null|NaN|\[object|Infinity/.test(text)) faults.push(`${what} prints a missing value: ${text}`)
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
    if (token.length > cardLimits.tokenBytes) faults.push(`token of ${label}`)
  }
  const counts = [
    card.facts.length <= cardLimits.facts,
    (card.lines?.length ?? 0) <= cardLimits.lines,
    card.buttons.length <= cardLimits.buttons,
  ]
  if (counts.includes(false)) faults.push('too much on it')
  if (new Set(card.buttons.map(({ token }) => token)).size < card.buttons.length)
    faults.push('two buttons are the same')
  return faults
}

export const words = fc
  .oneof(fc.constantFrom('缺货,等补货', '德邦', '', '赠品'), fc.string({ unit: 'grapheme', maxLength: 80 }))
  .map((text) => text.replace(/undefined|null|NaN|Infinity/g, ''))
export const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
export const known = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T
export const when = fc.integer({ min: nowMs - 100 * 86_400_000, max: nowMs + 5 * 86_400_000 })
export const channel = fc.constantFrom(...channels)
export const orderId = fc.integer({ min: 0, max: 999_999 }).map((n) => `SO261120${String(n).padStart(6, '0')}`)
export const returnId = fc.integer({ min: 0, max: 9999 }).map((n) => `TH261120${String(n).padStart(4, '0')}`)
export const views = fc.constantFrom<View>({ mode: 'full', nowMs }, { mode: 'masked', nowMs })
export const count = fc.bigInt({ min: 0n, max: 99_999_999n })
export const figure = fc.record({ num: count, den: count })
export const kinds = fc.array(
  fc.record({
    kind: fc.constantFrom('no_carrier', 'gift_out_of_stock', 'damaged', 'unreachable'),
    count: fc.integer({ min: 1, max: 99_999 }),
  }),
  { maxLength: 5 },
)

export const alertItem = fc
  .record({
    kind: fc.constantFrom<AlertItem['kind']>(
      'return_overdue',
      'fine_risk',
      'due_soon',
      'no_carrier',
      'no_waybill',
      'ship_late',
      'shipped_late',
      'stalled',
      'unscanned',
      'first_sms',
      'gift_out_of_stock',
      'unreachable',
      'lost',
    ),
    orderId,
    orderNo: words.map((text) => `${text}2563`),
    channel,
    returnId: maybe(returnId),
    sinceMs: when,
    dueMs: maybe(when),
    shippedAtMs: maybe(when),
    carrier: maybe(fc.constantFrom('ZTO' as const, 'OTHER' as const)),
    carrierName: maybe(words),
    place: maybe(words),
    reason: maybe(words),
    level: maybe(fc.constantFrom({ role: 'finance', holder: '小陈' }, { role: 'cs_lead' })),
  })
  .map((item) => known(item) as AlertItem)
