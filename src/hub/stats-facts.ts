import { abnormalKinds, type Fragment, type Sql, timeOf, troubled } from './alert-sql.ts'
import { channels } from './order-facts.ts'
import type { Grouping, Span, StatsWish } from './stats-metrics.ts'

type Facts = {
  readonly sql: Sql
  readonly wish: StatsWish
  readonly span: Span
  readonly grouping: Grouping
  /** The ranges to count in, as rows r(f, e), e excluded: each is one walk of the metric's index. */
  readonly ranges: Fragment
}

/** What is counted for a metric, as rows (at, channel, warehouse, kind, num, den) within the span and what it is compared with. */
export function factsOf(sql: Sql, wish: StatsWish, span: Span, grouping: Grouping): Fragment {
  const ranges = [...(span.before?.ranges ?? []), span]
  const from = ranges.map(({ fromMs }) => fromMs)
  const end = ranges.map(({ endMs }) => endMs + 1)
  const rows = sql`(SELECT to_timestamp(u.f / 1000) AS f, to_timestamp(u.e / 1000) AS e
    FROM unnest(${from}::float8[], ${end}::float8[]) u(f, e)) r`
  return select({ sql, wish, span, grouping, ranges: rows })
}

function select(facts: Facts): Fragment {
  const { sql, wish } = facts
  const one = sql`1`
  const none = sql`0`
  const placed = sql`o.ordered_at`
  const outOfStock = sql`(o.shipped_at IS NULL AND o.cancelled_at IS NULL AND o.paid_at IS NOT NULL
    AND coalesce(o.delay_reason, o.hold_reason, '') LIKE ANY(${wish.outOfStockWords.map((word) => `%${word}%`)}::text[]))`
  // an order that its platform split is counted by its parts
  const whole = sql`AND NOT (o.cancelled_at IS NOT NULL AND EXISTS (
    SELECT 1 FROM orders s WHERE s.split_from = o.order_no AND s.channel = o.channel AND s.shop = o.shop OFFSET 0))`
  switch (wish.metric) {
    case 'orders':
      return byOrder(facts, placed, one, none, whole)
    case 'shipped':
      return byOrder(facts, sql`o.shipped_at`, one, none)
    case 'signed':
      return byOrder(facts, sql`o.signed_at`, one, none)
    case 'cancelled':
      return byOrder(facts, placed, one, none, sql`${whole} AND o.cancelled_at IS NOT NULL`)
    case 'cancel_rate':
      return byOrder(facts, placed, sql`(o.cancelled_at IS NOT NULL)::int`, one, whole)
    case 'sales':
    case 'basket':
      return byOrder(facts, placed, sql`o.paid_fen`, one, sql`AND o.paid_at IS NOT NULL AND o.cancelled_at IS NULL`)
    case 'pieces':
      return pieces(facts)
    case 'out_of_stock':
      return byOrder(facts, placed, one, none, sql`AND ${outOfStock}`)
    case 'out_of_stock_rate':
      return byOrder(facts, placed, sql`${outOfStock}::int`, one)
    case 'ship_time':
      return byOrder(
        facts,
        sql`o.shipped_at`,
        millis(sql, sql`o.shipped_at - o.paid_at`),
        one,
        sql`AND o.paid_at IS NOT NULL`,
      )
    case 'delivery_time':
      return byOrder(
        facts,
        sql`o.signed_at`,
        millis(sql, sql`o.signed_at - o.shipped_at`),
        one,
        sql`AND o.shipped_at IS NOT NULL`,
      )
    case 'ship_on_time':
      return shipOnTime(facts)
    case 'abnormal':
      return abnormal(facts)
    case 'abnormal_rate':
      return sql`${byOrder(facts, placed, none, one)} UNION ALL ${abnormal(facts)}`
    case 'gift_missed_rate':
      return byOrder(
        facts,
        sql`o.signed_at`,
        sql`(g.parcel_id IS NULL)::int`,
        one,
        sql`AND g.verdict = 'locked'`,
        sql`JOIN gifts g ON g.order_id = o.id`,
      )
    default:
      return elsewhere(facts, wish.metric)
  }
}

