import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { commandFailedCard, commandReplayedCard } from '../../cards/command-failed.ts'
import {
  reversalAskedCard,
  reversalDecidedCard,
  reversalReasonsCard,
  reversalWantedCard,
} from '../../cards/reversal.ts'
import { todoCard, todoClosedCard, todoRows } from '../../cards/todo-inbound.ts'
import { type Card, cardLimits } from '../../src/chat/card.ts'
import type { LedgerEntry } from '../../src/hub/command-ledger.ts'
import type { Reversal } from '../../src/hub/reversals.ts'
import { codec } from '../kit/every-card.ts'

const nowMs = Date.parse('2026-11-25T10:06:11+08:00')
const to = { nowMs, memberId: 'mem_1', codec }

const wild = fc.string({ unit: 'binary', maxLength: 200 })
const returnId = fc.integer({ min: 0, max: 9_999 }).map((n) => `TH261125${String(n).padStart(4, '0')}`)
const names = fc.constantFrom(
  'wms.expect_return',
  'wms.cancel_expected',
  'crm.notice',
  'todo.open',
  'customs.predeclare',
)

const entry: fc.Arbitrary<LedgerEntry> = fc.record({
  key: fc.tuple(names, returnId).map(([name, id]) => `${name}:${id}:1`),
  name: names,
  subject: returnId.map((id) => `return:${id}`),
  orderId: fc.constant('SO261125000017'),
  state: fc.constant('failed' as const),
  target: fc.oneof(wild, fc.constant('hub')),
  tries: fc.integer({ min: 0, max: 3 }),
  madeAtMs: fc.integer({ min: nowMs - 86_400_000, max: nowMs }),
  lastError: wild,
})

const reversal: fc.Arbitrary<Reversal> = fc.record({
  id: fc.constant('rev_0mwsb3fw3ef0f103b07450340f3f1'),
  returnId,
  orderId: fc.constant('SO261125000017'),
  refundFen: fc.bigInt({ min: 0n, max: 10n ** 12n }),
  askedById: fc.constant('mem_2'),
  askedBy: wild,
  askedAtMs: fc.constant(nowMs),
  reason: wild,
  state: fc.constantFrom('approved' as const, 'refused' as const),
  decidedById: fc.constant('mem_1'),
  decidedBy: wild,
  decidedAtMs: fc.constant(nowMs),
})

function fits(card: Card): void {
  const chars = (text: string | undefined) => [...(text ?? '')].length
  expect(chars(card.title)).toBeLessThanOrEqual(cardLimits.titleChars)
  expect(chars(card.bar)).toBeLessThanOrEqual(cardLimits.barChars)
  expect(card.facts.length).toBeLessThanOrEqual(cardLimits.facts)
  for (const { label, value } of card.facts) {
    expect(chars(label)).toBeLessThanOrEqual(cardLimits.labelChars)
    expect(chars(value)).toBeLessThanOrEqual(cardLimits.valueChars)
  }
  expect(card.buttons.length).toBeLessThanOrEqual(cardLimits.buttons)
  for (const { label, token } of card.buttons) {
    expect(chars(label)).toBeLessThanOrEqual(cardLimits.buttonChars)
    expect(token.length).toBeLessThanOrEqual(cardLimits.tokenBytes)
  }
}

describe('every card of commands and reversals keeps the limits of the smallest platform', () => {
  test('for IT', () => {
    fc.assert(
      fc.property(entry, (one) => {
        fits(commandFailedCard(one, to))
        fits(commandReplayedCard(one, nowMs, to))
      }),
    )
  })

  test('reversals', () => {
    fc.assert(
      fc.property(reversal, wild, (one, bar) => {
        fits(reversalReasonsCard(one.returnId, bar, to))
        fits(reversalWantedCard(one, to))
        fits(reversalAskedCard(one, [one.askedBy, one.askedBy], to))
        fits(reversalDecidedCard(one, true, to))
      }),
    )
  })

  test('the to-do', () => {
    const goods = fc.array(fc.record({ name: wild, qty: fc.integer({ min: 1, max: 999 }) }), {
      minLength: 1,
      maxLength: 5,
    })
    fc.assert(
      fc.property(returnId, wild, goods, (id, orderNo, lines) => {
        const todo = {
          returnId: id,
          orderNo,
          channel: 'douyin',
          waybillNo: 'YT0082452614557',
          carrier: 'YTO',
          goods: lines,
        }
        fits(todoCard(todo, codec))
        fits(todoClosedCard(id))
        expect(todoRows(todo).length).toBeGreaterThan(0)
      }),
    )
  })
})

test('the numbers and the reason are on IT’s card, and its [重试] is bound to who got it', () => {
  const card = commandFailedCard(
    {
      key: 'wms.expect_return:TH2611250015:1',
      name: 'wms.expect_return',
      subject: 'return:TH2611250015',
      orderId: 'SO261125000017',
      state: 'failed',
      target: 'wdt',
      tries: 3,
      madeAtMs: nowMs,
      lastError: 'HTTP 502',
    },
    to,
  )
  expect(card.title).toBe('WMS待收货3次未送达')
  expect(card.facts.map(({ label, value }) => `${label} ${value}`)).toEqual([
    '单号 TH2611250015',
    '系统 wdt',
    '发出 10:06',
    '原因 HTTP 502',
  ])
  const token = card.buttons[0]?.token ?? ''
  expect(codec.decode(token, { memberId: 'mem_1', nowMs })).toMatchObject({ outcome: 'ok', action: 'command.retry' })
  expect(codec.decode(token, { memberId: 'mem_2', nowMs })).toMatchObject({ outcome: 'not-yours' })
})
