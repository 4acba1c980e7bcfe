import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { wecomCallback } from '../../../bot/wecom/callback.ts'
import { systemClock } from '../../../src/runtime/clock.ts'
import { encrypt, sign } from '../../fakes/wecom-crypt.ts'
import { listen } from '../../kit/listen.ts'
import { type OpenDoor, openDoor } from './door.ts'

let door: OpenDoor

beforeAll(async () => {
  door = await openDoor()
})
afterAll(() => door.close())
afterEach(() => door.reset())

describe('one answer for everything bad', () => {
  const good = () => door.wecom.phone.write(door.wecom.phone.message('lisi', 'text', { Content: '在吗' }))
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
      const { url, body } = door.wecom.phone.envelope(good(), { timestamp: seconds(deltaMs) })
      expect((await send(url, body))[0]).toBe(status)
    }
  })

  test.each(['', 'now', '176380000', '1763800000000', '1e9', '-176380000', ' 1763800000'])(
    'a timestamp of %j though signed',
    async (timestamp) => {
      const { url, body } = door.wecom.phone.envelope(good(), { timestamp })
      expect(await send(url, body)).toEqual(refused)
    },
  )

  test.each(['msg_signature', 'timestamp', 'nonce'])('%s missing, or given twice', async (name) => {
    const { url, body } = door.wecom.phone.envelope(good())
    const address = new URL(url)
    const value = address.searchParams.get(name) ?? ''
    expect(await send(`${url}&${name}=${value}`, body)).toEqual(refused)
    address.searchParams.delete(name)
    expect(await send(`${address}`, body)).toEqual(refused)
  })

  test('escapes that are none', async () => {
    const { url, body } = door.wecom.phone.envelope(good())
    expect(await send(`${url}%zz`, body)).toEqual(refused)
    expect(await send(`${url}%c3%28`, body)).toEqual(refused)
  })

  test('a value that is escaped twice is not unescaped twice', async () => {
    const { url, body } = door.wecom.phone.envelope(good(), { nonce: 'a%b' })
    expect((await send(url, body))[0]).toBe(200)
    expect(await send(url.replace('a%25b', 'a%2525b'), body)).toEqual(refused)
  })

  test('a valid signature over another body', async () => {
    const [one, other] = [door.wecom.phone.envelope(good()), door.wecom.phone.envelope(good())]
    expect(await send(one.url, other.body)).toEqual(refused)
  })

  test('another receiver, another corp, another app', async () => {
    const config = door.wecom.config
    const foreign = encrypt({ token, encodingAesKey: config.encodingAesKey, receiveId: 'wwother' }, good())
    expect(await send(...signed(foreign))).toEqual(refused)
    for (const known of [{ ToUserName: 'wwother' }, { AgentID: '7' }]) {
      const clear = door.wecom.phone.write({ ...door.wecom.phone.message('lisi', 'text', { Content: 'x' }), ...known })
      const { url, body } = door.wecom.phone.envelope(clear)
      expect(await send(url, body)).toEqual(refused)
    }
  })

  test.each(['hello', '<xml/>', '{}', '<xml><Encrypt>x</Encrypt><Encrypt>y</Encrypt></xml>', '[1]', 'null', ''])(
    'the envelope %j',
    async (body) => expect(await send(signed('x')[0], body)).toEqual(refused),
  )

  test('nothing of it reaches the desk, the reason stands in the log only, without what was sent', async () => {
    const { url, body } = door.wecom.phone.envelope(good())
    await send(url.replace(/msg_signature=./, 'msg_signature=g'), body)
    expect(door.seen).toEqual([])
    expect(door.logged).toEqual([
      { message: 'wecom callback refused', fields: expect.objectContaining({ code: 'bad-signature' }) },
    ])
    expect(JSON.stringify(door.logged)).not.toMatch(/在吗|lisi|Encrypt/)
  })
})

describe('bodies', () => {
  test('more than 64 KiB is refused at once, announced or not', async () => {
    const url = door.wecom.phone.envelope('x').url
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
    const { url, body } = door.wecom.phone.envelope(
      door.wecom.phone.write(door.wecom.phone.message('lisi', 'text', { Content: 'x' })),
    )
    const padded = body.replace(
      '<Encrypt>',
      `<Extra>${'x'.repeat(65_536 - Buffer.byteLength(body) - 15)}</Extra><Encrypt>`,
    )
    expect(Buffer.byteLength(padded)).toBe(65_536)
    const response = await fetch(url, { method: 'POST', body: padded })
    expect(response.status).toBe(200)
  })

  test('bytes that are no UTF-8 are refused', async () => {
    const response = await fetch(door.wecom.phone.envelope('x').url, {
      method: 'POST',
      body: Buffer.from([0x3c, 0xff, 0x3e]),
    })
    expect(response.status).toBe(403)
  })

  test('a body that never ends is not waited for', async () => {
    const parts = { settings: door.wecom.config, clock: systemClock, log: () => {}, budgetMs: 100 }
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
