/**
 * What an errcode asks us to do. The meaning is WeCom's (its error page, read 2026-11-22), never taken from errmsg.
 * retry: not now · refresh: with a new token · replace: the update code is spent, send a new card · give-up: never for this
 * message · alarm: never until a person has acted.
 */
export type Verdict = {
  readonly act: 'ok' | 'retry' | 'refresh' | 'replace' | 'give-up' | 'alarm'
  /** For the operator. */
  readonly reason: string
  readonly afterMs?: number
}

const minuteMs = 60_000

const table: Readonly<Record<number, Verdict>> = {
  0: { act: 'ok', reason: 'ok' },
  [-1]: { act: 'retry', reason: 'the platform is busy' },
  6000: { act: 'retry', reason: 'two changes at once' },
  40001: { act: 'refresh', reason: 'the token or the secret is wrong' },
  40014: { act: 'refresh', reason: 'the token is not valid' },
  42001: { act: 'refresh', reason: 'the token has expired' },
  40003: { act: 'give-up', reason: 'no such userid' },
  46004: { act: 'give-up', reason: 'no such member' },
  60111: { act: 'give-up', reason: 'no such userid' },
  40007: { act: 'give-up', reason: 'the media_id is wrong or older than 3 days' },
  40013: { act: 'alarm', reason: 'the corp id is wrong: compare WECOM_CORP_ID' },
  45002: { act: 'alarm', reason: 'the text is too long (a fault of ours)' },
  45009: { act: 'retry', reason: 'rate limit', afterMs: minuteMs },
  45033: { act: 'retry', reason: 'too many calls at once', afterMs: minuteMs },
  48002: { act: 'alarm', reason: 'the app has no right to this API: give it in the admin console' },
  50003: { act: 'alarm', reason: 'the app is disabled: enable it in the admin console' },
  60011: { act: 'alarm', reason: "the member is outside the app's visible range: widen it in the admin console" },
  81013: { act: 'alarm', reason: "no receiver is in the app's visible range: widen it in the admin console" },
  60020: { act: 'alarm', reason: "our address is not in the app's trusted IP list: add it in the admin console" },
  60140: { act: 'replace', reason: 'the response_code is used or expired' },
  301002: { act: 'alarm', reason: 'the secret belongs to another app: compare WECOM_AGENT_ID and WECOM_SECRET' },
  701099: { act: 'alarm', reason: 'the member has no interface licence: assign one in the admin console' },
}

/** Whole ranges of complaints about what we sent: the same message will never be taken. */
function isOurFault(errcode: number): boolean {
  const parameters = [40008, 40035, 40056, 40058, 41001, 44001, 44004, 45001, 40009]
  return parameters.includes(errcode) || (errcode >= 42014 && errcode <= 42052)
}

/** An errcode nobody described is tried again: the outbox ends that by itself and shows it. */
export function verdictOf(errcode: number): Verdict {
  const known = table[errcode]
  if (known !== undefined) return known
  if (isOurFault(errcode)) return { act: 'alarm', reason: 'the platform does not take what we sent (a fault of ours)' }
  return { act: 'retry', reason: 'unknown errcode', afterMs: minuteMs }
}
