import type { SendBudget, SharedToken } from '../../src/chat/ports.ts'
import type { Clock } from '../../src/runtime/clock.ts'
import { PlatformRefused, Unreachable } from '../../src/runtime/errors.ts'
import { errorFields, type Log } from '../../src/runtime/log.ts'
import { type Call, callJson } from './call.ts'
import { type Answer, judgeApi, judgeOldApi, type Verdict } from './errcode.ts'
import { isReplyHost } from './hosts.ts'
import { apiWindows, brakeMs, healthTimeoutMs } from './limits.ts'
import { within } from './within.ts'

/** The part of the configuration that DingTalk's HTTP calls need (src/config.ts has its shape). */
export type DingtalkAccount = {
  readonly clientId: string
  readonly clientSecret: string
  readonly robotCode: string
  readonly cardTemplateId: string | undefined
  readonly apiBase: string
  readonly oapiBase: string
}

export type ApiParts = {
  readonly config: DingtalkAccount
  readonly sharedToken: SharedToken
  readonly sendBudget: SendBudget
  readonly clock: Clock
  readonly log: Log
}

type Outcome = { readonly verdict: Verdict; readonly body: Readonly<Record<string, unknown>> }

export type DingtalkApi = {
  /**
   * One call with our token: refreshed once when stale, held to 20/s (`api`: its name where the path
   * holds ids), none while the brake is on. The vendor's trouble is a verdict. */
  request(method: Call['method'], path: string, body: unknown, api?: string): Promise<Outcome>
  /** The same for a path of oapi.dingtalk.com, which takes the token in its query. */
  requestOld(path: string, body: unknown): Promise<Outcome>
  /** Posts to a reply address; no token, no quota. */
  postToSession(url: string, body: unknown): Promise<Verdict>
  /** Undefined when a token can be had, else what to do. */
  checkToken(): Promise<string | undefined>
}

/** Speaks to api.dingtalk.com for one app. State: only the brake. */
export function dingtalkApi(parts: ApiParts): DingtalkApi {
  const brake = brakeOf(parts)
  const tokenName = `dingtalk:${parts.config.clientId}`
  const token = () => parts.sharedToken.get(tokenName, () => fetchToken(parts, brake))

  async function attempt(call: Omit<Call, 'token'>): Promise<Outcome> {
    const held = brake.verdict()
    if (held !== undefined) return { verdict: held, body: {} }
    const current = await token()
    const answer = await callJson({ ...call, token: current })
    const verdict = brake.watch(judgeApi(answer))
    if (verdict.outcome === 'stale-token') await parts.sharedToken.drop(tokenName, current)
    return { verdict, body: answer.body ?? {} }
  }

  async function attemptOld(path: string, body: unknown): Promise<Outcome> {
    const held = brake.verdict()
    if (held !== undefined) return { verdict: held, body: {} }
    const current = await token()
    const url = `${parts.config.oapiBase}${path}?access_token=${encodeURIComponent(current)}`
    const answer = await callJson({ method: 'POST', url, body })
    const verdict = brake.watch(judgeOldApi(answer))
    if (verdict.outcome === 'stale-token') await parts.sharedToken.drop(tokenName, current)
    return { verdict, body: answer.body ?? {} }
  }

  async function paced(api: string, call: () => Promise<Outcome>): Promise<Outcome> {
    const budget = await parts.sendBudget.take(`${tokenName}:${api}`, apiWindows)
    if (budget.outcome === 'wait') return busy('our own rate', budget.afterMs)
    const first = await settled(call())
    return first.verdict.outcome === 'stale-token' ? settled(call()) : first
  }

  return {
    request: (method, path, body, api = path) =>
      paced(api, () => attempt({ method, url: `${parts.config.apiBase}${path}`, body })),
    requestOld: (path, body) => paced(path, () => attemptOld(path, body)),
    async postToSession(url, body) {
      // checked when it came in; checked again because it was stored in between
      if (!isReplyHost(url, parts.config.oapiBase))
        return { outcome: 'refused', code: 'host', reason: 'the reply address is not of DingTalk', alarm: true }
      const held = brake.verdict()
      if (held?.outcome === 'banned') return held
      const sent = await settled(
        callJson({ method: 'POST', url, body }).then((answer: Answer) => ({ verdict: judgeOldApi(answer), body: {} })),
      )
      return brake.watch(sent.verdict)
    },
    async checkToken() {
      const held = brake.verdict()
      if (held !== undefined && 'reason' in held) return held.reason
      const asked = settled(token().then(() => ({ verdict: { outcome: 'ok' }, body: {} })))
      const answer = await within(asked, healthTimeoutMs, (error) =>
        parts.log('warn', 'a late token failed', errorFields(error)),
      )
      if (answer === undefined) return 'DingTalk gives no access token in time'
      return 'reason' in answer.verdict ? answer.verdict.reason : undefined
    },
  }
}

