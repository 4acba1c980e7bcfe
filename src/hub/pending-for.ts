import type { Database } from '../db/client.ts'

export type PendingItem = { readonly returnId: string; readonly orderId: string; readonly dueAtMs?: number }

/** Returns that wait for somebody of these roles, the one due first before the others. */
export type PendingFor = (roles: readonly string[], limit: number) => Promise<readonly PendingItem[]>

export function pendingFor({ sql }: Pick<Database, 'sql'>): PendingFor {
  return async (roles, limit) => {
    const rows = await sql<{ returnId: string; orderId: string; dueAtMs: number | null }[]>`
      SELECT a.return_id AS "returnId", r.order_id AS "orderId", round(extract(epoch FROM a.due_at) * 1000)::float8 AS "dueAtMs"
      FROM approval_levels a JOIN returns r ON r.id = a.return_id
      WHERE a.state = 'pending' AND r.approval = 'pending' AND a.role = ANY(${[...roles]}::text[])
      ORDER BY a.due_at NULLS LAST, a.return_id LIMIT ${limit}`
    return rows.map(({ dueAtMs, ...item }) => ({ ...item, ...(dueAtMs !== null && { dueAtMs }) }))
  }
}
