import { sql } from 'drizzle-orm'
import {
  bigint,
  bigserial,
  boolean,
  char,
  check,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import { at, bytea, fen } from './columns.ts'

// Conventions: money is bigint fen, time is timestamptz, every id from outside is text. Personal fields end in _enc
// (AES-256-GCM, see hub/personal.ts) with _hash (keyed) and _tail beside them for look-up.

/** Staff. One person = WeCom id + DingTalk id + phone. */
export const members = pgTable('members', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  phoneEnc: bytea('phone_enc'),
  phoneHash: bytea('phone_hash'),
  active: boolean('active').notNull().default(true),
  createdAt: at('created_at').notNull().defaultNow(),
  updatedAt: at('updated_at').notNull().defaultNow(),
})

export const memberRoles = pgTable(
  'member_roles',
  {
    memberId: text('member_id')
      .notNull()
      .references(() => members.id),
    role: text('role').notNull(),
  },
  (t) => [primaryKey({ columns: [t.memberId, t.role] })],
)

/** userId is stored as received; identity is (platform, lower(userId)): WeCom ids ignore case. */
export const memberAccounts = pgTable(
  'member_accounts',
  {
    platform: text('platform').notNull(),
    userId: text('user_id').notNull(),
    /** DingTalk only: to-dos are keyed by it. */
    unionId: text('union_id'),
    memberId: text('member_id')
      .notNull()
      .references(() => members.id),
  },
  (t) => [
    uniqueIndex('member_accounts_identity').on(t.platform, sql`lower(${t.userId})`),
    index('member_accounts_member').on(t.memberId),
  ],
)

export const customers = pgTable(
  'customers',
  {
    id: text('id').primaryKey(),
    displayName: text('display_name').notNull(),
    /** V1 to V5. */
    level: text('level').notNull().default('V1'),
    tags: text('tags').array().notNull().default(sql`'{}'::text[]`),
    createdAt: at('created_at').notNull().defaultNow(),
    /** The customer this account was found to belong to; that one has none itself. */
    mergedInto: text('merged_into'),
  },
  (t) => [index('customers_merged').on(t.mergedInto).where(sql`merged_into IS NOT NULL`)],
)

