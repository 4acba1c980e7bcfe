import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import type { PersonalData } from './personal.ts'
import { storableText } from './plain-json.ts'

/** Whose talk in which chat, shaped like handlers/question.ts Place. */
type Place = { readonly platform: string; readonly conversationId: string; readonly memberId: string }

/** Shaped like handlers/question.ts ChatMemory; what is remembered is JSON and none of the hub's business. */
export type ChatMemory<Looked extends { readonly atMs: number }> = {
  recall(place: Place): Promise<Looked | undefined>
  remember(place: Place, looked: Omit<Looked, 'atMs'>): Promise<void>
  forget(place: Place): Promise<void>
}

/** Product 2.1: what was just looked at counts for this long. */
const memoryMs = 600_000
/** Clocks of two processes may differ by this much. */
const skewMs = 60_000

/**
 * What somebody looked at last, one row per person and chat, sealed: typed names and phones may stand in it. By the desk's
 * clock, so that the play page's moved time counts too; an older row is none, and so is one from the future.
 */
export function chatMemory<Looked extends { readonly atMs: number }>(
  { sql }: Pick<Database, 'sql'>,
  personal: Pick<PersonalData, 'seal' | 'open'>,
  clock: Clock,
): ChatMemory<Looked> {
  return {
    recall: async (place) => {
      const [row] = await sql<{ looked: Buffer; atMs: number }[]>`
        SELECT looked_enc AS looked, round(extract(epoch FROM at) * 1000)::float8 AS "atMs" FROM chat_memory
        WHERE platform = ${place.platform} AND conversation_id = ${storableText(place.conversationId)}
          AND member_id = ${place.memberId}`
      if (row === undefined || !isFresh(row.atMs, clock.nowMs())) return undefined
      return { ...JSON.parse(personal.open(row.looked)), atMs: row.atMs } as Looked
    },
    remember: async (place, looked) => {
      await sql`
        INSERT INTO chat_memory (platform, conversation_id, member_id, looked_enc, at)
        VALUES (${place.platform}, ${storableText(place.conversationId)}, ${place.memberId},
          ${personal.seal(JSON.stringify(looked))}, to_timestamp(${clock.nowMs()}::float8 / 1000))
        ON CONFLICT (platform, conversation_id, member_id) DO UPDATE SET looked_enc = excluded.looked_enc, at = excluded.at`
    },
    forget: async (place) => {
      await sql`
        DELETE FROM chat_memory WHERE platform = ${place.platform}
          AND conversation_id = ${storableText(place.conversationId)} AND member_id = ${place.memberId}`
    },
  }
}

function isFresh(atMs: number, nowMs: number): boolean {
  return nowMs - atMs < memoryMs && atMs - nowMs < skewMs
}
