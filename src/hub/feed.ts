import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import { BadPayload, PlatformRefused, Unreachable } from '../runtime/errors.ts'
import { faultPoint } from '../runtime/fault.ts'
import { errorFields, type Log } from '../runtime/log.ts'
import type { AfterSales } from './after-sales.ts'
import type { FiledBy, SalesChannel, Told } from './channel-port.ts'
import type { Intake } from './intake.ts'
import type { IntakeOutcome } from './order-facts.ts'
import type { Outbox } from './outbox.ts'
import { backOffMs, type Cursor, leaseFeed, leaseMs, releaseFeed } from './source-lease.ts'
import type { Sources } from './sources.ts'
import { type FetchJob, feedTask, hintSubject } from './take-push.ts'

export type FeedParts = {
  readonly database: Pick<Database, 'sql'>
  readonly channels: readonly SalesChannel[]
  readonly intake: Pick<Intake, 'takeAll'>
  readonly afterSales: AfterSales
  readonly heard: Pick<Sources, 'heard' | 'failed'>
  /** Where orders go that a list told incompletely: each is fetched by itself until it is whole, or a dead letter. */
  readonly outbox?: Pick<Outbox, 'enqueue'>
  /** Tells people what became of the forms they filed. */
  readonly tellFilers?: (told: readonly FiledOrder[]) => Promise<void>
  /** Vendors' time is the real one, not the play page's. */
  readonly clock: Clock
  readonly log: Log
  /** Minutes between pulls by connector name, where the settings say so. */
  readonly everyMinutes?: Readonly<Record<string, number>>
}

/** What became of a form, for the person who filed it. */
export type FiledOrder = FiledBy & {
  readonly became:
    | { readonly kind: 'created' | 'changed' | 'revoked' }
    | { readonly kind: 'quarantined'; readonly reason: string }
    /** `problem` begins with the field's name. */
    | { readonly kind: 'unreadable'; readonly problem: string }
}

export type Fetched = 'taken' | 'fetched-since' | 'not-there' | 'unknown-connector'

export type Feed = {
  /** Fetches what a push pointed at, unless that was done since. */
  fetch(job: FetchJob, signal: AbortSignal): Promise<Fetched>
  /** Reads every list that is due, as far as it goes. Failures are written down and tried again; nothing is thrown for them. */
  pullDue(signal: AbortSignal): Promise<number>
  /** Reads one connector's list now, from `sinceMs` when given. Throws what its vendor answers. */
  pullNow(name: string, sinceMs: number | undefined, signal: AbortSignal): Promise<number>
}

const feedName = 'modified'
/** What a new connector reads back first. */
const firstBackMs = 3 * 86_400_000

/** Reads sales channels: by their pushes and by lists of what was modified, each window again until all of it is in. */
export function feed(parts: FeedParts): Feed {
  const { channels, clock } = parts
  return {
    fetch: (job, signal) => fetchOne(parts, job, signal),
    pullDue: async (signal) => {
      const counts = await Promise.all(channels.map((channel) => pullOne(parts, channel, signal)))
      return counts.reduce((sum, count) => sum + count, 0)
    },
    pullNow: async (name, sinceMs, signal) => {
      const channel = channels.find((one) => one.name === name)
      if (channel === undefined) throw new PlatformRefused(`no connector is called ${name}`, { retryable: false })
      let count = 0
      const toMs = clock.nowMs() - channel.window.lagMs
      for (let fromMs = sinceMs ?? toMs - channel.window.mostMs; fromMs < toMs; fromMs += channel.window.mostMs)
        count += await takeWindow(parts, channel, fromMs, Math.min(fromMs + channel.window.mostMs, toMs), signal)
      return count
    },
  }
}

async function fetchOne(parts: FeedParts, job: FetchJob, signal: AbortSignal): Promise<Fetched> {
  const { channels, clock, heard } = parts
  const { sql } = parts.database
  const channel = channels.find(({ name }) => name === job.connector)
  if (channel === undefined) return 'unknown-connector'
  const subject = hintSubject(job.about) ?? ''
  const [hint] = await sql<{ done: boolean }[]>`
    SELECT fetched_at > told_at AS done FROM source_hints WHERE connector = ${channel.name} AND about = ${subject}`
  if (hint?.done === true) return 'fetched-since'
  const startMs = clock.nowMs()
  const told =
    job.about.kind === 'order'
      ? await channel.pullOrder(job.about.orderNo, signal)
      : await channel.pullReturn?.(job.about.afterSaleNo, signal)
  if (told === undefined) return 'not-there'
  const via = channel.sources.push ?? channel.sources.pull
  await take(parts, channel, told, via)
  const [rejected] = told.faulty ?? []
  // what could be read is in; the job is tried again, and with its reason a dead letter in the end
  if (rejected !== undefined) throw new PlatformRefused(rejected.problem, { retryable: true })
  faultPoint('commit.after')
  await heard.heard(via, startMs)
  await sql`
    UPDATE source_hints SET fetched_at = to_timestamp(${startMs}::float8 / 1000)
    WHERE connector = ${channel.name} AND about = ${subject}`
  return 'taken'
}

