import { brakeMs } from './limits.ts'

/**
 * What an answer of DingTalk asks of us. ok · stale-token: fetch a new one, once · busy: later, `afterMs` when it is known ·
 * banned: nothing at all for `afterMs` · refused: never again like this; `alarm` when a person has to repair something.
 * Reasons name codes only: the vendor's messages may quote what we sent.
 */
export type Verdict =
  | { readonly outcome: 'ok' }
  | { readonly outcome: 'stale-token'; readonly reason: string }
  | { readonly outcome: 'busy'; readonly reason: string; readonly afterMs?: number }
  | { readonly outcome: 'banned'; readonly reason: string; readonly afterMs: number }
  | { readonly outcome: 'refused'; readonly code: string; readonly reason: string; readonly alarm: boolean }
  | { readonly outcome: 'unclear'; readonly reason: string }

/** An answer as it came: `body` is undefined when it was no JSON object. */
export type Answer = {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>> | undefined
  readonly html: boolean
}

/**
 * Judges an answer of api.dingtalk.com by its `code`, then by status: the same trouble comes with different statuses.
 * https://open.dingtalk.com/document/development/server-api-error-codes-1 and how-to-process-api-throttling-on-the-dingtalk-server,
 * 2026-11-22.
 */
export function judgeApi(answer: Answer): Verdict {
  const ban = banOf(answer)
  if (ban !== undefined) return ban
  const code = typeof answer.body?.code === 'string' ? answer.body.code : ''
  if (answer.status >= 200 && answer.status < 300 && code === '')
    return answer.body === undefined ? { outcome: 'unclear', reason: 'an answer that is no JSON' } : { outcome: 'ok' }
  return judgeCode(code, answer)
}

function judgeCode(code: string, { status, body }: Answer): Verdict {
  if (code === 'InvalidAuthentication') return { outcome: 'stale-token', reason: code }
  if (/Q[pP][sSmM]LimitForAppkeyAndApi/.test(code)) return { outcome: 'busy', reason: code, afterMs: 1_000 }
  if (/Q[pP][sSmM]LimitForApi/.test(code)) return { outcome: 'busy', reason: code, afterMs: 2_000 }
  const repair = repairs.find(([pattern]) => pattern.test(code))
  if (repair !== undefined) return refused(code, `${code}: ${repair[1]}${scopesOf(body)}`, true)
  if (busyCodes.test(code)) return { outcome: 'busy', reason: code }
  // a wrong person, a closed group, a forbidden word: nothing an operator could repair
  if (personal.test(code)) return refused(code, code, false)
  if (code === '' && (status >= 500 || status === 429 || status === 408))
    return { outcome: 'busy', reason: `HTTP ${status}` }
  return refused(code || `http-${status}`, code || `HTTP ${status}`, true)
}

/** Codes a person must act on, with the act. */
const repairs: readonly (readonly [RegExp, string])[] = [
  [/^(invalidClientIdOrSecret|authFailed)/i, 'copy DINGTALK_CLIENT_ID and DINGTALK_CLIENT_SECRET again from the app'],
  [/ApiCountLimitForOrg/, 'the monthly API calls of the organisation are used up, buy more or wait for the next month'],
  [/AccessTokenPermissionDenied/, 'grant the app its permission points in the developer console'],
  [/IpNotInWhiteList/, "add this server's address to the app's list of outgoing addresses"],
  [/^(param\.)?template(NotExist|Unpublished|\.stopped)/, 'publish the card template and copy its id again'],
  [/robotCode\.(empty|auth)$/, 'DINGTALK_ROBOT_CODE is not the code of this app'],
]
const busyCodes =
  /^(Throttling|system\.?busy|system\.?error|ServiceUnavailable|send\.too\.fast|send\.byToken\.tooFast|too\.many\.)/i
const personal =
  /^(staffId\.notExisted|robot\.oto\.notExist|group\.disbanded|invalidParameter\.robotCode\.downloadCode|session\.expired|resource\.not\.found|contain\.|param\.(userIdNotExist|contentUnsafe|cardNotExist|cardAlreadyExist|openSpaceIdInvalid))/

const refused = (code: string, reason: string, alarm: boolean): Verdict => ({ outcome: 'refused', code, reason, alarm })

/** The permission points the answer names, for the operator. */
function scopesOf(body: Answer['body']): string {
  const detail = body?.accessdenieddetail
  if (typeof detail !== 'object' || detail === null || !('requiredScopes' in detail)) return ''
  const scopes = Array.isArray(detail.requiredScopes) ? detail.requiredScopes : []
  return ` (${scopes.filter((scope) => typeof scope === 'string').join(', ')})`
}

/** More than 10,000 calls in 20 s from one address: a page or this object, for five minutes (call-frequency-limit). */
function banOf({ status, body, html }: Answer): Verdict | undefined {
  const punished = body?.punish === 'deny' || body?.status === 1111
  if (!punished && !(html && status < 500)) return undefined
  return { outcome: 'banned', reason: 'this server is banned for too many calls', afterMs: brakeMs }
}

/**
 * Judges an answer of oapi.dingtalk.com, where HTTP 200 carries `errcode`.
 * https://open.dingtalk.com/document/development/server-api-error-codes-1, 2026-11-22.
 */
export function judgeOldApi(answer: Answer): Verdict {
  const ban = banOf(answer)
  if (ban !== undefined) return ban
  const errcode = Number(answer.body?.errcode ?? Number.NaN)
  if (errcode === 0) return { outcome: 'ok' }
  if (Number.isNaN(errcode)) {
    if (answer.status >= 500 || answer.status === 429) return { outcome: 'busy', reason: `HTTP ${answer.status}` }
    if (answer.status >= 400) return refused(`http-${answer.status}`, `HTTP ${answer.status}`, true)
    return { outcome: 'unclear', reason: 'an answer without errcode' }
  }
  const reason = `errcode ${errcode}`
  if (staleErrcodes.has(errcode)) return { outcome: 'stale-token', reason }
  if (errcode === 88) return answer.body?.sub_code ? refused('88', reason, true) : { outcome: 'busy', reason }
  const afterMs = busyErrcodes.get(errcode)
  if (afterMs !== undefined) return afterMs === 0 ? { outcome: 'busy', reason } : { outcome: 'busy', reason, afterMs }
  return refused(String(errcode), reason, !personalErrcodes.has(errcode))
}

const staleErrcodes = new Set([40_014, 40_001, 42_001])
/** Waits in ms; 0 = not known. 130101 and 410100: more than 20 messages a minute, then ten minutes mute. */
const busyErrcodes = new Map([
  [-1, 0],
  [15, 0],
  [90_018, 1_000],
  [90_002, 2_000],
  [130_101, 60_000],
  [410_100, 60_000],
])
/** 300001: the reply address is gone. 33012, 60121, 40104: no such person. 430101…430104: forbidden words. */
const personalErrcodes = new Set([300_001, 33_012, 60_121, 40_104, 430_101, 430_102, 430_103, 430_104])
export const sessionGone = '300001'
