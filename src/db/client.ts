import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import * as hub from './schema.ts'
import * as clocks from './schema-clocks.ts'
import * as crm from './schema-crm.ts'
import * as customers from './schema-customers.ts'
import * as customs from './schema-customs.ts'
import * as erp from './schema-erp.ts'
import * as feed from './schema-feed.ts'
import * as flow from './schema-flow.ts'
import * as photos from './schema-photos.ts'
import * as sms from './schema-sms.ts'
import * as talk from './schema-talk.ts'
import { type Sql, steadyPool } from './steady-pool.ts'

const schema = {
  ...hub,
  ...talk,
  ...photos,
  ...clocks,
  ...flow,
  ...crm,
  ...customers,
  ...customs,
  ...erp,
  ...feed,
  ...sms,
}

/** Where a database is: a URL somebody gave us, or the socket directory of the embedded server. */
export type DatabaseTarget =
  | { readonly kind: 'url'; readonly url: string }
  | {
      readonly kind: 'socket'
      /** Directory of the Unix socket. */
      readonly directory: string
      readonly port: number
      readonly user: string
      readonly password: string
      readonly database: string
    }

/**
 * A DATABASE_URL as a target. `?host=/directory` (libpq's way to name a Unix socket) wins over the host in the URL;
 * `?sslmode=` and the rest are left to postgres.js.
 */
export function targetOfUrl(databaseUrl: string): DatabaseTarget {
  const url = new URL(databaseUrl)
  const directory = url.searchParams.get('host')
  if (!directory?.startsWith('/')) return { kind: 'url', url: databaseUrl }
  return {
    kind: 'socket',
    directory,
    port: Number(url.searchParams.get('port') ?? (url.port || 5432)),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
  }
}

/** The same as a URL other programs understand (tests, benches, psql). */
export function urlOfTarget(target: DatabaseTarget): string {
  if (target.kind === 'url') return target.url
  const { directory, port, user, password, database } = target
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`
  return `postgres://${login}@localhost/${encodeURIComponent(database)}?host=${encodeURIComponent(directory)}&port=${port}`
}

export type Orm = PostgresJsDatabase<typeof schema>

export type Database = {
  /** For hot, hand-written statements (prepared by postgres.js). */
  readonly sql: postgres.Sql<{ bigint: bigint }>
  /** For everything else. */
  readonly orm: Orm
  close(): Promise<void>
}

export type DatabaseOptions = {
  readonly max?: number
  /** Shown in pg_stat_activity. */
  readonly name?: string
  readonly statementTimeoutMs?: number
  readonly lockTimeoutMs?: number
  /** The only schema that statements see; without it the server's default. */
  readonly searchPath?: string
}

/**
 * Opens a pool; connects on first use. drizzle-orm 0.45 replaces the date parsers of the client it is given (raw rows
 * would turn to strings), so it gets a pool object of its own that shares nothing but the target.
 */
export function openDatabase(target: DatabaseTarget, options: DatabaseOptions = {}): Database {
  const sql = connect(target, options)
  const ormSql = connect(target, options)
  return {
    sql,
    orm: drizzle(ormSql, { schema }),
    close: async () => {
      await Promise.all([sql.end({ timeout: 5 }), ormSql.end({ timeout: 5 })])
    },
  }
}

/**
 * postgres.js 3.4.9 asks each new connection for its array types and catches nothing (connection.js, fetchArrayTypes): a
 * server that goes away in that moment becomes an unhandled rejection, which would end the process. The connection itself
 * is repaired by the pool, so this one question may be lost.
 */
export function isLostTypeQuestion(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('query' in error)) return false
  return /left join pg_catalog[.]pg_type b on b[.]oid = a[.]typelem/.test(String(error.query))
}

function connect(target: DatabaseTarget, options: DatabaseOptions): Sql {
  const shared = {
    max: options.max ?? 10,
    // 0 = keep: an idle desk must not pay a connect for its first question
    idle_timeout: 0,
    max_lifetime: 0,
    connect_timeout: 10,
    onnotice: () => {},
    types: { bigint: postgres.BigInt },
    connection: {
      application_name: options.name ?? 'chadan',
      statement_timeout: options.statementTimeoutMs ?? 0,
      lock_timeout: options.lockTimeoutMs ?? 0,
      ...(options.searchPath === undefined ? {} : { search_path: options.searchPath }),
    },
  }
  return steadyPool((onclose) => {
    if (target.kind === 'url') return postgres(target.url, { ...shared, onclose })
    const { directory, port, user, password, database } = target
    return postgres({ ...shared, onclose, host: directory, port, user, password, database })
  })
}
