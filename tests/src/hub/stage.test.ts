import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { holderOf, mandatoryFields, missingStageFields, type StageFacts, stageOf } from '../../../src/hub/stage.ts'
import { nextTrackState, type TrackStep, trackPosition } from '../../../src/hub/track-state.ts'

const now = Date.parse('2026-11-22T10:00:00+08:00')
const hour = 3_600_000
const facts = (change: Partial<StageFacts> = {}): StageFacts => ({ parcels: [], returns: [], ...change })
const pending = { approval: 'pending', level: { role: 'warehouse', holder: '小周' } } as const

describe('stageOf', () => {
  const out = { state: 'in_transit', shippedAtMs: now } as const
  const label = { state: 'created' } as const
  test.each<[string, Partial<StageFacts>]>([
    ['pending_payment', {}],
    ['paid', { paidAtMs: 1 }],
    ['quarantined', { paidAtMs: 1, quarantinedAtMs: 2 }],
    ['on_hold', { paidAtMs: 1, quarantinedAtMs: 2, onHoldAtMs: 3 }],
    ['part_shipped', { paidAtMs: 1, parcels: [out, label] }],
    ['part_shipped', { paidAtMs: 1, shippedAtMs: 2, parcels: [out, label] }],
    ['shipped', { paidAtMs: 1, shippedAtMs: 2, onHoldAtMs: 3 }],
    ['shipped', { paidAtMs: 1, shippedAtMs: 2, parcels: [out] }],
    ['shipped', { shippedAtMs: 2, parcels: [label] }],
    ['signed', { shippedAtMs: 2, signedAtMs: 3 }],
    ['returning', { signedAtMs: 3, returns: [pending] }],
    ['returning', { refundedAtMs: 4, returns: [{ approval: 'approved', refundedAtMs: 4 }] }],
    ['signed', { signedAtMs: 3, returns: [{ approval: 'rejected' }, { approval: 'withdrawn' }] }],
    ['signed', { signedAtMs: 3, returns: [{ approval: 'approved', closedAtMs: 4 }] }],
    ['refunded', { signedAtMs: 3, refundedAtMs: 4 }],
    ['cancelled', { paidAtMs: 1, cancelledAtMs: 2, refundedAtMs: 3, onHoldAtMs: 1 }],
    ['returned', { signedAtMs: 3, returnedAtMs: 5, refundedAtMs: 6, returns: [pending] }],
  ])('%s', (stage, change) => expect(stageOf(facts(change))).toBe(stage))
})

describe('holderOf', () => {
  const at = (state: TrackStep['state'], shippedAtMs = now - hour) => [{ state, shippedAtMs }] as const
  test.each<[ReturnType<typeof holderOf>, Partial<StageFacts>]>([
    [{ group: 'customer' }, {}],
    [{ group: 'warehouse' }, { paidAtMs: 1 }],
    [{ group: 'ops' }, { paidAtMs: 1, quarantinedAtMs: 2 }],
    [{ group: 'cs' }, { paidAtMs: 1, onHoldAtMs: 2 }],
    [{ group: 'logistics' }, { shippedAtMs: 1, parcels: at('in_transit') }],
    [{ group: 'logistics' }, { shippedAtMs: 1, parcels: at('created') }],
    [{ group: 'warehouse' }, { shippedAtMs: 1, parcels: at('created', now - 25 * hour) }],
    [{ group: 'cs' }, { shippedAtMs: 1, parcels: [{ state: 'exception', exception: 'refused', shippedAtMs: 1 }] }],
    [
      { group: 'warehouse' },
      { shippedAtMs: 1, parcels: [{ state: 'exception', exception: 'returning', shippedAtMs: 1 }] },
    ],
    [{ group: 'nobody' }, { shippedAtMs: 1, parcels: at('signed') }],
    [{ group: 'nobody' }, { shippedAtMs: 1, signedAtMs: 2 }],
    [
      { group: 'warehouse', person: '小周' },
      { signedAtMs: 2, returns: [pending] },
    ],
    [{ group: 'customer' }, { signedAtMs: 2, returns: [{ approval: 'approved' }] }],
    [{ group: 'finance' }, { signedAtMs: 2, returns: [{ approval: 'approved', receivedAtMs: 3 }] }],
    [{ group: 'finance' }, { returnedAtMs: 3 }],
    [{ group: 'nobody' }, { returnedAtMs: 3, refundedAtMs: 4 }],
    [{ group: 'finance' }, { paidAtMs: 1, cancelledAtMs: 2 }],
    [{ group: 'nobody' }, { cancelledAtMs: 2 }],
  ])('%o', (holder, change) => expect(holderOf(facts(change), now)).toEqual(holder))
})

