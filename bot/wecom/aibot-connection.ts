import { WSClient, type WsFrame } from '@wecom/aibot-node-sdk'
import { PlatformRefused, Unreachable } from '../../src/runtime/errors.ts'
import { aibotAuthMs } from './limits.ts'

export type AibotSettings = { readonly botId: string; readonly secret: string; readonly url: string }

/** kicked: another process has subscribed as this bot, and only one may · closed: the socket is gone. */
export type AibotEnd = 'kicked' | 'closed'

export type AibotConnection = {
  readonly client: WSClient
  /** Settles once, when nothing is to be expected here any more. */
  readonly ended: Promise<AibotEnd>
  close(): void
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/**
 * One socket, from connecting to its end; a new one needs a new call. The SDK (1.0.7) reconnects by itself only in some of the
 * cases, does not notice a server that never answers the subscription, and is dead after an exhausted retry: so each instance
 * lives for one connection and its own retrying is off. Throws PlatformRefused (the pair of id and secret) or Unreachable.
 * Long connection [101463], 2026-11-22.
 */
export async function openAibot(
  settings: AibotSettings,
  onFrame: (frame: WsFrame, connection: AibotConnection) => void,
): Promise<AibotConnection> {
  const client = new WSClient({
    botId: settings.botId,
    secret: settings.secret,
    wsUrl: settings.url,
    maxReconnectAttempts: 0,
    maxAuthFailureAttempts: 0,
    // its lines carry whole messages
    logger: silent,
  })
  const ended = endOf(client)
  const connection: AibotConnection = { client, ended, close: () => client.disconnect() }
  const take = (frame: WsFrame) => onFrame(frame, connection)
  client.on('message', take)
  client.on('event', take)
  try {
    await subscribed(client)
    return connection
  } catch (error) {
    client.disconnect()
    throw error
  }
}

function endOf(client: WSClient): Promise<AibotEnd> {
  return new Promise((resolve) => {
    // the kick is told as an event first; the socket's end follows
    client.on('event.disconnected_event', () => resolve('kicked'))
    client.on('disconnected', () => resolve('closed'))
  })
}

/** Resolves when the subscription was taken. */
function subscribed(client: WSClient): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Unreachable('the AI bot gateway does not answer the subscription')),
      aibotAuthMs,
    )
    const done = (settle: () => void) => {
      clearTimeout(timer)
      settle()
    }
    client.on('authenticated', () => done(resolve))
    client.on('disconnected', () => done(() => reject(new Unreachable('the AI bot socket closed before it was taken'))))
    client.on('error', (error) => done(() => reject(refusal(error))))
    client.connect()
  })
}

/** The SDK has one kind of error and says what happened in its words only. */
function refusal(error: Error): Error {
  const code = /\(code: (-?\d+)\)/.exec(error.message)?.[1]
  if (!/^Authentication failed/.test(error.message))
    return new Unreachable('the AI bot socket did not open', { cause: error })
  return new PlatformRefused('WeCom does not take the AI bot: compare WECOM_BOT_ID and WECOM_BOT_SECRET', {
    retryable: false,
    ...(code !== undefined && { vendorCode: code }),
  })
}
