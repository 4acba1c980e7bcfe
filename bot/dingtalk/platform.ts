import { performance } from 'node:perf_hooks'
import type { ChatEvent } from '../../src/chat/event.ts'
import type { Reply } from '../../src/chat/reply.ts'
import type { Log } from '../../src/runtime/log.ts'
import type { Platform } from '../platform.ts'
import { type ApiParts, dingtalkApi } from './api.ts'
import { dingtalkCallback } from './callback.ts'
import { placeOf } from './card.ts'
import type { StreamTimings } from './limits.ts'
import { dingtalkMedia } from './media.ts'
import { dingtalkOutbound } from './outbound.ts'
import { type StreamState, streamDoor } from './stream.ts'
import { tapRegistry } from './taps.ts'

export type DingtalkParts = ApiParts & {
  /** Other waits for the Stream socket; tests cannot wait a minute. */
  readonly timings?: StreamTimings
  /** Events of the organisation (forms that ended); without it none are subscribed to. */
  readonly onEvent?:
    | ((event: { readonly type: string; readonly id: string; readonly data: string }) => Promise<boolean>)
    | undefined
}

/** DingTalk: Stream and HTTP doors, answers by reply address, API or interactive card. */
export function dingtalkPlatform(parts: DingtalkParts): Platform {
  const { config, clock, log } = parts
  const api = dingtalkApi(parts)
  const taps = tapRegistry()
  const quotaGone = quotaAlarm(log)
  const door = streamDoor({ ...parts, taps, quotaGone })
  return {
    name: 'dingtalk',
    callback: (sink) =>
      dingtalkCallback({ clientSecret: config.clientSecret, oapiBase: config.oapiBase, clock, log, quotaGone }, sink),
    listen: door.listen,
    followUps,
    outbound: dingtalkOutbound({ config, api, taps, clock, log }),
    // a card has its outTrackId; a robot's message has nothing that makes two of them one
    tellsRepeats: (kind) => kind === 'none' || (kind !== 'text' && config.cardTemplateId !== undefined),
    media: dingtalkMedia(config, api),
    health: async () => faultOf(door.state()) ?? (await api.checkToken()),
  }
}

/**
 * No door of DingTalk carries a reply dependably, so every reply is sent. Only a card redrawn in a direct chat in answer
 * to a tap on it is not: the answer has shown it to the only person who sees it, and every call counts against the month.
 */
function followUps(reply: Reply, event: ChatEvent): readonly Reply[] {
  if (reply.kind === 'none') return []
  const redrawn = reply.kind === 'card-update' && event.kind === 'card-tap' && reply.cardRef.id === event.cardRef.id
  return redrawn && placeOf(event.cardRef.id)?.kind === 'direct' ? [] : [reply]
}

/** A socket that is replaced is back in a second or two; only what lasts is a fault. */
const lostMs = 30_000

function faultOf({ status, sinceMs, reason, opened }: StreamState): string | undefined {
  if (status === 'off' || status === 'open') return undefined
  if (status === 'refused') return reason
  const forMs = performance.now() - sinceMs
  if (opened > 0 && forMs < lostMs) return undefined
  return `no Stream socket for ${Math.round(forMs / 1_000)} s${reason === undefined ? '' : `: ${reason}`}`
}

const alarmGapMs = 600_000

/** One alarm in ten minutes: over quota, every message says so. */
function quotaAlarm(log: Log): () => void {
  let lastMs = Number.NEGATIVE_INFINITY
  return () => {
    if (performance.now() - lastMs < alarmGapMs) return
    lastMs = performance.now()
    log(
      'error',
      'DingTalk delivers no messages: the monthly messages of the organisation are used up, buy more or wait',
    )
  }
}
