import { BadPayload, PlatformRefused, Unreachable } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText, parseJson } from '../runtime/json.ts'
import type { Log } from '../runtime/log.ts'
import { type Vendor, type VendorAnswer, vendorCall } from '../runtime/vendor-call.ts'
import { vendorWords } from '../text/zh-channels.ts'
import type { AdapterParts } from './adapter.ts'
import { hmacHex } from './digests.ts'
import { secondsAt } from './wire-values.ts'

export type DoudianAccount = {
  readonly appKey: string
  readonly appSecret: string
  readonly shopId: string
  readonly baseUrl: string
}

type Plain = string | number | boolean | readonly Plain[] | { readonly [key: string]: Plain }
export type Params = { readonly [key: string]: Plain }

/** `data` of the answer. Throws PlatformRefused with the vendor's sub_code, Unreachable when it says "later". */
export type DoudianCall = (method: string, params: Params, signal: AbortSignal) => Promise<Json>

/** The signed text: keys sorted at every depth, nothing escaped. What is sent must be this very text. */
export function canonicalJson(value: Plain): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object') return JSON.stringify(value)
  const pairs = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${pairs.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner as Plain)}`).join(',')}}`
}

/** sign_method hmac-sha256, v 2 (shop platform's SDK, 2026-11-22): the literal v2 is the name v with its value. */
export function signCall(account: Pick<DoudianAccount, 'appKey' | 'appSecret'>, call: Signed): string {
  const { appKey, appSecret } = account
  const { method, paramJson, timestamp } = call
  const text = `app_key${appKey}method${method}param_json${paramJson}timestamp${timestamp}v2`
  return hmacHex('sha256', appSecret, appSecret, text, appSecret)
}

type Signed = { readonly method: string; readonly paramJson: string; readonly timestamp: string }
type Answered = { readonly outcome: 'ok'; readonly data: Json } | { readonly outcome: 'token' }
type Asked = Answered | { readonly outcome: 'clock' }

const okCode = '10000'
/** A token about to end is exchanged at once. Seconds; the vendor hands out the old one until then (unconfirmed). */
const tokenTailMs = 3_600_000
/** Unconfirmed; the vendor gives no figures. */
const restAfterLimitMs = 2_000

export type CallParts = Pick<AdapterParts, 'tokens' | 'log'> & { readonly at: Vendor }

/** Calls with a token shared by all processes; a token or clock that the vendor refuses is put right once. */
export function doudianCalls(account: DoudianAccount, parts: CallParts): DoudianCall {
  const tokenName = `doudian:${account.appKey}:${account.shopId}`
  const once = (method: string, params: Params, token: string | undefined, signal: AbortSignal) =>
    parts.at.call(() => askOnce(account, parts, { method, params, token }, signal), signal)
  // the refusal itself told the vendor's time: the second try is signed with it
  const ask: Ask = async (...call) => {
    const first = await once(...call)
    const asked = first.outcome === 'clock' ? await once(...call) : first
    if (asked.outcome !== 'clock') return asked
    throw refused('the timestamp is refused: set the clock of this machine (NTP)', 'timestamp')
  }

  return async (method, params, signal) => {
    for (let attempt = 1; ; attempt++) {
      const token = await parts.tokens.get(tokenName, () => newToken(account, parts, ask, signal))
      const asked = await ask(method, params, token, signal)
      if (asked.outcome === 'ok') return asked.data
      if (attempt === 2) throw refused('the token is refused: see that the shop still authorises the app', 'token')
      await parts.tokens.drop(tokenName, token)
    }
  }
}

type Ask = (method: string, params: Params, token: string | undefined, signal: AbortSignal) => Promise<Answered>

