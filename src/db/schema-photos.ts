import { sql } from 'drizzle-orm'
import { check, index, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { at } from './columns.ts'

/** Photos of waybills: one row per picture sent. The bytes lie sealed beside the data, for 30 days like the row's reading. */
export const waybillPhotos = pgTable(
  'waybill_photos',
  {
    id: text('id').primaryKey(),
    /** Key of the job that reads it: the same event twice is one photo. */
    jobKey: text('job_key').notNull(),
    memberId: text('member_id').notNull(),
    platform: text('platform').notNull(),
    conversationId: text('conversation_id').notNull(),
    sha256: text('sha256').notNull(),
    storedAs: text('stored_as').notNull(),
    /** The number region alone, for the question about it. */
    cropStoredAs: text('crop_stored_as'),
    /** 64-bit perceptual hash, 16 hex digits; null while it was not read. */
    phash: text('phash'),
    /** waiting | read | refused | failed */
    state: text('state').notNull().default('waiting'),
    /** What was read, as src/hub/photo-reading.ts says; without names and addresses. */
    reading: jsonb('reading'),
    orderId: text('order_id'),
    returnId: text('return_id'),
    createdAt: at('created_at').notNull(),
    readAt: at('read_at'),
    expiresAt: at('expires_at').notNull(),
  },
  (t) => [
    uniqueIndex('waybill_photos_job').on(t.jobKey),
    index('waybill_photos_created').on(t.createdAt),
    index('waybill_photos_expires').on(t.expiresAt),
    index('waybill_photos_order').on(t.orderId),
    check('waybill_photos_state', sql`state IN ('waiting','read','refused','failed')`),
  ],
)
