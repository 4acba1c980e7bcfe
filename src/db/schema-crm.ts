import { index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { at, bytea } from './columns.ts'

// What a CRM says of people, kept by phone or membership: it may know somebody before his first order reaches the hub.

/** The newest level of a person. The value is hashed with the installation's key. */
export const crmLevels = pgTable(
  'crm_levels',
  {
    /** phone | member, as in customer_identities. */
    kind: text('kind').notNull(),
    valueHash: bytea('value_hash').notNull(),
    /** V1 to V5. */
    level: text('level').notNull(),
    /** The CRM's own time: newer wins by it. */
    toldAt: at('told_at').notNull(),
    connector: text('connector').notNull(),
  },
  (t) => [primaryKey({ columns: [t.kind, t.valueHash] })],
)

/** What people did on a channel without ordering. */
export const crmTouches = pgTable(
  'crm_touches',
  {
    connector: text('connector').notNull(),
    id: text('id').notNull(),
    kind: text('kind').notNull(),
    valueHash: bytea('value_hash').notNull(),
    channel: text('channel').notNull(),
    /** cart | consult */
    deed: text('deed').notNull(),
    happenedAt: at('happened_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.connector, t.id] }),
    index('crm_touches_person').on(t.kind, t.valueHash, t.happenedAt.desc()),
    index('crm_touches_age').on(t.happenedAt),
  ],
)
