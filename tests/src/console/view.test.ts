import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Card } from '../../../src/chat/card.ts'
import type { Unsent } from '../../../src/console/outbox.ts'
import { chatTime, deskTime, offsetText } from '../../../src/console/time.ts'
import { type Item, merge, viewOf } from '../../../src/console/view.ts'
import type { Line } from '../../../src/console/wire.ts'

const at = Date.parse('2026-11-22T02:05:00Z')
const card = (title: string): Card => ({ title, tone: 'calm', facts: [], buttons: [] })

const said = (seq: number, eventId: string, more: object = {}, atMs = at): Line => ({
  seq,
  atMs,
  entry: { kind: 'said', key: `said:${eventId}`, eventId, persona: 'cs', text: '在吗', asked: true, ...more },
})
const words = (seq: number, key: string, more: object = {}, atMs = at): Line => ({
  seq,
  atMs,
  entry: { kind: 'text', key, text: '在途', ...more },
})
const drawn = (seq: number, cardId: string, title: string, kind: 'card' | 'card-update' = 'card'): Line => ({
  seq,
  atMs: at,
  entry: { kind, key: `${kind}:${seq}`, cardId, card: card(title) },
})
const unsent = (id: string, state: Unsent['state'], more: object = {}): Unsent => ({
  message: { id, persona: 'cs', chat: 'direct', text: '在吗', ...more },
  state,
  asks: true,
})
const kinds = (items: readonly Item[]) => items.map(({ kind }) => kind).join(' ')

describe('merge', () => {
  test('whatever order and however often lines come, each stands once, by seq', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat(30), { maxLength: 8 }), { maxLength: 6 }), (batches) => {
        const merged = batches.reduce<readonly Line[]>(
          (lines, batch) =>
            merge(
              lines,
              batch.map((seq) => words(seq, `k${seq}`)),
            ),
          [],
        )
        const expected = [...new Set(batches.flat())].sort((a, b) => a - b)
        expect(merged.map(({ seq }) => seq)).toEqual(expected)
      }),
    )
  })

  test('nothing new leaves the same array, so that nothing is drawn again', () => {
    const lines = merge([], [words(1, 'a')])
    expect(merge(lines, [words(1, 'a')])).toBe(lines)
  })
})

describe('the view', () => {
  test('shows the time at the start, after a pause, on another day and when it was moved back', () => {
    const minute = 60_000
    const times = [0, 4 * minute, 10 * minute, 9 * minute].map((ms, index) =>
      words(index + 1, `k${index}`, {}, at + ms),
    )
    expect(kinds(viewOf(times, [], at))).toBe('time text text time text time text')
    const beforeMidnight = Date.parse('2026-11-22T15:59:00Z')
    const overnight = [words(1, 'a', {}, beforeMidnight), words(2, 'b', {}, beforeMidnight + 2 * minute)]
    expect(kinds(viewOf(overnight, [], at))).toBe('time text time text')
  })

  test('redraws a card where it stands; an update of a card that is gone stands by itself', () => {
    const lines = [
      drawn(1, 'c', '待审'),
      words(2, 'w'),
      drawn(3, 'c', '已同意', 'card-update'),
      drawn(4, 'old', '过期', 'card-update'),
    ]
    const items = viewOf(lines, [], at)
    expect(kinds(items)).toBe('time card text card')
    expect(items.flatMap((item) => (item.kind === 'card' ? [item.card.title] : []))).toEqual(['已同意', '过期'])
  })

  test('tells a tap that was answered with words, not one whose card was redrawn', () => {
    const tapped = { tapped: '复制话术', text: '' }
    const told = viewOf([said(1, 'tap', tapped), words(2, 'w', { answers: 'tap' })], [], at)
    expect(told.slice(1)).toMatchObject([
      { kind: 'tapped', label: '复制话术' },
      { kind: 'text', forCopy: true },
    ])
    expect(kinds(viewOf([drawn(1, 'c', '待审'), said(2, 'tap', tapped)], [], at + 60_000))).toBe('time card')
  })

  test('thinks while a question is open, and stops at any word of the desk or after 20 s', () => {
    expect(kinds(viewOf([said(1, 'q')], [], at + 1_000))).toBe('time said thinking')
    expect(kinds(viewOf([said(1, 'q')], [], at + 21_000))).toBe('time said')
    expect(kinds(viewOf([said(1, 'q'), words(2, 'out')], [], at + 1_000))).toBe('time said text')
    expect(kinds(viewOf([said(1, 'q', { asked: false })], [], at + 1_000))).toBe('time said')
    expect(kinds(viewOf([], [unsent('q', 'sending')], at))).toBe('unsent thinking')
    expect(kinds(viewOf([drawn(1, 'c', '待审')], [unsent('q', 'sending', { text: undefined, token: 't' })], at))).toBe(
      'time card',
    )
  })

  test('keeps what was not sent at the end, and marks what the desk has but did not answer', () => {
    expect(kinds(viewOf([words(1, 'a')], [unsent('q', 'waiting')], at))).toBe('time text unsent')
    const failed = viewOf([said(1, 'q')], [unsent('q', 'waiting')], at)
    expect(failed[1]).toMatchObject({ kind: 'said', unsent: { state: 'waiting' } })
    expect(kinds(failed)).toBe('time said')
  })
})

describe('times are China’s', () => {
  test('in the chat', () => {
    expect(chatTime(at, at)).toBe('10:05')
    expect(chatTime(at, at + 86_400_000)).toBe('11月22日 10:05')
    expect(chatTime(at, at + 365 * 86_400_000)).toBe('2026年11月22日 10:05')
  })
  test('on the clock', () => {
    expect(deskTime(at)).toEqual({ date: '11月22日 周日', clock: '10:05:00' })
    expect(deskTime(Date.parse('2026-11-21T16:00:00Z')).clock).toBe('00:00:00')
    expect([0, 20_000, 900_000, 93_600_000, -3_600_000].map(offsetText)).toEqual([
      undefined,
      undefined,
      '+15分钟',
      '+1天2小时',
      '−1小时',
    ])
  })
})
