import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Audit } from './audit.ts'
import type { Outbox, OutboxEntry } from './outbox.ts'
import { nameOf, type Receiver, receiversOf, rolesOf } from './staff.ts'
import { expectOne, type Sql } from './write.ts'

export type CommandState = 'held' | 'sent' | 'done' | 'failed' | 'withdrawn'

/** One command as the ledger has it; times epoch ms. `lastError` is for IT and holds no personal data. */
export type LedgerEntry = {
  readonly key: string
  /** A name of hub/commands.ts. */
  readonly name: string
  /** return:TH… | order:SO… */
  readonly subject: string
  /** The order behind it. */
  readonly orderId: string
  readonly state: CommandState
  readonly target: string
  readonly tries: number
  readonly madeAtMs: number
  readonly doneAtMs?: number
  readonly failedAtMs?: number
  readonly lastError?: string
  readonly receipt?: Readonly<Record<string, string>>
  /** Whose [重试] it was given again by, last. */
  readonly replayedById?: string
  readonly replayedBy?: string
  readonly replayedAtMs?: number
}

type Receipt = Readonly<Record<string, string>>

export type Begun =
  | { readonly outcome: 'run'; readonly tries: number }
  /** Carried out before; its process died before it could say so. */
  | { readonly outcome: 'done'; readonly receipt: Receipt }
  | { readonly outcome: 'over'; readonly state: CommandState | 'unknown' }

export type Replayed =
  | { readonly outcome: 'replayed'; readonly entry: LedgerEntry; readonly atMs: number }
  /** Nothing waits for it any more: somebody was faster, or it went through. */
  | { readonly outcome: 'already'; readonly entry: LedgerEntry }
  | { readonly outcome: 'forbidden' }
  /** Its payload is not kept any more, or it never was. */
  | { readonly outcome: 'gone' }

/** Words for people about a command, as outbox rows. */
export type TellOf = (entry: LedgerEntry, to: readonly Receiver[], nowMs: number) => readonly OutboxEntry[]

export type CommandLedger = {
  /** Counts a try of a command that may be carried out. */
  begin(key: string, target: string): Promise<Begun>
  /** It was carried out; whoever gave it again by hand is told. */
  done(key: string, receipt: Receipt, tell: TellOf): Promise<void>
  later(key: string, reason: string): Promise<void>
  /** Not to be tried again by itself: the people of IT are told. */
  failed(key: string, reason: string, tell: TellOf): Promise<void>
  /** Gives a failed command its tries again, once per failure; right and state are looked at under its lock. Wake the pump. */
  replay(key: string, memberId: string): Promise<Replayed>
  find(key: string): Promise<LedgerEntry | undefined>
  /** What was told to other systems about a return or an order, oldest first. */
  ofSubject(subject: string): Promise<readonly LedgerEntry[]>
}

export type CommandLedgerParts = {
  readonly database: Pick<Database, 'sql'>
  readonly outbox: Pick<Outbox, 'enqueue'>
  readonly audit: Pick<Audit, 'append'>
  readonly clock: Clock
  /** Platforms that messages can leave by, the first one first. */
  readonly channels: readonly string[]
}

/** Who sees to commands that fail. */
const ownerRole = 'it'

export function commandLedger(parts: CommandLedgerParts): CommandLedger {
  const { database, clock } = parts
  const { sql } = database
  return {
    begin: (key, target) => begin(sql, key, target),
    done: (key, receipt, tell) =>
      sql.begin(async (tx) => {
        const nowMs = clock.nowMs()
        const rows = await tx`
          UPDATE commands SET state = 'done', receipt = ${tx.json(receipt)}, last_error = NULL,
            done_at = to_timestamp(${nowMs}::float8 / 1000)
          WHERE key = ${key} AND state = 'sent'`
        // another process was told the same a moment before
        if (rows.count === 1) await noteEnd(tx, parts, key, tell, nowMs)
      }),
    later: async (key, reason) => {
      await sql`UPDATE commands SET last_error = ${reason} WHERE key = ${key} AND state = 'sent'`
    },
    failed: (key, reason, tell) =>
      sql.begin(async (tx) => {
        const nowMs = clock.nowMs()
        const rows = await tx`
          UPDATE commands SET state = 'failed', last_error = ${reason}, failed_at = to_timestamp(${nowMs}::float8 / 1000)
          WHERE key = ${key} AND state = 'sent'`
        if (rows.count === 1) await noteEnd(tx, parts, key, tell, nowMs)
      }),
    replay: (key, memberId) => sql.begin((tx) => replay(tx, parts, key, memberId)),
    find: (key) => find(sql, key),
    ofSubject: (subject) => list(sql, sql`c.subject = ${subject}`),
  }
}

