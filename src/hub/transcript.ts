import type { Database } from '../db/client.ts'
import { type Cipher, openJson, sealJson } from './sealed-json.ts'

export type TranscriptLine = { readonly seq: number; readonly atMs: number; readonly entry: unknown }

export type Transcript = {
  /** The new line's number; numbers grow over all conversations. */
  append(conversationId: string, atMs: number, entry: unknown): Promise<number>
  /** Lines after `seq`, oldest first, at most `limit`. */
  since(conversationId: string, seq: number, limit: number): Promise<readonly TranscriptLine[]>
}

/** What was said on one platform that has no memory of its own. Entries are JSON, encrypted at rest, kept 7 days. */
export function transcript({ sql }: Pick<Database, 'sql'>, cipher: Cipher, platform: string): Transcript {
  return {
    append: async (conversationId, atMs, entry) => {
      const [row] = await sql<{ seq: bigint }[]>`
        INSERT INTO transcript (platform, conversation_id, at, entry)
        VALUES (${platform}, ${conversationId}, to_timestamp(${atMs}::float8 / 1000), ${sql.json(sealJson(cipher, entry))})
        RETURNING seq`
      return Number(row?.seq)
    },
    since: async (conversationId, seq, limit) => {
      const rows = await sql<{ seq: bigint; atMs: number; entry: unknown }[]>`
        SELECT seq, round(extract(epoch FROM at) * 1000)::float8 AS "atMs", entry
        FROM transcript WHERE platform = ${platform} AND conversation_id = ${conversationId} AND seq > ${seq}
        ORDER BY seq LIMIT ${limit}`
      return rows.map((row) => ({ seq: Number(row.seq), atMs: row.atMs, entry: openJson(cipher, row.entry) }))
    },
  }
}
