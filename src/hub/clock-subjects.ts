import type postgres from 'postgres'
import { withoutFirstSms } from './alert-sql.ts'
import type { ClockName } from './rungs.ts'
import type { Sql } from './write.ts'

type Fragment = postgres.PendingQuery<postgres.Row[]>

/** What a clock runs for. Stored as `return:TH…`; a command by its key. */
export type Subject = `return:${string}` | `order:${string}` | `parcel:${string}` | `command:${string}`

export const returnSubject = (returnId: string): Subject => `return:${returnId}`

/** TH2611210019 of return:TH2611210019. */
export const idOf = (subject: Subject): string => subject.slice(subject.indexOf(':') + 1)

/** A clock that runs at this moment. Times epoch ms. */
export type Running = {
  readonly subject: Subject
  readonly orderId: string
  /** When it started. */
  readonly basisMs: number
  /** The limit the item itself carries. */
  readonly dueMs?: number
  /** Of a return: whose decision is waited for. */
  readonly role?: string
  readonly holderId?: string
  /** Of a return: when it was applied for; the fine line counts from it. */
  readonly appliedMs?: number
}

/** Which running clocks: of these ids, or those that started in a window. */
export type Among = { readonly ids: readonly string[] } | { readonly fromMs: number; readonly toMs: number }

const timeOf = (sql: Sql, ms: number): Fragment => sql`to_timestamp(${ms}::float8 / 1000)`

/**
 * The running clocks of one kind as rows: subject, order_id, basis, due, role, holder_id, applied. One place says when a clock runs; the
 * conditions are those of alert-sql.ts, so that who is told and what the lists show never differ, and each reads a partial
 * index or the keys it is given.
 */
function runningSql(sql: Sql, clock: ClockName, among: Among): Fragment {
  switch (clock) {
    case 'l1':
    case 'l2':
    case 'l3':
      return sql`SELECT 'return:' || r.id AS subject, r.order_id, ${whole(sql, sql`coalesce(a.started_at, r.applied_at)`)} AS basis,
          a.due_at AS due, a.role, a.holder_id, r.applied_at AS applied
        FROM returns r JOIN approval_levels a ON a.return_id = r.id AND a.level = ${Number(clock.slice(1))} AND a.state = 'pending'
        WHERE r.approval = 'pending' ${pick(sql, among, sql`r.id`, sql`r.applied_at`)}`
    case 'return_total':
    case 'fine':
      return sql`SELECT 'return:' || r.id AS subject, r.order_id, ${whole(sql, sql`r.applied_at`)} AS basis,
          NULL::timestamptz AS due, a.role, a.holder_id, r.applied_at AS applied
        FROM returns r LEFT JOIN LATERAL (
          SELECT l.role, l.holder_id FROM approval_levels l WHERE l.return_id = r.id AND l.state = 'pending' ORDER BY l.level LIMIT 1
        ) a ON true
        WHERE r.approval = 'pending' ${pick(sql, among, sql`r.id`, sql`r.applied_at`)}`
    case 'stalled':
      return parcels(
        sql,
        sql`coalesce(p.last_event_at, p.shipped_at)`,
        sql`p.state IN ('collected','in_transit','delivering')`,
        among,
      )
    case 'unscanned':
      return parcels(sql, sql`p.shipped_at`, sql`p.state = 'created' AND p.shipped_at IS NOT NULL`, among)
    case 'ship_promise':
      return sql`SELECT 'order:' || o.id AS subject, o.id AS order_id, ${whole(sql, sql`o.promise_ship_at`)} AS basis,
          NULL::timestamptz AS due, NULL::text AS role, NULL::text AS holder_id,
          NULL::timestamptz AS applied
        FROM orders o
        WHERE o.paid_at IS NOT NULL AND o.shipped_at IS NULL AND o.cancelled_at IS NULL AND o.promise_ship_at IS NOT NULL
          AND o.on_hold_at IS NULL AND o.signed_at IS NULL AND o.refunded_at IS NULL AND o.returned_at IS NULL
          ${pick(sql, among, sql`o.id`, sql`o.promise_ship_at`)}`
    case 'first_sms':
      return order(sql, sql`o.ordered_at`, withoutFirstSms(sql), among)
    case 'no_carrier':
      return order(
        sql,
        sql`o.quarantined_at`,
        sql`o.shipped_at IS NULL AND o.cancelled_at IS NULL AND o.quarantined_at IS NOT NULL`,
        among,
      )
    case 'no_waybill':
      return order(
        sql,
        sql`coalesce(to_timestamp((o.claims #>> '{withheld,shippedAtMs}')::float8 / 1000), o.source_modified_at)`,
        withoutWaybill(sql),
        among,
      )
    case 'command':
      return commands(sql, among)
    case 'assigned':
      return assigned(sql, among)
  }
}

/** Its source says it went out, and nobody has told a number: with or without a carrier (product row 13). */
const withoutWaybill = (sql: Sql): Fragment =>
  sql`o.shipped_at IS NULL AND o.cancelled_at IS NULL AND (o.quarantined_at IS NOT NULL
      OR (o.waybill_no IS NULL AND o.source_stage ~ '^(part_)?(shipped|signed)'))
    AND o.waybill_no IS NULL AND o.source_stage ~ '^(part_)?(shipped|signed)' AND o.carrier_code IS DISTINCT FROM 'PICKUP'
    AND o.refunded_at IS NULL AND o.returned_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM parcels p WHERE p.order_id = o.id AND p.waybill_no IS NOT NULL)`

