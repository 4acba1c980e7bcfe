import { PlatformRefused, Unreachable } from '../runtime/errors.ts'
import { type Json, jsonText, parseJson } from '../runtime/json.ts'
import { type Vendor, vendorCall } from '../runtime/vendor-call.ts'
import { u8Words } from '../text/zh-erp.ts'
import type { AdapterParts } from './adapter.ts'

export type U8Account = {
  readonly fromAccount: string
  readonly toAccount: string
  readonly appKey: string
  readonly appSecret: string
  readonly dsSequence?: number | undefined
  readonly baseUrl: string
}

type Query = Readonly<Record<string, string>>

/** The whole answer; undefined where the vendor says "no rows". Throws Unreachable for "later", PlatformRefused else. */
export type U8Call = (path: string, query: Query, signal: AbortSignal) => Promise<Json | undefined>

type CallParts = Pick<AdapterParts, 'tokens' | 'log'> & { readonly at: Vendor }
type Asked = { readonly outcome: 'ok'; readonly answer: Json } | { readonly outcome: 'none' | 'token' }

/** A token lives 7,200 s and is renewed at 6,000 s; the keeper of tokens takes off another tenth, at most 300 s. */
const tokenMs = 6_300_000
const ok = '0'
/** "Nothing found" is an error at this vendor. */
const noRows = '20002'
/** Unconfirmed: the gate gives no figure. */
const restAfterLimitMs = 30_000
/** The agent on the firm's server is off at night or while a month is closed. */
const restAfterOffMs = 120_000

/**
 * Calls of 用友 U8 OpenAPI, which signs nothing: key and token stand in the query, so no address is ever logged. One token is shared
 * by all processes; one that the vendor's words refuse is fetched anew once.
 */
export function u8Calls(account: U8Account, parts: CallParts): U8Call {
  const { fromAccount, toAccount, appKey, dsSequence } = account
  const tokenName = `u8:${appKey}:${fromAccount}`
  const fixed = {
    from_account: fromAccount,
    to_account: toAccount,
    app_key: appKey,
    ...(dsSequence !== undefined && { ds_sequence: String(dsSequence) }),
  }
  return async (path, query, signal) => {
    for (let renewed = false; ; renewed = true) {
      const token = await parts.tokens.get(tokenName, () => newToken(account, parts, signal))
      const asked = await ask(account, parts, path, { ...query, ...fixed, token }, signal)
      if (asked.outcome === 'ok') return asked.answer
      if (asked.outcome === 'none') return undefined
      await parts.tokens.drop(tokenName, token)
      if (renewed) throw refused('the token is refused: see that the app is authorised for this account set', 'token')
    }
  }
}

async function newToken(account: U8Account, parts: CallParts, signal: AbortSignal) {
  const { fromAccount, appKey, appSecret } = account
  const query = { from_account: fromAccount, app_key: appKey, app_secret: appSecret }
  const asked = await ask(account, parts, '/system/token', query, signal)
  const token = asked.outcome === 'ok' ? jsonText(asked.answer, 'token', 'id') : undefined
  if (token === undefined) throw refused('no token was given: see fromAccount, app key and secret', 'token')
  return { token, expiresAtMs: parts.at.nowMs() + tokenMs }
}

async function ask(
  { baseUrl }: U8Account,
  { at, log }: CallParts,
  path: string,
  query: Query,
  signal: AbortSignal,
): Promise<Asked> {
  const url = `${baseUrl}${path}?${new URLSearchParams(query)}`
  const { raw, status } = await at.call(() => vendorCall({ method: 'GET', url, signal }), signal)
  const answer = parseJson(raw, { maxBytes: raw.byteLength })
  // "0" and 0 are the same: compared as text
  const code = jsonText(answer, 'errcode') ?? `http-${status}`
  if (code === ok) return { outcome: 'ok', answer }
  if (code === noRows) return { outcome: 'none' }
  log('warn', 'a call was refused', { path, code })
  const words = jsonText(answer, 'errmsg') ?? ''
  if (u8Words.agentOff.test(words) || u8Words.closed.test(words)) throw later(at, path, code, restAfterOffMs)
  if (u8Words.busy.test(words)) throw later(at, path, code, restAfterLimitMs)
  if (u8Words.token.test(words)) return { outcome: 'token' }
  throw refused(`${path} was refused with ${code}: see its console`, code)
}

function later(at: Vendor, path: string, vendorCode: string, ms: number): Unreachable {
  at.restMs(ms)
  return new Unreachable(`u8: ${path} wants to be asked later: see that the agent on its server runs`, {
    vendorCode,
    retryAfterMs: ms,
  })
}

function refused(message: string, vendorCode: string): PlatformRefused {
  return new PlatformRefused(`u8: ${message}`, { retryable: false, vendorCode })
}
