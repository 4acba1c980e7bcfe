import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ActionToken, Card } from '../../../src/chat/card.ts'
import type { Conversation } from '../../../src/chat/event.ts'
import type { Delivery } from '../../../src/chat/ports.ts'
import type { Reply } from '../../../src/chat/reply.ts'
import { type FakeDingtalk, startDingtalk } from '../../fakes/dingtalk-server.ts'
import { paths } from '../../fakes/dingtalk-world.ts'
import { type Desk, deskOver } from './desk.ts'
import { quietSdk } from './quiet-sdk.ts'

const card: Card = {
  title: '【运输中】预计11-23送达',
  tone: 'calm',
  facts: [{ label: '订单', value: '抖音…2563' }],
  buttons: [{ label: '时间线', token: 'a.1.t' as ActionToken, style: 'plain', say: '时间线 2563' }],
}
const words = (text: string): Reply => ({ kind: 'text', text })

let dingtalk: FakeDingtalk
let desk: Desk
let serial = 0
beforeEach(async () => {
  quietSdk()
  dingtalk = await startDingtalk()
  desk = deskOver(dingtalk)
})
afterEach(async () => {
  expect(dingtalk.violations()).toEqual([])
  await dingtalk.close()
})

const direct = (id: string): Conversation => ({ platform: 'dingtalk', kind: 'direct', id })
const group = (id: string): Conversation => ({ platform: 'dingtalk', kind: 'group', id })

/** The chat with a live reply address, as a message brings it. */
function answerable(to: Conversation): Conversation {
  const said = dingtalk.message(to.id, {}, to.kind === 'group' ? to.id : undefined)
  return {
    ...to,
    replyAddress: { url: String(said.sessionWebhook), expiresAtMs: Number(said.sessionWebhookExpiredTime) },
  }
}
function send(to: Conversation, reply: Reply, key?: string): Promise<Delivery> {
  serial += 1
  return desk.platform.outbound.send({ key: key ?? `key-${serial}`, to, reply })
}
const routes = () => dingtalk.world.calls.map(({ path }) => path)

describe('words', () => {
  test('go to the reply address: no token, no call of the API', async () => {
    expect(await send(answerable(direct('li')), words('在途'))).toEqual({ outcome: 'sent' })
    expect(routes()).toEqual([paths.session])
    expect(dingtalk.shownTo('li')).toEqual([{ text: '在途', buttons: [] }])
  })

  test('go by the API without one, with a receipt', async () => {
    const sent = await send(direct('li'), words('在途'))
    expect(sent).toMatchObject({ outcome: 'sent', receipt: { processQueryKey: expect.stringMatching(/./) } })
    expect(routes()).toEqual([paths.token, paths.direct])
  })

  test('go to a group by its id', async () => {
    await send(group('cidA=='), words('在途'))
    expect(routes()).toEqual([paths.token, paths.group])
    expect(dingtalk.shownIn('cidA==', 'li')).toEqual([{ text: '在途', buttons: [] }])
  })

  test.each([
    [
      'has expired by our clock',
      (to: Conversation) => ({
        ...to,
        replyAddress: { url: to.replyAddress?.url ?? '', expiresAtMs: Date.now() + 1_000 },
      }),
      [paths.token, paths.direct],
    ],
    [
      'leads elsewhere',
      (to: Conversation) => ({
        ...to,
        replyAddress: { url: 'http://127.0.0.1:1/robot', expiresAtMs: Date.now() + 60_000 },
      }),
      [],
    ],
  ])('when the address %s', async (_, change, expected) => {
    const sent = await send(change(answerable(direct('li'))), words('在途'))
    expect(routes()).toEqual(expected)
    if (expected.length === 0) expect(sent).toMatchObject({ outcome: 'refused', alarm: true })
  })

  test('go by the API when DingTalk says the address is gone (300001)', async () => {
    const to = answerable(direct('li'))
    dingtalk.expireSessions()
    expect(await send(to, words('在途'))).toMatchObject({ outcome: 'sent' })
    expect(routes()).toEqual([paths.session, paths.token, paths.direct])
  })

  test('are not sent at all when there is nothing to say', async () => {
    expect(await send(direct('li'), { kind: 'none' })).toEqual({ outcome: 'sent' })
    expect(routes()).toEqual([])
  })

  test('to somebody unknown are refused, in spite of HTTP 200', async () => {
    expect(await send(direct('nobody'), words('在途'))).toMatchObject({ outcome: 'refused', alarm: false })
  })

  test('to somebody who gets too much wait, in spite of HTTP 200', async () => {
    dingtalk.world.flowControlled.add('busy')
    expect(await send(direct('busy'), words('在途'))).toMatchObject({ outcome: 'retry' })
  })
})

