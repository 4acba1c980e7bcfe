import fc from 'fast-check'
import { expect, test } from 'vitest'
import { applicantCard } from '../../cards/approval-applicant.ts'
import { beyondPaidCard, changedCard, reasonCard } from '../../cards/approval-ask.ts'
import { pendingMoment } from '../../cards/approval-moments.ts'
import { approvalCard } from '../../cards/return-approval.ts'
import type { Card } from '../../src/chat/card.ts'
import type { LevelFacts } from '../../src/hub/level-facts.ts'
import type { ReturnSheet, SheetLevel } from '../../src/hub/return-sheet.ts'
import { faultsOf } from '../kit/card-faults.ts'
import { codec } from '../kit/every-card.ts'

const startMs = Date.parse('2026-11-22T10:05:00+08:00')
const minuteMs = 60_000
const words = fc.oneof(
  fc.string({ minLength: 1, maxLength: 60 }),
  fc.constantFrom('欧阳娜娜', '3段奶粉'.repeat(12), '13812345678'),
)
const fen = fc.bigInt({ min: 0n, max: 10_000_000n })

const facts: fc.Arbitrary<LevelFacts> = fc.oneof(
  fc.constant({ kind: 'none', stamp: 'none' } as const),
  fc.record({
    kind: fc.constant('stock' as const),
    stamp: fc.constant('0123456789abcdef'),
    checkedAtMs: fc.constant(startMs),
    goods: fc.array(
      fc.record(
        {
          name: words,
          zone: fc.constantFrom(
            'shelf' as const,
            'near_expiry' as const,
            'quarantine' as const,
            'none' as const,
            'unknown' as const,
          ),
          location: words,
          onHand: fc.nat(),
          expiresOn: fc.constant('2027-08-01'),
          daysLeft: fc.nat(900),
        },
        { requiredKeys: ['name', 'zone'] },
      ),
      { maxLength: 4 },
    ),
  }),
  fc.record({
    kind: fc.constant('arrears' as const),
    stamp: fc.constant('0123456789abcdef'),
    checkedAtMs: fc.constant(startMs),
    arrears: fc.constantFrom('none' as const, 'some' as const, 'unknown' as const),
    amountFen: fen.map(String),
    debtor: words,
    source: fc.constant('erp.u8'),
  }),
  fc.record({
    kind: fc.constant('arrears' as const),
    stamp: fc.constant('0123456789abcdef'),
    checkedAtMs: fc.constant(startMs),
    arrears: fc.constant('unknown' as const),
    source: fc.constant('erp.u8'),
    lastTold: fc.record({ amountFen: fen.map(String), atMs: fc.constant(startMs - 90_000_000) }),
  }),
)

const level = (n: number, role: SheetLevel['role']): fc.Arbitrary<SheetLevel> =>
  fc
    .record(
      {
        state: fc.constantFrom('waiting' as const, 'pending' as const, 'approved' as const, 'rejected' as const),
        holder: words,
        decidedBy: words,
        decidedById: fc.constantFrom('m1', 'm2'),
        deputyFor: words,
        reason: words,
        claimedBy: words,
        claimedAtMs: fc.constant(startMs + minuteMs),
        materialAskedAtMs: fc.constant(startMs + minuteMs),
        materialAskedBy: words,
        materialReason: words,
        signers: fc.array(fc.record({ id: words, name: words }), { maxLength: 5 }),
        facts,
      },
      { requiredKeys: ['state'] },
    )
    .map((made) => ({
      ...made,
      level: n,
      role,
      startedAtMs: startMs,
      dueAtMs: startMs + (n === 1 ? 15 : 240) * minuteMs,
      ...((made.state === 'approved' || made.state === 'rejected') && { decidedAtMs: startMs + minuteMs }),
    }))

