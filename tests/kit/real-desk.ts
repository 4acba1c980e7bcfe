import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Config, loadConfig } from '../../src/config.ts'
import { personalData } from '../../src/hub/personal.ts'
import { type MovableClock, movableClock } from '../../src/runtime/clock.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { seedSample } from '../../src/seed/seed-sample.ts'
import { type Desk, openDesk } from '../../src/services.ts'
import { type FreshDatabase, freshDatabase } from './database.ts'
import { listen } from './listen.ts'

export type RealDesk = {
  readonly url: string
  readonly desk: Desk
  readonly clock: MovableClock
  readonly fresh: FreshDatabase
  close(): Promise<void>
}

const dataKeyHex = '5a'.repeat(32)

export type RealDeskOptions = Partial<Config> & {
  readonly orders?: number
  /** The desk opens tomorrow at this minute of the day in China, so that 今天 and 昨天 hold the same whenever the suite runs. */
  readonly opensAt?: { readonly hour: number; readonly minute: number }
}

const dayMs = 86_400_000

/** The whole desk as main.ts opens it, in this process: real database with the sample firm, real HTTP, jobs running. */
export async function openRealDesk(parts: RealDeskOptions = {}): Promise<RealDesk> {
  const { orders = 400, opensAt, ...over } = parts
  const fresh = await freshDatabase()
  const dataDir = await mkdtemp(join(tmpdir(), 'chadan-desk-'))
  const personal = personalData(dataKeyHex)
  const clock = movableClock()
  if (opensAt !== undefined) {
    const sinceMidnightMs = (clock.nowMs() + 8 * 3_600_000) % dayMs
    clock.setOffset(dayMs - sinceMidnightMs + (opensAt.hour * 60 + opensAt.minute) * 60_000)
  }
  await seedSample(fresh.database, { orders, seed: 1, nowMs: clock.nowMs(), personal, log: silentLog })
  const store = { target: fresh.target, database: fresh.database, personal, dataKeyHex, close: async () => {} }
  const config = { ...loadConfig({ PLAY: '1' }), dataDir, ...over }
  const desk = openDesk({ config, store, clock, log: silentLog })
  const stop = new AbortController()
  const running = desk.run(stop.signal)
  const door = await listen(desk.app)
  return {
    url: door.url,
    desk,
    clock,
    fresh,
    close: async () => {
      stop.abort()
      await running
      await door.close()
      await desk.close()
      await fresh.drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
