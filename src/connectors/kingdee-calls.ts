import { BadPayload, PlatformRefused, Unreachable } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText, parseJson } from '../runtime/json.ts'
import { type Vendor, type VendorAnswer, vendorCall } from '../runtime/vendor-call.ts'
import { kingdeeWords } from '../text/zh-erp.ts'
import type { AdapterParts } from './adapter.ts'
import { gateway, loggedIn } from './kingdee-codes.ts'
import { kingdeeHeaders } from './kingdee-sign.ts'

export type KingdeeAccount = {
  /** Ends with `/k3cloud/`. */
  readonly serverUrl: string
  readonly acctId: string
  readonly user: string
  readonly lcid: number
  readonly orgNum: string
  readonly login:
    | { readonly way: 'signed' | 'app-secret'; readonly appId: string; readonly appSecret: string }
    | { readonly way: 'password'; readonly password: string }
}

export type BillQuery = {
  readonly FormId: string
  readonly FieldKeys: string
  readonly FilterString: string
  readonly OrderString: string
  readonly StartRow: number
  readonly Limit: number
}

/** Rows in the order of FieldKeys. Throws Unreachable for "later", PlatformRefused else; neither quotes the vendor. */
export type KingdeeQuery = (query: BillQuery, signal: AbortSignal) => Promise<readonly (readonly Json[])[]>

type CallParts = Pick<AdapterParts, 'tokens' | 'log'> & { readonly at: Vendor; readonly nonce: () => string }
type Asked =
  | { readonly outcome: 'rows'; readonly rows: readonly (readonly Json[])[] }
  | { readonly outcome: 'session-lost' | 'clock' }

/** An unused session ends after 20 minutes at this vendor by default (unconfirmed), so it is renewed before. */
const sessionMs = 15 * 60_000
/** Unconfirmed; the vendor gives no figure. */
const restAfterLimitMs = 10_000

const service = 'Kingdee.BOS.WebApi.ServicesStub'
const queryService = `${service}.DynamicFormService.ExecuteBillQuery.common.kdsvc`

/** Queries, signed or in a session as the account says. A lost session and a refused clock are mended once. */
export function kingdeeQuery(account: KingdeeAccount, parts: CallParts): KingdeeQuery {
  const { login } = account
  const tokenName = `kingdee:${account.acctId}:${account.user}`
  return async (query, signal) => {
    for (let mended = false; ; mended = true) {
      const session =
        login.way === 'signed' ? undefined : await parts.tokens.get(tokenName, () => newSession(account, parts, signal))
      const asked = await parts.at.call(() => askOnce(account, parts, query, session, signal), signal)
      if (asked.outcome === 'rows') return asked.rows
      if (session !== undefined) await parts.tokens.drop(tokenName, session)
      if (!mended) continue
      throw asked.outcome === 'clock'
        ? refused('the timestamp is refused: set the clock of this machine (NTP)', gateway.clock)
        : refused('the session is lost again and again: see that nobody else logs in as this user', 'session')
    }
  }
}

async function newSession(account: KingdeeAccount, parts: CallParts, signal: AbortSignal) {
  const { acctId, user, lcid, login } = account
  const [method, secret] =
    login.way === 'password'
      ? ['ValidateUser', { password: login.password }]
      : ['LoginByAppSecret', { appId: login.appId, appSecret: login.way === 'app-secret' ? login.appSecret : '' }]
  const path = `${service}.AuthService.${method}.common.kdsvc`
  const body = { acctID: acctId, username: user, ...secret, lcid }
  const answer = await parts.at.call(() => post(account, path, body, {}, signal), signal)
  const type = jsonText(bodyOf(answer), 'LoginResultType')
  if (type !== loggedIn) {
    parts.log('warn', 'a login was refused', { code: type })
    throw refused('the login is refused: see account set, user and secret', `login ${type ?? answer.status}`)
  }
  const cookies = [
    ...(answer.header('set-cookie') ?? '').matchAll(/(kdservice-sessionid|ASP\.NET_SessionId)=([^;,\s]+)/g),
  ]
  if (!cookies.some(([, name]) => name === 'kdservice-sessionid'))
    throw new BadPayload('the login came without session')
  return { token: cookies.map(([pair]) => pair).join('; '), expiresAtMs: parts.at.nowMs() + sessionMs }
}

