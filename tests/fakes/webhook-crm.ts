import { createHmac } from 'node:crypto'
import { Hono } from 'hono'
import { listen } from '../kit/listen.ts'

export type WebhookLie = 'cut-after-taking' | 'busy' | 'later' | 'no' | 'gone' | 'moved' | 'words'

export const webhookSecret = 'a secret that both sides know'

export type WebhookWorld = {
  /** By id: what was taken, once each. */
  readonly taken: Map<string, { readonly event: string; readonly data: Record<string, unknown> }>
  /** Requests with a right signature. */
  calls: number
  lie?: WebhookLie | undefined
}

/** The other side of the house convention on a free port: signature over `timestamp.body`, 300 s, an id once. */
export async function fakeWebhookCrm(nowMs: () => number) {
  const world: WebhookWorld = { taken: new Map(), calls: 0 }
  const app = new Hono()
  app.post('/moved', (c) => c.json({ ok: true }))
  app.post('/commands', async (c) => {
    const body = await c.req.text()
    const stamp = c.req.header('x-timestamp') ?? ''
    const right = createHmac('sha256', webhookSecret).update(`${stamp}.${body}`).digest('hex')
    if (c.req.header('x-signature') !== right || Math.abs(nowMs() / 1_000 - Number(stamp)) > 300)
      return c.json({ ok: false }, 401)
    world.calls += 1
    if (world.lie === 'busy') return c.json({ ok: false }, 503, { 'retry-after': '20' })
    if (world.lie === 'later') return c.json({ ok: false, retry: true, code: 'LOCKED' })
    if (world.lie === 'no') return c.json({ ok: false, code: 'NO_ORDER', message: '张三 13800138000 没有这个订单' })
    if (world.lie === 'gone') return c.json({ error: '张三' }, 404)
    if (world.lie === 'moved') return c.redirect('/moved', 307)
    const { id, event, data } = JSON.parse(body) as { id: string; event: string; data: Record<string, unknown> }
    if (event !== 'ping' && !world.taken.has(id)) world.taken.set(id, { event, data })
    if (world.lie === 'cut-after-taking') return c.text('bad gateway', 502)
    if (world.lie === 'words') return c.text('OK')
    return c.json({ ok: true, id: `crm-${[...world.taken.keys()].indexOf(id) + 1}` })
  })
  const server = await listen(app)
  return { world, url: `${server.url}/commands`, close: server.close }
}
