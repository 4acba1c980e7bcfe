import { Hono } from 'hono'
import type { Conversation, PlatformName } from '../../src/chat/event.ts'
import type { Delivery, OutboundMessage, SendBudget, SharedToken } from '../../src/chat/ports.ts'
import type { Clock } from '../../src/runtime/clock.ts'
import { PlatformRefused, Unreachable } from '../../src/runtime/errors.ts'
import type { Log } from '../../src/runtime/log.ts'
import type { Platform } from '../platform.ts'
import { type Aibot, aibot, botFollowUps } from './aibot.ts'
import type { AibotSettings } from './aibot-connection.ts'
import { botChatOf, pictureAt } from './aibot-decode.ts'
import { fetchBotFile } from './aibot-media.ts'
import { type WecomApi, wecomApi } from './api.ts'
import { wecomCallback } from './callback.ts'
import { followUps } from './encode.ts'
import { verdictOf } from './errcode.ts'
import { healthMemoryMs, healthTimeoutMs } from './limits.ts'
import { recallMessage, sendMessage } from './send.ts'
import type { WecomSettings } from './settings.ts'

export type WecomParts = {
  /** The self-built app; undefined where only the AI bot is set up. */
  readonly config?: WecomSettings | undefined
  /** The AI bot, the way into groups; undefined = no groups. `later` takes an answer that the bot's socket did not carry. */
  readonly bot?:
    | { readonly settings: AibotSettings; readonly later: (message: OutboundMessage) => Promise<void> }
    | undefined
  readonly sharedToken: SharedToken
  readonly sendBudget: SendBudget
  readonly clock: Clock
  readonly log: Log
  /** The global one unless a test brings its own. */
  readonly fetch?: typeof fetch
}

/**
 * WeCom's two doors as one platform: the self-built app (callbacks, message/send) for direct chats, the AI bot (long
 * connection) for groups and for its own direct chats.
 */
export function wecomPlatform(parts: WecomParts): Platform {
  const { config, clock, log } = parts
  const settings = parts.bot?.settings
  const app = config === undefined ? undefined : appDoor(parts, config)
  const bot = parts.bot === undefined ? undefined : aibot({ ...parts.bot, clock, log })
  return {
    name: 'wecom',
    callback: (sink) => (config === undefined ? new Hono() : wecomCallback({ settings: config, clock, log }, sink)),
    ...(bot !== undefined && { listen: bot.listen }),
    followUps: (reply, event) => (isBotChat(event.conversation) ? botFollowUps(reply, event) : followUps(reply, event)),
    outbound: {
      send: (message) => sendBy(app, bot, message),
      // the AI bot's messages have no id of the app's, so they never come here
      ...(app !== undefined && { recall: (_name: PlatformName, messageId: string) => app.recall(messageId) }),
    },
    // the AI bot's socket knows no enable_duplicate_check
    tellsRepeats: (kind, to) => kind === 'none' || !isBotChat(to),
    media: {
      fetch: async (ref) => {
        const picture = pictureAt(ref)
        if (picture !== undefined && settings !== undefined)
          return fetchBotFile({ gatewayUrl: settings.url, ...(parts.fetch && { fetch: parts.fetch }) }, picture)
        if (app === undefined)
          throw new PlatformRefused('no WeCom app is configured: set WECOM_*', { retryable: false })
        return app.api.media(ref.id)
      },
    },
    health: async () => (await app?.health()) ?? (await bot?.health()),
  }
}

type AppDoor = {
  readonly api: WecomApi
  send(message: OutboundMessage): Promise<Delivery>
  recall(messageId: string): Promise<Delivery>
  health(): Promise<string | undefined>
}

function appDoor({ sharedToken, sendBudget, clock, log, fetch: given }: WecomParts, config: WecomSettings): AppDoor {
  const api = wecomApi({ settings: config, sharedToken, clock, log, ...(given && { fetch: given }) })
  return {
    api,
    send: (message) => sendMessage({ api, sendBudget, agentId: config.agentId }, message),
    recall: (messageId) => recallMessage({ api }, messageId),
    health: remembered(() => checkHealth(api, clock), clock),
  }
}

const isBotChat = (conversation: Conversation): boolean => botChatOf(conversation) !== undefined

/** By the chat; without an app a member is reached in the bot's direct chat, if they ever wrote to it. */
async function sendBy(app: AppDoor | undefined, bot: Aibot | undefined, message: OutboundMessage): Promise<Delivery> {
  const { to } = message
  if (app !== undefined && !isBotChat(to)) return app.send(message)
  if (bot === undefined)
    return { outcome: 'refused', reason: 'no WeCom AI bot is configured: set WECOM_BOT_*', alarm: false }
  return bot.send(isBotChat(to) ? message : { ...message, to: { ...to, id: `bot:${to.id}` } })
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
