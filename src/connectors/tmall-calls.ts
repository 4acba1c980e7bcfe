import { BadPayload, PlatformRefused, Unreachable } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText, parseJson } from '../runtime/json.ts'
import type { Log } from '../runtime/log.ts'
import { type Vendor, type VendorAnswer, vendorCall } from '../runtime/vendor-call.ts'
import { md5Hex } from './digests.ts'
import { banForm, notThereForm, passingForm, refusals } from './tmall-codes.ts'
import { beijingText } from './wire-values.ts'

type TmallAccount = {
  readonly appKey: string
  readonly appSecret: string
  readonly sessionToken: string
  readonly baseUrl: string
}

type Params = Readonly<Record<string, string>>

/** What stands in `…_response`. Throws PlatformRefused with the vendor's sub_code, Unreachable when it says "later". */
export type TmallCall = (method: string, params: Params, signal: AbortSignal) => Promise<Json>

/** What a look-up of a number that does not exist is refused with, whatever the vendor's own code. */
export const notThereCode = 'not-there'
/** The session of the shop ended: a person has to authorise the app again. */
const sessionCode = 'session'

/** Seconds are missing in the words of a ban: so long then (unconfirmed). */
const banMs = 5_000
const restAfterTroubleMs = 2_000
/** A session does not come back by itself: asked again now and then, to see whether somebody renewed it. */
const restAfterSessionMs = 60_000

/**
 * Names and values joined in the order of the names, between the secret: upper hex. Of the three methods only md5 has a worked
 * example of the vendor's to prove it by.
 */
export function signTop(secret: string, params: Params): string {
  const pairs = Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1))
  return md5Hex(secret, ...pairs.map(([name, value]) => name + value), secret).toUpperCase()
}

type Asked = { readonly outcome: 'ok'; readonly data: Json } | { readonly outcome: 'clock' }
type CallParts = { readonly at: Vendor; readonly log: Log }

/** Signed calls for one shop. A clock that the vendor refuses is put right by its Date header once. */
export function tmallCalls(account: TmallAccount, { at, log }: CallParts): TmallCall {
  return async (method, params, signal) => {
    for (let corrected = false; ; corrected = true) {
      const asked = await at.call(() => askOnce(account, { at, log }, method, params, signal), signal)
      if (asked.outcome === 'ok') return asked.data
      if (corrected)
        throw refused('the timestamp is refused: set the clock of this machine (NTP)', `code-${refusals.clock}`)
    }
  }
}

async function askOnce(
  { appKey, appSecret, sessionToken, baseUrl }: TmallAccount,
  { at, log }: CallParts,
  method: string,
  params: Params,
  signal: AbortSignal,
): Promise<Asked> {
  const common = { method, app_key: appKey, session: sessionToken, timestamp: beijingText(at.nowMs()) }
  const unsigned = { ...params, ...common, v: '2.0', format: 'json', sign_method: 'md5' }
  const answer = await vendorCall({
    method: 'POST',
    url: `${baseUrl}/router/rest`,
    headers: { 'content-type': 'application/x-www-form-urlencoded;charset=utf-8' },
    body: new URLSearchParams({ ...unsigned, sign: signTop(appSecret, unsigned) }).toString(),
    signal,
  })
  at.sawDate(answer.dateMs)
  return judge(method, answer, at, log)
}

/** Errors come with HTTP 200 as `error_response`; what is neither that nor the answer is no answer. */
function judge(method: string, { raw, status }: VendorAnswer, at: Vendor, log: Log): Asked {
  const answer = parseJson(raw, { maxBytes: raw.byteLength })
  const data = jsonAt(answer, `${method.replace(/^taobao\./, '').replaceAll('.', '_')}_response`)
  const error = jsonAt(answer, 'error_response')
  if (error === undefined) {
    if (status === 200 && data !== undefined && data !== null) return { outcome: 'ok', data }
    throw new BadPayload(`${method} was answered without a response`)
  }
  const code = jsonText(error, 'code') ?? 'none'
  const subCode = jsonText(error, 'sub_code')
  log('warn', 'a call was refused', { method, code, subCode, request: jsonText(error, 'request_id') })
  if (code === refusals.clock) return { outcome: 'clock' }
  if (code === refusals.tooFast) throw later(method, code, at, banOf(jsonText(error, 'sub_msg')))
  if (code === refusals.remote && passingForm.test(subCode ?? ''))
    throw later(method, subCode ?? code, at, restAfterTroubleMs)
  if (code === refusals.session) {
    at.restMs(restAfterSessionMs)
    throw refused('the shop needs re-authorising, its session ended: authorise the app again', sessionCode)
  }
  const vendorCode = notThereForm.test(subCode ?? '') ? notThereCode : (subCode ?? `code-${code}`)
  throw new PlatformRefused(`${method} was refused with ${code} ${subCode ?? ''}`.trim(), {
    retryable: false,
    vendorCode,
  })
}

function banOf(words: string | undefined): number {
  const seconds = banForm.exec(words ?? '')?.[1]
  return seconds === undefined ? banMs : Number(seconds) * 1_000
}

function later(method: string, vendorCode: string, at: Vendor, retryAfterMs: number): Unreachable {
  at.restMs(retryAfterMs)
  return new Unreachable(`${method} wants to be asked later`, { vendorCode, retryAfterMs })
}

function refused(message: string, vendorCode: string): PlatformRefused {
  return new PlatformRefused(`tmall: ${message}`, { retryable: false, vendorCode })
}