/** Metrics whose rows are not orders: returns, parcels, notices, questions. */
function elsewhere(facts: Facts, metric: StatsWish['metric']): Fragment {
  const { sql } = facts
  const decided = sql`coalesce(x.approved_at, x.rejected_at)`
  const sms = (num: Fragment, where: Fragment) => byOther(facts, sql`notices`, sql`x.created_at`, num, sql`1`, where)
  switch (metric) {
    case 'returns':
      return byOther(facts, sql`returns`, sql`x.applied_at`, sql`1`, sql`0`)
    case 'return_rate':
      return sql`${byOther(facts, sql`returns`, sql`x.applied_at`, sql`1`, sql`0`)}
        UNION ALL ${byOrder(facts, sql`o.signed_at`, sql`0`, sql`1`)}`
    case 'return_time':
      return byOther(
        facts,
        sql`returns`,
        sql`x.applied_at`,
        millis(sql, sql`${decided} - x.applied_at`),
        sql`1`,
        sql`AND ${decided} IS NOT NULL`,
      )
    case 'refunds':
      return refunds(facts)
    case 'delivered_on_time':
      return byOther(
        facts,
        sql`parcels`,
        sql`x.signed_at`,
        sql`(x.signed_at <= x.eta_at)::int`,
        sql`1`,
        sql`AND x.eta_at IS NOT NULL`,
      )
    case 'sms_opened_rate':
      return sms(sql`(x.opened_at IS NOT NULL)::int`, sql`AND x.channel = 'sms' AND x.state = 'delivered'`)
    case 'sms_delivered_rate':
      return sms(sql`(x.state = 'delivered')::int`, sql`AND x.channel = 'sms' AND x.state <> 'queued'`)
    case 'photo_failed':
      return sms(sql`1`, sql`AND x.photo_ok = false`)
    case 'reply_time':
      return sql`SELECT x.at, NULL::text AS channel, NULL::text AS warehouse, NULL::text AS kind, x.latency_ms AS num, 1 AS den
        FROM ${facts.ranges} CROSS JOIN LATERAL (
          SELECT q.at, q.latency_ms FROM query_log q WHERE q.at >= r.f AND q.at < r.e OFFSET 0) x`
    default:
      throw new TypeError(`${metric} is not counted in SQL`)
  }
}

const millis = (sql: Sql, span: Fragment): Fragment => sql`round(date_part('epoch', ${span}) * 1000)::bigint`

/**
 * Orders by one of their times. All channels are named where none was, since the index by order time begins with them.
 * LATERAL and OFFSET 0: a range that comes from a join is guessed to hold a ninth of the table, and the table is read whole;
 * one that comes as a parameter is guessed small, and walked by the index.
 */
function byOrder(
  facts: Facts,
  at: Fragment,
  num: Fragment,
  den: Fragment,
  where?: Fragment,
  join?: Fragment,
): Fragment {
  const { sql, wish, grouping, ranges } = facts
  const { channel } = wish.scope
  return sql`SELECT k.* FROM ${ranges} CROSS JOIN LATERAL (
    SELECT ${at} AS at, o.channel, ${grouping.warehouse ? sql`o.warehouse` : sql`NULL::text`} AS warehouse,
      NULL::text AS kind, ${num} AS num, ${den} AS den
    FROM orders o ${join ?? sql``} WHERE ${at} >= r.f AND ${at} < r.e
      AND o.channel = ANY(${channel === undefined ? [...channels] : [channel]}::text[]) ${where ?? sql``} OFFSET 0) k`
}

