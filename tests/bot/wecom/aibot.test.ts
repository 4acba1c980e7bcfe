import { afterEach, describe, expect, test } from 'vitest'
import { isInside } from '../../../bot/wecom/aibot-media.ts'
import { wecomPlatform } from '../../../bot/wecom/platform.ts'
import type { ActionToken, Card } from '../../../src/chat/card.ts'
import type { ChatEvent } from '../../../src/chat/event.ts'
import type { OutboundMessage } from '../../../src/chat/ports.ts'
import type { Reply } from '../../../src/chat/reply.ts'
import { systemClock } from '../../../src/runtime/clock.ts'
import { BadPayload, PlatformRefused } from '../../../src/runtime/errors.ts'
import { silentLog } from '../../../src/runtime/log.ts'
import { memoryBudget, memoryToken } from '../../fakes/memory-ports.ts'
import { type FakeAibot, startFakeAibot } from '../../fakes/wecom-aibot.ts'
import { until } from '../../kit/until.ts'

const card = (title: string, labels: readonly string[] = ['完整时间线']): Card => ({
  title,
  tone: 'calm',
  facts: [{ label: '客户', value: '李* 170****9354' }],
  buttons: labels.map((label) => ({ label, token: `t-${label}` as ActionToken, style: 'plain' })),
})

const group = 'wrGroupOfTheDesk'
let close: (() => Promise<void>) | undefined
afterEach(async () => {
  await close?.()
  close = undefined
})

/** The platform with the bot alone, connected; answers whatever `answer` says. */
async function desk(
  answer: (event: ChatEvent) => Reply | Promise<Reply>,
  prepare: (fake: FakeAibot) => void = () => {},
) {
  const fake = await startFakeAibot()
  prepare(fake)
  const seen: ChatEvent[] = []
  const late: OutboundMessage[] = []
  const platform = wecomPlatform({
    bot: { settings: fake.settings, later: async (message) => void late.push(message) },
    sharedToken: memoryToken(),
    sendBudget: memoryBudget(),
    clock: systemClock,
    log: silentLog,
  })
  const stop = new AbortController()
  const running = platform.listen?.(async (event) => {
    seen.push(event)
    return answer(event)
  }, stop.signal)
  close = async () => {
    stop.abort()
    await running
    await fake.close()
  }
  const connected = () => until(async () => expect(await platform.health()).toBeUndefined())
  return { fake, platform, seen, late, connected, stop, running }
}

const words = (text: string): Reply => ({ kind: 'text', text })

describe('in a group', () => {
  test('what mentions the bot is heard without the mention, and answered there', async () => {
    const { fake, seen, connected } = await desk((event) =>
      event.kind === 'text' && event.text === '17000009354 最近三天的单'
        ? { kind: 'card', card: card('1单【派件中】') }
        : words('?'),
    )
    await connected()
    fake.say('lisi', '17000009354 最近三天的单', { group })
    await until(() => expect(fake.shownIn(group).at(-1)?.words).toContain('1单【派件中】'))
    expect(fake.shownIn(group).at(-1)?.quotes).toContain('17000009354')
    expect(seen[0]).toMatchObject({
      kind: 'text',
      conversation: { platform: 'wecom', kind: 'group', id: group },
      sender: { id: 'lisi', trusted: true },
    })
  })

  test('stars of masked names survive the markdown', async () => {
    const { fake, connected } = await desk(() => words('客户 张* 170****9354'))
    await connected()
    fake.say('lisi', '查', { group })
    await until(() => expect(fake.shownIn(group).at(-1)?.words).toBe('客户 张＊ 170＊＊＊＊9354'))
  })

  test('a card is redrawn in answer to its tap; words to a tap follow as a message', async () => {
    const { fake, platform, connected } = await desk((event) => {
      if (event.kind !== 'card-tap') return { kind: 'card', card: card('【运输中】', ['完整时间线', '复制话术']) }
      if (event.token === 't-复制话术') return words('您好')
      return { kind: 'card-update', cardRef: event.cardRef, card: card('【轨迹】') }
    })
    await connected()
    fake.say('lisi', '到哪了', { group })
    await until(() => expect(fake.shownIn(group)).toHaveLength(1))
    fake.tap('lisi', '完整时间线', { group })
    await until(() => expect(fake.shownIn(group).at(-1)?.words).toContain('【轨迹】'))
    expect(fake.shownIn(group)).toHaveLength(1)
    const event = { kind: 'card-tap', conversation: { platform: 'wecom', kind: 'group', id: group } } as ChatEvent
    expect(platform.followUps(words('您好'), event)).toEqual([words('您好')])
  })

  test('a card without buttons takes the place of one with buttons', async () => {
    const { fake, connected } = await desk((event) =>
      event.kind === 'card-tap'
        ? { kind: 'card-update', cardRef: event.cardRef, card: card('【已处理】', []) }
        : { kind: 'card', card: card('【待初审】', ['同意']) },
    )
    await connected()
    fake.say('lisi', 'x', { group })
    await until(() => expect(fake.shownIn(group)).toHaveLength(1))
    fake.tap('lisi', '同意', { group })
    await until(() => expect(fake.shownIn(group).at(-1)?.words).toContain('【已处理】'))
  })

  test('somebody of another corp is not vouched for', async () => {
    const { fake, seen, connected } = await desk(() => ({ kind: 'none' }))
    await connected()
    fake.say('lisi', 'x', { group, corpId: 'wwOther' })
    await until(() => expect(seen[0]?.sender).toEqual({ id: 'lisi', trusted: false }))
  })
})

