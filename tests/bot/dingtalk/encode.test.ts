import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { apiMessage, cardMessage, escapeMarkdown, sessionBody, textMessage } from '../../../bot/dingtalk/encode.ts'
import type { ActionToken, Card } from '../../../src/chat/card.ts'
import { tameCard, wildCard, wildText } from '../../contracts/wild-card.ts'
import { sessionMessage } from '../../fakes/dingtalk-robot.ts'

const button = (label: string, say?: string) => ({
  label,
  token: 't' as ActionToken,
  style: 'plain' as const,
  ...(say === undefined ? {} : { say }),
})
const card: Card = {
  title: '【运输中】已到杭州萧山转运中心',
  tone: 'warn',
  bar: '超过48小时没有新轨迹',
  facts: [
    { label: '订单', value: '抖音…2563' },
    { label: '客户', value: '张* 170****1234' },
  ],
  lines: ['1. 已揽收', '2. 运输中'],
  note: '数据截至10:05 · 抖音推送09:58',
  buttons: [button('复制话术', '话术 2563'), button('没有话'), button('时间线', "时间线 (2563)'!*")],
}

describe('a card without a template', () => {
  test('is an action card whose buttons send text', () => {
    const body = sessionBody(cardMessage(card)) as { msgtype: string; actionCard: Record<string, unknown> }
    expect(body.msgtype).toBe('actionCard')
    expect(body.actionCard.btns).toEqual([
      { title: '复制话术', actionURL: `dtmd://dingtalkclient/sendMessage?content=${encodeURIComponent('话术 2563')}` },
      {
        title: '时间线',
        actionURL: `dtmd://dingtalkclient/sendMessage?content=${encodeURIComponent('时间线 ')}%282563%29%27%21%2A`,
      },
    ])
  })

  test('shows every word, and masks stay masks', () => {
    const shown = sessionMessage(sessionBody(cardMessage(card)))
    expect(shown?.text.split('\n')).toEqual([
      '【运输中】已到杭州萧山转运中心',
      '超过48小时没有新轨迹',
      '订单：抖音…2563',
      '客户：张* 170****1234',
      '1. 已揽收',
      '2. 运输中',
      '数据截至10:05 · 抖音推送09:58',
    ])
  })

  test('whose buttons have nothing to say is markdown', () => {
    expect(sessionBody(cardMessage({ ...card, buttons: [button('没有话')] }))).toMatchObject({ msgtype: 'markdown' })
    expect(apiMessage(cardMessage({ ...card, buttons: [] })).msgKey).toBe('sampleMarkdown')
  })

  test.each([
    [1, 'sampleActionCard'],
    [2, 'sampleActionCard2'],
    [5, 'sampleActionCard5'],
    [6, 'sampleActionCard5'],
  ])('with %i buttons is %s for the API', (count, msgKey) => {
    const buttons = Array.from({ length: count }, (_, index) => button(`按钮${index + 1}`, `第${index + 1}个`))
    const message = apiMessage(cardMessage({ ...card, buttons }))
    expect(message.msgKey).toBe(msgKey)
    const { text } = JSON.parse(message.msgParam) as { text: string }
    expect(text.includes('[按钮6](dtmd://dingtalkclient/sendMessage?content=%E7%AC%AC6')).toBe(count === 6)
  })
})

describe('limits', () => {
  const within = (made: Card) => {
    const message = cardMessage(made)
    const body = sessionBody(message)
    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThanOrEqual(15_000)
    expect(Buffer.byteLength(apiMessage(message).msgParam)).toBeLessThanOrEqual(15_000)
    // the fake refuses what the vendor refuses
    expect(sessionMessage(body)).toBeDefined()
  }

  test('any card at all fits into one message', () => {
    fc.assert(fc.property(wildCard, within), { numRuns: 300 })
  })

  test('a card within the limits loses no word', () => {
    fc.assert(
      fc.property(tameCard, (made) => {
        within(made)
        const shown = sessionMessage(sessionBody(cardMessage(made)))
        const facts = made.facts.flatMap(({ label, value }) => [label, value])
        for (const said of [made.title, made.bar, ...facts, ...(made.lines ?? []), made.note])
          expect(shown?.text).toContain(said ?? '')
        expect(shown?.links.map(({ title }) => title)).toEqual(made.buttons.map(({ label }) => label))
      }),
    )
  })

  test('any text fits, whole while it can', () => {
    fc.assert(
      fc.property(fc.array(wildText, { maxLength: 8 }), (parts) => {
        const text = parts.join('')
        const { msgParam } = apiMessage(textMessage(text))
        expect(Buffer.byteLength(msgParam)).toBeLessThanOrEqual(15_000)
        const { content } = JSON.parse(msgParam) as { content: string }
        if (Buffer.byteLength(JSON.stringify(text)) < 14_000)
          expect(content).toBe(text.replace(/\p{Surrogate}/gu, '\ufffd'))
        else expect(content).toMatch(/…（太长，已截断）$/)
      }),
      { numRuns: 200 },
    )
  })

  test('a text of 10,000 characters is cut between characters', () => {
    const { content } = JSON.parse(apiMessage(textMessage('😀'.repeat(10_000))).msgParam) as { content: string }
    expect(content).toMatch(/^(😀)+…（太长，已截断）$/u)
  })
})

describe('markdown', () => {
  test.each([
    ['**粗** _斜_ `码`', '\\*\\*粗\\*\\* \\_斜\\_ \\`码\\`'],
    ['[点我](https://evil.example)', '\\[点我\\](https://evil.example)'],
    ['![图](https://evil.example/x.png)', '!\\[图\\](https://evil.example/x.png)'],
    ['<font color=red>红</font>', '\\<font color=red>红\\</font>'],
    ['# 标题', '\\# 标题'],
    ['> 引用', '\\> 引用'],
    ['- 列表', '\\- 列表'],
    ['1. 列表', '1\\. 列表'],
    ['a\\b', 'a\\\\b'],
    ['一\n# 二', '一 # 二'],
    ['TH2611210033-2#1', 'TH2611210033-2#1'],
  ])('%j is shown as it is', (text, escaped) => expect(escapeMarkdown(text)).toBe(escaped))

  test('no text becomes a link, a picture, bold or a tag', () => {
    fc.assert(
      fc.property(fc.oneof(wildText, fc.string({ unit: fc.constantFrom(...'*_`[]()<>!\\#-. a') })), (text) => {
        const bare = escapeMarkdown(text).replace(/\\[\\`*_[\]<#>+=.)-]/g, '')
        expect(bare).not.toMatch(/[\\`*_[\]<]/)
        expect(bare).not.toMatch(/\n/)
      }),
      { numRuns: 500 },
    )
  })
})
