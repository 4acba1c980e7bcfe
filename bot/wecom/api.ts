import { createHash } from 'node:crypto'
import type { SharedToken } from '../../src/chat/ports.ts'
import type { Clock } from '../../src/runtime/clock.ts'
import { BadPayload, PlatformRefused, Unreachable } from '../../src/runtime/errors.ts'
import { type Json, jsonAt, jsonText, parseJson } from '../../src/runtime/json.ts'
import type { Log } from '../../src/runtime/log.ts'
import { verdictOf } from './errcode.ts'
import { answerBytes, callTimeoutMs, mediaBytes, secretBrakeMs } from './limits.ts'
import type { WecomSettings } from './settings.ts'

export type ApiParts = {
  readonly settings: WecomSettings
  readonly sharedToken: SharedToken
  readonly clock: Clock
  readonly log: Log
  readonly fetch?: typeof fetch
}

/** What the platform answered; HTTP is 200 for yes and no alike, the errcode decides. */
export type ApiAnswer = { readonly errcode: number; readonly body: Json }

export type WecomApi = {
  /** POSTs JSON to a path such as /cgi-bin/message/send. Throws Unreachable or PlatformRefused (no token to be had). */
  post(path: string, body: object): Promise<ApiAnswer>
  get(path: string): Promise<ApiAnswer>
  /** media/get [90254]. Throws PlatformRefused, Unreachable, or BadPayload above 10 MB. */
  media(mediaId: string): Promise<Uint8Array>
}

/** The server API of one app. Its token is in every URL, so no URL ever reaches a log or an error. */
export function wecomApi(parts: ApiParts): WecomApi {
  const ask = asker(parts)
  const token = tokens(parts, ask)
  const post = (path: string, body: object) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    return token.use((accessToken) => ask(path, { access_token: accessToken }, init).then(answerOf))
  }
  const media = async (mediaId: string) => {
    const answer = await token.use((accessToken) =>
      ask('/cgi-bin/media/get', { access_token: accessToken, media_id: mediaId }).then(fileOf),
    )
    if ('bytes' in answer) return answer.bytes
    const { reason, act } = verdictOf(answer.errcode)
    throw new PlatformRefused(`media/get: ${reason} (${answer.errcode})`, {
      vendorCode: String(answer.errcode),
      retryable: act === 'retry' || act === 'refresh',
    })
  }
  return {
    post,
    get: (path) => token.use((accessToken) => ask(path, { access_token: accessToken }).then(answerOf)),
    media,
  }
}

type Ask = (path: string, query: Readonly<Record<string, string>>, init?: RequestInit) => Promise<Response>

function asker({ settings, fetch: given }: ApiParts): Ask {
  const go = given ?? fetch
  const base = settings.apiBase.replace(/\/+$/, '')
  return async (path, query, init = {}) => {
    const url = `${base}${path}?${new URLSearchParams(query)}`
    const signal = AbortSignal.timeout(callTimeoutMs)
    const response = await go(url, { ...init, signal, redirect: 'error' }).catch((cause: unknown) => {
      throw new Unreachable(`${path}: no answer (${nameOf(cause)})`)
    })
    if (response.ok) return response
    await response.body?.cancel()
    throw new Unreachable(`${path}: HTTP ${response.status}`)
  }
}

/** fetch's own errors quote the URL in their cause, so only the name is taken over. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'error'
}

type Tokens = { use<T>(call: (accessToken: string) => Promise<T | ApiAnswer>): Promise<T | ApiAnswer> }

/**
 * One token for all processes [91039]. A token that was taken back is dropped and fetched once more; a refused secret is
 * not tried again for an hour (a few wrong ones bar our address), a restart with the right one starts anew.
 */
