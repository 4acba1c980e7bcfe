import type { Database } from '../db/client.ts'
import type { PersonalData } from './personal.ts'

type Parts = { readonly database: Pick<Database, 'sql'>; readonly personal: Pick<PersonalData, 'open'> }

/** The number of an active member, for whoever sends to it; undefined where none is known. */
export function memberPhone({ database: { sql }, personal }: Parts): (memberId: string) => Promise<string | undefined> {
  return async (memberId) => {
    const [row] = await sql<{ phone: Uint8Array }[]>`
      SELECT phone_enc AS phone FROM members WHERE id = ${memberId} AND active AND phone_enc IS NOT NULL`
    return row && personal.open(row.phone, 'phone')
  }
}
