import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeReply, followUps, messageText } from '../../../bot/wecom/encode.ts'
import { parseFields, textAt, writeTree } from '../../../bot/wecom/wire.ts'
import type { ChatEvent } from '../../../src/chat/event.ts'
import type { Reply } from '../../../src/chat/reply.ts'
import { buttonsFollow, cutHint } from '../../../src/text/zh-wecom.ts'
import { pendingCard } from '../../contracts/platform-subject.ts'
import { wildCard, wildText } from '../../contracts/wild-card.ts'

const base = {
  id: '1',
  platform: 'wecom',
  conversation: { platform: 'wecom', kind: 'direct', id: 'lisi' },
  sender: { id: 'lisi', trusted: true },
  sentAtMs: 0,
} as const
const asked: ChatEvent = { ...base, kind: 'text', text: '在吗' }
const tapped: ChatEvent = {
  ...base,
  kind: 'card-tap',
  token: 'a',
  cardRef: { platform: 'wecom', id: 'card-1', updateCode: 'c' },
}

const encode = (reply: Reply, event: ChatEvent = asked) => encodeReply(reply, event, 'wwcorp', 1_763_800_000_999)
const xmlOf = (reply: Reply, event: ChatEvent = asked) => {
  const tree = encode(reply, event)
  return tree === undefined ? '' : writeTree(tree, 'xml')
}
const contentOf = (reply: Reply) => {
  const xml = xmlOf(reply)
  return xml === '' ? undefined : textAt(parseFields(xml).fields, 'Content')
}

test('words to a message: from the corp, to the sender, in seconds', () => {
  expect(xmlOf({ kind: 'text', text: '在途' })).toBe(
    '<xml><ToUserName><![CDATA[lisi]]></ToUserName><FromUserName><![CDATA[wwcorp]]></FromUserName>' +
      '<CreateTime>1763800000</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[在途]]></Content></xml>',
  )
})

test('a card to a message is said in words that announce its buttons, and follows whole', () => {
  const reply: Reply = {
    kind: 'card',
    card: pendingCard,
    trace: { intent: 'x', slots: {}, expect: 'card', mask: false },
  }
  expect(contentOf(reply)).toBe(`【待初审】TH2611220015\n金额 ¥238.00\n截至10:05 · 抖音推送09:58\n${buttonsFollow}`)
  expect(followUps(reply, asked)).toEqual([{ kind: 'card', card: pendingCard }])
  const plain: Reply = { kind: 'card', card: { ...pendingCard, buttons: [] } }
  expect(contentOf(plain)).not.toContain(buttonsFollow)
  expect(followUps(plain, asked)).toEqual([])
})

describe('taps', () => {
  const update: Reply = { kind: 'card-update', cardRef: { platform: 'wecom', id: 'card-1' }, card: pendingCard }

  test('the card that was tapped is redrawn in the answer', () => {
    expect(xmlOf(update, tapped)).toContain('<MsgType><![CDATA[update_template_card]]></MsgType>')
    expect(followUps(update, tapped)).toEqual([])
  })

  test('another card is redrawn by a call', () => {
    const other: Reply = { ...update, cardRef: { platform: 'wecom', id: 'card-2', updateCode: 'd' }, toast: '已同意' }
    expect([encode(other, tapped), encode(other, asked)]).toEqual([undefined, undefined])
    expect(followUps(other, tapped)).toEqual([other])
    expect(followUps(other, asked)).toEqual([other])
  })

  test('words and new cards follow: the answer to a tap cannot carry them', () => {
    for (const reply of [{ kind: 'text', text: 'x' } as const, { kind: 'card', card: pendingCard } as const]) {
      expect(encode(reply, tapped)).toBeUndefined()
      expect(followUps(reply, tapped)).toEqual([reply])
    }
  })
})

test('nothing to say is no message', () => {
  for (const reply of [{ kind: 'none' }, { kind: 'text', text: ' \n' }] as const) expect(encode(reply)).toBeUndefined()
})

test('a long text is cut between characters and says so', () => {
  const cut = messageText('运输中😀'.repeat(400))
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(2_048)
  expect(Buffer.byteLength(cut)).toBeGreaterThan(2_040)
  expect(cut.endsWith(cutHint)).toBe(true)
  expect(cut).not.toMatch(/\p{Surrogate}/u)
  expect(messageText('a'.repeat(2_048))).toBe('a'.repeat(2_048))
})

test('any words come out of the XML as they went in, within 2048 bytes', () => {
  fc.assert(
    fc.property(wildText, (text) => {
      const said = contentOf({ kind: 'text', text })
      expect(said ?? '').toBe(messageText(text).trim() === '' ? '' : messageText(text))
      expect(Buffer.byteLength(said ?? '')).toBeLessThanOrEqual(2_048)
    }),
    { numRuns: 300 },
  )
})

test('any card in words fits, and keeps the line that announces its buttons', () => {
  fc.assert(
    fc.property(wildCard, (card) => {
      const reply: Reply = { kind: 'card', card }
      const said = contentOf(reply) ?? ''
      expect(Buffer.byteLength(said)).toBeLessThanOrEqual(2_048)
      expect(said.endsWith(buttonsFollow)).toBe(followUps(reply, asked).length > 0)
    }),
    { numRuns: 200 },
  )
})

test('nobody’s name becomes a link', () => {
  expect(messageText('<a href="https://evil.example">点我</a> <b> a<b')).toBe(
    '\uff1ca href="https://evil.example">点我\uff1c/a> <b> a<b',
  )
})
