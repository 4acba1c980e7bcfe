import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import { faultPoint } from '../runtime/fault.ts'
import { errorFields, type Log } from '../runtime/log.ts'
import type { StockSource } from './back-office-port.ts'
import { problemOf, sourceTurns, type Turn, within } from './source-turns.ts'
import type { Sources } from './sources.ts'
import { changedFeed, type StockLookup } from './stock.ts'
import { stockLots } from './stock-lots.ts'

export type StockFeedParts = {
  readonly database: Pick<Database, 'sql'>
  readonly sources: readonly StockSource[]
  readonly heard: Pick<Sources, 'heard' | 'failed'>
  /** The real time, which vendors keep. */
  readonly clock: Clock
  readonly log: Log
  /** Minutes between readings by connector name, where the settings say so. */
  readonly everyMinutes?: Readonly<Record<string, number>>
}

export type StockFeed = {
  /** Reads every source that is due; SKUs that were taken. Failures are written down and tried again, one source's beside the others. */
  pullDue(signal: AbortSignal): Promise<number>
  /** Asks all sources for these SKUs now and takes what they say; waits `withinMs` at most. A source that fails changes nothing. */
  ask(skus: readonly string[], withinMs: number): Promise<void>
}

const wholeFeed = 'stock.all'

/** Windows as 旺店通 takes them; others that tell what changed take them as well. */
const window = { mostMs: 55 * 60_000, overlapMs: 5 * 60_000, lagMs: 60_000 } as const
/** What a new source reads back; SKUs that did not move since come when somebody asks for them. */
const firstBackMs = 7 * 86_400_000
const mostBackOffMs = 300_000
/** A source that somebody waits for is given up after this, whoever still waits. */
const askMs = 10_000

/** Keeps the copy of what warehouses count: by what changed on a timer, and by questions. */
export function stockFeed(parts: StockFeedParts): StockFeed {
  const running = new Map<string, Promise<void>>()
  return {
    pullDue: async (signal) => {
      const counts = await Promise.all(parts.sources.map((source) => pullOne(parts, source, signal)))
      return counts.reduce((sum, count) => sum + count, 0)
    },
    ask: async (skus, withinMs) => {
      const asked = parts.sources.map((source) => {
        const key = JSON.stringify([source.name, ...skus])
        const started = running.get(key) ?? askOne(parts, source, skus).finally(() => running.delete(key))
        running.set(key, started)
        return started
      })
      await within(parts.clock, withinMs, asked)
    },
  }
}

async function askOne({ database, clock, log }: StockFeedParts, source: StockSource, skus: readonly string[]) {
  const atMs = clock.nowMs()
  try {
    const lots = await source.stockOf(skus, AbortSignal.timeout(askMs))
    await stockLots(database).take({ owner: source.name, source: source.source }, { lots, asked: skus, atMs })
  } catch (error) {
    // the timer says whether the source is well; here the copy stays, and its time is shown with it
    log('warn', 'stock that was asked for is not in', { connector: source.name, ...errorFields(error) })
  }
}

async function pullOne(parts: StockFeedParts, source: StockSource, signal: AbortSignal): Promise<number> {
  const { database, clock, heard, log } = parts
  const turns = sourceTurns(database)
  const feed = source.stockChanged === undefined ? wholeFeed : changedFeed
  if (source.stockChanged === undefined && source.stockAll === undefined) return 0
  const turn = await turns.take(source.name, feed, clock.nowMs() - firstBackMs)
  if (turn === undefined) return 0
  try {
    const count =
      feed === wholeFeed ? await readWhole(parts, source, signal) : await readChanged(parts, source, turn, signal)
    await turns.done(source.name, feed, (parts.everyMinutes?.[source.name] ?? 0) * 60_000 || source.everyMs)
    await heard.heard(source.source, clock.nowMs())
    return count
  } catch (error) {
    const failures = turn.failures + 1
    await turns.failed(source.name, feed, turn, error, mostBackOffMs)
    await heard.failed(source.source, problemOf(error))
    const fields = { connector: source.name, failures, ...errorFields(error) }
    log(failures < 3 ? 'warn' : 'error', 'stock was not read', { ...fields, ...(failures === 3 && { alarm: true }) })
    return 0
  }
}

