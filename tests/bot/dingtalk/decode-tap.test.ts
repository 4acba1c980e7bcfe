import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { outTrackIdOf } from '../../../bot/dingtalk/card.ts'
import { decodeCardTap } from '../../../bot/dingtalk/decode-tap.ts'
import { expectPlainEvent } from '../../contracts/plain-event.ts'
import { frameCases, named } from './fixtures.ts'

const frame = { frameId: 'frame-1', receivedAtMs: 1_700_000_000_000 }
const dataOf = (name: string): Record<string, unknown> => JSON.parse(named(frameCases, name).frame.data)

const tapped = (params: Record<string, unknown>, over: Record<string, unknown> = {}) => ({
  type: 'actionCallback',
  outTrackId: outTrackIdOf('key', { platform: 'dingtalk', kind: 'direct', id: 'staff-1' }),
  userId: 'staff-1',
  corpId: 'ding1',
  content: JSON.stringify({ cardPrivateData: { actionIds: ['button1'], params } }),
  ...over,
})

describe('the vendor’s own samples', () => {
  test.each(['card-callback-accept', 'card-callback-value-variant', 'card-callback-full-fields'])('%s', (name) => {
    const said = named(frameCases, name).expect as { params: { action: string }; actor?: string; card?: string }
    const event = decodeCardTap(dataOf(name), frame)
    expect(event).toMatchObject({
      kind: 'card-tap',
      token: said.params.action,
      sender: { id: said.actor ?? 'manager7675', trusted: true },
      cardRef: { platform: 'dingtalk', id: said.card ?? 'custom_biz_id' },
    })
    if (event !== undefined) expectPlainEvent(event)
  })
})

describe('variants', () => {
  const params = { token: 'a.1.yes', round: 'r1' }
  const parsed = { cardPrivateData: { actionIds: ['button1'], params } }
  test.each([
    ['content already parsed', { content: parsed }],
    ['value instead of content', { content: undefined, value: JSON.stringify(parsed) }],
    [
      'params beside cardPrivateData',
      { content: JSON.stringify({ cardPrivateData: { actionIds: ['button10'] }, params }) },
    ],
    ['no actionIds', { content: JSON.stringify({ cardPrivateData: { params } }) }],
    ['actionIds as numbers', { content: JSON.stringify({ cardPrivateData: { actionIds: [1], params } }) }],
    ['userIdType as text', { userIdType: '1' }],
  ])('%s', (_, over) => {
    expect(decodeCardTap(tapped(params, over), frame)).toMatchObject({ token: 'a.1.yes', sender: { trusted: true } })
  })

  test.each([
    ['no token', tapped({ round: 'r1' })],
    ['params missing', tapped({}, { content: '{"cardPrivateData":{"actionIds":["1"]}}' })],
    ['content that is no JSON', tapped(params, { content: '{' })],
    ['nobody', tapped(params, { userId: '' })],
    ['no card', tapped(params, { outTrackId: undefined })],
    ['nothing', undefined],
  ])('%s is no tap', (_, data) => expect(decodeCardTap(data, frame)).toBeUndefined())

  test('a unionId names nobody here', () => {
    expect(decodeCardTap(tapped(params, { userIdType: 2 }), frame)?.sender.trusted).toBe(false)
  })
})

describe('where it was tapped', () => {
  const params = { token: 't', round: 'r' }
  const cid = 'cidp4GhAbCdEf=='
  test('the card itself knows its group', () => {
    const outTrackId = outTrackIdOf('key', { platform: 'dingtalk', kind: 'group', id: cid })
    expect(decodeCardTap(tapped(params, { outTrackId }), frame)?.conversation).toMatchObject({ kind: 'group', id: cid })
  })
  test('a direct card is the tapper’s own chat, whatever the space says', () => {
    const event = decodeCardTap(tapped(params, { spaceId: 'cidDirect==', spaceType: 'IM' }), frame)
    expect(event?.conversation).toMatchObject({ kind: 'direct', id: 'staff-1' })
  })
  test('of a card that is not ours, the space tells', () => {
    const event = decodeCardTap(tapped(params, { outTrackId: 'other', spaceId: cid }), frame)
    expect(event?.conversation).toMatchObject({ kind: 'group', id: cid })
  })
  test('a group that cannot be named is answered to the person', () => {
    const outTrackId = outTrackIdOf('key', { platform: 'dingtalk', kind: 'group', id: 'x'.repeat(90) })
    expect(decodeCardTap(tapped(params, { outTrackId }), frame)?.conversation).toMatchObject({ kind: 'direct' })
  })
})

describe('which taps are one', () => {
  const id = (params: Record<string, unknown>, over: Record<string, unknown> = {}, frameId = 'f1') =>
    decodeCardTap(tapped(params, over), { ...frame, frameId })?.id
  const params = { token: 't', round: 'r1' }

  test('a repeat under another frame id is the same tap', () => {
    expect(id(params, {}, 'f2')).toBe(id(params, {}, 'f1'))
  })
  test('the order of the parameters does not count', () => {
    expect(id({ round: 'r1', token: 't' })).toBe(id(params))
  })
  test('after a redraw the same button is another tap', () => {
    expect(id({ ...params, round: 'r2' })).not.toBe(id(params))
  })
  test.each([
    ['another person', params, { userId: 'staff-2' }],
    ['another button', { ...params, token: 'u' }, {}],
    ['another card', params, { outTrackId: 'other' }],
  ])('%s is another tap', (_, other, over) => expect(id(other, over)).not.toBe(id(params)))

  test('a card without rounds is told apart by the frame', () => {
    expect(id({ token: 't' }, {}, 'f1')).not.toBe(id({ token: 't' }, {}, 'f2'))
    expect(id({ token: 't' }, {}, 'f1')).toBe(id({ token: 't' }, {}, 'f1'))
  })
})

test('anything at all: never throws, and a tap is a plain event', () => {
  const some = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constant('\ud800\u0000'),
    fc.anything({ withNullPrototype: false }),
  )
  const data = fc.record(
    {
      outTrackId: some,
      userId: some,
      content: fc.oneof(some, fc.json()),
      value: some,
      userIdType: some,
      spaceId: some,
    },
    { requiredKeys: [] },
  )
  const params = fc.dictionary(fc.constantFrom('token', 'round', 'action'), some).map((made) => tapped(made))
  fc.assert(
    fc.property(fc.oneof(data, params, some), (given) => {
      const event = decodeCardTap(given, frame)
      if (event !== undefined) expectPlainEvent(event)
    }),
    { numRuns: 500 },
  )
})
