import type postgres from 'postgres'
import type { Channel } from './order-facts.ts'

export type Sql = postgres.ISql<{ bigint: bigint }>
export type Fragment = postgres.PendingQuery<postgres.Row[]>

/** What can be wrong with an order or a return. The exceptions are the sub-states of its parcel. */
export type Trouble =
  | 'return_overdue'
  | 'fine_risk'
  | 'due_soon'
  | 'no_carrier'
  | 'no_waybill'
  | 'ship_late'
  | 'shipped_late'
  | 'stalled'
  | 'unscanned'
  | 'first_sms'
  | 'gift_out_of_stock'
  | 'stuck'
  | 'delivery_failed'
  | 'refused'
  | 'unreachable'
  | 'damaged'
  | 'lost'
  | 'returning'
  | 'unrecognised'

/** Which orders are looked at: by channel, by when they were placed (epoch ms, inclusive), by the hour of that in Beijing. */
export type AlertScope = {
  readonly channel?: Channel
  readonly window?: { readonly fromMs: number; readonly toMs: number }
  readonly hour?: number
}

/** Product §2.9. */
export const limits = {
  wholeReturnMs: 24 * 3_600_000,
  platformFineMs: 72 * 3_600_000,
  silentMs: 48 * 3_600_000,
  unscannedMs: 24 * 3_600_000,
  firstSmsMs: 2 * 3_600_000,
} as const

/** Of one kind no more are counted than this: the list says "and more". */
export const mostOfKind = 10_000

export const timeOf = (sql: Sql, ms: number): Fragment => sql`to_timestamp(${ms}::float8 / 1000)`

/** Hours since 1970 of a time column; Beijing's hours begin with the world's. */
export const hourSlot = (sql: Sql, column: Fragment): Fragment => sql`floor(date_part('epoch', ${column}) / 3600)::int`

function inScope(sql: Sql, { channel, window, hour }: AlertScope, at: Fragment): Fragment {
  return sql`${channel === undefined ? sql`` : sql`AND o.channel = ${channel}`}
    ${window === undefined ? sql`` : sql`AND ${at} BETWEEN ${timeOf(sql, window.fromMs)} AND ${timeOf(sql, window.toMs)}`}
    ${hour === undefined ? sql`` : sql`AND (${hourSlot(sql, at)} + 8) % 24 = ${hour}`}`
}

/** Lower ranks name an order that has several troubles. */
const rankOf = {
  no_carrier: 1,
  no_waybill: 2,
  exception: 3,
  stalled: 4,
  unscanned: 5,
  ship_late: 6,
  shipped_late: 7,
  gift_out_of_stock: 8,
  first_sms: 9,
} as const

/**
 * The rows of one kind: order_id, return_id, parcel_id, kind, rank, since (longest first), due. Each reads one of the partial
 * indexes that hold the rare rows alone, whose conditions stand here word by word. `lasting` counts what is over as well
 * (shipped late, money already back): for rates, where yesterday must not get better by itself.
 */