/** Evidence that joins accounts to a person. Virtual phone numbers never get a row. */
export const customerIdentities = pgTable(
  'customer_identities',
  {
    kind: text('kind').notNull(),
    valueHash: bytea('value_hash').notNull(),
    customerId: text('customer_id')
      .notNull()
      .references(() => customers.id),
    seenAt: at('seen_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.kind, t.valueHash] }), index('customer_identities_customer').on(t.customerId)],
)

/**
 * The main order table. Paid, shipped, signed, returned and refunded are separate dated facts; the stage in one word is
 * derived (hub/stage.ts). The checks are the table of product §2.11: a fact cannot be dated while its fields are missing.
 */
export const orders = pgTable(
  'orders',
  {
    /** Hub number: SO + yymmdd + 6 digits. */
    id: text('id').primaryKey(),
    /** douyin | tmall | jd | miniapp | pos | distributor */
    channel: text('channel').notNull(),
    shop: text('shop').notNull(),
    /** The channel's own number. */
    orderNo: text('order_no').notNull(),
    customerId: text('customer_id').references(() => customers.id),
    consigneeName: text('consignee_name'),
    phoneEnc: bytea('phone_enc'),
    phoneHash: bytea('phone_hash'),
    phoneTail: char('phone_tail', { length: 4 }),
    /** Virtual or privacy number: shown, found, never used to merge people. */
    phoneVirtual: boolean('phone_virtual').notNull().default(false),
    addressEnc: bytea('address_enc'),
    /** Province and city, for display. */
    region: text('region'),
    orderedAt: at('ordered_at').notNull(),
    totalFen: fen('total_fen'),
    discountFen: fen('discount_fen'),
    freightFen: fen('freight_fen'),

    paidAt: at('paid_at'),
    payMethod: text('pay_method'),
    paidFen: fen('paid_fen'),

    shippedAt: at('shipped_at'),
    waybillNo: text('waybill_no'),
    /** SF JD JT YTO DBL STO YUNDA ZTO EMS POST CAINIAO OTHER PICKUP; null = not chosen. */
    carrierCode: text('carrier_code'),
    /** Printed name; mandatory with OTHER. */
    carrierName: text('carrier_name'),

    signedAt: at('signed_at'),
    signer: text('signer'),
    /** self | agent (took it in for the person) | other */
    signerKind: text('signer_kind'),
    signPhotoUrl: text('sign_photo_url'),

    returnedAt: at('returned_at'),
    returnNo: text('return_no'),
    returnReason: text('return_reason'),
    refundFen: fen('refund_fen'),
    refundedAt: at('refunded_at'),

    cancelledAt: at('cancelled_at'),
    cancelReason: text('cancel_reason'),
    onHoldAt: at('on_hold_at'),
    holdReason: text('hold_reason'),
    /** Held back because a rule of entry is broken (no carrier); the order is answerable but not worked on. */
    quarantinedAt: at('quarantined_at'),
    quarantineReason: text('quarantine_reason'),

    /** Ship promise to the platform. */
    promiseShipAt: at('promise_ship_at'),
    warehouse: text('warehouse'),
    waveNo: text('wave_no'),
    pickingAt: at('picking_at'),
    /** Why it has not shipped, in words of the source (out of stock …). */
    delayReason: text('delay_reason'),
    remark: text('remark'),
    /** Number of the order that the platform split into this one and others. */
    splitFrom: text('split_from'),
    waybillEdits: smallint('waybill_edits').notNull().default(0),

    /** What the channel itself says: pending_payment paid part_shipped shipped signed cancelled … */
    sourceStage: text('source_stage'),
    /** Who told us, e.g. douyin.push, tmall.pull, sheet.JXS07; key into sources. */
    source: text('source').notNull(),
    /** The source's own modification time: newer wins by it, never by arrival. */
    sourceModifiedAt: at('source_modified_at').notNull(),
    contentHash: text('content_hash'),
    /** Exceptions of hub/claims.ts: fields older than sourceModifiedAt, and facts withheld until they are whole. Null = none. */
    claims: jsonb('claims'),
    /** When the hub last heard of it from the source. */
    heardAt: at('heard_at').notNull().defaultNow(),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('orders_identity').on(t.channel, t.shop, t.orderNo),
    index('orders_order_no').on(t.orderNo),
    index('orders_split_from').on(t.splitFrom).where(sql`split_from IS NOT NULL`),
    index('orders_order_no_tail').on(sql`right(${t.orderNo}, 4)`, t.orderedAt.desc()),
    index('orders_phone_hash').on(t.phoneHash, t.orderedAt.desc()),
    index('orders_phone_tail').on(t.phoneTail, t.orderedAt.desc()),
    index('orders_consignee').on(t.consigneeName, t.orderedAt.desc()),
    index('orders_customer').on(t.customerId, t.orderedAt.desc()),
    index('orders_channel_time').on(t.channel, t.orderedAt.desc()),
    index('orders_unshipped')
      .on(t.orderedAt.desc())
      .where(sql`paid_at IS NOT NULL AND shipped_at IS NULL AND cancelled_at IS NULL`),
    // figures of a period, by the day something happened
    index('orders_shipped').on(t.shippedAt, t.channel).where(sql`shipped_at IS NOT NULL`),
    index('orders_signed').on(t.signedAt, t.channel).where(sql`signed_at IS NOT NULL`),
    index('orders_refunded').on(t.refundedAt).where(sql`refunded_at IS NOT NULL`),
    index('orders_cancelled').on(t.cancelledAt).where(sql`cancelled_at IS NOT NULL`),
    // what is wrong is rare: these hold the few orders of the alarm lists (hub/alerts.ts repeats the conditions word by word)
    index('orders_promise')
      .on(t.promiseShipAt)
      .where(sql`paid_at IS NOT NULL AND shipped_at IS NULL AND cancelled_at IS NULL`),
    index('orders_shipped_late').on(t.orderedAt).where(sql`shipped_at > promise_ship_at`),
    index('orders_without_waybill')
      .on(t.orderedAt)
      .where(
        sql`shipped_at IS NULL AND cancelled_at IS NULL AND (quarantined_at IS NOT NULL OR (waybill_no IS NULL AND source_stage ~ '^(part_)?(shipped|signed)'))`,
      ),
    check('orders_channel', sql`channel IN ('douyin','tmall','jd','miniapp','pos','distributor')`),
    check('orders_paid_fields', sql`paid_at IS NULL OR (pay_method IS NOT NULL AND paid_fen IS NOT NULL)`),
    check(
      'orders_shipped_fields',
      sql`shipped_at IS NULL OR (carrier_code IS NOT NULL AND (waybill_no IS NOT NULL OR carrier_code = 'PICKUP'))`,
    ),
    check('orders_signed_fields', sql`signed_at IS NULL OR (signer IS NOT NULL AND sign_photo_url IS NOT NULL)`),
    check(
      'orders_returned_fields',
      sql`returned_at IS NULL OR (return_no IS NOT NULL AND return_reason IS NOT NULL AND refund_fen IS NOT NULL)`,
    ),
    check('orders_cancel_reason', sql`cancelled_at IS NULL OR cancel_reason IS NOT NULL`),
    check('orders_quarantine_reason', sql`quarantined_at IS NULL OR quarantine_reason IS NOT NULL`),
    check('orders_other_carrier', sql`carrier_code IS DISTINCT FROM 'OTHER' OR carrier_name IS NOT NULL`),
    check('orders_waybill_edits', sql`waybill_edits BETWEEN 0 AND 3`),
  ],
)

export const orderLines = pgTable(
  'order_lines',
  {
    id: text('id').primaryKey(),
    orderId: text('order_id')
      .notNull()
      .references(() => orders.id),
    /** The channel's line number or the SKU, plus occurrence: equal rows in one order are legitimate. */
    lineKey: text('line_key').notNull(),
    position: smallint('position').notNull(),
    sku: text('sku'),
    name: text('name').notNull(),
    spec: text('spec'),
    qty: integer('qty').notNull(),
    amountFen: fen('amount_fen'),
  },
  (t) => [uniqueIndex('order_lines_identity').on(t.orderId, t.lineKey), check('order_lines_qty', sql`qty > 0`)],
)

export const parcels = pgTable(
  'parcels',
  {
    id: text('id').primaryKey(),
    orderId: text('order_id')
      .notNull()
      .references(() => orders.id),
    position: smallint('position').notNull().default(1),
    waybillNo: text('waybill_no'),
    carrierCode: text('carrier_code').notNull(),
    carrierName: text('carrier_name'),
    /** Out of the warehouse. */
    shippedAt: at('shipped_at'),
    etaAt: at('eta_at'),
    /** created | collected | in_transit | delivering | signed | exception */
    state: text('state').notNull().default('created'),
    /** With exception: stuck delivery_failed refused unreachable damaged lost returning | unrecognised */
    subState: text('sub_state'),
    lastEventAt: at('last_event_at'),
    signedAt: at('signed_at'),
    signer: text('signer'),
    signPhotoUrl: text('sign_photo_url'),
    /** When the tracker last answered, whether or not anything was new. */
    trackedAt: at('tracked_at'),
    trackSource: text('track_source'),
  },
  (t) => [
    index('parcels_order').on(t.orderId),
    index('parcels_waybill').on(t.waybillNo),
    index('parcels_waybill_tail').on(sql`right(${t.waybillNo}, 4)`, t.shippedAt.desc()),
    index('parcels_signed').on(t.signedAt).where(sql`signed_at IS NOT NULL`),
    index('parcels_moving')
      .on(sql`coalesce(${t.lastEventAt}, ${t.shippedAt})`)
      .where(sql`state IN ('collected','in_transit','delivering')`),
    index('parcels_unscanned').on(t.shippedAt).where(sql`state = 'created' AND shipped_at IS NOT NULL`),
    index('parcels_trouble').on(t.lastEventAt).where(sql`state = 'exception'`),
    check('parcels_state', sql`state IN ('created','collected','in_transit','delivering','signed','exception')`),
    check('parcels_exception', sql`state <> 'exception' OR sub_state IS NOT NULL`),
    check('parcels_shipped_fields', sql`shipped_at IS NULL OR waybill_no IS NOT NULL`),
  ],
)

/** Which line is in which parcel, in what quantity. */
export const parcelLines = pgTable(
  'parcel_lines',
  {
    parcelId: text('parcel_id')
      .notNull()
      .references(() => parcels.id),
    orderLineId: text('order_line_id')
      .notNull()
      .references(() => orderLines.id),
    qty: integer('qty').notNull(),
  },
  (t) => [primaryKey({ columns: [t.parcelId, t.orderLineId] })],
)

export const trackingEvents = pgTable(
  'tracking_events',
  {
    parcelId: text('parcel_id')
      .notNull()
      .references(() => parcels.id),
    occurredAt: at('occurred_at').notNull(),
    state: text('state').notNull(),
    subState: text('sub_state'),
    place: text('place'),
    description: text('description').notNull(),
    source: text('source').notNull(),
    /** Hash of what the source said: the same node pushed twice is one row. */
    nodeHash: text('node_hash').notNull(),
  },
  (t) => [primaryKey({ columns: [t.parcelId, t.occurredAt, t.nodeHash] })],
)

/** TH + yymmdd + 4 digits. Approval, goods and money are separate tracks. */
export const returns = pgTable(
  'returns',
  {
    id: text('id').primaryKey(),
    orderId: text('order_id')
      .notNull()
      .references(() => orders.id),
    reason: text('reason').notNull(),
    appliedAt: at('applied_at').notNull(),
    appliedBy: text('applied_by'),
    waybillNo: text('waybill_no'),
    carrierCode: text('carrier_code'),
    /** pending | approved | rejected | withdrawn */
    approval: text('approval').notNull().default('pending'),
    approvedAt: at('approved_at'),
    rejectedAt: at('rejected_at'),
    receivedAt: at('received_at'),
    inspection: text('inspection'),
    refundFen: fen('refund_fen'),
    refundMethod: text('refund_method'),
    refundReleasedAt: at('refund_released_at'),
    refundedAt: at('refunded_at'),
    closedAt: at('closed_at'),
    /** The version of the approval flow it began with. */
    flowVersion: integer('flow_version').notNull().default(1),
    version: integer('version').notNull().default(1),
  },
  (t) => [
    index('returns_order').on(t.orderId),
    index('returns_waybill').on(t.waybillNo),
    index('returns_open').on(t.appliedAt).where(sql`closed_at IS NULL`),
    index('returns_applied').on(t.appliedAt),
    index('returns_pending').on(t.appliedAt).where(sql`approval = 'pending'`),
    index('returns_refunded').on(t.refundedAt).where(sql`refunded_at IS NOT NULL`),
    check('returns_approval', sql`approval IN ('pending','approved','rejected','withdrawn')`),
  ],
)

export const returnLines = pgTable(
  'return_lines',
  {
    returnId: text('return_id')
      .notNull()
      .references(() => returns.id),
    orderLineId: text('order_line_id')
      .notNull()
      .references(() => orderLines.id),
    askedQty: integer('asked_qty').notNull(),
    approvedQty: integer('approved_qty'),
    receivedQty: integer('received_qty').notNull().default(0),
    damagedQty: integer('damaged_qty').notNull().default(0),
    refundedFen: fen('refunded_fen'),
  },
  (t) => [
    primaryKey({ columns: [t.returnId, t.orderLineId] }),
    check('return_lines_sums', sql`asked_qty > 0 AND received_qty >= 0 AND damaged_qty BETWEEN 0 AND received_qty`),
  ],
)

/** One row per level of one return; the limit of each is a row with a due time. */
export const approvalLevels = pgTable(
  'approval_levels',
  {
    returnId: text('return_id')
      .notNull()
      .references(() => returns.id),
    level: smallint('level').notNull(),
    /** cs_lead | warehouse | finance */
    role: text('role').notNull(),
    /** waiting | pending | approved | rejected */
    state: text('state').notNull().default('waiting'),
    holderId: text('holder_id').references(() => members.id),
    startedAt: at('started_at'),
    dueAt: at('due_at'),
    decidedAt: at('decided_at'),
    decidedBy: text('decided_by').references(() => members.id),
    reason: text('reason'),
    /** The member in whose place it was decided. */
    deputyFor: text('deputy_for').references(() => members.id),
    /** Decided by rule, not by a person. */
    auto: boolean('auto').notNull().default(false),
    /** Stock, best-before dates or arrears as they were when the level opened and when it was decided. */
    facts: jsonb('facts'),
    decidedFacts: jsonb('decided_facts'),
    /** 我来处理: who looks after it, since when. Ends nagging, never the deadline. */
    claimedBy: text('claimed_by').references(() => members.id),
    claimedAt: at('claimed_at'),
    /** More material was asked for and has not come; the limit runs on. */
    materialAskedAt: at('material_asked_at'),
    materialAskedBy: text('material_asked_by').references(() => members.id),
    materialReason: text('material_reason'),
  },
  (t) => [
    primaryKey({ columns: [t.returnId, t.level] }),
    index('approval_levels_due').on(t.dueAt).where(sql`state = 'pending'`),
    check('approval_levels_state', sql`state IN ('waiting','pending','approved','rejected')`),
  ],
)

export const stockLots = pgTable(
  'stock_lots',
  {
    id: text('id').primaryKey(),
    sku: text('sku').notNull(),
    name: text('name').notNull(),
    spec: text('spec'),
    warehouse: text('warehouse').notNull(),
    location: text('location'),
    onHand: integer('on_hand').notNull(),
    locked: integer('locked').notNull().default(0),
    expiresOn: date('expires_on', { mode: 'string' }),
    /** shelf | near_expiry | quarantine */
    zone: text('zone').notNull().default('shelf'),
    readAt: at('read_at').notNull().defaultNow(),
    /** Connector that counts it and may replace it; none for what was entered otherwise. */
    owner: text('owner'),
    /** As the table of sources calls who told it; none = wms.push. */
    source: text('source'),
  },
  (t) => [
    index('stock_lots_sku').on(t.sku),
    check('stock_lots_qty', sql`on_hand >= 0 AND locked BETWEEN 0 AND on_hand`),
  ],
)

/** Exactly one verdict per paid order and gift rule. */
export const gifts = pgTable(
  'gifts',
  {
    id: text('id').primaryKey(),
    orderId: text('order_id')
      .notNull()
      .references(() => orders.id),
    name: text('name').notNull(),
    sku: text('sku'),
    /** locked | below_threshold | out_of_stock | level_too_low | rule_conflict */
    verdict: text('verdict').notNull(),
    /** How much is missing to the threshold. */
    gapFen: fen('gap_fen'),
    thresholdFen: fen('threshold_fen'),
    rule: text('rule'),
    ruleVersion: integer('rule_version'),
    parcelId: text('parcel_id').references(() => parcels.id),
    decidedAt: at('decided_at').notNull(),
  },
  (t) => [
    index('gifts_order').on(t.orderId),
    index('gifts_out_of_stock').on(t.decidedAt).where(sql`verdict = 'out_of_stock'`),
    check('gifts_verdict', sql`verdict IN ('locked','below_threshold','out_of_stock','level_too_low','rule_conflict')`),
    check('gifts_gap', sql`verdict <> 'below_threshold' OR gap_fen IS NOT NULL`),
  ],
)

/** Photos and files: bytes live on disk (encrypted), the row says where and until when. */
export const attachments = pgTable(
  'attachments',
  {
    id: text('id').primaryKey(),
    /** order | return | import | chat */
    ownerKind: text('owner_kind').notNull(),
    ownerId: text('owner_id').notNull(),
    fileName: text('file_name'),
    mime: text('mime').notNull(),
    bytes: integer('bytes').notNull(),
    sha256: text('sha256').notNull(),
    storedAs: text('stored_as').notNull(),
    byMemberId: text('by_member_id'),
    createdAt: at('created_at').notNull().defaultNow(),
    expiresAt: at('expires_at').notNull(),
  },
  (t) => [index('attachments_owner').on(t.ownerKind, t.ownerId), index('attachments_expires').on(t.expiresAt)],
)

/** Each event once, with the answer that every repeat gets. Kept at least 7 days. */
export const inbox = pgTable(
  'inbox',
  {
    source: text('source').notNull(),
    eventId: text('event_id').notNull(),
    event: jsonb('event').notNull(),
    claimedAt: at('claimed_at').notNull(),
    attempts: smallint('attempts').notNull().default(1),
    answer: jsonb('answer'),
    answeredAt: at('answered_at'),
  },
  (t) => [
    primaryKey({ columns: [t.source, t.eventId] }),
    index('inbox_unanswered').on(t.claimedAt).where(sql`answered_at IS NULL`),
    index('inbox_answered').on(t.answeredAt),
  ],
)

/** What must leave: written in the transaction of the change, done at least once under the same key. */
export const outbox = pgTable(
  'outbox',
  {
    id: bigserial('id', { mode: 'bigint' }).primaryKey(),
    key: text('key').notNull(),
    /** Name of the task in handlers/tasks.ts that carries it out. */
    task: text('task').notNull(),
    payload: jsonb('payload').notNull(),
    /** Rows of one lane go in order of id, one at a time; null = no order. */
    lane: text('lane'),
    /** ready | done | dead | withdrawn (taken back while it was held) */
    state: text('state').notNull().default('ready'),
    attempts: smallint('attempts').notNull().default(0),
    dueAt: at('due_at').notNull().defaultNow(),
    leasedUntil: at('leased_until'),
    receipt: jsonb('receipt'),
    lastError: text('last_error'),
    createdAt: at('created_at').notNull().defaultNow(),
    doneAt: at('done_at'),
  },
  (t) => [
    uniqueIndex('outbox_key').on(t.key),
    index('outbox_due').on(t.dueAt).where(sql`state = 'ready'`),
    index('outbox_lane').on(t.lane, t.id).where(sql`state = 'ready'`),
    check('outbox_state', sql`state IN ('ready','done','dead','withdrawn')`),
  ],
)

/** Append-only (a trigger refuses UPDATE and DELETE), hash-chained: hash = sha256(prev_hash || canonical row). */
export const audit = pgTable(
  'audit',
  {
    seq: bigint('seq', { mode: 'bigint' }).primaryKey(),
    at: at('at').notNull(),
    actor: text('actor').notNull(),
    action: text('action').notNull(),
    subject: text('subject').notNull(),
    detail: jsonb('detail').notNull(),
    prevHash: text('prev_hash').notNull(),
    hash: text('hash').notNull(),
  },
  (t) => [index('audit_subject').on(t.subject, t.seq)],
)

export const queryLog = pgTable(
  'query_log',
  {
    id: bigserial('id', { mode: 'bigint' }).primaryKey(),
    at: at('at').notNull(),
    platform: text('platform').notNull(),
    conversationId: text('conversation_id').notNull(),
    conversationKind: text('conversation_kind').notNull(),
    memberId: text('member_id'),
    /** Digits of phones masked; erased after 7 days, the rest stays for the direct-answer rate. */
    question: text('question'),
    intent: text('intent').notNull(),
    slots: jsonb('slots').notNull(),
    expect: text('expect').notNull(),
    latencyMs: integer('latency_ms').notNull(),
    /** Short hash of (platform, event id): what a 👎 on the answer names. */
    answerKey: text('answer_key'),
    /** The order or return the answer was about; for "asked again within 2 min". */
    subject: text('subject'),
    /** The question went to a person. */
    handedOver: boolean('handed_over').notNull().default(false),
    /** up | down, by the person who asked. */
    vote: text('vote'),
    votedAt: at('voted_at'),
  },
  (t) => [
    index('query_log_at').on(t.at),
    index('query_log_member').on(t.memberId, t.at),
    index('query_log_answer').on(t.answerKey),
    index('query_log_down').on(t.votedAt).where(sql`vote = 'down'`),
    check('query_log_vote', sql`vote IN ('up','down')`),
  ],
)

/** Freshness per source. */
export const sources = pgTable('sources', {
  name: text('name').primaryKey(),
  /** Last time the source spoke or answered. */
  heardAt: at('heard_at'),
  /** Silent for longer than this = stale. */
  staleAfterMinutes: integer('stale_after_minutes').notNull(),
  lastError: text('last_error'),
})

/** Platform tokens shared by processes; value encrypted. */
export const sharedTokens = pgTable('shared_tokens', {
  name: text('name').primaryKey(),
  tokenEnc: bytea('token_enc').notNull(),
  expiresAt: at('expires_at').notNull(),
})

/** Sends per receiver and window, counted across processes. */
export const sendBudgets = pgTable(
  'send_budgets',
  {
    key: text('key').notNull(),
    windowMs: integer('window_ms').notNull(),
    windowStart: at('window_start').notNull(),
    used: integer('used').notNull(),
  },
  (t) => [primaryKey({ columns: [t.key, t.windowMs] })],
)

/** Column mapping learnt once per sender and header row. */
export const sheetMappings = pgTable(
  'sheet_mappings',
  {
    sender: text('sender').notNull(),
    headerHash: text('header_hash').notNull(),
    mapping: jsonb('mapping').notNull(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.sender, t.headerHash] })],
)