const busy = (reason: string, afterMs: number): Outcome => ({
  verdict: { outcome: 'busy', reason, afterMs },
  body: {},
})

/** Errors of a call as verdicts; anything else is a bug and goes on. */
async function settled(call: Promise<Outcome>): Promise<Outcome> {
  try {
    return await call
  } catch (error) {
    if (error instanceof Unreachable) return { verdict: { outcome: 'unclear', reason: error.message }, body: {} }
    if (error instanceof PlatformRefused) return { verdict: verdictOf(error), body: {} }
    throw error
  }
}

function verdictOf(error: PlatformRefused): Verdict {
  const { message: reason, retryAfterMs } = error
  if (!error.retryable) return { outcome: 'refused', code: error.vendorCode ?? '', reason, alarm: true }
  return retryAfterMs === undefined ? { outcome: 'busy', reason } : { outcome: 'busy', reason, afterMs: retryAfterMs }
}

/**
 * A fresh token. The vendor gives the running one again and extends it, so two at once do no harm.
 * Throws PlatformRefused or Unreachable. https://open.dingtalk.com/document/development/obtain-the-access-token-of-an-internal-app
 */
async function fetchToken(parts: ApiParts, brake: Brake) {
  const { config, clock } = parts
  const answer = await callJson({
    method: 'POST',
    url: `${config.apiBase}/v1.0/oauth2/accessToken`,
    body: { appKey: config.clientId, appSecret: config.clientSecret },
  })
  const verdict = brake.watchToken(judgeApi(answer))
  const { accessToken, expireIn } = answer.body ?? {}
  if (verdict.outcome !== 'ok') {
    const afterMs = 'afterMs' in verdict ? verdict.afterMs : undefined
    throw new PlatformRefused(`no access token, ${verdict.reason}`, {
      retryable: verdict.outcome !== 'refused' && verdict.outcome !== 'stale-token',
      ...(afterMs === undefined ? {} : { retryAfterMs: afterMs }),
      ...('code' in verdict ? { vendorCode: verdict.code } : {}),
    })
  }
  if (typeof accessToken !== 'string' || accessToken === '' || !(Number(expireIn) > 0))
    throw new Unreachable('the token answer has no token')
  return { token: accessToken, expiresAtMs: clock.nowMs() + Number(expireIn) * 1_000 }
}

type Brake = {
  verdict(): Verdict | undefined
  /** Puts the brake on when we are banned. */
  watch(verdict: Verdict): Verdict
  /** Puts it on also when the key pair is refused: one try, then a person has to act (reliability R7c). */
  watchToken(verdict: Verdict): Verdict
}

function brakeOf({ clock, log }: ApiParts): Brake {
  let held: { readonly verdict: Verdict; readonly untilMs: number } | undefined
  const pull = (verdict: Verdict, forMs: number) => {
    held = { verdict, untilMs: clock.nowMs() + forMs }
    log('error', 'DingTalk calls stopped for a while', { reason: 'reason' in verdict ? verdict.reason : '', forMs })
  }
  const watch = (verdict: Verdict) => {
    if (verdict.outcome === 'banned') pull(verdict, verdict.afterMs)
    return verdict
  }
  return {
    verdict() {
      const leftMs = (held?.untilMs ?? 0) - clock.nowMs()
      if (held === undefined || leftMs <= 0) return undefined
      return held.verdict.outcome === 'banned' ? { ...held.verdict, afterMs: leftMs } : held.verdict
    },
    watch,
    watchToken(verdict) {
      if (verdict.outcome === 'refused') pull(verdict, brakeMs)
      return watch(verdict)
    },
  }
}
