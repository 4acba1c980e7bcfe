import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ActionToken, Card } from '../../../src/chat/card.ts'
import type { ChatEvent } from '../../../src/chat/event.ts'
import type { Reply } from '../../../src/chat/reply.ts'
import { type FakeDingtalk, startDingtalk } from '../../fakes/dingtalk-server.ts'
import { paths, tapPatienceMs } from '../../fakes/dingtalk-world.ts'
import { type Desk, deskOver, meanwhile, until } from './desk.ts'
import { frameCases, named } from './fixtures.ts'
import { quietSdk } from './quiet-sdk.ts'

const pending: Card = {
  title: '【待初审】TH2611220015',
  tone: 'warn',
  facts: [{ label: '金额', value: '¥238.00' }],
  buttons: [
    { label: '同意', token: 'a.1.yes' as ActionToken, style: 'go' },
    { label: '驳回', token: 'a.1.no' as ActionToken, style: 'stop' },
  ],
}
const decided: Card = { ...pending, title: '【已同意】TH2611220015', tone: 'done', buttons: [] }

let dingtalk: FakeDingtalk
let desk: Desk
beforeEach(async () => {
  quietSdk()
  dingtalk = await startDingtalk({ pushTimeoutMs: 3_000 })
  desk = deskOver(dingtalk, { config: dingtalk.withTemplate })
  await desk.listen()
})
afterEach(async () => {
  await desk.stop()
  expect(dingtalk.violations()).toEqual([])
  await dingtalk.close()
})

const answerWords = (text: string) => desk.answer(async () => ({ kind: 'text', text }))
async function sendCard(to: string, card: Card, group?: string): Promise<void> {
  const kind = group === undefined ? 'direct' : 'group'
  const conversation = { platform: 'dingtalk', kind, id: group ?? to } as const
  await desk.platform.outbound.send({ key: `card-${Math.random()}`, to: conversation, reply: { kind: 'card', card } })
}
/** What the desk does after a reply: everything that must be sent as well. */
async function followUp(reply: Reply, event: ChatEvent): Promise<void> {
  for (const each of desk.platform.followUps(reply, event))
    await desk.platform.outbound.send({ key: `after-${event.id}`, to: event.conversation, reply: each })
}

describe('events of the organisation', () => {
  const event = (eventId: string) => ({
    specVersion: '1.0',
    type: 'EVENT',
    headers: { topic: '*', messageId: `m-${eventId}`, eventType: 'bpms_instance_change', eventId },
    data: '{"type":"finish"}',
  })

  test('are subscribed to where somebody takes them, answered once stored, and asked for again when that failed', async () => {
    const taken: object[] = []
    const eager = deskOver(dingtalk, {
      config: dingtalk.withTemplate,
      onEvent: async (one) => {
        taken.push(one)
        if (taken.length === 2) throw new Error('the database is away')
        return true
      },
    })
    await desk.stop()
    await eager.listen()
    // the socket of the desk that was stopped may still count for a moment
    await until(() => dingtalk.gateway.openings.at(-1)?.subscriptions.includes('EVENT *') === true)
    await until(() => dingtalk.gateway.sockets() === 1)
    expect(await dingtalk.gateway.push(event('e1'))).toMatchObject({ data: { status: 'SUCCESS' } })
    expect(await dingtalk.gateway.push(event('e2'))).toMatchObject({ data: { status: 'LATER' } })
    expect(taken).toMatchObject([{ type: 'bpms_instance_change', id: 'e1', data: '{"type":"finish"}' }, { id: 'e2' }])
    await eager.stop()
  })
})

