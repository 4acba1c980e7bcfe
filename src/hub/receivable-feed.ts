import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import { faultPoint } from '../runtime/fault.ts'
import { errorFields, type Log } from '../runtime/log.ts'
import type { Receivable, ReceivableSource } from './back-office-port.ts'
import { problemOf, sourceTurns, within } from './source-turns.ts'
import type { Sources } from './sources.ts'

export type ReceivableFeedParts = {
  readonly database: Pick<Database, 'sql'>
  readonly sources: readonly ReceivableSource[]
  readonly heard: Pick<Sources, 'heard' | 'failed'>
  /** The real time, which vendors keep. */
  readonly clock: Clock
  readonly log: Log
  readonly everyMinutes?: Readonly<Record<string, number>>
}

export type ReceivableFeed = {
  /** Reads every accounts system that is due, whole; accounts that were taken. Failures are written down and tried again. */
  pullDue(signal: AbortSignal): Promise<number>
  /** Asks for the accounts of these shops now; waits `withinMs` at most. One that does not answer changes nothing. */
  ask(shops: readonly string[], withinMs: number): Promise<void>
  /** Asks for the shops whose returns wait for money or soon will, where the copy is old; the shops that were asked for. */
  askWaiting(): Promise<readonly string[]>
}

const feed = 'receivables'
/** Bills older than this are not asked for: what is owed for longer is for a court. */
const backMs = 10 * 366 * 86_400_000
const mostBackOffMs = 30 * 60_000
const askMs = 10_000
/** A copy older than this is asked for again while a return waits on it. */
const freshMs = 30 * 60_000
const mostWaiting = 20

/** Keeps what accounts owe. A reading counts when all of it came: half a list would make debts smaller than they are. */
export function receivableFeed(parts: ReceivableFeedParts): ReceivableFeed {
  const { database, clock } = parts
  const askedAt = new Map<string, number>()
  const ask: ReceivableFeed['ask'] = (shops, withinMs) =>
    within(
      clock,
      withinMs,
      parts.sources.flatMap((source) => shops.map((shop) => askOne(parts, source, shop))),
    )
  return {
    pullDue: async (signal) => {
      const counts = await Promise.all(parts.sources.map((source) => pullOne(parts, source, signal)))
      return counts.reduce((sum, count) => sum + count, 0)
    },
    ask,
    askWaiting: async () => {
      const nowMs = clock.nowMs()
      for (const [shop, atMs] of askedAt) if (nowMs - atMs > freshMs) askedAt.delete(shop)
      const waiting = (await waitingShops(database, nowMs)).filter((shop) => !askedAt.has(shop))
      for (const shop of waiting) askedAt.set(shop, nowMs)
      await ask(waiting, askMs)
      return waiting
    },
  }
}

/** Shops of distributors with a return that is not decided, and whose accounts nobody told anything about lately. */
async function waitingShops({ sql }: Pick<Database, 'sql'>, nowMs: number): Promise<readonly string[]> {
  const rows = await sql<{ shop: string }[]>`
    SELECT DISTINCT o.shop FROM approval_levels a JOIN returns r ON r.id = a.return_id JOIN orders o ON o.id = r.order_id
    WHERE a.state = 'pending' AND o.channel = 'distributor' AND NOT EXISTS (
      SELECT 1 FROM erp_accounts e WHERE e.shop = o.shop AND e.checked_at > to_timestamp(${nowMs - freshMs}::float8 / 1000))
    ORDER BY o.shop LIMIT ${mostWaiting}`
  return rows.map(({ shop }) => shop)
}

type Account = { readonly code: string; readonly shop: string; readonly fen: string }

