import type { Sql } from './write.ts'

/** Somebody in whose place another may decide now. */
export type StoodInFor = { readonly memberId: string; readonly name: string; readonly roles: readonly string[] }

/** Delegations that count at this moment. One step only: who stands in for somebody does not pass it on. */
const live = (tx: Sql, nowMs: number) => tx`d.revoked_at IS NULL
  AND d.starts_at <= to_timestamp(${nowMs}::float8 / 1000) AND d.ends_at > to_timestamp(${nowMs}::float8 / 1000)`

/** The people this member stands in for, with the roles they lend; longest standing first. */
export async function standsInFor(tx: Sql, memberId: string, nowMs: number): Promise<readonly StoodInFor[]> {
  return tx<StoodInFor[]>`
    SELECT m.id AS "memberId", m.name, array_agg(DISTINCT r.role ORDER BY r.role) AS roles
    FROM delegations d JOIN members m ON m.id = d.from_member JOIN member_roles r ON r.member_id = m.id
    WHERE d.to_member = ${memberId} AND ${live(tx, nowMs)}
    GROUP BY m.id, m.name ORDER BY min(d.starts_at), m.id`
}

/** Who stands in for any of these people, once each. */
export async function standInsOf(tx: Sql, memberIds: readonly string[], nowMs: number): Promise<readonly string[]> {
  if (memberIds.length === 0) return []
  const rows = await tx<{ id: string }[]>`
    SELECT DISTINCT d.to_member AS id FROM delegations d JOIN members m ON m.id = d.to_member AND m.active
    WHERE d.from_member = ANY(${[...memberIds]}::text[]) AND ${live(tx, nowMs)} ORDER BY id`
  return rows.map(({ id }) => id)
}
