import { createHmac } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { Hono } from 'hono'
import { dingtalkPlatform } from '../bot/dingtalk/platform.ts'
import { dispatch } from '../bot/dispatch.ts'
import { outbound } from '../bot/outbound.ts'
import type { Platform } from '../bot/platform.ts'
import { playPages } from '../bot/play/pages.ts'
import { playPlatform } from '../bot/play/platform.ts'
import { relayCallback } from '../bot/relay.ts'
import { wecomPlatform } from '../bot/wecom/platform.ts'
import { practicePlatform, practiceSettings } from '../bot/wecom/practice.ts'
import { type ActionCodec, actionCodec } from '../cards/actions.ts'
import { proofTick } from '../handlers/clock-proof.ts'
import { clockTicks, escalationEntry } from '../handlers/escalations.ts'
import { keepPictureTask, keepPictureTaskName } from '../handlers/keep-picture.ts'
import { type FollowParts, followedEntry } from '../handlers/order-follow.ts'
import { silenceTick } from '../handlers/push-silence.ts'
import { bookByPhoto } from '../handlers/receive-photo.ts'
import { routes } from '../handlers/routes.ts'
import { sheetImportRoutes, sheetImportTask, sheetImportTaskName } from '../handlers/sheet-import.ts'
import { smsTask, smsTaskName } from '../handlers/sms-task.ts'
import { chatEntry, tasks } from '../handlers/tasks.ts'
import { touchTick } from '../handlers/touch-health.ts'
import { photoRoutes, photoTask, photoTaskName } from '../handlers/waybill-photo.ts'
import { answerParts, talkParts } from './answer-parts.ts'
import { type AppParts, buildApp, type Check } from './app.ts'
import { backOfficeParts } from './back-office-parts.ts'
import type { ChatEvent, PlatformName } from './chat/event.ts'
import type { Role } from './chat/member.ts'
import type { EventSink, MediaSource, OutboundMessage } from './chat/ports.ts'
import type { Config } from './config.ts'
import { customsParts } from './customs-parts.ts'
import { exportDoor, exportLink } from './export-door.ts'
import { type OpenFeed, openFeed } from './feed-parts.ts'
import { flowParts } from './flow-parts.ts'
import { clockEngine } from './hub/clock-engine.ts'
import { proveBeside } from './hub/clock-proof.ts'
import type { CustomerMerges } from './hub/customer-merge.ts'
import { memberPhone } from './hub/member-phone.ts'
import type { Photos } from './hub/photos.ts'
import { steadyRules } from './hub/rungs.ts'
import { settings } from './hub/settings.ts'
import { phoneChannel } from './hub/sms.ts'
import { activeMember } from './hub/staff.ts'
import { type Hub, openHub } from './hub-parts.ts'
import { bullmqQueue } from './jobs/bullmq-queue.ts'
import { hintTasks, pump } from './jobs/pump.ts'
import { schedule, type Tick } from './jobs/schedule.ts'
import { worker } from './jobs/worker.ts'
import { readingProcess } from './ocr/reading-process.ts'
import { photoDoor, photoLink } from './photo-door.ts'
import { lazyReader, photoReader } from './photo-reader.ts'
import { type MovableClock, systemClock } from './runtime/clock.ts'
import { PlatformRefused } from './runtime/errors.ts'
import type { Log } from './runtime/log.ts'
import { sampleQuestions } from './seed/sample-questions.ts'
import { sheetFolderTicks } from './sheet-folder-parts.ts'
import { linkMs } from './signed-door.ts'
import type { Store } from './store.ts'

export type DeskParts = {
  readonly config: Config
  readonly store: Store
  readonly clock: MovableClock
  readonly log: Log
}

export type Desk = {
  readonly app: ReturnType<typeof buildApp>
  readonly checks: Readonly<Record<string, Check>>
  readonly hub: Hub
  /** The systems that feed it. */
  readonly fed: OpenFeed
  /** Listens, pumps, works and sweeps until `stop`; resolves when all of it has ended. Start it once the doors are open. */
  run(stop: AbortSignal): Promise<void>
  /** Opens what the first photo needs ahead of it. Rejects with what to do when no reader of photos can start. */
  warm(): Promise<void>
  /** After `run` has resolved: ends the connections. The store stays open. */
  close(): Promise<void>
}

