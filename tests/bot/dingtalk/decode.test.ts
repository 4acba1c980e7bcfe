import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeRobotMessage } from '../../../bot/dingtalk/decode.ts'
import type { ChatEvent } from '../../../src/chat/event.ts'
import { expectPlainEvent } from '../../contracts/plain-event.ts'
import { frameCases, named } from './fixtures.ts'

const arrival = { frameId: 'frame-1', receivedAtMs: 1_700_000_000_000, oapiBase: 'https://oapi.dingtalk.com' }
const dataOf = (name: string): Record<string, unknown> => JSON.parse(named(frameCases, name).frame.data)

function event(data: unknown): ChatEvent {
  const decoded = decodeRobotMessage(data, arrival)
  if (decoded.outcome !== 'event') throw new Error(decoded.outcome)
  return decoded.event
}

/** A direct text message with other fields. */
const direct = (over: Record<string, unknown>) => ({ ...dataOf('robot-text-direct'), ...over })
const inGroup = (content: string, over: Record<string, unknown> = {}) =>
  event({ ...dataOf('robot-text-group'), text: { content, ...over } })

describe('the vendor’s own samples', () => {
  test('words in a group', () => {
    const decoded = event(dataOf('robot-text-group'))
    const said = named(frameCases, 'robot-text-group').expect
    expect(decoded).toMatchObject({
      id: 'msgLICYe****HgY4JtMQw==',
      kind: 'text',
      text: said?.text,
      conversation: { kind: 'group', id: 'cidAsXSBLnA==' },
      sender: { id: said?.staffId, name: 'user-a' },
      sentAtMs: 1690362101894,
    })
    // masked to two different ids in the sample, so it cannot be trusted
    expect(decoded.sender.trusted).toBe(false)
    expect((decoded.conversation.replyAddress?.expiresAtMs ?? 0) - 1690362101894).toBe(said?.webhookTtlMs)
  })

  test('words in a direct chat, by somebody of the same organisation', () => {
    const decoded = event(dataOf('robot-text-direct'))
    expect(decoded).toMatchObject({ kind: 'text', text: 'hello DingTalk!', sender: { trusted: true } })
    expect(decoded.conversation).toMatchObject({ kind: 'direct', id: '0420000297' })
  })

  test('a picture: downloadCode wins', () => {
    expect(event(dataOf('robot-picture-direct'))).toMatchObject({ kind: 'image', media: { id: 'mIof****JE0E' } })
  })

  test('words and pictures in one', () => {
    expect(event(dataOf('robot-richText'))).toMatchObject({
      kind: 'text',
      text: named(frameCases, 'robot-richText').expect?.text,
      media: [{ platform: 'dingtalk', id: 'mIof****7A==' }],
    })
  })

  test('speech is what was recognised', () => {
    expect(event(dataOf('robot-audio'))).toMatchObject({ kind: 'text', text: '查一下订单一零二四' })
  })

  test('a file', () => {
    const media = { platform: 'dingtalk', id: 'LJYY****bw==', fileName: 'foobar.zip' }
    expect(event(dataOf('robot-file'))).toMatchObject({ kind: 'file', fileName: 'foobar.zip', media })
  })

  test('a message of an unknown type is unreadable', () => {
    expect(event(dataOf('robot-unknownMsgType'))).toMatchObject({ kind: 'unreadable', what: 'unknown' })
  })

  test('over quota: no event, but a signal', () => {
    expect(decodeRobotMessage(dataOf('robot-over-quota'), arrival)).toEqual({ outcome: 'quota-gone' })
  })

  test.each(frameCases.filter(({ name }) => /^robot-(?!over)/.test(name)).map(({ name }) => name))(
    '%s becomes a plain event',
    (name) => expectPlainEvent(event(dataOf(name))),
  )
})

