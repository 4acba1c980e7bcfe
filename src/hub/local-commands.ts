import type { Database } from '../db/client.ts'
import type { CommandOutcome, CommandPayloads } from './commands.ts'

// What the hub's own rows can say to commands where no other system is joined; see connectors/hub-local.ts.

/** Under which name the local stand-in appears in the ledger and among the sources of notices. */
export const localTarget = 'hub'

/** Expected goods are the returns that are approved and not in. */
export async function expectLocally({ sql }: Pick<Database, 'sql'>, returnId: string): Promise<CommandOutcome> {
  const [row] = await sql<{ approval: string; pieces: number }[]>`
    SELECT r.approval, (SELECT sum(coalesce(l.approved_qty, l.asked_qty))::int FROM return_lines l WHERE l.return_id = r.id) AS pieces
    FROM returns r WHERE r.id = ${returnId}`
  if (row === undefined) return { outcome: 'refused', reason: 'there is no such return' }
  if (row.approval !== 'approved') return { outcome: 'refused', reason: `the return is ${row.approval}` }
  return { outcome: 'done', receipt: { expected: returnId, pieces: String(row.pieces) } }
}

/** There is no list to strike it from; it only must not be in yet. */
export async function cancelLocally({ sql }: Pick<Database, 'sql'>, returnId: string): Promise<CommandOutcome> {
  const [row] = await sql<{ inAlready: boolean }[]>`
    SELECT received_at IS NOT NULL AS "inAlready" FROM returns WHERE id = ${returnId}`
  if (row === undefined) return { outcome: 'refused', reason: 'there is no such return' }
  if (row.inAlready) return { outcome: 'refused', reason: 'the goods are in already' }
  return { outcome: 'done', receipt: { cancelled: returnId } }
}

/** A row that waits: nobody here can send it. The same key twice is one. */
export async function noticeLocally(
  { sql }: Pick<Database, 'sql'>,
  { channel, shop, orderNo }: CommandPayloads['crm.notice'],
  key: string,
  nowMs: number,
): Promise<CommandOutcome> {
  const rows = await sql`
    INSERT INTO notices (id, order_id, kind, channel, state, source, created_at)
    SELECT ${key}, o.id, 'return', 'crm', 'queued', ${localTarget}, to_timestamp(${nowMs}::float8 / 1000)
    FROM orders o WHERE o.channel = ${channel} AND o.shop = ${shop} AND o.order_no = ${orderNo}
    ON CONFLICT (id) DO UPDATE SET kind = excluded.kind`
  if (rows.count !== 1) return { outcome: 'refused', reason: 'there is no such order' }
  return { outcome: 'done', receipt: { notice: key } }
}
