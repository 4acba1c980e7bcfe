import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { daysAhead, momentAhead } from '../../../src/understanding/ahead.ts'
import { understand } from '../../../src/understanding/understand.ts'

/** A Sunday. */
const nowMs = Date.parse('2026-11-22T10:06:00+08:00')
const at = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().slice(5, 16).replace('T', ' ')
const untilOf = (line: string) => understand(line, { atMs: nowMs, hasPhoto: false }).slots.until ?? ''
const days = (line: string) => {
  const span = daysAhead(untilOf(line), nowMs)
  return span && `${at(span.fromMs)} ${at(span.toMs)}`
}

describe('days somebody is away', () => {
  test.each([
    ['明天我休息 审批给小林', '11-23 00:00 11-24 00:00'],
    ['今天我休息 审批给小林', '11-22 00:00 11-23 00:00'],
    ['后天我请假，审批转给小林', '11-24 00:00 11-25 00:00'],
    ['下周一到周三我请假，审批转给小林', '11-23 00:00 11-26 00:00'],
    ['这周五下午不在 让小郑代批', '11-27 12:00 11-28 00:00'],
    ['周三我休息 审批给小林', '11-25 00:00 11-26 00:00'],
    ['12月1号我出差 审批给小林', '12-01 00:00 12-02 00:00'],
    ['25号到27号我休假 审批给小林', '11-25 00:00 11-28 00:00'],
    ['3号我休假 审批给小林', '12-03 00:00 12-04 00:00'],
  ])('%s', (line, said) => expect(days(line)).toBe(said))

  test('never lie behind and never end before they begin', () => {
    const word = fc.constantFrom('今天', '明天', '后天', '周一', '周日', '下周三', '1号', '22号', '31号', '2月28日')
    fc.assert(
      fc.property(word, word, fc.nat(400), (from, to, later) => {
        const base = nowMs + later * 86_400_000
        const span = daysAhead(`${from}到${to}`, base)
        if (span === undefined) return
        expect(span.toMs).toBeGreaterThan(span.fromMs)
        expect(span.toMs).toBeGreaterThan(base)
      }),
    )
  })

  test('a day that does not exist is none', () => expect(daysAhead('2月30号', nowMs)).toBeUndefined())
})

describe('when to be reminded', () => {
  test.each([
    ['一小时后再提醒我', '11-22 11:06'],
    ['15分钟后提醒我', '11-22 10:21'],
    ['半小时后提醒我', '11-22 10:36'],
    ['明天早上提醒我 TH2611220015', '11-23 09:00'],
    ['下午3点半提醒我', '11-22 15:30'],
    ['明天下午2点再提醒我', '11-23 14:00'],
  ])('%s', (line, said) => {
    const moment = momentAhead(untilOf(line), nowMs)
    expect(typeof moment === 'number' ? at(moment) : moment).toBe(said)
  })

  test('上班 is the next opening; a time that is over, or none, is asked for', () => {
    expect(momentAhead(untilOf('到上班再提醒'), nowMs)).toBe('work')
    expect(momentAhead('早上8点', nowMs)).toBeUndefined()
    expect(momentAhead('稍后', nowMs)).toBeUndefined()
  })
})
