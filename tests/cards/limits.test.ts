import fc from 'fast-check'
import { expect, test } from 'vitest'
import { handedOverCard, receivedCard, toPersonButton, withdrawnCard } from '../../cards/handoff.ts'
import { helpCard } from '../../cards/help.ts'
import { nearestCard } from '../../cards/nearest.ts'
import { numberNotFoundCard } from '../../cards/not-found.ts'
import { votedDownCard } from '../../cards/voted-down.ts'
import { whichOneCard } from '../../cards/which-one.ts'
import type { Card } from '../../src/chat/card.ts'
import type { Tried } from '../../src/hub/on-demand.ts'
import { intents } from '../../src/understanding/types.ts'
import { anyMoment, anyOrder } from '../kit/arbitrary-order.ts'
import { faultsOf } from '../kit/card-faults.ts'
import { codec, everyCard } from '../kit/every-card.ts'

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

test('so do the cards of the talk, whatever was asked and whoever takes it', () => {
  const words = fc.string({ unit: 'grapheme', maxLength: 400 })
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => /[\p{L}\p{N}]/u.test(text))
  const tried = fc.array(
    fc.record<Tried>({
      source: fc.constant('x'),
      channel: fc.constantFrom('douyin', 'tmall', 'jd', 'miniapp', 'pos', 'distributor'),
      outcome: fc.constantFrom('none', 'failed', 'timeout', 'found'),
      ms: fc.nat(3_000),
    }),
    { maxLength: 18 },
  )
  const view = { mode: 'masked', nowMs: Date.parse('2026-11-22T10:05:00+08:00') } as const
  const about = { orderId: 'SO261120733961', returnId: 'TH2611210033' }
  const memberId = 'mem_0mho1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c'
  const id = 'ho_0mho1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c'
  const near = [{ id: about.orderId, channel: 'distributor' as const, orderNo: 'JXS07-20261121-9034', seenToday: true }]
  fc.assert(
    fc.property(words, name, tried, fc.subarray([...intents]), (question, who, asked, intended) => {
      const cards = [
        whichOneCard('logistics.missing_waybill', { ...about, name: who }, view, codec),
        nearestCard(intended, toPersonButton(codec, memberId, 'AAAAAAAAAAA'), codec),
        handedOverCard({ id, who, what: '抖音…2563', again: false }, memberId, codec),
        withdrawnCard(who, true),
        receivedCard(
          { from: who, role: '客服', what: who, question, about: { intent: 'refund.eta', ...about } },
          codec,
        ),
        votedDownCard(codec, memberId, 'AAAAAAAAAAA'),
        numberNotFoundCard('6936476692437472653', near, view, codec, { tried: asked }),
      ]
      for (const card of cards) expect(faultsOf(card)).toEqual([])
    }),
    { numRuns: 300 },
  )
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
