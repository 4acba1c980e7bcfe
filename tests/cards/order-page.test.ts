import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ListPage, pageOf, pageToken } from '../../cards/order-page.ts'
import { cardLimits } from '../../src/chat/card.ts'
import { codec } from '../kit/every-card.ts'
import { nowMs } from '../kit/sample-orders.ts'

const day = fc.date({
  min: new Date('2020-01-01T00:00:00Z'),
  max: new Date('2060-12-31T00:00:00Z'),
  noInvalidDate: true,
})
const iso = day.map((date) => date.toISOString().slice(0, 10))
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const anyPage = fc
  .record({
    page: fc.integer({ min: 2, max: 40 }),
    who: maybe(
      fc.oneof(
        fc.record({
          by: fc.constantFrom('phone' as const, 'extension' as const, 'name' as const, 'tail-and-name' as const),
          ref: fc.stringMatching(/^SO\d{12}$/),
        }),
        fc.record({ by: fc.constant('phone-tail' as const), ref: fc.stringMatching(/^\d{4}!?$/) }),
        fc.record({
          by: fc.constantFrom('order-tail' as const, 'waybill-tail' as const),
          ref: fc.stringMatching(/^[\dA-Z]{4,6}$/),
        }),
      ),
    ),
    channel: maybe(fc.constantFrom('抖音', '小程序', 'POS')),
    status: maybe(fc.constantFrom('待发货', '缺承运商', '异常')),
    product: maybe(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 })),
    date: maybe(fc.record({ from: iso, to: iso, of: fc.constantFrom('order', 'pay', 'ship', 'sign', 'any') })),
  })
  .map((page) => Object.fromEntries(Object.entries(page).filter(([, value]) => value !== undefined)) as ListPage)

test('a page comes back from its token as it went in, or has no token', () => {
  let fitted = 0
  fc.assert(
    fc.property(anyPage, (page) => {
      const token = pageToken(page, codec, nowMs)
      if (token === undefined) return
      fitted += 1
      expect(token.length).toBeLessThanOrEqual(cardLimits.tokenBytes)
      const decoded = codec.decode(token, { memberId: 'anybody', nowMs })
      expect(decoded).toMatchObject({ outcome: 'ok', action: 'order.page' })
      expect(pageOf(decoded.outcome === 'ok' ? decoded.args[0] : undefined)).toEqual(page)
    }),
    { numRuns: 300 },
  )
  expect(fitted).toBeGreaterThan(100)
})

test('what people usually ask for has room', () => {
  const page: ListPage = {
    page: 12,
    who: { by: 'tail-and-name', ref: 'SO261120733961' },
    status: '待发货',
    date: { from: '2026-11-16', to: '2026-11-22', of: 'order' },
  }
  expect(pageToken(page, codec, nowMs)).toBeDefined()
  expect(pageToken({ page: 2, channel: '小程序', status: '派件中', product: '纸尿裤' }, codec, nowMs)).toBeDefined()
})

test('a page is for a day, and nonsense is none', () => {
  const token = pageToken({ page: 2, status: '异常' }, codec, nowMs) ?? ''
  expect(codec.decode(token, { memberId: 'm', nowMs: nowMs + 86_400_000 })).toEqual({ outcome: 'expired' })
  for (const text of [undefined, '', 'x|||||', '0|||||', '1.5']) expect(pageOf(text)).toBeUndefined()
})
