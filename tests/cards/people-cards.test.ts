import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bulkCard, bulkDoneCard, notAllCard } from '../../cards/bulk-approve.ts'
import { awayCard, delegateCard, leaverCard } from '../../cards/delegate.ts'
import { reminderCard, whoCard } from '../../cards/level-people.ts'
import { cardText } from '../../src/chat/card.ts'
import type { BulkItem, BulkOffer } from '../../src/hub/bulk-approve.ts'
import { faultsOf } from '../kit/card-faults.ts'
import { codec } from '../kit/every-card.ts'

const nowMs = Date.parse('2026-11-22T10:05:00+08:00')
/** The list of members holds no name without a letter in it. */
const words = fc.oneof(
  fc.string({ minLength: 1, maxLength: 60 }).filter((name) => /^[A-Za-z0-9]/.test(name)),
  fc.constantFrom('小林', '欧阳娜娜', '买买提'),
)
/** As ids of members are made: 33 characters. */
const memberId = fc
  .string({ minLength: 29, maxLength: 29, unit: fc.constantFrom(...'0123456789abcdef') })
  .map((x) => `mem_${x}`)
const person = fc.record({ id: memberId, name: words })
const at = fc.integer({ min: 0, max: 400 * 24 * 60 }).map((minutes) => nowMs + minutes * 60_000)
const role = fc.constantFrom('cs_lead' as const, 'warehouse' as const, 'finance' as const)

const item: fc.Arbitrary<BulkItem> = fc.record({
  returnId: fc.integer({ min: 0, max: 9999 }).map((n) => `TH261122${String(n).padStart(4, '0')}`),
  orderId: fc.constant('SO261120733961'),
  level: fc.constant(1),
  amountFen: fc.bigInt({ min: 1n, max: 50_000n }),
  reason: words,
  stamp: fc.constant('0123456789abcdef'),
})
const offer: fc.Arbitrary<BulkOffer> = fc
  .record({
    items: fc.array(item, { maxLength: 16 }),
    role,
    deputy: fc.boolean(),
    waiting: fc.nat(),
    arrears: fc.nat(99),
  })
  .map((made) => ({
    ...made,
    totalFen: made.items.reduce((sum, one) => sum + one.amountFen, 0n),
    digest: 'a1B2-_x9z0',
  }))

test('cards about people keep every limit, whatever the names', () => {
  fc.assert(
    fc.property(
      fc.array(person, { maxLength: 5 }),
      person,
      person,
      at,
      at,
      role,
      fc.nat(99),
      (people, to, duty, a, b, own, open) => {
        const on = { returnId: 'TH2611220015', orderId: 'SO261120733961', level: 3, role: own, dueAtMs: a }
        const ask = {
          span: { fromId: duty.id, toId: to.id, startsAtMs: Math.min(a, b), endsAtMs: Math.max(a, b) + 60_000 },
          when: '明天',
          nowMs,
        }
        const cards = [
          ...(['hand', 'assign', 'sign'] as const).map((deed) => whoCard({ ...on, people }, deed, nowMs, codec)),
          reminderCard({ ...on, id: '1', fineAtMs: b }, nowMs, codec),
          delegateCard({ outcome: 'ready', to, open, instead: duty.name }, ask, codec),
          awayCard({ outcome: 'away', to, duty }, ask, codec),
          leaverCard({ from: '欧阳娜娜', to: '小林', open }, duty.id, nowMs, codec),
        ]
        expect(cards.flatMap(faultsOf)).toEqual([])
      },
    ),
  )
})

test('a list to approve shows every return with its sum, up to the most there are', () => {
  fc.assert(
    fc.property(offer, memberId, (made, id) => {
      const cards = [bulkCard(made, id, nowMs, codec, true), notAllCard(made, nowMs, codec)]
      const decided = { outcome: 'changed' as const }
      cards.push(bulkDoneCard({ outcome: 'done', atMs: nowMs, items: made.items.map((one) => ({ ...one, decided })) }))
      expect(cards.flatMap(faultsOf)).toEqual([])
      const shown = cardText(bulkCard(made, id, nowMs, codec))
      for (const { returnId } of made.items) expect(shown).toContain(returnId)
      expect(shown.match(/TH\d{10} ?¥\d+(\.\d{1,2})?/g) ?? []).toHaveLength(made.items.length)
    }),
  )
})
