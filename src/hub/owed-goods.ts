import type { GiveCommands, GivenCommand } from './commands.ts'

type Sql = Parameters<GiveCommands>[0]

/** Per kind and round: a wave of payments is spread, and no transaction grows long. */
const perRound = 200

type Gift = { readonly id: string; readonly orderId: string; readonly orderNo: string; readonly sku: string }

/** Nothing is to be picked of what is held, incomplete, cancelled, on its way, or in the hands of the warehouse already. */
const toPick = (tx: Sql) => tx`o.paid_at IS NOT NULL AND o.shipped_at IS NULL AND o.cancelled_at IS NULL
  AND o.on_hold_at IS NULL AND o.quarantined_at IS NULL AND o.picking_at IS NULL AND o.refunded_at IS NULL`

/** A gift without SKU is a promise in words: no stock of it can be frozen. */
const frozenGift = (tx: Sql) => tx`g.verdict = 'locked' AND g.sku IS NOT NULL`

/** Orders paid since that no picking task was given for; with `withGifts` the freezing of their gifts beside each, in the same transaction. */
export async function owedPicks(tx: Sql, withGifts: boolean, sinceMs: number): Promise<readonly GivenCommand[]> {
  const rows = await tx<{ id: string; channel: string; shop: string; orderNo: string }[]>`
    SELECT o.id, o.channel, o.shop, o.order_no AS "orderNo" FROM orders o
    WHERE o.paid_at >= to_timestamp(${sinceMs}::float8 / 1000) AND ${toPick(tx)}
      AND NOT EXISTS (SELECT 1 FROM commands c WHERE c.key = 'wms.pick:' || o.id)
    ORDER BY o.paid_at LIMIT ${perRound}`
  const picks = rows.map(
    ({ id, channel, shop, orderNo }): GivenCommand => ({
      key: `wms.pick:${id}`,
      subject: `order:${id}`,
      command: { name: 'wms.pick', payload: { orderId: id, channel, shop, orderNo } },
    }),
  )
  if (!withGifts || rows.length === 0) return picks
  const gifts = await tx<Gift[]>`
    SELECT g.id, g.order_id AS "orderId", o.order_no AS "orderNo", g.sku FROM gifts g JOIN orders o ON o.id = g.order_id
    WHERE g.order_id = ANY(${rows.map(({ id }) => id)}::text[]) AND ${frozenGift(tx)}
      AND NOT EXISTS (SELECT 1 FROM commands c WHERE c.key = 'erp.gift_freeze:' || g.id) ORDER BY g.id`
  return [...picks, ...gifts.map((gift) => stockCommand('erp.gift_freeze', gift))]
}

/** Gifts whose order waits to go out: decided after it was given to the warehouse, or on a desk that gives no picking tasks. */
export async function owedFreezes(tx: Sql, sinceMs: number): Promise<readonly GivenCommand[]> {
  const rows = await tx<Gift[]>`
    SELECT g.id, g.order_id AS "orderId", o.order_no AS "orderNo", g.sku FROM orders o JOIN gifts g ON g.order_id = o.id
    WHERE o.paid_at >= to_timestamp(${sinceMs}::float8 / 1000) AND o.paid_at IS NOT NULL AND o.shipped_at IS NULL
      AND o.cancelled_at IS NULL AND o.refunded_at IS NULL AND ${frozenGift(tx)}
      AND NOT EXISTS (SELECT 1 FROM commands c WHERE c.key = 'erp.gift_freeze:' || g.id)
    ORDER BY g.id LIMIT ${perRound}`
  return rows.map((gift) => stockCommand('erp.gift_freeze', gift))
}

/** Frozen gifts of orders that were signed for or came to nothing since; what was not frozen by us is not let go by us. */
export async function owedReleases(tx: Sql, sinceMs: number): Promise<readonly GivenCommand[]> {
  const since = tx`to_timestamp(${sinceMs}::float8 / 1000)`
  const rows = await tx<Gift[]>`
    SELECT g.id, g.order_id AS "orderId", o.order_no AS "orderNo", g.sku
    FROM (SELECT id, order_no FROM orders WHERE signed_at >= ${since}
      UNION SELECT id, order_no FROM orders WHERE cancelled_at >= ${since}) o
    JOIN gifts g ON g.order_id = o.id JOIN commands f ON f.key = 'erp.gift_freeze:' || g.id AND f.state = 'done'
    WHERE NOT EXISTS (SELECT 1 FROM commands c WHERE c.key = 'erp.gift_release:' || g.id)
    ORDER BY g.id LIMIT ${perRound}`
  return rows.map((gift) => stockCommand('erp.gift_release', gift))
}

/** One piece each: the hub knows no other quantity of a gift. */
function stockCommand(name: 'erp.gift_freeze' | 'erp.gift_release', { id, orderId, orderNo, sku }: Gift): GivenCommand {
  return { key: `${name}:${id}`, subject: `order:${orderId}`, command: { name, payload: { orderNo, sku, qty: 1 } } }
}
