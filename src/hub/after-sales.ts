import type postgres from 'postgres'
import type { Database } from '../db/client.ts'
import type { SourceReturn } from './channel-port.ts'

type Sql = postgres.ISql<{ bigint: bigint }>

/** An order by its own words, as platforms name it. */
export type OrderName = Pick<SourceReturn, 'channel' | 'shop' | 'orderNo'>

export type AfterSales = {
  /** Takes what platforms tell of requests; newer wins by the platform's own time, of one time what is further on, whatever the order of arrival. */
  take(returns: readonly SourceReturn[]): Promise<void>
  /** Carries over to these orders what their requests say of money and goods; a request may come before its order. */
  settle(orders: readonly OrderName[]): Promise<void>
}

export function afterSales({ sql }: Pick<Database, 'sql'>): AfterSales {
  return {
    take: async (returns) => {
      if (returns.length === 0) return
      const ordered = [...returns].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
      await sql.begin(async (tx) => {
        for (const one of ordered) await take(tx, one)
      })
    },
    settle: async (orders) => {
      if (orders.length === 0) return
      const names = orders.map(({ channel, shop, orderNo }) => ({ channel, shop, orderNo }))
      await sql.begin((tx) => settle(tx, names))
    },
  }
}

const keyOf = ({ channel, shop, afterSaleNo }: SourceReturn) => JSON.stringify([channel, shop, afterSaleNo])

/**
 * How far a request is. Platforms count in seconds and agree to and pay small refunds within one, and some answers lack the time of change: of
 * one time the state further on is the later one (channels.md §0: not older is applied).
 */
const progress = ['applied', 'agreed', 'refused', 'closed', 'done'] satisfies readonly SourceReturn['state'][]

async function take(tx: Sql, told: SourceReturn): Promise<void> {
  const { channel, shop, afterSaleNo, orderNo, source, state, appliedAtMs, modifiedAtMs } = told
  const { goodsBack, reason, refundFen, refundedAtMs, waybillNo, platformState } = told
  const facts = {
    goodsBack,
    reason,
    ...(refundFen !== undefined && { refundFen: String(refundFen) }),
    ...(refundedAtMs !== undefined && { refundedAtMs }),
    ...(waybillNo !== undefined && { waybillNo }),
    ...(platformState !== undefined && { platformState }),
  }
  await tx`
    INSERT INTO after_sales (channel, shop, after_sale_no, order_no, source, state, told, applied_at, modified_at)
    VALUES (${channel}, ${shop}, ${afterSaleNo}, ${orderNo}, ${source}, ${state}, ${tx.json(facts)},
      to_timestamp(${appliedAtMs}::float8 / 1000), to_timestamp(${modifiedAtMs}::float8 / 1000))
    ON CONFLICT (channel, shop, after_sale_no) DO UPDATE
    SET state = excluded.state, told = excluded.told, source = excluded.source, modified_at = excluded.modified_at
    WHERE (after_sales.modified_at, array_position(${progress}::text[], after_sales.state), after_sales.told ? 'refundedAtMs')
      < (excluded.modified_at, array_position(${progress}::text[], excluded.state), excluded.told ? 'refundedAtMs')`
}

/**
 * The platform paid the buyer back: the desk's own approved return of that amount is refunded, and an order whose whole payment is
 * back is refunded; returned too where goods were to come back. Depends on the rows alone, so it may be done again at any time.
 */
async function settle(tx: Sql, orders: readonly OrderName[]): Promise<void> {
  const wanted = JSON.stringify(orders)
  const back = tx`
    SELECT o.id, a.after_sale_no, a.told->>'reason' AS reason, (a.told->>'refundFen')::bigint AS fen,
      (a.told->>'goodsBack')::boolean AS goods, to_timestamp((a.told->>'refundedAtMs')::float8 / 1000) AS at
    FROM (SELECT DISTINCT * FROM jsonb_to_recordset(${wanted}::text::jsonb) AS t(channel text, shop text, "orderNo" text)) w
    JOIN after_sales a ON a.channel = w.channel AND a.shop = w.shop AND a.order_no = w."orderNo"
    JOIN orders o ON o.channel = a.channel AND o.shop = a.shop AND o.order_no = a.order_no
    WHERE a.state = 'done' AND a.told ? 'refundedAtMs'`
  await tx`
    WITH back AS (${back})
    UPDATE returns r SET refunded_at = back.at, version = version + 1 FROM back
    WHERE r.order_id = back.id AND r.approval = 'approved' AND r.refunded_at IS NULL AND r.refund_fen = back.fen`
  await tx`
    WITH back AS (${back}), so_far AS (
      SELECT id, at, after_sale_no, reason, goods, sum(fen) OVER upto AS fen, bool_or(goods) OVER upto AS any_goods,
        first_value(after_sale_no) OVER upto AS no, first_value(reason) OVER upto AS why
      FROM back WINDOW upto AS (PARTITION BY id ORDER BY at, after_sale_no)
    ), whole AS (
      -- the request with which the last of the payment went back, whichever of them was heard of first
      SELECT DISTINCT ON (s.id) s.id, s.at, s.fen::bigint AS fen, s.any_goods AS goods, s.no, s.why
      FROM so_far s JOIN orders o ON o.id = s.id WHERE s.fen >= o.paid_fen ORDER BY s.id, s.at, s.after_sale_no
    )
    UPDATE orders o SET refunded_at = w.at, refund_fen = w.fen,
      return_no = CASE WHEN o.refunded_at IS NULL THEN coalesce(o.return_no, w.no) ELSE w.no END,
      return_reason = CASE WHEN o.refunded_at IS NULL THEN coalesce(o.return_reason, w.why) ELSE w.why END,
      returned_at = CASE WHEN w.goods THEN w.at WHEN o.returned_at = o.refunded_at THEN NULL ELSE o.returned_at END
    FROM whole w
    WHERE o.id = w.id AND (o.refunded_at IS NULL
      -- settled by a request before: one that comes late may have been the earlier one
      OR (((o.refunded_at, o.refund_fen, o.return_no) <> (w.at, w.fen, w.no) OR w.goods <> (o.returned_at IS NOT NULL)) AND o.return_no IN (SELECT after_sale_no FROM back WHERE back.id = o.id)))`
}
