import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { wecomCallback } from '../../../bot/wecom/callback.ts'
import type { ChatEvent } from '../../../src/chat/event.ts'
import type { Reply } from '../../../src/chat/reply.ts'
import { fixedClock, movableClock } from '../../../src/runtime/clock.ts'
import type { LogFields } from '../../../src/runtime/log.ts'
import { pendingCard } from '../../contracts/platform-subject.ts'
import { encrypt, sign } from '../../fakes/wecom-crypt.ts'
import { type FakeWecom, startFakeWecom } from '../../fakes/wecom-server.ts'
import vectors from '../../fixtures/wecom/callback-vectors.json' with { type: 'json' }
import { listen } from '../../kit/listen.ts'

const clock = movableClock()
let wecom: FakeWecom
let jsonWecom: FakeWecom
let door: Awaited<ReturnType<typeof listen>>
let answer: (event: ChatEvent, deadlineMs: number) => Promise<Reply>
const seen: ChatEvent[] = []
const logged: { readonly message: string; readonly fields: LogFields | undefined }[] = []

beforeAll(async () => {
  const callbackUrl = () => `${door.url}/callback/wecom`
  wecom = await startFakeWecom({ callbackUrl, patienceMs: 5_000 })
  jsonWecom = await startFakeWecom({ callbackUrl, wire: 'json' })
  const log = (_level: string, message: string, fields?: LogFields) => void logged.push({ message, fields })
  const app = wecomCallback({ settings: wecom.config, clock, log }, async (event, deadlineMs) => {
    seen.push(event)
    return answer(event, deadlineMs)
  })
  door = await listen(app)
})
afterAll(async () => {
  await door.close()
  await wecom.close()
  await jsonWecom.close()
})
afterEach(() => {
  answer = async () => ({ kind: 'none' })
  seen.length = 0
  logged.length = 0
  clock.setOffset(0)
})
answer = async () => ({ kind: 'none' })

describe('saving the address', () => {
  test('the echo comes back in clear, as text, and nothing else', async () => {
    expect(await wecom.phone.verifyUrl('9496653102018295584840812345')).toEqual({
      ...{ status: 200, taken: true, body: '9496653102018295584840812345' },
    })
  })

  test.each(vectors.vectors.filter(({ kind }) => kind === 'url-verify'))('published $id', async (vector) => {
    const settings = {
      corpId: vector.receiveId,
      agentId: 1,
      token: vector.token,
      encodingAesKey: vector.encodingAESKey,
    }
    const then = fixedClock(Number(vector.timestamp) * 1_000)
    const own = await listen(wecomCallback({ settings, clock: then, log: () => {} }, async () => ({ kind: 'none' })))
    const { msgSignature: msg_signature, timestamp, nonce, encrypt: echostr } = vector
    const query = new URLSearchParams({ msg_signature, timestamp, nonce, echostr })
    // a plus that was not escaped is one still
    for (const written of [`${query}`, `${query}`.replaceAll('%2B', '+')]) {
      const response = await fetch(`${own.url}/callback/wecom?${written}`)
      expect([response.status, await response.text()]).toEqual([200, vector.plaintext])
    }
    await own.close()
  })

  test('a wrong echo is refused like everything bad', async () => {
    const response = await fetch(`${door.url}/callback/wecom?msg_signature=a&timestamp=1&nonce=b&echostr=c`)
    expect([response.status, await response.text()]).toEqual([403, 'forbidden'])
  })
})

