import type { Database } from '../db/client.ts'
import type { Receiver } from './staff.ts'
import type { Sql } from './write.ts'

// The statements of card-copies.ts that are longer than a line or two; it says what they mean.

/** approval: a level's card with one of its people · applicant: what became of it, with the one who applied. */
export type CopyKind = 'approval' | 'applicant'

export type CopyFace = { readonly kind: CopyKind; readonly level: number; readonly memberId: string }

export type CopyRow = {
  readonly id: string
  readonly returnId: string
  readonly kind: CopyKind
  readonly level: number
  readonly memberId: string
  readonly platform: string
  readonly conversationId: string
  readonly outboxKey: string
  readonly cardId: string | null
  readonly updateCode: string | null
  readonly updateCodeAtMs: number | null
  readonly messageId: string | null
  readonly shown: string
  readonly drawings: number
}

/** `level` of an applicant's copy is the level the news came from. */
export const copyColumns = (sql: Sql) => sql`
  id::text, substr(subject, 8) AS "returnId", kind, level, member_id AS "memberId", platform,
  conversation_id AS "conversationId", outbox_key AS "outboxKey", card_id AS "cardId", update_code AS "updateCode",
  round(extract(epoch FROM update_code_at) * 1000)::float8 AS "updateCodeAtMs", message_id AS "messageId",
  shown, drawings`

/**
 * How long after a level opened its first card may still go out: a desk that was away so long catches up; what was open long before
 * this desk ever ran, or came with somebody's data, is not sent to everybody at its first start.
 */
const firstCardMs = 1_800_000

/**
 * Returns with a level nobody has a card of, with a copy drawn from an older version, or with one whose moment has come. Open levels
 * and open copies have partial indexes: what is over costs nothing.
 */
export async function dirtyReturns(sql: Database['sql'], nowMs: number, limit: number): Promise<readonly string[]> {
  const rows = await sql<{ id: string }[]>`
    SELECT id FROM (
      SELECT a.return_id AS id, a.started_at AS since FROM approval_levels a JOIN returns r ON r.id = a.return_id
      WHERE a.state = 'pending' AND r.approval = 'pending' AND a.started_at > to_timestamp(${nowMs - firstCardMs}::float8 / 1000)
        AND NOT EXISTS (SELECT 1 FROM card_copies c WHERE c.subject = 'return:' || a.return_id AND c.state = 'open'
          AND c.kind = 'approval' AND c.level = a.level)
      UNION
      SELECT r.id, min(c.shown_at) FROM card_copies c JOIN returns r ON r.id = substr(c.subject, 8)
      WHERE c.state = 'open' AND c.kind IN ('approval', 'applicant') AND c.subject LIKE 'return:%'
        AND (split_part(c.shown, '|', 1) <> r.version::text OR c.next_at <= to_timestamp(${nowMs}::float8 / 1000))
      GROUP BY r.id
    ) dirty GROUP BY id ORDER BY min(since) LIMIT ${limit}`
  return rows.map(({ id }) => id)
}

export type NewCopy = {
  readonly returnId: string
  readonly face: CopyFace
  readonly to: Receiver
  readonly key: string
  readonly shown: string
  readonly nowMs: number
  readonly nextMs: number | undefined
}

/** Undefined when this message was sent before, or the person has the level's card already. */
export async function insertCopy(tx: Sql, copy: NewCopy): Promise<CopyRow | undefined> {
  const { face, to, nowMs, nextMs } = copy
  const [row] = await tx<CopyRow[]>`
    INSERT INTO card_copies (subject, kind, level, member_id, platform, conversation_id, outbox_key, shown, shown_at, next_at)
    VALUES (${`return:${copy.returnId}`}, ${face.kind}, ${face.level}, ${face.memberId}, ${to.platform}, ${to.userId}, ${copy.key},
      ${copy.shown}, to_timestamp(${nowMs}::float8 / 1000), to_timestamp(${nextMs ?? null}::float8 / 1000))
    ON CONFLICT DO NOTHING RETURNING ${copyColumns(tx)}`
  return row
}
