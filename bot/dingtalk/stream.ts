import { performance } from 'node:perf_hooks'
import type { EventSink } from '../../src/chat/ports.ts'
import type { Clock } from '../../src/runtime/clock.ts'
import { PlatformRefused } from '../../src/runtime/errors.ts'
import { errorFields, type Log } from '../../src/runtime/log.ts'
import { type Connection, type ConnectionParts, openConnection, type PushFrame } from './connection.ts'
import { type StreamTimings, streamTimings } from './limits.ts'
import { type PushParts, takePush } from './push.ts'

export type StreamParts = Omit<PushParts, 'sink'> & {
  readonly config: { readonly clientId: string; readonly clientSecret: string; readonly apiBase: string }
  readonly clock: Clock
  readonly log: Log
  readonly timings?: StreamTimings
  readonly onEvent?: ConnectionParts['onEvent']
}

/** off: never started · connecting: no socket yet or lost · open · refused: the key pair was refused, tried again rarely. */
export type StreamState = {
  readonly status: 'off' | 'connecting' | 'open' | 'refused'
  /** Monotonic, of this process: since when it is so. */
  readonly sinceMs: number
  readonly reason?: string
  /** How many sockets were opened so far. */
  readonly opened: number
}

export type StreamDoor = {
  /** Keeps one socket up until `stop`; resolves when the answers under way are given and every socket and timer is gone. */
  listen(sink: EventSink, stop: AbortSignal): Promise<void>
  state(): StreamState
}

/** DingTalk's pushes over a WebSocket that we open, supervised: docs/decisions/040 lists what can go wrong with it. */
export function streamDoor(parts: StreamParts): StreamDoor {
  let state: StreamState = { status: 'off', sinceMs: performance.now(), opened: 0 }
  const become = (status: StreamState['status'], reason?: string) => {
    const sinceMs = state.status === status ? state.sinceMs : performance.now()
    const opened = state.opened + (status === 'open' ? 1 : 0)
    state = reason === undefined ? { status, sinceMs, opened } : { status, sinceMs, opened, reason }
  }
  return {
    state: () => state,
    listen: (sink, stop) => supervise({ ...parts, timings: parts.timings ?? streamTimings, sink, become }, stop),
  }
}

type Supervision = StreamParts &
  PushParts & {
    readonly timings: StreamTimings
    readonly become: (status: StreamState['status'], reason?: string) => void
  }

async function supervise(parts: Supervision, stop: AbortSignal): Promise<void> {
  const live = new Set<Connection>()
  const underWay = new Set<Promise<void>>()
  const onPush = (frame: PushFrame, connection: Connection) => {
    // after `stop` nothing new is begun: unanswered, it is pushed to another socket
    if (stop.aborted) return
    const work = takePush(parts, frame, connection).finally(() => underWay.delete(work))
    underWay.add(work)
  }
  parts.become('connecting')
  /** How many attempts in a row brought no lasting connection. */
  let restless = 0
  while (!stop.aborted) {
    const attempt = await tryOpen(parts, live, onPush, stop)
    if (stop.aborted) break
    if (attempt.outcome === 'failed') {
      restless += 1
      await parts.clock.sleep(Math.max(backOffMs(parts.timings, restless), attempt.afterMs), stop)
      continue
    }
    const lived = await untilEnd(parts, attempt.connection, stop)
    restless = lived >= parts.timings.settledMs ? 0 : restless + 1
    if (!stop.aborted) await parts.clock.sleep(backOffMs(parts.timings, restless - 1), stop)
  }
  await windUp(parts, live, underWay)
  parts.become('off')
}

type Attempt =
  | { readonly outcome: 'open'; readonly connection: Connection }
  | { readonly outcome: 'failed'; readonly afterMs: number }

/** The newcomer is up before the sockets it replaces are sent away: nothing is pushed into a gap. */
async function tryOpen(
  parts: Supervision,
  live: Set<Connection>,
  onPush: (frame: PushFrame, connection: Connection) => void,
  stop: AbortSignal,
): Promise<Attempt> {
  try {
    const connection = await openConnection({ ...parts, onPush }, stop)
    for (const old of live) dismiss(old, parts.timings.farewellMs)
    live.add(connection)
    void connection.gone.then(() => live.delete(connection))
    parts.become('open')
    parts.log('info', 'the Stream socket is open')
    return { outcome: 'open', connection }
  } catch (error) {
    return failed(parts, error, stop)
  }
}

/** Whatever went wrong, even a bug of ours, the next attempt comes: a desk that gave up would be deaf for good. */
function failed({ become, log, timings }: Supervision, error: unknown, stop: AbortSignal): Attempt {
  if (stop.aborted) return { outcome: 'failed', afterMs: 0 }
  const refused = error instanceof PlatformRefused && !error.retryable
  const reason = error instanceof Error ? error.message : 'unknown'
  if (!refused) {
    become('connecting', reason)
    log('warn', 'the Stream socket could not be opened', errorFields(error))
    return { outcome: 'failed', afterMs: (error instanceof PlatformRefused ? error.retryAfterMs : undefined) ?? 0 }
  }
  become('refused', reason)
  log('error', 'the Stream gateway refused us, somebody has to act', errorFields(error))
  return { outcome: 'failed', afterMs: timings.refusedWaitMs }
}

/** Waits for the connection's end or for `stop`; how long it lived, in ms. */
async function untilEnd({ become, log }: Supervision, connection: Connection, stop: AbortSignal): Promise<number> {
  const bornMs = performance.now()
  const stopped = whenAborted(stop)
  const end = await Promise.race([connection.ended, stopped.promise])
  stopped.release()
  if (end === 'stop') return 0
  // told to leave, it still answers what is under way; a new one opens meanwhile
  if (end !== 'told-to-leave') become('connecting', end)
  log('info', 'the Stream socket ended', { how: end })
  return performance.now() - bornMs
}

/** A socket that was told to leave is quiet and closed by the server after 10 s; we wait a little longer, then close it. */
function dismiss(old: Connection, farewellMs: number): void {
  const timer = setTimeout(() => old.close(), farewellMs)
  void old.gone.then(() => clearTimeout(timer))
}

/** 0, then 1 s, 2 s, 4 s … 60 s, each between its half and its whole, so that a fleet does not come back as one. */
function backOffMs({ firstWaitMs, longestWaitMs }: StreamTimings, restless: number): number {
  if (restless <= 0) return 0
  const full = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(restless - 1, 30))
  return full * (0.5 + Math.random() / 2)
}

async function windUp(
  { timings, clock }: Supervision,
  live: ReadonlySet<Connection>,
  underWay: ReadonlySet<Promise<void>>,
): Promise<void> {
  const drained = new AbortController()
  const answered = Promise.allSettled(underWay).then(() => drained.abort())
  await Promise.race([answered, clock.sleep(timings.drainMs, drained.signal)])
  drained.abort()
  for (const connection of live) connection.close()
  await Promise.all([...live].map((connection) => connection.gone))
}

function whenAborted(stop: AbortSignal): { readonly promise: Promise<'stop'>; readonly release: () => void } {
  let listener = () => {}
  const promise = new Promise<'stop'>((resolve) => {
    listener = () => resolve('stop')
    if (stop.aborted) resolve('stop')
    else stop.addEventListener('abort', listener, { once: true })
  })
  return { promise, release: () => stop.removeEventListener('abort', listener) }
}
