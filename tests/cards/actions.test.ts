import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { actionCodec, actionNames } from '../../cards/actions.ts'
import { cardLimits } from '../../src/chat/card.ts'

const codec = actionCodec(new Uint8Array(32).fill(1))
const by = { memberId: 'mem_1', nowMs: 1_000 }
const action = fc.constantFrom(...actionNames)
const args = fc.array(fc.stringMatching(/^[A-Za-z0-9_-]{0,20}$/), { maxLength: 2 })

describe('a card token', () => {
  test('gives back what was put in, and fits into the smallest platform', () => {
    fc.assert(
      fc.property(action, args, (name, given) => {
        const token = codec.encode(name, given)
        expect(Buffer.byteLength(token)).toBeLessThanOrEqual(cardLimits.tokenBytes)
        expect(codec.decode(token, by)).toEqual({ outcome: 'ok', action: name, args: given })
      }),
    )
  })

  test('with one character changed, cut or added is forged', () => {
    const token = codec.encode('order.show', ['SO261120733961'])
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom('A', 'b', '9', '-', '', 'AA', '=', ' '), (place, put) => {
        const changed = token.slice(0, place) + put + token.slice(place + 1)
        fc.pre(changed !== token)
        expect(codec.decode(changed, by)).toEqual({ outcome: 'forged' })
      }),
    )
  })

  test('that is any other text is forged', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        expect(codec.decode(text, by).outcome).toBe('forged')
      }),
    )
  })

  test('of another key is forged', () => {
    const other = actionCodec(new Uint8Array(32).fill(2))
    expect(codec.decode(other.encode('order.show', ['SO261120733961']), by)).toEqual({ outcome: 'forged' })
  })

  test('bound to a member serves nobody else', () => {
    const token = codec.encode('order.show', ['SO261120733961'], { memberId: 'mem_1' })
    expect(codec.decode(token, by).outcome).toBe('ok')
    expect(codec.decode(token, { ...by, memberId: 'mem_2' })).toEqual({ outcome: 'not-yours', action: 'order.show' })
  })

  test('with an end is refused from that second on', () => {
    const token = codec.encode('order.show', ['SO261120733961'], { expiresAtMs: 60_000 })
    expect(codec.decode(token, { ...by, nowMs: 59_999 }).outcome).toBe('ok')
    expect(codec.decode(token, { ...by, nowMs: 60_000 })).toEqual({ outcome: 'expired' })
  })

  test('that would be too long is never made', () => {
    expect(() => codec.encode('order.show', ['x'.repeat(70)])).toThrow(RangeError)
  })
})

test('a short key is refused', () => {
  expect(() => actionCodec(new Uint8Array(8))).toThrow(RangeError)
})