describe('alone with the bot', () => {
  test('is a chat of its own; a greeting is answered once', async () => {
    const { fake, seen, connected } = await desk((event) =>
      event.kind === 'join' ? { kind: 'card', card: card('发单号') } : words('好'),
    )
    await connected()
    fake.enter('lisi')
    fake.say('lisi', '在吗')
    await until(() =>
      expect(fake.shownIn('lisi').map(({ words: said }) => said.split('\n')[0])).toEqual(['发单号', '好']),
    )
    expect(seen.map(({ conversation }) => conversation.id)).toEqual(['bot:lisi', 'bot:lisi'])
  })

  test('a picture is fetched and decrypted with its own key', async () => {
    const { fake, platform, seen, connected } = await desk(() => words('识别中'))
    await connected()
    const bytes = new Uint8Array([0xff, 0xd8, 7, 7, 7])
    fake.photo('lisi', bytes)
    const event = await until(() => {
      if (seen[0]?.kind !== 'image') throw new Error('no picture yet')
      return seen[0]
    })
    expect(new Uint8Array(await platform.media.fetch(event.media))).toEqual(bytes)
    const gone = Buffer.from(JSON.stringify({ url: `${fake.settings.url.replace('ws', 'http')}/file/none` })).toString(
      'base64url',
    )
    await expect(platform.media.fetch({ platform: 'wecom', id: `bot:${gone}` })).rejects.toThrow(PlatformRefused)
  })

  test.each([
    'http://example.com/a',
    'https://127.0.0.1/a',
    'https://localhost/a',
    'https://example.com:8443/a',
    'file:///etc/passwd',
  ])('a file at %s is not fetched', async (url) => {
    const { platform } = await desk(() => ({ kind: 'none' }))
    const id = `bot:${Buffer.from(JSON.stringify({ url })).toString('base64url')}`
    await expect(platform.media.fetch({ platform: 'wecom', id })).rejects.toThrow(BadPayload)
  })

  test.each([
    '10.1.2.3',
    '172.20.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '::1',
    'fd00::1',
    'fe80::1',
    '::ffff:10.0.0.1',
    '0.0.0.0',
    '224.0.0.1',
  ])('%s is inside', (ip) => {
    expect(isInside(ip)).toBe(true)
  })
  test.each(['1.2.3.4', '172.32.0.1', '100.128.0.1', '2408:8000::1'])('%s is outside', (ip) => {
    expect(isInside(ip)).toBe(false)
  })
})

describe('speaking first or late', () => {
  const to = { platform: 'wecom', kind: 'group', id: group } as const

  test('a group that wrote before gets words and cards; one that never did is refused', async () => {
    const { fake, platform, connected } = await desk(() => ({ kind: 'none' }))
    await connected()
    fake.say('lisi', 'x', { group })
    const send = (key: string, reply: Reply, chat: OutboundMessage['to'] = to) =>
      platform.outbound.send({ key, to: chat, reply })
    expect(await send('k1', words('罚款线还剩2小时'))).toEqual({ outcome: 'sent' })
    expect(await send('k2', { kind: 'card', card: card('【待初审】') })).toEqual({ outcome: 'sent' })
    expect(await send('k3', words('x'), { ...to, id: 'wrNever' })).toMatchObject({ outcome: 'retry' })
    fake.say('lisi', 'x')
    expect(await send('k4', words('悄悄话'), { ...to, kind: 'direct', id: 'lisi' })).toEqual({ outcome: 'sent' })
    expect(fake.shownIn('lisi').at(-1)?.words).toBe('悄悄话')
  })

  test('a frame that is refused or not acknowledged is tried again later, under its key', async () => {
    const { fake, platform, connected } = await desk(() => ({ kind: 'none' }))
    await connected()
    fake.say('lisi', 'x', { group })
    fake.refuse('aibot_send_msg', 45009)
    const message = { key: 'k5', to, reply: words('a') }
    expect(await platform.outbound.send(message)).toMatchObject({ outcome: 'retry', afterMs: 60_000 })
    fake.refuse('aibot_send_msg', 40035)
    expect(await platform.outbound.send(message)).toMatchObject({ outcome: 'refused', alarm: true })
  })

  test('an answer the socket does not carry goes to the outbox', async () => {
    const { fake, late, connected } = await desk(() => words('答案'))
    await connected()
    fake.refuse('aibot_respond_msg', 846608)
    const id = fake.say('lisi', 'x', { group })
    await until(() => expect(late).toEqual([{ key: `wecom:${id}:bot`, to, reply: words('答案') }]))
  })

  test('without a bot a group cannot be reached, and says what is missing', async () => {
    const platform = wecomPlatform({
      sharedToken: memoryToken(),
      sendBudget: memoryBudget(),
      clock: systemClock,
      log: silentLog,
    })
    expect(await platform.outbound.send({ key: 'k', to, reply: words('a') })).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('WECOM_BOT_'),
    })
  })
})

describe('the connection', () => {
  test('comes back after it was lost', async () => {
    const { fake, connected, seen } = await desk(() => ({ kind: 'none' }))
    await connected()
    fake.drop()
    await until(() => expect(fake.subscriptions).toHaveLength(2), 5_000)
    await connected()
    fake.say('lisi', 'x')
    await until(() => expect(seen).toHaveLength(1))
  })

  test('kicked out by another process it says so and does not fight', async () => {
    const { fake, platform, connected } = await desk(() => ({ kind: 'none' }))
    await connected()
    fake.kick()
    await until(async () => expect(await platform.health()).toContain('another process'))
    expect(fake.subscriptions).toHaveLength(1)
  })

  test('with a wrong secret it tries once and names what to compare', async () => {
    const { fake, platform } = await desk(
      () => ({ kind: 'none' }),
      (made) => {
        made.secret = 'rotated'
      },
    )
    await until(async () => expect(await platform.health()).toContain('WECOM_BOT_SECRET'))
    expect(fake.subscriptions).toHaveLength(1)
  })
})
