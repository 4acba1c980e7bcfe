import type { Clock } from '../runtime/clock.ts'
import { errorFields, type Log } from '../runtime/log.ts'
import type { PurchaseLine, PurchaseSource } from './back-office-port.ts'
import { problemOf, within } from './source-turns.ts'
import type { Sources } from './sources.ts'

/** What is on its way of one SKU. `unknown`: a system did not answer, which is not "nothing". */
export type Arrivals =
  | {
      readonly outcome: 'coming'
      /** The next one first; those without a date last. */
      readonly lines: readonly PurchaseLine[]
      readonly source: string
      readonly askedAtMs: number
      /** A further system did not answer: there may be more. */
      readonly incomplete: boolean
    }
  | { readonly outcome: 'none'; readonly source: string; readonly askedAtMs: number }
  | { readonly outcome: 'unknown'; readonly source: string }

/** Asks who buys when goods come; undefined where nobody can be asked. */
export type ArrivalLookup = (sku: string) => Promise<Arrivals | undefined>

export type ArrivalParts = {
  readonly sources: readonly PurchaseSource[]
  readonly heard: Pick<Sources, 'heard' | 'failed'>
  readonly clock: Clock
  readonly log: Log
}

/** Of the 3 s in which an answer comes. */
const waitMs = 2_000

/** Purchases are asked for while somebody waits, and not kept: a promise that was moved yesterday must not be told today. */
export function arrivals({ sources, heard, clock, log }: ArrivalParts): ArrivalLookup {
  const askOne = async (source: PurchaseSource, sku: string, signal: AbortSignal) => {
    try {
      const lines = await source.openPurchases(sku, signal)
      await heard.heard(source.source, clock.nowMs())
      return lines
    } catch (error) {
      log('warn', 'purchases were not told', { connector: source.name, ...errorFields(error) })
      await heard.failed(source.source, problemOf(error))
      return undefined
    }
  }
  return async (sku) => {
    const [first] = sources
    if (first === undefined) return undefined
    const answered: { readonly source: string; readonly lines: readonly PurchaseLine[] }[] = []
    const signal = AbortSignal.timeout(waitMs)
    const asked = sources.map(async (source) => {
      const lines = await askOne(source, sku, signal)
      if (lines !== undefined) answered.push({ source: source.source, lines })
    })
    await within(clock, waitMs, asked)
    const silent = sources.find((source) => !answered.some((one) => one.source === source.source))
    const told = answered.filter(({ lines }) => lines.length > 0)
    const [one] = told
    if (one !== undefined) {
      const lines = told.flatMap((each) => each.lines).sort(byDate)
      const incomplete = silent !== undefined
      return { outcome: 'coming', lines, source: one.source, askedAtMs: clock.nowMs(), incomplete }
    }
    if (silent !== undefined) return { outcome: 'unknown', source: silent.source }
    return { outcome: 'none', source: first.source, askedAtMs: clock.nowMs() }
  }
}

function byDate(a: PurchaseLine, b: PurchaseLine): number {
  return (a.dueMs ?? Number.MAX_SAFE_INTEGER) - (b.dueMs ?? Number.MAX_SAFE_INTEGER)
}
