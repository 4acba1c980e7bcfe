import { BadPayload, PlatformRefused } from '../runtime/errors.ts'
import { jsonAt, jsonText, parseJson } from '../runtime/json.ts'
import { type Vendor, vendorCall } from '../runtime/vendor-call.ts'
import type { AdapterParts } from './adapter.ts'
import { secondsAt } from './wire-values.ts'

export type JdAuthorisation = {
  readonly appKey: string
  readonly appSecret: string
  readonly accessToken?: string | undefined
  readonly refreshToken?: string | undefined
  readonly oauthUrl: string
}

/** Both halves stand in one shared token, since renewing gives both anew and the old refresh token may be used up by it. */
type Pair = { readonly access: string; readonly refresh?: string | undefined }

/** How long a token lives is unconfirmed: one from the settings, or without a life of its own, is looked at again after so long. */
const unknownLifeMs = 24 * 3_600_000

export type JdTokens = {
  current(signal: AbortSignal): Promise<string>
  /** The vendor refused it: the next one is renewed. */
  refused(token: string): Promise<void>
}

/** The shop's token, shared by all processes and renewed by one of them at a time. Throws PlatformRefused when a person has to authorise anew. */
export function jdTokens(account: JdAuthorisation, tokens: AdapterParts['tokens'], at: Vendor, name: string): JdTokens {
  const tokenName = `jd:${account.appKey}:${name}`
  const handed = new Map<string, string>()
  return {
    current: async (signal) => {
      const kept = await tokens.get(tokenName, (last) => next(account, at, pairOf(last), signal))
      const { access } = pairOf(kept) ?? {}
      if (access === undefined) throw new BadPayload('jd: the token that is kept cannot be read')
      handed.clear()
      handed.set(access, kept)
      return access
    },
    refused: async (token) => {
      const kept = handed.get(token)
      if (kept !== undefined) await tokens.drop(tokenName, kept)
    },
  }
}

/** What was kept is renewed; where that is refused, what the settings hold may be newer: a person authorised anew. */
async function next(account: JdAuthorisation, at: Vendor, last: Pair | undefined, signal: AbortSignal) {
  const { accessToken, refreshToken } = account
  const given = () =>
    accessToken === undefined || accessToken === last?.access
      ? undefined
      : keep({ access: accessToken, refresh: refreshToken }, at.nowMs() + unknownLifeMs)
  if (last === undefined && accessToken !== undefined) return given() ?? refuse()
  for (const refresh of new Set([last?.refresh, refreshToken])) {
    if (refresh === undefined) continue
    try {
      return await renewed(account, at, refresh, signal)
    } catch (error) {
      if (!(error instanceof PlatformRefused)) throw error
    }
  }
  return given() ?? refuse()
}

function refuse(): never {
  throw reauthorise('its token ended and could not be renewed')
}

async function renewed(account: JdAuthorisation, at: Vendor, refresh: string, signal: AbortSignal) {
  const { appKey, appSecret, oauthUrl } = account
  const answer = await vendorCall({
    method: 'POST',
    url: `${oauthUrl}/oauth2/refresh_token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded;charset=utf-8' },
    // in the body: addresses end up in logs of proxies
    body: new URLSearchParams({
      app_key: appKey,
      app_secret: appSecret,
      grant_type: 'refresh_token',
      refresh_token: refresh,
    }).toString(),
    signal,
  })
  at.sawDate(answer.dateMs)
  const told = parseJson(answer.raw, { maxBytes: answer.raw.byteLength })
  const access = jsonText(told, 'access_token')
  if (access === undefined || access === '') throw reauthorise('its token could not be renewed')
  const lifeMs = secondsAt(jsonAt(told, 'expires_in'), 'expires_in') ?? unknownLifeMs
  return keep({ access, refresh: jsonText(told, 'refresh_token') ?? refresh }, at.nowMs() + lifeMs)
}

function keep(pair: Pair, expiresAtMs: number) {
  return { token: JSON.stringify(pair), expiresAtMs }
}

/** undefined for what was kept in another shape. */
function pairOf(kept: string | undefined): Pair | undefined {
  if (kept === undefined) return undefined
  try {
    const read = parseJson(Buffer.from(kept))
    const access = jsonText(read, 'access')
    return access === undefined ? undefined : { access, refresh: jsonText(read, 'refresh') }
  } catch (error) {
    if (error instanceof BadPayload) return undefined
    throw error
  }
}

export function reauthorise(why: string): PlatformRefused {
  return new PlatformRefused(`jd: the shop needs re-authorising, ${why}: authorise the app again`, {
    retryable: false,
    vendorCode: 'token',
  })
}
