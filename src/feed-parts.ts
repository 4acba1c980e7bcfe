import { readFileSync } from 'node:fs'
import type { Hono } from 'hono'
import { feedTasks } from '../handlers/feed-task.ts'
import { filedEntry } from '../handlers/filed-orders.ts'
import type { Config } from './config.ts'
import { type Configured, type Opened, openConnectors, readConnectors } from './connectors/registry.ts'
import { feedDoor } from './feed-door.ts'
import { afterSales } from './hub/after-sales.ts'
import type { Hint, PlatformEvent, SalesChannel } from './hub/channel-port.ts'
import { crmFeed } from './hub/crm-told.ts'
import { type Feed, type FiledOrder, feed } from './hub/feed.ts'
import { drainDue } from './hub/message-queues.ts'
import type { OrderSource } from './hub/on-demand.ts'
import { outbound } from './hub/outbound.ts'
import type { Outbox } from './hub/outbox.ts'
import { findSilent, type SilentSource, silentNow } from './hub/push-silence.ts'
import { sayOnce } from './hub/say-once.ts'
import type { SmsSender } from './hub/sms.ts'
import { smsReceipts } from './hub/sms-receipts.ts'
import { smsSending } from './hub/sms-sending.ts'
import { sources } from './hub/sources.ts'
import { type TakePush, takePush } from './hub/take-push.ts'
import { type Tracking, tracking } from './hub/tracking.ts'
import type { Hub } from './hub-parts.ts'
import type { Tick } from './jobs/schedule.ts'
import type { Task } from './jobs/worker.ts'
import { systemClock } from './runtime/clock.ts'
import { BadPayload, CannotStart } from './runtime/errors.ts'
import { errorFields, type Log } from './runtime/log.ts'
import { vendor } from './runtime/vendor-call.ts'
import type { Store } from './store.ts'

export type FeedSources = {
  readonly config: Pick<Config, 'connectorsFile' | 'secretOf' | 'publicUrl' | 'dingtalk'>
  readonly store: Store
  readonly hub: Pick<Hub, 'answering' | 'sharedToken'>
  readonly log: Log
  readonly wake: () => void
}

export type OpenFeed = {
  readonly connectors: readonly Opened[]
  readonly channels: readonly SalesChannel[]
  readonly feed: Feed
  readonly doors: readonly Hono[]
  readonly tasks: Readonly<Record<string, Task>>
  readonly ticks: readonly Tick[]
  /** Asked for one order while somebody waits. */
  readonly orderSources: readonly OrderSource[]
  /** Takes what DingTalk's own connection brings; true when it is stored, or nobody's. Left out where no connector reads events. */
  readonly takeEvent?: (event: PlatformEvent) => Promise<boolean>
  /** Sources that push nothing any more. */
  readonly silent: () => Promise<readonly SilentSource[]>
  /** Reaches phones, where a vendor is joined: the first of connectors.json. */
  readonly sms?: SmsSender
}

/** The systems that feed the hub, opened as connectors.json says. Vendors' time is the real one throughout. */
export function openFeed({ config, store, hub, log, wake }: FeedSources): OpenFeed {
  const { database, personal } = store
  const connectors = openConnectors(configuredIn(config), {
    clock: systemClock,
    tokens: hub.sharedToken,
    log,
    vendor: (options) => {
      const onSkew = (skewMs: number) =>
        log('error', 'the clock of a vendor differs: see NTP on this machine', {
          vendor: options.name,
          skewMs,
          alarm: true,
        })
      return vendor({ ...options, clock: systemClock, onSkew })
    },
    publicUrl: config.publicUrl,
  })
  const channels = connectors.flatMap(({ connector }) => connector.channels ?? [])
  const every = connectors.flatMap(({ everyMinutes, connector }) =>
    everyMinutes === undefined ? [] : (connector.channels ?? []).map(({ name }) => [name, everyMinutes] as const),
  )
  const reading = feed({
    database,
    channels,
    intake: hub.answering.intake,
    afterSales: afterSales(database),
    heard: sources(database),
    outbox: hub.answering.outbox,
    ...(config.dingtalk && { tellFilers: filersToldBy(database, hub.answering.outbox, wake) }),
    clock: systemClock,
    log,
    everyMinutes: Object.fromEntries(every),
  })
  const trackers = connectors.flatMap(({ connector }) => connector.tracker ?? [])
  const tracks = tracking({ database, trackers, heard: sources(database), clock: systemClock, log })
  const smsVendors = connectors.flatMap(({ connector }) => connector.sms ?? [])
  const limits = connectors.flatMap(({ silentHours, connector: { channels: shops = [], outbound: warehouse } }) =>
    [...shops.map(({ sources: { push } }) => push), warehouse?.source].flatMap((source) =>
      source === undefined ? [] : [{ source, hours: silentHours }],
    ),
  )
  const customers = connectors.flatMap(({ connector }) => connector.customers ?? [])
  const crm = crmFeed({ database, personal, customers, heard: sources(database), clock: systemClock, log })
  const warehouses = connectors.flatMap((one) => one.connector.outbound ?? [])
  const out = outbound({
    database,
    warehouses,
    intake: hub.answering.intake,
    heard: sources(database),
    clock: systemClock,
  })
  const push = {
    doors: [...channels, ...trackers, ...smsVendors, ...customers, ...warehouses],
    takePush: takePush(hub.answering.door, personal),
    clock: systemClock,
    log,
    wake,
  }
  const queues = { ...push, database, channels, heard: sources(database) }
  return {
    connectors,
    channels,
    feed: reading,
    doors: push.doors.length === 0 ? [] : [feedDoor(push)],
    tasks: feedTasks(reading, tracks, smsReceipts(database, log), crm, out),
    ticks: [
      ...(channels.length === 0
        ? []
        : [{ name: 'feed', everyMs: 10_000, run: (stop: AbortSignal) => reading.pullDue(stop) }]),
      ...(channels.every(({ queue }) => queue === undefined)
        ? []
        : [{ name: 'feed.queues', everyMs: 2_000, run: (stop: AbortSignal) => drainDue(queues, stop) }]),
      ...(customers.some(({ pullSince }) => pullSince !== undefined)
        ? [{ name: 'feed.customers', everyMs: 60_000, run: (stop: AbortSignal) => crm.pullDue(stop) }]
        : []),
      ...(trackers.length === 0 ? [] : trackTicks(tracks)),
      ...(limits.length === 0
        ? []
        : [{ name: 'feed.silence', everyMs: 60_000, run: () => findSilent(database, limits, log) }]),
    ],
    orderSources: channels.map(asOrderSource),
    ...(channels.some(({ readEvent }) => readEvent !== undefined) && {
      takeEvent: eventTaker(channels, push),
    }),
    silent: () => silentNow(database, limits),
    ...(smsVendors[0] && { sms: smsSending({ database, vendor: smsVendors[0], clock: systemClock, log }) }),
  }
}