async function pullOne(parts: FeedParts, channel: SalesChannel, signal: AbortSignal): Promise<number> {
  const { clock, heard, log } = parts
  const firstMs = clock.nowMs() - firstBackMs
  const cursor = await leaseFeed(parts.database.sql, { connector: channel.name, feed: feedName }, firstMs)
  if (cursor === undefined) return 0
  try {
    const count = await catchUp(parts, channel, cursor, signal)
    await heard.heard(channel.sources.pull, clock.nowMs())
    return count
  } catch (error) {
    const failures = cursor.failures + 1
    await releaseFeed(parts.database.sql, cursor, { failures, dueInMs: backOffMs(failures, error) })
    await heard.failed(channel.sources.pull, problemOf(error))
    const fields = { connector: channel.name, failures, ...errorFields(error) }
    log(failures < 3 ? 'warn' : 'error', 'a source was not read', { ...fields, ...(failures === 3 && { alarm: true }) })
    return 0
  }
}

/** Window by window to the present; the cursor moves only when all pages of a window are in. */
async function catchUp(parts: FeedParts, channel: SalesChannel, cursor: Cursor, signal: AbortSignal): Promise<number> {
  const { sql } = parts.database
  const { mostMs, overlapMs, lagMs } = channel.window
  let [count, readToMs] = [0, cursor.readToMs]
  for (;;) {
    const fullMs = readToMs - overlapMs + mostMs
    const toMs = Math.min(fullMs, parts.clock.nowMs() - lagMs)
    if (toMs <= readToMs || signal.aborted) break
    count += await takeWindow(parts, channel, readToMs - overlapMs, toMs, signal)
    faultPoint('mark.before')
    const rows = await sql`
      UPDATE source_cursors SET read_to = to_timestamp(${toMs}::float8 / 1000), leased_until = now() + ${leaseMs}::float8 * interval '1 ms'
      WHERE connector = ${channel.name} AND feed = ${feedName} AND read_to = to_timestamp(${readToMs}::float8 / 1000)`
    // somebody else went on with it: our lease ran out
    if (rows.count === 0) return count
    readToMs = toMs
    // what changed while this window was read is the next reading's: else it would go on for ever, a second at a time
    if (toMs < fullMs) break
  }
  const everyMs = (parts.everyMinutes?.[channel.name] ?? 0) * 60_000 || channel.everyMs
  await releaseFeed(sql, cursor, { failures: 0, dueInMs: everyMs })
  return count
}

async function takeWindow(
  parts: FeedParts,
  channel: SalesChannel,
  fromMs: number,
  toMs: number,
  signal: AbortSignal,
): Promise<number> {
  let count = 0
  for await (const told of channel.pullWindow(fromMs, toMs, signal)) {
    await take(parts, channel, told, channel.sources.pull)
    await fetchRejected(parts, channel, told)
    count += told.orders.length + told.returns.length
  }
  return count
}

/** One job for each item, whatever the number of windows that show it. */
async function fetchRejected({ outbox, database }: FeedParts, { name }: SalesChannel, told: Told): Promise<void> {
  const entries = (told.faulty ?? []).flatMap(({ id, orderNo }) => {
    if (orderNo === undefined) return []
    const payload = { connector: name, about: { kind: 'order', orderNo } }
    return [{ key: `feed:${name}:rejected:${id}`, task: feedTask, payload }]
  })
  if (entries.length > 0) await outbox?.enqueue(database.sql, entries)
}

async function take(
  { intake, afterSales, tellFilers, log }: FeedParts,
  channel: SalesChannel,
  told: Told,
  via: string,
): Promise<void> {
  const connector = channel.name
  for (const { id, problem } of told.faulty ?? [])
    log('error', 'an item of a source cannot be read', { connector, id, problem, alarm: true })
  const outcomes = await intake.takeAll(told.orders.map((order) => ({ ...order, source: via })))
  for (const [index, outcome] of outcomes.entries()) {
    const orderNo = told.orders[index]?.orderNo
    if (outcome.outcome === 'contradiction')
      log('error', 'a source says two things of one moment: the first stays', { connector, orderNo, alarm: true })
    if (outcome.outcome === 'refused')
      log('error', 'an order of a source cannot be taken', {
        connector,
        orderNo,
        field: outcome.field,
        problem: outcome.problem,
        alarm: true,
      })
  }
  await afterSales.take(told.returns.map((one) => ({ ...one, source: via })))
  await afterSales.settle([...told.orders, ...told.returns])
  const filed = (told.filed ?? []).flatMap((by) => becameOf(by, told, outcomes))
  if (filed.length > 0) await tellFilers?.(filed)
}

/** Nothing for a form that says what was known. */
function becameOf(by: FiledBy, told: Told, outcomes: readonly IntakeOutcome[]): readonly FiledOrder[] {
  const faulty = told.faulty?.find(({ id }) => id === by.no)
  if (faulty !== undefined) return [{ ...by, became: { kind: 'unreadable', problem: faulty.problem } }]
  const index = told.orders.findIndex(({ orderNo }) => orderNo === by.no)
  const outcome = outcomes[index]
  if (outcome?.outcome !== 'created' && outcome?.outcome !== 'updated') return []
  if (outcome.quarantine !== undefined) return [{ ...by, became: { kind: 'quarantined', reason: outcome.quarantine } }]
  if (told.orders[index]?.stage === 'cancelled') return [{ ...by, became: { kind: 'revoked' } }]
  return [{ ...by, became: { kind: outcome.outcome === 'created' ? 'created' : 'changed' } }]
}

/** For the table of sources and for people: a code, never a body. */
export function problemOf(error: unknown): string {
  if (error instanceof PlatformRefused) return `refused${error.vendorCode === undefined ? '' : ` ${error.vendorCode}`}`
  if (error instanceof BadPayload) return 'answer of another shape'
  return error instanceof Unreachable ? 'no answer' : 'failed'
}
