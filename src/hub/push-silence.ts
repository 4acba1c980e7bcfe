import type { Database } from '../db/client.ts'
import type { Log } from '../runtime/log.ts'

export type SilenceLimit = {
  /** As in the table of sources. */
  readonly source: string
  readonly hours: number
}

/**
 * Pushes stop without a word (an account that owes money, a callback that was switched off): who said nothing for longer than
 * its limit is noted beside its freshness and raises one alarm, until it speaks again. Returns who fell silent.
 */
export async function findSilent(
  { sql }: Pick<Database, 'sql'>,
  limits: readonly SilenceLimit[],
  log: Log,
): Promise<readonly string[]> {
  const silent: string[] = []
  for (const { source, hours } of limits) {
    const rows = await sql`
      UPDATE sources SET last_error = ${silence(hours)}
      WHERE name = ${source} AND heard_at < now() - ${hours}::float8 * interval '1 hour'
        AND last_error IS DISTINCT FROM ${silence(hours)}`
    if (rows.count === 0) continue
    silent.push(source)
    log('error', 'a source has sent no push for too long', { source, hours, alarm: true })
  }
  return silent
}

export type SilentSource = SilenceLimit & {
  /** Its last push. */
  readonly heardAtMs: number
}

/** Who is silent now for longer than its limit, and since when. */
export async function silentNow(
  { sql }: Pick<Database, 'sql'>,
  limits: readonly SilenceLimit[],
): Promise<readonly SilentSource[]> {
  if (limits.length === 0) return []
  return sql<SilentSource[]>`
    SELECT s.name AS source, l.hours, round(extract(epoch FROM s.heard_at) * 1000)::float8 AS "heardAtMs"
    FROM sources s JOIN unnest(${limits.map(({ source }) => source)}::text[], ${limits.map(({ hours }) => hours)}::float8[])
      AS l (source, hours) ON l.source = s.name
    WHERE s.heard_at < now() - l.hours * interval '1 hour' ORDER BY s.name`
}

const silence = (hours: number) => `no push for ${hours} h`