describe('a message', () => {
  test('is subscribed to, with cards and nothing else', () => {
    expect(dingtalk.gateway.openings.at(-1)?.subscriptions).toEqual([
      'CALLBACK /v1.0/im/bot/messages/get',
      'CALLBACK /v1.0/card/instances/callback',
    ])
  })

  test('comes as an event and is acknowledged as the vendor’s SDKs do', async () => {
    const ack = await dingtalk.say('li', '6936476692437472563 到哪了', { group: 'cidA==' })
    expect(desk.events).toMatchObject([
      {
        kind: 'text',
        text: '6936476692437472563 到哪了',
        conversation: { kind: 'group', id: 'cidA==' },
        sender: { id: 'li' },
      },
    ])
    expect(ack).toMatchObject({ code: 200, data: { response: null } })
  })

  test('is not answered on the socket: the reply is sent, by the reply address', async () => {
    answerWords('在途')
    await dingtalk.say('li', '到哪了')
    expect(dingtalk.shownTo('li')).toEqual([])
    const [event] = desk.events
    if (event === undefined) throw new Error('no event')
    await followUp({ kind: 'text', text: '在途' }, event)
    expect(dingtalk.shownTo('li')).toEqual([{ text: '在途', buttons: [] }])
    expect(dingtalk.calls(paths.session)).toHaveLength(1)
  })

  test('repeated under a new frame id has the same event id, another message another', async () => {
    const message = dingtalk.message('li', { text: { content: '到哪了' } })
    await dingtalk.deliver(message)
    await dingtalk.deliver(message)
    await dingtalk.say('li', '到哪了')
    const [first, repeat, other] = desk.events.map(({ id }) => id)
    expect(repeat).toBe(first)
    expect(other).not.toBe(first)
  })

  test('is acknowledged only when the desk has kept it', async () => {
    let kept = () => {}
    desk.answer(
      () =>
        new Promise((resolve) => {
          kept = () => resolve({ kind: 'none' })
        }),
    )
    const acked = dingtalk.say('li', '到哪了')
    await until(() => desk.events.length === 1)
    expect(dingtalk.gateway.acks).toHaveLength(0)
    kept()
    expect(await acked).toMatchObject({ code: 200 })
  })

  test('that the desk could not keep is not acknowledged, and the next one is served', async () => {
    desk.answer(async () => {
      throw new Error('the database is down')
    })
    const lost = dingtalk.say('li', '一')
    await until(() => desk.lines.some(({ level }) => level === 'error'))
    answerWords('在')
    expect(await dingtalk.say('li', '二')).toMatchObject({ code: 200 })
    expect(await lost).toBeUndefined()
    expect(dingtalk.gateway.acks).toHaveLength(1)
  })

  test('leaves the desk two seconds', async () => {
    const before = Date.now()
    await dingtalk.say('li', '到哪了')
    const leftMs = (desk.deadlines[0] ?? 0) - before
    expect(leftMs).toBeGreaterThanOrEqual(2_000)
    expect(leftMs).toBeLessThan(2_600)
  })

  test('over quota is acknowledged and raises one alarm, not one each', async () => {
    const data = JSON.parse(named(frameCases, 'robot-over-quota').frame.data) as Record<string, unknown>
    for (const msgId of ['1', '2', '3']) expect(await dingtalk.deliver({ ...data, msgId })).toMatchObject({ code: 200 })
    expect(desk.events).toEqual([])
    expect(desk.lines.filter(({ level }) => level === 'error')).toHaveLength(1)
  })

  test.each([
    ['nonsense', { x: 1 }],
    ['more than 64 KiB', { conversationType: '1', msgtype: 'text', text: { content: 'x'.repeat(70_000) } }],
  ])('%s is acknowledged, else it would come for ever', async (_, message) => {
    expect(await dingtalk.deliver(message)).toMatchObject({ code: 200 })
    expect(desk.events).toEqual([])
  })
})

