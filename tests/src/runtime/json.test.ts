import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BadPayload } from '../../../src/runtime/errors.ts'
import { jsonAt, jsonText, parseJson } from '../../../src/runtime/json.ts'

/** Whole numbers beyond the safe range are text, also where the double happens to be exact: an id has one type. */
function bigAsText(_: string, value: unknown): unknown {
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? JSON.stringify(value) : value
}

describe('parseJson', () => {
  test('ids above 2^53 keep every digit, as text', () => {
    const body = '{"order_id":6936476692437472563,"small":42,"price":12.50,"list":[3135333865965897920]}'
    expect(parseJson(body)).toEqual({
      order_id: '6936476692437472563',
      small: 42,
      price: 12.5,
      list: ['3135333865965897920'],
    })
  })

  test('what a double holds exactly is what JSON.parse gives', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const body = JSON.stringify(value)
        fc.pre(!/"(?:__proto__|constructor|prototype)":/.test(body))
        expect(parseJson(body)).toEqual(JSON.parse(body, bigAsText))
      }),
    )
  })

  test('every integer beyond a double comes back as its own digits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 2n ** 53n + 1n, max: 2n ** 80n }), (id) => {
        const value = jsonText(parseJson(`{"id":${id}}`), 'id')
        expect(value).toBe(String(id))
      }),
    )
  })

  test('prototype keys do not come through, however deep', () => {
    const body = '{"a":{"__proto__":{"admin":true},"b":1},"constructor":{"prototype":{"x":1}},"list":[{"__proto__":1}]}'
    const value = parseJson(body)
    expect(value).toEqual({ a: { b: 1 }, list: [{}] })
    expect(Object.assign({}, jsonAt(value, 'a') as object)).not.toHaveProperty('admin')
    expect(({} as Record<string, unknown>).admin).toBeUndefined()
  })

  test.each([
    ['21 levels of lists', '['.repeat(21) + ']'.repeat(21)],
    ['200,000 levels of lists', '['.repeat(30_000)],
    ['21 levels of objects', `${'{"a":'.repeat(21)}1${'}'.repeat(21)}`],
    ['more than 64 KiB', `"${'x'.repeat(64 * 1024)}"`],
    ['one key with two values', '{"a":1,"a":2}'],
    ['a truncated body', '{"a":[1,2'],
    ['nothing', ''],
    ['something after the end', '{} {}'],
    ['a trailing comma', '[1,]'],
  ])('refuses %s', (_, body) => {
    expect(() => parseJson(body)).toThrow(BadPayload)
  })

  test('20 levels and brackets inside text are fine', () => {
    expect(() => parseJson('['.repeat(20) + ']'.repeat(20))).not.toThrow()
    expect(parseJson(JSON.stringify({ text: '[{"'.repeat(50) }))).toEqual({ text: '[{"'.repeat(50) })
  })

  test('bytes: a BOM is skipped, bad UTF-8 is refused', () => {
    expect(parseJson(new TextEncoder().encode('\ufeff{"a":"张"}'))).toEqual({ a: '张' })
    expect(parseJson('\ufeff1')).toBe(1)
    expect(() => parseJson(Uint8Array.of(0x22, 0xff, 0x22))).toThrow(/UTF-8/)
  })

  test('the refusal never quotes the body', () => {
    const refuse = (body: string) => {
      try {
        parseJson(body)
      } catch (error) {
        return error instanceof Error ? `${error.message} ${error.cause ?? ''}` : ''
      }
      return 'taken'
    }
    expect(refuse('{"phone":13812345678x}')).toMatch(/position 20/)
    expect(refuse('{"13812345678":1,"13812345678":2}')).not.toContain('1381234')
  })
})

describe('jsonText', () => {
  test('ids are the same text bare or quoted; other things are not text', () => {
    const value = parseJson('{"a":{"bare":12,"quoted":"12","empty":"","list":[],"no":null}}')
    expect(jsonText(value, 'a', 'bare')).toBe('12')
    expect(jsonText(value, 'a', 'quoted')).toBe('12')
    for (const key of ['empty', 'list', 'no', 'missing', 'toString']) expect(jsonText(value, 'a', key)).toBeUndefined()
    expect(jsonAt(value, 'a', 'bare', 'deeper')).toBeUndefined()
  })
})
