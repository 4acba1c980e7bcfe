import fc from 'fast-check'
import { expect, test } from 'vitest'
import { receiptCard } from '../../cards/receipt.ts'
import { refundCaseCard, refundSaidCard, type ToConfirm } from '../../cards/refund-case.ts'
import { wrongParcelCard } from '../../cards/return-receive.ts'
import type { RefundCase } from '../../src/hub/confirm-refund.ts'
import type { PlanOf } from '../../src/hub/write.ts'
import { caseTexts } from '../../src/text/zh-receipt.ts'
import { anyMoment, anyOrder } from '../kit/arbitrary-order.ts'
import { faultsOf } from '../kit/card-faults.ts'
import { codec } from '../kit/every-card.ts'

const memberId = 'mem_0mho1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c'
const returnId = 'TH2611210033'
const fen = fc.option(fc.bigInt({ min: 0n, max: 999_999_999n }).map(String), { nil: undefined })
const anyLine = fc.record({
  lineId: fc.constant('L1'),
  name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 }).filter((text) => /[\p{L}\p{N}]/u.test(text)),
  due: fc.integer({ min: 1, max: 9_999 }),
  received: fc.nat(9_999),
  damaged: fc.nat(9_999),
})
const approval = fc.constantFrom('pending' as const, 'approved', 'rejected', 'withdrawn')

test('finance’s card, what became of it and the keeper’s fit every platform, whatever came', () => {
  fc.assert(
    fc.property(
      anyOrder,
      anyMoment,
      fc.record({ due: fc.nat(9_999), received: fc.nat(9_999), damaged: fc.nat(9_999), approval }),
      fc.record({ wasFen: fen, receivedFen: fen, soundFen: fen, movedFen: fen }),
      fc.array(anyLine, { minLength: 1, maxLength: 9 }),
      (order, nowMs, of, money, lines) => {
        const view = { mode: 'masked', nowMs } as const
        const { movedFen, ...amounts } = Object.fromEntries(
          Object.entries(money).filter(([, value]) => value !== undefined),
        ) as Partial<Record<keyof typeof money, string>>
        const counts = '9999.9999.999999999.999999999'
        const one: ToConfirm & RefundCase = { ...of, ...amounts, returnId, orderId: order.id, counts }
        const how = { view, memberId, codec }
        const moved = movedFen === undefined ? {} : { movedFen }
        const facts: PlanOf<'return.receive'>['facts'] = {
          lines,
          approval: of.approval,
          sound: false,
          ...(amounts.receivedFen !== undefined && { refundFen: amounts.receivedFen }),
        }
        const wish = { kind: 'return.receive' as const, orderId: order.id, returnId, lines: [], inspection: '少1件' }
        const plans = [facts, { ...facts, recount: true as const, moved: true as const, ...moved }].map((each) => ({
          kind: 'return.receive' as const,
          wish,
          facts: each,
        }))
        const cards = [
          refundCaseCard(one, order, { ...how, bar: caseTexts.changedBar }),
          refundCaseCard({ ...one, moved }, order, how),
          ...(['went', 'agreed', 'hung-up'] as const).map((said) =>
            refundSaidCard(
              { one, atMs: nowMs, said, ...(amounts.soundFen && { amountFen: amounts.soundFen }) },
              order,
              how,
            ),
          ),
          ...plans.map((plan) =>
            receiptCard(
              { plan, done: { todoClosed: true }, atMs: nowMs, told: ['欧阳'.repeat(20)], memberId },
              order,
              view,
              codec,
            ),
          ),
          wrongParcelCard({ belongs: returnId, spoken: 'TH2611210034' }, view, codec),
        ]
        for (const card of cards) expect(faultsOf(card)).toEqual([])
      },
    ),
    { numRuns: 200 },
  )
})
