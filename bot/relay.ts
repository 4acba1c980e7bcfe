import { createHmac, timingSafeEqual } from 'node:crypto'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { ChatEvent, PlatformName } from '../src/chat/event.ts'
import type { EventSink } from '../src/chat/ports.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { Clock } from '../src/runtime/clock.ts'
import { BadPayload, PlatformRefused, Unreachable } from '../src/runtime/errors.ts'
import { parseJson } from '../src/runtime/json.ts'
import { errorFields, type Log } from '../src/runtime/log.ts'
import { inTime } from './in-time.ts'

/**
 * Both halves of edge ↔ hub. The edge has verified, decrypted and decoded; what it hands over is signed with a secret both
 * know: HMAC-SHA256 over `timestamp "\n" body`. The body is {event, budgetMs}: time left, not a moment, for two clocks never agree.
 */
const relayPath = '/relay'
const timestampHeader = 'x-relay-timestamp'
const signatureHeader = 'x-relay-signature'

/** reliability.md, figures to use: our own webhooks. */
const windowMs = 300_000
const maxBytes = 65_536
/** No door waits longer than this for an answer. */
const maxBudgetMs = 10_000
/** Ours: kept free for the way there and back, so that the hub's answer arrives while the door still waits for it. */
const transitMs = 500
/** A signed body is a few KB; one that takes longer to come is not the edge's. */
const bodyReadMs = 5_000
/** An answer holds one card. */
const maxAnswerBytes = 262_144

/** Play is not among them: its people are made up, and whoever stands at the edge is not. */
const platforms: readonly PlatformName[] = ['wecom', 'dingtalk']
const kinds: readonly ChatEvent['kind'][] = ['text', 'image', 'file', 'card-tap', 'join', 'unreadable']

type Relayed = { readonly event: ChatEvent; readonly budgetMs: number }

function sign(secret: string, timestamp: string, body: string): Buffer {
  return createHmac('sha256', secret).update(`${timestamp}\n${body}`).digest()
}

export type RelaySinkParts = {
  /** The hub's address, e.g. https://hub.example.com. */
  readonly url: string
  readonly secret: string
  readonly clock: Clock
  readonly fetch?: typeof fetch
}

/**
 * The edge's sink: the hub's reply within the door's time. Rejects when the hub did not take the event, so that the door
 * answers 503 and the platform delivers it again; a slow hub answers `none` in time and sends the reply itself.
 */
export function relaySink({ url, secret, clock, fetch: given }: RelaySinkParts): EventSink {
  const address = new URL(relayPath, url)
  return async (event, deadlineMs) => {
    const leftMs = Math.max(1, deadlineMs - clock.nowMs())
    const body = JSON.stringify({ event, budgetMs: Math.max(1, leftMs - transitMs) } satisfies Relayed)
    const timestamp = String(clock.nowMs())
    const headers = {
      'content-type': 'application/json',
      [timestampHeader]: timestamp,
      [signatureHeader]: sign(secret, timestamp, body).toString('hex'),
    }
    // called through a local name: workerd refuses a global fetch that is called as a method
    const call = given ?? fetch
    const request = {
      method: 'POST',
      headers,
      body,
      signal: AbortSignal.timeout(leftMs),
      redirect: 'manual',
    } as const
    const answer = await call(address, request).catch((cause: unknown) => {
      throw new Unreachable('the hub does not answer the edge: see RELAY_URL and that the hub runs', { cause })
    })
    if (answer.status === 200) return replyOf(answer)
    await answer.body?.cancel()
    const retryable = answer.status >= 500
    throw new PlatformRefused(`the hub refuses the edge (${answer.status}): is RELAY_SECRET the same on both sides?`, {
      retryable,
    })
  }
}

async function replyOf(answer: Response): Promise<Reply> {
  try {
    return parseJson(await answer.text(), { maxBytes: maxAnswerBytes }) as Reply
  } catch (cause) {
    throw new Unreachable('the hub’s answer broke off or is none of a hub', { cause })
  }
}

export type RelayCallbackParts = {
  readonly sink: EventSink
  readonly secret: string
  readonly clock: Clock
  readonly log: Log
}

/**
 * The hub's half: `POST /relay`. Every bad request gets the same 403. The same event again, replayed or redelivered, meets
 * the inbox and gets the stored answer: it has one effect.
 */
export function relayCallback({ sink, secret, clock, log }: RelayCallbackParts): Hono {
  const app = new Hono()
  app.post(relayPath, bodyLimit({ maxSize: maxBytes, onError: (c) => c.text('', 403) }), async (c) => {
    try {
      const body = await inTime(bodyReadMs, c.req.text(), () => new BadPayload('the relayed body came too slowly'))
      const nowMs = clock.nowMs()
      const timestamp = c.req.header(timestampHeader) ?? ''
      if (!isSigned({ secret, timestamp, body, nowMs }, c.req.header(signatureHeader) ?? '')) return c.text('', 403)
      const { event, budgetMs } = parseRelayed(body)
      const { trace: _trace, direct: _direct, ...reply } = await sink(event, nowMs + Math.min(budgetMs, maxBudgetMs))
      return c.json(reply)
    } catch (error) {
      log('error', 'a relayed event was not taken', errorFields(error))
      return c.text('', error instanceof BadPayload ? 403 : 503)
    }
  })
  return app
}

type Signed = { readonly secret: string; readonly timestamp: string; readonly body: string; readonly nowMs: number }

function isSigned({ secret, timestamp, body, nowMs }: Signed, signature: string): boolean {
  if (!/^\d{13}$/.test(timestamp) || Math.abs(nowMs - Number(timestamp)) > windowMs) return false
  if (!/^[0-9a-f]{64}$/.test(signature)) return false
  return timingSafeEqual(Buffer.from(signature, 'hex'), sign(secret, timestamp, body))
}

/** Signed by our own edge, so only a release that speaks otherwise can be wrong here. Throws BadPayload. */
function parseRelayed(body: string): Relayed {
  const told = parsed(body)
  if (typeof told !== 'object' || told === null || !('event' in told) || !('budgetMs' in told)) throw mismatch()
  const { event, budgetMs } = told
  if (typeof budgetMs !== 'number' || !(budgetMs > 0) || !isEvent(event)) throw mismatch()
  return { event, budgetMs }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch (cause) {
    throw new BadPayload('the relayed body is no JSON', { cause })
  }
}

function isEvent(event: unknown): event is ChatEvent {
  if (typeof event !== 'object' || event === null) return false
  const has = (name: string, type: string) => name in event && typeof Reflect.get(event, name) === type
  const known = 'kind' in event && kinds.some((kind) => kind === event.kind)
  return (
    known &&
    has('id', 'string') &&
    platforms.some((platform) => 'platform' in event && platform === event.platform) &&
    has('sentAtMs', 'number') &&
    has('sender', 'object') &&
    has('conversation', 'object')
  )
}

const mismatch = () => new BadPayload('edge and hub do not speak the same release: deploy both')
