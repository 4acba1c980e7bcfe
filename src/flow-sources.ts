import type { ActionCodec } from '../cards/actions.ts'
import type { PlatformName } from './chat/event.ts'
import type { Config } from './config.ts'
import type { CommandPort } from './hub/commands.ts'
import type { ReadPhoto } from './hub/photo-reading.ts'
import type { Hub } from './hub-parts.ts'
import type { MovableClock } from './runtime/clock.ts'
import type { Log } from './runtime/log.ts'
import type { Store } from './store.ts'

/** What the parts of the approval of returns are joined from. */
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
  /** Systems that carry commands out; what none of them takes is carried out on the hub's own rows. */
  readonly ports: readonly CommandPort[]
  /** What a photo of a label says. */
  readonly readPhoto: ReadPhoto
}
