import postgres from 'postgres'
import { type Database, type DatabaseTarget, openDatabase } from '../../src/db/client.ts'
import { migrate } from '../../src/db/migrate.ts'
import type { OrderFilter, OrderKey } from '../../src/hub/order-facts.ts'
import { findStatement } from '../../src/hub/order-sql.ts'
import { orderLookup } from '../../src/hub/orders.ts'
import { type PersonalData, personalData } from '../../src/hub/personal.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { seedSample } from '../../src/seed/seed-sample.ts'
import { scratchServer } from '../kit/scratch-server.ts'
import { createDatabase, withDatabase } from '../kit/server.ts'

export type LookupBenchOptions = { readonly small?: number; readonly large?: number; readonly rounds?: number }

const dayMs = 86_400_000
const limit = 5
const keysOfAKind = 40

/** One way to ask one question; both ways answer with the same orders. */
type Ask = {
  readonly kind: OrderKey['kind']
  readonly ours: () => Promise<number>
  readonly bare: () => Promise<number>
}

/**
 * Look-ups by every kind of key in a hub of 10 k and one of 1 M orders, ours (orderLookup.find) and the very statement it
 * runs on a bare postgres.js, one connection each, question by question in turn. Milliseconds; medians of all questions.
 */
export async function lookupBench(options: LookupBenchOptions = {}): Promise<object> {
  const { small = 10_000, large = 1_000_000, rounds = 9 } = options
  const server = await scratchServer()
  try {
    const smaller = await measure(server.target, small, rounds)
    const larger = await measure(server.target, large, rounds)
    return {
      goal: 'ratioToBare <= 1.5 at the large size, ratioLargeToSmall <= 2',
      rounds,
      small: smaller,
      large: larger,
      ratioToBare: round(larger.oursP50Ms / larger.bareP50Ms, 2),
      ratioLargeToSmall: round(larger.oursP50Ms / smaller.oursP50Ms, 2),
    }
  } finally {
    await server.stop()
  }
}

async function measure(server: DatabaseTarget, orders: number, rounds: number) {
  const name = `lookup_${orders}`
  await createDatabase(server, name)
  const target = withDatabase(server, name)
  await migrate(target, silentLog)
  const database = openDatabase(target, { max: 1 })
  const bare = bareClient(target)
  try {
    const personal = personalData('5a'.repeat(32))
    const fillMs = await fill(database, personal, orders)
    const asks = await questions(database, bare, personal)
    const times = await interleaved(asks, rounds)
    return { orders, fillMs, questions: times.length, ...summary(times) }
  } finally {
    await Promise.all([database.close(), bare.end({ timeout: 5 })])
  }
}

function bareClient(target: DatabaseTarget): postgres.Sql {
  const options = { max: 1, onnotice: () => {} }
  if (target.kind === 'url') return postgres(target.url, options)
  const { directory: host, port, user, password, database } = target
  return postgres({ ...options, host, port, user, password, database })
}

async function fill(database: Database, personal: PersonalData, orders: number): Promise<number> {
  const startedAt = performance.now()
  console.error(`filling ${orders} orders`)
  const nowMs = systemClock.nowMs()
  await seedSample(database, { orders, seed: 7, nowMs, personal, log: silentLog, detail: 'lean' })
  await database.sql`VACUUM ANALYZE`
  return Math.round(performance.now() - startedAt)
}

