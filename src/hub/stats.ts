import type { Database } from '../db/client.ts'
import { errorCode } from '../runtime/errors.ts'
import { hourSlot } from './alert-sql.ts'
import type { DirectAnswerRate } from './direct-rate.ts'
import type { Channel } from './order-facts.ts'
import { factsOf } from './stats-facts.ts'
import { type Cell, type Grouping, metrics, type Span, type StatsWish, spanOf } from './stats-metrics.ts'

/** How a source that orders come from is doing: silent for longer than its limit. */
export type StaleSource = { readonly name: string; readonly silentMs: number }

export type StatsOutcome =
  | { readonly outcome: 'counted'; readonly cells: readonly Cell[]; readonly span: Span }
  /** The window lies ahead. */
  | { readonly outcome: 'future' }
  /** Counting took longer than the statement limit of the desk's door. */
  | { readonly outcome: 'too-slow' }
  /** The hub has never been told anything of the kind. */
  | { readonly outcome: 'no-source' }

export type StatsLookup = {
  count(wish: StatsWish): Promise<StatsOutcome>
  staleSources(nowMs: number): Promise<readonly StaleSource[]>
}

/** The SQLSTATE of a statement that ran into statement_timeout. */
const queryCanceled = '57014'

/** Counts whatever metric by hour and channel; the figures are made of the cells by hub/stats-figures.ts. */
export function statsLookup({ sql }: Pick<Database, 'sql'>, directRate: DirectAnswerRate): StatsLookup {
  const counted = async (wish: StatsWish, span: Span): Promise<readonly Cell[]> => {
    if (wish.metric === 'direct_rate') return directCells(directRate, span)
    const grouping = columnsOf(wish)
    const facts = factsOf(sql, wish, span, grouping)
    type Row = { slot: number; channel: Channel | null; warehouse: string | null; kind: string | null } & Figures
    const rows = await sql<Row[]>`
      SELECT ${hourSlot(sql, sql`f.at`)} AS slot, f.channel, f.warehouse, f.kind, sum(f.num)::bigint AS num, sum(f.den)::bigint AS den
      FROM (${facts}) f GROUP BY 1, 2, 3, 4`
    return rows.map(({ channel, warehouse, kind, ...row }) => ({
      ...row,
      ...(channel !== null && { channel }),
      ...(warehouse !== null && { warehouse }),
      ...(kind !== null && { kind }),
    }))
  }
  return {
    count: async (wish) => {
      const span = spanOf(wish.window, wish.nowMs)
      if (span === undefined) return { outcome: 'future' }
      const { needs } = metrics[wish.metric]
      if (needs !== undefined) {
        const [row] = await sql<{ any: boolean }[]>`SELECT EXISTS (SELECT 1 FROM ${sql(needs)}) AS any`
        if (row?.any !== true) return { outcome: 'no-source' }
      }
      try {
        return { outcome: 'counted', cells: await counted(wish, span), span }
      } catch (error) {
        if (errorCode(error) === queryCanceled) return { outcome: 'too-slow' }
        throw error
      }
    },
    staleSources: (nowMs) => sql<StaleSource[]>`
      SELECT name, (${nowMs}::float8 - extract(epoch FROM heard_at) * 1000)::float8 AS "silentMs" FROM sources
      WHERE heard_at IS NOT NULL AND to_timestamp(${nowMs}::float8 / 1000) - heard_at > stale_after_minutes * interval '1 minute'
      ORDER BY heard_at`,
  }
}

type Figures = { readonly num: bigint; readonly den: bigint }

/** Columns cost a join or a visit to the table: only what the answer is grouped by is read. */
function columnsOf({ group, scope, metric }: StatsWish): Grouping {
  return {
    channel: group === 'channel' || scope.channel !== undefined || metrics[metric].source === 'orders',
    warehouse: group === 'warehouse',
  }
}

/** The query log has its own way to count; it gives whole spans, so each is one cell. */
async function directCells(directRate: DirectAnswerRate, { fromMs, endMs, before }: Span): Promise<readonly Cell[]> {
  const spans = [{ fromMs, endMs }, ...(before?.ranges ?? [])]
  return Promise.all(
    spans.map(async (range) => {
      const { asked, direct } = await directRate(range.fromMs, range.endMs + 1)
      return { slot: Math.floor(range.fromMs / 3_600_000), num: BigInt(direct), den: BigInt(asked) }
    }),
  )
}
