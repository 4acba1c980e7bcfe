import { request } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ChatEvent } from '../../../src/chat/event.ts'
import type { Reply } from '../../../src/chat/reply.ts'
import { openPlay, type PlayHarness } from '../../kit/play-harness.ts'
import { approval, onTheWay } from '../../kit/sample-desk.ts'

let desk: PlayHarness
let seen: ChatEvent[]
let answer: (event: ChatEvent) => Promise<Reply>

beforeEach(async () => {
  seen = []
  answer = async () => ({ kind: 'text', text: '在途' })
  desk = await openPlay(
    async (event) => {
      seen.push(event)
      return answer(event)
    },
    { samples: ['6936476692437472563 到哪了'] },
  )
})
afterEach(() => desk.stop())

let serial = 0
function freshId(): string {
  serial += 1
  return `test-message-${serial}`
}

function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${desk.url}/play/api/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

const say = (text: string, more: Record<string, unknown> = {}) =>
  post('messages', { id: freshId(), persona: 'cs', chat: 'direct', text, ...more })

async function transcript(persona = 'cs', chat = 'direct', since = 0) {
  const response = await fetch(`${desk.url}/play/api/transcript?persona=${persona}&chat=${chat}&since=${since}`)
  return (await response.json()) as { lines: { seq: number; entry: Record<string, unknown> }[]; more: boolean }
}

const entries = async (persona?: string, chat?: string) =>
  (await transcript(persona, chat)).lines.map(({ entry }) => entry)

function upload(bytes: Uint8Array, name: string): Promise<Response> {
  return fetch(`${desk.url}/play/api/files?name=${encodeURIComponent(name)}`, { method: 'PUT', body: bytes })
}

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')

describe('a message', () => {
  test('reaches the desk as an event and stands in the chat with its answer', async () => {
    const response = await say('6936476692437472563 到哪了', { id: 'message-one' })
    expect(await response.json()).toMatchObject({ state: 'answered', lines: [{ seq: 1 }, { seq: 2 }] })
    expect(seen).toMatchObject([
      {
        id: 'message-one',
        kind: 'text',
        platform: 'play',
        text: '6936476692437472563 到哪了',
        conversation: { kind: 'direct', id: 'play-cs' },
        sender: { id: 'play-cs', trusted: true },
      },
    ])
    expect(await entries()).toMatchObject([
      { kind: 'said', persona: 'cs', eventId: 'message-one', asked: true },
      { kind: 'text', text: '在途', answers: 'message-one' },
    ])
  })

  test('sent again under its id is the same event, and the chat shows it once', async () => {
    for (let times = 0; times < 3; times += 1) await say('在吗', { id: 'message-two' })
    expect(seen.map(({ id }) => id)).toEqual(['message-two', 'message-two', 'message-two'])
    expect(await entries()).toHaveLength(2)
  })

  test('sent twice at the same moment stands once', async () => {
    await Promise.all([say('在吗', { id: 'message-three' }), say('在吗', { id: 'message-three' })])
    expect(await entries()).toHaveLength(2)
  })

  test('that the desk could not take is answered 503, and going through at the next try', async () => {
    answer = async () => {
      throw new Error('the database is down')
    }
    expect((await say('在吗', { id: 'message-four' })).status).toBe(503)
    answer = async () => ({ kind: 'text', text: '在' })
    expect((await say('在吗', { id: 'message-four' })).status).toBe(200)
    expect(await entries()).toMatchObject([{ kind: 'said' }, { kind: 'text', text: '在' }])
  })

  test('answered by the outbox is reported as later', async () => {
    answer = async () => ({ kind: 'none' })
    expect(await (await say('在吗')).json()).toMatchObject({ state: 'later' })
  })

  test('in the group reaches the desk only when it mentions the bot, without the mention', async () => {
    expect(await (await say('有人在吗', { chat: 'group' })).json()).toMatchObject({ state: 'shown' })
    expect(seen).toEqual([])
    await say('@助手 17000009354 最近三天的单', { chat: 'group', persona: 'warehouse' })
    expect(seen).toMatchObject([
      {
        kind: 'text',
        text: '17000009354 最近三天的单',
        conversation: { kind: 'group', id: 'play-group' },
        sender: { id: 'play-warehouse' },
      },
    ])
    expect(await entries('finance', 'group')).toMatchObject([
      { kind: 'said', persona: 'cs', asked: false },
      { kind: 'said', persona: 'warehouse', asked: true },
      { kind: 'text' },
    ])
  })

  test.each([
    ['not JSON', '{'],
    ['no id', { persona: 'cs', chat: 'direct', text: 'x' }],
    ['an unknown persona', { id: freshId(), persona: 'boss', chat: 'direct', text: 'x' }],
    ['words and a tap at once', { id: freshId(), persona: 'cs', chat: 'direct', text: 'x', token: 't', cardId: 'c' }],
    ['a tap without its card', { id: freshId(), persona: 'cs', chat: 'direct', token: 't' }],
    ['nothing said', { id: freshId(), persona: 'cs', chat: 'direct', text: '  ' }],
    ['a field nobody knows', { id: freshId(), persona: 'cs', chat: 'direct', text: 'x', admin: true }],
    ['an unknown file', { id: freshId(), persona: 'cs', chat: 'direct', file: 'blob_0' }],
  ])('with %s is refused', async (_, body) => {
    expect((await post('messages', body)).status).toBe(400)
    expect(seen).toEqual([])
    expect(await entries()).toEqual([])
  })

  test('of more than 64 KiB is refused before it is read', async () => {
    expect((await say('长'.repeat(30_000))).status).toBe(413)
  })

  test('of 10,000 characters passes; what Postgres cannot store is taken out of it', async () => {
    expect((await say(`${'长'.repeat(9_998)}\0\ud800x`)).status).toBe(200)
    expect(seen).toMatchObject([{ text: `${'长'.repeat(9_998)}\ufffdx` }])
  })
})

