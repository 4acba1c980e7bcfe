import { BadPayload, PlatformRefused, Unreachable } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText, parseJson } from '../runtime/json.ts'
import type { Log } from '../runtime/log.ts'
import { type Vendor, type VendorAnswer, vendorCall } from '../runtime/vendor-call.ts'
import { wdtWords } from '../text/zh-wdt.ts'
import { md5Hex } from './digests.ts'

export type FlagshipAccount = {
  readonly sid: string
  readonly appKey: string
  /** As the vendor gives it: `secret:salt`. */
  readonly appSecret: string
  readonly baseUrl: string
}

export type Paged = { readonly page: number; readonly size: number; readonly withTotal: boolean }

/** `data` of the answer; `args` are the method's arguments in their order. Throws what wdtFailure says. */
export type FlagshipCall = (
  method: string,
  args: readonly unknown[],
  signal: AbortSignal,
  paged?: Paged,
) => Promise<Json>

/** Seconds are counted from 2012-01-01 00:00 Beijing. */
const flagshipEpochS = 1_325_347_200
/** The vendor asks to be left alone for 5 to 10 minutes after it said "too often". */
export const restMs = 5 * 60_000

/** md5 over all parameters and the body's text, by name, between two secrets. What is sent must be this very body. */
export function flagshipSign(secret: string, query: Readonly<Record<string, string>>, body: string): string {
  const all = Object.entries({ ...query, body }).sort(([a], [b]) => (a < b ? -1 : 1))
  return md5Hex(secret, ...all.flat(), secret)
}

type Parts = { readonly at: Vendor; readonly log: Log }

/** Signed calls; a clock that the vendor refuses is corrected by its Date header once. */
export function flagshipCalls(account: FlagshipAccount, { at, log }: Parts): FlagshipCall {
  return async (method, args, signal, paged) => {
    for (let corrected = false; ; corrected = true) {
      const answer = await at.call(() => send(account, at, { method, args, paged }, signal), signal)
      const body = parseJson(answer.raw, { maxBytes: answer.raw.byteLength })
      const status = jsonText(body, 'status')
      if (status === undefined) throw new BadPayload(`${method}: HTTP ${answer.status} without status`)
      if (status === '0') return jsonAt(body, 'data') ?? null
      const words = jsonText(body, 'message') ?? ''
      log('warn', 'a call was refused', { method, status })
      if (corrected || !wdtWords.clockOff.test(words)) throw wdtFailure(method, status, words, at)
    }
  }
}

async function send(
  { sid, appKey, appSecret, baseUrl }: FlagshipAccount,
  at: Vendor,
  {
    method,
    args,
    paged,
  }: { readonly method: string; readonly args: readonly unknown[]; readonly paged: Paged | undefined },
  signal: AbortSignal,
): Promise<VendorAnswer> {
  const [secret = '', salt = ''] = appSecret.split(':')
  const body = JSON.stringify(args)
  const query = {
    sid,
    key: appKey,
    salt,
    method,
    v: '1.0',
    timestamp: String(Math.floor(at.nowMs() / 1_000) - flagshipEpochS),
    ...(paged && {
      page_size: String(paged.size),
      page_no: String(paged.page),
      calc_total: paged.withTotal ? '1' : '0',
    }),
  }
  const signed = new URLSearchParams({ ...query, sign: flagshipSign(secret, query, body) })
  const answer = await vendorCall({
    method: 'POST',
    url: `${baseUrl}?${signed}`,
    headers: { 'content-type': 'application/json' },
    body,
    signal,
  })
  at.sawDate(answer.dateMs)
  return answer
}

/**
 * What the vendor's words mean, since it has no codes for it: Unreachable for "too often" (nobody calls it for five minutes),
 * PlatformRefused for the rest, with `needs a person` where only its console helps. Words are not passed on: they quote data.
 */
export function wdtFailure(method: string, code: string, words: string, at: Pick<Vendor, 'restMs'>): Error {
  if (wdtWords.busy.test(words)) {
    at.restMs(restMs)
    return new Unreachable(`${method}: called too often`, { vendorCode: code, retryAfterMs: restMs })
  }
  return new PlatformRefused(`${method} was refused: ${reasonIn(words)}`, { retryable: false, vendorCode: code })
}

/** The vendor's words as one of few reasons without data in them. */
export function reasonIn(words: string): string {
  if (wdtWords.shopRight.test(words))
    return 'the account has no right to the shop: give it in the console of the vendor'
  if (wdtWords.noWarehouse.test(words)) return 'the warehouse does not exist'
  if (wdtWords.badSpan.test(words)) return 'the span of time is not allowed'
  if (wdtWords.badSign.test(words)) return 'the signature is refused: see app key and secret'
  if (wdtWords.clockOff.test(words)) return 'the timestamp is refused: set the clock of this machine (NTP)'
  if (wdtWords.noOrder.test(words)) return 'the vendor has no such order'
  return 'for a reason of its own: see its console'
}