const reclaimLeaseMs = 30_000
const photoDays = 30
const dayMs = 86_400_000

/** Every real thing of the desk, created and joined: the only place where bot, handlers, hub and jobs meet. */
export function openDesk({ config, store, clock, log }: DeskParts): Desk {
  const hub = openHub({ store, dataDir: config.dataDir, clock, log })
  const queue = bullmqQueue({ target: store.target, redisUrl: config.redisUrl, log })
  let ring = () => {}
  const wake = () => ring()
  const say = async (message: OutboundMessage) => {
    await hub.toOutbox(chatEntry(message))
    wake()
  }
  const job = (task: string) => async (key: string, payload: unknown) => {
    await hub.toOutbox({ key, task, payload })
    wake()
  }
  const fed = openFeed({ config, store, hub, log, wake })
  const platforms = openPlatforms({ config, store, clock, log }, hub, say, fed.takeEvent)
  const codec = codecOf(store.dataKeyHex)
  const exportKey = keyFor(store.dataKeyHex, 'export links v1')
  const reader = lazyReader(() => readingProcess({ choice: config.ocrReader, log }))
  const channels = channelsOf(config)
  const { sms } = fed
  const office = backOfficeParts({ store, answering: hub.answering, connectors: fed.connectors, log })
  const ports = fed.connectors.flatMap(({ connector }) => connector.commands ?? [])
  const readPhoto = photoReader(reader)
  const flow = flowParts({ config, store, hub, clock, log, codec, channels, wake, ports, readPhoto })
  const parts = {
    ...flow.parts,
    ...answerParts(
      hub.answering,
      codec,
      platforms.map(({ name }) => name),
      (platform) => exportLinks(config, exportKey, platform),
    ),
    ...talkParts(hub.answering, fed.orderSources),
    ...office.answers,
  }
  const engine = clockEngine({
    database: store.database,
    time: clock,
    rules: steadyRules(settings(store.database), log),
    outbox: hub.outbox,
    log,
    channels: [...channelsOf(config), ...(sms === undefined ? [] : [phoneChannel])],
    process: String(process.pid),
  })
  const photoKey = keyFor(store.dataKeyHex, 'photo links v1')
  const media = mediaOf(platforms)

  const desk = dispatch({
    inbox: hub.inbox,
    members: hub.members,
    routes: [
      ...photoRoutes({ request: job(photoTaskName) }),
      ...sheetImportRoutes({ request: job(sheetImportTaskName) }),
      ...routes(parts),
    ],
    platforms,
    queryLog: hub.queryLog,
    clock,
    log,
    ids: hub.ids,
    wake,
  })
  const send = outbound({
    platforms,
    clock,
    healed: async (name) => {
      await hub.outbox.hurry(`${name}:`)
      wake()
    },
  })
  const executor = worker({
    outbox: hub.outbox,
    tasks: {
      ...flow.tasks,
      ...flow.speaking(send),
      ...fed.tasks,
      ...tasks({ outbound: send }),
      ...(sms && { [smsTaskName]: smsTask({ sender: sms, phoneOf: memberPhone(store) }) }),
      [sheetImportTaskName]: sheetImportTask({ imports: hub.imports, media, say, clock }),
      [keepPictureTaskName]: keepPictureTask({ media, attachments: hub.attachments }),
      [photoTaskName]: photoTask({
        ...parts,
        read: readPhoto,
        media,
        say,
        cropLink: (photoId) => linkTo(config, photoKey, photoId),
        bookByPhoto: bookByPhoto(parts),
        memberOf: activeMember<Role>(store.database),
      }),
    },
    wake,
    clock,
    log,
    turnOf: send.turnOf,
  })
  const feed = pump({ outbox: hub.outbox, queue, executor, clock, log })
  ring = feed.wake

  const sayOnce: typeof parts.sayOnce = async (entries) => woken(await parts.sayOnce(entries), wake)
  const ticks: readonly Tick[] = [
    { name: 'reclaim', everyMs: 5_000, run: async () => reclaim(hub, desk.redispatch) },
    { name: 'probe', everyMs: 5_000, run: send.probe },
    ...flow.ticks,
    ...fed.ticks,
    ...office.ticks,
    ...customsParts({ store, hub, connectors: fed.connectors, clock: systemClock, log }).ticks,
    ...sheetFolderTicks({ store, hub, connectors: fed.connectors, channels, wake, log }),
    ...clockTicks({ engine, codec, wake }),
    proofTick(proofPartsOf({ config, store, log, clock }, hub, codec, wake)),
    { name: 'follows', everyMs: 5_000, run: () => tellFollowers(parts, wake) },
    touchTick({ ...parts, sayOnce }),
    silenceTick({ ...parts, silent: fed.silent, sayOnce, clock: systemClock }),
    { name: 'customers', everyMs: 2_000, run: async () => settleCustomers(parts.merges) },
    { name: 'retention', everyMs: 3_600_000, run: async () => sweep(hub) },
  ]
  // the play page may move the desk's time; vendors sign with the real one, so their doors keep it and their deadlines are shifted
  const shifted: EventSink = (event, deadlineMs) => desk.sink(event, deadlineMs + clock.offsetMs())
  const sinkOf = (door: Platform['name'] | 'edge') => (door === 'play' ? desk.sink : shifted)
  const checks = checksOf(store, queue.health, platforms)
  const exports = exportDoor({ key: exportKey, clock: systemClock, files: hub.exportFiles })
  return {
    app: buildApp({
      ...mountsOf({
        config,
        platforms,
        sinkOf,
        log,
        doors: [photoMount(parts.photos, photoKey), exports, ...flow.doors, ...fed.doors],
      }),
      checks,
      log,
    }),
    checks,
    hub,
    fed,
    run: async (stop) => {
      await Promise.all([
        ...platforms.map((platform) => platform.listen?.(sinkOf(platform.name), stop)),
        queue.work(hintTasks(executor), stop),
        feed.run(stop),
        schedule({ ticks, clock, log }, stop),
      ])
      await executor.rest()
      await desk.idle()
    },
    warm: () => reader.warm(),
    close: async () => {
      await reader.close()
      await queue.close()
      await hub.close()
    },
  }
}

