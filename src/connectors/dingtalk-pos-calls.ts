import { PlatformRefused, Unreachable } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText, parseJson } from '../runtime/json.ts'
import { type Vendor, type VendorAnswer, vendorCall } from '../runtime/vendor-call.ts'
import type { AdapterParts } from './adapter.ts'

// Calls of DingTalk's workflow API (open.dingtalk.com, obtains-the-details-of-a-single-approval-instance-pop, 2026-11-22).

export type PosAccount = { readonly appKey: string; readonly appSecret: string; readonly baseUrl: string }

/** The body of the answer; undefined for an instance that is not there. Throws PlatformRefused, or Unreachable for "later". */
export type PosCall = (request: PosRequest, signal: AbortSignal) => Promise<Json | undefined>
type PosRequest = { readonly method: 'GET' | 'POST'; readonly path: string; readonly body?: object }

const tooFast = /QpsLimit|FlowLimit|TooManyRequests/i
const tokenOver = /InvalidAuthentication|accessToken/i
const notThere = /processInstance.*(?:notExist|NotFound)|InvalidProcessInstanceId/i
const restMs = 1_000
const tokenPath = '/v1.0/oauth2/accessToken'

/** Calls with the app's token, shared by all processes; one that is refused is fetched anew once. */
export function posCalls(account: PosAccount, parts: Pick<AdapterParts, 'tokens'> & { readonly at: Vendor }): PosCall {
  const { tokens, at } = parts
  const tokenName = `dingtalk-pos:${account.appKey}`
  return async (request, signal) => {
    for (let renewed = false; ; renewed = true) {
      const token = await tokens.get(tokenName, () => newToken(account, at, signal))
      const answer = await at.call(() => send(account, request, signal, token), signal)
      at.sawDate(answer.dateMs)
      const body = bodyOf(answer)
      if (answer.status < 300) return body
      const code = `${jsonText(body, 'code') ?? answer.status}`
      if (answer.status === 401 || (answer.status === 400 && tokenOver.test(code))) {
        await tokens.drop(tokenName, token)
        if (!renewed) continue
        throw refused('its token is refused: compare app key and secret with the console', 'token')
      }
      if (tooFast.test(code)) throw later(at, code)
      if (answer.status === 404 || notThere.test(code)) return undefined
      throw refused(`${request.method} ${request.path.split('?')[0]} was refused with ${code}`, code)
    }
  }
}

function send({ baseUrl }: PosAccount, { method, path, body }: PosRequest, signal: AbortSignal, token?: string) {
  return vendorCall({
    method,
    url: `${baseUrl.replace(/\/$/, '')}${path}`,
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { 'x-acs-dingtalk-access-token': token }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal,
  })
}

async function newToken(account: PosAccount, at: Vendor, signal: AbortSignal) {
  const { appKey, appSecret } = account
  const answer = await at.call(
    () => send(account, { method: 'POST', path: tokenPath, body: { appKey, appSecret } }, signal),
    signal,
  )
  const body = bodyOf(answer)
  const token = jsonText(body, 'accessToken')
  const seconds = Number(jsonText(body, 'expireIn'))
  if (token === undefined || !(seconds > 0))
    throw refused('it gives no token: compare app key and secret with the console', jsonText(body, 'code') ?? 'token')
  return { token, expiresAtMs: at.nowMs() + seconds * 1_000 }
}

/** An answer that is no JSON is a gateway's page, not the vendor's word. */
function bodyOf({ raw }: VendorAnswer): Json | undefined {
  try {
    return parseJson(raw, { maxBytes: 8 * 1024 * 1024 })
  } catch (cause) {
    throw new Unreachable('DingTalk answered with something else than JSON', { cause })
  }
}

function later(at: Vendor, vendorCode: string): Unreachable {
  at.restMs(restMs)
  return new Unreachable('DingTalk wants to be asked later', { vendorCode, retryAfterMs: restMs })
}

const refused = (message: string, vendorCode: string) =>
  new PlatformRefused(`dingtalk-pos: ${message}`, { retryable: false, vendorCode })

/** `result` of an answer that says it went well; `success` may be text. Throws PlatformRefused when HTTP 200 holds a failure. */
export function resultOf(body: Json | undefined): Json | undefined {
  const success = jsonAt(body, 'success')
  if (success === false || success === 'false')
    throw refused(
      `it was refused inside the answer with ${jsonText(body, 'code') ?? 'no code'}`,
      jsonText(body, 'code') ?? 'inside',
    )
  return jsonAt(body, 'result')
}
