import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import { errorFields, type Log } from '../runtime/log.ts'
import type { CustomerSource } from './crm-port.ts'
import type { CrmPerson, CrmTold } from './crm-words.ts'
import type { PersonalData } from './personal.ts'
import { parsePhone } from './phone.ts'
import { backOffMs, leaseFeed, releaseFeed } from './source-lease.ts'
import type { Sources } from './sources.ts'
import type { Sql } from './write.ts'

export type CrmParts = {
  readonly database: Pick<Database, 'sql'>
  readonly personal: PersonalData
  readonly customers: readonly CustomerSource[]
  readonly heard: Pick<Sources, 'heard' | 'failed'>
  readonly clock: Clock
  readonly log: Log
}

export type CrmJob = { readonly connector: string; readonly recordId: string; readonly crm?: CrmTold }

export type CrmFeed = {
  /** Takes what a push said itself, or asks the CRM what it says now. */
  heard(job: CrmJob, signal: AbortSignal): Promise<'taken' | 'not-there' | 'unknown-connector'>
  /** Reads what was changed since the last time, where the CRM has such a list. Failures are written down and tried again. */
  pullDue(signal: AbortSignal): Promise<void>
}

const feedName = 'customers'
const everyMs = 3_600_000
const overlapMs = 10 * 60_000
/** What a new connector reads back first. */
const firstBackMs = 86_400_000

/** Levels and deeds of customers as a CRM tells them; who is not known yet gets them with his first order. */
export function crmFeed(parts: CrmParts): CrmFeed {
  const { customers, database } = parts
  return {
    heard: async ({ connector, recordId, crm }, signal) => {
      const source = customers.find(({ name }) => name === connector)
      if (source === undefined) return 'unknown-connector'
      const told = crm ?? (await source.pull?.(recordId, signal))
      if (told === undefined) return 'not-there'
      await take(parts, connector, [told])
      await parts.heard.heard(sourceOf(connector), parts.clock.nowMs())
      return 'taken'
    },
    pullDue: async (signal) => {
      for (const source of customers) {
        if (source.pullSince === undefined) continue
        const cursor = await leaseFeed(
          database.sql,
          { connector: source.name, feed: feedName },
          parts.clock.nowMs() - firstBackMs,
        )
        if (cursor !== undefined) await pullOne(parts, source.name, source.pullSince, cursor, signal)
      }
    },
  }
}

const sourceOf = (connector: string) => `${connector}.feed`

async function pullOne(
  parts: CrmParts,
  connector: string,
  pullSince: NonNullable<CustomerSource['pullSince']>,
  cursor: { readonly connector: string; readonly feed: string; readonly readToMs: number; readonly failures: number },
  signal: AbortSignal,
): Promise<void> {
  const { sql } = parts.database
  const startMs = parts.clock.nowMs()
  try {
    for await (const told of pullSince(cursor.readToMs - overlapMs, signal)) await take(parts, connector, told)
    await sql`
      UPDATE source_cursors SET read_to = to_timestamp(${startMs}::float8 / 1000)
      WHERE connector = ${connector} AND feed = ${feedName}`
    await releaseFeed(sql, cursor, { failures: 0, dueInMs: everyMs })
    await parts.heard.heard(sourceOf(connector), startMs)
  } catch (error) {
    const failures = cursor.failures + 1
    await releaseFeed(sql, cursor, { failures, dueInMs: backOffMs(failures, error) })
    await parts.heard.failed(sourceOf(connector), 'not read')
    const fields = { connector, failures, ...errorFields(error), ...(failures === 3 && { alarm: true }) }
    parts.log(failures < 3 ? 'warn' : 'error', 'customers were not read', fields)
  }
}

async function take({ database, personal, log }: CrmParts, connector: string, all: readonly CrmTold[]): Promise<void> {
  for (const told of all) {
    const hash = hashOf(personal, told.person)
    if (hash === undefined) {
      log('warn', 'a customer of the CRM names nobody', { connector, id: told.id })
      continue
    }
    await database.sql.begin(async (tx) => {
      const isNew = await keep(tx, connector, told, hash)
      // who carries it is looked up by the tick that weighs customers, also for those who come later
      if (isNew)
        await tx`
          INSERT INTO customer_touches (customer_id) SELECT customer_id FROM customer_identities
          WHERE kind = ${told.person.kind} AND value_hash = ${hash} ON CONFLICT DO NOTHING`
    })
  }
}

async function keep(tx: Sql, connector: string, told: CrmTold, hash: Buffer): Promise<boolean> {
  const { id, person, said, atMs } = told
  const at = tx`to_timestamp(${atMs}::float8 / 1000)`
  if (said.kind === 'level') {
    const rows = await tx`
      INSERT INTO crm_levels (kind, value_hash, level, told_at, connector)
      VALUES (${person.kind}, ${hash}, ${said.level}, ${at}, ${connector})
      ON CONFLICT (kind, value_hash) DO UPDATE
      SET level = excluded.level, told_at = excluded.told_at, connector = excluded.connector
      WHERE crm_levels.told_at < excluded.told_at RETURNING 1`
    return rows.length > 0
  }
  const rows = await tx`
    INSERT INTO crm_touches (connector, id, kind, value_hash, channel, deed, happened_at)
    VALUES (${connector}, ${id}, ${person.kind}, ${hash}, ${said.channel}, ${said.deed}, ${at})
    ON CONFLICT DO NOTHING RETURNING 1`
  return rows.length > 0
}

/** A virtual number is lent to many; a masked one is nobody's. */
function hashOf(personal: PersonalData, { kind, value }: CrmPerson): Buffer | undefined {
  if (kind === 'member') return value.trim() === '' ? undefined : personal.hash('member', value.trim())
  return parsePhone(value)?.virtual === false ? personal.phoneHash(value) : undefined
}

/**
 * The newest level a CRM told of any account of these people, on all their accounts: rules look at the account of the order.
 * `roots` are people, not accounts. People whom no CRM knows keep what they have.
 */
export async function applyLevels(tx: Sql, roots: readonly string[]): Promise<void> {
  if (roots.length === 0) return
  await tx`
    WITH person AS (
      SELECT c.id, coalesce(c.merged_into, c.id) AS root FROM customers c
      WHERE c.id = ANY(${[...roots]}::text[]) OR c.merged_into = ANY(${[...roots]}::text[])
    ), newest AS (
      SELECT DISTINCT ON (p.root) p.root, l.level FROM person p
      JOIN customer_identities i ON i.customer_id = p.id JOIN crm_levels l ON l.kind = i.kind AND l.value_hash = i.value_hash
      ORDER BY p.root, l.told_at DESC
    )
    UPDATE customers c SET level = n.level FROM person p JOIN newest n ON n.root = p.root
    WHERE c.id = p.id AND c.level <> n.level`
}
