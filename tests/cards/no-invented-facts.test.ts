import fc from 'fast-check'
import { expect, test } from 'vitest'
import { orderScript } from '../../cards/order-script.ts'
import type { Card } from '../../src/chat/card.ts'
import { cardText } from '../../src/chat/card.ts'
import type { OrderFacts } from '../../src/hub/order-facts.ts'
import {
  clockText,
  dayText,
  dueHourText,
  dueText,
  durationText,
  fenText,
  hoursText,
  maskPhone,
  momentText,
  spokenDay,
  spokenMoment,
} from '../../src/text/format.ts'
import { anyMoment, anyOrder } from '../kit/arbitrary-order.ts'
import { everyCard, scripted } from '../kit/every-card.ts'
import { nowMs, order } from '../kit/sample-orders.ts'

const runs = (text: string): readonly string[] => text.normalize('NFC').match(/\d+/g) ?? []

/** Every run of digits that follows from a stored field: its own digits, its time or money written out, time passed since. */
function groundedIn(facts: OrderFacts, nowMs: number): ReadonlySet<string> {
  const allowed = new Set<string>()
  const allow = (text: string) => {
    for (const run of runs(text)) allowed.add(run)
  }
  const walk = (value: unknown, name: string): void => {
    if (typeof value === 'string') {
      allow(value)
      allow(value.replace(/[\p{Cf}\p{Cs}]/gu, ''))
      allow(value.slice(-4))
      if (name === 'phone') allow(maskPhone(value))
    } else if (typeof value === 'bigint') allow(fenText(value, true))
    else if (typeof value === 'number' && /atMs$/i.test(name)) {
      const gap = Math.abs(nowMs - value)
      const written = [clockText(value), dayText(value, nowMs), momentText(value, nowMs), dueText(value, nowMs)]
      allow(
        [
          ...written,
          spokenDay(value, nowMs),
          spokenMoment(value, nowMs),
          durationText(gap),
          hoursText(gap),
          dueHourText(value, nowMs),
        ].join(' '),
      )
    } else if (typeof value === 'number') allowed.add(String(value))
    else if (Array.isArray(value)) for (const inner of value) walk(inner, name)
    else if (typeof value === 'object' && value !== null)
      for (const [inner, held] of Object.entries(value)) walk(held, inner)
  }
  walk(facts, '')
  allow(clockText(nowMs))
  allowed.add(String(facts.lines.reduce((sum, { qty }) => sum + qty, 0)))
  // counts of stored things: parcels, signed ones, nodes left over
  const nodes = facts.parcels.reduce((sum, parcel) => sum + parcel.nodes.length, 0)
  for (let count = 0; count <= Math.max(nodes, facts.parcels.length); count++) allowed.add(String(count))
  return allowed
}

/** Words of a fixed text with a figure in it: 128 is the total the list is made with (also from the 6th on), 60 the days searched. */
const given = new Set(['128', '60', '6', '5', '2', '1'])

function invented(card: Card, allowed: ReadonlySet<string>): readonly string[] {
  return runs(cardText(card)).filter((run) => !allowed.has(run) && !given.has(run))
}

test('every number and date on a card follows from a stored field', () => {
  fc.assert(
    fc.property(anyOrder, anyMoment, fc.constantFrom('full' as const, 'masked' as const), (facts, at, mode) => {
      const allowed = groundedIn(facts, at)
      for (const card of everyCard([facts], { mode, nowMs: at })) expect(invented(card, allowed)).toEqual([])
    }),
    { numRuns: 300 },
  )
})

test('so does every number of the customer wording', () => {
  fc.assert(
    fc.property(anyOrder, anyMoment, (facts, at) => {
      const allowed = groundedIn(facts, at)
      for (const intent of scripted)
        expect(runs(orderScript(facts, at, intent)).filter((run) => !allowed.has(run))).toEqual([])
    }),
    { numRuns: 300 },
  )
})

test('a number that no field holds is seen', () => {
  const card = { title: '预计11-29送达', tone: 'calm', facts: [], buttons: [] } as const
  expect(invented(card, groundedIn(order(), nowMs))).toEqual(['29'])
})