/** Keys of orders spread over the whole hub, each in the form a person would give it. */
async function questions(database: Database, bare: postgres.Sql, personal: PersonalData): Promise<Ask[]> {
  const lookup = orderLookup(database, personal, systemClock)
  const rows = await database.sql<
    { id: string; orderNo: string; waybillNo: string | null; name: string | null; phone: Buffer | null; atMs: number }[]
  >`SELECT o.id, o.order_no AS "orderNo", p.waybill_no AS "waybillNo", o.consignee_name AS name, o.phone_enc AS phone,
      extract(epoch FROM o.ordered_at)::float8 * 1000 AS "atMs"
    FROM orders o JOIN parcels p ON p.order_id = o.id AND p.position = 1
    WHERE o.phone_hash IS NOT NULL AND p.waybill_no IS NOT NULL AND o.consignee_name IS NOT NULL
    ORDER BY md5(o.id) LIMIT ${keysOfAKind}`
  return rows.flatMap((row) => {
    const phone = row.phone ? personal.open(row.phone, 'phone') : ''
    const window = { fromMs: row.atMs - dayMs, toMs: row.atMs + dayMs }
    const asked: readonly (readonly [OrderKey, Omit<OrderFilter, 'limit'>])[] = [
      [{ kind: 'hub-no', value: row.id }, {}],
      [{ kind: 'order-no', value: row.orderNo }, {}],
      [{ kind: 'waybill-no', value: row.waybillNo ?? '' }, {}],
      [{ kind: 'phone', value: phone.slice(0, 11) }, {}],
      [{ kind: 'phone-tail', value: phone.slice(7, 11), name: row.name ?? '' }, {}],
      [{ kind: 'number-tail', value: row.orderNo.slice(-6) }, {}],
      [{ kind: 'name', value: row.name ?? '' }, { window }],
    ]
    return asked.map(([key, filter]) => ask(lookup, bare, personal, key, { ...filter, limit }))
  })
}

function ask(
  lookup: ReturnType<typeof orderLookup>,
  bare: postgres.Sql,
  personal: PersonalData,
  key: OrderKey,
  filter: OrderFilter,
): Ask {
  const name = key.kind === 'phone-tail' ? key.name : undefined
  const { text, slots } = findStatement(key.kind, { channel: false, product: false, name: name !== undefined })
  const value = key.kind === 'phone' ? (personal.phoneHash(key.value) ?? null) : key.value
  const { fromMs, toMs } = filter.window ?? { fromMs: 0, toMs: 253_402_300_799_000 }
  const known: Record<string, string | number | Buffer | null> = {
    value,
    fromMs,
    toMs,
    limit: limit + 1,
    name: name ?? null,
  }
  const values = slots.map((slot) => known[slot] ?? null)
  return {
    kind: key.kind,
    ours: async () => (await lookup.find(key, filter)).orders.length,
    bare: async () => Math.min(limit, (await bare.unsafe(text, values, { prepare: true })).length),
  }
}

type Times = { readonly kind: OrderKey['kind']; readonly oursMs: number; readonly bareMs: number }

/** Every question in every round, ours and bare in turn and in changing order; the first round only warms up. */
async function interleaved(asks: readonly Ask[], rounds: number): Promise<Times[]> {
  const times: Times[] = []
  for (let round = 0; round <= rounds; round++) {
    for (const [index, { kind, ours, bare }] of asks.entries()) {
      const oursFirst = (round + index) % 2 === 0
      const first = await timed(oursFirst ? ours : bare)
      const second = await timed(oursFirst ? bare : ours)
      if (first.found !== second.found || first.found === 0)
        throw new Error(`${kind}: ${first.found} orders one way, ${second.found} the other`)
      const [oursMs, bareMs] = oursFirst ? [first.ms, second.ms] : [second.ms, first.ms]
      if (round > 0) times.push({ kind, oursMs, bareMs })
    }
  }
  return times
}

async function timed(run: () => Promise<number>): Promise<{ readonly ms: number; readonly found: number }> {
  const startedAt = performance.now()
  const found = await run()
  return { ms: performance.now() - startedAt, found }
}

function summary(times: readonly Times[]) {
  const of = (some: readonly Times[]) => ({
    oursP50Ms: round(
      quantile(
        some.map(({ oursMs }) => oursMs),
        0.5,
      ),
      3,
    ),
    bareP50Ms: round(
      quantile(
        some.map(({ bareMs }) => bareMs),
        0.5,
      ),
      3,
    ),
  })
  const kinds = [...new Set(times.map(({ kind }) => kind))]
  return {
    ...of(times),
    oursP95Ms: round(
      quantile(
        times.map(({ oursMs }) => oursMs),
        0.95,
      ),
      3,
    ),
    byKind: Object.fromEntries(kinds.map((kind) => [kind, of(times.filter((time) => time.kind === kind))])),
  }
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