function tokens({ settings, sharedToken, clock, log }: ApiParts, ask: Ask): Tokens {
  let refused: { readonly error: PlatformRefused; readonly untilMs: number } | undefined
  const secretMark = createHash('sha256').update(settings.secret).digest('hex').slice(0, 8)
  const name = `wecom:${settings.corpId}:${settings.agentId}:${secretMark}`
  const fetchNew = async () => {
    if (refused !== undefined && clock.nowMs() < refused.untilMs) throw refused.error
    const answer = await ask('/cgi-bin/gettoken', { corpid: settings.corpId, corpsecret: settings.secret }).then(
      answerOf,
    )
    const accessToken = jsonText(answer.body, 'access_token')
    if (answer.errcode === 0 && accessToken !== undefined)
      return { token: accessToken, expiresAtMs: clock.nowMs() + secondsOf(answer.body) * 1_000 }
    const error = tokenRefused(answer.errcode)
    if (!error.retryable) {
      refused = { error, untilMs: clock.nowMs() + secretBrakeMs }
      log('error', 'wecom gives no token: nothing is sent until this is mended', { reason: error.message })
    }
    throw error
  }
  return {
    use: async (call) => {
      const accessToken = await sharedToken.get(name, fetchNew)
      const first = await call(accessToken)
      if (!isAnswer(first) || verdictOf(first.errcode).act !== 'refresh') return first
      await sharedToken.drop(name, accessToken)
      return call(await sharedToken.get(name, fetchNew))
    },
  }
}

function tokenRefused(errcode: number): PlatformRefused {
  const vendorCode = String(errcode)
  if (errcode === 40001)
    return new PlatformRefused('gettoken: the secret is wrong (40001): copy WECOM_SECRET again and restart', {
      vendorCode,
      retryable: false,
    })
  const { act, reason, afterMs } = verdictOf(errcode)
  const retryable = act !== 'alarm' && act !== 'give-up'
  return new PlatformRefused(`gettoken: ${reason} (${errcode})`, {
    vendorCode,
    retryable,
    ...(afterMs !== undefined && { retryAfterMs: afterMs }),
  })
}

function isAnswer(value: unknown): value is ApiAnswer {
  return typeof value === 'object' && value !== null && 'errcode' in value
}

/** 7200 unless the platform says otherwise. */
function secondsOf(body: Json): number {
  const seconds = jsonAt(body, 'expires_in')
  return typeof seconds === 'number' && seconds > 0 ? seconds : 7_200
}

async function answerOf(response: Response): Promise<ApiAnswer> {
  const body = parsed(await bytesOf(response, answerBytes))
  const errcode = jsonAt(body, 'errcode')
  // a few read-only calls leave errcode out when all is well
  return { errcode: typeof errcode === 'number' ? errcode : 0, body }
}

/** A proxy's error page is no word of the platform's: the call may be made again. */
function parsed(bytes: Uint8Array): Json {
  try {
    return parseJson(bytes, { maxBytes: answerBytes })
  } catch (cause) {
    throw new Unreachable('the platform answered no JSON', { cause })
  }
}

/** A file, or the JSON that says why there is none: told apart by Content-Type, never saved unseen. */
async function fileOf(response: Response): Promise<{ readonly bytes: Uint8Array } | ApiAnswer> {
  const type = response.headers.get('content-type') ?? ''
  if (/^(?:application\/json|text\/)/i.test(type)) return answerOf(response)
  return { bytes: await bytesOf(response, mediaBytes) }
}

/** The body, cut off with BadPayload above `most` bytes. The time limit of the call covers it. */
async function bytesOf(response: Response, most: number): Promise<Uint8Array> {
  const tooBig = new BadPayload(`the platform sent more than ${most} bytes`)
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of response.body ?? []) {
      length += chunk.byteLength
      if (length > most) throw tooBig
      chunks.push(chunk)
    }
  } catch (error) {
    if (error === tooBig) throw tooBig
    throw new Unreachable(`the answer broke off (${nameOf(error)})`)
  }
  return Buffer.concat(chunks)
}
