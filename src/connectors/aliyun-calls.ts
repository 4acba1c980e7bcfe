import { createHash, randomUUID } from 'node:crypto'
import { PlatformRefused, Unreachable } from '../runtime/errors.ts'
import { type Json, jsonText, parseJson } from '../runtime/json.ts'
import type { Log } from '../runtime/log.ts'
import { type Vendor, type VendorAnswer, vendorCall } from '../runtime/vendor-call.ts'
import { clockOff, nonceUsed, repairs, unknownOutcome } from './aliyun-codes.ts'
import { hmacHex } from './digests.ts'

export type AliyunAccount = {
  readonly accessKeyId: string
  readonly accessKeySecret: string
  readonly baseUrl: string
}

type Params = Readonly<Record<string, string>>

export type AliyunAnswer =
  | { readonly outcome: 'ok'; readonly data: Json }
  /** `error` says what to do. `words` are the vendor's and may quote the call: not for logs. */
  | { readonly outcome: 'refused'; readonly code: string; readonly words: string; readonly error: PlatformRefused }

/** Throws Unreachable when nobody knows whether the call was carried out. */
export type AliyunCall = (action: string, params: Params, signal: AbortSignal) => Promise<AliyunAnswer>

const version = '2017-05-25'
const algorithm = 'ACS3-HMAC-SHA256'

/** RFC 3986: encodeURIComponent leaves these five. */
export function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** Names in their order, `name=` kept where the value is empty. */
export function canonicalQuery(params: Params): string {
  const pairs = Object.entries(params).map(([name, value]) => [encoded(name), encoded(value)] as const)
  return pairs
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

type Signing = Pick<AliyunAccount, 'accessKeyId' | 'accessKeySecret'> & {
  readonly path: string
  readonly query: string
  /** host, content-type and x-acs-*, by small names; all of them are signed. */
  readonly headers: Params
}

/** The Authorization of a POST (ACS3-HMAC-SHA256, signature page of the vendor, 2026-11-22). */
export function authorization({ accessKeyId, accessKeySecret, path, query, headers }: Signing): string {
  const sorted = Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1))
  const names = sorted.map(([name]) => name).join(';')
  const lines = sorted.map(([name, value]) => `${name}:${value.trim()}\n`).join('')
  const canonical = ['POST', path, query, lines, names, headers['x-acs-content-sha256'] ?? ''].join('\n')
  const signature = hmacHex('sha256', accessKeySecret, `${algorithm}\n${sha256Hex(canonical)}`)
  return `${algorithm} Credential=${accessKeyId},SignedHeaders=${names},Signature=${signature}`
}

function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

const emptyHash = sha256Hex('')

/** Signed calls, each with a nonce of its own. A clock that the vendor refuses is put right by its Date header once. */
export function aliyunCalls(account: AliyunAccount, parts: { readonly at: Vendor; readonly log: Log }): AliyunCall {
  const { at, log } = parts
  return async (action, params, signal) => {
    for (let repeated = false; ; repeated = true) {
      const answer = await at.call(() => askOnce(account, at, action, params, signal), signal)
      at.sawDate(answer.dateMs)
      const judged = judge(action, answer, log)
      if (repeated || judged.outcome === 'ok' || !mayRepeat(judged.code)) return judged
    }
  }
}

const mayRepeat = (code: string) => clockOff.test(code) || nonceUsed.test(code)

async function askOnce(
  account: AliyunAccount,
  at: Vendor,
  action: string,
  params: Params,
  signal: AbortSignal,
): Promise<VendorAnswer> {
  const { host, pathname } = new URL(account.baseUrl)
  const query = canonicalQuery(params)
  const headers = {
    host,
    'x-acs-action': action,
    'x-acs-content-sha256': emptyHash,
    'x-acs-date': new Date(at.nowMs()).toISOString().replace(/\.\d+Z$/, 'Z'),
    'x-acs-signature-nonce': randomUUID(),
    'x-acs-version': version,
  }
  // fetch sets host by itself
  const { host: _, ...sent } = headers
  return vendorCall({
    method: 'POST',
    url: `${account.baseUrl}?${query}`,
    headers: { ...sent, authorization: authorization({ ...account, path: pathname, query, headers }) },
    signal,
  })
}

/** Refusals come with HTTP 200 and a Code, or with 4xx and a Code. Their Message may quote the call, so only words of ours go on. */
function judge(action: string, { raw, status }: VendorAnswer, log: Log): AliyunAnswer {
  const answer = readable(action, raw)
  const code = jsonText(answer, 'Code') ?? `http-${status}`
  if (status === 200 && code === 'OK') return { outcome: 'ok', data: answer }
  log('warn', 'a call was refused', { action, code, request: jsonText(answer, 'RequestId') })
  if (unknownOutcome.test(code)) throw new Unreachable(`${action} ended with ${code}`, { vendorCode: code })
  const repair = clockOff.test(code) ? 'the time is refused: set the clock of this machine (NTP)' : repairs[code]
  const message = `aliyun: ${repair ?? `${action} was refused with ${code}`}`
  const error = new PlatformRefused(message, { retryable: false, vendorCode: code })
  return { outcome: 'refused', code, words: jsonText(answer, 'Message') ?? '', error }
}

/** What cannot be read is no answer: the call may have been carried out. */
function readable(action: string, raw: Uint8Array): Json {
  try {
    return parseJson(raw, { maxBytes: raw.byteLength })
  } catch (cause) {
    throw new Unreachable(`${action} was answered with something else than JSON`, { cause })
  }
}