/** Tokens on cards are signed with a key of their own, derived from the installation's. */
export function codecOf(dataKeyHex: string): ActionCodec {
  return actionCodec(keyFor(dataKeyHex, 'card actions v1'))
}

function keyFor(dataKeyHex: string, purpose: string): Buffer {
  return createHmac('sha256', Buffer.from(dataKeyHex, 'hex')).update(purpose).digest()
}

/** Vendors' doors keep the real time, and so do links: they end when they said they would. */
function linkTo({ publicUrl, play, port }: Config, key: Buffer, photoId: string): string | undefined {
  const base = publicUrl ?? (play ? `http://localhost:${port}` : undefined)
  return base === undefined ? undefined : photoLink({ key, clock: systemClock }, base, photoId, 'crop')
}

/** The address on this machine is one for the play page alone: phones of a platform do not reach it. */
function exportLinks(
  { publicUrl, play, port }: Config,
  key: Buffer,
  platform: Platform['name'],
): ((fileId: string) => string) | undefined {
  const base = publicUrl ?? (play && platform === 'play' ? `http://localhost:${port}` : undefined)
  return base === undefined ? undefined : (fileId) => exportLink({ key, clock: systemClock }, base, fileId)
}

function photoMount(kept: Pick<Photos, 'storedAs' | 'bytesOf'>, key: Buffer) {
  return photoDoor({
    key,
    clock: systemClock,
    find: async (photoId, part) => {
      const storedAs = await kept.storedAs(photoId, part)
      return storedAs === undefined ? undefined : kept.bytesOf(storedAs)
    },
  })
}

