import { createHmac } from 'node:crypto'
import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { relayCallback, relaySink } from '../../bot/relay.ts'
import type { ChatEvent } from '../../src/chat/event.ts'
import type { Reply } from '../../src/chat/reply.ts'
import { movableClock, systemClock } from '../../src/runtime/clock.ts'
import { PlatformRefused, Unreachable } from '../../src/runtime/errors.ts'
import { pendingCard } from '../contracts/platform-subject.ts'
import { listen } from '../kit/listen.ts'

const secret = 'shared-by-edge-and-hub-0123456789abcdef'
const asked: ChatEvent = {
  id: '4561255354251345930',
  platform: 'wecom',
  conversation: { platform: 'wecom', kind: 'direct', id: 'LiSi' },
  sender: { id: 'LiSi', trusted: true },
  sentAtMs: 1_763_800_000_000,
  kind: 'text',
  text: '6936476692437472563 到哪了 😀',
}

const hubClock = movableClock()
let hub: Awaited<ReturnType<typeof listen>>
let answer: (event: ChatEvent, deadlineMs: number) => Promise<Reply>
const seen: ChatEvent[] = []
const logged: string[] = []

beforeAll(async () => {
  const sink = async (event: ChatEvent, deadlineMs: number) => {
    seen.push(event)
    return answer(event, deadlineMs)
  }
  const log = (_level: string, message: string, fields: unknown) =>
    void logged.push(`${message} ${JSON.stringify(fields)}`)
  hub = await listen(relayCallback({ sink, secret, clock: hubClock, log }))
})
afterAll(() => hub.close())
afterEach(() => {
  hubClock.setOffset(0)
  seen.length = 0
  logged.length = 0
})

const edge = (over: Partial<Parameters<typeof relaySink>[0]> = {}) =>
  relaySink({ url: hub.url, secret, clock: systemClock, ...over })
const soon = (ms = 4_500) => Date.now() + ms

describe('from edge to hub', () => {
  test('the event arrives as it left, the reply comes back without what the edge has no use for', async () => {
    const card: Reply = { kind: 'card', card: pendingCard }
    const trace = { intent: 'order.status', slots: {}, expect: 'answer', mask: true } as const
    answer = async () => ({ ...card, trace, direct: { kind: 'text', text: '170****9354' } })
    expect(await edge()(asked, soon())).toEqual(card)
    expect(seen).toEqual([asked])
  })

  test('the hub gets less time than the door has, whatever its clock shows', async () => {
    for (const offsetMs of [-120_000, 0, 120_000]) {
      hubClock.setOffset(offsetMs)
      let leftMs = 0
      answer = async (_event, deadlineMs) => {
        leftMs = deadlineMs - hubClock.nowMs()
        return { kind: 'none' }
      }
      expect(await edge()(asked, soon())).toEqual({ kind: 'none' })
      expect(leftMs).toBeGreaterThan(3_000)
      expect(leftMs).toBeLessThanOrEqual(4_000)
    }
  })

  test('a hub that could not keep the event, or is silent, has not taken it', async () => {
    answer = async () => {
      throw new Error('the database is down')
    }
    await expect(edge()(asked, soon())).rejects.toMatchObject({ code: 'platform-refused', retryable: true })
    answer = () => new Promise(() => {})
    await expect(edge()(asked, soon(200))).rejects.toThrow(Unreachable)
  })

  test('nobody at the address, somebody else there, or another secret', async () => {
    await expect(edge({ url: 'http://127.0.0.1:9' })(asked, soon())).rejects.toThrow(Unreachable)
    const page: typeof fetch = async () => new Response('<html>welcome</html>')
    await expect(edge({ fetch: page })(asked, soon())).rejects.toThrow(Unreachable)
    const moved: typeof fetch = async () =>
      new Response(null, { status: 302, headers: { location: 'https://evil.example' } })
    await expect(edge({ fetch: moved })(asked, soon())).rejects.toThrow(PlatformRefused)
    await expect(edge({ secret: `${secret}x` })(asked, soon())).rejects.toThrow(/RELAY_SECRET/)
    expect(seen).toEqual([])
  })
})