describe('published messages', () => {
  test.each(vectors.vectors.filter(({ kind }) => kind === 'message-xml'))('$id is decoded', async (vector) => {
    const agentId = vector.id.startsWith('official-xml-text-1') ? 218 : Number(vector.plaintextFields?.AgentID)
    const settings = { corpId: vector.receiveId, agentId, token: vector.token, encodingAesKey: vector.encodingAESKey }
    const then = fixedClock(Number(vector.timestamp) * 1_000)
    const events: ChatEvent[] = []
    const sink = async (event: ChatEvent): Promise<Reply> => {
      events.push(event)
      return { kind: 'none' }
    }
    const own = await listen(wecomCallback({ settings, clock: then, log: () => {} }, sink))
    const { msgSignature: msg_signature, timestamp, nonce } = vector
    const body = vector.envelope ?? `<xml><Encrypt><![CDATA[${vector.encrypt}]]></Encrypt></xml>`
    const query = new URLSearchParams({ msg_signature, timestamp, nonce })
    const response = await fetch(`${own.url}/callback/wecom?${query}`, { method: 'POST', body })
    expect([response.status, await response.text()]).toEqual([200, ''])
    expect(events).toMatchObject([{ kind: 'text', text: vector.plaintextFields?.Content ?? 'hello' }])
    await own.close()
  })

  test('the official JSON sample decrypts to no JSON: refused, not crashed', async () => {
    const vector = vectors.vectors.find(({ id }) => id === 'official-json-body-1')
    if (vector?.envelope === undefined) throw new Error('the vector is gone')
    const settings = {
      corpId: vector.receiveId,
      agentId: 218,
      token: vector.token,
      encodingAesKey: vector.encodingAESKey,
    }
    const then = fixedClock(Number(vector.timestamp) * 1_000)
    const own = await listen(wecomCallback({ settings, clock: then, log: () => {} }, async () => ({ kind: 'none' })))
    const { msgSignature: msg_signature, timestamp, nonce } = vector
    const query = new URLSearchParams({ msg_signature, timestamp, nonce })
    for (const body of [vector.envelope, vector.envelope.replace('Encrypt', 'encrypt')]) {
      const response = await fetch(`${own.url}/callback/wecom?${query}`, { method: 'POST', body })
      expect(response.status).toBe(403)
    }
    await own.close()
  })
})

describe('answering', () => {
  test('words come back encrypted, signed and in time', async () => {
    let leftMs = 0
    answer = async (_event, deadlineMs) => {
      leftMs = deadlineMs - Date.now()
      return { kind: 'text', text: '【运输中】已到杭州]]>' }
    }
    expect(await wecom.phone.say('LiSi', '到哪了')).toMatchObject({
      tries: 1,
      status: 200,
      shown: '【运输中】已到杭州]]>',
    })
    expect(leftMs).toBeGreaterThan(3_500)
    expect(leftMs).toBeLessThanOrEqual(4_500)
  })

  test('who writes JSON is answered in JSON', async () => {
    answer = async () => ({ kind: 'text', text: '在途' })
    const said = await jsonWecom.phone.say('LiSi', '到哪了')
    expect(said).toMatchObject({ status: 200, shown: '在途' })
    expect(JSON.parse(said.clear)).toMatchObject({ MsgType: 'text', ToUserName: 'LiSi', Content: '在途' })
    expect(seen[0]).toMatchObject({ kind: 'text', text: '到哪了', sender: { id: 'LiSi' } })
  })

  test('what is nothing to the desk is taken, and the desk is not asked', async () => {
    expect(await wecom.phone.event('LiSi', 'enter_agent')).toMatchObject({ tries: 1, status: 200, clear: '' })
    expect(seen).toEqual([])
  })

  test('a tapped card is redrawn in the answer', async () => {
    await wecom.world.getToken(wecom.config.corpId, wecom.config.secret)
    answer = async (event) =>
      event.kind === 'card-tap'
        ? { kind: 'card-update', cardRef: event.cardRef, card: { ...pendingCard, buttons: [] }, toast: '已同意' }
        : { kind: 'none' }
    wecom.world.send(
      {
        ...{ touser: 'lisi', agentid: wecom.config.agentId, msgtype: 'template_card' },
        template_card: {
          card_type: 'button_interaction',
          main_title: { title: '待审' },
          task_id: 'card-1',
          button_list: [{ text: '同意', style: 1, key: 'yes' }],
        },
      },
      'first',
    )
    expect(await wecom.phone.tap('lisi', '同意')).toMatchObject({ status: 200, update: 0 })
    expect(wecom.shownTo('lisi').at(-1)?.words).toContain('已同意')
    await expect(wecom.phone.tap('lisi', '同意')).rejects.toThrow('no card')
  })

  test('what the desk could not keep comes again, three times in all, as the same event', async () => {
    answer = async () => {
      throw new Error('the database is down')
    }
    expect(await wecom.phone.say('LiSi', '在吗')).toMatchObject({ tries: 3, status: 503 })
    expect(new Set(seen.map(({ id }) => id)).size).toBe(1)
    expect(seen).toHaveLength(3)
  })

  test('a desk that hangs is not acknowledged, and cut off before WeCom cuts', async () => {
    const started = Date.now()
    const hanging = () => new Promise<Reply>(() => {})
    const parts = { settings: wecom.config, clock, log: () => {}, budgetMs: 100 }
    const own = await listen(wecomCallback(parts, hanging))
    const envelope = wecom.phone.envelope(wecom.phone.write(wecom.phone.message('lisi', 'text', { Content: 'x' })))
    const answered = await wecom.phone.post({ ...envelope, url: envelope.url.replace(door.url, own.url) })
    expect(answered?.status).toBe(503)
    expect(Date.now() - started).toBeLessThan(2_000)
    await own.close()
  })
})

