import { sql } from 'drizzle-orm'
import { bigserial, boolean, index, jsonb, pgTable, primaryKey, real, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { at, bytea } from './columns.ts'
import { customers, members, orders } from './schema.ts'

// What an order tells about who bought it besides its phone, and which accounts were taken for one person.

/** An account or membership that an order was placed with. The value is hashed with the installation's key. */
export const customerLinks = pgTable(
  'customer_links',
  {
    orderId: text('order_id')
      .notNull()
      .references(() => orders.id),
    /** douyin.buyer, tmall.buyer, … | member */
    kind: text('kind').notNull(),
    valueHash: bytea('value_hash').notNull(),
    /** Not weighed yet since it was told or its order changed hands. */
    fresh: boolean('fresh').notNull().default(true),
  },
  (t) => [
    primaryKey({ columns: [t.orderId, t.kind, t.valueHash] }),
    index('customer_links_value').on(t.kind, t.valueHash),
    index('customer_links_fresh').on(t.orderId).where(sql`fresh`),
  ],
)

/** Customers who got an order since their tags were last looked at. */
export const customerTouches = pgTable('customer_touches', {
  customerId: text('customer_id')
    .primaryKey()
    .references(() => customers.id),
})

/** Two accounts taken for one person, and why; undone it is never done again by itself. */
export const customerMerges = pgTable(
  'customer_merges',
  {
    id: bigserial('id', { mode: 'bigint' }).primaryKey(),
    keptId: text('kept_id')
      .notNull()
      .references(() => customers.id),
    mergedId: text('merged_id')
      .notNull()
      .references(() => customers.id),
    /** Accounts that hung on the merged one then; they go back with it. */
    movedIds: text('moved_ids').array().notNull().default(sql`'{}'::text[]`),
    score: real('score').notNull(),
    evidence: jsonb('evidence').notNull(),
    /** merged | suggested (too weak to be done) | undone */
    state: text('state').notNull(),
    madeAt: at('made_at').notNull(),
    undoneAt: at('undone_at'),
    undoneBy: text('undone_by').references(() => members.id),
  },
  (t) => [
    uniqueIndex('customer_merges_pair').on(t.keptId, t.mergedId),
    index('customer_merges_merged').on(t.mergedId),
    index('customer_merges_kept').on(t.keptId).where(sql`state = 'merged'`),
  ],
)