function candidates(
  sql: Sql,
  kind: Trouble | 'exception',
  scope: AlertScope,
  nowMs: number,
  lasting: boolean,
): Fragment {
  const now = timeOf(sql, nowMs)
  const placed = inScope(sql, scope, sql`o.ordered_at`)
  const open = lasting ? sql`` : sql`AND o.refunded_at IS NULL AND o.returned_at IS NULL`
  const columns = (
    rank: number,
    since: Fragment,
    parcel: Fragment = sql`NULL::text`,
    word: Fragment = sql`${kind}::text`,
  ) =>
    sql`o.id AS order_id, NULL::text AS return_id, ${parcel} AS parcel_id, ${word} AS kind, ${rank}::int AS rank,
      ${since} AS since, NULL::timestamptz AS due`
  const withoutWaybill = sql`o.shipped_at IS NULL AND o.cancelled_at IS NULL AND (o.quarantined_at IS NOT NULL
    OR (o.waybill_no IS NULL AND o.source_stage ~ '^(part_)?(shipped|signed)'))`
  const parcelOf = (rank: number, since: Fragment, where: Fragment) => sql`
    SELECT ${columns(rank, since, sql`p.id`, sql`coalesce(CASE WHEN p.state = 'exception' THEN p.sub_state END, ${kind}::text)`)}
    FROM parcels p JOIN orders o ON o.id = p.order_id
    WHERE ${where} AND o.signed_at IS NULL AND o.cancelled_at IS NULL ${open} ${placed}`
  switch (kind) {
    case 'return_overdue':
    case 'fine_risk':
    case 'due_soon':
      return returnCandidates(sql, kind, scope, nowMs)
    case 'no_carrier':
      return sql`SELECT ${columns(rankOf.no_carrier, sql`o.quarantined_at`)} FROM orders o
        WHERE ${withoutWaybill} AND o.quarantined_at IS NOT NULL ${placed}`
    case 'no_waybill':
      return sql`SELECT ${columns(rankOf.no_waybill, sql`o.source_modified_at`)} FROM orders o
        WHERE ${withoutWaybill} AND o.quarantined_at IS NULL AND o.carrier_code IS DISTINCT FROM 'PICKUP' ${open}
          AND NOT EXISTS (SELECT 1 FROM parcels p WHERE p.order_id = o.id AND p.waybill_no IS NOT NULL) ${placed}`
    case 'ship_late':
      return sql`SELECT ${columns(rankOf.ship_late, sql`o.promise_ship_at`)} FROM orders o
        WHERE o.paid_at IS NOT NULL AND o.shipped_at IS NULL AND o.cancelled_at IS NULL AND o.promise_ship_at < ${now}
          AND o.on_hold_at IS NULL AND o.signed_at IS NULL ${open} ${placed}`
    case 'shipped_late':
      return sql`SELECT ${columns(rankOf.shipped_late, sql`o.promise_ship_at`)} FROM orders o
        WHERE o.shipped_at > o.promise_ship_at ${placed}`
    case 'stalled':
      return parcelOf(
        rankOf.stalled,
        sql`coalesce(p.last_event_at, p.shipped_at)`,
        sql`p.state IN ('collected','in_transit','delivering')
          AND coalesce(p.last_event_at, p.shipped_at) < ${timeOf(sql, nowMs - limits.silentMs)}`,
      )
    case 'unscanned':
      return parcelOf(
        rankOf.unscanned,
        sql`p.shipped_at`,
        sql`p.state = 'created' AND p.shipped_at IS NOT NULL AND p.shipped_at < ${timeOf(sql, nowMs - limits.unscannedMs)}`,
      )
    case 'first_sms':
      return sql`SELECT ${columns(rankOf.first_sms, sql`o.ordered_at`)} FROM orders o
        WHERE ${withoutFirstSms(sql)} AND o.ordered_at BETWEEN ${timeOf(sql, nowMs - firstSmsListedMs)} AND ${timeOf(sql, nowMs - limits.firstSmsMs)}
          ${placed}`
    case 'gift_out_of_stock':
      return sql`SELECT ${columns(rankOf.gift_out_of_stock, sql`g.decided_at`)}
        FROM gifts g JOIN orders o ON o.id = g.order_id
        WHERE g.verdict = 'out_of_stock' AND o.cancelled_at IS NULL ${placed}
          ${scope.window === undefined ? sql`` : sql`AND g.decided_at >= ${timeOf(sql, scope.window.fromMs)}`}`
    default:
      return parcelOf(
        rankOf.exception,
        sql`p.last_event_at`,
        kind === 'exception' ? sql`p.state = 'exception'` : sql`p.state = 'exception' AND p.sub_state = ${kind}`,
      )
  }
}

/** What went wrong longer ago is a figure, no work any more. */
const firstSmsListedMs = 24 * 3_600_000

