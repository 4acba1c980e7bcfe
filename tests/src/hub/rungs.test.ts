import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { whoHears } from '../../../src/hub/fire-deadlines.ts'
import { limitOf, quietUntil, rungTimes } from '../../../src/hub/rung-times.ts'
import { clockNames, clockRules, defaultClockRules as rules, steadyRules } from '../../../src/hub/rungs.ts'
import { type Heard, sortOut, type Waiting } from '../../../src/hub/storm.ts'
import { BadPayload } from '../../../src/runtime/errors.ts'

const at = (text: string) => Date.parse(`2026-${text}:00+08:00`)
const said = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().slice(5, 19).replace('T', ' ')
const minute = 60_000
const times = (clock: Parameters<typeof rungTimes>[1], start: string, due?: string) =>
  rungTimes(rules, clock, at(start), due === undefined ? undefined : at(due)).map(
    ({ dueAtMs, plan }) => `${plan.step} ${said(dueAtMs)}`,
  )

describe('the rungs of product §2.9', () => {
  test('level one: ten minutes, a quarter of an hour', () => {
    expect(times('l1', '11-22T10:05')).toEqual(['nudge 11-22 10:15:00', 'deputy 11-22 10:20:00'])
    expect(times('l1', '11-22T22:50')).toEqual(['nudge 11-22 23:00:00', 'deputy 11-23 08:05:00'])
  })

  test('level two and three: three quarters, the limit, an hour more; in working time', () => {
    expect(times('l2', '11-23T10:05')).toEqual([
      'nudge 11-23 13:05:00',
      'substitute 11-23 14:05:00',
      'supervisor 11-23 15:05:00',
    ])
    expect(times('l3', '11-20T16:00')).toEqual([
      'nudge 11-23 10:00:00',
      'substitute 11-23 11:00:00',
      'supervisor 11-23 12:00:00',
    ])
  })

  test('what people see counting down is kept: a longer limit stretches, one outside the hours waits for them', () => {
    expect(times('l1', '11-22T10:00', '11-22T10:30')).toEqual(['nudge 11-22 10:20:00', 'deputy 11-22 10:30:00'])
    expect(times('l2', '11-22T10:05', '11-22T14:05')).toEqual([
      'nudge 11-23 09:00:00',
      'substitute 11-23 09:00:00',
      'supervisor 11-23 10:00:00',
    ])
  })

  test('the wall clocks never pause', () => {
    expect(times('return_total', '11-21T23:30')).toEqual(['nudge 11-22 19:30:00', 'director 11-22 23:30:00'])
    expect(times('fine', '10-01T00:00')).toEqual([
      'director 10-03 12:00:00',
      'director 10-03 22:00:00',
      'director 10-04 00:00:00',
    ])
    expect(times('stalled', '10-01T00:00')).toEqual(['list 10-02 12:00:00', 'team 10-03 00:00:00'])
    expect(times('unscanned', '10-01T00:00')).toEqual(['nudge 10-01 18:00:00', 'team 10-02 00:00:00'])
    expect(times('ship_promise', '10-01T03:00')).toEqual(['team 10-01 03:00:00'])
  })

  test('rungs never go back, and the limit is where it was said to be', () => {
    const start = fc.integer({ min: at('01-01T00:00'), max: at('12-01T00:00') })
    const clock = fc.constantFrom(...clockNames)
    fc.assert(
      fc.property(
        clock,
        start,
        fc.option(fc.integer({ min: 0, max: 6_000 }), { nil: undefined }),
        (name, from, more) => {
          const due = more === undefined ? undefined : from + more * minute
          const rungs = rungTimes(rules, name, from, due)
          const moments = rungs.map(({ dueAtMs }) => dueAtMs)
          expect(moments).toEqual([...moments].sort((a, b) => a - b))
          expect(moments[0]).toBeGreaterThanOrEqual(from)
          const atLimit = rules.clocks[name].rungs.findIndex(
            ({ minutes }) => minutes === rules.clocks[name].limitMinutes,
          )
          if (due === undefined && atLimit >= 0) expect(moments[atLimit]).toBe(limitOf(rules, name, from))
        },
      ),
    )
  })
})

