import { dispatch } from '../bot/dispatch.ts'
import { outbound } from '../bot/outbound.ts'
import type { Platform } from '../bot/platform.ts'
import { keepPictureTask, keepPictureTaskName } from '../handlers/keep-picture.ts'
import { bookByPhoto } from '../handlers/receive-photo.ts'
import { routes } from '../handlers/routes.ts'
import { sheetImportRoutes, sheetImportTask, sheetImportTaskName } from '../handlers/sheet-import.ts'
import { smsTask, smsTaskName } from '../handlers/sms-task.ts'
import { chatEntry, tasks } from '../handlers/tasks.ts'
import { photoRoutes, photoTask, photoTaskName } from '../handlers/waybill-photo.ts'
import { answerParts, talkParts } from './answer-parts.ts'
import { buildApp, type Check } from './app.ts'
import { backOfficeParts } from './back-office-parts.ts'
import type { Role } from './chat/member.ts'
import type { EventSink, OutboundMessage } from './chat/ports.ts'
import type { Config } from './config.ts'
import { customsParts } from './customs-parts.ts'
import { deskTicks } from './desk-ticks.ts'
import { exportDoor } from './export-door.ts'
import { type OpenFeed, openFeed } from './feed-parts.ts'
import { flowParts } from './flow-parts.ts'
import { clockEngine } from './hub/clock-engine.ts'
import { memberPhone } from './hub/member-phone.ts'
import { steadyRules } from './hub/rungs.ts'
import { settings } from './hub/settings.ts'
import { phoneChannel } from './hub/sms.ts'
import { activeMember } from './hub/staff.ts'
import { type Hub, openHub } from './hub-parts.ts'
import { bullmqQueue } from './jobs/bullmq-queue.ts'
import { hintTasks, pump } from './jobs/pump.ts'
import { schedule, type Tick } from './jobs/schedule.ts'
import { worker } from './jobs/worker.ts'
import { checksOf, mountsOf } from './mounts.ts'
import { readingProcess } from './ocr/reading-process.ts'
import { lazyReader, photoReader } from './photo-reader.ts'
import { channelsOf, mediaOf, openPlatforms } from './platform-parts.ts'
import { type MovableClock, systemClock } from './runtime/clock.ts'
import type { Log } from './runtime/log.ts'
import { sheetFolderTicks } from './sheet-folder-parts.ts'
import { codecOf, exportLinks, keyFor, linkTo, photoMount } from './signed-links.ts'
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
  const platforms = openPlatforms({ config, store, hub, clock, log, later: say, onEvent: fed.takeEvent })
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
      // not the practice door of WeCom, which sends nothing
      channels,
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
    channels: [...channels, ...(sms === undefined ? [] : [phoneChannel])],
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

  const ticks: readonly Tick[] = [
    { name: 'probe', everyMs: 5_000, run: send.probe },
    ...flow.ticks,
    ...fed.ticks,
    ...office.ticks,
    ...customsParts({ store, hub, connectors: fed.connectors, clock: systemClock, log }).ticks,
    ...sheetFolderTicks({ store, hub, connectors: fed.connectors, channels, wake, log }),
    ...deskTicks({
      ...{ store, hub, codec, channels, clock, log, wake, engine, parts },
      silent: fed.silent,
      redispatch: desk.redispatch,
    }),
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
