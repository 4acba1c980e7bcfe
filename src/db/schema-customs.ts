import { sql } from 'drizzle-orm'
import { check, index, jsonb, pgTable, smallint, text } from 'drizzle-orm/pg-core'
import { at, bytea, fen } from './columns.ts'
import { orders } from './schema.ts'

// What customs has to be told of cross-border orders (1210 bonded, 9610 direct).

/** Goods as they are on the positive list; codes are those of customs. */
export const customsGoods = pgTable('customs_goods', {
  sku: text('sku').primaryKey(),
  itemName: text('item_name').notNull(),
  model: text('model').notNull(),
  hsCode: text('hs_code').notNull(),
  unit: text('unit').notNull(),
  country: text('country').notNull(),
})

/** One per order: its papers, what stands against declaring it, and what customs answered. */
export const customsDeclarations = pgTable(
  'customs_declarations',
  {
    orderId: text('order_id')
      .primaryKey()
      .references(() => orders.id),
    /** Names, ID numbers, phones and addresses of buyer, payer and receiver: sealed, and never shown. */
    papers: jsonb('papers').notNull(),
    /** Keyed hash of the buyer's ID number, for the yearly limit. */
    buyerHash: bytea('buyer_hash').notNull(),
    totalFen: fen('total_fen').notNull(),
    guid: text('guid').notNull(),
    /** How often it was given to the declarant: an amended declaration is a document of its own. */
    givenTimes: smallint('given_times').notNull().default(0),
    /** blocked | given | rejected | accepted | released */
    state: text('state').notNull(),
    /** Codes of what is wrong while it is blocked. */
    problems: jsonb('problems').notNull(),
    preNo: text('pre_no'),
    listNo: text('list_no'),
    toldAt: at('told_at'),
    /** The last answer of each kind: 312, 412, 512, 622. */
    answers: jsonb('answers').notNull().default(sql`'{}'::jsonb`),
    madeAt: at('made_at').notNull(),
  },
  (t) => [
    index('customs_declarations_buyer').on(t.buyerHash, t.madeAt),
    check('customs_declarations_state', sql`state IN ('blocked','given','rejected','accepted','released')`),
  ],
)
