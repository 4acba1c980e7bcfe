import { PlatformRefused, Unreachable } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText, parseJson } from '../runtime/json.ts'
import type { Log } from '../runtime/log.ts'
import { type Vendor, vendorCall } from '../runtime/vendor-call.ts'
import { md5Hex } from './digests.ts'

export type Kuaidi100Account = { readonly customer: string; readonly appSecret: string; readonly baseUrl: string }

export type Kuaidi100Answer =
  | { readonly outcome: 'ok'; readonly data: Json }
  /** subscribed: it was before · never: a wrong number, or a carrier it does not know · no-track: no record yet. */
  | { readonly outcome: 'subscribed' | 'never' | 'no-track' }

type Params = { readonly [name: string]: Json }

/** Throw PlatformRefused with what to do, Unreachable when it says "later". */
export type Kuaidi100Calls = {
  subscribe(param: Params, signal: AbortSignal): Promise<Kuaidi100Answer>
  query(param: Params, signal: AbortSignal): Promise<Kuaidi100Answer>
}

/** returnCode of a subscription (partly unconfirmed). */
const subscribeCodes: Readonly<Record<string, Kuaidi100Answer['outcome'] | 'later'>> = {
  '200': 'ok',
  '501': 'subscribed',
  '700': 'never',
  '701': 'never',
  '500': 'later',
}
/** returnCode of a query (unconfirmed): here 500 is "nothing found", and 408 a phone that does not fit, which shows nothing either. */
const queryCodes: Readonly<Record<string, Kuaidi100Answer['outcome'] | 'later'>> = {
  '200': 'ok',
  '500': 'no-track',
  '408': 'no-track',
  '502': 'later',
}
const repairs: Readonly<Record<string, string>> = {
  '503': 'the signature is refused: copy customer and key again',
  '600': 'the key is refused: copy customer and key again',
  '601': 'the key has expired or the account has no money left: see the console',
}
/** Unconfirmed; the vendor gives no figure. */
const restAfterBusyMs = 5_000
const restAfterQuotaMs = 600_000
const quotaCode = '601'

/** Subscriptions carry the key itself, queries a signature with it. */
export function kuaidi100Calls(account: Kuaidi100Account, parts: { at: Vendor; log: Log }): Kuaidi100Calls {
  const { customer, appSecret } = account
  return {
    subscribe: async (param, signal) => {
      const text = JSON.stringify({ ...param, key: appSecret })
      const data = await ask(account, parts, '/poll', { schema: 'json', param: text }, signal)
      return judge('subscribe', data, subscribeCodes, parts)
    },
    query: async (param, signal) => {
      const text = JSON.stringify(param)
      const form = { customer, sign: querySign(text, appSecret, customer), param: text }
      return judge('query', await ask(account, parts, '/poll/query.do', form, signal), queryCodes, parts)
    },
  }
}

/** Upper hex. */
export function querySign(param: string, appSecret: string, customer: string): string {
  return md5Hex(param, appSecret, customer).toUpperCase()
}

async function ask(
  { baseUrl }: Kuaidi100Account,
  { at }: { readonly at: Vendor },
  path: string,
  form: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Json> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded;charset=utf-8' }
  const body = new URLSearchParams(form).toString()
  const answer = await at.call(
    () => vendorCall({ method: 'POST', url: `${baseUrl}${path}`, headers, body, signal }),
    signal,
  )
  return parseJson(answer.raw, { maxBytes: answer.raw.byteLength })
}

/** HTTP is 200 throughout. An answer to a query has `status` where a refusal has returnCode. */
function judge(
  what: string,
  data: Json,
  codes: Readonly<Record<string, Kuaidi100Answer['outcome'] | 'later'>>,
  { at, log }: { readonly at: Vendor; readonly log: Log },
): Kuaidi100Answer {
  const code =
    jsonText(data, 'returnCode') ?? (jsonAt(data, 'data') === undefined ? undefined : jsonText(data, 'status'))
  const outcome = codes[code ?? '']
  if (outcome === 'ok') return { outcome, data }
  log('warn', 'a call was refused', { what, code })
  if (outcome === 'later') {
    at.restMs(restAfterBusyMs)
    throw new Unreachable(`kuaidi100 wants to be asked later`, {
      vendorCode: code ?? '',
      retryAfterMs: restAfterBusyMs,
    })
  }
  if (outcome !== undefined) return { outcome }
  if (code === quotaCode) at.restMs(restAfterQuotaMs)
  throw new PlatformRefused(`kuaidi100: ${repairs[code ?? ''] ?? `${what} was refused with ${code}`}`, {
    retryable: false,
    vendorCode: code ?? 'none',
  })
}
