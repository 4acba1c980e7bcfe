import { createHash } from 'node:crypto'
import type postgres from 'postgres'
import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Ids } from '../runtime/ids.ts'
import { photoCountsMs } from './create-return.ts'
import type { PhotoRead, PhotoReading } from './photo-reading.ts'
import { storableJson } from './plain-json.ts'

const keptDays = 30
/** Bits in which two pictures of one photo differ at most after a chat app has pressed them anew. */
const sameWithinBits = 8

export type PhotoRow = {
  readonly id: string
  readonly storedAs: string
  readonly state: 'waiting' | 'read' | 'refused' | 'failed'
}

/** What a waybill number belongs to: a return that comes back under it, else a parcel that went out under it. */
export type PhotoMatch =
  | { readonly kind: 'return'; readonly orderId: string; readonly returnId: string }
  | { readonly kind: 'parcel'; readonly orderId: string }
  | { readonly kind: 'order'; readonly orderId: string }

/** The same picture, read earlier. */
export type Twin = {
  readonly id: string
  readonly atMs: number
  readonly reading: PhotoReading
  readonly orderId?: string
  readonly returnId?: string
}

export type PhotoKeeping = {
  readonly jobKey: string
  readonly memberId: string
  readonly platform: string
  readonly conversationId: string
}

export type PhotoPlace = Pick<PhotoKeeping, 'memberId' | 'platform' | 'conversationId'>

/** A photo whose number may be used for a return; without a number a person has to say it. */
export type LabelPhoto = { readonly id: string; readonly number?: string }

export type OrderSaid = { readonly match: PhotoMatch; readonly orderNo: string; readonly reading: PhotoReading }

export type Photos = {
  /** The photo of this job, when its bytes are kept already: a second try does not fetch them again. */
  ofJob(jobKey: string): Promise<PhotoRow | undefined>
  /** Keeps the bytes, sealed, for 30 days. The same job twice is one photo. */
  keep(bytes: Uint8Array, of: PhotoKeeping): Promise<PhotoRow>
  /** The kept bytes; undefined once they were deleted. */
  bytesOf(storedAs: string): Promise<Uint8Array | undefined>
  /** The newest earlier photo that shows the same, by perceptual hash. */
  twinOf(photoId: string, phash: string): Promise<Twin | undefined>
  match(reading: Pick<PhotoReading, 'waybillNo' | 'orderNo'>): Promise<PhotoMatch | undefined>
  /** Writes down what became of it. */
  settle(photoId: string, read: PhotoRead, match?: PhotoMatch): Promise<void>
  /** A person has said which number it is: written down beside the reading, and matched. */
  confirm(photoId: string, waybillNo: string): Promise<PhotoMatch | undefined>
  /** A person has said whose order it is (the hub's number); undefined where order or photo is gone. `orderNo` is the shop's. */
  confirmOrder(photoId: string, orderId: string): Promise<OrderSaid | undefined>
  /**
   * This person's photo of the label a return of the order comes back under: the newest of the last day that was matched to
   * the order, else one of the last 10 minutes in this chat that belongs to nothing yet.
   */
  labelFor(orderId: string, place: PhotoPlace): Promise<LabelPhoto | undefined>
  /** The newest photo of this person in this chat within 10 minutes that belongs to nothing yet. */
  unclaimed(place: PhotoPlace): Promise<LabelPhoto | undefined>
  /** Where the picture, or the number region of it, lies; undefined when it is gone. */
  storedAs(photoId: string, part: 'whole' | 'crop'): Promise<string | undefined>
}

export type PhotosParts = {
  readonly database: Pick<Database, 'sql'>
  readonly blobs: {
    put(bytes: Uint8Array, meta: { readonly fileName: string; readonly mime: string }): Promise<string>
    get(id: string): Promise<{ readonly bytes: Uint8Array } | undefined>
  }
  readonly clock: Clock
  readonly ids: Ids
}

