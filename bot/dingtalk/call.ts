import { Unreachable } from '../../src/runtime/errors.ts'
import type { Answer } from './errcode.ts'
import { answerBytes, callTimeoutMs } from './limits.ts'

export type Call = {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: string
  readonly token?: string
  /** JSON; none with GET. */
  readonly body: unknown
  /** Stops the call before its time limit. */
  readonly stop?: AbortSignal
  readonly timeoutMs?: number
}

/** One JSON call. Throws Unreachable when the outcome is unknown; never follows a redirect. */
export async function callJson({ method, url, token, body, stop, timeoutMs = callTimeoutMs }: Call): Promise<Answer> {
  const limit = AbortSignal.timeout(timeoutMs)
  const headers: Record<string, string> = { 'content-type': 'application/json', accept: 'application/json' }
  if (token !== undefined) headers['x-acs-dingtalk-access-token'] = token
  try {
    const response = await fetch(url, {
      method,
      headers,
      ...(method !== 'GET' && { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: stop === undefined ? limit : AbortSignal.any([limit, stop]),
    })
    const bytes = await readAtMost(response, answerBytes)
    const text = new TextDecoder().decode(bytes ?? new Uint8Array())
    return { status: response.status, body: objectOf(text), html: /^\s*</.test(text) }
  } catch (cause) {
    // the path only: a sessionWebhook's query is a secret
    throw new Unreachable(`DingTalk did not answer ${new URL(url).pathname}`, { cause })
  }
}

/** The body, or undefined when it is longer than `maxBytes`; reading stops there. */
export async function readAtMost(
  from: { readonly body: ReadableStream<Uint8Array> | null },
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  if (from.body === null) return new Uint8Array()
  const reader = from.body.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.byteLength
    if (length > maxBytes) {
      await reader.cancel()
      return undefined
    }
    chunks.push(value)
  }
  const whole = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.byteLength
  }
  return whole
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}
