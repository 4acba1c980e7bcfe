import postgres from 'postgres'
import type { DatabaseTarget } from './client.ts'

type SocketTarget = Extract<DatabaseTarget, { kind: 'socket' }>

/** desk: the app, at most one per server. command: a cli run, which joins a desk or borrows the server for itself. */
export type OwnerKind = 'desk' | 'command'

/** Session advisory locks (class, number): the one owner holds the first alone, guests share the second. */
const lockClass = 0x63_68_61_64
const ownerLock = 1
const guestLock = 2

export type Claim =
  | {
      readonly outcome: 'owner' | 'guest'
      /** True when nobody else uses the server: no other owner, no guest. Newcomers are refused from then on. */
      takeAlone(): Promise<boolean>
      release(): Promise<void>
    }
  /** Somebody else owns it. */
  | { readonly outcome: 'held'; readonly kind: OwnerKind; readonly pid: number }
  /** The server went away or is about to: look again. */
  | { readonly outcome: 'gone' }

/**
 * Says who uses the server. The lock lives as long as one connection of this process and goes with it, also after
 * kill -9. `onLost` is called when that connection breaks while we believe to hold it.
 */
export async function claimServer(target: SocketTarget, kind: OwnerKind, onLost: () => void): Promise<Claim> {
  let holding = false
  const { directory, port, user, password, database } = target
  const sql = postgres({
    ...{ host: directory, port, user, password, database },
    max: 1,
    idle_timeout: 0,
    // postgres.js ends a connection after 30 to 60 minutes by default, and the lock would go with it
    max_lifetime: 0,
    connect_timeout: 10,
    fetch_types: false,
    onnotice: () => {},
    onclose: () => {
      if (holding) onLost()
      holding = false
    },
    // read by whoever finds the lock taken
    connection: { application_name: `chadan ${kind} ${process.pid}` },
  })
  const release = async () => {
    holding = false
    await sql.end({ timeout: 1 })
  }
  try {
    const outcome = await takeLock(sql, kind)
    if (outcome === 'owner' || outcome === 'guest') {
      holding = true
      return { outcome, takeAlone: () => takeAlone(sql), release }
    }
    const holder = outcome === 'held' ? await readHolder(sql) : undefined
    await release()
    return holder ?? { outcome: 'gone' }
  } catch {
    // the server stopped under us; the caller looks for it again and meets the lasting reason, if there is one
    await release()
    return { outcome: 'gone' }
  }
}

async function takeLock(sql: postgres.Sql, kind: OwnerKind): Promise<'owner' | 'guest' | 'held' | 'gone'> {
  const [row] = await sql`SELECT pg_try_advisory_lock(${lockClass}::int, ${ownerLock}::int) AS ok`
  if (row?.ok === true) return 'owner'
  if (kind === 'desk') return 'held'
  const [guest] = await sql`SELECT pg_try_advisory_lock_shared(${lockClass}::int, ${guestLock}::int) AS ok`
  return guest?.ok === true ? 'guest' : 'gone'
}

async function takeAlone(sql: postgres.Sql): Promise<boolean> {
  const [owner] = await sql`SELECT pg_try_advisory_lock(${lockClass}::int, ${ownerLock}::int) AS ok`
  if (owner?.ok !== true) return false
  // our own share would not stand in the way: a session never conflicts with itself
  const [alone] = await sql`SELECT pg_try_advisory_lock(${lockClass}::int, ${guestLock}::int) AS ok`
  return alone?.ok === true
}

async function readHolder(sql: postgres.Sql): Promise<Claim | undefined> {
  const [row] = await sql`
    SELECT a.application_name AS name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.granted AND l.classid = ${lockClass} AND l.objid = ${ownerLock} AND l.objsubid = 2
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`
  const [, kind, pid] = /^chadan (desk|command) (\d+)$/.exec(String(row?.name)) ?? []
  if (kind !== 'desk' && kind !== 'command') return undefined
  return { outcome: 'held', kind, pid: Number(pid) }
}

/**
 * One connection to prove that the server answers, works in `cluster` and has our database (made if not).
 * Throws what postgres.js throws.
 */
export async function greetServer(target: SocketTarget): Promise<{ readonly cluster: string }> {
  const { directory, port, user, password, database } = target
  const sql = postgres({
    ...{ host: directory, port, user, password, database: 'postgres' },
    ...{ max: 1, connect_timeout: 5, fetch_types: false, onnotice: () => {} },
  })
  try {
    const [row] = await sql`
      SELECT current_setting('data_directory') AS cluster,
        EXISTS (SELECT FROM pg_database WHERE datname = ${database}) AS made`
    if (row?.made !== true) await sql`CREATE DATABASE ${sql(database)}`
    return { cluster: String(row?.cluster) }
  } finally {
    await sql.end({ timeout: 1 })
  }
}