const sheets: fc.Arbitrary<ReturnSheet> = fc.record(
  {
    id: fc.constant('TH2611220015'),
    orderId: fc.constant('SO261122000017'),
    channel: fc.constant('douyin' as const),
    orderNo: fc.constant('6936476692437472563'),
    version: fc.constant(1),
    approval: fc.constantFrom('pending' as const, 'approved' as const, 'rejected' as const, 'withdrawn' as const),
    reason: words,
    appliedAtMs: fc.constant(startMs),
    appliedBy: words,
    consigneeName: words,
    customerLevel: fc.constant('V3'),
    past: fc.nat(99),
    lines: fc.array(fc.record({ name: words, qty: fc.integer({ min: 1, max: 999 }) }), { maxLength: 4 }),
    refundFen: fen,
    paidFen: fen,
    listFen: fen,
    payMethod: words,
    waybillNo: fc.constant('75894561230147'),
    carrier: fc.constant('ZTO' as const),
    parcel: fc.constant('collected'),
    sureLabel: fc.boolean(),
    pictures: fc.nat(9),
    levels: fc.tuple(level(1, 'cs_lead'), level(2, 'warehouse'), level(3, 'finance')),
  },
  {
    requiredKeys: [
      'id',
      'orderId',
      'channel',
      'orderNo',
      'version',
      'approval',
      'reason',
      'appliedAtMs',
      'lines',
      'sureLabel',
      'pictures',
      'levels',
    ],
  },
)

function cardsOf(sheet: ReturnSheet, nowMs: number): readonly Card[] {
  const beyond = {
    code: 'beyond-paid' as const,
    totalFen: '35600',
    paidFen: '23800',
    other: 'TH2611210150',
    otherFen: '11800',
    leftFen: '12000',
  }
  return sheet.levels.flatMap((one) => {
    const copy = { level: one.level, memberId: 'm1' }
    const own = approvalCard(sheet, copy, nowMs, codec)?.card
    const asks = (['reject', 'material', 'deputy'] as const).map((why) => reasonCard(sheet, one, why, codec))
    const changed = one.state === 'pending' ? [changedCard(sheet, sheet, copy, nowMs, codec)] : []
    return [
      ...(own ? [own] : []),
      ...asks,
      ...changed,
      beyondPaidCard(sheet, one, beyond, codec),
      applicantCard(sheet, nowMs, codec).card,
    ]
  })
}

const moments = fc.integer({ min: 0, max: 2_000 }).map((minutes) => startMs + minutes * minuteMs)

test('any return makes cards within every limit', () => {
  fc.assert(
    fc.property(sheets, moments, (sheet, nowMs) => {
      for (const card of cardsOf(sheet, nowMs)) expect(faultsOf(card)).toEqual([])
    }),
    { numRuns: 200 },
  )
})

test('between its moments a copy stays the same card: a countdown alone redraws nothing', () => {
  fc.assert(
    fc.property(sheets, moments, moments, (sheet, oneMs, otherMs) => {
      for (const { level: n } of sheet.levels) {
        const copy = { level: n, memberId: 'm1' }
        const [one, other] = [approvalCard(sheet, copy, oneMs, codec), approvalCard(sheet, copy, otherMs, codec)]
        if (one === undefined || other === undefined || one.sinceMs !== other.sinceMs) continue
        const still = (sinceMs: number) => JSON.stringify(approvalCard(sheet, copy, sinceMs, codec)?.card)
        expect(still(one.sinceMs)).toBe(still(other.sinceMs))
        expect(one.nextMs).toBe(other.nextMs)
      }
    }),
    { numRuns: 100 },
  )
})

test('yellow from five minutes, red from two, over at the limit (product J7)', () => {
  const due = {
    level: 1,
    role: 'cs_lead',
    state: 'pending',
    startedAtMs: startMs,
    dueAtMs: startMs + 15 * minuteMs,
  } as const
  const at = (minutes: number) => pendingMoment(due, startMs + minutes * minuteMs).urgency
  expect([0, 9.99, 10, 12.99, 13, 14.99, 15].map(at)).toEqual([
    'calm',
    'calm',
    'yellow',
    'yellow',
    'red',
    'red',
    'over',
  ])
})