/** Rows x of another table by one of their times, with their order's channel and warehouse where the answer needs them. */
function byOther(
  facts: Facts,
  table: Fragment,
  at: Fragment,
  num: Fragment,
  den: Fragment,
  where?: Fragment,
): Fragment {
  const { sql, wish, grouping, ranges } = facts
  const { channel } = wish.scope
  const joined = grouping.channel || grouping.warehouse
  return sql`SELECT k.* FROM ${ranges} CROSS JOIN LATERAL (
    SELECT ${at} AS at, ${joined ? sql`o.channel` : sql`NULL::text`} AS channel,
      ${grouping.warehouse ? sql`o.warehouse` : sql`NULL::text`} AS warehouse, NULL::text AS kind, ${num} AS num, ${den} AS den
    FROM ${table} x ${joined ? sql`JOIN orders o ON o.id = x.order_id` : sql``} WHERE ${at} >= r.f AND ${at} < r.e
      ${channel === undefined ? sql`` : sql`AND o.channel = ${channel}`} ${where ?? sql``} OFFSET 0) k`
}

/** What left in the period, and what should have left in it and is still here. */
function shipOnTime(facts: Facts): Fragment {
  const { sql, wish } = facts
  return sql`${byOrder(facts, sql`o.shipped_at`, sql`(o.shipped_at <= o.promise_ship_at)::int`, sql`1`, sql`AND o.promise_ship_at IS NOT NULL`)}
    UNION ALL ${byOrder(
      facts,
      sql`o.promise_ship_at`,
      sql`0`,
      sql`1`,
      sql`AND o.paid_at IS NOT NULL AND o.shipped_at IS NULL AND o.cancelled_at IS NULL AND o.on_hold_at IS NULL
        AND o.signed_at IS NULL AND o.refunded_at IS NULL AND o.promise_ship_at < ${timeOf(sql, wish.nowMs)}`,
    )}`
}

/** Goods that came back, and money given back without any (cancelled, lost). A whole return stands on the order as well: once. */
function refunds(facts: Facts): Fragment {
  const { sql } = facts
  const none = sql`AND NOT EXISTS (SELECT 1 FROM returns r2 WHERE r2.order_id = o.id AND r2.refunded_at IS NOT NULL)`
  return sql`${byOther(facts, sql`returns`, sql`x.refunded_at`, sql`x.refund_fen`, sql`0`, sql`AND x.refund_fen IS NOT NULL`)}
    UNION ALL ${byOrder(facts, sql`o.refunded_at`, sql`o.refund_fen`, sql`0`, sql`AND o.refund_fen IS NOT NULL ${none}`)}`
}

/** OFFSET 0 keeps the lines a probe per order; as a join the planner may read the whole table of them. */
function pieces(facts: Facts): Fragment {
  const { sql, wish } = facts
  const named =
    wish.product === undefined
      ? sql``
      : sql`AND position(lower(${wish.product}::text) IN lower(l.name || ' ' || coalesce(l.spec, ''))) > 0`
  const qty = sql`(SELECT coalesce(sum(l.qty), 0) FROM order_lines l WHERE l.order_id = o.id ${named} OFFSET 0)`
  return byOrder(facts, sql`o.ordered_at`, qty, sql`0`, sql`AND o.paid_at IS NOT NULL AND o.cancelled_at IS NULL`)
}

/** Each abnormal order once, under its first trouble: the same orders that the list of an hour shows. */
function abnormal({ sql, wish, span, ranges }: Facts): Fragment {
  const { channel } = wish.scope
  const fromMs = span.before?.ranges[0]?.fromMs ?? span.fromMs
  const scope = { ...(channel !== undefined && { channel }), window: { fromMs, toMs: span.endMs } }
  return sql`SELECT o.ordered_at AS at, o.channel, o.warehouse, t.kind, 1 AS num, 0 AS den
    FROM (${troubled(sql, { kinds: abnormalKinds, scope, nowMs: wish.nowMs, lasting: true })}) t
      JOIN orders o ON o.id = t.order_id JOIN ${ranges} ON o.ordered_at >= r.f AND o.ordered_at < r.e`
}
