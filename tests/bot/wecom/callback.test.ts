import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { wecomCallback } from '../../../bot/wecom/callback.ts'
import type { ChatEvent } from '../../../src/chat/event.ts'
import type { Reply } from '../../../src/chat/reply.ts'
import { fixedClock, systemClock } from '../../../src/runtime/clock.ts'
import { pendingCard } from '../../contracts/platform-subject.ts'
import vectors from '../../fixtures/wecom/callback-vectors.json' with { type: 'json' }
import { listen } from '../../kit/listen.ts'
import { type OpenDoor, openDoor } from './door.ts'

let door: OpenDoor

beforeAll(async () => {
  door = await openDoor()
})
afterAll(() => door.close())
afterEach(() => door.reset())

describe('saving the address', () => {
  test('the echo comes back in clear, as text, and nothing else', async () => {
    expect(await door.wecom.phone.verifyUrl('9496653102018295584840812345')).toEqual({
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
    door.answer = async (_event, deadlineMs) => {
      leftMs = deadlineMs - Date.now()
      return { kind: 'text', text: '【运输中】已到杭州]]>' }
    }
    expect(await door.wecom.phone.say('LiSi', '到哪了')).toMatchObject({
      tries: 1,
      status: 200,
      shown: '【运输中】已到杭州]]>',
    })
    expect(leftMs).toBeGreaterThan(3_500)
    expect(leftMs).toBeLessThanOrEqual(4_500)
  })

  test('who writes JSON is answered in JSON', async () => {
    door.answer = async () => ({ kind: 'text', text: '在途' })
    const said = await door.jsonWecom.phone.say('LiSi', '到哪了')
    expect(said).toMatchObject({ status: 200, shown: '在途' })
    expect(JSON.parse(said.clear)).toMatchObject({ MsgType: 'text', ToUserName: 'LiSi', Content: '在途' })
    expect(door.seen[0]).toMatchObject({ kind: 'text', text: '到哪了', sender: { id: 'LiSi' } })
  })

  test('what is nothing to the desk is taken, and the desk is not asked', async () => {
    expect(await door.wecom.phone.event('LiSi', 'enter_agent')).toMatchObject({ tries: 1, status: 200, clear: '' })
    expect(door.seen).toEqual([])
  })

  test('a tapped card is redrawn in the answer', async () => {
    await door.wecom.world.getToken(door.wecom.config.corpId, door.wecom.config.secret)
    door.answer = async (event) =>
      event.kind === 'card-tap'
        ? { kind: 'card-update', cardRef: event.cardRef, card: { ...pendingCard, buttons: [] }, toast: '已同意' }
        : { kind: 'none' }
    door.wecom.world.send(
      {
        ...{ touser: 'lisi', agentid: door.wecom.config.agentId, msgtype: 'template_card' },
        template_card: {
          card_type: 'button_interaction',
          main_title: { title: '待审' },
          task_id: 'card-1',
          button_list: [{ text: '同意', style: 1, key: 'yes' }],
        },
      },
      'first',
    )
    expect(await door.wecom.phone.tap('lisi', '同意')).toMatchObject({ status: 200, update: 0 })
    expect(door.wecom.shownTo('lisi').at(-1)?.words).toContain('已同意')
    await expect(door.wecom.phone.tap('lisi', '同意')).rejects.toThrow('no card')
  })

  test('what the desk could not keep comes again, three times in all, as the same event', async () => {
    door.answer = async () => {
      throw new Error('the database is down')
    }
    expect(await door.wecom.phone.say('LiSi', '在吗')).toMatchObject({ tries: 3, status: 503 })
    expect(new Set(door.seen.map(({ id }) => id)).size).toBe(1)
    expect(door.seen).toHaveLength(3)
  })

  test('a desk that hangs is not acknowledged, and cut off before WeCom cuts', async () => {
    const started = Date.now()
    const hanging = () => new Promise<Reply>(() => {})
    const parts = { settings: door.wecom.config, clock: systemClock, log: () => {}, budgetMs: 100 }
    const own = await listen(wecomCallback(parts, hanging))
    const envelope = door.wecom.phone.envelope(
      door.wecom.phone.write(door.wecom.phone.message('lisi', 'text', { Content: 'x' })),
    )
    const answered = await door.wecom.phone.post({ ...envelope, url: envelope.url.replace(door.url, own.url) })
    expect(answered?.status).toBe(503)
    expect(Date.now() - started).toBeLessThan(2_000)
    await own.close()
  })
})