describe('a card without a template', () => {
  test('is an action card, whose buttons come back as words', async () => {
    await desk.listen()
    await send(answerable(direct('li')), { kind: 'card', card })
    expect(dingtalk.shownTo('li')).toEqual([{ text: '【运输中】预计11-23送达\n订单：抖音…2563', buttons: ['时间线'] }])
    await dingtalk.tap('li', '时间线')
    expect(desk.events.at(-1)).toMatchObject({ kind: 'text', text: '时间线 2563', sender: { id: 'li', trusted: true } })
    await desk.stop()
  })

  test('redraws nothing: a card-update is a new message', async () => {
    const update: Reply = { kind: 'card-update', cardRef: { platform: 'dingtalk', id: 'gone' }, card }
    expect(await send(direct('li'), update)).toMatchObject({ outcome: 'sent' })
    expect(dingtalk.shownTo('li')).toHaveLength(1)
  })
})

describe('a card with a template', () => {
  beforeEach(() => {
    desk = deskOver(dingtalk, { config: dingtalk.withTemplate })
  })

  test.each([
    ['direct chat', direct('li'), 'IM_ROBOT.li'],
    ['group', group('cidA=='), 'IM_GROUP.cidA=='],
  ])('is delivered into a %s', async (_, to, space) => {
    const sent = await send(to, { kind: 'card', card })
    expect(sent).toMatchObject({ outcome: 'sent', receipt: { outTrackId: expect.stringMatching(/^cd-/) } })
    const [created] = dingtalk.calls(paths.create)
    expect(created?.body).toMatchObject({ openSpaceId: `dtv1.card//${space}`, callbackType: 'STREAM', userIdType: 1 })
    expect(to.kind === 'group' ? dingtalk.shownIn(to.id, 'li') : dingtalk.shownTo('li')).toEqual([
      { text: '【运输中】预计11-23送达\n订单：抖音…2563', buttons: ['时间线'] },
    ])
  })

  test('is there once, however often it is sent', async () => {
    for (let times = 0; times < 3; times += 1)
      expect(await send(direct('li'), { kind: 'card', card }, 'same')).toMatchObject({ outcome: 'sent' })
    expect(dingtalk.shownTo('li')).toHaveLength(1)
  })

  test('whose answer got lost is found to be there already', async () => {
    dingtalk.world.troubles.set(paths.create, [])
    await send(direct('li'), { kind: 'card', card }, 'same')
    dingtalk.fail(paths.create, { reset: true })
    expect(await send(direct('li'), { kind: 'card', card }, 'same')).toMatchObject({ outcome: 'retry' })
    expect(await send(direct('li'), { kind: 'card', card }, 'same')).toMatchObject({ outcome: 'sent' })
    expect(dingtalk.shownTo('li')).toHaveLength(1)
  })

  test.each([
    ['the template is gone', { status: 400, body: { code: 'param.templateNotExist' } }, 'error'],
    [
      'the permission is missing',
      { status: 403, body: { code: 'Forbidden.AccessDenied.AccessTokenPermissionDenied' } },
      'error',
    ],
    ['a word in it is forbidden', { status: 400, body: { code: 'param.contentUnsafe' } }, 'warn'],
  ])('becomes an action card when %s', async (_, answer, level) => {
    dingtalk.fail(paths.create, answer)
    expect(await send(answerable(direct('li')), { kind: 'card', card })).toMatchObject({ outcome: 'sent' })
    expect(dingtalk.shownTo('li')).toEqual([{ text: '【运输中】预计11-23送达\n订单：抖音…2563', buttons: ['时间线'] }])
    expect(desk.lines.map((line) => line.level)).toEqual([level])
  })

  test('becomes an action card when it was made but reached nobody', async () => {
    dingtalk.world.flowControlled.add('li')
    expect(await send(answerable(direct('li')), { kind: 'card', card })).toMatchObject({ outcome: 'sent' })
    expect(dingtalk.shownTo('li')).toHaveLength(1)
  })

  test('becomes an action card when the month’s calls are gone: the reply address needs none', async () => {
    dingtalk.world.callsLeft = 0
    expect(await send(answerable(direct('li')), { kind: 'card', card })).toMatchObject({ outcome: 'sent' })
    expect(await send(direct('li'), { kind: 'card', card })).toMatchObject({ outcome: 'refused', alarm: true })
  })

  test('waits when DingTalk is busy: no action card beside it', async () => {
    dingtalk.fail(paths.create, { status: 500, body: { code: 'system.busy' } })
    expect(await send(answerable(direct('li')), { kind: 'card', card })).toMatchObject({ outcome: 'retry' })
    expect(dingtalk.shownTo('li')).toEqual([])
  })

  test('is redrawn, and what it no longer says is gone', async () => {
    const sent = await send(direct('li'), { kind: 'card', card })
    const id = (sent.outcome === 'sent' && sent.receipt?.outTrackId) || ''
    const done: Card = { title: '【已签收】', tone: 'done', facts: [], buttons: [] }
    const update: Reply = { kind: 'card-update', cardRef: { platform: 'dingtalk', id }, card: done }
    expect(await send(direct('li'), update)).toEqual({ outcome: 'sent' })
    expect(dingtalk.shownTo('li')).toEqual([{ text: '【已签收】', buttons: [] }])
  })

  test('that is gone is sent anew', async () => {
    const update: Reply = { kind: 'card-update', cardRef: { platform: 'dingtalk', id: 'gone' }, card }
    expect(await send(direct('li'), update)).toMatchObject({ outcome: 'sent' })
    expect(dingtalk.shownTo('li')).toHaveLength(1)
  })
})
