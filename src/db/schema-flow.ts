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
  smallint,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import { at, fen } from './columns.ts'
import { members, orderLines, returns } from './schema.ts'

// The approval of returns beyond the state of a level: the flow itself, who stands in for whom, the copies of a card, what was
// commanded of other systems, and what was counted at the table.

/** The flow as it was put live, newest last. A running return keeps the version it began with. */
export const flowVersions = pgTable('flow_versions', {
  version: integer('version').primaryKey(),
  /** FlowRules of src/hub/flow-rules.ts. */
  body: jsonb('body').notNull(),
  madeBy: text('made_by').references(() => members.id),
  liveAt: at('live_at').notNull(),
})

/** Who decides for whom while away. Never in a circle: looked at when it is made. */
export const delegations = pgTable(
  'delegations',
  {
    id: text('id').primaryKey(),
    fromMember: text('from_member')
      .notNull()
      .references(() => members.id),
    toMember: text('to_member')
      .notNull()
      .references(() => members.id),
    startsAt: at('starts_at').notNull(),
    endsAt: at('ends_at').notNull(),
    madeBy: text('made_by')
      .notNull()
      .references(() => members.id),
    madeAt: at('made_at').notNull(),
    revokedAt: at('revoked_at'),
  },
  (t) => [
    index('delegations_from').on(t.fromMember, t.endsAt),
    index('delegations_to').on(t.toMember, t.endsAt),
    check('delegations_span', sql`ends_at > starts_at AND from_member <> to_member`),
  ],
)

/** Somebody whose yes a level needs besides its own. */
export const levelSigners = pgTable(
  'level_signers',
  {
    returnId: text('return_id')
      .notNull()
      .references(() => returns.id),
    level: smallint('level').notNull(),
    memberId: text('member_id')
      .notNull()
      .references(() => members.id),
    addedBy: text('added_by')
      .notNull()
      .references(() => members.id),
    addedAt: at('added_at').notNull(),
    /** approve | reject; null = not yet */
    decision: text('decision'),
    decidedAt: at('decided_at'),
    reason: text('reason'),
  },
  (t) => [
    primaryKey({ columns: [t.returnId, t.level, t.memberId] }),
    check('level_signers_decision', sql`decision IS NULL OR decision IN ('approve','reject')`),
  ],
)

/** One sent card that must stay true: drawn again from what it is about whenever that has changed. */
export const cardCopies = pgTable(
  'card_copies',
  {
    id: bigserial('id', { mode: 'bigint' }).primaryKey(),
    /** return:TH… | command:<key> */
    subject: text('subject').notNull(),
    /** approval (a level's card) | applicant | overdue | command | receipt */
    kind: text('kind').notNull(),
    /** For approval: the level it was sent for. */
    level: smallint('level'),
    memberId: text('member_id')
      .notNull()
      .references(() => members.id),
    platform: text('platform').notNull(),
    conversationId: text('conversation_id').notNull(),
    /** The message that carries the card; its outbox receipt holds the card's id and update code. */
    outboxKey: text('outbox_key').notNull(),
    /** Id of the card on its platform, once known; with WeCom's update code of the last tap. */
    cardId: text('card_id'),
    updateCode: text('update_code'),
    updateCodeAt: at('update_code_at'),
    /** The platform's id of the message it stands in, to take it back when a new one takes its place. */
    messageId: text('message_id'),
    /** Hash of the card as it was last sent; another one now = it has to be drawn again. */
    shown: text('shown').notNull(),
    shownAt: at('shown_at').notNull(),
    /** How many times it was drawn: part of the key of the next drawing. */
    drawings: integer('drawings').notNull().default(1),
    /** When its colour or countdown changes by time alone. */
    nextAt: at('next_at'),
    /** open | closed (nothing about it will change any more) */
    state: text('state').notNull().default('open'),
  },
  (t) => [
    uniqueIndex('card_copies_message').on(t.outboxKey),
    uniqueIndex('card_copies_once')
      .on(t.subject, t.kind, t.level, t.memberId)
      .where(sql`kind = 'approval' AND state = 'open'`),
    index('card_copies_subject').on(t.subject).where(sql`state = 'open'`),
    index('card_copies_next').on(t.nextAt).where(sql`state = 'open'`),
    check('card_copies_state', sql`state IN ('open','closed')`),
  ],
)

