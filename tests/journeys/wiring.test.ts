import { randomUUID } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import type { TextEvent } from '../../src/chat/event.ts'
import { loadConfig } from '../../src/config.ts'
import { personalData } from '../../src/hub/personal.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { ensureSample } from '../../src/sample.ts'
import { startFakeWecom } from '../fakes/wecom-server.ts'
import { freshDatabase } from '../kit/database.ts'
import { openRealDesk } from '../kit/real-desk.ts'
import { until } from '../kit/until.ts'

// What services.ts joins: parts that are tested elsewhere, and would be of no use if nobody called them.

const wecom = await startFakeWecom()
const real = await openRealDesk({ wecom: wecom.config, play: false })
afterAll(async () => {
  await real.close()
  await wecom.close()
})

test('with a platform configured there is no play chat', async () => {
  expect((await fetch(`${real.url}/play/`)).status).toBe(404)
  const headers = { 'content-type': 'application/json', origin: real.url }
  const body = JSON.stringify({ id: randomUUID(), persona: 'director', chat: 'direct', text: '帮助' })
  expect((await fetch(`${real.url}/play/api/messages`, { method: 'POST', headers, body })).status).toBe(404)
})

test('without a secret there is no relay', async () => {
  expect((await fetch(`${real.url}/relay`, { method: 'POST', body: '{}' })).status).toBe(404)
})

test('an event whose process died is answered by the sweep, through the outbox', async () => {
  await real.desk.hub.members.importCsv('姓名,角色,企业微信\n小李,客服,lisi\n')
  const event: TextEvent = {
    kind: 'text',
    id: 'orphan-1',
    platform: 'wecom',
    conversation: { platform: 'wecom', kind: 'direct', id: 'lisi' },
    sender: { id: 'lisi', trusted: true },
    sentAtMs: Date.now() - 40_000,
    text: '6936476692437472563 到哪了',
  }
  expect(await real.desk.hub.inbox.claim(event)).toEqual({ outcome: 'new' })
  await real.fresh.database.sql`UPDATE inbox SET claimed_at = now() - interval '40 seconds' WHERE event_id = 'orphan-1'`
  await until(() => expect(wecom.shownTo('lisi').at(-1)?.words).toContain('已到杭州萧山转运中心'))
})

test('sample data goes into an empty hub to play with, once, and into no other', async () => {
  const fresh = await freshDatabase()
  const personal = personalData('5b'.repeat(32))
  const store = { ...fresh, personal, dataKeyHex: '5b'.repeat(32), close: async () => {} }
  const count = async () => (await fresh.database.sql`SELECT count(*)::int AS n FROM orders`)[0]?.n
  const fill = (play: '0' | '1') => ensureSample(loadConfig({ PLAY: play }), store, Date.now(), silentLog)
  try {
    await fill('0')
    expect(await count()).toBe(0)
    await fill('1')
    expect(await count()).toBe(3_000)
    await fill('1')
    expect(await count()).toBe(3_000)
  } finally {
    await fresh.drop()
  }
})