describe('a tap', () => {
  test('is answered with the card as it is now, in time', async () => {
    await sendCard('zhou', pending)
    desk.answer(async (event) =>
      event.kind === 'card-tap'
        ? { kind: 'card-update', cardRef: event.cardRef, card: decided, toast: '已同意' }
        : { kind: 'none' },
    )
    const ack = await dingtalk.tap('zhou', '同意')
    expect(desk.events).toMatchObject([{ kind: 'card-tap', token: 'a.1.yes', sender: { id: 'zhou', trusted: true } }])
    expect(ack?.afterMs).toBeLessThan(2_000)
    expect(dingtalk.shownTo('zhou')).toEqual([{ text: '【已同意】TH2611220015\n金额：¥238.00\n已同意', buttons: [] }])
  })

  test('in a direct chat costs no call: nobody else sees the card', async () => {
    await sendCard('zhou', pending)
    desk.answer(async (event) =>
      event.kind === 'card-tap' ? { kind: 'card-update', cardRef: event.cardRef, card: decided } : { kind: 'none' },
    )
    await dingtalk.tap('zhou', '同意')
    const [event] = desk.events
    if (event?.kind !== 'card-tap') throw new Error('no tap')
    expect(desk.platform.followUps({ kind: 'card-update', cardRef: event.cardRef, card: decided }, event)).toEqual([])
    const other: Reply = { kind: 'card-update', cardRef: { platform: 'dingtalk', id: 'another' }, card: decided }
    expect(desk.platform.followUps(other, event)).toEqual([other])
  })

  test('in a group is shown to the others by an update, after the answer', async () => {
    await sendCard('zhou', pending, 'cidA==')
    let followed: Promise<void> = Promise.resolve()
    desk.answer(async (event) => {
      if (event.kind !== 'card-tap') return { kind: 'none' }
      const reply: Reply = { kind: 'card-update', cardRef: event.cardRef, card: decided }
      // the outbox may be faster than the answer: the update waits for it (the fake notes a violation otherwise)
      followed = followUp(reply, event)
      await meanwhile(150)
      return reply
    })
    await dingtalk.tap('zhou', '同意', { group: 'cidA==' })
    expect(desk.events[0]).toMatchObject({ conversation: { kind: 'group', id: 'cidA==' } })
    await followed
    for (const viewer of ['zhou', 'lin'])
      expect(dingtalk.shownIn('cidA==', viewer)).toEqual([
        { text: '【已同意】TH2611220015\n金额：¥238.00', buttons: [] },
      ])
  })

  test('answered in words keeps the card; the same button again is another event', async () => {
    await sendCard('zhou', pending)
    answerWords('已复制')
    await dingtalk.tap('zhou', '同意')
    await dingtalk.tap('zhou', '同意')
    const [first, second] = desk.events.map(({ id }) => id)
    expect(second).not.toBe(first)
    expect(dingtalk.shownTo('zhou')[0]?.buttons).toEqual(['同意', '驳回'])
  })

  test('that brings nothing at once (the reply may come late) still was heard: the next is another event', async () => {
    await sendCard('zhou', pending)
    await dingtalk.tap('zhou', '同意')
    await dingtalk.tap('zhou', '同意')
    expect(new Set(desk.events.map(({ id }) => id)).size).toBe(2)
  })

  test('delivered twice, also side by side, is one event', async () => {
    await sendCard('zhou', pending)
    answerWords('好')
    const both = await Promise.all([dingtalk.tap('zhou', '同意'), dingtalk.tap('zhou', '同意')])
    expect(both.map((ack) => ack?.code)).toEqual([200, 200])
    expect(new Set(desk.events.map(({ id }) => id)).size).toBe(1)
  })

  test('whose answer takes too long is answered empty at 1.8 s, changing nothing', async () => {
    await sendCard('zhou', pending)
    desk.answer(() => meanwhile(2_900).then(() => ({ kind: 'text', text: '晚了' }) as const))
    const ack = await dingtalk.tap('zhou', '同意')
    expect(ack).toMatchObject({ code: 200, data: { response: {} } })
    expect(ack?.afterMs).toBeGreaterThanOrEqual(1_750)
    expect(ack?.afterMs).toBeLessThan(tapPatienceMs)
    expect(dingtalk.shownTo('zhou')[0]?.buttons).toEqual(['同意', '驳回'])
  })

  test('that the desk could not keep is left unanswered: the person may tap again', async () => {
    await sendCard('zhou', pending)
    desk.answer(async () => {
      throw new Error('the database is down')
    })
    expect(await dingtalk.tap('zhou', '同意')).toBeUndefined()
    answerWords('好')
    expect(await dingtalk.tap('zhou', '同意')).toMatchObject({ code: 200 })
    const [first, second] = desk.events.map(({ id }) => id)
    expect(second).toBe(first)
  })

  test('of a card that carries no token is acknowledged and dropped', async () => {
    const { frame } = named(frameCases, 'card-callback-accept')
    const data = { ...JSON.parse(frame.data), content: '{}' } as unknown
    const ack = await dingtalk.gateway.push({
      ...frame,
      headers: { ...frame.headers, messageId: 'f1' },
      data: JSON.stringify(data),
    })
    expect(ack).toMatchObject({ code: 200, data: { response: {} } })
    expect(desk.events).toEqual([])
  })
})

describe('frames of the protocol page', () => {
  test.each(
    frameCases.filter(({ frame, ack }) => frame.headers.messageId && ack).map((each) => [each.name, each] as const),
  )('%s is acknowledged', async (name, { frame, ack }) => {
    if (name === 'card-callback-accept') desk.answer(async () => ({ kind: 'none' }))
    const got = await dingtalk.gateway.push({ ...frame, headers: { ...frame.headers } })
    expect(got?.code).toBe(ack?.code)
    // what the answer to a tap says is ours to decide
    if (name !== 'card-callback-accept') expect(got?.data).toEqual(JSON.parse(ack?.data ?? ''))
  })

  test('text that is no frame harms nobody', async () => {
    for (const text of [
      '',
      '{',
      'null',
      '[]',
      '{"type":"CALLBACK"}',
      '{"type":"SYSTEM","headers":{}}',
      '"x"',
      '\u0000',
    ])
      dingtalk.gateway.sendRaw(text)
    expect(await dingtalk.say('li', '到哪了')).toMatchObject({ code: 200 })
    expect(dingtalk.gateway.accepted()).toBe(1)
  })

  test('a frame of an unknown topic is noted, not answered', async () => {
    dingtalk.gateway.sendRaw(
      JSON.stringify({ type: 'CALLBACK', headers: { topic: '/v1.0/graph/api/invoke', messageId: 'x' }, data: '{}' }),
    )
    await until(() => desk.lines.some(({ message }) => message.includes('unknown topic')))
  })
})
