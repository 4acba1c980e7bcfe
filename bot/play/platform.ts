import { setMaxListeners } from 'node:events'
import type { EventSink, OutboundMessage } from '../../src/chat/ports.ts'
import type { MovableClock } from '../../src/runtime/clock.ts'
import type { Log } from '../../src/runtime/log.ts'
import type { Platform } from '../platform.ts'
import { playDoor } from './callback.ts'
import { chatLog, type Transcript } from './chat-log.ts'
import { encodeReply } from './encode.ts'
import { fileDrawer, type MediaStore } from './files.ts'
import { maxStreams } from './limits.ts'

export type PlayParts = {
  /** Moved by the page; the desk must run on the same one. */
  readonly clock: MovableClock
  readonly transcript: Transcript
  readonly blobs: MediaStore
  readonly log: Log
  /** What the HTTP server is bound to (HOST): decides whose Host header is believed. Default: loopback. */
  readonly boundHost?: string
  /** Questions worth asking of the data that is there, for an empty chat. */
  readonly samples?: (persona: string) => Promise<readonly string[]>
}

/** The browser chat that plays every role: a platform like the others, whose vendor is this process. */
export function playPlatform({ clock, transcript, blobs, log, boundHost, samples }: PlayParts): Platform {
  const chats = chatLog(transcript)
  const files = fileDrawer(blobs)
  const stopping = new AbortController()
  // every open stream listens to it: beyond Node's ten that is no leak here
  setMaxListeners(maxStreams + 1, stopping.signal)
  const door = {
    chats,
    clock,
    files,
    log,
    boundHost: boundHost ?? '127.0.0.1',
    stop: stopping.signal,
    samples: samples ?? (async () => []),
  }
  return {
    name: 'play',
    callback: (sink: EventSink) => playDoor(door, sink),
    // nothing to connect to: it only ends the pages' open streams, which would hold the server back
    listen: (_sink, stop) =>
      new Promise((resolve) => {
        const end = () => {
          stopping.abort()
          resolve()
        }
        if (stop.aborted) end()
        else stop.addEventListener('abort', end, { once: true })
      }),
    followUps: () => [],
    outbound: {
      send: async ({ key, to, reply }: OutboundMessage) => {
        const entry = encodeReply(reply, key)
        if (entry === undefined) return { outcome: 'sent' }
        const line = await chats.append(to.id, clock.nowMs(), entry)
        return { outcome: 'sent', receipt: { cardId: line.entry.key } }
      },
    },
    media: { fetch: files.bytes },
    health: async () => undefined,
  }
}
