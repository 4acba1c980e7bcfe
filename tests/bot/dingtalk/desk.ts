import { type StreamTimings, streamTimings } from '../../../bot/dingtalk/limits.ts'
import { type DingtalkParts, dingtalkPlatform } from '../../../bot/dingtalk/platform.ts'
import type { Platform } from '../../../bot/platform.ts'
import type { ChatEvent } from '../../../src/chat/event.ts'
import type { EventSink, SendBudget } from '../../../src/chat/ports.ts'
import type { Reply } from '../../../src/chat/reply.ts'
import { systemClock } from '../../../src/runtime/clock.ts'
import type { LogFields, LogLevel } from '../../../src/runtime/log.ts'
import type { FakeDingtalk } from '../../fakes/dingtalk-server.ts'
import { memoryToken } from '../../fakes/memory-ports.ts'

type LogLine = { readonly level: LogLevel; readonly message: string; readonly fields: LogFields }

/** The waits of a supervisor in a hurry: everything that takes a minute takes a blink. */
export const hurried: StreamTimings = {
  ...streamTimings,
  firstWaitMs: 20,
  longestWaitMs: 200,
  refusedWaitMs: 1_500,
  settledMs: 2_000,
  pingMs: 50,
  unheardPings: 3,
  handshakeMs: 500,
  farewellMs: 400,
  drainMs: 400,
}

/** The contract sends more in a second than DingTalk would let us. */
const boundless: SendBudget = { take: async () => ({ outcome: 'ok' }) }

export type Desk = {
  readonly platform: Platform
  /** Every event that reached the sink, repeats too. */
  readonly events: readonly ChatEvent[]
  readonly deadlines: readonly number[]
  readonly lines: readonly LogLine[]
  /** What the sink does with an event from now on; it answers `none` at first. */
  answer(work: (event: ChatEvent, deadlineMs: number) => Promise<Reply>): void
  readonly sink: EventSink
  /** Starts the Stream door; resolves when a socket is open (or at once when told not to wait). */
  listen(wait?: boolean): Promise<void>
  /** Stops it; resolves when it is closed. */
  stop(): Promise<void>
}

/** The DingTalk platform over the fake, with a sink that writes down what comes. Not the hub: nothing is deduplicated here. */
export function deskOver(dingtalk: FakeDingtalk, over: Partial<DingtalkParts> = {}): Desk {
  const events: ChatEvent[] = []
  const deadlines: number[] = []
  const lines: LogLine[] = []
  const stopping = new AbortController()
  let work: (event: ChatEvent, deadlineMs: number) => Promise<Reply> = async () => ({ kind: 'none' })
  let closed: Promise<void> = Promise.resolve()
  const clock = over.clock ?? systemClock
  const platform = dingtalkPlatform({
    config: dingtalk.config,
    sharedToken: memoryToken(clock.nowMs),
    sendBudget: boundless,
    clock,
    log: (level, message, fields = {}) => lines.push({ level, message, fields }),
    timings: hurried,
    ...over,
  })
  const sink: EventSink = (event, deadlineMs) => {
    events.push(event)
    deadlines.push(deadlineMs)
    return work(event, deadlineMs)
  }
  return {
    platform,
    events,
    deadlines,
    lines,
    sink,
    answer: (given) => {
      work = given
    },
    async listen(wait = true) {
      closed = platform.listen?.(sink, stopping.signal) ?? closed
      if (wait) await until(() => dingtalk.gateway.sockets() > 0)
    },
    async stop() {
      stopping.abort()
      await closed
    },
  }
}

/** Waits for a state; fails when it does not come. Without vitest, for listen-and-stop.ts is a process of its own. */
export async function until(state: () => boolean | Promise<boolean>, withinMs = 5_000): Promise<void> {
  const giveUpMs = performance.now() + withinMs
  while (!(await state())) {
    if (performance.now() > giveUpMs) throw new Error(`waited ${withinMs} ms in vain for: ${state}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Real time must pass here: something is shown not to happen. */
export const meanwhile = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
