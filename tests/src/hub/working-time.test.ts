import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { publishedDays } from '../../../src/hub/holidays.ts'
import { addTime, type Calendar, nextOpen, timeBetween } from '../../../src/hub/working-time.ts'

const at = (text: string) => Date.parse(`2026-${text}:00+08:00`)
const said = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().slice(5, 16).replace('T', ' ')
const hour = 3_600_000
const office: Calendar = { kind: 'working', opensMin: 540, closesMin: 1080, days: publishedDays }
const desk: Calendar = { kind: 'staffed', opensMin: 480, closesMin: 1380 }
const wall: Calendar = { kind: 'wall' }

const calendars = fc.constantFrom(office, desk, wall)
const moment = fc.integer({ min: at('01-01T00:00'), max: at('12-25T00:00') })
const span = fc.integer({ min: 0, max: 60 * hour })

describe('the calendar', () => {
  test('stops for the night, the weekend and the holidays, and works the weekends that are exchanged', () => {
    const four = (text: string) => said(addTime(office, at(text), 4 * hour))
    expect(four('11-23T10:05')).toBe('11-23 14:05')
    expect(four('11-23T16:00')).toBe('11-24 11:00')
    expect(four('11-20T17:00')).toBe('11-23 12:00')
    expect(four('11-22T10:05')).toBe('11-23 13:00')
    // the week of the National Day: 10-01 to 10-07 are off
    expect(four('09-30T17:00')).toBe('10-08 12:00')
    // 10-10 is a Saturday and worked, 10-11 a Sunday
    expect(four('10-09T17:00')).toBe('10-10 12:00')
    expect(four('10-10T17:00')).toBe('10-12 12:00')
    // nine days of spring festival, the Saturday before it is worked
    expect(four('02-14T15:00')).toBe('02-24 10:00')
  })

  test('the first level counts every day from 8 to 23', () => {
    const quarter = (text: string) => said(addTime(desk, at(text), hour / 4))
    expect(quarter('11-22T10:05')).toBe('11-22 10:20')
    expect(quarter('11-22T22:50')).toBe('11-23 08:05')
    expect(quarter('11-22T22:45')).toBe('11-22 23:00')
    expect(quarter('11-22T03:00')).toBe('11-22 08:15')
    expect(quarter('11-22T23:00')).toBe('11-23 08:15')
  })

  test('a table without any open day is a fault, not an endless search', () => {
    const never: Calendar = {
      ...office,
      days: { workdays: [], holidays: Array.from({ length: 2_000 }, (_, day) => isoAfter(day)) },
    }
    expect(() => addTime(never, at('11-22T10:00'), hour)).toThrow(RangeError)
  })
})

function isoAfter(days: number): string {
  return new Date(at('01-01T12:00') + days * 24 * hour).toISOString().slice(0, 10)
}

describe('for any moment and span', () => {
  test('more time is never earlier, and a later start never ends earlier', () => {
    fc.assert(
      fc.property(calendars, moment, span, span, (calendar, from, one, more) => {
        expect(addTime(calendar, from, one + more)).toBeGreaterThanOrEqual(addTime(calendar, from, one))
        expect(addTime(calendar, from + more, one)).toBeGreaterThanOrEqual(addTime(calendar, from, one))
      }),
    )
  })

  test('the end lies inside the hours', () => {
    fc.assert(
      fc.property(calendars, moment, span, (calendar, from, ms) => {
        const end = addTime(calendar, from, ms)
        expect(end).toBeGreaterThanOrEqual(from + ms * (calendar.kind === 'wall' ? 1 : 0))
        expect(nextOpen(calendar, end)).toBe(end)
      }),
    )
  })

  test('what was added is what lies between, and sums hold', () => {
    fc.assert(
      fc.property(calendars, moment, span, span, (calendar, from, one, more) => {
        const middle = addTime(calendar, from, one)
        expect(timeBetween(calendar, from, middle)).toBe(one)
        expect(addTime(calendar, from, one + more)).toBe(addTime(calendar, middle, more))
        const end = addTime(calendar, middle, more)
        expect(timeBetween(calendar, from, end)).toBe(
          timeBetween(calendar, from, middle) + timeBetween(calendar, middle, end),
        )
      }),
    )
  })
})
