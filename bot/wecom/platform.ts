import type { SendBudget, SharedToken } from '../../src/chat/ports.ts'
import type { Clock } from '../../src/runtime/clock.ts'
import { PlatformRefused, Unreachable } from '../../src/runtime/errors.ts'
import type { Log } from '../../src/runtime/log.ts'
import type { Platform } from '../platform.ts'
import { type WecomApi, wecomApi } from './api.ts'
import { wecomCallback } from './callback.ts'
import { followUps } from './encode.ts'
import { verdictOf } from './errcode.ts'
import { healthMemoryMs, healthTimeoutMs } from './limits.ts'
import { sendMessage } from './send.ts'
import type { WecomSettings } from './settings.ts'

export type WecomParts = {
  readonly config: WecomSettings
  readonly sharedToken: SharedToken
  readonly sendBudget: SendBudget
  readonly clock: Clock
  readonly log: Log
  /** The global one unless a test brings its own. */
  readonly fetch?: typeof fetch
}

/** A self-built WeCom app: messages and taps come by callback, answers go back in it, everything later by message/send. */
export function wecomPlatform({ config, sharedToken, sendBudget, clock, log, fetch: given }: WecomParts): Platform {
  const api = wecomApi({ settings: config, sharedToken, clock, log, ...(given && { fetch: given }) })
  return {
    name: 'wecom',
    callback: (sink) => wecomCallback({ settings: config, clock, log }, sink),
    followUps,
    outbound: { send: (message) => sendMessage({ api, sendBudget, agentId: config.agentId }, message) },
    media: { fetch: ({ id }) => api.media(id) },
    health: remembered(() => checkHealth(api, clock), clock),
  }
}

/** Asks for WeCom's own callback addresses [90238]: needs a token, our address in the trusted list, and costs nothing. */
async function checkHealth(api: WecomApi, clock: Clock): Promise<string | undefined> {
  const stop = new AbortController()
  const late = clock.sleep(healthTimeoutMs, stop.signal).then(() => 'WeCom does not answer: is its address reachable?')
  try {
    return await Promise.race([api.get('/cgi-bin/getcallbackip').then(faultOf), late])
  } catch (error) {
    if (error instanceof PlatformRefused || error instanceof Unreachable) return `WeCom: ${error.message}`
    throw error
  } finally {
    stop.abort()
  }
}

function faultOf({ errcode }: { readonly errcode: number }): string | undefined {
  const { act, reason } = verdictOf(errcode)
  return act === 'ok' ? undefined : `WeCom: ${reason} (${errcode})`
}

/** Readiness is asked every few seconds, by several: one question serves all of them for half a minute. */
function remembered(check: () => Promise<string | undefined>, clock: Clock): () => Promise<string | undefined> {
  let asked: { readonly atMs: number; readonly answer: Promise<string | undefined> } | undefined
  return () => {
    const nowMs = clock.nowMs()
    if (asked === undefined || Math.abs(nowMs - asked.atMs) > healthMemoryMs) asked = { atMs: nowMs, answer: check() }
    return asked.answer
  }
}