describe('one answer for everything bad', () => {
  const good = () => wecom.phone.write(wecom.phone.message('lisi', 'text', { Content: '在吗' }))
  const { token } = { token: 'FakeCallbackToken' }
  const seconds = (deltaMs = 0) => String(Math.floor((Date.now() + deltaMs) / 1_000))
  const send = async (url: string, body: string | Uint8Array) => {
    const response = await fetch(url, { method: 'POST', body })
    return [response.status, await response.text()]
  }
  const refused = [403, 'forbidden']

  /** Signed by us over whatever is given. */
  const signed = (encrypted: string, body?: string) => {
    const [timestamp, nonce] = [seconds(), '17']
    const query = new URLSearchParams({ msg_signature: sign(token, timestamp, nonce, encrypted), timestamp, nonce })
    return [`${door.url}/callback/wecom?${query}`, body ?? `<xml><Encrypt>${encrypted}</Encrypt></xml>`] as const
  }

  test('stale and future timestamps, within the hour they are taken', async () => {
    for (const [deltaMs, status] of [
      [-3_700_000, 403],
      [3_700_000, 403],
      [-3_500_000, 200],
      [3_500_000, 200],
    ] as const) {
      const { url, body } = wecom.phone.envelope(good(), { timestamp: seconds(deltaMs) })
      expect((await send(url, body))[0]).toBe(status)
    }
  })

  test.each(['', 'now', '176380000', '1763800000000', '1e9', '-176380000', ' 1763800000'])(
    'a timestamp of %j though signed',
    async (timestamp) => {
      const { url, body } = wecom.phone.envelope(good(), { timestamp })
      expect(await send(url, body)).toEqual(refused)
    },
  )

  test.each(['msg_signature', 'timestamp', 'nonce'])('%s missing, or given twice', async (name) => {
    const { url, body } = wecom.phone.envelope(good())
    const address = new URL(url)
    const value = address.searchParams.get(name) ?? ''
    expect(await send(`${url}&${name}=${value}`, body)).toEqual(refused)
    address.searchParams.delete(name)
    expect(await send(`${address}`, body)).toEqual(refused)
  })

  test('escapes that are none', async () => {
    const { url, body } = wecom.phone.envelope(good())
    expect(await send(`${url}%zz`, body)).toEqual(refused)
    expect(await send(`${url}%c3%28`, body)).toEqual(refused)
  })

  test('a value that is escaped twice is not unescaped twice', async () => {
    const { url, body } = wecom.phone.envelope(good(), { nonce: 'a%b' })
    expect((await send(url, body))[0]).toBe(200)
    expect(await send(url.replace('a%25b', 'a%2525b'), body)).toEqual(refused)
  })

  test('a valid signature over another body', async () => {
    const [one, other] = [wecom.phone.envelope(good()), wecom.phone.envelope(good())]
    expect(await send(one.url, other.body)).toEqual(refused)
  })

  test('another receiver, another corp, another app', async () => {
    const config = wecom.config
    const foreign = encrypt({ token, encodingAesKey: config.encodingAesKey, receiveId: 'wwother' }, good())
    expect(await send(...signed(foreign))).toEqual(refused)
    for (const known of [{ ToUserName: 'wwother' }, { AgentID: '7' }]) {
      const clear = wecom.phone.write({ ...wecom.phone.message('lisi', 'text', { Content: 'x' }), ...known })
      const { url, body } = wecom.phone.envelope(clear)
      expect(await send(url, body)).toEqual(refused)
    }
  })

  test.each(['hello', '<xml/>', '{}', '<xml><Encrypt>x</Encrypt><Encrypt>y</Encrypt></xml>', '[1]', 'null', ''])(
    'the envelope %j',
    async (body) => expect(await send(signed('x')[0], body)).toEqual(refused),
  )

  test('nothing of it reaches the desk, the reason stands in the log only, without what was sent', async () => {
    const { url, body } = wecom.phone.envelope(good())
    await send(url.replace(/msg_signature=./, 'msg_signature=g'), body)
    expect(seen).toEqual([])
    expect(logged).toEqual([
      { message: 'wecom callback refused', fields: expect.objectContaining({ code: 'bad-signature' }) },
    ])
    expect(JSON.stringify(logged)).not.toMatch(/在吗|lisi|Encrypt/)
  })
})

