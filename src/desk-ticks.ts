import type { ActionCodec } from '../cards/actions.ts'
import { proofTick } from '../handlers/clock-proof.ts'
import { clockTicks, escalationEntry } from '../handlers/escalations.ts'
import { type FollowParts, followedEntry } from '../handlers/order-follow.ts'
import { type SilenceParts, silenceTick } from '../handlers/push-silence.ts'
import { type MismatchTickParts, mismatchTick } from '../handlers/refund-mismatch.ts'
import { touchTick } from '../handlers/touch-health.ts'
import type { ChatEvent, PlatformName } from './chat/event.ts'
import type { ClockEngine } from './hub/clock-engine.ts'
import { proveBeside } from './hub/clock-proof.ts'
import type { CustomerMerges } from './hub/customer-merge.ts'
import type { Hub } from './hub-parts.ts'
import type { Tick } from './jobs/schedule.ts'
import { type MovableClock, systemClock } from './runtime/clock.ts'
import type { Log } from './runtime/log.ts'
import { linkMs } from './signed-door.ts'
import type { Store } from './store.ts'

const reclaimLeaseMs = 30_000
const photoDays = 30
const dayMs = 86_400_000

type TickParts = {
  readonly store: Store
  readonly hub: Hub
  readonly codec: ActionCodec
  readonly channels: readonly PlatformName[]
  readonly clock: MovableClock
  readonly log: Log
  readonly wake: () => void
  readonly engine: ClockEngine
  /** What handlers need of those who speak by themselves. */
  readonly parts: FollowParts &
    Parameters<typeof touchTick>[0] &
    MismatchTickParts &
    Omit<SilenceParts, 'silent'> & { readonly merges: Pick<CustomerMerges, 'settle'> }
  readonly silent: SilenceParts['silent']
  readonly redispatch: (event: ChatEvent) => Promise<void>
}

/** What the desk does by itself, whoever asks: picks up what was left, minds the clocks, tells, weighs, tidies. */
export function deskTicks(from: TickParts): readonly Tick[] {
  const { hub, parts, codec, engine, wake } = from
  const sayOnce: typeof parts.sayOnce = async (entries) => woken(await parts.sayOnce(entries), wake)
  return [
    { name: 'reclaim', everyMs: 5_000, run: async () => reclaim(hub, from.redispatch) },
    ...clockTicks({ engine, codec, wake }),
    proofTick(proofPartsOf(from)),
    { name: 'follows', everyMs: 5_000, run: () => tellFollowers(parts, wake) },
    touchTick({ ...parts, sayOnce }),
    mismatchTick({ ...parts, sayOnce, clock: from.clock }),
    silenceTick({ ...parts, silent: from.silent, sayOnce, clock: systemClock }),
    { name: 'customers', everyMs: 2_000, run: async () => settleCustomers(parts.merges) },
    { name: 'retention', everyMs: 3_600_000, run: async () => sweep(hub) },
  ]
}

/** The clocks prove themselves on the desk's own database. */
function proofPartsOf({ store, hub, codec, channels, clock, log, wake }: TickParts) {
  const words = escalationEntry({ codec })
  const prove = () => proveBeside(store, { words, log })
  const { database } = store
  return { database, outbox: hub.outbox, time: clock, channels, log, prove, wake }
}

/** Rings the pump where something was written. */
function woken(written: number, wake: () => void): number {
  if (written > 0) wake()
  return written
}

/** What orders told of people is weighed within seconds; a backlog is worked off in pieces that others can get between. */
async function settleCustomers(merges: Pick<CustomerMerges, 'settle'>): Promise<void> {
  for (let round = 0; round < 20 && (await merges.settle(200)) > 0; round++);
}

async function tellFollowers(parts: FollowParts, wake: () => void): Promise<void> {
  const told = await parts.follows.tellChanges(followedEntry(parts))
  if (told > 0) wake()
}

async function reclaim(hub: Hub, redispatch: (event: ChatEvent) => Promise<void>): Promise<void> {
  const events = await hub.inbox.reclaim(reclaimLeaseMs, 20)
  await Promise.all(events.map((event) => redispatch(event)))
}

/** Files go by their age alone: every kind is kept 30 days, as their rows are; exported lists go with their links. */
async function sweep(hub: Hub): Promise<void> {
  await hub.retention.sweep()
  await hub.blobs.dropBefore(systemClock.nowMs() - photoDays * dayMs)
  await hub.exportFiles.dropBefore(systemClock.nowMs() - linkMs)
}
