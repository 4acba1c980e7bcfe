import { type Context, Hono } from 'hono'
import type { EventSink } from '../../src/chat/ports.ts'
import type { Clock } from '../../src/runtime/clock.ts'
import { errorFields, type Log } from '../../src/runtime/log.ts'
import { readAtMost } from './call.ts'
import { isRobotSign } from './crypt.ts'
import { decodeRobotMessage } from './decode.ts'
import { bodyBytes, httpBudgetMs } from './limits.ts'

export type CallbackParts = {
  readonly clientSecret: string
  readonly oapiBase: string
  readonly clock: Clock
  readonly log: Log
  /** Called for a message that says the month's messages are used up. */
  readonly quotaGone: () => void
}

const callbackPath = '/callback/dingtalk'

/**
 * HTTP mode: `POST /callback/dingtalk`, for a robot whose console setting is an address instead of Stream. Runs on Node and
 * on Workers. Every bad request gets the same answer. https://open.dingtalk.com/document/development/receive-message, 2026-11-22.
 */
export function dingtalkCallback(parts: CallbackParts, sink: EventSink): Hono {
  const app = new Hono()
  app.post(callbackPath, async (c) => {
    const receivedAtMs = parts.clock.nowMs()
    const body = await signedBody(c, parts, receivedAtMs)
    const decoded =
      body === undefined ? undefined : decodeRobotMessage(body.json, { receivedAtMs, oapiBase: parts.oapiBase })
    if (decoded === undefined || decoded.outcome === 'not-for-us') return c.text('', 403)
    if (decoded.outcome === 'quota-gone') parts.quotaGone()
    else {
      const stored = await settled(sink(decoded.event, receivedAtMs + httpBudgetMs), parts.log)
      if (!stored) return c.text('', 503)
    }
    // the HTTP answer could carry the reply, once and unconfirmed; it leaves by the outbox instead, as in Stream mode
    return c.json({ msgtype: 'empty' })
  })
  return app
}

/** The parsed body of a request that DingTalk signed; undefined for everything else. The headers are checked first. */
async function signedBody(c: Context, parts: CallbackParts, nowMs: number): Promise<{ json: unknown } | undefined> {
  if (!isRobotSign(c.req.header('timestamp'), c.req.header('sign'), parts.clientSecret, nowMs)) return undefined
  const bytes = await readAtMost(c.req.raw, bodyBytes)
  if (bytes === undefined) return undefined
  try {
    return { json: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) }
  } catch {
    return undefined
  }
}

/** True when the desk has taken the event; what it did not take must not be acknowledged. */
async function settled(work: Promise<unknown>, log: Log): Promise<boolean> {
  try {
    await work
    return true
  } catch (error) {
    log('error', 'a message could not be taken', errorFields(error))
    return false
  }
}
