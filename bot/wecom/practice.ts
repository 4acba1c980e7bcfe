import { createHmac } from 'node:crypto'
import { cardText } from '../../src/chat/card.ts'
import type { Reply } from '../../src/chat/reply.ts'
import type { Clock } from '../../src/runtime/clock.ts'
import { BadPayload } from '../../src/runtime/errors.ts'
import type { Log } from '../../src/runtime/log.ts'
import type { Platform } from '../platform.ts'
import { wecomCallback } from './callback.ts'
import type { DoorSettings } from './settings.ts'

/** Made-up settings of an app that does not exist, the same on every start of one installation (derived from its secret). */
export function practiceSettings(secretHex: string): DoorSettings {
  const derive = (name: string) =>
    createHmac('sha256', Buffer.from(secretHex, 'hex')).update(`wecom practice ${name}`).digest()
  return {
    corpId: 'wwpractice',
    agentId: 1_000_002,
    token: derive('token').toString('hex').slice(0, 32),
    // 32 bytes in base64 are 44 characters, the last of them padding: just what WeCom calls the EncodingAESKey
    encodingAesKey: derive('key').toString('base64').slice(0, 43),
  }
}

/**
 * WeCom's door without WeCom: real signatures, real encryption, answers inside the callback. Nothing can be sent, since
 * there is nobody to send to; so a desk without credentials can show with curl what it will say.
 */
export function practicePlatform(parts: {
  readonly settings: DoorSettings
  readonly clock: Clock
  readonly log: Log
}): Platform {
  return {
    name: 'wecom',
    // no card follows here, so its words are said and no next card is promised
    callback: (sink) => wecomCallback(parts, async (event, deadlineMs) => inWords(await sink(event, deadlineMs))),
    followUps: () => [],
    outbound: {
      send: async () => ({ outcome: 'refused', reason: 'no WeCom app is configured: set WECOM_*', alarm: false }),
    },
    media: {
      fetch: async () => {
        throw new BadPayload('no WeCom app is configured, so its pictures cannot be fetched: set WECOM_*')
      },
    },
    health: async () => undefined,
  }
}

function inWords(reply: Reply): Reply {
  return reply.kind === 'card' ? { kind: 'text', text: cardText(reply.card) } : reply
}