describe('a card', () => {
  test('is shown with an id that its taps carry, and redrawn where it stands', async () => {
    answer = async () => ({ kind: 'card', card: approval })
    await say('待办', { id: 'ask-for-card' })
    const [, card] = await entries()
    answer = async (event) =>
      event.kind === 'card-tap'
        ? { kind: 'card-update', cardRef: event.cardRef, card: { ...approval, tone: 'done' }, toast: '已同意' }
        : { kind: 'none' }
    const { token, label } = approval.buttons[0] ?? { token: '', label: '' }
    await post('messages', { id: 'tap-the-card', persona: 'cs', chat: 'direct', cardId: card?.cardId, token, label })
    expect(seen.at(-1)).toMatchObject({ kind: 'card-tap', token, cardRef: { platform: 'play', id: card?.cardId } })
    expect((await entries()).slice(2)).toMatchObject([
      { kind: 'said', tapped: '同意' },
      { kind: 'card-update', cardId: card?.cardId, toast: '已同意', card: { tone: 'done' } },
    ])
  })

  test('in the group can be tapped by everybody, without a mention', async () => {
    await post('messages', {
      id: freshId(),
      persona: 'ops',
      chat: 'group',
      cardId: 'answer:x',
      token: 't',
      label: '同意',
    })
    expect(seen).toMatchObject([{ kind: 'card-tap', sender: { id: 'play-ops' }, conversation: { kind: 'group' } }])
  })
})

describe('a photo or file', () => {
  test('is kept, told apart by its bytes, handed to the desk as a reference and given back', async () => {
    const photo = (await (await upload(png, '面单.jpg')).json()) as { id: string; mime: string; image: boolean }
    expect(photo).toMatchObject({ mime: 'image/png', image: true, fileName: '面单.jpg', bytes: png.length })
    await post('messages', { id: freshId(), persona: 'cs', chat: 'direct', file: photo.id })
    await post('messages', { id: freshId(), persona: 'cs', chat: 'direct', file: photo.id, text: '客户寄回来的面单' })
    expect(seen).toMatchObject([
      { kind: 'image', media: { platform: 'play', id: photo.id, fileName: '面单.jpg' } },
      { kind: 'text', text: '客户寄回来的面单', media: [{ id: photo.id }] },
    ])
    const event = seen[0]
    if (event?.kind !== 'image') throw new Error('no image event')
    expect(Buffer.from(await desk.platform.media.fetch(event.media)).equals(png)).toBe(true)
    const shown = await fetch(`${desk.url}/play/api/files/${photo.id}`)
    expect(shown.headers.get('content-type')).toBe('image/png')
    expect(shown.headers.get('content-disposition')).toMatch(/^inline/)
  })

  test('a table is a file; a page posing as a photo is only ever saved', async () => {
    const page = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')
    const kept = (await (await upload(page, '../../etc/JXS07.svg')).json()) as { id: string; fileName: string }
    expect(kept).toMatchObject({ fileName: 'JXS07.svg', image: false })
    await post('messages', { id: freshId(), persona: 'ops', chat: 'direct', file: kept.id })
    expect(seen).toMatchObject([{ kind: 'file', fileName: 'JXS07.svg' }])
    const given = await fetch(`${desk.url}/play/api/files/${kept.id}`)
    expect(given.headers.get('content-type')).toBe('application/octet-stream')
    expect(given.headers.get('content-disposition')).toMatch(/^attachment/)
    expect(given.headers.get('content-security-policy')).toContain('sandbox')
  })

  test('over 10 MB or empty is refused', async () => {
    expect((await upload(Buffer.alloc(10 * 1024 * 1024 + 1), 'big.xlsx')).status).toBe(413)
    expect((await upload(Buffer.alloc(0), 'empty.xlsx')).status).toBe(400)
    expect((await fetch(`${desk.url}/play/api/files/blob_none`)).status).toBe(404)
  })
})

