import { monitorEventLoopDelay } from 'node:perf_hooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { wecomCallback } from '../../../bot/wecom/callback.ts'
import type { ChatEvent } from '../../../src/chat/event.ts'
import { systemClock } from '../../../src/runtime/clock.ts'
import { silentLog } from '../../../src/runtime/log.ts'
import { expectPlainEvent } from '../../contracts/plain-event.ts'
import { type FakeWecom, startFakeWecom } from '../../fakes/wecom-server.ts'
import { listen } from '../../kit/listen.ts'

// reliability.md R9a: hostile bodies get a 4xx within 100 ms and do not hold the event loop. Times here are bounds for a
// busy machine of two cores; a body that makes a parser go quadratic takes seconds.
const limit = 64 * 1_024
const full = (unit: string, end = '') => unit.repeat(Math.floor((limit - end.length) / unit.length)) + end

const bodies: Readonly<Record<string, string>> = {
  'flat tags': `<xml>${full('<a/>', '<xml></xml>')}</xml>`,
  'nested tags': full('<a>'),
  'tags that never close': full('<a'),
  'angle brackets': full('<'),
  'open text sections': full('<![CDATA['),
  'closed text sections': `<xml>${full('<![CDATA[]]>', '<xml></xml>')}</xml>`,
  'ends of sections': full(']]>'),
  'open comments': full('<!--'),
  'processing instructions': full('<?a?>'),
  attributes: `<xml ${full('a="1" ', '<xml ></xml>')}></xml>`,
  'one long attribute': `<xml a="${'x'.repeat(limit - 20)}"></xml>`,
  'one long name': `<${'a'.repeat(limit - 2)}>`,
  'entity bomb': `<!DOCTYPE x [<!ENTITY a "ha">${Array.from({ length: 20 }, (_, at) => `<!ENTITY b${at} "&a;&a;&a;">`).join('')}]><xml><Encrypt>&b9;</Encrypt></xml>`,
  'external entity': '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Encrypt>&a;</Encrypt></xml>',
  'many blanks': `<xml>${' '.repeat(limit - 11)}</xml>`,
  'blanks in a tag': `<xml${' '.repeat(limit - 20)}></xml>`,
  __proto__: '<xml><__proto__><Encrypt>x</Encrypt></__proto__></xml>',
  constructor: '<xml><constructor><prototype>x</prototype></constructor></xml>',
  'JSON __proto__': '{"__proto__":{"Encrypt":"x"},"constructor":{"prototype":{"Encrypt":"x"}}}',
  'JSON depth': full('['),
  'JSON objects in objects': full('{"a":'),
  'JSON quotes': `{"a":"${full('\\"', '{"a":""}')}"}`,
  'byte order marks': full('\ufeff').slice(0, limit / 3),
}

let wecom: FakeWecom
let door: Awaited<ReturnType<typeof listen>>
const seen: ChatEvent[] = []

beforeAll(async () => {
  wecom = await startFakeWecom({ callbackUrl: () => `${door.url}/callback/wecom`, tries: 1 })
  const app = wecomCallback({ settings: wecom.config, clock: systemClock, log: silentLog }, async (event) => {
    seen.push(event)
    return { kind: 'none' }
  })
  door = await listen(app)
})
afterAll(async () => {
  await door.close()
  await wecom.close()
})

describe('as an envelope from anybody', () => {
  test.each(Object.entries(bodies))('%s', async (_name, body) => {
    const { url } = wecom.phone.envelope('x')
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    const started = performance.now()
    const response = await fetch(url, { method: 'POST', body })
    expect([response.status, await response.text()]).toEqual([403, 'forbidden'])
    expect(performance.now() - started).toBeLessThan(500)
    delay.disable()
    expect(delay.max / 1e6).toBeLessThan(300)
    expect(seen).toEqual([])
  })
})

describe('as a message that is signed and encrypted', () => {
  // base64 and the envelope take a third of the room
  test.each(Object.entries(bodies))('%s', async (_name, body) => {
    const answer = await wecom.phone.post(wecom.phone.envelope(body.slice(0, 48_000)))
    expect(answer).toEqual({ status: 403, body: 'forbidden' })
    expect(seen).toEqual([])
  })

  test.each([
    '名'.repeat(10_000),
    `%_\\'"; -- ${'\u200b\u200d\u202e\ufeff'} 1`,
    'a\u0000b',
    '<xml><MsgType>event</MsgType></xml>',
    ']]><Content>x</Content><![CDATA[',
  ])('words of a person: %.40j', async (text) => {
    seen.length = 0
    expect(await wecom.phone.say('lisi', text)).toMatchObject({ status: 200 })
    const [event] = seen
    if (event === undefined) throw new Error('the message did not arrive')
    expect(event).toMatchObject({ kind: 'text', text: text.replace('\u0000', '').trim() })
    expectPlainEvent(event)
    seen.length = 0
  })
})
