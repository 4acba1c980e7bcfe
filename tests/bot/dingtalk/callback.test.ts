import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { robotSign } from '../../../bot/dingtalk/crypt.ts'
import { movableClock } from '../../../src/runtime/clock.ts'
import { type FakeDingtalk, startDingtalk } from '../../fakes/dingtalk-server.ts'
import { listen } from '../../kit/listen.ts'
import { type Desk, deskOver } from './desk.ts'
import { frameCases, named } from './fixtures.ts'

const clock = movableClock()
let dingtalk: FakeDingtalk
let desk: Desk
let door: Awaited<ReturnType<typeof listen>>
let url = ''
beforeAll(async () => {
  dingtalk = await startDingtalk()
})
afterAll(() => dingtalk.close())
beforeEach(async () => {
  clock.setOffset(0)
  desk = deskOver(dingtalk, { clock })
  door = await listen(desk.platform.callback(desk.sink))
  url = `${door.url}/callback/dingtalk`
})
afterEach(() => door.close())

const said = (over: Record<string, unknown> = {}) => dingtalk.message('li', { text: { content: '到哪了' }, ...over })
const answerOf = async (response: Response) => [response.status, await response.text()]
const signed = (timestamp: string, secret = dingtalk.config.clientSecret) => ({
  timestamp,
  sign: robotSign(timestamp, secret),
})

describe('a signed message', () => {
  test('is taken, and answered with nothing: the reply is sent', async () => {
    desk.answer(async () => ({ kind: 'text', text: '在途' }))
    const before = Date.now()
    const response = await dingtalk.post(url, said())
    expect(await answerOf(response)).toEqual([200, '{"msgtype":"empty"}'])
    expect(desk.events).toMatchObject([{ kind: 'text', text: '到哪了', sender: { id: 'li', trusted: true } }])
    expect((desk.deadlines[0] ?? 0) - before).toBeLessThanOrEqual(2_500)
    const [event] = desk.events
    const reply = { kind: 'text', text: '在途' } as const
    expect(event && desk.platform.followUps(reply, event)).toEqual([reply])
  })

  test('is the same event when it comes again', async () => {
    const message = said()
    await dingtalk.post(url, message)
    await dingtalk.post(url, message)
    const [first, repeat] = desk.events.map(({ id }) => id)
    expect(repeat).toBe(first)
  })

  test('may be up to an hour old: repeats carry the old time', async () => {
    const timestamp = String(Date.now())
    clock.setOffset(3_590_000)
    expect((await dingtalk.post(url, said(), signed(timestamp))).status).toBe(200)
  })

  test('that the desk could not keep is answered 503, so that it comes again', async () => {
    desk.answer(async () => {
      throw new Error('the database is down')
    })
    expect(await answerOf(await dingtalk.post(url, said()))).toEqual([503, ''])
  })

  test('over quota is taken and raises an alarm', async () => {
    const response = await dingtalk.post(url, named(frameCases, 'robot-over-quota').frame.data)
    expect(response.status).toBe(200)
    expect(desk.lines).toMatchObject([{ level: 'error' }])
    expect(desk.events).toEqual([])
  })
})

describe('everything else gets one and the same answer', () => {
  const refused = [403, '']
  afterEach(() => expect(desk.events).toEqual([]))

  test.each([
    ['no headers', { timestamp: '', sign: '' }],
    ['another secret', signed(String(Date.now()), 'another secret')],
    ['a sign of another time', { timestamp: String(Date.now() + 1) }],
    ['a sign that is no base64', { sign: '\u00ff\u00fe' }],
    ['a sign of 10,000 characters', { sign: 'A'.repeat(10_000) }],
  ])('%s', async (_, headers) => {
    expect(await answerOf(await dingtalk.post(url, said(), headers))).toEqual(refused)
  })

  test('a push of more than an hour ago', async () => {
    const timestamp = String(Date.now())
    clock.setOffset(3_600_500)
    expect(await answerOf(await dingtalk.post(url, said(), signed(timestamp)))).toEqual(refused)
  })

  test.each([
    ['no JSON', '{'],
    ['nothing', ''],
    ['a list', '[]'],
    ['a word', '"x"'],
    ['an object of another kind', '{"EventType":"check_url"}'],
    ['a message without an id', JSON.stringify({ msgtype: 'text', conversationType: '1', conversationId: 'c' })],
    ['more than 64 KiB', JSON.stringify({ msgtype: 'text', text: { content: 'x'.repeat(66_000) } })],
    ['a million brackets', '['.repeat(60_000)],
  ])('%s, well signed', async (_, body) => {
    expect(await answerOf(await dingtalk.post(url, body))).toEqual(refused)
  })

  test('bytes that are no UTF-8, well signed', async () => {
    const response = await fetch(url, {
      method: 'POST',
      headers: signed(String(Date.now())),
      body: new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]),
    })
    expect(await answerOf(response)).toEqual(refused)
  })

  test('a body of megabytes is not read to its end', async () => {
    let pulled = 0
    const body = new ReadableStream({
      pull(controller) {
        pulled += 1
        if (pulled > 2_000) controller.close()
        else controller.enqueue(new Uint8Array(65_536).fill(0x20))
      },
    })
    const init = { method: 'POST', headers: signed(String(Date.now())), body, duplex: 'half' }
    const response = await fetch(url, init as RequestInit).catch(() => undefined)
    if (response !== undefined) expect(response.status).toBe(403)
    expect(pulled).toBeLessThan(1_000)
  })

  test('GET is not for us', async () => {
    expect((await fetch(url)).status).toBe(404)
  })
})
