import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { intents } from '../../../src/understanding/types.ts'
import { understand } from '../../../src/understanding/understand.ts'

const atMs = Date.parse('2026-11-22T10:00:00+08:00')
const ask = (text: string) => understand(text, { atMs })

describe('what nobody meant as a question', () => {
  test('nothing, blanks and invisible signs are no text', () => {
    for (const text of ['', '   ', '\u200b\u200d\ufeff', '\u202e', '\n\t\u0000'])
      expect(ask(text)).toMatchObject({ intent: 'unsupported', hints: { unreadable: 'empty' } })
  })

  test('10,000 characters are read at the head only', () => {
    expect(ask('啊'.repeat(10_000))).toMatchObject({ intent: 'unsupported', hints: { unreadable: 'too-long' } })
    expect(ask(`6936476692437472563 到哪了${'啊'.repeat(10_000)}`).slots).toEqual({ order_no: '6936476692437472563' })
    expect(ask('6'.repeat(10_000)).slots).toEqual({})
  })

  test('SQL is words', () => {
    expect(ask("'; DROP TABLE orders; --")).toMatchObject({ intent: 'unsupported', slots: {} })
    expect(ask("6936476692437472563' OR '1'='1").slots).toEqual({ order_no: '6936476692437472563' })
    expect(ask('%_\\').slots).toEqual({})
  })

  test('another script is not guessed at', () => {
    expect(ask('مرحبا كيف حالك')).toMatchObject({ intent: 'unsupported', slots: {} })
    expect(ask('\u202e3652747342966746396').slots).toEqual({ order_no: '3652747342966746396' })
  })

  test('a sign of the private-use area cannot stand for a number', () => {
    expect(ask('\ue000 到哪了')).toMatchObject({ intent: 'order.status', slots: {}, expect: 'clarify' })
  })

  test('a number one digit short or long is asked for again', () => {
    for (const digits of ['693647669243747256', '69364766924374725631', '69364766924374'].filter(
      (text) => text.length !== 18,
    ))
      expect(ask(`${digits} 到哪了`)).toMatchObject({
        intent: 'order.status',
        expect: 'clarify',
        hints: { oddNumber: digits },
      })
  })
})

test('any text at all has an intent, in time', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => {
      expect(intents).toContain(ask(text).intent)
    }),
    { numRuns: 300 },
  )
})

test('the worst a person can send within the limit takes no longer than 50 ms', () => {
  const worst = [
    '9'.repeat(500),
    '张'.repeat(500),
    '一'.repeat(500),
    'a '.repeat(250),
    '的'.repeat(500),
    '1-'.repeat(250),
    '没有'.repeat(250),
    '月'.repeat(500),
    'shi'.repeat(160),
  ]
  for (const text of worst) {
    // the best of five: other work on the machine is not the grammar's
    const tookMs = [1, 2, 3, 4, 5].map(() => {
      const startMs = performance.now()
      ask(text)
      return performance.now() - startMs
    })
    expect(Math.min(...tookMs), text.slice(0, 4)).toBeLessThan(50)
  }
})
