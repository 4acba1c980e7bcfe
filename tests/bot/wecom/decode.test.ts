import { describe, expect, test } from 'vitest'
import { decodeEvent } from '../../../bot/wecom/decode.ts'
import { parseFields } from '../../../bot/wecom/wire.ts'
import { BadPayload } from '../../../src/runtime/errors.ts'
import { expectPlainEvent } from '../../contracts/plain-event.ts'
import frames from '../../fixtures/wecom/callbacks.json' with { type: 'json' }

const settings = { corpId: frames.corpId, agentId: frames.agentId }
const decode = (clear: string) => decodeEvent(parseFields(clear).fields, settings)
const with_ = (clear: string, name: string, value: string) =>
  clear.replace(new RegExp(`<${name}>.*?</${name}>`), value === '' ? '' : `<${name}>${value}</${name}>`)

describe('frames', () => {
  const base = {
    platform: 'wecom',
    conversation: { platform: 'wecom', kind: 'direct', id: 'LiSi' },
    sender: { id: 'LiSi', trusted: true },
    sentAtMs: 1_763_800_000_000,
  }
  const card = (updateCode: string) => ({ platform: 'wecom', id: 'card-1', updateCode })
  const cases: readonly (readonly [frame: string, event: object])[] = [
    [frames.text, { kind: 'text', id: '4561255354251345929', text: '6936476692437472563 到哪了' }],
    [frames.image, { kind: 'image', media: { platform: 'wecom', id: '1uAJ-_xMEDIA' } }],
    [frames.voice, { kind: 'unreadable', what: 'voice' }],
    [frames.location, { kind: 'unreadable', what: 'location' }],
    [frames.subscribe, { kind: 'join' }],
    [frames.tap, { kind: 'card-tap', token: 'a.1.yes', cardRef: card('vxR7PzS5OS2axDF9Mdg') }],
    [frames.menuTap, { kind: 'card-tap', token: 'a.1.mute', cardRef: card('vxR7PzS5OS2axDF9Mdh') }],
    [frames.scan, { kind: 'text', text: '75894561230147' }],
  ]

  test.each(cases)('%s', (frame, expected) => {
    const event = decode(frame)
    expect(event).toMatchObject({ ...base, ...expected })
    if (event !== undefined) expectPlainEvent(event)
  })

  test.each(['enterAgent', 'picEvent'] as const)('%s is nothing to the desk', (name) => {
    expect(decode(frames[name])).toBeUndefined()
  })

  test('what comes next year is nothing to the desk, and unknown messages are unreadable', () => {
    expect(decode(with_(frames.subscribe, 'Event', 'moon_landing'))).toBeUndefined()
    expect(decode(with_(frames.text, 'MsgType', 'hologram'))).toMatchObject({ kind: 'unreadable', what: 'hologram' })
  })

  test('events are told apart without case', () => {
    expect(decode(with_(frames.subscribe, 'Event', 'SUBSCRIBE'))).toMatchObject({ kind: 'join' })
  })
})

describe('ids of events', () => {
  const idOf = (clear: string) => decode(clear)?.id ?? ''

  test('the same event has the same id, in whatever order it is written', () => {
    expect(idOf(frames.tap)).toMatch(/^event-[0-9a-f]{64}$/)
    const inner = frames.tap.slice('<xml>'.length, -'</xml>'.length)
    const elements = inner.match(/<(\w+)>.*?<\/\1>/g) ?? []
    expect(idOf(`<xml>${elements.reverse().join('\n')}</xml>`)).toBe(idOf(frames.tap))
  })

  test.each(['FromUserName', 'CreateTime', 'EventKey', 'TaskId', 'ResponseCode', 'CardType'])(
    'another %s is another event',
    (name) => expect(idOf(with_(frames.tap, name, '17'))).not.toBe(idOf(frames.tap)),
  )

  test('a chosen option is another event', () => {
    const chosen = '<SelectedItems><SelectedItem><QuestionKey>q</QuestionKey></SelectedItem></SelectedItems></xml>'
    expect(idOf(frames.tap.replace('</xml>', chosen))).not.toBe(idOf(frames.tap))
  })
})

describe('whom it is for', () => {
  test.each([
    ['another corp', with_(frames.text, 'ToUserName', 'wwother')],
    ['no corp', with_(frames.text, 'ToUserName', '')],
    ['another app', with_(frames.text, 'AgentID', '1000003')],
    ['a message without app', with_(frames.text, 'AgentID', '')],
    ['a message for app 0', with_(frames.text, 'AgentID', '0')],
    ['an event of another app', with_(frames.tap, 'AgentID', '1000003')],
  ])('%s is refused', (_what, frame) => expect(() => decode(frame)).toThrow(BadPayload))

  test.each(['', '0'])('some events come with AgentID %j', (agentId) => {
    expect(decode(with_(frames.subscribe, 'AgentID', agentId))).toMatchObject({ kind: 'join' })
  })
})

describe('shape', () => {
  test.each(['FromUserName', 'CreateTime', 'MsgType'])('a message without %s is refused', (name) => {
    expect(() => decode(with_(frames.text, name, ''))).toThrow(BadPayload)
  })
  test.each(['Event', 'EventKey', 'TaskId'])('a tap without %s is refused', (name) => {
    expect(() => decode(with_(frames.tap, name, ''))).toThrow(BadPayload)
  })
  test.each(['now', '-1', '17638000001', '1e9'])('CreateTime %s is refused', (value) => {
    expect(() => decode(with_(frames.text, 'CreateTime', value))).toThrow(BadPayload)
  })
  test('repeated elements are no text: nobody may say two things at once', () => {
    expect(() => decode(frames.text.replace('</xml>', '<FromUserName>boss</FromUserName></xml>'))).toThrow(BadPayload)
  })
  test('a message that says nothing is an empty text', () => {
    expect(decode(with_(frames.text, 'Content', ''))).toMatchObject({ kind: 'text', text: '' })
  })
  test('an image without MediaId cannot be fetched', () => {
    expect(decode(with_(frames.image, 'MediaId', ''))).toMatchObject({ kind: 'unreadable', what: 'image' })
  })
  test.each(['qrcode result', 'https://x.example/?a=CODE_1,2', 'EAN_13,6901234567892', 'SF1234567890123'])(
    'scanned %s',
    (result) => {
      const frame = frames.scan.replace('CODE_128,75894561230147', result)
      expect(decode(frame)).toMatchObject({ kind: 'text', text: result.replace('EAN_13,', '') })
    },
  )
  test('what Postgres cannot keep is left out', () => {
    const event = decode(with_(frames.text, 'Content', '<![CDATA[a\u0000b\u0007c\ud83dd\te\nf]]>'))
    expect(event).toMatchObject({ text: 'abcd\te\nf' })
    if (event !== undefined) expectPlainEvent(event)
  })
})
