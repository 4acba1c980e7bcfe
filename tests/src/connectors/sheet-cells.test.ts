import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  cleanText,
  readAmount,
  readNumberText,
  readOrderNo,
  readPhone,
  readQty,
  readTime,
} from '../../../src/connectors/sheet-cells.ts'
import { neutralise } from '../../../src/connectors/sheet-write.ts'

const at = (iso: string) => ({ kind: 'value', value: Date.parse(iso) })
const none = { kind: 'none' }
const problem = (code: string) => ({ kind: 'problem', problem: code })

describe('cells', () => {
  it.each([
    "'6936476692437472563",
    '="6936476692437472563"',
    '6936476692437472563\t',
    ' 6936476692437472563 ',
    '\ufeff6936476692437472563',
  ])('reads the id behind %j', (raw) => {
    expect(readOrderNo(raw, false)).toEqual({ kind: 'value', value: '6936476692437472563' })
  })

  it('refuses ids that a spreadsheet has rounded, and says so', () => {
    for (const raw of ['6.93648E+18', '6.93648e18', '6936476692437470000'])
      expect(readNumberText(raw, false)).toEqual(problem('number_lost'))
    expect(readNumberText('6936476692437473000', true)).toEqual(problem('number_lost'))
    expect(readNumberText('771234567890123', true)).toEqual({ kind: 'value', value: '771234567890123' })
    expect(readNumberText('301534109113', true)).toEqual({ kind: 'value', value: '301534109113' })
  })

  it('refuses several order numbers in one cell', () => {
    expect(readOrderNo('301534109113,301534109114', false)).toEqual(problem('order_no_several'))
    expect(readOrderNo('301534109113、301534109114', false)).toEqual(problem('order_no_several'))
  })

  it('reads times in Beijing, written out or as day numbers', () => {
    expect(readTime('2026-11-20 09:12:05')).toEqual(at('2026-11-20T09:12:05+08:00'))
    expect(readTime('2026/1/2 3:04')).toEqual(at('2026-01-02T03:04:00+08:00'))
    expect(readTime('2026年11月20日 9时12分')).toEqual(at('2026-11-20T09:12:00+08:00'))
    expect(readTime('2026.11.20')).toEqual(at('2026-11-20T00:00:00+08:00'))
    expect(readTime('20261120')).toEqual(at('2026-11-20T00:00:00+08:00'))
    expect(readTime('46346.5')).toEqual(at('2026-11-20T12:00:00+08:00'))
    expect(readTime('46346')).toEqual(at('2026-11-20T00:00:00+08:00'))
    for (const raw of ['', '0', '0000-00-00 00:00:00', '0001-01-01 00:00:00']) expect(readTime(raw)).toEqual(none)
    for (const raw of ['2026-11-31 10:22', '2026-02-29', '昨天', '11/20', '2026-11-20 25:00'])
      expect(readTime(raw), raw).toEqual(problem('date_unreadable'))
  })

  it('reads every second of a century through a day number', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: Date.parse('2000-01-01T00:00:00Z') / 1000, max: Date.parse('2099-12-31T00:00:00Z') / 1000 }),
        (seconds) => {
          const serial = (seconds * 1000 + 8 * 3_600_000) / 86_400_000 + 25_569
          expect(readTime(String(serial))).toEqual({ kind: 'value', value: seconds * 1000 })
        },
      ),
    )
  })

  it('reads money without floats; blank is not zero', () => {
    expect(readAmount('1,234.50')).toEqual({ kind: 'value', value: 123450n })
    expect(readAmount('￥119')).toEqual({ kind: 'value', value: 11900n })
    expect(readAmount('¥ 0.1 元')).toEqual({ kind: 'value', value: 10n })
    expect(readAmount('33.333333333333336')).toEqual({ kind: 'value', value: 3333n })
    expect(readAmount('0.005')).toEqual({ kind: 'value', value: 1n })
    expect(readAmount('')).toEqual(none)
    expect(readAmount('0')).toEqual({ kind: 'value', value: 0n })
    for (const raw of ['1.2.3', '免费', '-5', '1e9']) expect(readAmount(raw), raw).toEqual(problem('amount_unreadable'))
  })

  it('reads quantities', () => {
    expect(readQty('3')).toEqual({ kind: 'value', value: 3 })
    expect(readQty('3.0')).toEqual({ kind: 'value', value: 3 })
    for (const raw of ['0', '-1', '1.5', '两箱', '99999999'])
      expect(readQty(raw), raw).toEqual(problem('qty_unreadable'))
  })

  it('counts the digits a phone lacks', () => {
    expect(readPhone('13812345678')).toEqual({ kind: 'value', value: '13812345678' })
    expect(readPhone('138****5678')).toEqual({ kind: 'value', value: '138****5678' })
    expect(readPhone('18412345678-3026')).toEqual({ kind: 'value', value: '18412345678-3026' })
    expect(readPhone('0571-87654321')).toEqual({ kind: 'value', value: '0571-87654321' })
    expect(readPhone('1381234567')).toEqual({ ...problem('phone_short'), by: 1 })
    expect(readPhone('138123456789')).toEqual({ ...problem('phone_long'), by: 1 })
    expect(readPhone('见备注')).toEqual(problem('phone_unreadable'))
    expect(readPhone('')).toEqual(none)
  })

  it('gives back what the neutraliser guarded', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const plain = cleanText(text)
        fc.pre(!/^="[\s\S]*"$/.test(plain) && !/^'/.test(plain))
        expect(cleanText(neutralise(plain))).toBe(plain)
      }),
    )
  })
})
