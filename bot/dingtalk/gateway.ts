import { PlatformRefused, Unreachable } from '../../src/runtime/errors.ts'
import type { Verdict } from './errcode.ts'

export type Frame = {
  readonly type: string
  readonly headers: {
    readonly topic: string
    readonly messageId: string | undefined
    /** Of EVENT frames. */
    readonly eventType?: unknown
    readonly eventId?: unknown
  }
  readonly data: string
}

/** A frame of the server, undefined when it is none; throws on bad JSON. SYSTEM frames may lack nearly everything. */
export function frameOf(text: string): Frame | undefined {
  const { type, headers, data } = JSON.parse(text) as {
    type?: unknown
    headers?: Record<string, unknown>
    data?: unknown
  }
  if (typeof type !== 'string' || typeof headers?.topic !== 'string') return undefined
  const messageId = typeof headers.messageId === 'string' && headers.messageId !== '' ? headers.messageId : undefined
  return {
    type,
    headers: { ...headers, topic: headers.topic, messageId },
    data: typeof data === 'string' ? data : JSON.stringify(data ?? {}),
  }
}

/** What a refusal of the gateway means for the next attempt. 401 has no documented code: whatever the body says, it is the key pair. */
export function refusal(status: number, verdict: Exclude<Verdict, { outcome: 'ok' }>): PlatformRefused {
  const { reason } = verdict
  if (status === 401 || verdict.outcome === 'stale-token')
    return new PlatformRefused('the Stream gateway refuses DINGTALK_CLIENT_ID and DINGTALK_CLIENT_SECRET', {
      retryable: false,
      vendorCode: String(status),
    })
  if (verdict.outcome === 'refused')
    return new PlatformRefused(`the Stream gateway refuses us: ${reason}`, {
      retryable: false,
      vendorCode: verdict.code,
    })
  const when = 'afterMs' in verdict && verdict.afterMs !== undefined ? { retryAfterMs: verdict.afterMs } : {}
  return new PlatformRefused(`the Stream gateway is not ready: ${reason}`, { retryable: true, ...when })
}

/** Where the gateway sends us. The ticket opens one socket within 90 s; the SDK does not encode it, though it is a query value. */
export function socketUrl({ endpoint, ticket }: Readonly<Record<string, unknown>>, apiBase: string): string {
  if (typeof endpoint !== 'string' || typeof ticket !== 'string' || !URL.canParse(endpoint))
    throw new Unreachable('the Stream gateway named no address')
  const { protocol } = new URL(endpoint)
  // plain ws only where the API itself is plain, that is: against a gateway of one's own
  if (protocol !== 'wss:' && !(protocol === 'ws:' && apiBase.startsWith('http:')))
    throw new Unreachable('the Stream gateway named an address that is not wss')
  return `${endpoint}?ticket=${encodeURIComponent(ticket)}`
}
