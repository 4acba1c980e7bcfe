import { feedTasks } from '../../handlers/feed-task.ts'
import { type DatabaseTarget, openDatabase } from '../../src/db/client.ts'
import { feedDoor } from '../../src/feed-door.ts'
import { afterSales } from '../../src/hub/after-sales.ts'
import type { SalesChannel } from '../../src/hub/channel-port.ts'
import { feed } from '../../src/hub/feed.ts'
import { intake } from '../../src/hub/intake.ts'
import { outbox } from '../../src/hub/outbox.ts'
import { sources } from '../../src/hub/sources.ts'
import { takePush } from '../../src/hub/take-push.ts'
import { type Executor, worker } from '../../src/jobs/worker.ts'
import { type Clock, systemClock } from '../../src/runtime/clock.ts'
import { randomIds } from '../../src/runtime/ids.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { testPersonal } from './cipher.ts'
import { type CutLine, cutLine } from './cut-line.ts'

/** One process that feeds the hub, with a line of its own to the database that may be cut: nobody hears of it again after that. */
export type ReplayDesk = {
  readonly isDead: () => boolean
  /** Reads the lists that are due, and carries out what is due in the outbox. */
  read(): Promise<void>
  /** HTTP as a vendor speaks it; undefined when it died over it. What was told is carried out as far as it lives. */
  take(path: string, request: RequestInit): Promise<Response | undefined>
  close(): Promise<void>
}

const never = new AbortController().signal
const aside = async () => 'taken' as const

/** The parts of src/feed-parts.ts about sales channels, on a clock that is moved. */
export async function openReplayDesk(
  target: DatabaseTarget,
  channels: readonly SalesChannel[],
  clock: Clock,
  dies?: { readonly afterMessages: number; readonly heard: boolean },
): Promise<ReplayDesk> {
  const line = await cutLine(target)
  if (dies) line.cutAfter(dies.afterMessages, dies.heard)
  const database = openDatabase(line.target, { max: 4 })
  const box = outbox(database, testPersonal, { random: () => 0 })
  const reading = feed({
    database,
    channels,
    intake: intake(database, testPersonal, clock, randomIds()),
    afterSales: afterSales(database),
    heard: sources(database),
    outbox: box,
    clock,
    log: silentLog,
    // the timed pulls of the scene are far apart: each of them reads all lists
    everyMinutes: Object.fromEntries(channels.map(({ name }) => [name, 1])),
  })
  const executor = worker({
    outbox: box,
    tasks: feedTasks(reading, { heard: aside }, { heard: aside }, { heard: aside }, { heard: aside }),
    wake: () => undefined,
    clock: systemClock,
    log: silentLog,
    leaseMs: 1_000,
  })
  const channelDoors = { doors: channels, takePush: takePush(database, testPersonal), clock }
  const door = feedDoor({ ...channelDoors, log: silentLog, wake: () => undefined })
  const alive = <T>(work: Promise<T>) => untilDead(line, work)
  return {
    isDead: line.isCut,
    read: async () => {
      await alive(reading.pullDue(never).then(() => drain(box, executor)))
    },
    take: async (path, request) => {
      const answer = await alive(Promise.resolve(door.request(path, request)))
      await alive(drain(box, executor))
      return answer
    },
    close: async () => {
      await line.close()
      // what waits for an answer that never comes is not waited for
      await database.sql.end({ timeout: 0 })
      await database.close()
    },
  }
}

/** undefined once the line is cut; what fails for another reason is thrown. */
async function untilDead<T>(line: CutLine, work: Promise<T>): Promise<T | undefined> {
  try {
    return await Promise.race([work, line.died.then(() => undefined)])
  } catch (error) {
    if (!line.isCut()) throw error
    return undefined
  }
}

async function drain(box: Pick<ReturnType<typeof outbox>, 'due'>, executor: Executor): Promise<void> {
  for (let round = 0; round < 20; round++) {
    const rows = await box.due(50)
    if (rows.length === 0) return
    await Promise.all(rows.map(({ key }) => executor.execute(key)))
  }
}
