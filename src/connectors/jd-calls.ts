import { BadPayload, PlatformRefused, Unreachable } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText, parseJson } from '../runtime/json.ts'
import type { Log } from '../runtime/log.ts'
import { type Vendor, type VendorAnswer, vendorCall } from '../runtime/vendor-call.ts'
import { jdWords } from '../text/zh-jd.ts'
import { md5Hex } from './digests.ts'
import { busyForm } from './jd-codes.ts'
import { type JdTokens, reauthorise } from './jd-token.ts'
import { beijingText } from './wire-values.ts'

type JdAccount = { readonly appKey: string; readonly appSecret: string; readonly baseUrl: string }

type Params = Readonly<Record<string, string>>

/** What stands in `…_responce` (its spelling). Throws PlatformRefused with the vendor's code, Unreachable when it says "later". */
export type JdCall = (method: string, business: Params, signal: AbortSignal) => Promise<Json>

/** What a look-up of a number that does not exist is refused with, whatever the vendor's own code. */
export const notThereCode = 'not-there'

/** Unconfirmed; the vendor gives no figures. */
const restAfterBusyMs = 5_000

/** Names and values in the order of the names (bytes: 360buy_param_json comes first), between the secret: upper hex of md5. */
export function signJd(secret: string, params: Params): string {
  const pairs = Object.entries(params).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return md5Hex(secret, ...pairs.map(([name, value]) => name + value), secret).toUpperCase()
}

type Asked = { readonly outcome: 'ok'; readonly data: Json } | { readonly outcome: 'clock' | 'token' }
type CallParts = { readonly at: Vendor; readonly log: Log; readonly tokens: JdTokens }

/** Signed calls for one shop. A clock or token that the vendor refuses is put right once each. */
export function jdCalls(account: JdAccount, parts: CallParts): JdCall {
  const { at, tokens } = parts
  return async (method, business, signal) => {
    const spent = new Set<string>()
    for (;;) {
      const token = await tokens.current(signal)
      const asked = await at.call(() => askOnce(account, parts, { method, business, token }, signal), signal)
      if (asked.outcome === 'ok') return asked.data
      if (asked.outcome === 'token') await tokens.refused(token)
      if (!spent.has(asked.outcome)) spent.add(asked.outcome)
      else if (asked.outcome === 'token') throw reauthorise('its token is refused')
      else throw refused('the timestamp is refused: set the clock of this machine (NTP)', 'clock')
    }
  }
}

type Call = { readonly method: string; readonly business: Params; readonly token: string }

async function askOnce(
  { appKey, appSecret, baseUrl }: JdAccount,
  { at, log }: CallParts,
  { method, business, token }: Call,
  signal: AbortSignal,
): Promise<Asked> {
  const unsigned = {
    method,
    access_token: token,
    app_key: appKey,
    timestamp: beijingText(at.nowMs()),
    v: '2.0',
    format: 'json',
    '360buy_param_json': JSON.stringify(business),
  }
  const answer = await vendorCall({
    method: 'POST',
    url: `${baseUrl}/routerjson`,
    headers: { 'content-type': 'application/x-www-form-urlencoded;charset=utf-8' },
    body: new URLSearchParams({ ...unsigned, sign: signJd(appSecret, unsigned) }).toString(),
    signal,
  })
  at.sawDate(answer.dateMs)
  return judge(method, answer, at, log)
}

/** Errors come with HTTP 200: as `error_response`, or inside the answer as an apiResult without success. */
function judge(method: string, { raw, status }: VendorAnswer, at: Vendor, log: Log): Asked {
  const answer = parseJson(raw, { maxBytes: raw.byteLength })
  const data = jsonAt(answer, `${method.replaceAll('.', '_')}_responce`)
  const gateway = jsonAt(answer, 'error_response')
  const result = gateway === undefined ? resultOf(data) : undefined
  const failed = gateway ?? (succeeded(result) ? undefined : result)
  if (failed === undefined) {
    const code = jsonText(data, 'code') ?? '0'
    if (status === 200 && typeof data === 'object' && data !== null && code === '0') return { outcome: 'ok', data }
    throw new BadPayload(`${method} was answered without a response`)
  }
  return faulted(method, failed, at, log)
}

/** The apiResult stands one level down, under a name of each method's own. */
function resultOf(data: Json | undefined): Json | undefined {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined
  return Object.values(data).flatMap((inner) => jsonAt(inner, 'apiResult') ?? [])[0]
}

function succeeded(result: Json | undefined): boolean {
  const success = jsonAt(result, 'success')
  return result === undefined || success === true || success === 'true'
}

function faulted(method: string, failed: Json, at: Vendor, log: Log): Asked {
  const code = jsonText(failed, 'code') ?? jsonText(failed, 'numberCode') ?? jsonText(failed, 'errorCode') ?? 'none'
  const words = ['zh_desc', 'en_desc', 'chineseErrCode', 'englishErrCode'].flatMap((one) => jsonText(failed, one) ?? [])
  const said = words.join(' ')
  log('warn', 'a call was refused', { method, code })
  if (jdWords.token.test(said)) return { outcome: 'token' }
  if (jdWords.clock.test(said)) return { outcome: 'clock' }
  if (busyForm.test(code) || jdWords.busy.test(said)) {
    at.restMs(restAfterBusyMs)
    throw new Unreachable(`${method} wants to be asked later`, { vendorCode: code, retryAfterMs: restAfterBusyMs })
  }
  if (jdWords.notThere.test(said)) throw refused(`${method} knows no such number`, notThereCode)
  if (jdWords.right.test(said))
    throw refused(
      `the app has no right to ${method}: see its rights, and that it is called from the vendor's own cloud`,
      code,
    )
  throw refused(`${method} was refused with ${code}`, code)
}

function refused(message: string, vendorCode: string): PlatformRefused {
  return new PlatformRefused(`jd: ${message}`, { retryable: false, vendorCode })
}
