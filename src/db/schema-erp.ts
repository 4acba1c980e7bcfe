import { index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { at, fen } from './columns.ts'
import { members, returns } from './schema.ts'

/** What each account of the accounts system owes, as it last said. A distributor's account answers for what its shop sold. */
export const erpAccounts = pgTable(
  'erp_accounts',
  {
    /** Name of the connector that tells it: two systems of one kind do not overwrite each other. */
    owner: text('owner').notNull(),
    customerCode: text('customer_code').notNull(),
    shop: text('shop').notNull(),
    /** Below nothing when the firm owes the account. */
    arrearsFen: fen('arrears_fen').notNull(),
    /** As the table of sources calls it. */
    source: text('source').notNull(),
    /** When the question was asked that this answers. */
    checkedAt: at('checked_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.owner, t.customerCode] }), index('erp_accounts_shop').on(t.shop)],
)

/** What finance said of a refund that the platform paid otherwise than it was approved: the amount that other systems are told. */
export const receivableSettlements = pgTable('receivable_settlements', {
  returnId: text('return_id')
    .primaryKey()
    .references(() => returns.id),
  amountFen: fen('amount_fen').notNull(),
  /** As it stood on the card that was tapped. */
  platformFen: fen('platform_fen').notNull(),
  byMemberId: text('by_member_id')
    .notNull()
    .references(() => members.id),
  at: at('at').notNull(),
})
