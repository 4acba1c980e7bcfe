import type postgres from 'postgres'
import type { Database } from '../db/client.ts'
import type { Ids } from '../runtime/ids.ts'
import { type MemberProblem, type MemberRow, type MemberWords, readMemberSheet } from './member-sheet.ts'
import type { PersonalData } from './personal.ts'
import { storableText } from './plain-json.ts'

type Sql = postgres.ISql<{ bigint: bigint }>

/** Shaped like chat/member.ts Member. */
export type KnownMember<Role extends string> = {
  readonly id: string
  readonly name: string
  readonly roles: readonly Role[]
}

export type ListedMember<Role extends string> = KnownMember<Role> & {
  readonly active: boolean
  readonly accounts: readonly { readonly platform: string; readonly userId: string }[]
}

export type MemberImport = {
  readonly created: number
  readonly updated: number
  readonly unchanged: number
  /** People who were active before and are no longer: marked as left, or missing from a complete list. */
  readonly deactivated: number
  readonly problems: readonly MemberProblem[]
}

export type ImportOptions = {
  /**
   * The sheet is the complete staff list: who is not in it has left. Ignored while the sheet has a fault, so that a typing
   * error locks nobody out.
   */
  readonly complete?: boolean
}

export type Members<Role extends string> = {
  /** Undefined for strangers, leavers, and whenever the platform does not vouch for the id. */
  identify(
    platform: string,
    user: { readonly id: string; readonly trusted: boolean },
  ): Promise<KnownMember<Role> | undefined>
  /** Takes a staff list (CSV text). All good rows are taken in one transaction; the others are named. */
  importCsv(text: string, options?: ImportOptions): Promise<MemberImport>
  /** False when there is no such active member. */
  deactivate(memberId: string): Promise<boolean>
  list(): Promise<readonly ListedMember<Role>[]>
}

type MembersParts<Role extends string> = {
  readonly database: Pick<Database, 'sql'>
  readonly personal: Pick<PersonalData, 'seal' | 'phoneHash'>
  readonly ids: Ids
  readonly words: MemberWords<Role>
}

/** Any number nobody else locks in this database: two imports at once would make the same person twice. */
const importLock = 7_238_003

/** Who is who: one person = WeCom id + DingTalk id + phone. Ids are compared without case, as WeCom does. */
export function members<Role extends string>({ database, personal, ids, words }: MembersParts<Role>): Members<Role> {
  const { sql } = database
  const isRole = (role: string): role is Role => Object.hasOwn(words.roles, role)
  return {
    identify: async (platform, user) => {
      if (!user.trusted) return undefined
      const [row] = await sql<{ id: string; name: string; roles: string[] }[]>`
        SELECT m.id, m.name, ARRAY(SELECT role FROM member_roles r WHERE r.member_id = m.id ORDER BY role) AS roles
        FROM member_accounts a JOIN members m ON m.id = a.member_id
        WHERE a.platform = ${platform} AND lower(a.user_id) = lower(${storableText(user.id)}) AND m.active`
      return row && { ...row, roles: row.roles.filter(isRole) }
    },

    importCsv: async (text, { complete = false } = {}) => {
      const sheet = readMemberSheet(text, words)
      return sql.begin(async (tx) => {
        await tx`SELECT pg_advisory_xact_lock(${importLock})`
        const report = { created: 0, updated: 0, unchanged: 0, deactivated: 0 }
        const problems = [...sheet.problems]
        const listed = new Set<string>()
        for (const row of sheet.rows) {
          const taken = await takeRow(tx, { personal, ids }, row)
          if (taken.outcome === 'refused') problems.push({ line: row.line, problem: taken.problem, shown: row.name })
          else {
            report[taken.outcome] += 1
            if (taken.left) report.deactivated += 1
            listed.add(taken.id)
          }
        }
        if (complete && problems.length === 0) report.deactivated += await deactivateOthers(tx, [...listed])
        return { ...report, problems: problems.sort((a, b) => a.line - b.line) }
      })
    },

    deactivate: async (memberId) => {
      const rows = await sql`
        UPDATE members SET active = false, updated_at = now() WHERE id = ${memberId} AND active RETURNING id`
      return rows.length === 1
    },

    list: async () => {
      const rows = await sql<(Omit<ListedMember<Role>, 'roles'> & { roles: string[] })[]>`
        SELECT id, name, active, ARRAY(SELECT role FROM member_roles r WHERE r.member_id = m.id ORDER BY role) AS roles,
          coalesce((SELECT jsonb_agg(jsonb_build_object('platform', platform, 'userId', user_id) ORDER BY platform)
            FROM member_accounts a WHERE a.member_id = m.id), '[]') AS accounts
        FROM members m ORDER BY active DESC, name, id`
      return rows.map((row) => ({ ...row, roles: row.roles.filter(isRole) }))
    },
  }
}

type Stored = {
  readonly id: string
  readonly name: string
  readonly active: boolean
  readonly phoneHash: Buffer | null
  readonly roles: readonly string[]
  /** `platform userId unionId`, for comparing. */
  readonly accounts: readonly string[]
}

type Taken =
  | { readonly outcome: 'created' | 'updated' | 'unchanged'; readonly id: string; readonly left: boolean }
  | { readonly outcome: 'refused'; readonly problem: 'bad-phone' | 'two-people' }