async function begin(sql: Sql, key: string, target: string): Promise<Begun> {
  const [run] = await sql<{ tries: number }[]>`
    UPDATE commands SET state = 'sent', tries = tries + 1, target = ${target}
    WHERE key = ${key} AND state IN ('held', 'sent') RETURNING tries`
  if (run !== undefined) return { outcome: 'run', tries: run.tries }
  const known = await find(sql, key)
  if (known?.state === 'done') return { outcome: 'done', receipt: known.receipt ?? {} }
  return { outcome: 'over', state: known?.state ?? 'unknown' }
}

async function noteEnd(
  tx: Sql,
  { outbox, audit, channels }: CommandLedgerParts,
  key: string,
  tell: TellOf,
  nowMs: number,
): Promise<void> {
  const entry = await find(tx, key)
  if (entry === undefined) throw new Error(`command ${key} is not in the ledger`)
  const { name, subject, state, target, tries, replayedById } = entry
  const whom =
    state === 'failed' ? { roles: [ownerRole] } : { memberIds: replayedById === undefined ? [] : [replayedById] }
  const to = await receiversOf(tx, { ...whom, platform: channels[0] ?? '', reachable: channels })
  await outbox.enqueue(tx, tell(entry, to, nowMs))
  await audit.append(tx, { actor: 'desk', action: `command.${state}`, subject, detail: { key, name, target, tries } })
}

async function replay(tx: Sql, { audit, clock }: CommandLedgerParts, key: string, memberId: string): Promise<Replayed> {
  const [row] = await tx`SELECT 1 FROM commands WHERE key = ${key} FOR UPDATE`
  const entry = row && (await find(tx, key))
  if (entry === undefined) return { outcome: 'gone' }
  const { subject, name } = entry
  const note = (action: string) => audit.append(tx, { actor: memberId, action, subject, detail: { key, name } })
  if (!(await rolesOf(tx, memberId)).includes(ownerRole)) {
    await note('command.refused')
    return { outcome: 'forbidden' }
  }
  if (entry.state !== 'failed') {
    await note('command.again')
    return { outcome: 'already', entry }
  }
  const kept = await tx`
    UPDATE outbox SET state = 'ready', attempts = 0, due_at = now(), created_at = now(), done_at = NULL, leased_until = NULL
    WHERE key = ${key} AND state IN ('dead', 'ready')`
  if (kept.count !== 1) return { outcome: 'gone' }
  const atMs = clock.nowMs()
  const rows = await tx`
    UPDATE commands SET state = 'sent', tries = 0, failed_at = NULL, replayed_by = ${memberId},
      replayed_at = to_timestamp(${atMs}::float8 / 1000)
    WHERE key = ${key} AND state = 'failed'`
  expectOne(rows, 'giving a command again')
  await note('command.replay')
  return { outcome: 'replayed', entry: { ...entry, replayedBy: (await nameOf(tx, memberId)) ?? '' }, atMs }
}

async function find(sql: Sql, key: string): Promise<LedgerEntry | undefined> {
  const [entry] = await list(sql, sql`c.key = ${key}`)
  return entry
}

type Row = { readonly [K in keyof LedgerEntry]-?: Exclude<LedgerEntry[K], undefined> | null }

async function list(sql: Sql, where: ReturnType<Sql>): Promise<readonly LedgerEntry[]> {
  const ms = (column: string) => sql.unsafe(`round(extract(epoch FROM c.${column}) * 1000)::float8`)
  const rows = await sql<Row[]>`
    SELECT c.key, c.name, c.subject, coalesce(r.order_id, split_part(c.subject, ':', 2)) AS "orderId", c.state, c.target, c.tries, c.last_error AS "lastError", c.receipt,
      ${ms('made_at')} AS "madeAtMs", ${ms('done_at')} AS "doneAtMs", ${ms('failed_at')} AS "failedAtMs",
      c.replayed_by AS "replayedById", m.name AS "replayedBy", ${ms('replayed_at')} AS "replayedAtMs"
    FROM commands c LEFT JOIN members m ON m.id = c.replayed_by LEFT JOIN returns r ON c.subject = 'return:' || r.id
    WHERE ${where} ORDER BY c.made_at, c.key`
  return rows.map(
    (row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as unknown as LedgerEntry,
  )
}
