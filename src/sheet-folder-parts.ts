import { sheetFolderTick } from '../handlers/sheet-folder.ts'
import type { PlatformName } from './chat/event.ts'
import type { Opened } from './connectors/registry.ts'
import { folderRecord } from './hub/sheet-folder-record.ts'
import { sources } from './hub/sources.ts'
import { receiversOf } from './hub/staff.ts'
import type { Hub } from './hub-parts.ts'
import type { Tick } from './jobs/schedule.ts'
import { systemClock } from './runtime/clock.ts'
import type { Log } from './runtime/log.ts'
import type { Store } from './store.ts'

export type SheetFolderSources = {
  readonly store: Pick<Store, 'database'>
  readonly hub: Pick<Hub, 'imports' | 'outbox' | 'ids'>
  readonly connectors: readonly Opened[]
  /** Where people are reached, first choice first. */
  readonly channels: readonly PlatformName[]
  readonly wake: () => void
  readonly log: Log
}

const defaultMinutes = 5

/** The folders of sheets that are watched, a tick each. Files carry the real time. */
export function sheetFolderTicks({
  store: { database },
  hub,
  connectors,
  channels,
  wake,
  log,
}: SheetFolderSources): readonly Tick[] {
  const [platform = 'play'] = channels
  return connectors.flatMap(({ connector: { sheets }, everyMinutes = defaultMinutes }) =>
    sheets === undefined
      ? []
      : [
          sheetFolderTick({
            folder: sheets,
            everyMs: everyMinutes * 60_000,
            imports: hub.imports,
            record: folderRecord(database, hub.outbox, hub.ids),
            receivers: (memberIds) =>
              receiversOf(database.sql, {
                ...(memberIds.length === 0 ? { roles: ['ops'] } : { memberIds }),
                platform,
                reachable: channels,
              }),
            heard: sources(database),
            wake,
            clock: systemClock,
            log,
          }),
        ],
  )
}
