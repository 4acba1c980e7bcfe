import { createHash, randomUUID } from 'node:crypto'
import { PlatformRefused, Unreachable } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText, parseJson } from '../runtime/json.ts'
import type { Log } from '../runtime/log.ts'
import { type Vendor, type VendorAnswer, vendorCall } from '../runtime/vendor-call.ts'

export type SfAccount = { readonly partnerId: string; readonly checkword: string; readonly baseUrl: string }

/** msgData of the answer. Throws PlatformRefused with the vendor's code, Unreachable when it says "later". */
export type SfCall = (service: string, data: Json, signal: AbortSignal) => Promise<Json>

/** apiResultCode (from memory, unconfirmed but for the first). */
const codes = { ok: 'A1000', clock: 'A1002', sign: 'A1006', again: 'A1007' } as const
/** Too fast, or what stands behind the gateway does not answer. */
const busyCodes: ReadonlySet<string> = new Set(['A1005', 'A1009', 'A1099'])
const repairs: Readonly<Record<string, string>> = {
  A1002: 'the time is refused: set the clock of this machine (NTP)',
  A1003: 'the address of this machine is not allowed: add it in the console',
  A1004: 'the service is not open to this account: ask for the right to query routes',
  A1006: 'the signature is refused: copy partner id and check word of this environment again',
}
const answeredCode = 'S0000'
/** Unconfirmed; the vendor gives no figure. */
const restAfterBusyMs = 5_000

/** As Java's URLEncoder writes forms: a space is +, of the other signs only * - . _ stay. */
export function javaEncoded(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}

/** base64 of the 16 bytes of the md5 of the encoded words. */
export function sfDigest(msgData: string, timestamp: string, checkword: string): string {
  return createHash('md5')
    .update(javaEncoded(msgData + timestamp + checkword))
    .digest('base64')
}

type Asked = { readonly outcome: 'ok'; readonly data: Json } | { readonly outcome: 'again'; readonly code: string }

/** Signed calls, each with a number of its own. A clock that the vendor refuses is put right by its Date header once. */
export function sfCalls(account: SfAccount, { at, log }: { readonly at: Vendor; readonly log: Log }): SfCall {
  return async (service, data, signal) => {
    for (let repeated = false; ; repeated = true) {
      const answer = await at.call(() => askOnce(account, at, service, data, signal), signal)
      at.sawDate(answer.dateMs)
      const asked = judge(service, answer, at, log)
      if (asked.outcome === 'ok') return asked.data
      if (repeated) throw refused(service, asked.code)
    }
  }
}

function askOnce(
  { partnerId, checkword, baseUrl }: SfAccount,
  at: Vendor,
  serviceCode: string,
  data: Json,
  signal: AbortSignal,
): Promise<VendorAnswer> {
  const msgData = JSON.stringify(data)
  // milliseconds; the vendor names no unit (unconfirmed)
  const timestamp = String(at.nowMs())
  const msgDigest = sfDigest(msgData, timestamp, checkword)
  const form = { partnerID: partnerId, requestID: randomUUID(), serviceCode, timestamp, msgData, msgDigest }
  return vendorCall({
    method: 'POST',
    url: `${baseUrl}/std/service`,
    headers: { 'content-type': 'application/x-www-form-urlencoded;charset=utf-8' },
    body: new URLSearchParams(form).toString(),
    signal,
  })
}

/** The gateway's code stands outside, the service's inside apiResultData, which is JSON written into a text. */
function judge(service: string, { raw, status }: VendorAnswer, at: Vendor, log: Log): Asked {
  const answer = parseJson(raw, { maxBytes: raw.byteLength })
  const code = jsonText(answer, 'apiResultCode') ?? `http-${status}`
  if (code !== codes.ok) {
    log('warn', 'a call was refused', { service, code, response: jsonText(answer, 'apiResponseID') })
    if (code === codes.clock || code === codes.again) return { outcome: 'again', code }
    if (busyCodes.has(code)) {
      at.restMs(restAfterBusyMs)
      throw new Unreachable(`${service} wants to be asked later`, { vendorCode: code, retryAfterMs: restAfterBusyMs })
    }
    throw refused(service, code)
  }
  const text = jsonText(answer, 'apiResultData') ?? ''
  const inner = parseJson(text, { maxBytes: raw.byteLength })
  const innerCode = jsonText(inner, 'errorCode') ?? 'none'
  if (jsonAt(inner, 'success') !== true || innerCode !== answeredCode) {
    log('warn', 'a call was refused', { service, code: innerCode })
    throw refused(service, innerCode)
  }
  return { outcome: 'ok', data: jsonAt(inner, 'msgData') ?? null }
}

function refused(service: string, code: string): PlatformRefused {
  const message = repairs[code] ?? `${service} was refused with ${code}`
  return new PlatformRefused(`sf-express: ${message}`, { retryable: false, vendorCode: code })
}
