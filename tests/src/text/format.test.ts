import { describe, expect, test } from 'vitest'
import * as format from '../../../src/text/format.ts'
import { november, nowMs } from '../../kit/sample-orders.ts'

const minute = 60_000

describe('times are Beijing times', () => {
  test('a clock, a day, a moment', () => {
    expect(format.clockText(Date.parse('2026-11-22T02:05:00Z'))).toBe('10:05')
    expect(format.dayText(Date.parse('2026-11-22T17:00:00Z'), nowMs)).toBe('11-23')
    expect(format.dayText(Date.parse('2025-11-22T02:00:00Z'), nowMs)).toBe('2025-11-22')
    expect(format.momentText(november(21, '10:05'), nowMs)).toBe('11-21 10:05')
    expect(format.momentText(november(22, '00:00'), nowMs)).toBe('00:00')
  })

  test('what lies ahead', () => {
    expect(format.dueText(november(22, '18:00'), nowMs)).toBe('今天18点前')
    expect(format.dueText(november(22, '17:30'), nowMs)).toBe('今天17:30前')
    expect(format.dueText(november(22, '23:59'), nowMs)).toBe('今天')
    expect(format.dueText(november(23, '18:00'), nowMs)).toBe('11-23')
    expect(format.spokenDay(november(23, '18:00'), nowMs)).toBe('明天')
  })

  test.each([
    [30_000, '不到1分'],
    [24 * minute, '24分'],
    [84 * minute, '1时24分'],
    [26 * 60 * minute, '26时'],
    [75 * 60 * minute, '3天3时'],
    [96 * 60 * minute, '4天'],
    [-5, '不到1分'],
  ])('%d ms last %s', (ms, text) => {
    expect(format.durationText(ms)).toBe(text)
  })
})

test('money is exact to the fen', () => {
  expect(format.fenText(23_800n)).toBe('¥238.00')
  expect(format.fenText(1_250n, true)).toBe('¥12.5')
  expect(format.fenText(1_200n, true)).toBe('¥12')
  expect(format.fenText(-5n)).toBe('-¥0.05')
  expect(format.fenText(12_345_678_901_234_567_89n)).toBe('¥12,345,678,901,234,567.89')
})

describe('masks', () => {
  test.each([
    ['张伟', '张*'],
    ['欧阳娜娜', '欧*'],
    ['𠮷野', '𠮷*'],
    ['张', '*'],
    ['', '*'],
  ])('a name %s is %s', (name, masked) => {
    expect(format.maskName(name)).toBe(masked)
  })

  test.each([
    ['17000009354', '170****9354'],
    ['18412345678-1234', '184****5678'],
    ['0571-88888888', '****88'],
    ['12345', '****'],
  ])('a phone %s is %s', (phone, masked) => {
    expect(format.maskPhone(phone)).toBe(masked)
  })

  test('any mobile number in a text is hidden, a waybill number is not', () => {
    expect(format.hidePerson('联系13912345678 单号73139123456789 DPK13912345678', {})).toBe(
      '联系139****5678 单号73139123456789 DPK13912345678',
    )
  })
})

test('digits of two words never run together', () => {
  expect(format.beside('表格JXS03', '09:58')).toBe('表格JXS03 09:58')
  expect(format.beside('抖音推送', '09:58')).toBe('抖音推送09:58')
})
