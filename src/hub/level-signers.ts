import type { Sql } from './write.ts'

export type Signing = {
  readonly returnId: string
  readonly level: number
  readonly memberId: string
  readonly role: string
  readonly nowMs: number
}

export type Signed = {
  /** Names of those whose word is missing still. */
  readonly waitsFor: readonly string[]
  /** Somebody of the level's own role has said yes, or who stands there in their place. */
  readonly ownHasSigned: boolean
}

/**
 * One yes of several that a level needs. The level's own people and those asked besides are counted alike. Who was asked by nobody
 * speaks in the level's own right: of its role, standing in for it, or above it.
 */
export async function signLevel(tx: Sql, { returnId, level, memberId, role, nowMs }: Signing): Promise<Signed> {
  await tx`
    INSERT INTO level_signers (return_id, level, member_id, added_by, added_at, decision, decided_at)
    VALUES (${returnId}, ${level}, ${memberId}, ${memberId}, to_timestamp(${nowMs}::float8 / 1000), 'approve',
      to_timestamp(${nowMs}::float8 / 1000))
    ON CONFLICT (return_id, level, member_id) DO UPDATE SET decision = 'approve', decided_at = excluded.decided_at`
  const [row] = await tx<{ waitsFor: string[]; own: boolean }[]>`
    SELECT coalesce(array_agg(m.name ORDER BY s.added_at, m.id) FILTER (WHERE s.decision IS NULL), '{}') AS "waitsFor",
      bool_or(s.decision = 'approve' AND (s.added_by = s.member_id OR EXISTS (
        SELECT 1 FROM member_roles r WHERE r.member_id = s.member_id AND r.role = ${role}))) AS own
    FROM level_signers s JOIN members m ON m.id = s.member_id WHERE s.return_id = ${returnId} AND s.level = ${level}`
  return { waitsFor: row?.waitsFor ?? [], ownHasSigned: row?.own ?? false }
}
