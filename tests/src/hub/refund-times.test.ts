import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isWorkingDay } from '../../../src/hub/holidays.ts'
import {
  arrivalRange,
  type PayMethod,
  refundExpectation,
  refundTimes,
  defaultRefundTimes as times,
} from '../../../src/hub/refund-times.ts'
import type { ReturnView } from '../../../src/hub/return-facts.ts'
import { BadPayload } from '../../../src/runtime/errors.ts'

const at = (text: string) => Date.parse(`2026-${text}:00+08:00`)
const day = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().slice(5, 10)
const days = (range: { fromMs: number; toMs: number }) => `${day(range.fromMs)}~${day(range.toMs)}`
const dayMs = 86_400_000
const methods = Object.keys(times.methods) as PayMethod[]
const moment = fc.integer({ min: at('01-01T00:00'), max: at('12-31T23:59') })

describe('the range after release', () => {
  test.each([
    ['wechat', '11-22T09:31', '11-23~11-25'],
    // Friday: cards behind the app settle on Monday, Tuesday, Wednesday
    ['alipay', '11-20T18:00', '11-21~11-25'],
    ['huabei', '11-20T18:00', '11-21~11-23'],
    ['bank_card', '11-20T18:00', '11-23~11-27'],
    ['bank_transfer', '11-20T18:00', '11-23~11-25'],
    ['wechat_balance', '11-22T23:50', '11-22~11-23'],
    // the first week of October is off, the 10th is a Saturday that is worked
    ['bank_card', '09-30T12:00', '10-08~10-13'],
    ['on_account', '12-22T09:00', '01-01~01-05'],
  ] as const)('%s released %s: %s', (method, released, expected) => {
    expect(days(arrivalRange(method, at(released), times))).toBe(expected)
  })

  test('is whole Beijing days, never before the release, never backwards', () => {
    fc.assert(
      fc.property(moment, fc.constantFrom(...methods), (releasedAtMs, method) => {
        const { fromMs, toMs } = arrivalRange(method, releasedAtMs, times)
        expect((fromMs + 8 * 3_600_000) % dayMs).toBe(0)
        expect((toMs + 8 * 3_600_000) % dayMs).toBe(0)
        expect(fromMs + dayMs > releasedAtMs && fromMs <= toMs).toBe(true)
        // later releases are never expected earlier
        const next = arrivalRange(method, releasedAtMs + dayMs, times)
        expect(next.fromMs >= fromMs && next.toMs >= toMs).toBe(true)
      }),
    )
  })

  test('counts working days by the table of the year', () => {
    expect(isWorkingDay(at('11-21T12:00'), times)).toBe(false)
    expect(isWorkingDay(at('10-10T12:00'), times)).toBe(true)
    expect(isWorkingDay(at('10-05T12:00'), times)).toBe(false)
    expect(isWorkingDay(at('11-23T00:00'), times)).toBe(true)
  })
})

describe('where the money is', () => {
  const nowMs = at('11-22T10:05')
  const base = {
    approval: 'pending',
    levels: [{ level: 1, role: 'cs_lead', state: 'pending', dueAtMs: at('11-22T10:20') }],
    wholeDueAtMs: at('11-23T10:04'),
  } as const satisfies Partial<ReturnView>
  const expected = (more: Partial<ReturnView>) => refundExpectation({ ...base, ...more }, 'wechat', nowMs, times)

  test('paid back, refused, withdrawn', () => {
    expect(expected({ approval: 'approved', refundedAtMs: 7 })).toEqual({ stage: 'refunded', atMs: 7 })
    expect(expected({ approval: 'rejected' })).toEqual({ stage: 'rejected' })
    expect(expected({ approval: 'withdrawn' })).toEqual({ stage: 'withdrawn' })
  })

  test('released: counted from the release; late once the last day is over', () => {
    const soon = expected({ approval: 'approved', releasedAtMs: at('11-22T09:31') })
    expect(soon).toMatchObject({ stage: 'released', late: false })
    const late = expected({ approval: 'approved', releasedAtMs: at('11-10T09:31') })
    expect(late).toMatchObject({ stage: 'released', late: true })
    const lastDay = expected({ approval: 'approved', releasedAtMs: at('11-18T09:31') })
    // Wednesday to Monday 23rd
    expect(lastDay).toMatchObject({ late: false })
  })

  test('booked in and waiting: counted from now', () => {
    expect(expected({ approval: 'approved', receivedAtMs: at('11-20T09:00') })).toMatchObject({
      stage: 'release',
      range: arrivalRange('wechat', nowMs, times),
    })
  })

  test('under way: by the usual days, by the expected arrival when there is one, by nothing once both have passed', () => {
    const sent = expected({ approval: 'approved', approvedAtMs: at('11-21T10:00') })
    expect(sent.stage === 'goods' && sent.range && days(sent.range)).toBe('11-23~12-01')
    const seen = expected({
      approval: 'approved',
      approvedAtMs: at('11-12T10:00'),
      comingBack: { etaAtMs: at('11-24T18:00') },
    })
    expect(seen.stage === 'goods' && seen.range && days(seen.range)).toBe('11-23~11-27')
    expect(expected({ approval: 'approved', approvedAtMs: at('11-12T10:00') })).toEqual({ stage: 'goods' })
  })

  test('in approval: from today at the earliest, from the limit of the whole at the latest', () => {
    const { stage, ...rest } = expected({})
    expect(stage).toBe('approval')
    expect('range' in rest && rest.range && days(rest.range)).toBe('11-24~12-02')
  })

  test('any state gives a range of days ahead or none', () => {
    const when = fc.option(moment, { nil: undefined })
    const anyReturn = fc.record({
      approval: fc.constantFrom('pending' as const, 'approved' as const, 'rejected' as const, 'withdrawn' as const),
      approvedAtMs: when,
      receivedAtMs: when,
      releasedAtMs: when,
      wholeDueAtMs: moment,
    })
    fc.assert(
      fc.property(anyReturn, moment, fc.constantFrom(...methods), (made, now, method) => {
        const known = Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined))
        const told = refundExpectation({ levels: [], ...known } as unknown as ReturnView, method, now, times)
        if (!('range' in told) || told.range === undefined) return
        expect(told.range.fromMs).toBeLessThanOrEqual(told.range.toMs)
        // what still has to be released cannot arrive in the past
        if (told.stage !== 'released') expect(told.range.fromMs + dayMs).toBeGreaterThan(now)
      }),
    )
  })
})

describe('the setting refund.times', () => {
  const stored = (value: unknown) => refundTimes({ get: async () => value })

  test('replaces what it names and nothing else', async () => {
    expect(await stored(undefined)).toEqual(times)
    const from = { n: 2, unit: 'days' }
    const to = { n: 4, unit: 'working-days' }
    const set = await stored({ methods: { wechat: { from, to } }, holidays: ['2027-01-01'] })
    expect(set.methods.wechat).toEqual({ from, to })
    expect(set.methods.alipay).toEqual(times.methods.alipay)
    expect(set.holidays).toEqual(['2027-01-01'])
    expect(set.transitDays).toEqual(times.transitDays)
  })

  test('of another shape is refused by name', async () => {
    await expect(stored({ methods: { wechat: { from: 1 } } })).rejects.toThrow(BadPayload)
    await expect(stored({ method: {} })).rejects.toThrow(/refund\.times/)
  })
})
