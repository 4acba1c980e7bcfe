import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { personalData } from '../../../src/hub/personal.ts'
import { isVirtualPhone, parsePhone, phoneTail } from '../../../src/hub/phone.ts'
import { BadPayload } from '../../../src/runtime/errors.ts'

const personal = personalData('11'.repeat(32))
const other = personalData('22'.repeat(32))

describe('sealing', () => {
  test('what is sealed opens again, and no two seals are equal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const sealed = personal.seal(text, 'address')
        expect(personal.open(sealed, 'address')).toBe(text.replace(/\p{Surrogate}/gu, '\ufffd'))
        expect(personal.seal(text, 'address').equals(sealed)).toBe(false)
      }),
    )
  })

  test('the version stands first and the plain text nowhere', () => {
    const sealed = personal.seal('13812345678', 'phone')
    expect(sealed[0]).toBe(1)
    expect(sealed.includes(Buffer.from('1381'))).toBe(false)
    expect(sealed.length).toBe(1 + 12 + 11 + 16)
  })

  test('another key, another field, a changed byte, a cut seal: refused', () => {
    const sealed = personal.seal('13812345678', 'phone')
    expect(() => other.open(sealed, 'phone')).toThrow(BadPayload)
    expect(() => personal.open(sealed, 'address')).toThrow(BadPayload)
    expect(() => personal.open(sealed.subarray(0, 20), 'phone')).toThrow(BadPayload)
    for (let i = 0; i < sealed.length; i++) {
      const changed = Buffer.from(sealed)
      changed[i] = (changed[i] ?? 0) ^ 1
      expect(() => personal.open(changed, 'phone')).toThrow(BadPayload)
    }
  })

  test('a key that is no key', () => {
    expect(() => personalData('abc')).toThrow(/64 hex/)
  })
})

describe('phone hash', () => {
  test.each([
    '138 1234 5678',
    '138-1234-5678',
    '+86 13812345678',
    '0086-138 1234 5678',
    '8613812345678',
    '１３８１２３４５６７８',
    '(138)12345678',
  ])('%s is the same number', (spelling) => {
    expect(personal.phoneHash(spelling)?.toString('hex')).toBe(personal.phoneHash('13812345678')?.toString('hex'))
  })

  test('depends on the key, on the kind, and is no hash of anything unkeyed', () => {
    const hash = personal.phoneHash('13812345678')
    expect(hash).toHaveLength(16)
    expect(other.phoneHash('13812345678')?.equals(hash ?? Buffer.alloc(0))).toBe(false)
    expect(personal.hash('address', '13812345678').equals(hash ?? Buffer.alloc(0))).toBe(false)
  })

  test.each(['138****5678', '$$abc*cipher$1$$', '无', '', '1381234567', '138123456789'])('%s has none', (raw) => {
    expect(personal.phoneHash(raw)).toBeUndefined()
    expect(personal.phoneColumns(raw).hash).toBeNull()
  })
})

describe('phone forms', () => {
  test.each([
    ['18812345678-123', '18812345678', '123'],
    ['18412345678-3026', '18412345678', '3026'],
    ['188 1234 5678 转 123', '18812345678', '123'],
    ['188-1234-5678-123', '18812345678', '123'],
    ['18812345678，0042', '18812345678', '0042'],
    ['+86 18812345678#9', '18812345678', '9'],
  ])('%s has an extension and is virtual', (raw, number, extension) => {
    expect(parsePhone(raw)).toEqual({ number, extension, text: `${number}-${extension}`, virtual: true })
  })

  test.each(['17000009354', '17112345678', '16212345678', '16512345678', '16712345678', '95013123456789'])(
    '%s is virtual',
    (raw) => expect(isVirtualPhone(raw)).toBe(true),
  )

  test.each(['13812345678', '16612345678', '17212345678', '19912345678', '0571-88888888', '400-800-8888'])(
    '%s is not',
    (raw) => {
      expect(isVirtualPhone(raw)).toBe(false)
      expect(parsePhone(raw)).toBeDefined()
    },
  )

  test.each([
    ['13812345678', '5678'],
    ['138****5678', '5678'],
    ['1******4321', '4321'],
    ['18412345678-3026', '3026'],
    ['18812345678-123', '5678'],
    ['184…-3026', '3026'],
    ['138****', undefined],
    ['abc', undefined],
  ])('the tail of %s is %s', (raw, tail) => expect(phoneTail(raw)).toBe(tail))

  test('any spelling with blanks and dashes between the digits is read', () => {
    const separators = fc.array(fc.constantFrom('', '', ' ', '-', '　', '·'), { minLength: 10, maxLength: 10 })
    fc.assert(
      fc.property(fc.integer({ min: 13_000_000_000, max: 19_999_999_999 }), separators, (number, between) => {
        const digits = String(number)
        const spelt = [...digits].map((digit, i) => digit + (between[i] ?? '')).join('')
        expect(parsePhone(spelt)?.number).toBe(digits)
      }),
    )
  })
})