/**
 * Orders of douyin whose buyer was sent nothing about the way of the goods. A hub that is told of no messages at all cannot say
 * that one is missing.
 */
export function withoutFirstSms(sql: Sql): Fragment {
  return sql`o.channel = 'douyin' AND o.paid_at IS NOT NULL AND o.cancelled_at IS NULL AND o.signed_at IS NULL
    AND o.refunded_at IS NULL AND (SELECT source FROM notices WHERE source <> 'hub' ORDER BY created_at DESC LIMIT 1) IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.order_id = o.id AND n.channel = 'sms' AND n.state IN ('sent','delivered')
      AND n.kind IN ('ship','delay','stall','sign'))`
}

/** Returns that nobody has decided. The scope's window is the application, not the order. */
function returnCandidates(
  sql: Sql,
  kind: 'return_overdue' | 'fine_risk' | 'due_soon',
  scope: AlertScope,
  nowMs: number,
): Fragment {
  const now = timeOf(sql, nowMs)
  const dayOld = timeOf(sql, nowMs - limits.wholeReturnMs)
  const wholeDue = sql`r.applied_at + ${limits.wholeReturnMs / 1000}::float8 * interval '1 second'`
  const late = sql`least(a.due_at, ${wholeDue}) < ${now}`
  const form = {
    return_overdue: { since: sql`least(a.due_at, ${wholeDue})`, due: sql`NULL::timestamptz`, where: late },
    fine_risk: {
      since: sql`r.applied_at`,
      due: sql`r.applied_at + ${limits.platformFineMs / 1000}::float8 * interval '1 second'`,
      where: sql`r.applied_at < ${dayOld}`,
    },
    due_soon: {
      since: sql`a.due_at`,
      due: sql`a.due_at`,
      // red below 5 minutes, yellow below a quarter of its limit (hub/todo.ts)
      where: sql`NOT (${late}) AND a.due_at - ${now} < greatest(interval '5 minutes', (a.due_at - a.started_at) / 4)`,
    },
  }[kind]
  return sql`SELECT o.id AS order_id, r.id AS return_id, NULL::text AS parcel_id, ${kind}::text AS kind, 0 AS rank,
      ${form.since} AS since, ${form.due} AS due
    FROM returns r JOIN orders o ON o.id = r.order_id LEFT JOIN LATERAL (
      SELECT l.due_at, l.started_at FROM approval_levels l WHERE l.return_id = r.id AND l.state = 'pending' ORDER BY l.level LIMIT 1
    ) a ON true
    WHERE r.approval = 'pending' AND ${form.where} ${inScope(sql, scope, sql`r.applied_at`)}`
}

export type Wanted = {
  /** `exception`: every sub-state at once. */
  readonly kinds: readonly (Trouble | 'exception')[]
  readonly scope: AlertScope
  readonly nowMs: number
  readonly lasting: boolean
}

/** What makes an order abnormal, open or over: the same for the list of an hour and for the rate of that hour. */
export const abnormalKinds = [
  'no_carrier',
  'no_waybill',
  'exception',
  'stalled',
  'unscanned',
  'ship_late',
  'shipped_late',
  'gift_out_of_stock',
] as const satisfies Wanted['kinds']

/** All rows of several kinds; each return once, and an order at most once besides, under its first trouble. */
export function troubled(sql: Sql, { kinds, scope, nowMs, lasting }: Wanted): Fragment {
  const one = (kind: Trouble | 'exception') =>
    sql`(SELECT * FROM (${candidates(sql, kind, scope, nowMs, lasting)}) k LIMIT ${mostOfKind + 1})`
  const all = kinds.map(one).reduce((rows, next) => sql`${rows} UNION ALL ${next}`)
  return sql`SELECT DISTINCT ON (order_id, return_id) * FROM (${all}) c ORDER BY order_id, return_id, rank, since, parcel_id`
}
