import type { Database } from '../db/client.ts'

type Freshness = {
  readonly name: string
  /** undefined = never heard of. */
  readonly heardAtMs?: number
  readonly staleAfterMs: number
  readonly stale: boolean
  readonly lastError?: string
}

export type Sources = {
  /** The source spoke or answered at `atMs` (a later time wins); clears its error. */
  heard(name: string, atMs: number): Promise<void>
  /** The source could not be asked; what was heard before stays. `problem` holds no personal data. */
  failed(name: string, problem: string): Promise<void>
  /** All sources by name, stale or not at `nowMs`. */
  freshness(nowMs: number): Promise<readonly Freshness[]>
}

const hour = 60

/**
 * Minutes of silence after which a source counts as stale, until an operator sets another limit in the table. By the way
 * the source reaches us: pushes come all day, the pulls run twice a day (+1 h), sheets come daily (+12 h).
 */
const staleAfterMinutes: readonly (readonly [RegExp, number])[] = [
  [/^(?:tmall|jd)\.pull$/, 13 * hour],
  // a watched folder is looked at every few minutes, whether there is a new sheet or not
  [/^sheet\.watch-/, hour],
  [/^sheet\./, 36 * hour],
  [/^pos\./, 24 * hour],
  // at night nothing leaves a warehouse
  [/^wms\.push-parcels$/, 14 * hour],
  // push-youzan: a second system of one channel, whose silence must not hide behind the first
  [/\.push(?:-[a-z]+)?$/, hour / 2],
  [/^(?:track|wms)\./, hour],
  // counted whole every half hour; read every six hours, and the agent of 用友 U8 may be off for the night
  [/^kingdee\.stock/, 2 * hour],
  [/^erp\./, 24 * hour],
]

/** For a source nobody has set a limit for yet. */
export function defaultStaleMinutes(name: string): number {
  return staleAfterMinutes.find(([form]) => form.test(name))?.[1] ?? 24 * hour
}

/** Who told us, and when last: the base of the "as of" note under each answer. */
export function sources({ sql }: Pick<Database, 'sql'>): Sources {
  return {
    heard: async (name, atMs) => {
      await sql`
        INSERT INTO sources (name, heard_at, stale_after_minutes)
        VALUES (${name}, to_timestamp(${atMs}::float8 / 1000), ${defaultStaleMinutes(name)})
        ON CONFLICT (name) DO UPDATE
        SET heard_at = greatest(sources.heard_at, excluded.heard_at), last_error = NULL`
    },
    failed: async (name, problem) => {
      await sql`
        INSERT INTO sources (name, stale_after_minutes, last_error)
        VALUES (${name}, ${defaultStaleMinutes(name)}, ${problem})
        ON CONFLICT (name) DO UPDATE SET last_error = excluded.last_error`
    },
    freshness: async (nowMs) => {
      const rows = await sql<{ name: string; heardAtMs: number | null; minutes: number; lastError: string | null }[]>`
        SELECT name, round(extract(epoch FROM heard_at) * 1000)::float8 AS "heardAtMs", stale_after_minutes AS minutes,
          last_error AS "lastError"
        FROM sources ORDER BY name`
      return rows.map(({ name, heardAtMs, minutes, lastError }) => ({
        name,
        ...(heardAtMs !== null && { heardAtMs }),
        staleAfterMs: minutes * 60_000,
        stale: heardAtMs === null || nowMs - heardAtMs > minutes * 60_000,
        ...(lastError !== null && { lastError }),
      }))
    },
  }
}
