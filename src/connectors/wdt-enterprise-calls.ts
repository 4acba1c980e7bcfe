import { BadPayload } from '../runtime/errors.ts'
import { type Json, jsonText, parseJson } from '../runtime/json.ts'
import type { Log } from '../runtime/log.ts'
import { type Vendor, vendorCall } from '../runtime/vendor-call.ts'
import { wdtWords } from '../text/zh-wdt.ts'
import { md5Hex } from './digests.ts'
import { wdtFailure } from './wdt-calls.ts'

export type EnterpriseAccount = {
  readonly sid: string
  readonly appKey: string
  readonly appSecret: string
  readonly baseUrl: string
}

/** The whole answer; nested parameters are JSON text. Throws what wdtFailure says. */
export type EnterpriseCall = (
  name: string,
  params: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<Json>

/**
 * Parameters by name, each with the lengths of its name and value in characters (not bytes) before it, 2 and 4 digits wide at
 * least, joined by semicolons; the secret stands behind without a sign between.
 */
export function enterpriseSign(secret: string, params: Readonly<Record<string, string>>): string {
  const packed = Object.entries(params)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${lengthOf(name, 2)}-${name}:${lengthOf(value, 4)}-${value}`)
  return md5Hex(packed.join(';'), secret)
}

const lengthOf = (text: string, digits: number) => String([...text].length).padStart(digits, '0')

/** Signed calls; a clock that the vendor refuses is corrected by its Date header once. */
export function enterpriseCalls(
  account: EnterpriseAccount,
  { at, log }: { readonly at: Vendor; readonly log: Log },
): EnterpriseCall {
  const { sid, appKey, appSecret, baseUrl } = account
  return async (name, asked, signal) => {
    for (let corrected = false; ; corrected = true) {
      const answer = await at.call(async () => {
        const params = { ...asked, sid, appkey: appKey, timestamp: String(Math.floor(at.nowMs() / 1_000)) }
        const sent = await vendorCall({
          method: 'POST',
          url: `${baseUrl}/${name}.php`,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: String(new URLSearchParams({ ...params, sign: enterpriseSign(appSecret, params) })),
          signal,
        })
        at.sawDate(sent.dateMs)
        return sent
      }, signal)
      const body = parseJson(answer.raw, { maxBytes: answer.raw.byteLength })
      const code = jsonText(body, 'code')
      if (code === undefined) throw new BadPayload(`${name}: HTTP ${answer.status} without code`)
      if (code === '0') return body
      const words = jsonText(body, 'message') ?? ''
      log('warn', 'a call was refused', { name, code })
      if (corrected || !wdtWords.clockOff.test(words)) throw wdtFailure(name, code, words, at)
    }
  }
}
