import type postgres from 'postgres'
import { tableNames } from './rows.ts'

type Sql = postgres.TransactionSql<{ bigint: bigint }>

/**
 * Loads with the foreign keys and secondary indexes of the sample's tables taken away and put back at the end, all in the
 * caller's transaction: building an index once is many times cheaper than growing it by millions of rows.
 */
export async function withoutIndexes<T>(sql: Sql, work: () => Promise<T>): Promise<T> {
  const tables = tableNames as readonly string[]
  const foreignKeys = await sql<{ table: string; name: string; definition: string }[]>`
    SELECT conrelid::regclass::text AS table, conname AS name, pg_get_constraintdef(oid) AS definition
    FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY (
      SELECT oid FROM pg_class WHERE relname = ANY (${tables as string[]}) AND relnamespace = current_schema()::regnamespace)`
  const indexes = await sql<{ name: string; definition: string }[]>`
    SELECT indexname AS name, indexdef AS definition FROM pg_indexes
    WHERE schemaname = current_schema() AND tablename = ANY (${tables as string[]})
      AND indexname NOT IN (SELECT conname FROM pg_constraint WHERE contype = 'p')`
  for (const key of foreignKeys) await sql`ALTER TABLE ${sql(key.table)} DROP CONSTRAINT ${sql(key.name)}`
  for (const index of indexes) await sql`DROP INDEX ${sql(index.name)}`
  const result = await work()
  await sql`SET LOCAL maintenance_work_mem = '256MB'`
  for (const index of indexes) await sql.unsafe(index.definition)
  for (const key of foreignKeys)
    await sql`ALTER TABLE ${sql(key.table)} ADD CONSTRAINT ${sql(key.name)} ${sql.unsafe(key.definition)}`
  return result
}