describe('what the hub takes', () => {
  const post = (body: string, headers: Record<string, string>) =>
    fetch(`${hub.url}/relay`, { method: 'POST', body, headers })
  const signed = (body: string, timestamp = String(Date.now()), by = secret) => ({
    'x-relay-timestamp': timestamp,
    'x-relay-signature': createHmac('sha256', by).update(`${timestamp}\n${body}`).digest('hex'),
  })
  const good = JSON.stringify({ event: asked, budgetMs: 4_000 })
  const status = async (body: string, headers: Record<string, string>) => (await post(body, headers)).status

  test('a signed event; the same again too, for the inbox knows it', async () => {
    answer = async () => ({ kind: 'text', text: '在途' })
    const headers = signed(good)
    for (let times = 0; times < 2; times += 1)
      expect(await (await post(good, headers)).json()).toEqual({ kind: 'text', text: '在途' })
    expect(seen.map(({ id }) => id)).toEqual([asked.id, asked.id])
  })

  test('nothing from outside five minutes', async () => {
    answer = async () => ({ kind: 'none' })
    for (const [ms, expected] of [
      [-310_000, 403],
      [310_000, 403],
      [-290_000, 200],
      [290_000, 200],
    ] as const)
      expect(await status(good, signed(good, String(Date.now() + ms)))).toBe(expected)
  })

  test.each([
    ['no signature', {}],
    ['an empty one', { 'x-relay-timestamp': String(Date.now()), 'x-relay-signature': '' }],
    ['a short one', { ...signed(good), 'x-relay-signature': 'ab' }],
    ['another secret', signed(good, String(Date.now()), `${secret}x`)],
    ['over another body', signed(`${good} `)],
    ['over another time', { ...signed(good), 'x-relay-timestamp': String(Date.now() - 1_000) }],
    ['a time in seconds', signed(good, String(Math.floor(Date.now() / 1_000)))],
    ['no time', signed(good, '')],
    ['a time that is none', signed(good, '1e12')],
  ])('%s is refused', async (_what, headers) => {
    expect(await status(good, headers)).toBe(403)
    expect(seen).toEqual([])
  })

  test.each([
    'x',
    '{}',
    'null',
    '[]',
    JSON.stringify({ event: asked }),
    JSON.stringify({ event: asked, budgetMs: -1 }),
    JSON.stringify({ event: asked, budgetMs: '4000' }),
    JSON.stringify({ event: { ...asked, platform: 'play' }, budgetMs: 4_000 }),
    JSON.stringify({ event: { ...asked, kind: 'moon-landing' }, budgetMs: 4_000 }),
    JSON.stringify({ event: { ...asked, sender: 'boss' }, budgetMs: 4_000 }),
    JSON.stringify({ event: { ...asked, id: 1 }, budgetMs: 4_000 }),
  ])('a signed %.60s is no event', async (body) => {
    expect(await status(body, signed(body))).toBe(403)
    expect(seen).toEqual([])
  })

  test('a body over 64 KiB is refused, signed or not', async () => {
    const large = JSON.stringify({ event: { ...asked, text: 'x'.repeat(65_536) }, budgetMs: 4_000 })
    expect(await status(large, signed(large))).toBe(403)
  })

  test('reasons stand in the log, without words or names', async () => {
    answer = async () => {
      throw new Error('the database is down')
    }
    expect(await status(good, signed(good))).toBe(503)
    expect(logged.join()).toContain('the database is down')
    expect(logged.join()).not.toMatch(/LiSi|到哪了|shared-by/)
  })

  test('a client that stops in the middle of its body holds nothing', async () => {
    const { port } = new URL(hub.url)
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write('POST /relay HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\n{"event"', () => socket.destroy())
      })
      socket.once('close', () => resolve())
    })
    answer = async () => ({ kind: 'none' })
    expect(await status(good, signed(good))).toBe(200)
    expect(seen).toHaveLength(1)
  })
})
