import type postgres from 'postgres'
import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import { storableJson } from './plain-json.ts'

/** A list somebody asks for again and again. `slots` is JSON as it was saved; who reads it judges it. */
export type SavedView = { readonly name: string; readonly slots: unknown }

export type SavedViews = {
  /** Under a name that the member has already: replaced. `full`: nothing was saved. */
  save(memberId: string, name: string, slots: object): Promise<'saved' | 'replaced' | 'full'>
  /** Those of one member, the oldest first. */
  ofMember(memberId: string): Promise<readonly SavedView[]>
  find(memberId: string, name: string): Promise<SavedView | undefined>
  remove(memberId: string, name: string): Promise<'removed' | 'unknown'>
}

/** One member keeps so many. */
export const mostViews = 20

/** Lists by a name of their member's own. Nobody sees another's. */
export function savedViews({ sql }: Pick<Database, 'sql'>, clock: Clock): SavedViews {
  return {
    save: (memberId, name, slots) =>
      sql.begin(async (tx) => {
        // counted and added by one at a time, or two at once would be one too many
        await tx`SELECT pg_advisory_xact_lock(hashtextextended(${`views ${memberId}`}, 0))`
        const json = tx.json(storableJson(slots) as postgres.JSONValue)
        const replaced = await tx`
          UPDATE saved_views SET slots = ${json} WHERE member_id = ${memberId} AND name = ${name} RETURNING name`
        if (replaced.length === 1) return 'replaced'
        const added = await tx`
          INSERT INTO saved_views (member_id, name, slots, created_at)
          SELECT ${memberId}, ${name}, ${json}, to_timestamp(${clock.nowMs()}::float8 / 1000)
          WHERE (SELECT count(*) FROM saved_views WHERE member_id = ${memberId}) < ${mostViews} RETURNING name`
        return added.length === 1 ? 'saved' : 'full'
      }),
    ofMember: (memberId) => sql<SavedView[]>`
      SELECT name, slots FROM saved_views WHERE member_id = ${memberId} ORDER BY created_at, name LIMIT ${mostViews}`,
    find: async (memberId, name) => {
      const [view] = await sql<SavedView[]>`
        SELECT name, slots FROM saved_views WHERE member_id = ${memberId} AND name = ${name}`
      return view
    },
    remove: async (memberId, name) => {
      const rows = await sql`DELETE FROM saved_views WHERE member_id = ${memberId} AND name = ${name} RETURNING name`
      return rows.length === 1 ? 'removed' : 'unknown'
    },
  }
}
