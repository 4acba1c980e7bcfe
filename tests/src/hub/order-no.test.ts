import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nearNumbers } from '../../../src/hub/near-numbers.ts'
import { channelHint, normaliseOrderNo, recogniseKey } from '../../../src/hub/order-no.ts'
import { carrierOf, isS10, normaliseWaybill, plausibleWaybill } from '../../../src/hub/waybill-no.ts'

describe('recogniseKey', () => {
  test.each([
    ['SO261114021878', 'hub-no', 'SO261114021878'],
    ['so 2611 1402 1878', 'hub-no', 'SO261114021878'],
    ['S0261114021878', 'hub-no', 'SO261114021878'],
    ['TH2611210033', 'return-no', 'TH2611210033'],
    ['ｔｈ２６１１２１００３３', 'return-no', 'TH2611210033'],
    ['6936476692437472563', 'order-no', '6936476692437472563'],
    ['6936 4766 9243 7472 563', 'order-no', '6936476692437472563'],
    ['6936-4766-9243-7472-563', 'order-no', '6936476692437472563'],
    ['３１３５３３３８６５９６５８９７９２０', 'order-no', '3135333865965897920'],
    ['294823648972', 'order-no', '294823648972'],
    ['e20261118153341091409785', 'order-no', 'E20261118153341091409785'],
    ['POS-HZ04-20261120-0030', 'order-no', 'POS-HZ04-20261120-0030'],
    ['pos hz04 20261120 0030', 'order-no', 'POS-HZ04-20261120-0030'],
    ['JXS01－20261118—0025', 'order-no', 'JXS01-20261118-0025'],
    ['jxs01202611180025', 'order-no', 'JXS01-20261118-0025'],
    ['17000009354', 'phone', '17000009354'],
    ['+86 170-0000-9354', 'phone', '17000009354'],
    ['18812345678-123', 'phone', '18812345678-123'],
    ['SF1694121245991', 'waybill-no', 'SF1694121245991'],
    ['sf1 694 121 245 991', 'waybill-no', 'SF1694121245991'],
    ['YT0082452614557', 'waybill-no', 'YT0082452614557'],
    ['JT3684186603850', 'waybill-no', 'JT3684186603850'],
    ['JDVB33208999138', 'waybill-no', 'JDVB33208999138'],
    ['JDVA01234567890-1-1-', 'waybill-no', 'JDVA01234567890'],
    ['DPK123456789012', 'waybill-no', 'DPK123456789012'],
    ['75894561230147', 'waybill-no', '75894561230147'],
    ['EE471108151FR', 'waybill-no', 'EE471108151FR'],
    ['2563', 'number-tail', '2563'],
    ['…2563', 'number-tail', '2563'],
    ['*472563', 'number-tail', '472563'],
    ['BC338364_002', 'order-no', 'BC338364_002'],
    ['261120-123456789012345', 'order-no', '261120123456789012345'],
  ])('%s is a %s', (token, kind, value) => expect(recogniseKey(token)).toEqual({ kind, value }))

  test.each(['', '  ', '12', '奶粉', 'hello', '昨天', "1' OR '1'='1", '%%%%', '____', 'x'.repeat(200), '2%63'])(
    '%s is no key',
    (token) => expect(recogniseKey(token)).toBeUndefined(),
  )

  test('any text gets an answer, and a value that is found again under itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        const key = recogniseKey(text)
        if (key) expect(recogniseKey(key.value)).toEqual(key)
      }),
    )
  })

  test('spelling does not matter: case, width, blanks and dashes inside digits', () => {
    const known = fc.constantFrom(
      'SO261114021878',
      'TH2611210033',
      '6936476692437472563',
      '294823648972',
      'YT0082452614557',
    )
    const noise = fc.array(fc.constantFrom('', '', ' ', '\u3000', '\u200b', '·'), { minLength: 20, maxLength: 20 })
    fc.assert(
      fc.property(known, noise, fc.boolean(), fc.boolean(), (number, between, wide, lower) => {
        const spelt = [...number]
          .map((sign) => (wide ? String.fromCharCode(sign.charCodeAt(0) + 0xfee0) : lower ? sign.toLowerCase() : sign))
          .map((sign, i) => sign + (between[i] ?? ''))
          .join('')
        expect(recogniseKey(spelt)).toEqual(recogniseKey(number))
      }),
    )
  })

  test('stored and asked numbers meet in one form', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (raw) => {
        expect(normaliseOrderNo(normaliseOrderNo(raw))).toBe(normaliseOrderNo(raw))
      }),
    )
  })
})