describe('bodies', () => {
  test('more than 64 KiB is refused at once, announced or not', async () => {
    const url = wecom.phone.envelope('x').url
    const started = Date.now()
    const response = await fetch(url, { method: 'POST', body: 'x'.repeat(65_537) })
    expect(response.status).toBe(403)
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(Buffer.alloc(8_192, 120)) })
    const answered = await fetch(url, { method: 'POST', body: endless, duplex: 'half' } as RequestInit).then(
      ({ status }) => status,
      // the server hangs up while we are still sending: as good as a no
      () => 403,
    )
    expect(answered).toBe(403)
    expect(Date.now() - started).toBeLessThan(1_000)
  })

  test('64 KiB are read', async () => {
    const { url, body } = wecom.phone.envelope(wecom.phone.write(wecom.phone.message('lisi', 'text', { Content: 'x' })))
    const padded = body.replace(
      '<Encrypt>',
      `<Extra>${'x'.repeat(65_536 - Buffer.byteLength(body) - 15)}</Extra><Encrypt>`,
    )
    expect(Buffer.byteLength(padded)).toBe(65_536)
    const response = await fetch(url, { method: 'POST', body: padded })
    expect(response.status).toBe(200)
  })

  test('bytes that are no UTF-8 are refused', async () => {
    const response = await fetch(wecom.phone.envelope('x').url, {
      method: 'POST',
      body: Buffer.from([0x3c, 0xff, 0x3e]),
    })
    expect(response.status).toBe(403)
  })

  test('a body that never ends is not waited for', async () => {
    const parts = { settings: wecom.config, clock, log: () => {}, budgetMs: 100 }
    const own = await listen(wecomCallback(parts, async () => ({ kind: 'none' })))
    const { port } = new URL(own.url)
    const status = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write(
          'POST /callback/wecom?msg_signature=a&timestamp=1&nonce=b HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\n<xml>',
        )
      })
      socket.once('data', (bytes) => {
        resolve(bytes.toString().split('\r\n')[0] ?? '')
        socket.destroy()
      })
      socket.once('error', reject)
    })
    expect(status).toContain('403')
    await own.close()
  })
})
