import type { Clock } from './clock.ts'
import { PlatformRefused, Unreachable } from './errors.ts'

/** One HTTP call to a vendor, bounded in time and size; and what all calls to one vendor share: pace, breaker, clock skew. */

export type VendorRequest = {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs?: number
  /** Bytes of answer that are read at most. */
  readonly maxBytes?: number
  /** Statuses of 500 and above that this vendor answers with, so that their body is read. */
  readonly answersWith?: readonly number[]
}

export type VendorAnswer = {
  readonly status: number
  readonly raw: Uint8Array
  /** The vendor's clock by its Date header. */
  readonly dateMs?: number
  readonly header: (name: string) => string | undefined
}

const defaultTimeoutMs = 10_000
const defaultMaxBytes = 8 * 1024 * 1024

/** Throws Unreachable when there was no answer, or HTTP says "later"; never follows a redirect; names no query in messages. */
export async function vendorCall(request: VendorRequest): Promise<VendorAnswer> {
  const { method, url, headers = {}, body, signal, timeoutMs = defaultTimeoutMs, maxBytes = defaultMaxBytes } = request
  const limit = AbortSignal.timeout(timeoutMs)
  const place = placeOf(url)
  let response: Response
  let raw: Uint8Array | undefined
  try {
    response = await fetch(url, {
      method,
      headers,
      ...(body !== undefined && { body: typeof body === 'string' ? body : new Uint8Array(body) }),
      redirect: 'error',
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    })
    raw = await readAtMost(response, maxBytes)
  } catch (cause) {
    throw new Unreachable(`${place} did not answer`, { cause })
  }
  if (raw === undefined) throw new Unreachable(`${place} sent more than ${maxBytes} bytes`)
  const { status } = response
  if ((status === 429 || status >= 500) && request.answersWith?.includes(status) !== true) {
    const afterMs = retryAfterMs(response.headers.get('retry-after'))
    throw new Unreachable(`${place} answered ${status}`, afterMs === undefined ? {} : { retryAfterMs: afterMs })
  }
  const date = Date.parse(response.headers.get('date') ?? '')
  return {
    status,
    raw,
    ...(!Number.isNaN(date) && { dateMs: date }),
    header: (name) => response.headers.get(name) ?? undefined,
  }
}

/** Host and path only: queries of vendors hold tokens. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`
}

function retryAfterMs(text: string | null): number | undefined {
  const seconds = Number(text)
  return text !== null && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined
}

async function readAtMost(from: Response, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of from.body ?? []) {
    length += (chunk as Uint8Array).byteLength
    if (length > maxBytes) {
      await from.body?.cancel().catch(() => undefined)
      return undefined
    }
    chunks.push(chunk as Uint8Array)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

export type Vendor = {
  /** Runs one call at the vendor's pace. Throws Unreachable at once while the breaker is open. */
  call<T>(run: () => Promise<T>, signal?: AbortSignal): Promise<T>
  /** The vendor's time: ours corrected by what its answers said. */
  nowMs(): number
  /** An answer's Date header, for the correction. */
  sawDate(dateMs: number | undefined): void
  /** The vendor said that we are too fast, in words of its own: nobody calls for so long. */
  restMs(ms: number): void
}

export type VendorOptions = {
  readonly name: string
  readonly clock: Clock
  /** Calls a second, spread evenly. */
  readonly perSecond: number
  /** Calls at the same time. */
  readonly atOnce?: number
  /** Called once when its clock is found to be more than a minute off ours, and again after the two have agreed in between. */
  readonly onSkew?: (skewMs: number) => void
}

/** After so many failures in a row nobody calls for a while: a dead vendor must not hold up those who ask. */
const breaksAfter = 5
const brokenMs = 30_000
/** Below that a difference is the network's. */
const leastSkewMs = 2_000
/** Vendors refuse calls from 2 minutes on; before that somebody should have a look at the clock. */
const alarmingSkewMs = 60_000

/** What all calls to one vendor share, in this process. */
export function vendor({ name, clock, perSecond, atOnce = 4, onSkew }: VendorOptions): Vendor {
  const gapMs = 1_000 / perSecond
  let nextMs = 0
  let restUntilMs = 0
  let skewMs = 0
  let failures = 0
  let running = 0
  const waiting: (() => void)[] = []

  const enter = async (signal?: AbortSignal): Promise<void> => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
    running += 1
    const startMs = Math.max(clock.nowMs(), nextMs)
    nextMs = startMs + gapMs
    const waitMs = startMs - clock.nowMs()
    if (waitMs > 0) await clock.sleep(waitMs, signal ?? new AbortController().signal)
  }
  const leave = () => {
    running -= 1
    waiting.shift()?.()
  }

  return {
    call: async (run, signal) => {
      const waitMs = restUntilMs - clock.nowMs()
      if (waitMs > 0) throw new Unreachable(`${name} is left alone for a while`, { retryAfterMs: waitMs })
      await enter(signal)
      try {
        const result = await run()
        failures = 0
        return result
      } catch (error) {
        if (error instanceof Unreachable && signal?.aborted !== true) {
          failures += 1
          if (failures >= breaksAfter) restUntilMs = Math.max(restUntilMs, clock.nowMs() + brokenMs)
        } else if (error instanceof PlatformRefused) failures = 0
        throw error
      } finally {
        leave()
      }
    },
    nowMs: () => clock.nowMs() + skewMs,
    sawDate: (dateMs) => {
      if (dateMs === undefined) return
      const seen = dateMs - clock.nowMs()
      const wasOff = Math.abs(skewMs) >= alarmingSkewMs
      skewMs = Math.abs(seen) < leastSkewMs ? 0 : seen
      if (!wasOff && Math.abs(skewMs) >= alarmingSkewMs) onSkew?.(skewMs)
    },
    restMs: (ms) => {
      restUntilMs = Math.max(restUntilMs, clock.nowMs() + ms)
    },
  }
}
