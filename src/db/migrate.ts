import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type postgres from 'postgres'
import { errorCode } from '../runtime/errors.ts'
import { faultPoint } from '../runtime/fault.ts'
import type { Log } from '../runtime/log.ts'
import { type DatabaseTarget, openDatabase } from './client.ts'

export type Migrated =
  | { readonly outcome: 'ready'; readonly applied: readonly string[] }
  /** Nothing was changed by the refused step; `problem` is one sentence for the operator. */
  | { readonly outcome: 'refused'; readonly problem: string }

type Step = { readonly tag: string; readonly when: number }
type Transaction = postgres.TransactionSql<{ bigint: bigint }>

const folder = new URL('./migrations/', import.meta.url)
/** Any number nobody else uses in this database; several processes may migrate at once, one at a time gets through. */
const migrationLock = 7_238_001
const oldestServer = 130_000

/**
 * Brings the database to the code's schema: every missing step of migrations/ in its own transaction, in the order of
 * drizzle's journal and recorded in drizzle's own table. Killed half way, it goes on from there the next time.
 */
export async function migrate(target: DatabaseTarget, log: Log): Promise<Migrated> {
  const database = openDatabase(target, { max: 1, name: 'chadan migrate' })
  let current = 'the first step'
  try {
    const steps = await readSteps()
    const [server] = await database.sql`
      SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding,
        to_regclass('drizzle.__drizzle_migrations') IS NOT NULL AS known`
    const problem = unfit(Number(server?.version), String(server?.encoding))
    if (problem) return { outcome: 'refused', problem }
    // the usual start has nothing to do and takes no lock
    if (server?.known === true) {
      const done = await readDone(database.sql)
      if (isNewer(done, steps)) return { outcome: 'refused', problem: newer }
      if (steps.every((step) => done.has(step.when))) return { outcome: 'ready', applied: [] }
    }
    const applied: string[] = []
    for (;;) {
      const step = await database.sql.begin((tx) => applyNext(tx, steps, (tag) => (current = tag)))
      if (step === 'newer') return { outcome: 'refused', problem: newer }
      if (step === undefined) return { outcome: 'ready', applied }
      applied.push(step.tag)
      log('info', 'migration applied', { step: step.tag })
      faultPoint('migration.between')
    }
  } catch (error) {
    return { outcome: 'refused', problem: explain(error, current) }
  } finally {
    await database.close()
  }
}

const newer =
  'The database was migrated by a newer release: start that release, or restore a backup made before it ran.'

function unfit(version: number, encoding: string): string | undefined {
  if (version < oldestServer) return `PostgreSQL 13 or newer is needed and this is ${Math.floor(version / 10_000)}.`
  if (encoding !== 'UTF8') return `The database is encoded in ${encoding}: create it with ENCODING 'UTF8'.`
  return undefined
}

async function readSteps(): Promise<readonly Step[]> {
  const journal = JSON.parse(await readFile(new URL('meta/_journal.json', folder), 'utf8')) as { entries: Step[] }
  return journal.entries
}

async function readDone(sql: postgres.ISql<{ bigint: bigint }>): Promise<ReadonlySet<number>> {
  const rows = await sql`SELECT created_at FROM drizzle.__drizzle_migrations`
  return new Set(rows.map((row) => Number(row.created_at)))
}

const isNewer = (done: ReadonlySet<number>, steps: readonly Step[]) =>
  [...done].some((when) => !steps.some((step) => step.when === when))

async function applyNext(
  tx: Transaction,
  steps: readonly Step[],
  begins: (tag: string) => void,
): Promise<Step | 'newer' | undefined> {
  await tx`SELECT pg_advisory_xact_lock(${migrationLock})`
  await tx`CREATE SCHEMA IF NOT EXISTS drizzle`
  await tx`
    CREATE TABLE IF NOT EXISTS drizzle.__drizzle_migrations (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint)`
  const done = await readDone(tx)
  if (isNewer(done, steps)) return 'newer'
  const step = steps.find((candidate) => !done.has(candidate.when))
  if (!step) return undefined
  begins(step.tag)
  const text = await readFile(new URL(`${step.tag}.sql`, folder), 'utf8')
  await tx.unsafe(text)
  const hash = createHash('sha256').update(text).digest('hex')
  await tx`INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES (${hash}, ${step.when})`
  return step
}

function explain(error: unknown, step: string): string {
  const code = errorCode(error) ?? 'unknown'
  const reason = error instanceof Error ? error.message : 'unknown reason'
  if (/^(ECONN|ENOENT|ENOTFOUND|EAI_|ETIMEDOUT|CONNECT)/.test(code))
    return `The database does not answer (${code}): check that it runs and that DATABASE_URL names it.`
  if (/^(28|3D)/.test(code))
    return `The database refuses us (${reason}): correct user, password and name in DATABASE_URL.`
  return `The migration stopped at ${step} (${code}: ${reason}): correct that and start again.`
}