/** Window by window to the present; the mark moves only when all pieces of a window are in. */
async function readChanged(
  { database, clock }: StockFeedParts,
  source: StockSource,
  turn: Turn,
  signal: AbortSignal,
): Promise<number> {
  const by = { owner: source.name, source: source.source }
  let [count, readToMs] = [0, turn.readToMs]
  for (;;) {
    const fromMs = readToMs - window.overlapMs
    const fullMs = fromMs + window.mostMs
    const toMs = Math.min(fullMs, clock.nowMs() - window.lagMs)
    if (toMs <= readToMs || signal.aborted) return count
    for await (const lots of source.stockChanged?.(fromMs, toMs, signal) ?? []) {
      // lots of one piece may have been asked for one after another: the first of them dates it
      const atMs = Math.min(clock.nowMs(), ...lots.map(({ readAtMs }) => readAtMs))
      count += await stockLots(database).take(by, { lots, asked: [], atMs })
    }
    faultPoint('mark.before')
    if (!(await sourceTurns(database).moved(source.name, changedFeed, readToMs, toMs))) return count
    readToMs = toMs
    // what changed meanwhile is the next reading's: else it would go on for ever, a second at a time
    if (toMs < fullMs) return count
  }
}

async function readWhole(
  { database, clock }: StockFeedParts,
  source: StockSource,
  signal: AbortSignal,
): Promise<number> {
  const atMs = clock.nowMs()
  const told = await source.stockAll?.(signal)
  if (told === undefined) return 0
  return stockLots(database).takeAll({ owner: source.name, source: source.source }, { ...told, atMs })
}

/** A copy older than this is asked for again when somebody looks at it. */
const freshMs = 5 * 60_000
/** More SKUs than these are a choice of several: the one that is chosen is asked for. */
const mostAsked = 3
/** Of the 3 s in which an answer comes. */
const waitMs = 2_000
/** A SKU that nobody counts is not asked for again for so long, and no more of them are remembered. */
const nobodyMs = 10 * 60_000
const mostNobody = 1_000

/** The lookup that asks the warehouses when what somebody looks at is old, or when nobody here knows the SKU. */
export function askedStock(lookup: StockLookup, feed: Pick<StockFeed, 'ask'>, clock: Clock): StockLookup {
  const askedAt = new Map<string, number>()
  const due = (sku: string, afterMs: number) =>
    clock.nowMs() - (askedAt.get(sku) ?? Number.NEGATIVE_INFINITY) >= afterMs
  return {
    find: async (key, filter) => {
      const found = await lookup.find(key, filter)
      const unknown = found.items.length === 0 && 'sku' in key ? [key.sku.trim().toUpperCase()] : []
      const old = found.items.filter(({ lots }) => lots.some(({ readAtMs }) => clock.nowMs() - readAtMs > freshMs))
      const few = found.items.length <= mostAsked && !found.more ? old.map(({ sku }) => sku) : []
      const skus = [
        ...unknown.filter((sku) => sku !== '' && due(sku, nobodyMs)),
        // one that fails or is counted by nobody is not asked for with each look
        ...few.filter((sku) => due(sku, freshMs / 5)),
      ]
      if (skus.length === 0) return found
      for (const sku of skus) keep(askedAt, sku, clock.nowMs())
      await feed.ask(skus, waitMs)
      return lookup.find(key, filter)
    },
  }
}

function keep(askedAt: Map<string, number>, sku: string, atMs: number): void {
  askedAt.delete(sku)
  askedAt.set(sku, atMs)
  for (const oldest of askedAt.keys()) {
    if (askedAt.size <= mostNobody) break
    askedAt.delete(oldest)
  }
}