/** Each file once: the same bytes from the same sender change nothing. */
export const sheetImports = pgTable(
  'sheet_imports',
  {
    id: text('id').primaryKey(),
    sender: text('sender').notNull(),
    fileName: text('file_name').notNull(),
    sha256: text('sha256').notNull(),
    rows: integer('rows').notNull(),
    created: integer('created').notNull(),
    updated: integer('updated').notNull(),
    unchanged: integer('unchanged').notNull(),
    quarantined: integer('quarantined').notNull(),
    /** [{cell, row, column, problem, shown}] without personal values. */
    problems: jsonb('problems').notNull(),
    importedAt: at('imported_at').notNull().defaultNow(),
  },
  (t) => [uniqueIndex('sheet_imports_file').on(t.sender, t.sha256)],
)

/** The play chat's own memory, so that a reload shows what was said. Kept 7 days. */
export const transcript = pgTable(
  'transcript',
  {
    seq: bigserial('seq', { mode: 'bigint' }).primaryKey(),
    platform: text('platform').notNull(),
    conversationId: text('conversation_id').notNull(),
    at: at('at').notNull(),
    entry: jsonb('entry').notNull(),
  },
  (t) => [index('transcript_conversation').on(t.platform, t.conversationId, t.seq)],
)

/** Small facts about the installation (sample data loaded, key check value). */
export const settings = pgTable('settings', { name: text('name').primaryKey(), value: jsonb('value').notNull() })
