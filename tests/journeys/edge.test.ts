import { Miniflare } from 'miniflare'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startFakeWecom } from '../fakes/wecom-server.ts'
import { bundleEdge } from '../kit/edge-bundle.ts'
import { openRealDesk, type RealDesk } from '../kit/real-desk.ts'

// The Worker on workerd itself: WeCom calls the edge, the edge relays to the hub, the encrypted reply goes back.

const relaySecret = 'relay-secret-of-edge-and-hub-0123456789'
const question = '6936476692437472563 到哪了'
let edgeUrl = ''
let worker: Miniflare
let real: RealDesk
const wecom = await startFakeWecom({ callbackUrl: () => `${edgeUrl}/callback/wecom` })

beforeAll(async () => {
  real = await openRealDesk({ wecom: wecom.config, relaySecret })
  await real.desk.hub.members.importCsv('姓名,角色,企业微信\n小李,客服,lisi\n')
  const { code } = await bundleEdge()
  worker = new Miniflare({
    modules: [{ type: 'ESModule', path: 'edge.js', contents: code.toString('utf8') }],
    compatibilityDate: '2026-03-01',
    compatibilityFlags: ['nodejs_compat'],
    // nothing of workerd's own environment is asked for from the network
    cf: false,
    bindings: {
      RELAY_URL: real.url,
      RELAY_SECRET: relaySecret,
      WECOM_CORP_ID: wecom.config.corpId,
      WECOM_AGENT_ID: String(wecom.config.agentId),
      WECOM_TOKEN: wecom.config.token,
      WECOM_ENCODING_AES_KEY: wecom.config.encodingAesKey,
    },
  })
  edgeUrl = (await worker.ready).origin
})

afterAll(async () => {
  await worker.dispose()
  await real.close()
  await wecom.close()
})

test('the address check is answered by the edge alone', async () => {
  expect((await wecom.phone.verifyUrl()).taken).toBe(true)
})

test('a question goes through to the hub and comes back encrypted', async () => {
  const said = await wecom.phone.say('lisi', question)
  expect(said).toMatchObject({ tries: 1, status: 200 })
  expect(said.shown).toContain('已到杭州萧山转运中心')
  const [row] = await real.fresh.database.sql`SELECT count(*)::int AS n FROM inbox WHERE answered_at IS NOT NULL`
  expect(row?.n).toBe(1)
})

test('a bad signature never reaches the hub', async () => {
  const answer = await fetch(`${edgeUrl}/callback/wecom?msg_signature=0&timestamp=1&nonce=1`, {
    method: 'POST',
    body: '<xml/>',
  })
  expect(answer.status).toBe(403)
})

test('the hub takes nothing that the edge did not sign', async () => {
  const body = JSON.stringify({ event: { kind: 'text' }, budgetMs: 1000 })
  const headers = { 'x-relay-timestamp': String(Date.now()), 'x-relay-signature': '0'.repeat(64) }
  expect((await fetch(`${real.url}/relay`, { method: 'POST', headers, body })).status).toBe(403)
})