describe('the setting', () => {
  const stored = (value: unknown) => clockRules({ get: async () => value })

  test('replaces a clock and keeps the others', async () => {
    const rungs = [{ minutes: 12, step: 'nudge', tell: 'holder' }]
    const set = await stored({ clocks: { l1: { limitMinutes: 20, calendar: 'staffed', rungs } }, perHour: 3 })
    expect(set.clocks.l1).toEqual({ limitMinutes: 20, calendar: 'staffed', rungs })
    expect(set.clocks.l2).toEqual(rules.clocks.l2)
    expect(set.perHour).toBe(3)
    expect(await stored(undefined)).toBe(rules)
  })

  test.each([
    { clocks: { l1: { limitMinutes: 20, calendar: 'staffed', rungs: [] } } },
    { clocks: { l9: rules.clocks.l1 } },
    { clocks: { l1: { ...rules.clocks.l1, rungs: [...rules.clocks.l1.rungs].reverse() } } },
    { staffed: { opensMin: 600, closesMin: 500 } },
    { quiet: { fromMin: 480, toMin: 1380 } },
    { holidays: ['tomorrow'] },
  ])('of another shape is refused: %j', async (value) => {
    await expect(stored(value)).rejects.toThrow(BadPayload)
  })

  test('that cannot be read does not stop the clocks: the last rules count, and the log says so once', async () => {
    let value: unknown = { perHour: 3 }
    const said: string[] = []
    const current = steadyRules({ get: async () => value }, (level, message) => said.push(`${level} ${message}`))
    expect((await current()).perHour).toBe(3)
    value = { perHour: 'many' }
    expect((await current()).perHour).toBe(3)
    expect((await current()).perHour).toBe(3)
    expect(said).toEqual(['error the clocks go on by their last rules'])
    value = undefined
    expect(await current()).toBe(rules)
  })
})

describe('who hears of it', () => {
  const staff = [
    { id: 'lead', roles: ['cs_lead'] },
    { id: 'deputy', roles: ['cs_lead'] },
    { id: 'boss', roles: ['director'] },
  ]
  test.each([
    ['holder', { role: 'cs_lead', holderId: 'lead' }, ['lead']],
    // away or without an account: the rest of the role
    ['holder', { role: 'cs_lead', holderId: 'gone' }, ['lead', 'deputy']],
    ['holder', { role: 'cs_lead' }, ['lead', 'deputy']],
    ['others', { role: 'cs_lead', holderId: 'lead' }, ['deputy']],
    ['others', { role: 'finance', holderId: 'x' }, []],
    [['director', 'cs_lead'], {}, ['lead', 'deputy', 'boss']],
    ['nobody', { role: 'cs_lead' }, []],
    ['holder', {}, []],
  ] as const)('%j of %j', (tell, level, expected) => {
    expect(whoHears({ tell }, level, staff)).toEqual(expected)
  })
})

