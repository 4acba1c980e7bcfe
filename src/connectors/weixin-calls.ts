import { PlatformRefused, Unreachable } from '../runtime/errors.ts'
import { type Json, jsonText, parseJson } from '../runtime/json.ts'
import type { Log } from '../runtime/log.ts'
import { type Vendor, type VendorAnswer, vendorCall } from '../runtime/vendor-call.ts'
import { vendorWords } from '../text/zh-channels.ts'
import { weixinWords } from '../text/zh-weixin.ts'
import type { AdapterParts } from './adapter.ts'
import { laterMs, tokenErrors } from './weixin-codes.ts'
import { secondsAt } from './wire-values.ts'

type WeixinAccount = { readonly appId: string; readonly appSecret: string; readonly baseUrl: string }

/** The whole answer. Throws PlatformRefused with the vendor's errcode, Unreachable when it says "later". */
export type WeixinCall = (path: string, body: Body, signal: AbortSignal) => Promise<Json>

type Body = { readonly [key: string]: string | number | boolean | Body }
type Asked = { readonly outcome: 'ok'; readonly answer: Json } | { readonly outcome: 'token' }

type CallParts = Pick<AdapterParts, 'tokens' | 'log'> & { readonly at: Vendor }

/** What a look-up of a number that does not exist is refused with, whatever the vendor's own code. */
export const notThereCode = 'not-there'

/** Calls with a token shared by all processes; one that the vendor refuses is fetched anew once. */
export function weixinCalls(account: WeixinAccount, parts: CallParts): WeixinCall {
  const tokenName = `weixin:${account.appId}`
  const ask = (path: string, body: Body, token: string | undefined, signal: AbortSignal) =>
    parts.at.call(() => askOnce(account, parts, { path, body, token }, signal), signal)

  return async (path, body, signal) => {
    for (let renewed = false; ; renewed = true) {
      const token = await parts.tokens.get(tokenName, () => newToken(account, parts.at, ask, renewed, signal))
      const asked = await ask(path, body, token, signal)
      if (asked.outcome === 'ok') return asked.answer
      await parts.tokens.drop(tokenName, token)
      if (renewed) throw refused('the token is refused: see app id, secret and the permissions of the shop', 'token')
    }
  }
}

type Ask = (path: string, body: Body, token: string | undefined, signal: AbortSignal) => Promise<Asked>

/**
 * The stable token: asking again gives the same one until it ends, so two keepers do not throw each other out. Where the vendor has
 * just refused it, a new one is forced.
 */
async function newToken(account: WeixinAccount, at: Vendor, ask: Ask, force: boolean, signal: AbortSignal) {
  const { appId, appSecret } = account
  const given = { grant_type: 'client_credential', appid: appId, secret: appSecret, force_refresh: force }
  const asked = await ask('/cgi-bin/stable_token', given, undefined, signal)
  const answer = asked.outcome === 'ok' ? asked.answer : undefined
  const token = jsonText(answer, 'access_token')
  const lifeMs = secondsAt(jsonText(answer, 'expires_in'), 'expires_in')
  if (token === undefined || lifeMs === undefined)
    throw refused('no token was given: see app id, secret and the list of allowed addresses', 'stable_token')
  return { token, expiresAtMs: at.nowMs() + lifeMs }
}

async function askOnce(
  { baseUrl }: WeixinAccount,
  { at, log }: CallParts,
  { path, body, token }: { readonly path: string; readonly body: Body; readonly token: string | undefined },
  signal: AbortSignal,
): Promise<Asked> {
  const answer = await vendorCall({
    method: 'POST',
    url: `${baseUrl}${path}${token === undefined ? '' : `?${new URLSearchParams({ access_token: token })}`}`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  })
  at.sawDate(answer.dateMs)
  return judge(path, answer, at, log)
}

/** HTTP 200 says nothing: errcode inside does; answers without one are good ones. */
function judge(path: string, { raw, status }: VendorAnswer, at: Vendor, log: Log): Asked {
  const answer = parseJson(raw, { maxBytes: raw.byteLength })
  const code = jsonText(answer, 'errcode') ?? (status === 200 ? '0' : `http-${status}`)
  if (code === '0') return { outcome: 'ok', answer }
  log('warn', 'a call was refused', { path, code })
  if (tokenErrors.has(code)) return { outcome: 'token' }
  const restMs = laterMs[code]
  if (restMs !== undefined) {
    at.restMs(restMs)
    throw new Unreachable(`${path} wants to be asked later`, { vendorCode: code, retryAfterMs: restMs })
  }
  const words = jsonText(answer, 'errmsg') ?? ''
  const missing = vendorWords.notThere.test(words) || weixinWords.notThere.test(words)
  throw new PlatformRefused(`${path} was refused with ${code}`, {
    retryable: false,
    vendorCode: missing ? notThereCode : code,
  })
}

function refused(message: string, vendorCode: string): PlatformRefused {
  return new PlatformRefused(`weixin: ${message}`, { retryable: false, vendorCode })
}
