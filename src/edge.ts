import { Hono } from 'hono'
import { dingtalkCallback } from '../bot/dingtalk/callback.ts'
import { relaySink } from '../bot/relay.ts'
import { wecomCallback } from '../bot/wecom/callback.ts'
import { systemClock } from './runtime/clock.ts'
import { jsonLog } from './runtime/log.ts'

/** Bindings of the Worker: wrangler.toml [vars], and `wrangler secret put` for what is secret. */
type EdgeEnv = {
  readonly RELAY_URL?: string
  readonly RELAY_SECRET?: string
  readonly WECOM_CORP_ID?: string
  readonly WECOM_AGENT_ID?: string
  readonly WECOM_TOKEN?: string
  readonly WECOM_ENCODING_AES_KEY?: string
  readonly DINGTALK_CLIENT_SECRET?: string
  readonly DINGTALK_OAPI_BASE?: string
}

const log = jsonLog()

/** A door for each platform whose secrets are bound. Verify, decrypt, decode, relay: nothing is kept here. */
function edgeApp(env: EdgeEnv): Hono {
  const app = new Hono()
  app.get('/healthz', (c) => c.json({ ok: true }))
  const { RELAY_URL: url, RELAY_SECRET: secret } = env
  if (!url || !secret) {
    app.all('*', (c) => c.text('RELAY_URL and RELAY_SECRET are not bound', 503))
    return app
  }
  const sink = relaySink({ url, secret, clock: systemClock })
  const {
    WECOM_CORP_ID: corpId,
    WECOM_AGENT_ID: agentId,
    WECOM_TOKEN: token,
    WECOM_ENCODING_AES_KEY: encodingAesKey,
  } = env
  if (corpId && agentId && token && encodingAesKey) {
    const settings = { corpId, agentId: Number(agentId), token, encodingAesKey }
    app.route('/', wecomCallback({ settings, clock: systemClock, log }, sink))
  }
  if (env.DINGTALK_CLIENT_SECRET) {
    const oapiBase = env.DINGTALK_OAPI_BASE || 'https://oapi.dingtalk.com'
    const quotaGone = () => log('error', 'DingTalk delivers no messages: the monthly messages are used up')
    const parts = { clientSecret: env.DINGTALK_CLIENT_SECRET, oapiBase, clock: systemClock, log, quotaGone }
    app.route('/', dingtalkCallback(parts, sink))
  }
  return app
}

let opened: { readonly env: EdgeEnv; readonly app: Hono } | undefined

/** Workers entry. Bindings do not change within an isolate, so the app is built once. */
export default {
  fetch(request: Request, env: EdgeEnv): Response | Promise<Response> {
    if (opened?.env !== env) opened = { env, app: edgeApp(env) }
    return opened.app.fetch(request)
  },
}