/** Forms are filed in DingTalk, and so are the words about them. */
function filersToldBy(
  database: Store['database'],
  outbox: Pick<Outbox, 'enqueue'>,
  wake: () => void,
): (told: readonly FiledOrder[]) => Promise<void> {
  const say = sayOnce(database, outbox)
  return async (told) => {
    const entries = told.flatMap((one) => filedEntry(one))
    if (entries.length > 0 && (await say(entries)) > 0) wake()
  }
}

/** Stored as a push is: once, with its job. What cannot be read is nobody's, and would be pushed again for ever. */
function eventTaker(
  channels: readonly SalesChannel[],
  { takePush: take, log, wake }: { readonly takePush: TakePush; readonly log: Log; readonly wake: () => void },
): (event: PlatformEvent) => Promise<boolean> {
  return async (event) => {
    for (const { name, readEvent } of channels) {
      const hints = readEvent === undefined ? [] : hintsIn(readEvent, event, log)
      const raw = Buffer.from(event.data)
      if (hints.length === 0) continue
      if ((await take({ connector: name, hints, raw, receivedAtMs: systemClock.nowMs() })) > 0) wake()
    }
    return true
  }
}

function hintsIn(readEvent: NonNullable<SalesChannel['readEvent']>, event: PlatformEvent, log: Log): readonly Hint[] {
  try {
    return readEvent(event)
  } catch (error) {
    if (!(error instanceof BadPayload)) throw error
    log('warn', 'an event of another shape', { type: event.type, ...errorFields(error) })
    return []
  }
}

function trackTicks(tracks: Tracking): readonly Tick[] {
  return [
    { name: 'track.subscribe', everyMs: 10_000, run: (stop) => tracks.subscribeDue(stop) },
    { name: 'track.reconcile', everyMs: 60_000, run: (stop) => tracks.reconcileDue(stop) },
  ]
}

/** What connectors.json holds. Throws CannotStart with all that is wrong with it. */
function configuredIn({
  connectorsFile,
  secretOf,
}: Pick<Config, 'connectorsFile' | 'secretOf'>): readonly Configured[] {
  if (connectorsFile === undefined) return []
  return readConnectors(textOf(connectorsFile), (reference) => secretBehind(reference, secretOf))
}

function secretBehind(reference: string, secretOf: Config['secretOf']): string | undefined {
  const [kind, ...rest] = reference.split(':')
  const place = rest.join(':')
  return kind === 'env' ? secretOf(place) : textOf(place).trim()
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new CannotStart(`${path} cannot be read: see that it is there and that this user may read it`, error)
  }
}

function asOrderSource(channel: SalesChannel): OrderSource {
  return {
    name: channel.sources.single,
    channel: channel.channel,
    couldBe: (orderNo) => channel.couldBe(orderNo),
    pull: async (orderNo, signal) => {
      const told = await channel.pullOrder(orderNo, signal)
      const order = told?.orders.find((one) => one.orderNo === orderNo)
      return order && { ...order, source: channel.sources.single }
    },
  }
}
