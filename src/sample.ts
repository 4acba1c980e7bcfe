import type { Config } from './config.ts'
import type { Log } from './runtime/log.ts'
import { seedSample } from './seed/seed-sample.ts'
import type { Store } from './store.ts'

const sampleOrders = 3_000

/**
 * Gives a desk to play with something to ask about: fills a hub that has never held an order. A hub where people work
 * (credentials set, PLAY not 1) is never touched.
 */
export async function ensureSample(config: Config, store: Store, nowMs: number, log: Log): Promise<void> {
  if (!config.play) return
  const [row] = await store.database.sql<{ used: boolean }[]>`
    SELECT EXISTS (SELECT 1 FROM orders) OR EXISTS (SELECT 1 FROM settings WHERE name = 'sample') AS used`
  if (row?.used === true) return
  await seedSample(store.database, { orders: sampleOrders, seed: 1, nowMs, personal: store.personal, log })
}
