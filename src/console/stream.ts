import type { ChatKind, ClockState, Line } from './wire.ts'

export type Cursors = { readonly direct: number; readonly group: number }

export type StreamEvents = {
  entry(chat: ChatKind, line: Line): void
  clock(state: ClockState): void
  activity(persona: string): void
  open(): void
  /** The connection is lost; the next try is in `inMs`. */
  gone(inMs: number): void
}

export type Stream = { retryNow(): void; close(): void }

/** The desk pings every 15 s: silence for longer than two means a dead connection (sleep, a changed network). */
const silenceMs = 40_000
const firstRetryMs = 1_000
const lastRetryMs = 8_000

/**
 * Follows the desk's server-sent events for a persona from where `cursors()` stands, for ever: EventSource gives up on a
 * refused connection and does not notice a dead one, so reconnecting is ours.
 */
export function openStream(persona: string, cursors: () => Cursors, events: StreamEvents): Stream {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let retryMs = firstRetryMs
  let closed = false

  const alive = () => {
    clearTimeout(timer)
    timer = setTimeout(lost, silenceMs)
  }
  const lost = () => {
    source?.close()
    clearTimeout(timer)
    if (closed) return
    events.gone(retryMs)
    timer = setTimeout(connect, retryMs)
    retryMs = Math.min(retryMs * 2, lastRetryMs)
  }
  const connect = () => {
    clearTimeout(timer)
    const { direct, group } = cursors()
    const next = new EventSource(`/play/api/stream?persona=${persona}&since=${direct}.${group}`)
    source = next
    const on = (name: string, take: (data: string) => void) =>
      next.addEventListener(name, (event) => {
        if (next !== source || closed) return
        alive()
        take(event.data)
      })
    next.onopen = () => {
      retryMs = firstRetryMs
      alive()
      events.open()
    }
    next.onerror = () => {
      if (next === source) lost()
    }
    on('entry', (data) => {
      const { chat, line } = JSON.parse(data) as { chat: ChatKind; line: Line }
      events.entry(chat, line)
    })
    on('clock', (data) => events.clock(JSON.parse(data) as ClockState))
    on('activity', (data) => events.activity((JSON.parse(data) as { persona: string }).persona))
    on('ping', () => {})
    alive()
  }

  connect()
  return {
    retryNow: () => {
      retryMs = firstRetryMs
      source?.close()
      connect()
    },
    close: () => {
      closed = true
      clearTimeout(timer)
      source?.close()
    },
  }
}