/** Own app: the shop's number is enough. A token in its last hour is refreshed, since creating gives the same one again. */
async function newToken(
  { shopId }: DoudianAccount,
  { at }: CallParts,
  ask: Ask,
  signal: AbortSignal,
): Promise<{ token: string; expiresAtMs: number }> {
  const created = await ask(
    'token.create',
    { code: '', grant_type: 'authorization_self', shop_id: shopId },
    undefined,
    signal,
  )
  const first = readToken(created, at.nowMs())
  if (first.expiresAtMs - at.nowMs() > tokenTailMs || first.refresh === undefined) return first
  const again = await ask(
    'token.refresh',
    { grant_type: 'refresh_token', refresh_token: first.refresh },
    undefined,
    signal,
  )
  return readToken(again, at.nowMs())
}

function readToken(asked: Answered, nowMs: number) {
  const data = asked.outcome === 'ok' ? asked.data : undefined
  const token = jsonText(data, 'access_token')
  const lifeMs = secondsAt(jsonAt(data, 'expires_in'), 'expires_in')
  if (token === undefined || lifeMs === undefined)
    throw refused('no token was given: see app key, secret and shop number', 'token.create')
  return { token, expiresAtMs: nowMs + lifeMs, refresh: jsonText(data, 'refresh_token') }
}

async function askOnce(
  account: DoudianAccount,
  { at, log }: CallParts,
  { method, params, token }: { readonly method: string; readonly params: Params; readonly token: string | undefined },
  signal: AbortSignal,
): Promise<Asked> {
  const paramJson = canonicalJson(params)
  const timestamp = String(Math.floor(at.nowMs() / 1_000))
  const query = new URLSearchParams({
    app_key: account.appKey,
    method,
    ...(token !== undefined && { access_token: token }),
    timestamp,
    v: '2',
    sign_method: 'hmac-sha256',
    sign: signCall(account, { method, paramJson, timestamp }),
  })
  const answer = await vendorCall({
    method: 'POST',
    url: `${account.baseUrl}/${method.replaceAll('.', '/')}?${query}`,
    headers: { 'content-type': 'application/json' },
    body: paramJson,
    signal,
  })
  at.sawDate(answer.dateMs)
  return judge(method, answer, at, log)
}

/** HTTP 200 says nothing: the code inside does. Branches on the words, since the list of codes is not published. */
function judge(method: string, { raw, status }: VendorAnswer, at: Vendor, log: Log): Asked {
  const body = parseJson(raw, { maxBytes: raw.byteLength })
  const code = jsonText(body, 'code')
  if (code === undefined) throw new BadPayload(`${method}: HTTP ${status} without code`)
  if (code === okCode) return { outcome: 'ok', data: jsonAt(body, 'data') ?? null }
  const subCode = jsonText(body, 'sub_code') ?? ''
  const words = [subCode, jsonText(body, 'sub_msg'), jsonText(body, 'msg')].join(' ')
  const known = { vendorCode: subCode || code }
  log('warn', 'a call was refused', { method, code, subCode, logId: jsonText(body, 'log_id') })
  if (/token/i.test(subCode) || vendorWords.tokenOver.test(words)) return { outcome: 'token' }
  if (/timestamp/i.test(subCode) || vendorWords.clockOff.test(words)) return { outcome: 'clock' }
  if (/^isp\.|limit/i.test(subCode) || vendorWords.busy.test(words)) {
    at.restMs(restAfterLimitMs)
    throw new Unreachable(`${method} wants to be asked later`, { ...known, retryAfterMs: restAfterLimitMs })
  }
  const missing = vendorWords.notThere.test(words)
  throw new PlatformRefused(`${method} was refused with ${known.vendorCode}`, {
    retryable: false,
    vendorCode: missing ? notThereCode : known.vendorCode,
  })
}

/** What a look-up of a number that does not exist is refused with, whatever the vendor's own code. */
export const notThereCode = 'not-there'

function refused(message: string, vendorCode: string): PlatformRefused {
  return new PlatformRefused(`doudian: ${message}`, { retryable: false, vendorCode })
}
