import { PlatformRefused, Unreachable } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText, parseJson } from '../runtime/json.ts'
import { type Vendor, vendorCall } from '../runtime/vendor-call.ts'
import { fxiaokeWords } from '../text/zh-erp.ts'
import type { AdapterParts } from './adapter.ts'
import { listAt, wholeAt } from './wire-values.ts'

export type FxiaokeAccount = {
  readonly appId: string
  readonly appSecret: string
  readonly permanentCode: string
  /** In whose name records are written. */
  readonly openUserId: string
  readonly baseUrl: string
}

export type FxiaokeData = {
  /** Records whose field has this very value, at most two. */
  find(object: string, field: string, value: string, signal: AbortSignal): Promise<readonly Json[]>
  /** One record as it is now; undefined for an id the CRM does not have. */
  get(object: string, id: string, signal: AbortSignal): Promise<Json | undefined>
  /** Records changed since, oldest change first, at most `limit` from `offset` on. */
  changed(
    object: string,
    sinceMs: number,
    page: { readonly offset: number; readonly limit: number },
    signal: AbortSignal,
  ): Promise<readonly Json[]>
  /** The id of the new record. */
  create(object: string, fields: Fields, signal: AbortSignal): Promise<string>
  update(object: string, id: string, fields: Fields, signal: AbortSignal): Promise<void>
}

type Fields = Readonly<Record<string, string | number>>
type CallParts = Pick<AdapterParts, 'tokens' | 'log'> & { readonly at: Vendor }
type Asked = { readonly outcome: 'ok'; readonly answer: Json } | { readonly outcome: 'token' }

/** The token has ended or is another's. */
const tokenErrors: ReadonlySet<string> = new Set(['20005', '20016'])
/** 100 calls in 20 s for each interface; the error comes inside HTTP 200 without a time. */
const restMs = 20_000
/** The pack of the day is used up until midnight: asked again now and then, since somebody may buy more. */
const packRestMs = 600_000

/** Of every object, in ms. */
const modified = 'last_modified_time'

/** Objects of the firm's own have a path of their own (unconfirmed). */
const pathOf = (object: string, verb: string) =>
  object.endsWith('__c') ? `/cgi/crm/custom/v2/data/${verb}` : `/cgi/crm/v2/data/${verb}`

/** Reads and writes records of 纷享销客; a token that the vendor refuses is fetched anew once. */
export function fxiaokeData(account: FxiaokeAccount, parts: CallParts): FxiaokeData {
  const tokenName = `fxiaoke:${account.appId}`
  const call = async (path: string, body: object, signal: AbortSignal): Promise<Json> => {
    for (let renewed = false; ; renewed = true) {
      const kept = await parts.tokens.get(tokenName, () => newToken(account, parts, signal))
      const [corpId, corpAccessToken] = kept.split(' ')
      const currentOpenUserId = account.openUserId
      const asked = await ask(account, parts, path, { corpAccessToken, corpId, currentOpenUserId, ...body }, signal)
      if (asked.outcome === 'ok') return asked.answer
      await parts.tokens.drop(tokenName, kept)
      if (renewed) throw refused('the token is refused: see that the firm still authorises the app', 'token')
    }
  }
  return {
    find: async (object, field, value, signal) => {
      const filters = [{ field_name: field, operator: 'EQ', field_values: [value] }]
      const data = { dataObjectApiName: object, search_query_info: { offset: 0, limit: 2, filters, orders: [] } }
      const answer = await call(pathOf(object, 'query'), { data }, signal)
      const rows = listAt(jsonAt(answer, 'data', 'dataList'), 'dataList')
      // a query that ignores its filter must not pass for a record that is there
      return rows.filter((row) => jsonText(row, field) === value)
    },
    get: async (object, id, signal) => {
      const answer = await call(
        pathOf(object, 'get'),
        { data: { dataObjectApiName: object, objectDataId: id } },
        signal,
      )
      const record = jsonAt(answer, 'data')
      return jsonText(record, '_id') === id ? record : undefined
    },
    changed: async (object, sinceMs, { offset, limit }, signal) => {
      const filters = [{ field_name: modified, operator: 'GTE', field_values: [String(sinceMs)] }]
      const orders = [{ fieldName: modified, isAsc: true }]
      const data = { dataObjectApiName: object, search_query_info: { offset, limit, filters, orders } }
      const answer = await call(pathOf(object, 'query'), { data }, signal)
      return listAt(jsonAt(answer, 'data', 'dataList'), 'dataList')
    },
    create: async (object, fields, signal) => {
      const data = { object_data: { dataObjectApiName: object, ...fields } }
      const answer = await call(pathOf(object, 'create'), { triggerApprovalFlow: false, data }, signal)
      return jsonText(answer, 'dataId') ?? ''
    },
    update: async (object, id, fields, signal) => {
      const data = { object_data: { dataObjectApiName: object, _id: id, ...fields } }
      await call(pathOf(object, 'update'), { triggerApprovalFlow: false, data }, signal)
    },
  }
}

async function newToken(account: FxiaokeAccount, parts: CallParts, signal: AbortSignal) {
  const { appId, appSecret, permanentCode } = account
  const body = { appId, appSecret, permanentCode }
  const asked = await ask(account, parts, '/cgi/corpAccessToken/get/V2', body, signal)
  const answer = asked.outcome === 'ok' ? asked.answer : undefined
  const [token, corpId] = [jsonText(answer, 'corpAccessToken'), jsonText(answer, 'corpId')]
  const lifeS = wholeAt(jsonAt(answer, 'expiresIn'), 'expiresIn')
  if (token === undefined || corpId === undefined || lifeS === undefined)
    throw refused('no token was given: see app id, secret and permanent code', 'token')
  return { token: `${corpId} ${token}`, expiresAtMs: parts.at.nowMs() + lifeS * 1_000 }
}

async function ask(
  { baseUrl }: FxiaokeAccount,
  { at, log }: CallParts,
  path: string,
  body: object,
  signal: AbortSignal,
): Promise<Asked> {
  const headers = { 'content-type': 'application/json' }
  const request = { method: 'POST', url: `${baseUrl}${path}`, headers, body: JSON.stringify(body), signal } as const
  const { raw, status } = await at.call(() => vendorCall(request), signal)
  const answer = parseJson(raw, { maxBytes: raw.byteLength })
  const code = jsonText(answer, 'errorCode') ?? `http-${status}`
  if (code === '0') return { outcome: 'ok', answer }
  log('warn', 'a call was refused', { path, code })
  if (tokenErrors.has(code)) return { outcome: 'token' }
  const words = `${jsonText(answer, 'errorMessage') ?? ''} ${jsonText(answer, 'errorDescription') ?? ''}`
  const waitMs = fxiaokeWords.pack.test(words) ? packRestMs : fxiaokeWords.busy.test(words) ? restMs : undefined
  if (waitMs === undefined) throw refused(`${path} was refused with ${code}: see its console`, code)
  at.restMs(waitMs)
  throw new Unreachable('fxiaoke: called too often', { vendorCode: code, retryAfterMs: waitMs })
}

function refused(message: string, vendorCode: string): PlatformRefused {
  return new PlatformRefused(`fxiaoke: ${message}`, { retryable: false, vendorCode })
}
