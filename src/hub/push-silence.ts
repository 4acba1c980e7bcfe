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

const silence = (hours: number) => `no push for ${hours} h`