describe('what the samples do not show', () => {
  test.each([
    ['@查单助手 6936 到哪了', '6936 到哪了'],
    [' 6936 到哪了 @查单助手', '6936 到哪了'],
    ['@查单助手\u2005@小李 6936', '6936'],
    ['@查单助手', ''],
    ['   ', ''],
    ['发到 a@b.com 吗', '发到 a@b.com 吗'],
    ['价格 @ 12 元', '价格 @ 12 元'],
  ])('in a group %j means %j', (content, text) => {
    expect(inGroup(content)).toMatchObject({ kind: 'text', text })
  })

  test('in a direct chat an @ is the person’s own word', () => {
    expect(event(direct({ text: { content: ' @小李 在吗 ' } }))).toMatchObject({ text: '@小李 在吗' })
  })

  test('a quoted photo comes along', () => {
    const repliedMsg = { msgType: 'picture', content: { downloadCode: 'code-1' } }
    const media = { platform: 'dingtalk', id: 'code-1' }
    expect(inGroup(' 这张面单', { repliedMsg })).toMatchObject({ kind: 'text', text: '这张面单', media: [media] })
    expect(inGroup(' @查单助手 ', { repliedMsg })).toMatchObject({ kind: 'image', media })
  })

  test('a quoted file is a file when nothing else is said', () => {
    const repliedMsg = { msgType: 'file', content: { downloadCode: 'code-2', fileName: '订单.xlsx', spaceId: '1' } }
    expect(inGroup('  ', { repliedMsg })).toMatchObject({
      kind: 'file',
      fileName: '订单.xlsx',
      media: { id: 'code-2' },
    })
    expect(inGroup('导入', { repliedMsg })).toMatchObject({
      kind: 'text',
      text: '导入',
      media: [{ fileName: '订单.xlsx' }],
    })
  })

  test('quoted rich text gives its pictures, in either spelling', () => {
    const richText = [
      { msgType: 'picture', downloadCode: 'code-3' },
      { type: 'picture', pictureDownloadCode: 'code-4' },
    ]
    expect(inGroup('看图', { repliedMsg: { msgType: 'richText', content: { richText } } })).toMatchObject({
      media: [{ id: 'code-3' }, { id: 'code-4' }],
    })
  })

  test.each(['interactiveCard', 'unknownMsgType', 'text'])('a quoted %s brings nothing', (msgType) => {
    expect(inGroup('这个', { repliedMsg: { msgType, content: { text: '…' } } })).not.toHaveProperty('media')
  })

  test.each([
    ['speech that was not understood', { msgtype: 'audio', content: { downloadCode: 'x' } }, 'voice'],
    ['a video', { msgtype: 'video', content: { downloadCode: 'x', videoType: 'mp4' } }, 'video'],
    ['a picture without a code', { msgtype: 'picture', content: {} }, 'image'],
    ['a file without a code', { msgtype: 'file', content: { fileName: 'a.xlsx' } }, 'file'],
    ['a type of tomorrow', { msgtype: 'hologram', content: { x: 1 } }, 'unknown'],
  ])('%s is unreadable', (_, over, what) => {
    expect(event(direct(over))).toMatchObject({ kind: 'unreadable', what })
  })

  test('a file without a name gets one', () => {
    expect(event(direct({ msgtype: 'file', content: { downloadCode: 'x' } }))).toMatchObject({ fileName: '未命名文件' })
  })

  test('without a msgId the frame’s id stands in; without both there is nothing to recognise it by', () => {
    expect(event(direct({ msgId: undefined })).id).toBe('frame-1')
    const { frameId: _, ...bare } = arrival
    expect(decodeRobotMessage(direct({ msgId: undefined }), bare)).toMatchObject({ outcome: 'not-for-us' })
  })

  test('numbers may come as text', () => {
    const decoded = event(direct({ createAt: '1695283635765', sessionWebhookExpiredTime: '1695289035996' }))
    expect(decoded).toMatchObject({ sentAtMs: 1695283635765 })
    expect(decoded.conversation.replyAddress?.expiresAtMs).toBe(1695289035996)
  })
})

describe('whom to trust', () => {
  test.each([
    ['nobody without a staff id', { senderStaffId: undefined }],
    ['nobody of another organisation', { senderCorpId: 'dingother' }],
    ['nobody without an organisation', { senderCorpId: undefined, chatbotCorpId: undefined }],
  ])('%s', (_, over) => {
    expect(event(direct(over)).sender.trusted).toBe(false)
  })

  test('a person without a staff id still has a chat of their own', () => {
    const decoded = event(direct({ senderStaffId: undefined }))
    expect(decoded.conversation.id).toBe(decoded.sender.id)
    expect(decoded.sender.id).toBe('$:LWCP_v1:$snd****PA==')
  })

  test.each([
    'http://oapi.dingtalk.com/robot/sendBySession?session=1',
    'https://oapi.dingtalk.com.evil.example/robot/sendBySession?session=1',
    'https://evil.example/?https://oapi.dingtalk.com/robot',
    'https://oapi.dingtalk.com@evil.example/robot',
    'https://oapi.dingtalk.com:8443/robot',
    'https://127.0.0.1/robot',
    'file:///etc/passwd',
    'not an address',
  ])('no reply address: %s', (sessionWebhook) => {
    expect(event(direct({ sessionWebhook })).conversation).not.toHaveProperty('replyAddress')
  })

  test('the configured host is as good as DingTalk’s', () => {
    const sessionWebhook = 'http://127.0.0.1:9000/robot/sendBySession?session=1'
    const decoded = decodeRobotMessage(direct({ sessionWebhook }), { ...arrival, oapiBase: 'http://127.0.0.1:9000' })
    expect(decoded).toMatchObject({ event: { conversation: { replyAddress: { url: sessionWebhook } } } })
  })
})

describe('anything at all', () => {
  test('never throws, and what it makes an event of is plain', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\u0000', '\ud800', '@', '__proto__'))
    const anything = fc.anything({ withNullPrototype: false })
    const message = fc.record(
      {
        msgId: fc.oneof(text, anything),
        msgtype: fc.oneof(fc.constantFrom('text', 'richText', 'picture', 'audio', 'file', 'video'), text),
        conversationType: fc.constantFrom('1', '2'),
        conversationId: text,
        senderStaffId: fc.oneof(text, anything),
        senderNick: fc.oneof(text, anything),
        createAt: fc.oneof(fc.integer(), text, anything),
        text: fc.oneof(fc.record({ content: text, repliedMsg: anything }), anything),
        content: fc.oneof(fc.record({ richText: fc.array(fc.record({ text })), recognition: text }), anything),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.oneof(message, anything), (data) => {
        const decoded = decodeRobotMessage(data, arrival)
        if (decoded.outcome === 'event') expectPlainEvent(decoded.event)
      }),
      { numRuns: 500 },
    )
  })
})
