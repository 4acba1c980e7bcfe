import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'

const day = 24 * 3_600_000

/** product §0 and reliability.md "Figures to use": days. Event ids are kept 7 days at least. */
const retentionDays = {
  inbox: 7,
  transcript: 7,
  question: 7,
  memory: 1,
  draft: 7,
  outboxDone: 7,
  outboxDead: 90,
  pushBody: 7,
  push: 30,
  sms: 90,
  crmTouch: 180,
} as const

/** Rows per statement: a sweep never holds many locks, and never makes the tables' readers wait. */
const batch = 1_000
/** Statements per table and sweep; the rest waits for the next one. */
const rounds = 50

export type Swept = {
  readonly inbox: number
  readonly transcript: number
  readonly questions: number
  /** What people looked at last, and writes that waited for a confirmation. */
  readonly memories: number
  readonly drafts: number
  /** Words of questions that went to a person; the rest of the row stays. */
  readonly handoffs: number
  /** Readings of photos; their files go by their age. */
  readonly photos: number
  readonly outbox: number
  /** Bodies of pushes, and with more age what is left of them. */
  readonly pushes: number
  readonly sms: number
  /** Carts and questions that a CRM told of. */
  readonly crmTouches: number
  readonly budgets: number
  /** Expired attachments: their rows are gone, these are the stored files to remove. */
  readonly files: readonly string[]
}

/**
 * Erases what is older than its time by `clock`. Safe in several processes at once, bounded per call; the sweep after it
 * goes on where it stopped.
 */
export function retention({ sql }: Pick<Database, 'sql'>, clock: Clock): { sweep(): Promise<Swept> } {
  const before = (days: number) => (clock.nowMs() - days * day) / 1000
  return {
    sweep: async () => ({
      inbox: await repeat(
        () => sql`
          DELETE FROM inbox WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM inbox WHERE answered_at < to_timestamp(${before(retentionDays.inbox)}::float8)
            LIMIT ${batch} FOR UPDATE SKIP LOCKED))`,
      ),
      transcript: await repeat(
        () => sql`
          DELETE FROM transcript WHERE seq = ANY(ARRAY(
            SELECT seq FROM transcript WHERE at < to_timestamp(${before(retentionDays.transcript)}::float8)
            ORDER BY seq LIMIT ${batch} FOR UPDATE SKIP LOCKED))`,
      ),
      questions: await repeat(
        () => sql`
          UPDATE query_log SET question = NULL, slots = '{}' WHERE id = ANY(ARRAY(
            SELECT id FROM query_log
            WHERE at < to_timestamp(${before(retentionDays.question)}::float8) AND question <> ''
            LIMIT ${batch} FOR UPDATE SKIP LOCKED))`,
      ),
      memories: await repeat(
        () => sql`
          DELETE FROM chat_memory WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM chat_memory WHERE at < to_timestamp(${before(retentionDays.memory)}::float8)
            LIMIT ${batch} FOR UPDATE SKIP LOCKED))`,
      ),
      drafts: await repeat(
        () => sql`
          DELETE FROM drafts WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM drafts WHERE expires_at < to_timestamp(${before(retentionDays.draft)}::float8)
            LIMIT ${batch} FOR UPDATE SKIP LOCKED))`,
      ),
      photos: await repeat(
        () => sql`
          DELETE FROM waybill_photos WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM waybill_photos WHERE expires_at < to_timestamp(${before(0)}::float8)
            LIMIT ${batch} FOR UPDATE SKIP LOCKED))`,
      ),
      handoffs: await repeat(
        () => sql`
          UPDATE handoffs SET question = '' WHERE id = ANY(ARRAY(
            SELECT id FROM handoffs
            WHERE at < to_timestamp(${before(retentionDays.question)}::float8) AND question <> ''
            LIMIT ${batch} FOR UPDATE SKIP LOCKED))`,
      ),
      outbox: await repeat(
        () => sql`
          DELETE FROM outbox WHERE id = ANY(ARRAY(
            SELECT id FROM outbox
            WHERE state IN ('done', 'withdrawn') AND done_at < to_timestamp(${before(retentionDays.outboxDone)}::float8)
              OR state = 'dead' AND done_at < to_timestamp(${before(retentionDays.outboxDead)}::float8)
            ORDER BY id LIMIT ${batch} FOR UPDATE SKIP LOCKED))`,
      ),
      pushes:
        (await repeat(
          () => sql`
            UPDATE source_events SET raw = NULL WHERE ctid = ANY(ARRAY(
              SELECT ctid FROM source_events
              WHERE received_at < to_timestamp(${before(retentionDays.pushBody)}::float8) AND raw IS NOT NULL
              LIMIT ${batch} FOR UPDATE SKIP LOCKED))`,
        )) +
        (await repeat(
          () => sql`
            DELETE FROM source_events WHERE ctid = ANY(ARRAY(
              SELECT ctid FROM source_events WHERE received_at < to_timestamp(${before(retentionDays.push)}::float8)
              LIMIT ${batch} FOR UPDATE SKIP LOCKED))`,
        )),
      sms: await repeat(
        () => sql`
          DELETE FROM sms_messages WHERE id = ANY(ARRAY(
            SELECT id FROM sms_messages WHERE created_at < to_timestamp(${before(retentionDays.sms)}::float8)
            LIMIT ${batch} FOR UPDATE SKIP LOCKED))`,
      ),
      crmTouches: await repeat(
        () => sql`
          DELETE FROM crm_touches WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM crm_touches WHERE happened_at < to_timestamp(${before(retentionDays.crmTouch)}::float8)
            LIMIT ${batch} FOR UPDATE SKIP LOCKED))`,
      ),
      budgets: await repeat(
        () => sql`
          DELETE FROM send_budgets WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM send_budgets WHERE window_start + window_ms * interval '2 ms' < now()
            LIMIT ${batch} FOR UPDATE SKIP LOCKED))`,
      ),
      files: await expiredFiles(sql, before(0)),
    }),
  }
}

async function repeat(statement: () => PromiseLike<{ readonly count: number }>): Promise<number> {
  let total = 0
  for (let round = 0; round < rounds; round++) {
    const { count } = await statement()
    total += count
    if (count < batch) break
  }
  return total
}

async function expiredFiles(sql: Database['sql'], beforeSeconds: number): Promise<string[]> {
  const rows = await sql<{ storedAs: string }[]>`
    DELETE FROM attachments WHERE id = ANY(ARRAY(
      SELECT id FROM attachments WHERE expires_at < to_timestamp(${beforeSeconds}::float8)
      LIMIT ${batch} FOR UPDATE SKIP LOCKED))
    RETURNING stored_as AS "storedAs"`
  return rows.map(({ storedAs }) => storedAs)
}
