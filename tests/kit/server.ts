import { type DatabaseTarget, openDatabase } from '../../src/db/client.ts'

/** The same server, another database. */
export function withDatabase(target: DatabaseTarget, name: string): DatabaseTarget {
  if (target.kind === 'socket') return { ...target, database: name }
  const url = new URL(target.url)
  url.pathname = `/${name}`
  return { kind: 'url', url: url.href }
}

/** As DATABASE_URL names it, for commands that open their own. */
export function databaseUrlOf(target: DatabaseTarget): string {
  if (target.kind === 'url') return target.url
  const { user, password, port, database, directory } = target
  return `postgres://${user}:${password}@localhost:${port}/${database}?host=${encodeURIComponent(directory)}`
}

/** Makes a database, as a copy of `template` where one is named; the template must have no connections. */
export async function createDatabase(target: DatabaseTarget, name: string, template = 'template0'): Promise<void> {
  await withServer(target, (sql) => sql`CREATE DATABASE ${sql(name)} TEMPLATE ${sql(template)} ENCODING 'UTF8'`)
}

/** Drops it, whoever is still connected. */
export async function dropDatabase(target: DatabaseTarget, name: string): Promise<void> {
  await withServer(target, (sql) => sql`DROP DATABASE IF EXISTS ${sql(name)} WITH (FORCE)`)
}

async function withServer(
  target: DatabaseTarget,
  work: (sql: ReturnType<typeof openDatabase>['sql']) => PromiseLike<unknown>,
): Promise<void> {
  const database = openDatabase(target, { max: 1, name: 'chadan tests' })
  try {
    await work(database.sql)
  } finally {
    await database.close()
  }
}
