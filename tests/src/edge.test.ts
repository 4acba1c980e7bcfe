import type { Readable } from 'node:stream'
import { Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { robotSign } from '../../bot/dingtalk/crypt.ts'
import { relayCallback } from '../../bot/relay.ts'
import type { ChatEvent } from '../../src/chat/event.ts'
import type { Reply } from '../../src/chat/reply.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { pendingCard } from '../contracts/platform-subject.ts'
import { type FakeWecom, startFakeWecom } from '../fakes/wecom-server.ts'
import { bundleEdge } from '../kit/edge-bundle.ts'
import { listen } from '../kit/listen.ts'

// The bundle as it would be uploaded, on workerd, between a fake WeCom and a hub on loopback. Nothing leaves the machine.

const secret = 'shared-by-edge-and-hub-0123456789abcdef'
let hub: Awaited<ReturnType<typeof listen>>
let edge: Miniflare
let edgeUrl: string
let wecom: FakeWecom
let answer: (event: ChatEvent, deadlineMs: number) => Promise<Reply> = async () => ({ kind: 'none' })
const seen: ChatEvent[] = []

async function startEdge(code: string, bindings: Record<string, string>): Promise<Miniflare> {
  const worker = new Miniflare({
    modules: [{ type: 'ESModule', path: 'edge.js', contents: code }],
    compatibilityDate: '2026-03-01',
    compatibilityFlags: ['nodejs_compat'],
    bindings,
    cf: false,
    // what the Worker logs is not this test's to show
    handleRuntimeStdio: (stdout: Readable, stderr: Readable) => {
      stdout.resume()
      stderr.resume()
    },
    host: '127.0.0.1',
    port: 0,
  })
  await worker.ready
  return worker
}

let code = ''
let bindings: Record<string, string> = {}

beforeAll(async () => {
  const sink = async (event: ChatEvent, deadlineMs: number) => {
    seen.push(event)
    return answer(event, deadlineMs)
  }
  hub = await listen(relayCallback({ sink, secret, clock: systemClock, log: silentLog }))
  wecom = await startFakeWecom({ callbackUrl: () => `${edgeUrl}/callback/wecom` })
  const { corpId, agentId, token, encodingAesKey } = wecom.config
  bindings = {
    ...{ RELAY_URL: hub.url, RELAY_SECRET: secret, DINGTALK_CLIENT_SECRET: 'ding-secret' },
    ...{
      WECOM_CORP_ID: corpId,
      WECOM_AGENT_ID: String(agentId),
      WECOM_TOKEN: token,
      WECOM_ENCODING_AES_KEY: encodingAesKey,
    },
  }
  code = (await bundleEdge()).code.toString()
  edge = await startEdge(code, bindings)
  edgeUrl = (await edge.ready).origin
}, 120_000)

afterAll(async () => {
  await edge?.dispose()
  await hub?.close()
  await wecom?.close()
})

describe('the Worker', () => {
  test('says that it lives', async () => {
    expect(await (await fetch(`${edgeUrl}/healthz`)).json()).toEqual({ ok: true })
    expect((await fetch(`${edgeUrl}/relay`, { method: 'POST' })).status).toBe(404)
  })

  test('passes the check of the address', async () => {
    expect(await wecom.phone.verifyUrl('9496653102018295584840812345')).toMatchObject({ taken: true })
  })

  test('carries a question to the hub and its answer back, encrypted both ways', async () => {
    seen.length = 0
    let leftMs = 0
    answer = async (_event, deadlineMs) => {
      leftMs = deadlineMs - Date.now()
      return { kind: 'text', text: '【运输中】已到杭州萧山转运中心' }
    }
    const said = await wecom.phone.say('LiSi', '6936476692437472563 到哪了')
    expect(said).toMatchObject({ tries: 1, status: 200, shown: '【运输中】已到杭州萧山转运中心' })
    expect(seen).toMatchObject([{ kind: 'text', platform: 'wecom', text: '6936476692437472563 到哪了' }])
    expect(leftMs).toBeGreaterThan(2_500)
    expect(leftMs).toBeLessThanOrEqual(4_000)
  })

  test('says a card in words; its buttons are the hub’s to send', async () => {
    answer = async () => ({ kind: 'card', card: pendingCard })
    expect((await wecom.phone.say('LiSi', '待办')).shown).toContain('TH2611220015')
  })

  test('redraws a tapped card', async () => {
    answer = async (event) =>
      event.kind === 'card-tap'
        ? { kind: 'card-update', cardRef: event.cardRef, card: { ...pendingCard, title: '【已同意】', buttons: [] } }
        : { kind: 'none' }
    const card = { card_type: 'button_interaction', main_title: { title: '待审' }, task_id: 'card-1' }
    const template_card = { ...card, button_list: [{ text: '同意', style: 1, key: 'a.1.yes' }] }
    wecom.world.send({ touser: 'lisi', agentid: wecom.config.agentId, msgtype: 'template_card', template_card }, 'raw')
    expect(await wecom.phone.tap('lisi', '同意')).toMatchObject({ status: 200, update: 0 })
    expect(wecom.shownTo('lisi').at(-1)?.words).toContain('【已同意】')
  })

  test('answers empty when the hub has nothing to say now', async () => {
    answer = async () => ({ kind: 'none' })
    expect(await wecom.phone.say('LiSi', '在吗')).toMatchObject({ tries: 1, status: 200, clear: '' })
  })

  test('does not acknowledge what the hub could not keep: it comes again and then is answered', async () => {
    let times = 0
    answer = async () => {
      times += 1
      if (times < 3) throw new Error('the database is down')
      return { kind: 'text', text: '在途' }
    }
    expect(await wecom.phone.say('LiSi', '到哪了')).toMatchObject({ tries: 3, status: 200, shown: '在途' })
  })

  test('a slow answer to one member does not hold the others', async () => {
    answer = async (event) => {
      if (event.kind === 'text' && event.text === 'slow') await systemClock.sleep(400, new AbortController().signal)
      return { kind: 'text', text: event.kind === 'text' ? event.text : '' }
    }
    const texts = ['slow', ...Array.from({ length: 12 }, (_, at) => `quick ${at}`)]
    const answers = await Promise.all(texts.map((text) => wecom.phone.say('LiSi', text)))
    expect(answers.map(({ shown, tries }) => [shown, tries])).toEqual(texts.map((text) => [text, 1]))
  })

  test('has DingTalk’s HTTP door too', async () => {
    seen.length = 0
    answer = async () => ({ kind: 'none' })
    const timestamp = String(Date.now())
    const message = {
      ...{ msgtype: 'text', text: { content: ' 到哪了 ' }, msgId: 'msg1', createAt: Date.now(), conversationType: '1' },
      ...{ conversationId: 'cid1', senderId: 's1', senderStaffId: 'staff1', senderNick: '李四', robotCode: 'ding1' },
      ...{
        sessionWebhook: 'https://oapi.dingtalk.com/robot/sendBySession?session=x',
        sessionWebhookExpiredTime: Date.now() + 60_000,
      },
    }
    const headers = { timestamp, sign: robotSign(timestamp, 'ding-secret'), 'content-type': 'application/json' }
    const post = (sign: string) =>
      fetch(`${edgeUrl}/callback/dingtalk`, {
        method: 'POST',
        headers: { ...headers, sign },
        body: JSON.stringify(message),
      })
    expect((await post(headers.sign)).status).toBe(200)
    expect(seen).toMatchObject([{ platform: 'dingtalk', kind: 'text', text: '到哪了' }])
    expect((await post('AAAA')).status).toBe(403)
  })

  test('turns away what is forged, without asking the hub', async () => {
    seen.length = 0
    const envelope = wecom.phone.envelope(wecom.phone.write(wecom.phone.message('lisi', 'text', { Content: 'x' })))
    const forged = { ...envelope, url: envelope.url.replace(/msg_signature=./, 'msg_signature=g') }
    expect(await wecom.phone.post(forged)).toEqual({ status: 403, body: 'forbidden' })
    const large = await wecom.phone.post({ ...envelope, body: envelope.body + ' '.repeat(65_536) })
    expect(large?.status).toBe(403)
    expect(seen).toEqual([])
  })

  test('a hub that is gone is no answer: WeCom shall try again', async () => {
    const lonely = await startEdge(code, { ...bindings, RELAY_URL: 'http://127.0.0.1:9' })
    const there = (await lonely.ready).origin
    const { url, ...envelope } = wecom.phone.envelope(
      wecom.phone.write(wecom.phone.message('lisi', 'text', { Content: 'x' })),
    )
    expect((await wecom.phone.post({ ...envelope, url: url.replace(edgeUrl, there) }))?.status).toBe(503)
    await lonely.dispose()
  })

  test('without its bindings it says so to the operator and takes nothing', async () => {
    const bare = await startEdge(code, {})
    const there = (await bare.ready).origin
    const answered = await fetch(`${there}/callback/wecom`, { method: 'POST', body: 'x' })
    expect([answered.status, await answered.text()]).toEqual([503, 'RELAY_URL and RELAY_SECRET are not bound'])
    await bare.dispose()
  })
})
