import { PlatformRefused, Unreachable } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText, parseJson } from '../runtime/json.ts'
import type { Log } from '../runtime/log.ts'
import { type Vendor, type VendorAnswer, vendorCall } from '../runtime/vendor-call.ts'
import { kdniaoWords } from '../text/zh-couriers.ts'
import { md5Hex } from './digests.ts'

export type KdniaoAccount = { readonly eBusinessId: string; readonly appSecret: string; readonly baseUrl: string }

/** never: a wrong number, or a carrier it does not know. */
export type KdniaoAnswer =
  | { readonly outcome: 'ok'; readonly data: Json }
  | { readonly outcome: 'subscribed' | 'never' | 'no-track' }

/** Throws PlatformRefused with what to do, Unreachable when it says "later". */
export type KdniaoCall = (
  type: string,
  data: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<KdniaoAnswer>

const path = '/Ebusiness/EbusinessOrderHandle.aspx'
/** Unconfirmed; the vendor gives no figures. */
const restAfterLimitMs = 5_000
const restAfterQuotaMs = 600_000

/** base64 of the lower hex digits, not of the bytes behind them. */
export function kdniaoSign(data: string | Uint8Array, appSecret: string): string {
  return Buffer.from(md5Hex(data, appSecret)).toString('base64')
}

/** Signed calls. The form is encoded once, by URLSearchParams: the signature is over the words before that. */
export function kdniaoCalls(account: KdniaoAccount, parts: { readonly at: Vendor; readonly log: Log }): KdniaoCall {
  const { at, log } = parts
  return async (type, data, signal) => {
    const text = JSON.stringify(data)
    const body = new URLSearchParams({
      RequestData: text,
      EBusinessID: account.eBusinessId,
      RequestType: type,
      DataSign: kdniaoSign(text, account.appSecret),
      DataType: '2',
    }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded;charset=utf-8' }
    const url = `${account.baseUrl}${path}`
    const answer = await at.call(() => vendorCall({ method: 'POST', url, headers, body, signal }), signal)
    return judge(type, answer, at, log)
  }
}

/** Refusals come with HTTP 200, Success false and a Reason in words; "no track yet" comes with Success true and a Reason, too. */
function judge(type: string, { raw, status }: VendorAnswer, at: Vendor, log: Log): KdniaoAnswer {
  if (status !== 200)
    throw new PlatformRefused(`kdniao: type ${type} was answered with HTTP ${status}`, {
      retryable: false,
      vendorCode: `http-${status}`,
    })
  const data = parseJson(raw, { maxBytes: raw.byteLength })
  if (jsonAt(data, 'Success') === true) return { outcome: 'ok', data }
  const words = jsonText(data, 'Reason') ?? ''
  if (kdniaoWords.subscribed.test(words)) return { outcome: 'subscribed' }
  if (kdniaoWords.noTrack.test(words)) return { outcome: 'no-track' }
  log('warn', 'a call was refused', { type, result: jsonText(data, 'ResultCode') })
  if (kdniaoWords.quota.test(words)) {
    at.restMs(restAfterQuotaMs)
    throw refused('the package of calls is used up or was not bought: see the console', 'quota')
  }
  if (kdniaoWords.signature.test(words))
    throw refused('the signature is refused: copy user id and AppKey again', 'sign')
  if (kdniaoWords.badNumber.test(words)) return { outcome: 'never' }
  if (kdniaoWords.busy.test(words)) {
    at.restMs(restAfterLimitMs)
    throw new Unreachable('kdniao wants to be asked later', { retryAfterMs: restAfterLimitMs })
  }
  throw refused(`type ${type} was refused in words that are not known`, 'other')
}

function refused(message: string, vendorCode: string): PlatformRefused {
  return new PlatformRefused(`kdniao: ${message}`, { retryable: false, vendorCode })
}
