import type { Database } from '../../src/db/client.ts'

const directors = 20

/** A thousand clocks at once, and what became of them. */
export function manyTimers({ sql }: Pick<Database, 'sql'>) {
  return {
    /** `count` returns whose day ends evenly over the next `spreadMs` from `inMs` on, told to 20 directors of their own (`who`). */
    put: async (count: number, inMs: number, spreadMs: number, who = 'd'): Promise<void> => {
      await sql`INSERT INTO members (id, name) SELECT ${who} || i, ${who} || i FROM generate_series(0, ${directors - 1}) i`
      await sql`INSERT INTO member_roles (member_id, role) SELECT id, 'director' FROM members ON CONFLICT DO NOTHING`
      await sql`INSERT INTO member_accounts (platform, user_id, member_id) SELECT 'wecom', id, id FROM members ON CONFLICT DO NOTHING`
      await sql`INSERT INTO orders (id, channel, shop, order_no, ordered_at, source, source_modified_at)
        SELECT 'SO' || ${who} || i, 'jd', 's', 'N' || ${who} || i, now(), 'jd.pull', now() FROM generate_series(1, ${count}) i`
      await sql`INSERT INTO returns (id, order_id, reason, applied_at)
        SELECT 'TH' || ${who} || i, 'SO' || ${who} || i, 'r', date_trunc('milliseconds', now() - interval '24 hours' + (${inMs}::float8 + ${spreadMs}::float8 * i / ${count}) * interval '1 ms')
        FROM generate_series(1, ${count}) i`
      await sql`INSERT INTO deadlines (subject, clock, rung, basis_at, due_at, plan)
        SELECT 'return:' || id, 'return_total', 2, applied_at, applied_at + interval '24 hours',
          jsonb_build_object('step', 'director', 'tell', jsonb_build_object('members', jsonb_build_array(${who} || (i % ${directors}))))
        FROM generate_series(1, ${count}) i JOIN returns ON id = 'TH' || ${who} || i`
    },
    /** So near to the fine that they ring at any hour. */
    makeUrgent: async (who = 'd'): Promise<void> => {
      await sql`UPDATE returns SET applied_at = applied_at - interval '47 hours' WHERE starts_with(id, 'TH' || ${who})`
      await sql`UPDATE deadlines d SET basis_at = r.applied_at FROM returns r
        WHERE d.subject = 'return:' || r.id AND starts_with(r.id, 'TH' || ${who})`
    },
    /** An urgent row rings at any hour, so the suite holds at night. */
    byDay: async (): Promise<void> => {
      await sql`UPDATE escalations SET urgent = true WHERE state = 'waiting'`
    },
    wrongs: async () => {
      const [row] = await sql<{ open: number; early: number; lateMs: number; double: number; told: number }[]>`
        SELECT count(*) FILTER (WHERE state = 'open')::int AS open, count(*) FILTER (WHERE fired_at < due_at)::int AS early,
          coalesce(max(extract(epoch FROM fired_at - due_at) * 1000), 0)::float8 AS "lateMs",
          (SELECT count(*) FROM (SELECT 1 FROM escalations GROUP BY deadline_id HAVING count(*) > 1) x)::int AS double,
          (SELECT count(DISTINCT deadline_id) FROM escalations)::int AS told
        FROM deadlines`
      if (row === undefined) throw new Error('no row')
      return row
    },
    /** Rows of the ledger that were not told yet. */
    waiting: async (): Promise<number> => (await sql`SELECT 1 FROM escalations WHERE state = 'waiting'`).length,
    keysWritten: async (): Promise<readonly string[]> =>
      (await sql<{ key: string }[]>`SELECT key FROM outbox`).map(({ key }) => key).sort(),
    clean: async (): Promise<void> => {
      await sql`TRUNCATE orders, members, outbox, deadlines, escalations CASCADE`
    },
  }
}
