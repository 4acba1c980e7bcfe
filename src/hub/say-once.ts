import type { Database } from '../db/client.ts'
import type { Outbox, OutboxEntry } from './outbox.ts'

/** Writes messages that were never written before, by their keys; how many those were. Wake the pump after it. */
export function sayOnce({ sql }: Pick<Database, 'sql'>, outbox: Pick<Outbox, 'enqueue'>) {
  return (entries: readonly OutboxEntry[]): Promise<number> =>
    sql.begin(async (tx) => {
      const keys = entries.map(({ key }) => key)
      const known = await tx<{ key: string }[]>`SELECT key FROM outbox WHERE key = ANY(${keys}::text[])`
      const fresh = entries.filter(({ key }) => known.every((one) => one.key !== key))
      await outbox.enqueue(tx, fresh)
      return fresh.length
    })
}