describe('mandatory fields', () => {
  const given = {
    paidAt: 1,
    payMethod: 'alipay',
    paidFen: 0n,
    shippedAt: 1,
    waybillNo: 'YT0082452614557',
    carrier: 'YTO',
    signedAt: 1,
    signer: '本人',
    signPhotoUrl: 'https://photo.example/1',
    returnNo: 'TH2611210033',
    returnReason: '破损',
    refundFen: 100n,
  }
  const stages = Object.keys(mandatoryFields) as (keyof typeof mandatoryFields)[]
  const all = stages.flatMap((stage) => mandatoryFields[stage].map((field) => [stage, field] as const))

  test('there are twelve', () => expect(all).toHaveLength(12))

  test.each(all)('%s without %s is not entered', (stage, field) => {
    expect(missingStageFields(stage, given)).toEqual([])
    for (const blank of [undefined, null, ''])
      expect(missingStageFields(stage, { ...given, [field]: blank })).toEqual([field])
  })

  test('self pick-up leaves without a waybill number', () => {
    expect(missingStageFields('shipped', { carrier: 'PICKUP', shippedAt: 1 })).toEqual([])
  })
})

describe('tracking', () => {
  const step = (atMs: number, state: TrackStep['state'], exception?: TrackStep['exception']): TrackStep => ({
    atMs,
    state,
    exception,
  })
  const way = (...steps: TrackStep[]) => {
    const { state, exception } = trackPosition(steps) ?? { state: undefined, exception: undefined }
    return exception ?? state
  }

  test('the way, with an exception that ends', () => {
    expect(way(step(1, 'created'), step(2, 'collected'), step(3, 'in_transit'), step(4, 'delivering'))).toBe(
      'delivering',
    )
    expect(way(step(3, 'in_transit'), step(4, 'exception', 'stuck'))).toBe('stuck')
    expect(way(step(3, 'in_transit'), step(4, 'exception', 'stuck'), step(5, 'in_transit'), step(6, 'signed'))).toBe(
      'signed',
    )
    expect(way(step(4, 'exception', 'delivery_failed'), step(5, 'delivering'))).toBe('delivering')
    expect(way()).toBeUndefined()
  })

  test('signed is final, except for a return', () => {
    expect(way(step(5, 'signed'), step(6, 'in_transit'), step(7, 'exception', 'lost'))).toBe('signed')
    expect(way(step(5, 'signed'), step(6, 'exception', 'returning'))).toBe('returning')
  })

  test('the signature of the sender is not that of the buyer', () => {
    expect(way(step(4, 'exception', 'returning'), step(5, 'in_transit'), step(6, 'signed'))).toBe('returning')
    expect(way(step(4, 'exception', 'refused'), step(5, 'signed'))).toBe('returning')
    expect(way(step(4, 'exception', 'refused'), step(5, 'in_transit'), step(6, 'signed'))).toBe('returning')
    expect(way(step(4, 'exception', 'refused'), step(5, 'delivering'), step(6, 'signed'))).toBe('signed')
  })

  test('nothing goes back before the first scan, and what is older changes nothing', () => {
    expect(way(step(3, 'in_transit'), step(4, 'created'))).toBe('in_transit')
    const current = { atMs: 5, state: 'in_transit' } as const
    expect(nextTrackState(current, step(4, 'signed'))).toBe(current)
    expect(nextTrackState(current, step(5, 'in_transit'))).toBe(current)
  })

  const anyStep = fc.record({
    atMs: fc.integer({ min: 0, max: 8 }),
    state: fc.constantFrom('created', 'collected', 'in_transit', 'delivering', 'signed', 'exception'),
    exception: fc.constantFrom('stuck', 'refused', 'returning', 'lost', undefined),
  }) as fc.Arbitrary<TrackStep>
  const steps = fc
    .array(anyStep, { maxLength: 12 })
    .map((all) => all.map(({ exception, ...rest }) => (rest.state === 'exception' ? { ...rest, exception } : rest)))

  test('any order of the same steps, doubled or not, ends in the same place', () => {
    fc.assert(
      fc.property(
        steps.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 })),
        ),
        ([all, shuffled]) => {
          expect(trackPosition(shuffled)).toEqual(trackPosition(all))
        },
      ),
    )
  })

  test('no parcel that was returning is ever signed, and no signed one goes on its way', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const sorted = [...all].sort((a, b) => a.atMs - b.atMs)
        let here = undefined as ReturnType<typeof trackPosition>
        for (const next of sorted) {
          const before = here
          here = nextTrackState(here, next)
          if (before?.exception === 'returning') expect(here.exception).toBe('returning')
          if (before?.state === 'signed') expect(['signed', 'returning']).toContain(here.exception ?? here.state)
        }
      }),
    )
  })
})