describe('channelHint', () => {
  test.each([
    ['6936476692437472563', 'douyin'],
    ['3135333865965897920', 'tmall'],
    ['3716854787965183746', 'miniapp'],
    ['E20261118153341091409785', 'miniapp'],
    ['294823648972', 'jd'],
    ['POS-HZ04-20261120-0030', 'pos'],
    ['JXS01-20261118-0025', 'distributor'],
    ['BC338364_002', undefined],
  ])('%s: %s', (number, channel) => expect(channelHint(number)).toBe(channel))
})

describe('waybill numbers', () => {
  test.each([
    ['SF1694121245991', 'SF', 'certain'],
    ['JDVB33208999138', 'JD', 'certain'],
    ['JDX012345678901', 'JD', 'certain'],
    ['JT3684186603850', 'JT', 'certain'],
    ['YT0082452614557', 'YTO', 'certain'],
    ['DPK123456789012', 'DBL', 'certain'],
    ['771234567890123', 'STO', 'likely'],
    ['462345678901234', 'YUNDA', 'likely'],
    ['432345678901234', 'YUNDA', 'ambiguous'],
    ['75894561230147', 'ZTO', 'likely'],
    ['621234567890123', 'CAINIAO', 'likely'],
    ['1123456789012', 'EMS', 'ambiguous'],
    ['9812345678901', 'POST', 'ambiguous'],
    ['5123456789012', 'YUNDA', 'ambiguous'],
    ['EE471108151FR', 'EMS', 'certain'],
    ['RB123456785GB', 'POST', 'certain'],
  ])('%s: %s, %s', (number, carrier, certainty) => {
    expect(carrierOf(number)?.carriers[0]).toBe(carrier)
    expect(carrierOf(number)?.certainty).toBe(certainty)
  })

  test('hot lines, phones, order numbers and dates are no waybills', () => {
    for (const number of [
      '95338',
      '13812345678',
      '6936476692437472563',
      '20261120',
      'SO261114021878',
      '18412345678-3026',
    ])
      expect(carrierOf(number)).toBeUndefined()
  })

  test('S10: the examples hold, and no other check digit does', () => {
    for (const number of ['EB000717618HK', 'RB123456785GB', 'EE471108151FR']) {
      expect(isS10(number)).toBe(true)
      for (let d = 0; d < 10; d++) {
        const changed = `${number.slice(0, 10)}${d}${number.slice(11)}`
        expect(isS10(changed)).toBe(changed === number)
      }
    }
  })

  test('S10 notices any single wrong digit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 1, max: 9 }), (at, by) => {
        const number = 'EE471108151FR'
        const digit = (Number(number[at]) + by) % 10
        expect(isS10(number.slice(0, at) + digit + number.slice(at + 1))).toBe(false)
      }),
    )
  })

  test('plausible for a named carrier: current, older and foreign forms', () => {
    expect(plausibleWaybill('ZTO', '75894561230147')).toBe(true)
    expect(plausibleWaybill('SF', '123456789012')).toBe(true)
    expect(plausibleWaybill('STO', '268123456789')).toBe(true)
    expect(plausibleWaybill('ZTO', 'SF1694121245991')).toBe(false)
    expect(plausibleWaybill('YTO', '13812345678x')).toBe(false)
    expect(plausibleWaybill('OTHER', 'AN-20261120-77')).toBe(true)
    expect(plausibleWaybill('OTHER', 'x'.repeat(50))).toBe(false)
    expect(plausibleWaybill('PICKUP', 'SF1694121245991')).toBe(false)
  })

  test('the parcel suffix of a JD bar code goes, other dashes too', () => {
    expect(normaliseWaybill('JDVA01234567890-1-2-')).toBe('JDVA01234567890')
    expect(normaliseWaybill('sf1-694-121-245-991')).toBe('SF1694121245991')
  })
})

describe('nearNumbers', () => {
  const digits = fc.stringMatching(/^[0-9]{12,19}$/)
  test('holds every number one slip away and not the number itself', () => {
    fc.assert(
      fc.property(digits, fc.nat(), fc.integer({ min: 0, max: 9 }), (number, at, digit) => {
        const i = at % number.length
        const near = new Set(nearNumbers(number))
        const slips = [
          number.slice(0, i) + digit + number.slice(i + 1),
          number.slice(0, i) + number.slice(i + 1),
          number.slice(0, i) + digit + number.slice(i),
          number.slice(0, i) + (number[i + 1] ?? '') + number[i] + number.slice(i + 2),
        ]
        for (const slip of slips) if (slip !== number) expect(near).toContain(slip)
        expect(near.has(number)).toBe(false)
      }),
    )
  })

  test('letters stay, and a number of 10,000 characters costs nothing', () => {
    expect(nearNumbers('SO261114021878').every((near) => near.startsWith('SO'))).toBe(true)
    expect(nearNumbers('6936476692437472653')).toContain('6936476692437472563')
    expect(nearNumbers('1'.repeat(10_000))).toEqual([])
  })
})
