import fc from 'fast-check'
import { expect, test } from 'vitest'
import { askedField, type ReadPhotoFacts, waybillResultCard } from '../../cards/waybill-result.ts'
import type { PhotoReading } from '../../src/hub/photo-reading.ts'
import { anyMoment, anyOrder } from '../kit/arbitrary-order.ts'
import { faultsOf } from '../kit/card-faults.ts'
import { codec } from '../kit/every-card.ts'

const photoId = 'ph_0mwt0tmnn8a94b4e2cfe609fa43e2'
const numbers = fc.constantFrom('YT8824526145570', 'JDVA01234567890', '75894561230147', 'EA123456785CN')
/** As long as a shop order can be read. */
const longest = 'POS-HZ04-20261120-0030-000000001'
const orderNo = fc.constantFrom('261120-123456789012345', '6936476692437472563', 'POS-HZ04-20261120-0030', longest)
const tail = fc.stringMatching(/^[0-9]{4}$/)
const nullOr = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null })

const anyReading: fc.Arbitrary<PhotoReading> = fc
  .record({
    carrier: nullOr(fc.constantFrom('YTO' as const, 'POST' as const, 'OTHER' as const)),
    waybillNo: nullOr(numbers),
    evidence: nullOr(
      fc.constantFrom('barcode' as const, 'barcode+text' as const, 'text×2' as const, 'text×1' as const),
    ),
    sentAt: nullOr(
      fc.record({
        atMs: anyMoment,
        precision: fc.constantFrom('second' as const, 'minute' as const, 'day' as const),
        label: fc.constantFrom('打印时间', '第12次打印时间', '寄件日期'),
      }),
    ),
    phoneTail: nullOr(tail),
    orderNo: nullOr(orderNo),
    doubtful: fc.record({ phoneTail: tail, orderNo }, { requiredKeys: [] }),
    sure: fc.boolean(),
    ask: fc.subarray(['waybillNo', 'carrier', 'sentAt', 'phoneTail', 'orderNo'] as const),
    rivals: fc.uniqueArray(numbers, { maxLength: 4 }),
    unreadable: fc.constantFrom('blurred', 'glare', 'cropped', 'too-small', 'too-dark', 'no-label', 'unknown-form'),
  })
  .map(({ sure, waybillNo, rivals, unreadable, ...rest }) => ({
    ...rest,
    waybillNo,
    sure: sure && waybillNo !== null && rivals.length === 0,
    rivals: waybillNo === null ? [] : rivals.filter((rival) => rival !== waybillNo),
    ...(waybillNo === null && { unreadable: unreadable as NonNullable<PhotoReading['unreadable']> }),
  }))

const anyFacts: fc.Arbitrary<ReadPhotoFacts> = fc
  .record({
    reading: anyReading,
    order: anyOrder,
    kind: fc.constantFrom('none', 'return', 'parcel', 'order', 'asked'),
    mayReceive: fc.boolean(),
    mayCreate: fc.boolean(),
    resumes: fc.option(fc.constant('kV3mZq8_xQ0'), { nil: undefined }),
    twinAtMs: fc.option(anyMoment, { nil: undefined }),
  })
  .map(({ reading, order, kind, resumes, twinAtMs, ...may }) => {
    const seen = { photoId, reading, ...may, ...(resumes !== undefined && { resumes }) }
    const twin = twinAtMs === undefined ? {} : { twin: { id: photoId, atMs: twinAtMs, reading } }
    if (kind === 'asked')
      return { ...seen, ...twin, askOrder: { orderNo: reading.doubtful?.orderNo ?? longest, orderId: order.id } }
    if (kind === 'none') return { ...seen, ...twin }
    const match =
      kind === 'return'
        ? { kind, orderId: order.id, returnId: 'RT261122-0102' }
        : { kind: kind as 'parcel' | 'order', orderId: order.id }
    return { ...seen, ...twin, match, order }
  })

test('whatever a photo says, its card keeps the limits and asks for one thing at most', () => {
  fc.assert(
    fc.property(anyFacts, anyMoment, (facts, nowMs) => {
      const card = waybillResultCard(facts, { mode: 'masked', nowMs }, codec)
      expect(faultsOf(card)).toEqual([])
      const yes = card.buttons.filter(({ label }) => label === '就是这个').length
      expect(yes).toBeLessThanOrEqual(1)
      if (facts.match !== undefined && facts.reading.sure) expect(askedField(facts)).toBeUndefined()
    }),
    { numRuns: 300 },
  )
})

test.each<
  [string, Omit<Partial<ReadPhotoFacts>, 'reading'> & { readonly reading: Partial<PhotoReading> }, string | undefined]
>([
  ['an unsure number', { reading: { waybillNo: 'YT8824526145570' } }, 'waybillNo'],
  [
    'a shop order the hub has',
    { reading: {}, askOrder: { orderNo: '261120-123456789012345', orderId: 'SO261122926149' } },
    'orderNo',
  ],
  ['nothing at all', { reading: {} }, 'waybillNo'],
  ['an unsure tail', { reading: sureNumber({ doubtful: { phoneTail: '4820' } }), mayCreate: true }, 'phoneTail'],
  ['a sure number that belongs to nothing', { reading: sureNumber({}) }, undefined],
])('%s is asked about', (_, { reading, ...facts }, field) => {
  expect(askedField({ photoId, ...facts, reading: { ...nothing, ...reading } })).toBe(field)
})

const nothing: PhotoReading = {
  ...{ carrier: null, waybillNo: null, evidence: null, sentAt: null, phoneTail: null, orderNo: null },
  ...{ sure: false, ask: [], rivals: [] },
}

function sureNumber(more: Partial<PhotoReading>): Partial<PhotoReading> {
  return { waybillNo: 'YT8824526145570', sure: true, ...more }
}