/** The clocks prove themselves on the desk's own database. */
function proofPartsOf({ config, store, clock, log }: DeskParts, hub: Hub, codec: ActionCodec, wake: () => void) {
  const words = escalationEntry({ codec })
  const prove = () => proveBeside(store, { words, log })
  const { database } = store
  return { database, outbox: hub.outbox, time: clock, channels: channelsOf(config), log, prove, wake }
}

/** Where people are reached first, and next when that fails. WeCom's practice door sends nothing. */
function channelsOf({ wecom, wecomBot, dingtalk, play }: Config): readonly PlatformName[] {
  return [
    ...(wecom || wecomBot ? (['wecom'] as const) : []),
    ...(dingtalk ? (['dingtalk'] as const) : []),
    ...(play ? (['play'] as const) : []),
  ]
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

type Say = (message: OutboundMessage) => Promise<void>

function openPlatforms(
  { config, store, clock, log }: DeskParts,
  hub: Hub,
  later: Say,
  onEvent: OpenFeed['takeEvent'],
): readonly Platform[] {
  const { sharedToken, sendBudget } = hub
  const platforms: Platform[] = []
  if (config.wecom || config.wecomBot) {
    const bot = config.wecomBot && { settings: config.wecomBot, later }
    platforms.push(wecomPlatform({ config: config.wecom, bot, sharedToken, sendBudget, clock: systemClock, log }))
  } else if (config.play)
    platforms.push(practicePlatform({ settings: practiceSettings(store.dataKeyHex), clock: systemClock, log }))
  if (config.dingtalk)
    platforms.push(
      dingtalkPlatform({ config: config.dingtalk, sharedToken, sendBudget, clock: systemClock, log, onEvent }),
    )
  if (config.play) {
    const samples = async (persona: string) => {
      if (persona === 'stranger') return []
      const questions = await sampleQuestions(store.database, clock.nowMs())
      return questions.map(({ text }) => text)
    }
    const { playTranscript, blobs } = hub
    platforms.push(playPlatform({ clock, transcript: playTranscript, blobs, log, boundHost: config.host, samples }))
  }
  return platforms
}

/** A photo or file is fetched from the platform it was sent on. */
function mediaOf(platforms: readonly Platform[]): MediaSource {
  return {
    fetch: async (ref) => {
      const platform = platforms.find(({ name }) => name === ref.platform)
      if (platform === undefined)
        throw new PlatformRefused(`platform ${ref.platform} is not configured`, { retryable: false })
      return platform.media.fetch(ref)
    },
  }
}

type Mounting = {
  readonly config: Config
  readonly platforms: readonly Platform[]
  readonly sinkOf: (door: Platform['name'] | 'edge') => EventSink
  /** What is served by signed links. */
  readonly doors: readonly Hono[]
  readonly log: Log
}

function mountsOf({ config, platforms, sinkOf, doors, log }: Mounting): Pick<AppParts, 'mounts' | 'home'> {
  const mounts = [...platforms.map((platform) => platform.callback(sinkOf(platform.name))), ...doors]
  if (config.relaySecret !== undefined)
    mounts.push(relayCallback({ sink: sinkOf('edge'), secret: config.relaySecret, clock: systemClock, log }))
  if (!config.play) return { mounts, home: undefined }
  // the same place seen from src/ and from dist/src/
  const root = fileURLToPath(new URL('..', import.meta.url)).replace(/dist\/$/, '')
  return { mounts: [...mounts, playPages(`${root}dist/console`)], home: '/play/' }
}

function checksOf(store: Store, queue: Check, platforms: readonly Platform[]): Readonly<Record<string, Check>> {
  const database: Check = async () => {
    const answer = store.database.sql`SELECT 1`.then(
      () => undefined,
      () => 'The database does not answer: see that it runs.',
    )
    return answer
  }
  return { database, queue, ...Object.fromEntries(platforms.map(({ name, health }) => [name, health])) }
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
