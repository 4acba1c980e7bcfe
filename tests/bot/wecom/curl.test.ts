import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { wecomCallback } from '../../../bot/wecom/callback.ts'
import { openWecomReply, wecomCurl } from '../../../bot/wecom/curl.ts'
import type { ChatEvent } from '../../../src/chat/event.ts'
import { systemClock } from '../../../src/runtime/clock.ts'
import { BadSignature } from '../../../src/runtime/errors.ts'
import { randomIds } from '../../../src/runtime/ids.ts'
import { silentLog } from '../../../src/runtime/log.ts'
import { listen } from '../../kit/listen.ts'

const config = {
  corpId: 'wwfa4e0123456789ab',
  agentId: 1000002,
  token: 'FakeCallbackToken',
  encodingAesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
}

test('the line, run by a shell, asks the desk; its answer opens again', async () => {
  const seen: ChatEvent[] = []
  const app = wecomCallback({ settings: config, clock: systemClock, log: silentLog }, async (event) => {
    seen.push(event)
    return { kind: 'text', text: '【运输中】已到杭州' }
  })
  const door = await listen(app)
  const text = `6936476692437472563 到哪了 it's "$HOME" \`id\` 50%`
  const line = wecomCurl({ config, text, fromUserId: 'lisi', url: door.url, nowMs: Date.now(), ids: randomIds() })
  const { stdout } = await promisify(execFile)('sh', ['-c', line])
  expect(seen).toMatchObject([{ kind: 'text', text, sender: { id: 'lisi' } }])
  expect(openWecomReply(config, stdout)).toContain('<Content><![CDATA[【运输中】已到杭州]]></Content>')
  await door.close()
})

test('an empty reply is empty; one made for somebody else does not open', () => {
  expect(openWecomReply(config, '')).toBe('')
  const forged =
    '<xml><Encrypt>AAAA</Encrypt><MsgSignature>0</MsgSignature><TimeStamp>1</TimeStamp><Nonce>2</Nonce></xml>'
  expect(() => openWecomReply(config, forged)).toThrow(BadSignature)
})
