import { sql } from 'drizzle-orm'
import {
  bigint,
  bigserial,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  smallint,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import { at } from './columns.ts'
import { members } from './schema.ts'

// Deadlines and what came of them. The columns below tell the desk's time (the database's clock plus what the play page has
// moved it by), but queued_at and held_until, which watch the outbox and the engine itself and tell the real time.

/** One row per rung of one clock of one subject. A clock that starts anew takes its rows again. */
export const deadlines = pgTable(
  'deadlines',
  {
    id: bigserial('id', { mode: 'bigint' }).primaryKey(),
    /** return:TH… | order:SO… | parcel:… */
    subject: text('subject').notNull(),
    /** l1 l2 l3 return_total fine stalled unscanned ship_promise */
    clock: text('clock').notNull(),
    rung: smallint('rung').notNull(),
    /** When the clock started: another one is another run of the clock. */
    basisAt: at('basis_at').notNull(),
    dueAt: at('due_at').notNull(),
    /** What is done when it is due, as the rules stood when it was armed: {step, tell, act?}. */
    plan: jsonb('plan').notNull(),
    /** open | fired | void */
    state: text('state').notNull().default('open'),
    firedAt: at('fired_at'),
    /** The process that fired it. */
    claimedBy: text('claimed_by'),
    /** Firing it failed: it is left alone until then, so that it does not hold up the others. */
    heldUntil: at('held_until'),
  },
  (t) => [
    uniqueIndex('deadlines_identity').on(t.subject, t.clock, t.rung),
    index('deadlines_due').on(t.dueAt).where(sql`state = 'open'`),
    index('deadlines_over').on(t.basisAt).where(sql`state <> 'open'`),
    check('deadlines_state', sql`state IN ('open','fired','void')`),
    check('deadlines_fired', sql`(state = 'fired') = (fired_at IS NOT NULL)`),
  ],
)

/** The ledger of what was tried: one row per rung that fired and person who had to hear of it. */
export const escalations = pgTable(
  'escalations',
  {
    id: bigserial('id', { mode: 'bigint' }).primaryKey(),
    deadlineId: bigint('deadline_id', { mode: 'bigint' }).notNull(),
    subject: text('subject').notNull(),
    clock: text('clock').notNull(),
    rung: smallint('rung').notNull(),
    /** nudge | deputy | substitute | supervisor | director | team | list */
    step: text('step').notNull(),
    basisAt: at('basis_at').notNull(),
    dueAt: at('due_at').notNull(),
    firedAt: at('fired_at').notNull(),
    /** Null: a list alone, or nobody was there to be told. */
    memberId: text('member_id').references(() => members.id),
    /** Rings in quiet hours and beyond the budget. */
    urgent: boolean('urgent').notNull().default(false),
    /** waiting | told | delivered | failed | over (done before it was told) | listed | nobody */
    state: text('state').notNull(),
    /** Told no earlier: quiet hours, budget, ten minutes per item. */
    notBefore: at('not_before').notNull(),
    toldAt: at('told_at'),
    platform: text('platform'),
    /** Several rows share one message when it is a digest. */
    outboxKey: text('outbox_key'),
    queuedAt: at('queued_at'),
    /** 1 for the first channel. */
    attempt: integer('attempt').notNull().default(1),
  },
  (t) => [
    index('escalations_subject').on(t.subject, t.id),
    index('escalations_waiting').on(t.memberId, t.notBefore).where(sql`state = 'waiting'`),
    index('escalations_sent').on(t.queuedAt).where(sql`state = 'told'`),
    index('escalations_told').on(t.memberId, t.toldAt),
    index('escalations_fired').on(t.firedAt),
    check('escalations_state', sql`state IN ('waiting','told','delivered','failed','over','listed','nobody')`),
    check('escalations_member', sql`(member_id IS NULL) = (state IN ('listed','nobody'))`),
    check(
      'escalations_told',
      sql`state NOT IN ('told','delivered') OR (told_at IS NOT NULL AND platform IS NOT NULL AND outbox_key IS NOT NULL AND queued_at IS NOT NULL)`,
    ),
  ],
)
