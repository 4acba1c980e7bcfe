import { sql } from 'drizzle-orm'
import { bigserial, check, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { at, bytea } from './columns.ts'

// What outside systems push at us and how far we have read them.

/** Every push, once. What it points at is fetched by a job of the outbox with the same key. */
export const sourceEvents = pgTable(
  'source_events',
  {
    connector: text('connector').notNull(),
    /** The vendor's own id of the push, or what stands for it. */
    key: text('key').notNull(),
    /** Where it points: {kind, orderNo | afterSaleNo | topic …}; no personal data. */
    about: jsonb('about').notNull(),
    /** The body as it came, sealed; kept for 7 days. */
    raw: bytea('raw'),
    toldAt: at('told_at'),
    receivedAt: at('received_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.connector, t.key] }), index('source_events_received').on(t.receivedAt)],
)

/** What was told of one order or request last, by pushes: those that arrive while it is being fetched are fetched with it. */
export const sourceHints = pgTable(
  'source_hints',
  {
    connector: text('connector').notNull(),
    /** order:<no> | return:<no> */
    about: text('about').notNull(),
    toldAt: at('told_at').notNull(),
    fetchedAt: at('fetched_at'),
  },
  (t) => [primaryKey({ columns: [t.connector, t.about] })],
)

/** How far a feed has been read: everything modified before `read_to` is in. */
export const sourceCursors = pgTable(
  'source_cursors',
  {
    connector: text('connector').notNull(),
    /** modified | cancelled | … : a connector may read several lists. */
    feed: text('feed').notNull(),
    readTo: at('read_to').notNull(),
    /** One process reads at a time. */
    leasedUntil: at('leased_until'),
    dueAt: at('due_at').notNull(),
    okAt: at('ok_at'),
    /** Failures in a row. */
    failures: integer('failures').notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.connector, t.feed] })],
)

/** After-sale requests as their platforms told them, beside the returns the desk approves itself. */
export const afterSales = pgTable(
  'after_sales',
  {
    id: bigserial('id', { mode: 'bigint' }).primaryKey(),
    channel: text('channel').notNull(),
    shop: text('shop').notNull(),
    afterSaleNo: text('after_sale_no').notNull(),
    orderNo: text('order_no').notNull(),
    source: text('source').notNull(),
    /** applied | agreed | refused | closed | done */
    state: text('state').notNull(),
    /** {goodsBack, reason, refundFen, refundedAtMs, waybillNo, platformState} as last told. */
    told: jsonb('told').notNull(),
    appliedAt: at('applied_at').notNull(),
    modifiedAt: at('modified_at').notNull(),
  },
  (t) => [
    uniqueIndex('after_sales_no').on(t.channel, t.shop, t.afterSaleNo),
    index('after_sales_order').on(t.channel, t.shop, t.orderNo),
    index('after_sales_modified').on(t.modifiedAt),
    check('after_sales_state', sql`state IN ('applied','agreed','refused','closed','done')`),
  ],
)

/** Parcels whose way a tracker was asked to tell us. */
export const trackSubscriptions = pgTable(
  'track_subscriptions',
  {
    tracker: text('tracker').notNull(),
    waybillNo: text('waybill_no').notNull(),
    carrierCode: text('carrier_code').notNull(),
    /** Last four digits of a phone, where the carrier asks for them. */
    phoneTail: text('phone_tail'),
    /** wanted | confirmed | ended (signed, or the vendor stopped telling) | failed */
    state: text('state').notNull().default('wanted'),
    tries: integer('tries').notNull().default(0),
    dueAt: at('due_at').notNull(),
    confirmedAt: at('confirmed_at'),
    heardAt: at('heard_at'),
    /** Its tracker was last asked about it: some lock a number that is asked for too often. */
    askedAt: at('asked_at'),
    lastError: text('last_error'),
  },
  (t) => [
    primaryKey({ columns: [t.tracker, t.waybillNo] }),
    index('track_subscriptions_due').on(t.dueAt).where(sql`state IN ('wanted','confirmed')`),
    check('track_subscriptions_state', sql`state IN ('wanted','confirmed','ended','failed')`),
  ],
)
