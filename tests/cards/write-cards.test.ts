import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideChoiceCard, decisionCard } from '../../cards/decide-choice.ts'
import { receiptCard } from '../../cards/receipt.ts'
import { receiveCountCard, receivedToldCard, wrongParcelCard } from '../../cards/return-receive.ts'
import { nothingWaitsCard, urgeCard, urgedCard } from '../../cards/urge.ts'
import type { View } from '../../cards/view.ts'
import { writeDoneCard } from '../../cards/write-done.ts'
import { writePreviewCard } from '../../cards/write-preview.ts'
import { writeQuestionCard } from '../../cards/write-question.ts'
import { type RuleRefusal, writeRefusedCard } from '../../cards/write-refused.ts'
import type { Card } from '../../src/chat/card.ts'
import { cardText } from '../../src/chat/card.ts'
import type { Waiting } from '../../src/hub/nudges.ts'
import type { OrderFacts } from '../../src/hub/order-facts.ts'
import type { Plan } from '../../src/hub/write.ts'
import { anyMoment, anyOrder } from '../kit/arbitrary-order.ts'
import { anyPlan, anyRefusal } from '../kit/arbitrary-plan.ts'
import { faultsOf } from '../kit/card-faults.ts'
import { codec } from '../kit/every-card.ts'

type Input = {
  readonly order: OrderFacts
  readonly plan: Plan
  readonly before: Plan
  readonly why: RuleRefusal
}

const memberId = 'mem_0mho1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c'
const draft = { id: 'AAAAAAAAAAA', memberId }

/** Every card of a change about this order. */
function cardsOf({ order, plan, before, why }: Input, view: View): readonly Card[] {
  const { nowMs } = view
  const mark = { ...draft, expiresAtMs: nowMs + 600_000 }
  const done = { id: 'WH2611220931', next: 'warehouse' as const, dueAtMs: nowMs + 14_400_000 }
  const waiting: Waiting = {
    item: { kind: 'return', id: 'TH2611210033' },
    orderId: order.id,
    what: 'decide',
    role: 'warehouse',
    holder: '欧阳'.repeat(20),
    sinceMs: nowMs - 60_000,
    dueAtMs: nowMs + 60_000,
    counts: [{ role: 'warehouse', times: 12 }],
    last: { by: '欧阳'.repeat(20), atMs: nowMs },
  }
  const items = ['TH2611210033', 'TH2611210034'].map((returnId) => ({ returnId, orderId: order.id, dueAtMs: nowMs }))
  const offers = [{ value: '面单不符' }, { value: '' }]
  return [
    writePreviewCard(plan, order, mark, view, codec),
    ...(plan.kind === before.kind ? [writePreviewCard(plan, order, mark, view, codec, before)] : []),
    ...(plan.kind === 'return.receive'
      ? [
          receiptCard(
            { plan, done: { releaseAtMs: nowMs + 120_000, todoClosed: true }, atMs: nowMs, memberId },
            order,
            view,
            codec,
          ),
        ]
      : [
          writeDoneCard({ plan, done, atMs: nowMs, told: ['欧阳'.repeat(20), '小周'] }, order, view),
          writeDoneCard({ plan, done: { passedOn: true }, atMs: nowMs, told: [] }, order, view),
        ]),
    writeRefusedCard({ wish: plan.wish, why }, order, view, codec),
    writeQuestionCard({ wish: plan.wish, missing: 'reason', offers }, order, mark, view, codec),
    writeQuestionCard({ wish: plan.wish, missing: 'signer', offers }, order, mark, view, codec),
    writeQuestionCard(
      { wish: plan.wish, missing: 'parcel', offers: [{ value: 'P1', shown: '75894561230147' }] },
      order,
      mark,
      view,
      codec,
    ),
    writeQuestionCard(
      { wish: plan.wish, missing: 'carrier', offers: [{ value: 'JD', shown: 'JD' }] },
      order,
      mark,
      view,
      codec,
    ),
    ...(['waybillNo', 'line'] as const).map((missing) =>
      writeQuestionCard(
        { wish: plan.wish, missing, offers: [{ value: 'L1', shown: '欧阳'.repeat(20) }, { value: 'all' }] },
        order,
        mark,
        view,
        codec,
      ),
    ),
    ...flowCards(plan, order, view),
    urgeCard(waiting, order, view, codec, 'finance'),
    urgedCard({ waiting, names: ['欧阳'.repeat(20)], atMs: nowMs }, order, view),
    nothingWaitsCard(order, view, codec),
    decideChoiceCard({ items, more: true, decision: 'reject' }, view, codec),
    decideChoiceCard({ items, more: false, decision: undefined }, view, codec),
    decisionCard({ returnId: 'TH2611210033', orderId: order.id }, view, codec),
  ]
}

/** What others hear of a return, and what a keeper is asked. */
function flowCards(plan: Plan, order: OrderFacts, view: View): readonly Card[] {
  const mark = { ...draft, expiresAtMs: view.nowMs + 600_000 }
  const by = '欧阳'.repeat(20)
  const wrong = { belongs: 'TH2611210033', spoken: 'TH2611210034', draft: mark }
  if (plan.kind !== 'return.receive') return []
  return [
    receivedToldCard({ plan, done: { released: true }, by, atMs: view.nowMs }, order, codec),
    receiveCountCard({ plan, what: 'q' }, order, mark, view, codec),
    receiveCountCard({ plan, what: 'd', line: 0 }, order, mark, view, codec),
    wrongParcelCard(wrong, view, codec),
  ]
}

const anyInput = fc.record({ order: anyOrder, plan: anyPlan, before: anyPlan, why: anyRefusal })

test('any change makes cards within every limit', () => {
  fc.assert(
    fc.property(anyInput, anyMoment, fc.constantFrom('full' as const, 'masked' as const), (input, nowMs, mode) => {
      for (const card of cardsOf(input, { mode, nowMs })) expect(faultsOf(card)).toEqual([])
    }),
    { numRuns: 300 },
  )
})

test('masked, nobody stands in clear on them, not even in what people typed', () => {
  fc.assert(
    fc.property(anyInput, anyMoment, (input, nowMs) => {
      const { order } = input
      const secrets = [order.phone, order.address, order.consigneeName].filter(
        (one) => one !== undefined && [...one].length > 3,
      )
      const typed = `${order.phone ?? ''} ${order.address ?? ''}`
      const plan = {
        kind: 'order.cancel',
        wish: { kind: 'order.cancel', orderId: order.id, reason: typed },
        facts: { stage: 'paid' },
      } as const
      const shown = cardsOf({ ...input, plan }, { mode: 'masked', nowMs })
        .map(cardText)
        .join('\n')
      for (const secret of secrets) expect(shown).not.toContain(secret)
    }),
    { numRuns: 100 },
  )
})