async function askOne({ database, clock, log }: ReceivableFeedParts, source: ReceivableSource, shop: string) {
  const atMs = clock.nowMs()
  const code = source.codeOf(shop)
  try {
    const span = { customerCode: code, fromMs: atMs - backMs, toMs: atMs }
    const accounts = await accountsIn(source.receivables(span, AbortSignal.timeout(askMs)))
    const own = accounts.find((one) => one.code === code) ?? { code, shop, fen: '0' }
    await keep(database, source, [own], atMs)
    // it answers again: what failed before is read now
    await sourceTurns(database).hurryFailed(source.name, feed)
  } catch (error) {
    log('warn', 'an account was not told', { connector: source.name, ...errorFields(error) })
  }
}

async function pullOne(parts: ReceivableFeedParts, source: ReceivableSource, signal: AbortSignal): Promise<number> {
  const { database, clock, heard, log } = parts
  const turns = sourceTurns(database)
  const turn = await turns.take(source.name, feed, clock.nowMs())
  if (turn === undefined) return 0
  // until the first list is in nobody knows who owes: level 3 must not take that for nothing
  if (turn.first && turn.failures === 0) await heard.failed(source.source, 'not read yet')
  const atMs = clock.nowMs()
  try {
    const accounts = await accountsIn(source.receivables({ fromMs: atMs - backMs, toMs: atMs }, signal))
    faultPoint('mark.before')
    await keep(database, source, accounts, atMs, 'all')
    await turns.moved(source.name, feed, turn.readToMs, atMs)
    await turns.done(source.name, feed, (parts.everyMinutes?.[source.name] ?? 0) * 60_000 || source.everyMs)
    await heard.heard(source.source, atMs)
    return accounts.length
  } catch (error) {
    const failures = turn.failures + 1
    await turns.failed(source.name, feed, turn, error, mostBackOffMs)
    await heard.failed(source.source, problemOf(error))
    const fields = { connector: source.name, failures, ...errorFields(error) }
    log(failures < 3 ? 'warn' : 'error', 'receivables were not read', {
      ...fields,
      ...(failures === 3 && { alarm: true }),
    })
    return 0
  }
}

/** What is open of all bills of each account; bills of an account that the firm owes count against it. */
async function accountsIn(pieces: AsyncIterable<readonly Receivable[]>): Promise<readonly Account[]> {
  const sums = new Map<string, { readonly shop: string; readonly fen: bigint }>()
  for await (const bills of pieces)
    for (const { customerCode, shop, remainFen } of bills)
      sums.set(customerCode, { shop, fen: (sums.get(customerCode)?.fen ?? 0n) + remainFen })
  return [...sums].map(([code, { shop, fen }]) => ({ code, shop, fen: String(fen) }))
}

/** Newer wins. With `all`, an account that is not among them owes nothing any more. */
async function keep(
  { sql }: Pick<Database, 'sql'>,
  { name, source }: ReceivableSource,
  accounts: readonly Account[],
  atMs: number,
  all?: 'all',
): Promise<void> {
  await sql.begin(async (tx) => {
    // one order for all who write, so that two readings do not wait for each other in a ring
    await tx`SELECT pg_advisory_xact_lock(hashtextextended(${`receivables ${name}`}, 0))`
    await tx`
      INSERT INTO erp_accounts (owner, customer_code, shop, arrears_fen, source, checked_at)
      SELECT ${name}, code, shop, fen, ${source}, to_timestamp(${atMs}::float8 / 1000)
      FROM jsonb_to_recordset(${tx.json([...accounts])}) AS told(code text, shop text, fen bigint)
      ON CONFLICT (owner, customer_code) DO UPDATE
      SET arrears_fen = excluded.arrears_fen, shop = excluded.shop, source = excluded.source, checked_at = excluded.checked_at
      WHERE erp_accounts.checked_at <= excluded.checked_at`
    if (all === undefined) return
    await tx`
      UPDATE erp_accounts SET arrears_fen = 0, checked_at = to_timestamp(${atMs}::float8 / 1000)
      WHERE owner = ${name} AND checked_at < to_timestamp(${atMs}::float8 / 1000)`
  })
}
