import type { Context } from 'hono'
import { type SSEStreamingApi, streamSSE } from 'hono/streaming'
import type { MovableClock } from '../../src/runtime/clock.ts'
import { errorFields, type Log } from '../../src/runtime/log.ts'
import type { ChatLog } from './chat-log.ts'
import { heartbeatMs, pageEntries, streamPollMs } from './limits.ts'
import { type ChatKind, chatKinds, conversationOf, type PersonaId, personaOfDirect } from './personas.ts'

export type StreamParts = {
  readonly chats: ChatLog
  readonly clock: MovableClock
  readonly log: Log
  /** Fires when the desk stops: open streams must not hold the server. */
  readonly stop: AbortSignal
  /** Called once when this stream is over. */
  readonly ended: () => void
}

/** How far the page has read each chat; written as `<direct>.<group>` in event ids and in `since`. */
export type Cursors = Record<ChatKind, number>

/** Reads a cursor; what is not one starts from the beginning. */
export function parseCursors(text: string | undefined): Cursors {
  const [, direct, group] = /^(\d{1,15})\.(\d{1,15})$/.exec(text ?? '') ?? []
  return { direct: Number(direct ?? 0), group: Number(group ?? 0) }
}

/**
 * Server-sent events for one persona: `entry` {chat, line} with the new cursor as id, `clock` {nowMs, offsetMs} at the
 * start and when it was moved, `activity` {persona} when the desk spoke to somebody else, `ping` against silence.
 * One cursor per chat: the two are read one after the other, and a common one could step over an entry.
 */
export function streamEntries(c: Context, persona: PersonaId, cursors: Cursors, parts: StreamParts): Response {
  return streamSSE(
    c,
    async (stream) => {
      const wake = wakeUp(parts, persona)
      stream.onAbort(wake.end)
      parts.stop.addEventListener('abort', wake.end, { once: true })
      try {
        await run(stream, persona, cursors, parts, wake)
      } finally {
        wake.end()
        parts.stop.removeEventListener('abort', wake.end)
        parts.ended()
      }
    },
    async (error) => parts.log('warn', 'play stream ended', errorFields(error)),
  )
}

async function run(
  stream: SSEStreamingApi,
  persona: PersonaId,
  cursors: Cursors,
  { chats, clock }: StreamParts,
  wake: WakeUp,
): Promise<void> {
  let offsetMs: number | undefined
  let quietMs = 0
  while (!wake.ended() && !stream.aborted) {
    const woken = wake.next(streamPollMs)
    if (clock.offsetMs() !== offsetMs) {
      offsetMs = clock.offsetMs()
      await stream.writeSSE({ event: 'clock', data: JSON.stringify({ nowMs: clock.nowMs(), offsetMs }) })
    }
    for (const other of wake.takeOthers())
      await stream.writeSSE({ event: 'activity', data: JSON.stringify({ persona: other }) })
    const wrote = await writeNew(stream, persona, cursors, chats)
    quietMs = wrote ? 0 : quietMs + streamPollMs
    if (quietMs >= heartbeatMs) {
      quietMs = 0
      await stream.writeSSE({ event: 'ping', data: '' })
    }
    await woken
  }
}

async function writeNew(
  stream: SSEStreamingApi,
  persona: PersonaId,
  cursors: Cursors,
  chats: ChatLog,
): Promise<boolean> {
  let wrote = false
  for (const chat of chatKinds) {
    for (;;) {
      const lines = await chats.since(conversationOf(persona, chat).id, cursors[chat], pageEntries)
      for (const line of lines) {
        cursors[chat] = line.seq
        const id = `${cursors.direct}.${cursors.group}`
        await stream.writeSSE({ event: 'entry', id, data: JSON.stringify({ chat, line }) })
        wrote = true
      }
      if (lines.length < pageEntries) break
    }
  }
  return wrote
}

type WakeUp = {
  /** Resolves at the next append to anybody's chat, after `ms`, or at the end. Take it before reading, await it after. */
  next(ms: number): Promise<void>
  /** Personas whose direct chat got something from the desk since the last call. */
  takeOthers(): readonly PersonaId[]
  ended(): boolean
  end(): void
}

function wakeUp({ chats, clock, stop }: StreamParts, persona: PersonaId): WakeUp {
  const own = new Set(chatKinds.map((chat) => conversationOf(persona, chat).id))
  const others = new Set<PersonaId>()
  let over = stop.aborted
  let resume = () => {}
  const off = chats.onAppend((conversationId, line) => {
    const other = own.has(conversationId) ? undefined : personaOfDirect(conversationId)
    if (other !== undefined && line.entry.kind !== 'said') others.add(other)
    resume()
  })
  return {
    next: (ms) => {
      const round = new AbortController()
      resume = () => round.abort()
      if (over) round.abort()
      return clock.sleep(ms, round.signal)
    },
    takeOthers: () => {
      const taken = [...others]
      others.clear()
      return taken
    },
    ended: () => over,
    end: () => {
      over = true
      off()
      resume()
    },
  }
}