describe('speaking first', () => {
  test('appends to the chat, once per key', async () => {
    const to = { platform: 'play', kind: 'direct', id: 'play-director' } as const
    const reply = { kind: 'card', card: onTheWay } as const
    for (let times = 0; times < 2; times += 1)
      expect(await desk.platform.outbound.send({ key: 'out-1', to, reply })).toMatchObject({ outcome: 'sent' })
    expect(await entries('director')).toMatchObject([{ kind: 'card', cardId: 'out-1' }])
  })
})

describe('the clock', () => {
  test('moves, shows where it stands, and refuses nonsense', async () => {
    const before = Date.now()
    expect(await (await post('clock', { offsetMs: 3_600_000 })).json()).toMatchObject({ offsetMs: 3_600_000 })
    expect(desk.clock.nowMs()).toBeGreaterThanOrEqual(before + 3_600_000)
    const state = (await (await fetch(`${desk.url}/play/api/clock`)).json()) as { offsetMs: number }
    expect(state.offsetMs).toBe(3_600_000)
    for (const offsetMs of ['1', 1.5, 1e15, null]) expect((await post('clock', { offsetMs })).status).toBe(400)
    expect(desk.clock.offsetMs()).toBe(3_600_000)
  })
})

describe('who may come in', () => {
  /** fetch sets Host itself: only a bare request can lie about it. */
  function statusWith(headers: Record<string, string>, method = 'GET', path = 'personas'): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const call = request(`${desk.url}/play/api/${path}`, { method, headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      call.on('error', reject)
      call.end(method === 'GET' ? undefined : '{}')
    })
  }

  test.each(['evil.example', 'evil.example:8787', '127.0.0.1.evil.example', '192.168.1.5'])(
    'a Host of %j is turned away (DNS rebinding)',
    async (host) => expect(await statusWith({ host })).toBe(403),
  )
  test.each(['127.0.0.1:1', 'localhost:8787', '[::1]:8787'])('a Host of %j is ours', async (host) =>
    expect(await statusWith({ host })).toBe(200),
  )
  test.each(['https://evil.example', 'null', 'http://127.0.0.1:1'])('an Origin of %j is turned away', async (origin) =>
    expect(
      (await post('messages', { id: freshId(), persona: 'cs', chat: 'direct', text: 'x' }, { origin })).status,
    ).toBe(403),
  )
  test('our own Origin is let in', async () => {
    const body = { id: freshId(), persona: 'cs', chat: 'direct', text: 'x' }
    expect((await post('messages', body, { origin: desk.url })).status).toBe(200)
  })
  test('what the browser calls cross-site is turned away, reading too', async () =>
    expect(await statusWith({ 'sec-fetch-site': 'cross-site' })).toBe(403))
  test('a form of another page (text/plain) is turned away', async () => {
    const body = JSON.stringify({ id: freshId(), persona: 'cs', chat: 'direct', text: 'x' })
    expect((await post('messages', body, { 'Content-Type': 'text/plain' })).status).toBe(415)
    expect(seen).toEqual([])
  })
})

test('tells who can be played and what could be asked', async () => {
  const directory = (await (await fetch(`${desk.url}/play/api/personas`)).json()) as {
    personas: { persona: string; userId: string }[]
  }
  expect(directory.personas.map(({ userId }) => userId)).toEqual([
    'play-cs',
    'play-cs_lead',
    'play-warehouse',
    'play-finance',
    'play-director',
    'play-ops',
    'play-it',
    'play-stranger',
  ])
  expect(await (await fetch(`${desk.url}/play/api/samples?persona=cs`)).json()).toEqual({
    questions: ['6936476692437472563 到哪了'],
  })
})

test('a long chat is read page by page', async () => {
  const to = { platform: 'play', kind: 'direct', id: 'play-it' } as const
  for (let at = 0; at < 250; at += 1)
    await desk.platform.outbound.send({ key: `out-${at}`, to, reply: { kind: 'text', text: `${at}` } })
  const first = await transcript('it')
  const second = await transcript('it', 'direct', first.lines.at(-1)?.seq)
  expect([first.lines.length, first.more, second.lines.length, second.more]).toEqual([200, true, 50, false])
})
