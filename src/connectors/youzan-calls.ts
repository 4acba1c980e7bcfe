import { PlatformRefused, Unreachable } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText, parseJson } from '../runtime/json.ts'
import type { Log } from '../runtime/log.ts'
import { type Vendor, type VendorAnswer, vendorCall } from '../runtime/vendor-call.ts'
import { vendorWords } from '../text/zh-channels.ts'
import { youzanWords } from '../text/zh-youzan.ts'
import type { AdapterParts } from './adapter.ts'
import { wholeAt } from './wire-values.ts'
import { tokenErrors } from './youzan-codes.ts'

type YouzanAccount = {
  readonly clientId: string
  readonly clientSecret: string
  readonly kdtId: string
  readonly baseUrl: string
}

/** `data` of the answer. Throws PlatformRefused with the vendor's code, Unreachable when it says "later". */
export type YouzanCall = (api: string, body: Body, signal: AbortSignal) => Promise<Json>

type Body = { readonly [key: string]: string | number | boolean }
type Asked = { readonly outcome: 'ok'; readonly data: Json } | { readonly outcome: 'token' }

type CallParts = Pick<AdapterParts, 'tokens' | 'log'> & { readonly at: Vendor }

/** What a look-up of a number that does not exist is refused with, whatever the vendor's own code. */
export const notThereCode = 'not-there'
/** The package of calls is used up, or the account owes money: somebody has to pay, and pushes stop too, without a word. */
const quotaCode = 'quota'

/** Unconfirmed; the vendor gives no figures. */
const restAfterLimitMs = 2_000
/** Nobody calls while the package is used up, except to see whether it was filled. */
const restAfterQuotaMs = 600_000

/** Calls with a token shared by all processes; one that the vendor refuses is fetched anew once. */
export function youzanCalls(account: YouzanAccount, parts: CallParts): YouzanCall {
  const tokenName = `youzan:${account.clientId}:${account.kdtId}`
  const ask = (path: string, body: Body, signal: AbortSignal) =>
    parts.at.call(() => askOnce(account, parts, path, body, signal), signal)

  return async (api, body, signal) => {
    for (let renewed = false; ; renewed = true) {
      const token = await parts.tokens.get(tokenName, () => newToken(account, parts.at, ask, signal))
      const asked = await ask(`/api/${api}?${new URLSearchParams({ access_token: token })}`, body, signal)
      if (asked.outcome === 'ok') return asked.data
      await parts.tokens.drop(tokenName, token)
      if (renewed) throw refused('the token is refused: see that the shop still authorises the app', 'token')
    }
  }
}

type Ask = (path: string, body: Body, signal: AbortSignal) => Promise<Asked>

async function newToken(account: YouzanAccount, at: Vendor, ask: Ask, signal: AbortSignal) {
  const { clientId, clientSecret, kdtId } = account
  const given = { authorize_type: 'silent', client_id: clientId, client_secret: clientSecret, grant_id: kdtId }
  const asked = await ask('/auth/token', { ...given, refresh: false }, signal)
  const data = asked.outcome === 'ok' ? asked.data : undefined
  const token = jsonText(data, 'access_token')
  const ends = wholeAt(jsonAt(data, 'expires'), 'expires')
  if (token === undefined || ends === undefined)
    throw refused('no token was given: see client id, secret and kdt id', 'token')
  return { token, expiresAtMs: endsAtMs(ends, at.nowMs()) }
}

/** `expires` is told as a moment in ms (unconfirmed); small numbers can only be a moment in s, smaller ones a life in s. */
function endsAtMs(expires: number, nowMs: number): number {
  if (expires > 100_000_000_000) return expires
  return expires > 1_000_000_000 ? expires * 1_000 : nowMs + expires * 1_000
}

async function askOnce(
  { baseUrl }: YouzanAccount,
  { at, log }: CallParts,
  path: string,
  body: Body,
  signal: AbortSignal,
): Promise<Asked> {
  const answer = await vendorCall({
    method: 'POST',
    url: `${baseUrl}${path}`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  })
  at.sawDate(answer.dateMs)
  return judge(path.split('?')[0] ?? path, answer, at, log)
}

/** Two shapes of refusal: the gateway's gw_err_resp, and an answer of the service with success false. Both come with HTTP 200. */
function judge(api: string, { raw, status }: VendorAnswer, at: Vendor, log: Log): Asked {
  const answer = parseJson(raw, { maxBytes: raw.byteLength })
  const gateway = jsonAt(answer, 'gw_err_resp')
  const data = jsonAt(answer, 'data')
  if (
    gateway === undefined &&
    status === 200 &&
    jsonAt(answer, 'success') !== false &&
    data !== undefined &&
    data !== null
  )
    return { outcome: 'ok', data }
  const code = jsonText(gateway, 'err_code') ?? jsonText(answer, 'code') ?? `http-${status}`
  const words = jsonText(gateway, 'err_msg') ?? jsonText(answer, 'message') ?? ''
  log('warn', 'a call was refused', { api, code, trace: jsonText(gateway, 'trace_id') ?? jsonText(answer, 'trace_id') })
  if (tokenErrors.has(code)) return { outcome: 'token' }
  if (youzanWords.quota.test(words)) {
    at.restMs(restAfterQuotaMs)
    throw refused('the package of calls is used up or the account owes money: pay, pushes have stopped too', quotaCode)
  }
  if (vendorWords.busy.test(words) || youzanWords.busy.test(words)) {
    at.restMs(restAfterLimitMs)
    throw new Unreachable(`${api} wants to be asked later`, { vendorCode: code, retryAfterMs: restAfterLimitMs })
  }
  const missing = vendorWords.notThere.test(words) || youzanWords.notThere.test(words)
  throw new PlatformRefused(`${api} was refused with ${code}`, {
    retryable: false,
    vendorCode: missing ? notThereCode : code,
  })
}

function refused(message: string, vendorCode: string): PlatformRefused {
  return new PlatformRefused(`youzan: ${message}`, { retryable: false, vendorCode })
}