/** The ledger of what was told to other systems: one row per command, once, with what they answered. */
export const commands = pgTable(
  'commands',
  {
    /** Also the key of its outbox row and the idempotency key the other system sees. */
    key: text('key').primaryKey(),
    /** A name of the closed list in src/hub/commands.ts. */
    name: text('name').notNull(),
    /** return:TH… | order:SO… */
    subject: text('subject').notNull(),
    /** held (may still be taken back) | sent (on its way) | done | failed | withdrawn */
    state: text('state').notNull(),
    /** The system it goes to, as configured. */
    target: text('target').notNull(),
    receipt: jsonb('receipt'),
    tries: integer('tries').notNull().default(0),
    lastError: text('last_error'),
    madeAt: at('made_at').notNull(),
    doneAt: at('done_at'),
    failedAt: at('failed_at'),
    replayedBy: text('replayed_by').references(() => members.id),
    replayedAt: at('replayed_at'),
  },
  (t) => [
    index('commands_subject').on(t.subject),
    index('commands_failed').on(t.failedAt).where(sql`state = 'failed'`),
    index('commands_open').on(t.madeAt).where(sql`state IN ('held','sent')`),
    check('commands_state', sql`state IN ('held','sent','done','failed','withdrawn')`),
  ],
)

/** A decision that is past its two minutes and shall be turned back: needs a yes of its own. */
export const reversals = pgTable(
  'reversals',
  {
    id: text('id').primaryKey(),
    returnId: text('return_id')
      .notNull()
      .references(() => returns.id),
    askedBy: text('asked_by')
      .notNull()
      .references(() => members.id),
    askedAt: at('asked_at').notNull(),
    reason: text('reason').notNull(),
    /** pending | approved | refused */
    state: text('state').notNull().default('pending'),
    decidedBy: text('decided_by').references(() => members.id),
    decidedAt: at('decided_at'),
  },
  (t) => [
    uniqueIndex('reversals_pending').on(t.returnId).where(sql`state = 'pending'`),
    check('reversals_state', sql`state IN ('pending','approved','refused')`),
  ],
)

/** What was counted at the table, append-only: the last row of a line counts. */
export const returnCounts = pgTable(
  'return_counts',
  {
    id: bigserial('id', { mode: 'bigint' }).primaryKey(),
    returnId: text('return_id')
      .notNull()
      .references(() => returns.id),
    orderLineId: text('order_line_id')
      .notNull()
      .references(() => orderLines.id),
    receivedQty: integer('received_qty').notNull(),
    damagedQty: integer('damaged_qty').notNull(),
    /** scan | correction */
    kind: text('kind').notNull(),
    countedBy: text('counted_by')
      .notNull()
      .references(() => members.id),
    countedAt: at('counted_at').notNull(),
  },
  (t) => [
    index('return_counts_return').on(t.returnId),
    check('return_counts_qty', sql`received_qty >= 0 AND damaged_qty BETWEEN 0 AND received_qty`),
  ],
)

/** What a return's money waits for after the goods are in. */
export const refundHolds = pgTable(
  'refund_holds',
  {
    returnId: text('return_id')
      .primaryKey()
      .references(() => returns.id),
    /** window (two minutes for a word of the table) | short | damaged | finance (hung up by finance) */
    reason: text('reason').notNull(),
    since: at('since').notNull(),
    /** window: when the money goes; else null until a person decides. */
    untilAt: at('until_at'),
    amountFen: fen('amount_fen'),
    clearedBy: text('cleared_by').references(() => members.id),
    clearedAt: at('cleared_at'),
  },
  (t) => [index('refund_holds_due').on(t.untilAt).where(sql`cleared_at IS NULL`)],
)

/** Put off by a person: no nudges until then. Never past the fine line. */
export const snoozes = pgTable(
  'snoozes',
  {
    id: bigserial('id', { mode: 'bigint' }).primaryKey(),
    /** return:TH… | order:SO… | parcel:… */
    subject: text('subject').notNull(),
    memberId: text('member_id')
      .notNull()
      .references(() => members.id),
    reason: text('reason'),
    at: at('at').notNull(),
    untilAt: at('until_at').notNull(),
    /** The reminder at its end was sent, or it was called off. */
    over: boolean('over').notNull().default(false),
  },
  (t) => [
    index('snoozes_subject').on(t.subject, t.memberId).where(sql`NOT over`),
    index('snoozes_until').on(t.untilAt).where(sql`NOT over`),
  ],
)

/** A synthetic return that proved the clocks, once a day. */
export const clockProofs = pgTable('clock_proofs', {
  /** Day in Beijing, yyyy-MM-dd. */
  day: text('day').primaryKey(),
  provedAt: at('proved_at').notNull(),
  fired: integer('fired').notNull(),
  missed: integer('missed').notNull(),
  ledger: jsonb('ledger').notNull(),
})
