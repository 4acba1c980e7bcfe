import type postgres from 'postgres'
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

type Fragment = postgres.PendingQuery<postgres.Row[]>

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
  const before = (days: number) => sql`to_timestamp(${(clock.nowMs() - days * day) / 1000}::float8)`
  /** The rows of a table that fit, a batch at a time; who holds one keeps it until the next sweep. */
  const some = (table: string, where: Fragment) => sql`
    ctid = ANY(ARRAY(SELECT ctid FROM ${sql(table)} WHERE ${where} LIMIT ${batch} FOR UPDATE SKIP LOCKED))`
  const erase = (table: string, where: Fragment) =>
    repeat(() => sql`DELETE FROM ${sql(table)} WHERE ${some(table, where)}`)
  const blank = (table: string, change: Fragment, where: Fragment) =>
    repeat(() => sql`UPDATE ${sql(table)} SET ${change} WHERE ${some(table, where)}`)
  const days = retentionDays
  return {
    sweep: async () => ({
      inbox: await erase('inbox', sql`answered_at < ${before(days.inbox)}`),
      transcript: await erase('transcript', sql`at < ${before(days.transcript)}`),
      questions: await blank(
        'query_log',
        sql`question = NULL, slots = '{}'`,
        sql`at < ${before(days.question)} AND question <> ''`,
      ),
      memories: await erase('chat_memory', sql`at < ${before(days.memory)}`),
      drafts: await erase('drafts', sql`expires_at < ${before(days.draft)}`),
      photos: await erase('waybill_photos', sql`expires_at < ${before(0)}`),
      handoffs: await blank('handoffs', sql`question = ''`, sql`at < ${before(days.question)} AND question <> ''`),
      outbox: await erase(
        'outbox',
        sql`(state IN ('done', 'withdrawn') AND done_at < ${before(days.outboxDone)}
          OR state = 'dead' AND done_at < ${before(days.outboxDead)})`,
      ),
      pushes:
        (await blank(
          'source_events',
          sql`raw = NULL`,
          sql`received_at < ${before(days.pushBody)} AND raw IS NOT NULL`,
        )) + (await erase('source_events', sql`received_at < ${before(days.push)}`)),
      sms: await erase('sms_messages', sql`created_at < ${before(days.sms)}`),
      crmTouches: await erase('crm_touches', sql`happened_at < ${before(days.crmTouch)}`),
      budgets: await erase('send_budgets', sql`window_start + window_ms * interval '2 ms' < now()`),
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

async function expiredFiles(sql: Database['sql'], before: Fragment): Promise<string[]> {
  const rows = await sql<{ storedAs: string }[]>`
    DELETE FROM attachments WHERE id = ANY(ARRAY(
      SELECT id FROM attachments WHERE expires_at < ${before}
      LIMIT ${batch} FOR UPDATE SKIP LOCKED))
    RETURNING stored_as AS "storedAs"`
  return rows.map(({ storedAs }) => storedAs)
}