describe('storm control', () => {
  const row = (id: string, more: Partial<Waiting> = {}): Waiting => ({
    id,
    subject: `return:${id}`,
    step: 'nudge',
    urgent: false,
    ...more,
  })
  const nothing: Heard = { messagesAtMs: [], toldAtMs: new Map(), urgedAtMs: new Map(), heldUntilMs: new Map() }
  const noon = at('11-23T12:00')
  const sorted = (rows: readonly Waiting[], heard: Partial<Heard> = {}, nowMs = noon) => {
    const { send, wait } = sortOut(rows, { ...nothing, ...heard }, rules, nowMs)
    return { send: send.map(({ id }) => id), wait: wait.map(({ row: { id }, untilMs }) => `${id} ${said(untilMs)}`) }
  }

  test('quiet hours wait for the morning, what is urgent rings', () => {
    expect(quietUntil(rules, at('11-22T22:59'))).toBeUndefined()
    expect(quietUntil(rules, at('11-23T08:00'))).toBeUndefined()
    for (const night of ['11-22T23:00', '11-23T03:00', '11-23T07:59'])
      expect(sorted([row('a'), row('b', { urgent: true })], {}, at(night))).toEqual({
        send: ['b'],
        wait: ['a 11-23 08:00:00'],
      })
  })

  test('one item is told once in ten minutes, and a reminder by hand counts as one', () => {
    const recent = new Map([['return:a', noon - 4 * minute]] as const)
    expect(sorted([row('a'), row('b')], { toldAtMs: recent })).toEqual({ send: ['b'], wait: ['a 11-23 12:06:00'] })
    expect(sorted([row('a')], { urgedAtMs: recent }).wait).toEqual(['a 11-23 12:06:00'])
    // a deputy hears at once, whoever reminded the holder
    expect(sorted([row('a', { step: 'deputy' })], { urgedAtMs: recent }).send).toEqual(['a'])
    expect(sorted([row('a')], { toldAtMs: new Map([['return:a', noon - 10 * minute]]) }).send).toEqual(['a'])
  })

  test('who has it in hand is not reminded; a limit is a limit, and the fine rings', () => {
    const heldUntilMs = new Map([['return:a', noon + 7 * minute]] as const)
    expect(sorted([row('a'), row('b')], { heldUntilMs })).toEqual({ send: ['b'], wait: ['a 11-23 12:07:00'] })
    expect(sorted([row('a')], { heldUntilMs }, noon + 7 * minute).send).toEqual(['a'])
    for (const step of ['deputy', 'substitute', 'supervisor', 'director'] as const)
      expect(sorted([row('a', { step })], { heldUntilMs }).send).toEqual(['a'])
    expect(sorted([row('a', { urgent: true })], { heldUntilMs }).send).toEqual(['a'])
  })

  test('beyond the budget they collect until the hour frees one; an urgent message takes them along', () => {
    const messagesAtMs = Array.from({ length: 12 }, (_, index) => noon - (index * 4 + 1) * minute)
    expect(sorted([row('a'), row('b')], { messagesAtMs }).wait).toEqual(['a 11-23 12:15:00', 'b 11-23 12:15:00'])
    expect(sorted([row('a'), row('b', { urgent: true })], { messagesAtMs }).send).toEqual(['a', 'b'])
    expect(sorted([row('a')], { messagesAtMs: messagesAtMs.slice(1) }).send).toEqual(['a'])
  })

  test('nothing is lost: each row is sent or waits for later', () => {
    const anyRow = fc.record({
      id: fc.uuid(),
      subject: fc.constantFrom<Waiting['subject']>('return:a', 'return:b', 'parcel:c'),
      step: fc.constantFrom<Waiting['step']>('nudge', 'deputy', 'director'),
      urgent: fc.boolean(),
    })
    const moment = fc.integer({ min: at('11-01T00:00'), max: at('11-30T00:00') })
    const rows = fc.uniqueArray(anyRow, { maxLength: 30, selector: ({ id }) => id })
    fc.assert(
      fc.property(rows, moment, fc.array(fc.integer({ min: 0, max: 90 }), { maxLength: 20 }), (all, nowMs, ago) => {
        const past = ago.map((minutes) => nowMs - minutes * minute)
        const told = new Map([['return:a' as const, nowMs - 3 * minute]])
        const { send, wait } = sortOut(all, { ...nothing, messagesAtMs: past, toldAtMs: told }, rules, nowMs)
        expect([...send, ...wait.map(({ row }) => row)].map(({ id }) => id).sort()).toEqual(
          all.map(({ id }) => id).sort(),
        )
        for (const { row: waiting, untilMs } of wait) {
          expect(untilMs).toBeGreaterThan(nowMs)
          expect(waiting.urgent).toBe(false)
        }
      }),
    )
  })
})
