import type { AnswerSources } from './answer-parts.ts'
import type { OpenFeed } from './feed-parts.ts'
import { arrivals } from './hub/arrivals.ts'
import { receivableFeed } from './hub/receivable-feed.ts'
import { shopDebts } from './hub/shop-debt.ts'
import { sourceTurns } from './hub/source-turns.ts'
import { sources } from './hub/sources.ts'
import { stockLookup } from './hub/stock.ts'
import { askedStock, stockFeed } from './hub/stock-feed.ts'
import type { Tick } from './jobs/schedule.ts'
import { systemClock } from './runtime/clock.ts'
import type { Log } from './runtime/log.ts'
import type { Store } from './store.ts'

export type BackOfficeSources = {
  readonly store: Pick<Store, 'database'>
  readonly answering: Pick<AnswerSources, 'door'>
  readonly connectors: OpenFeed['connectors']
  readonly log: Log
}

type Pulled = { readonly told: number; readonly failed: readonly string[] }

/** Warehouses and accounts that are joined: what is read of them on a timer, and what answers ask of them. */
export function backOfficeParts({ store: { database }, answering, connectors, log }: BackOfficeSources) {
  const shared = { database, heard: sources(database), clock: systemClock, log, everyMinutes: minutesOf(connectors) }
  const ofKind = <K extends 'stock' | 'purchases' | 'receivables'>(kind: K) =>
    connectors.flatMap(({ connector }) => connector[kind] ?? [])
  const counted = ofKind('stock')
  const buying = ofKind('purchases')
  const owed = ofKind('receivables')
  const stock = stockFeed({ ...shared, sources: counted })
  const receivables = receivableFeed({ ...shared, sources: owed })
  const ticks: readonly Tick[] = [
    ...(counted.length === 0 ? [] : [{ name: 'stock', everyMs: 10_000, run: stock.pullDue }]),
    ...(owed.length === 0
      ? []
      : [
          { name: 'receivables', everyMs: 10_000, run: receivables.pullDue },
          { name: 'receivables.waiting', everyMs: 5_000, run: () => receivables.askWaiting() },
        ]),
  ]
  const known = stockLookup(answering.door)
  return {
    ticks,
    /** Reads what this connector counts or is owed now; undefined when it is none of these. `failed` says why something is not in. */
    pull: async (name: string, signal: AbortSignal): Promise<Pulled | undefined> => {
      const ownStock = counted.filter((one) => one.name === name)
      const ownBooks = owed.filter((one) => one.name === name)
      const asked = [...ownStock, ...ownBooks].map(({ source }) => source)
      if (asked.length === 0) return undefined
      await sourceTurns(database).hurry(name)
      const lots = await stockFeed({ ...shared, sources: ownStock }).pullDue(signal)
      const told = lots + (await receivableFeed({ ...shared, sources: ownBooks }).pullDue(signal))
      const known = await shared.heard.freshness(systemClock.nowMs())
      return { told, failed: known.flatMap(({ name, lastError }) => (asked.includes(name) ? (lastError ?? []) : [])) }
    },
    answers: {
      stock: counted.length === 0 ? known : askedStock(known, stock, systemClock),
      ...(owed.length > 0 && { debts: shopDebts(database, { feed: receivables, clock: systemClock }) }),
      ...(buying.length > 0 && { arrivals: arrivals({ ...shared, sources: buying }) }),
    },
  }
}

function minutesOf(connectors: OpenFeed['connectors']): Readonly<Record<string, number>> {
  return Object.fromEntries(
    connectors.flatMap(({ name, everyMinutes }) => (everyMinutes === undefined ? [] : [[name, everyMinutes] as const])),
  )
}
