import { index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { at, fen } from './columns.ts'

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