/** Photos of waybills: kept once, read once, found again when the same one is sent twice. */
export function photos({ database: { sql }, blobs, clock, ids }: PhotosParts): Photos {
  const ofJob = async (jobKey: string) => {
    const [row] = await sql<PhotoRow[]>`
      SELECT id, stored_as AS "storedAs", state FROM waybill_photos WHERE job_key = ${jobKey}`
    return row
  }
  return {
    ofJob,
    keep: async (bytes, { jobKey, memberId, platform, conversationId }) => {
      const storedAs = await blobs.put(bytes, { fileName: 'waybill', mime: 'application/octet-stream' })
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      const nowMs = clock.nowMs()
      await sql`
        INSERT INTO waybill_photos (id, job_key, member_id, platform, conversation_id, sha256, stored_as, created_at, expires_at)
        VALUES (${ids.next('ph')}, ${jobKey}, ${memberId}, ${platform}, ${conversationId}, ${sha256}, ${storedAs},
          to_timestamp(${nowMs}::float8 / 1000), to_timestamp(${nowMs}::float8 / 1000) + ${`${keptDays} days`}::interval)
        ON CONFLICT (job_key) DO NOTHING`
      const row = await ofJob(jobKey)
      if (row === undefined) throw new Error('a photo that was kept a moment ago is gone')
      return row
    },
    bytesOf: async (storedAs) => (await blobs.get(storedAs))?.bytes,
    twinOf: async (photoId, phash) => {
      // a month of photos is some ten thousand rows: comparing each costs less than an index for distances would
      const [row] = await sql<
        {
          id: string
          atMs: number
          reading: PhotoReading
          orderId: string | null
          returnId: string | null
        }[]
      >`
        SELECT id, round(extract(epoch FROM created_at) * 1000)::float8 AS "atMs", reading, order_id AS "orderId",
          return_id AS "returnId"
        FROM waybill_photos
        WHERE id <> ${photoId} AND state = 'read' AND phash IS NOT NULL
          AND created_at > to_timestamp(${clock.nowMs()}::float8 / 1000) - ${`${keptDays} days`}::interval
          AND length(replace(((('x' || phash)::bit(64)) # (('x' || ${phash}::text)::bit(64)))::text, '0', '')) <= ${sameWithinBits}
        ORDER BY created_at DESC LIMIT 1`
      if (row === undefined) return undefined
      const { id, atMs, reading, orderId, returnId } = row
      return { id, atMs, reading, ...(orderId !== null && { orderId }), ...(returnId !== null && { returnId }) }
    },
    match: async ({ waybillNo, orderNo }) => matchOf(sql, waybillNo, orderNo),
    settle: async (photoId, read, match) => {
      const nowMs = clock.nowMs()
      const reading = read.outcome === 'read' ? (storableJson(read.reading) as postgres.JSONValue) : null
      const phash = read.outcome === 'read' ? (read.reading.phash ?? null) : null
      const crop =
        read.outcome === 'read' && read.crop !== undefined
          ? await blobs.put(read.crop, { fileName: 'crop.jpg', mime: 'image/jpeg' })
          : null
      await sql`
        UPDATE waybill_photos SET state = ${read.outcome}, reading = ${reading === null ? null : sql.json(reading)},
          phash = ${phash}, crop_stored_as = ${crop}, order_id = ${match?.orderId ?? null},
          return_id = ${match?.kind === 'return' ? match.returnId : null}, read_at = to_timestamp(${nowMs}::float8 / 1000)
        WHERE id = ${photoId}`
    },
    confirm: async (photoId, waybillNo) => {
      const match = await matchOf(sql, waybillNo, null)
      await sql`
        UPDATE waybill_photos SET reading = reading || ${sql.json({ confirmed: waybillNo })},
          order_id = ${match?.orderId ?? null}, return_id = ${match?.kind === 'return' ? match.returnId : null}
        WHERE id = ${photoId} AND state = 'read'`
      return match
    },
    confirmOrder: async (photoId, orderId) => {
      const [row] = await sql<{ orderNo: string; reading: PhotoReading }[]>`
        UPDATE waybill_photos p SET reading = p.reading || jsonb_build_object('confirmedOrder', o.order_no), order_id = o.id
        FROM orders o WHERE o.id = ${orderId} AND p.id = ${photoId} AND p.state = 'read'
        RETURNING o.order_no AS "orderNo", p.reading`
      return row && { match: { kind: 'order', orderId }, ...row }
    },
    labelFor: async (orderId, place) => newestLabel(sql, clock.nowMs(), place, orderId),
    unclaimed: async (place) => newestLabel(sql, clock.nowMs(), place, null),
    storedAs: async (photoId, part) => {
      const [row] = await sql<{ whole: string; crop: string | null }[]>`
        SELECT stored_as AS whole, crop_stored_as AS crop FROM waybill_photos WHERE id = ${photoId}`
      return (part === 'crop' ? row?.crop : row?.whole) ?? undefined
    },
  }
}

/** As long as a talk is remembered. */
const talkMs = 600_000

async function newestLabel(
  sql: PhotosParts['database']['sql'],
  nowMs: number,
  { memberId, platform, conversationId }: PhotoPlace,
  orderId: string | null,
): Promise<LabelPhoto | undefined> {
  const [row] = await sql<{ id: string; number: string | null }[]>`
    SELECT id, coalesce(reading->>'confirmed', CASE WHEN (reading->>'sure')::boolean THEN reading->>'waybillNo' END) AS number
    FROM waybill_photos
    WHERE member_id = ${memberId} AND state = 'read' AND NOT EXISTS (SELECT 1 FROM returns r
        WHERE r.id = return_id AND r.approval IN ('pending', 'approved') AND r.closed_at IS NULL)
      AND created_at > to_timestamp(${nowMs - photoCountsMs}::float8 / 1000)
      AND (order_id = ${orderId} OR (order_id IS NULL AND platform = ${platform} AND conversation_id = ${conversationId}
        AND created_at > to_timestamp(${nowMs - talkMs}::float8 / 1000)))
    ORDER BY order_id IS NULL, created_at DESC LIMIT 1`
  return row && { id: row.id, ...(row.number !== null && { number: row.number }) }
}

async function matchOf(
  sql: PhotosParts['database']['sql'],
  waybillNo: string | null,
  orderNo: string | null,
): Promise<PhotoMatch | undefined> {
  if (waybillNo !== null) {
    const [back] = await sql<{ id: string; orderId: string }[]>`
      SELECT id, order_id AS "orderId" FROM returns WHERE waybill_no = ${waybillNo} ORDER BY applied_at DESC LIMIT 1`
    if (back !== undefined) return { kind: 'return', orderId: back.orderId, returnId: back.id }
    const [out] = await sql<{ orderId: string }[]>`
      SELECT order_id AS "orderId" FROM parcels WHERE waybill_no = ${waybillNo} ORDER BY shipped_at DESC NULLS LAST LIMIT 1`
    if (out !== undefined) return { kind: 'parcel', orderId: out.orderId }
  }
  if (orderNo === null) return undefined
  const orders = await sql<{ id: string }[]>`SELECT id FROM orders WHERE order_no = ${orderNo} LIMIT 2`
  const [order] = orders
  return orders.length === 1 && order !== undefined ? { kind: 'order', orderId: order.id } : undefined
}
