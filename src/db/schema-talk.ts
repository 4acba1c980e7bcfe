import { sql } from 'drizzle-orm'
import {
  bigserial,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import { at, bytea, fen } from './columns.ts'
import { customers, members, orders, parcels } from './schema.ts'

// What people and the desk say to each other about orders: memory of a chat, writes that wait for a confirmation, notes,
// corrections, calls, nudges, hand-overs, and what customers were told. Conventions as in schema.ts.

/** What somebody looked at last in one chat; counts for 10 minutes and never crosses people or chats. */
export const chatMemory = pgTable(
  'chat_memory',
  {
    platform: text('platform').notNull(),
    conversationId: text('conversation_id').notNull(),
    memberId: text('member_id').notNull(),
    /** Sealed JSON: typed names and phones may stand in it. */
    lookedEnc: bytea('looked_enc').notNull(),
    at: at('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.platform, t.conversationId, t.memberId] }), index('chat_memory_at').on(t.at)],
)

/** A write that was shown and waits for its one confirmation. */
export const drafts = pgTable(
  'drafts',
  {
    id: text('id').primaryKey(),
    /** Which write: an intent of the closed list. */
    kind: text('kind').notNull(),
    /** Order, return or parcel it is about. */
    subject: text('subject').notNull(),
    memberId: text('member_id').notNull(),
    /** Sealed JSON. */
    payloadEnc: bytea('payload_enc').notNull(),
    createdAt: at('created_at').notNull(),
    expiresAt: at('expires_at').notNull(),
    settledAt: at('settled_at'),
    /** confirmed | cancelled | refused */
    outcome: text('outcome'),
    /** What the confirmation led to, for every later tap. */
    result: jsonb('result'),
  },
  (t) => [
    index('drafts_expires').on(t.expiresAt),
    check('drafts_outcome', sql`outcome IN ('confirmed','cancelled','refused')`),
    check('drafts_settled', sql`(settled_at IS NULL) = (outcome IS NULL)`),
  ],
)

/** What a person corrected by hand. A source that repeats the old value does not undo it. */
export const orderCorrections = pgTable(
  'order_corrections',
  {
    id: bigserial('id', { mode: 'bigint' }).primaryKey(),
    orderId: text('order_id')
      .notNull()
      .references(() => orders.id),
    parcelId: text('parcel_id').references(() => parcels.id),
    /** waybill_no | signer | cancelled | carrier */
    field: text('field').notNull(),
    oldValue: text('old_value'),
    newValue: text('new_value').notNull(),
    byMemberId: text('by_member_id').notNull(),
    at: at('at').notNull(),
  },
  (t) => [
    index('order_corrections_order').on(t.orderId, t.at),
    check('order_corrections_field', sql`field IN ('waybill_no','signer','cancelled','carrier')`),
  ],
)

/** Text and pictures a person added to an order or a return; pictures are attachments with owner_kind `note`. */
export const notes = pgTable(
  'notes',
  {
    id: text('id').primaryKey(),
    /** order | return */
    ownerKind: text('owner_kind').notNull(),
    ownerId: text('owner_id').notNull(),
    text: text('text').notNull(),
    pictures: integer('pictures').notNull().default(0),
    byMemberId: text('by_member_id').notNull(),
    at: at('at').notNull(),
  },
  (t) => [
    index('notes_owner').on(t.ownerKind, t.ownerId, t.at),
    check('notes_owner_kind', sql`owner_kind IN ('order','return')`),
    check('notes_pictures', sql`pictures BETWEEN 0 AND 9`),
  ],
)

/** A call to a carrier that somebody has to make; one open call per parcel. WH + yymmdd + 4 digits. */
export const carrierCalls = pgTable(
  'carrier_calls',
  {
    id: text('id').primaryKey(),
    parcelId: text('parcel_id')
      .notNull()
      .references(() => parcels.id),
    carrierCode: text('carrier_code').notNull(),
    reason: text('reason').notNull(),
    openedBy: text('opened_by').notNull(),
    openedAt: at('opened_at').notNull(),
    closedAt: at('closed_at'),
    result: text('result'),
  },
  (t) => [
    uniqueIndex('carrier_calls_open').on(t.parcelId).where(sql`closed_at IS NULL`),
    index('carrier_calls_parcel').on(t.parcelId, t.openedAt),
  ],
)

/** Somebody was reminded of an item: at most once per 10 minutes and item. */
export const nudges = pgTable(
  'nudges',
  {
    id: text('id').primaryKey(),
    subject: text('subject').notNull(),
    /** cs_lead | warehouse | finance, where the item is an approval. */
    role: text('role'),
    byMemberId: text('by_member_id').notNull(),
    /** Who was reminded; null = everybody of the role. */
    toMemberId: text('to_member_id'),
    at: at('at').notNull(),
  },
  (t) => [index('nudges_subject').on(t.subject, t.at)],
)

/** A question that went to a person, with its context. */
export const handoffs = pgTable(
  'handoffs',
  {
    id: text('id').primaryKey(),
    fromMemberId: text('from_member_id').notNull(),
    toRole: text('to_role').notNull(),
    toMemberId: text('to_member_id'),
    subject: text('subject'),
    /** Phones masked. */
    question: text('question').notNull(),
    at: at('at').notNull(),
    withdrawnAt: at('withdrawn_at'),
  },
  (t) => [
    index('handoffs_from').on(t.fromMemberId, t.at),
    index('handoffs_to').on(t.toRole, t.at).where(sql`withdrawn_at IS NULL`),
  ],
)

/** What a customer was told about an order, and whether it arrived. */
export const notices = pgTable(
  'notices',
  {
    id: text('id').primaryKey(),
    orderId: text('order_id')
      .notNull()
      .references(() => orders.id),
    /** ship | delay | stall | sign | return | refund | survey */
    kind: text('kind').notNull(),
    /** sms | crm | chat */
    channel: text('channel').notNull(),
    /** queued | sent | delivered | failed */
    state: text('state').notNull(),
    sentAt: at('sent_at'),
    deliveredAt: at('delivered_at'),
    openedAt: at('opened_at'),
    /** In words of the sending platform. */
    failReason: text('fail_reason'),
    /** Whether the sign photo behind the link could be shown; null = no photo in it. */
    photoOk: boolean('photo_ok'),
    source: text('source').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (t) => [
    index('notices_order').on(t.orderId, t.createdAt),
    index('notices_created').on(t.createdAt),
    check('notices_state', sql`state IN ('queued','sent','delivered','failed')`),
    check('notices_sent', sql`state NOT IN ('sent','delivered') OR sent_at IS NOT NULL`),
  ],
)

/** What a customer owes, as the ERP last said. No row = never asked, which is not "nothing". */
export const receivables = pgTable('receivables', {
  customerId: text('customer_id')
    .primaryKey()
    .references(() => customers.id),
  arrearsFen: fen('arrears_fen').notNull(),
  source: text('source').notNull(),
  checkedAt: at('checked_at').notNull(),
})

/** Which version of which rule decided what about an order, in words for people. */
export const ruleDecisions = pgTable(
  'rule_decisions',
  {
    id: text('id').primaryKey(),
    orderId: text('order_id')
      .notNull()
      .references(() => orders.id),
    /** warehouse | hold | split | carrier */
    about: text('about').notNull(),
    rule: text('rule').notNull(),
    ruleVersion: integer('rule_version').notNull(),
    chosen: text('chosen').notNull(),
    reason: text('reason').notNull(),
    decidedAt: at('decided_at').notNull(),
  },
  (t) => [index('rule_decisions_order').on(t.orderId, t.decidedAt)],
)

/** Who wants to hear of an order's changes, and where. */
export const follows = pgTable(
  'follows',
  {
    memberId: text('member_id')
      .notNull()
      .references(() => members.id),
    orderId: text('order_id')
      .notNull()
      .references(() => orders.id),
    platform: text('platform').notNull(),
    /** The follower's direct chat: what changes is told there, whole or not at all. */
    conversationId: text('conversation_id').notNull(),
    /** The stage and parcel states that were told last. */
    told: text('told').notNull(),
    toldAt: at('told_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.memberId, t.orderId] }), index('follows_order').on(t.orderId)],
)

/** Lists a member asks for again and again, by a name of their own. */
export const savedViews = pgTable(
  'saved_views',
  {
    memberId: text('member_id').notNull(),
    name: text('name').notNull(),
    /** The slots of the list, as understood; days said relatively stay words and are counted anew. */
    slots: jsonb('slots').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.memberId, t.name] })],
)
