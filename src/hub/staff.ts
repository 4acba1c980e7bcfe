import type { Database } from '../db/client.ts'
import type { Sql } from './write.ts'

/** Somebody a message can reach: one chat per person, on the platform asked for where they have an account there. */
export type Receiver = {
  readonly memberId: string
  readonly name: string
  readonly platform: string
  readonly userId: string
  /** What they are here, where the reader needs it. */
  readonly roles?: readonly string[]
}

export type Staff = {
  /** Names of active people of a role, by name; at most `limit`. */
  colleagues(role: string, limit?: number): Promise<readonly string[]>
}

/** Who works here, for telling people whom to ask. */
export function staff({ sql }: Pick<Database, 'sql'>): Staff {
  return {
    colleagues: async (role, limit = 3) => {
      const rows = await sql<{ name: string }[]>`
        SELECT m.name FROM member_roles r JOIN members m ON m.id = r.member_id
        WHERE r.role = ${role} AND m.active ORDER BY m.id LIMIT ${limit}`
      return rows.map(({ name }) => name)
    },
  }
}

/** The roles of an active member at this moment; none for somebody who has left. */
export async function rolesOf(tx: Sql, memberId: string): Promise<readonly string[]> {
  const rows = await tx<{ role: string }[]>`
    SELECT r.role FROM member_roles r JOIN members m ON m.id = r.member_id WHERE m.id = ${memberId} AND m.active
    ORDER BY r.role`
  return rows.map(({ role }) => role)
}

/** An active member as doors outside the chat know them; undefined for strangers and leavers. */
export function activeMember<Role extends string>({ sql }: Pick<Database, 'sql'>) {
  return async (
    id: string,
  ): Promise<{ readonly id: string; readonly name: string; readonly roles: readonly Role[] } | undefined> => {
    const [row] = await sql<{ name: string }[]>`SELECT name FROM members WHERE id = ${id} AND active`
    return row && { id, name: row.name, roles: (await rolesOf(sql, id)) as readonly Role[] }
  }
}

export async function nameOf(tx: Sql, memberId: string | null): Promise<string | undefined> {
  if (memberId === null) return undefined
  const [row] = await tx<{ name: string }[]>`SELECT name FROM members WHERE id = ${memberId}`
  return row?.name
}

type Wanted = {
  readonly roles?: readonly string[]
  readonly memberIds?: readonly string[]
  /** Their chat here is taken where they have one. */
  readonly platform: string
  /** Platforms that messages can leave by. */
  readonly reachable: readonly string[]
  /** Who did it need not be told. */
  readonly except?: string
}

/** Everybody of the roles or of the list who can be reached, once each. */
export async function receiversOf(tx: Sql, wanted: Wanted): Promise<readonly Receiver[]> {
  const { roles = [], memberIds = [], platform, reachable, except = '' } = wanted
  return tx<Receiver[]>`
    SELECT DISTINCT ON (m.id) m.id AS "memberId", m.name, a.platform, a.user_id AS "userId",
      ARRAY(SELECT r.role FROM member_roles r WHERE r.member_id = m.id ORDER BY r.role) AS roles
    FROM members m JOIN member_accounts a ON a.member_id = m.id AND a.platform = ANY(${[...reachable]}::text[])
    WHERE m.active AND m.id <> ${except} AND (m.id = ANY(${[...memberIds]}::text[])
      OR EXISTS (SELECT 1 FROM member_roles r WHERE r.member_id = m.id AND r.role = ANY(${[...roles]}::text[])))
    ORDER BY m.id, a.platform = ${platform} DESC, a.platform`
}
