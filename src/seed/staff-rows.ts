import type postgres from 'postgres'
import type { PersonalData } from '../hub/personal.ts'
import { dayMs } from './beijing.ts'
import { staff } from './staff.ts'

/** The people of the desk with their roles and accounts; somebody who is there already stays as they are. */
export async function staffRows(
  sql: postgres.TransactionSql<{ bigint: bigint }>,
  personal: PersonalData,
  nowMs: number,
): Promise<void> {
  const since = new Date(nowMs - 200 * dayMs)
  for (const person of staff) {
    const phone = personal.phoneColumns(person.phone)
    await sql`INSERT INTO members (id, name, phone_enc, phone_hash, created_at, updated_at)
      VALUES (${person.id}, ${person.name}, ${phone.enc}, ${phone.hash}, ${since}, ${since}) ON CONFLICT DO NOTHING`
    for (const role of person.roles)
      await sql`INSERT INTO member_roles (member_id, role) VALUES (${person.id}, ${role}) ON CONFLICT DO NOTHING`
    const accounts = [
      { platform: 'wecom', userId: person.wecom, unionId: null },
      { platform: 'dingtalk', userId: person.dingtalk, unionId: person.unionId },
      ...(person.play === undefined ? [] : [{ platform: 'play', userId: person.play, unionId: null }]),
    ]
    for (const account of accounts)
      await sql`INSERT INTO member_accounts (platform, user_id, union_id, member_id)
        VALUES (${account.platform}, ${account.userId}, ${account.unionId}, ${person.id}) ON CONFLICT DO NOTHING`
  }
}
