import type { Hono } from 'hono'
import type { ActionCodec } from '../cards/actions.ts'
import type { PlatformName } from './chat/event.ts'
import type { Config } from './config.ts'
import type { Hub } from './hub-parts.ts'
import type { Tick } from './jobs/schedule.ts'
import type { Task } from './jobs/worker.ts'
import type { MovableClock } from './runtime/clock.ts'
import type { Log } from './runtime/log.ts'
import type { Store } from './store.ts'

export type FlowSources = {
  readonly config: Config
  readonly store: Store
  readonly hub: Hub
  readonly clock: MovableClock
  readonly log: Log
  readonly codec: ActionCodec
  /** Platforms that messages can leave by, the first one first. */
  readonly channels: readonly PlatformName[]
  /** Rings the pump: rows were written to the outbox. */
  readonly wake: () => void
}

/** The approval of returns, joined: what handlers need, what ticks, what the worker carries out, what has a door. */
export function flowParts(_from: FlowSources) {
  const tasks: Readonly<Record<string, Task>> = {}
  const ticks: readonly Tick[] = []
  const doors: readonly Hono[] = []
  return { parts: {}, tasks, ticks, doors }
}
