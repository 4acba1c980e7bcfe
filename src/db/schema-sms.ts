import { sql } from 'drizzle-orm'
import { check, index, integer, pgTable, text } from 'drizzle-orm/pg-core'
import { at } from './columns.ts'

/** Text messages to phones: each once, and what became of it. No number and no words are kept. */
export const smsMessages = pgTable(
  'sms_messages',
  {
    /** Goes with the message to the vendor and comes back with its receipt. */
    id: text('id').primaryKey(),
    connector: text('connector').notNull(),
    purpose: text('purpose').notNull(),
    /** The vendor's code of the template. */
    template: text('template').notNull(),
    /** waiting: not sent · sending: nobody knows · sent: the vendor took it · delivered | undelivered: by its receipt · refused */
    state: text('state').notNull().default('waiting'),
    tries: integer('tries').notNull().default(0),
    createdAt: at('created_at').notNull(),
    /** When the newest try began. */
    triedAt: at('tried_at'),
    /** The vendor's number of it. */
    receipt: text('receipt'),
    /** Why it was not taken or did not arrive, in the vendor's code. */
    code: text('code'),
    reportedAt: at('reported_at'),
  },
  (t) => [
    index('sms_messages_created').on(t.connector, t.createdAt),
    check('sms_messages_state', sql`state IN ('waiting','sending','sent','delivered','undelivered','refused')`),
  ],
)