async function askOnce(
  account: KingdeeAccount,
  { at, log, nonce }: CallParts,
  query: BillQuery,
  session: string | undefined,
  signal: AbortSignal,
): Promise<Asked> {
  const { login, serverUrl } = account
  const seconds = String(Math.floor(at.nowMs() / 1_000))
  const path = new URL(queryService, serverUrl).pathname
  const headers =
    login.way === 'signed'
      ? kingdeeHeaders({ ...account, ...login }, { path, seconds, nonce: nonce() })
      : { cookie: session ?? '' }
  const answer = await post(account, queryService, { data: { ...query, TopRowCount: 0 } }, headers, signal)
  at.sawDate(answer.dateMs)
  if (answer.status === gateway.status) return gatewayRefusal(answer, query.FormId, log)
  if (answer.status !== 200) throw new Unreachable(`kingdee: the query answered ${answer.status}`)
  const text = Buffer.from(answer.raw.subarray(0, 2_000)).toString('utf8').trimStart()
  const body = text.startsWith('response_error:') ? undefined : bodyOf(answer)
  const status = body === undefined ? undefined : refusalIn(body)
  if (body !== undefined && status === undefined) return { outcome: 'rows', rows: rowsOf(body) }
  const words = status === undefined ? text : JSON.stringify(status)
  log('warn', 'a query was refused', { form: query.FormId, code: jsonText(status, 'ErrorCode') ?? 'response_error' })
  return judged(words, query.FormId, at)
}

async function post(
  { serverUrl }: KingdeeAccount,
  path: string,
  body: object,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<VendorAnswer> {
  return vendorCall({
    method: 'POST',
    url: new URL(path, serverUrl).href,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    answersWith: [gateway.status],
    signal,
  })
}

const bodyOf = ({ raw }: VendorAnswer): Json => parseJson(raw, { maxBytes: raw.byteLength })

/** ResponseStatus that comes with HTTP 200 in place of rows: bare, or in the place of the first cell. */
function refusalIn(body: Json): Json | undefined {
  const [row] = Array.isArray(body) ? (body as readonly Json[]) : [body]
  const cell = Array.isArray(row) ? (row as readonly Json[])[0] : row
  return jsonAt(cell, 'Result', 'ResponseStatus')
}

function rowsOf(body: Json): readonly (readonly Json[])[] {
  if (Array.isArray(body) && body.every((row) => Array.isArray(row))) return body as readonly (readonly Json[])[]
  throw new BadPayload('the query came without rows')
}

function gatewayRefusal(answer: VendorAnswer, form: string, log: CallParts['log']): Asked {
  const code = jsonText(bodyOf(answer), 'errcode') ?? ''
  log('warn', 'a query was refused', { form, code })
  if (code === gateway.clock) return { outcome: 'clock' }
  if (code === gateway.signature) throw refused('the signature is refused: see app id and secret', code)
  throw new Unreachable('kingdee: its gateway wants to be asked later', { vendorCode: code })
}

/** Words are not passed on: they quote filters and data. */
function judged(words: string, form: string, at: Vendor): Asked {
  if (kingdeeWords.sessionLost.test(words)) return { outcome: 'session-lost' }
  if (kingdeeWords.busy.test(words)) {
    at.restMs(restAfterLimitMs)
    throw new Unreachable('kingdee: called too often', { retryAfterMs: restAfterLimitMs })
  }
  if (kingdeeWords.noRight.test(words)) throw refused(`the user may not query ${form}: give the right in its console`)
  if (kingdeeWords.noField.test(words))
    throw refused(`a field of ${form} is called otherwise there: see docs/connectors.md`)
  throw refused(`the query of ${form} is refused: see the log of the WebAPI in its console`)
}

function refused(message: string, vendorCode = 'query'): PlatformRefused {
  return new PlatformRefused(`kingdee: ${message}`, { retryable: false, vendorCode })
}
