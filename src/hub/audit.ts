import { createHash } from 'node:crypto'
import type postgres from 'postgres'
import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import { storableJson, storableText } from './plain-json.ts'

type Sql = postgres.ISql<{ bigint: bigint }>

/** Who did what to what. `detail` is JSON without personal values: it is kept for years. */
export type AuditEntry = {
  /** Member id, or the name of the machine part that acted. */
  readonly actor: string
  readonly action: string
  /** Order, return or member id, with its kind in front: order:SO261122000017. */
  readonly subject: string
  readonly detail: Readonly<Record<string, unknown>>
}

export type ChainCheck =
  | { readonly outcome: 'whole'; readonly rows: number }
  /** The first row whose proof fails: it was changed, or one before it was taken out. */
  | { readonly outcome: 'broken'; readonly seq: bigint; readonly reason: string }

export type Audit = {
  /** Appends inside the caller's transaction, which holds the chain until its end: append last, commit soon. */
  append(tx: Sql, entry: AuditEntry): Promise<void>
  /** Reads the whole chain in batches and recomputes it. */
  verifyChain(): Promise<ChainCheck>
}

type Row = {
  readonly seq: bigint
  readonly atMs: number
  readonly actor: string
  readonly action: string
  readonly subject: string
  readonly detail: unknown
  readonly prevHash: string
  readonly hash: string
}
type Head = Pick<Row, 'seq' | 'hash'>

/** Any number nobody else locks in this database. */
const chainLock = 7_238_002
const origin: Head = { seq: 0n, hash: '' }
/** The newest row's number and hash, so that rows cut off at the end are missed too. */
const headName = 'audit.head'
const batch = 1_000

/**
 * Append-only log, each row proven by the one before: hash = sha256(prev_hash + canonical row). Writers take turns by a
 * lock that ends with their transaction, so the numbers have no gaps.
 */
export function audit({ sql }: Pick<Database, 'sql'>, clock: Clock): Audit {
  return {
    append: async (tx, entry) => {
      // a statement of its own: what follows must see what the last holder of the lock committed
      await tx`SELECT pg_advisory_xact_lock(${chainLock})`
      const [last = origin] = await tx<Head[]>`SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1`
      const actor = storableText(entry.actor)
      const subject = storableText(entry.subject)
      const detail = storableJson(entry.detail)
      const seq = last.seq + 1n
      const atMs = Math.trunc(clock.nowMs())
      const hash = hashOf({ seq, atMs, actor, action: entry.action, subject, detail, prevHash: last.hash })
      const head = { seq: String(seq), hash }
      await tx`
        WITH head AS (
          INSERT INTO settings (name, value) VALUES (${headName}, ${tx.json(head)})
          ON CONFLICT (name) DO UPDATE SET value = excluded.value
        )
        INSERT INTO audit (seq, at, actor, action, subject, detail, prev_hash, hash)
        VALUES (${seq}, to_timestamp(${atMs}::float8 / 1000), ${actor}, ${entry.action}, ${subject},
          ${tx.json(detail as postgres.JSONValue)}, ${last.hash}, ${hash})`
    },

    verifyChain: async () => {
      let last = origin
      for (;;) {
        const rows = await sql<Row[]>`
          SELECT seq, round(extract(epoch FROM at) * 1000)::float8 AS "atMs", actor, action, subject, detail,
            prev_hash AS "prevHash", hash
          FROM audit WHERE seq > ${last.seq} ORDER BY seq LIMIT ${batch}`
        for (const row of rows) {
          const reason = faultOf(row, last)
          if (reason) return { outcome: 'broken', seq: row.seq, reason }
          last = row
        }
        if (rows.length < batch) return checkEnd(sql, last)
      }
    },
  }
}

function faultOf(row: Row, last: Head): string | undefined {
  if (row.seq !== last.seq + 1n) return 'a row before it is missing'
  if (row.prevHash !== last.hash) return 'it does not follow from the row before'
  if (row.hash !== hashOf(row)) return 'it was changed'
  return undefined
}

async function checkEnd(sql: Database['sql'], last: Head): Promise<ChainCheck> {
  const [head] = await sql<{ known: boolean }[]>`
    SELECT EXISTS (SELECT 1 FROM audit WHERE seq = (value->>'seq')::bigint AND hash = value->>'hash') AS known
    FROM settings WHERE name = ${headName}`
  if (head ? head.known : last.seq === 0n) return { outcome: 'whole', rows: Number(last.seq) }
  return { outcome: 'broken', seq: last.seq + 1n, reason: 'rows at the end are missing' }
}

function hashOf({ seq, atMs, actor, action, subject, detail, prevHash }: Omit<Row, 'hash'>): string {
  const canonical = JSON.stringify([String(seq), atMs, actor, action, subject, sorted(detail)])
  return createHash('sha256').update(prevHash).update(canonical).digest('hex')
}

/** jsonb gives keys back in its own order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}