type Account = { readonly platform: string; readonly userId: string; readonly unionId: string | undefined }

async function takeRow<Role extends string>(
  tx: Sql,
  { personal, ids }: Pick<MembersParts<Role>, 'personal' | 'ids'>,
  row: MemberRow<Role>,
): Promise<Taken> {
  const hash = row.phone === undefined ? undefined : personal.phoneHash(row.phone)
  if (row.phone !== undefined && hash === undefined) return { outcome: 'refused', problem: 'bad-phone' }
  const accounts = accountsOf(row)
  const [known, ...others] = await findKnown(tx, accounts, hash)
  if (others.length > 0) return { outcome: 'refused', problem: 'two-people' }
  const phone =
    row.phone === undefined || hash === undefined ? undefined : { hash, enc: personal.seal(row.phone, 'phone') }
  if (known && isSame(known, row, accounts, hash)) return { outcome: 'unchanged', id: known.id, left: false }
  const id = known?.id ?? ids.next('mem')
  await writeMember(tx, id, row, phone)
  await writeAccounts(tx, id, accounts)
  return { outcome: known ? 'updated' : 'created', id, left: known?.active === true && !row.active }
}

function accountsOf(row: MemberRow<string>): readonly Account[] {
  const { wecom, dingtalk, unionId } = row
  return [
    ...(wecom === undefined ? [] : [{ platform: 'wecom', userId: wecom, unionId: undefined }]),
    ...(dingtalk === undefined ? [] : [{ platform: 'dingtalk', userId: dingtalk, unionId }]),
  ]
}

async function findKnown(tx: Sql, accounts: readonly Account[], hash: Buffer | undefined): Promise<readonly Stored[]> {
  return tx<Stored[]>`
    SELECT id, name, active, phone_hash AS "phoneHash",
      ARRAY(SELECT role FROM member_roles r WHERE r.member_id = m.id ORDER BY role) AS roles,
      ARRAY(SELECT concat_ws(' ', platform, user_id, union_id) FROM member_accounts a WHERE a.member_id = m.id) AS accounts
    FROM members m
    WHERE phone_hash = ${hash ?? null} OR id IN (
      SELECT member_id FROM member_accounts a
      JOIN unnest(${accounts.map(({ platform }) => platform)}::text[], ${accounts.map(({ userId }) => userId)}::text[])
        AS given (platform, user_id)
        ON a.platform = given.platform AND lower(a.user_id) = lower(given.user_id))`
}

function isSame(
  known: Stored,
  row: MemberRow<string>,
  accounts: readonly Account[],
  hash: Buffer | undefined,
): boolean {
  const wanted = accounts.map(({ platform, userId, unionId }) => [platform, userId, unionId].filter(Boolean).join(' '))
  return (
    known.name === row.name &&
    known.active === row.active &&
    (hash === undefined || known.phoneHash?.equals(hash) === true) &&
    (row.roles.length === 0 || known.roles.join() === row.roles.join()) &&
    wanted.every((account) => known.accounts.some((stored) => stored === account || stored.startsWith(`${account} `)))
  )
}

async function writeMember(
  tx: Sql,
  id: string,
  row: MemberRow<string>,
  phone: { readonly hash: Buffer; readonly enc: Buffer } | undefined,
): Promise<void> {
  await tx`
    INSERT INTO members (id, name, phone_enc, phone_hash, active)
    VALUES (${id}, ${row.name}, ${phone?.enc ?? null}, ${phone?.hash ?? null}, ${row.active})
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, active = excluded.active, updated_at = now(),
      phone_enc = coalesce(excluded.phone_enc, members.phone_enc),
      phone_hash = coalesce(excluded.phone_hash, members.phone_hash)`
  if (row.roles.length === 0) return
  await tx`DELETE FROM member_roles WHERE member_id = ${id} AND role <> ALL(${[...row.roles]}::text[])`
  await tx`
    INSERT INTO member_roles (member_id, role) SELECT ${id}, unnest(${[...row.roles]}::text[]) ON CONFLICT DO NOTHING`
}

async function writeAccounts(tx: Sql, id: string, accounts: readonly Account[]): Promise<void> {
  for (const { platform, userId, unionId } of accounts) {
    await tx`
      DELETE FROM member_accounts
      WHERE member_id = ${id} AND platform = ${platform} AND lower(user_id) <> lower(${userId})`
    await tx`
      INSERT INTO member_accounts (platform, user_id, union_id, member_id)
      VALUES (${platform}, ${userId}, ${unionId ?? null}, ${id})
      ON CONFLICT (platform, lower(user_id)) DO UPDATE SET user_id = excluded.user_id,
        union_id = coalesce(excluded.union_id, member_accounts.union_id)`
  }
}

async function deactivateOthers(tx: Sql, listed: readonly string[]): Promise<number> {
  // who has neither account (people of the play chat only) cannot stand in a staff list
  const rows = await tx`
    UPDATE members SET active = false, updated_at = now()
    WHERE active AND id <> ALL(${[...listed]}::text[]) AND EXISTS (
      SELECT 1 FROM member_accounts a WHERE a.member_id = members.id AND a.platform IN ('wecom', 'dingtalk'))
    RETURNING id`
  return rows.length
}
