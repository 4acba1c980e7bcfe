import type { Database } from '../db/client.ts'
import type { PersonalData } from '../hub/personal.ts'
import type { Log } from '../runtime/log.ts'
import { hourOf } from './beijing.ts'
import { withoutIndexes } from './bulk.ts'
import { hoursOf, isPromo, timesIn } from './calendar.ts'
import { callRows } from './calls.ts'
import { casesOf, namedPlans, planOf } from './cast.ts'
import { type Loader, loader } from './copy.ts'
import { decisionRows } from './decisions.ts'
import type { DraftOrder } from './draft.ts'
import { drawFate } from './fate.ts'
import { sourceRows } from './hearing.ts'
import { mishaps } from './mishaps.ts'
import { noticeRows } from './notices.ts'
import { numberBook } from './numbers.ts'
import { type Crowd, type Customer, channelOf, crowdOf } from './people.ts'
import type { Plan, Telling } from './plan.ts'
import { type Random, randomOf } from './prng.ts'
import { receivableRows } from './receivables.ts'
import { customerRows, orderRows, sealing, type TableName, tableNames } from './rows.ts'
import { staffRows } from './staff-rows.ts'
import { stockRows } from './stock.ts'
import { tellOrder } from './story.ts'

export type SeedOptions = {
  readonly orders: number
  /** Same seed and same `nowMs`: same rows (sealed fields aside, their nonces are new each time). */
  readonly seed: number
  readonly nowMs: number
  readonly personal: PersonalData
  readonly log: Log
  /** lean: orders, lines and one parcel with two track nodes, for big benchmark hubs. */
  readonly detail?: 'full' | 'lean'
  /** Replaces what the hub holds: orders, customers, returns and stock are emptied first. Members and rules stay. */
  readonly force?: boolean
}

export type SeedOutcome =
  | { readonly outcome: 'seeded'; readonly rows: Readonly<Record<TableName, number>>; readonly tookMs: number }
  /** The hub holds orders already and `force` was not given. */
  | { readonly outcome: 'not-empty' }

/** From this many orders on the indexes are built afterwards. */
const bulkFrom = 20_000

/** Fills the hub with the sample firm in one transaction: all of it or nothing. */
export async function seedSample(database: Database, options: SeedOptions): Promise<SeedOutcome> {
  const begun = performance.now()
  const done = await database.sql.begin(async (sql) => {
    // two starts at once must not both find the hub empty
    await sql`SELECT pg_advisory_xact_lock(hashtext('chadan.seed'))`
    const [held] = await sql<{ full: boolean }[]>`SELECT EXISTS (SELECT 1 FROM orders) AS full`
    if (held?.full === true && options.force !== true) return undefined
    if (options.force === true) await sql.unsafe(`TRUNCATE ${tableNames.join(', ')} CASCADE`)
    await staffRows(sql, options.personal, options.nowMs)
    const load = loader(sql)
    const work = () => loadAll(load, options)
    if (options.orders >= bulkFrom) await withoutIndexes(sql, work)
    else await work()
    for (const source of sourceRows(options.nowMs))
      await sql`INSERT INTO sources (name, heard_at, stale_after_minutes, last_error)
        VALUES (${source.name}, ${new Date(source.heardAtMs)}, ${source.staleAfterMinutes}, ${source.lastError ?? null})
        ON CONFLICT (name) DO UPDATE SET heard_at = excluded.heard_at, stale_after_minutes = excluded.stale_after_minutes, last_error = excluded.last_error`
    const note = { seed: options.seed, orders: options.orders, atMs: options.nowMs }
    await sql`INSERT INTO settings (name, value) VALUES ('sample', ${sql.json(note)}) ON CONFLICT (name) DO UPDATE SET value = excluded.value`
    return load.counts
  })
  if (done === undefined) return { outcome: 'not-empty' }
  for (const table of tableNames) await database.sql`ANALYZE ${database.sql(table)}`
  const tookMs = Math.round(performance.now() - begun)
  options.log('info', 'sample data loaded', { orders: done.orders, parcels: done.parcels, tookMs })
  return { outcome: 'seeded', rows: done, tookMs }
}

async function loadAll(load: Loader, options: SeedOptions): Promise<void> {
  const { seed, nowMs, personal } = options
  const lean = options.detail === 'lean'
  const crowd = crowdOf(seed, nowMs, options.orders)
  for (let index = 0; index < crowd.count; index++) {
    customerRows(load.take, personal, crowd.at(index), nowMs, lean)
    await load.pace()
  }
  stockRows(load.take, seed, nowMs)
  const seals = sealing(personal, lean)
  const calls = callRows(seed, nowMs)
  const [notices, decisions, befall] = [noticeRows(seed, nowMs), decisionRows(seed), mishaps(seed, nowMs)]
  if (!lean) receivableRows(load.take, crowd, nowMs)
  for (const told of sampleOrders(crowd, options)) {
    const order = lean ? told : befall(told)
    orderRows(load.take, seals, order)
    if (!lean) for (const also of [calls, notices, decisions]) also(load.take, order)
    await load.pace()
  }
  await load.finish()
}

type Sample = Pick<SeedOptions, 'orders' | 'seed' | 'nowMs' | 'detail'>

/** The orders one after the other, first those with a story, then the two months hour by hour. Never held all at once. */
export function* sampleOrders(crowd: Crowd, { orders, seed, nowMs, detail }: Sample): Generator<DraftOrder> {
  const telling: Telling = { nowMs, book: numberBook(), lean: detail === 'lean' }
  const stories = telling.lean ? [] : storiesOf(crowd, seed, nowMs).slice(0, orders)
  for (const [index, plan] of stories.entries()) yield tellOrder(randomOf(seed, 21, index), telling, plan)
  let index = 0
  for (const [number, hour] of hoursOf(nowMs, orders - stories.length).entries()) {
    for (const orderedAtMs of timesIn(randomOf(seed, 22, number), hour)) {
      const random = randomOf(seed, 23, index++)
      yield tellOrder(random, telling, anyPlan(random, crowd, nowMs, orderedAtMs))
    }
  }
}

function storiesOf(crowd: Crowd, seed: number, nowMs: number): Plan[] {
  const cases = casesOf(nowMs).map((oneCase, index) => {
    const buyer = buyerOn(randomOf(seed, 24, index), crowd, oneCase.channel)
    return planOf(oneCase, buyer, nowMs)
  })
  return [...namedPlans(crowd, nowMs), ...cases]
}

/** Somebody who buys on this channel, if one is met soon. */
function buyerOn(random: Random, crowd: Crowd, channel: Plan['channel']): Customer {
  let customer = crowd.buyer(random)
  for (let tries = 0; tries < 40 && !customer.channels.includes(channel); tries++) customer = crowd.buyer(random)
  return customer
}

const storeHours = { opens: 10, closes: 22 }

function anyPlan(random: Random, crowd: Crowd, nowMs: number, orderedAtMs: number): Plan {
  const hour = hourOf(orderedAtMs)
  const storesOpen = hour >= storeHours.opens && hour < storeHours.closes
  let customer = crowd.buyer(random)
  let channel = channelOf(random, customer)
  while (channel === 'pos' && !storesOpen) {
    customer = crowd.buyer(random)
    channel = channelOf(random, customer)
  }
  const fate = drawFate(random, channel, nowMs - orderedAtMs)
  return { customer, channel, orderedAtMs, promo: isPromo(orderedAtMs), fate }
}