const nobody = (sql: Sql): Fragment =>
  sql`NULL::timestamptz AS due, NULL::text AS role, NULL::text AS holder_id, NULL::timestamptz AS applied`

function order(sql: Sql, basis: Fragment, state: Fragment, among: Among): Fragment {
  return sql`SELECT 'order:' || o.id AS subject, o.id AS order_id, ${whole(sql, basis)} AS basis, ${nobody(sql)}
    FROM orders o WHERE ${state} ${pick(sql, among, sql`o.id`, basis)}`
}

/** One that may still be taken back is not late, however far the desk's time was moved meanwhile. */
function commands(sql: Sql, among: Among): Fragment {
  return sql`SELECT 'command:' || c.key AS subject, split_part(c.subject, ':', 2) AS order_id,
      ${whole(sql, sql`coalesce(c.replayed_at, c.made_at)`)} AS basis, ${nobody(sql)}
    FROM commands c
    WHERE c.state IN ('held','sent') AND NOT EXISTS (
      SELECT 1 FROM outbox b WHERE b.key = c.key AND b.state = 'ready' AND b.attempts = 0 AND b.due_at > now())
      ${pick(sql, among, sql`c.key`, sql`c.made_at`)}`
}

/** Runs while the level waits for the person it was handed to; the deadline itself says who that is. */
function assigned(sql: Sql, among: Among): Fragment {
  const ids = 'ids' in among ? [...among.ids] : []
  return sql`SELECT d.subject, r.order_id, ${whole(sql, sql`d.basis_at`)} AS basis, NULL::timestamptz AS due, a.role, a.holder_id,
      r.applied_at AS applied
    FROM deadlines d JOIN returns r ON r.id = split_part(d.subject, ':', 2)
      JOIN approval_levels a ON a.return_id = r.id AND a.level = (d.plan->'of'->>'level')::int
    WHERE d.subject = ANY(${ids.map((id) => `return:${id}`)}::text[]) AND d.clock = 'assigned' AND d.state <> 'void'
      AND r.approval = 'pending' AND a.state = 'pending' AND a.holder_id = d.plan->'of'->>'memberId'`
}

function parcels(sql: Sql, basis: Fragment, state: Fragment, among: Among): Fragment {
  return sql`SELECT 'parcel:' || p.id AS subject, p.order_id, ${whole(sql, basis)} AS basis,
      NULL::timestamptz AS due, NULL::text AS role, NULL::text AS holder_id,
          NULL::timestamptz AS applied
    FROM parcels p JOIN orders o ON o.id = p.order_id
    WHERE ${state} AND ${basis} IS NOT NULL AND o.signed_at IS NULL AND o.cancelled_at IS NULL
      AND o.refunded_at IS NULL AND o.returned_at IS NULL ${pick(sql, among, sql`p.id`, basis)}`
}

/** Whole milliseconds: what goes through epoch ms and back must still be the same moment. */
const whole = (sql: Sql, basis: Fragment): Fragment => sql`date_trunc('milliseconds', ${basis})`

function pick(sql: Sql, among: Among, id: Fragment, basis: Fragment): Fragment {
  if ('ids' in among) return sql`AND ${id} = ANY(${[...among.ids]}::text[])`
  return sql`AND ${basis} BETWEEN ${timeOf(sql, among.fromMs)} AND ${timeOf(sql, among.toMs)}`
}

type Row = { readonly [K in keyof Running]-?: Exclude<Running[K], undefined> | null }

const columns = (sql: Sql): Fragment => sql`subject, order_id AS "orderId",
  round(extract(epoch FROM basis) * 1000)::float8 AS "basisMs", round(extract(epoch FROM due) * 1000)::float8 AS "dueMs",
  role, holder_id AS "holderId", round(extract(epoch FROM applied) * 1000)::float8 AS "appliedMs"`

/** The running clocks of these subjects, by subject; who is not in it is over. */
export async function running(
  tx: Sql,
  clock: ClockName,
  subjects: readonly Subject[],
): Promise<ReadonlyMap<Subject, Running>> {
  if (subjects.length === 0) return new Map()
  const rows = await tx<Row[]>`
    SELECT ${columns(tx)} FROM (${runningSql(tx, clock, { ids: subjects.map(idOf) })}) s`
  return new Map(rows.map(known).map((run) => [run.subject, run]))
}

/** Clocks that started in the window and have no rung of this run, the oldest first. */
export async function unarmed(
  tx: Sql,
  clock: ClockName,
  window: { readonly fromMs: number; readonly toMs: number },
  limit: number,
): Promise<readonly Running[]> {
  const rows = await tx<Row[]>`
    SELECT ${columns(tx)} FROM (${runningSql(tx, clock, window)}) s
    WHERE NOT EXISTS (
      SELECT 1 FROM deadlines d
      WHERE d.subject = s.subject AND d.clock = ${clock} AND d.basis_at = s.basis AND d.state <> 'void')
    ORDER BY basis, subject LIMIT ${limit}`
  return rows.map(known)
}

function known(row: Row): Running {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as unknown as Running
}
