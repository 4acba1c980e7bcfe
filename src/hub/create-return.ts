import { createHash } from 'node:crypto'
import type { ApproveParts } from './approve-level.ts'
import { passByRule } from './auto-approve.ts'
import { lockOrder } from './cancel-order.ts'
import { levelsFor, liveFlow } from './flow-rules.ts'
import { beijingDay } from './hub-no.ts'
import { openNextLevel } from './open-level.ts'
import type { CarrierCode, Channel, Stage } from './order-facts.ts'
import type { PhotoReading } from './photo-reading.ts'
import { maskedQuestion } from './query-log.ts'
import { refundOf, type SoldPieces, saleOf } from './return-sums.ts'
import { stageSql } from './stage-sql.ts'
import { carrierOf } from './waybill-no.ts'
import { type Applied, type By, expectOne, type Look, type PlanOf, type Sql, type WishOf } from './write.ts'

const hourMs = 3_600_000
/** A photo older than this is asked for again. */
export const photoCountsMs = 24 * hourMs
/** What has left the warehouse, also while another return of it is under way. */
const returnable: readonly Stage[] = ['part_shipped', 'shipped', 'signed', 'returning']
/** What all lines together are called in a wish. */
export const allLines = 'all'

type Wish = WishOf<'return.create'>
type Refused = Extract<Look, { outcome: 'refused' }>

/**
 * Whether a return can be applied for, or the one piece that is missing: photo, number, goods, reason. With `lock` the order,
 * the photo and the label's number are held until the transaction ends, in this order everywhere.
 */
export async function lookCreate(tx: Sql, wish: Wish, by: By, lock: boolean): Promise<Look> {
  if (lock) await lockOrder(tx, wish.orderId)
  const [order] = await tx.unsafe<{ stage: Stage }[]>(
    `SELECT ${stageSql} AS stage FROM orders o WHERE o.id = $1::text`,
    [wish.orderId],
    { prepare: true },
  )
  if (order === undefined) return refused({ code: 'gone' })
  if (!returnable.includes(order.stage)) return refused({ code: 'stage', stage: order.stage })
  const sale = await saleOf(tx, wish.orderId)
  const left = sale.lines.flatMap((line) => (line.qty > line.taken ? [{ ...line, left: line.qty - line.taken }] : []))
  if (left.length === 0) return refused({ code: 'all-returned', returnId: await newestReturn(tx, wish.orderId) })
  const photo = await labelOf(tx, wish, by, lock)
  if (photo.outcome !== 'label') return photo
  const standing = await labelInUse(tx, wish.orderId, photo.waybillNo, lock)
  if (standing !== undefined) return standing
  const chosen = chosenLines(left, wish)
  if ('outcome' in chosen) return chosen
  const lines = chosen.map(({ id, name, qty }) => ({ lineId: id, name, qty }))
  const goods = lines.map(({ name, qty }) => ({ name, qty }))
  if (wish.reason === undefined) return { outcome: 'asks', missing: 'reason', offers: [], goods }
  const refundFen = refundOf(sale, lines)
  const { waybillNo, carrier, sure } = photo
  const { rules } = await liveFlow(tx)
  const [first] = levelsFor(rules, refundFen, await customerLevelOf(tx, wish.orderId))
  if (first === undefined) throw new TypeError('a flow without levels')
  const facts = {
    first: { role: first.role, limitMs: first.limitMinutes * 60_000 },
    lines,
    ...(refundFen !== undefined && { refundFen: String(refundFen) }),
    waybillNo,
    ...(carrier !== undefined && { carrier }),
    sure,
  }
  return { outcome: 'ready', plan: { kind: 'return.create', wish, facts } }
}

const refused = (why: Refused['why']): Refused => ({ outcome: 'refused', why })

type Left = SoldPieces & { readonly left: number }

/** The pieces that come back; one line with anything left needs no question. */
function chosenLines(
  left: readonly Left[],
  wish: Wish,
): readonly (Pick<Left, 'id' | 'name'> & { qty: number })[] | Look {
  const [only] = left
  if (wish.line === allLines && left.length > 1) return left.map((line) => ({ ...line, qty: line.left }))
  const named = left.find(({ id }) => id === wish.line)
  // goods that were named and are all gone are not replaced by others
  const open = wish.line === undefined || wish.line === allLines
  const line = named ?? (open && left.length === 1 ? only : undefined)
  if (line === undefined) return { outcome: 'asks', missing: 'line', offers: lineOffers(left) }
  const qty = wish.qty ?? line.left
  if (qty < 1 || qty > line.left) return refused({ code: 'too-many', asked: qty, left: line.left })
  return [{ ...line, qty }]
}

const mostOffered = 5

function lineOffers(left: readonly Left[]) {
  const lines = left.slice(0, mostOffered).map(({ id, name, left: qty }) => ({ value: id, shown: `${name}×${qty}` }))
  return [...lines, { value: allLines }]
}

type Label =
  | { readonly outcome: 'label'; readonly waybillNo: string; readonly carrier?: CarrierCode; readonly sure: boolean }
  | Look

/** The number on the photo that stands for this return. What a person has said about it counts before what was read. */
async function labelOf(tx: Sql, wish: Wish, by: By, lock: boolean): Promise<Label> {
  if (wish.photo === undefined) return { outcome: 'asks', missing: 'photo', offers: [] }
  if (lock) await tx`SELECT 1 FROM waybill_photos WHERE id = ${wish.photo} FOR UPDATE`
  const [row] = await tx<{ reading: (PhotoReading & { confirmed?: string }) | null; returnId: string | null }[]>`
    SELECT reading, return_id AS "returnId" FROM waybill_photos
    WHERE id = ${wish.photo} AND member_id = ${by.memberId} AND state = 'read'
      AND created_at > to_timestamp(${by.nowMs - photoCountsMs}::float8 / 1000)`
  if (row === undefined) return { outcome: 'asks', missing: 'photo', offers: [] }
  if (row.returnId !== null && (await isOpen(tx, row.returnId)))
    return refused({ code: 'return-stands', returnId: row.returnId })
  const { reading } = row
  const said = wish.waybillNo ?? reading?.confirmed
  const waybillNo = said ?? (reading?.sure === true ? reading.waybillNo : null)
  if (waybillNo === null || waybillNo === undefined) {
    const seen = reading?.waybillNo ?? null
    return { outcome: 'asks', missing: 'waybillNo', offers: seen === null ? [] : [{ value: seen, shown: seen }] }
  }
  const guess = carrierOf(waybillNo)
  const carrier = reading?.carrier ?? (guess?.certainty === 'ambiguous' ? undefined : guess?.carriers[0])
  const sure = reading?.sure === true && reading.waybillNo === waybillNo
  return { outcome: 'label', waybillNo, ...(carrier !== undefined && { carrier }), sure }
}

async function isOpen(tx: Sql, returnId: string): Promise<boolean> {
  const rows = await tx`
    SELECT 1 FROM returns WHERE id = ${returnId} AND approval IN ('pending', 'approved') AND closed_at IS NULL`
  return rows.length > 0
}

/** One label comes back with one return; and no label of somebody else's order does. */
async function labelInUse(tx: Sql, orderId: string, waybillNo: string, lock: boolean): Promise<Refused | undefined> {
  // two people may start with the same number on two orders: the row that would clash does not exist yet
  if (lock) await tx`SELECT pg_advisory_xact_lock(hashtextextended(${`return label ${waybillNo}`}, 0))`
  const [open] = await tx<{ id: string }[]>`
    SELECT id FROM returns WHERE waybill_no = ${waybillNo} AND approval IN ('pending', 'approved') AND closed_at IS NULL
    ORDER BY applied_at DESC LIMIT 1`
  if (open !== undefined) return refused({ code: 'return-stands', returnId: open.id })
  const parcels = await tx<{ orderId: string; channel: Channel; orderNo: string }[]>`
    SELECT p.order_id AS "orderId", o.channel, o.order_no AS "orderNo" FROM parcels p JOIN orders o ON o.id = p.order_id
    WHERE p.waybill_no = ${waybillNo}`
  const [other] = parcels
  if (other === undefined || parcels.some((parcel) => parcel.orderId === orderId)) return undefined
  return refused({ code: 'number-taken', channel: other.channel, orderNo: other.orderNo })
}

async function newestReturn(tx: Sql, orderId: string): Promise<string> {
  const [row] = await tx<{ id: string }[]>`
    SELECT id FROM returns WHERE order_id = ${orderId} AND approval IN ('pending', 'approved')
    ORDER BY applied_at DESC, id DESC LIMIT 1`
  return row?.id ?? ''
}

/** Return, lines, the levels of the live flow of which the first is open, and the photo that proves it: one transaction of the caller. */
export async function createReturn(
  tx: Sql,
  { wish, facts }: PlanOf<'return.create'>,
  by: By,
  parts: ApproveParts = {},
): Promise<Applied> {
  const { orderId, photo = '' } = wish
  const flow = await liveFlow(tx)
  const id = await insertReturn(tx, { wish, facts }, by, flow.version)
  for (const { lineId, qty } of facts.lines)
    await tx`INSERT INTO return_lines (return_id, order_line_id, asked_qty) VALUES (${id}, ${lineId}, ${qty})`
  const refundFen = facts.refundFen === undefined ? undefined : BigInt(facts.refundFen)
  for (const { level, role } of levelsFor(flow.rules, refundFen, await customerLevelOf(tx, orderId)))
    await tx`INSERT INTO approval_levels (return_id, level, role, state) VALUES (${id}, ${level}, ${role}, 'waiting')`
  const linked = await tx`
    UPDATE waybill_photos SET return_id = ${id}, order_id = ${orderId} WHERE id = ${photo} AND member_id = ${by.memberId}`
  expectOne(linked, 'giving a photo to its return')
  const next = await openNextLevel(tx, id, by.nowMs)
  const auto =
    next !== undefined && facts.sure && (await passByRule(tx, { returnId: id, rules: flow.rules }, by.nowMs, parts))
  const pieces = facts.lines.map(({ lineId, qty }) => ({ lineId, qty }))
  const detail = {
    flow: flow.version,
    auto,
    return: id,
    lines: pieces,
    refundFen: facts.refundFen ?? null,
    waybillNo: facts.waybillNo,
    photo,
  }
  return {
    done: {
      id,
      ...(next !== undefined && !auto && { next: next.role, nextLevel: next.level, dueAtMs: next.dueAtMs }),
      ...(auto && { auto }),
      ...(await customerOf(tx, orderId, id, by.nowMs)),
    },
    audit: { action: 'return.create', detail },
    // their cards come from the copies room; the applicant sees whose they are
    tells: next === undefined || auto ? [] : [next.role],
  }
}

/** Ten thousand numbers a day; with half of them given the chance to miss this often is 2^-32. */
const numberAttempts = 32
const reasonChars = 60

/** TH + the Beijing day (yymmdd) + four digits. */
async function insertReturn(
  tx: Sql,
  { wish, facts }: Pick<PlanOf<'return.create'>, 'wish' | 'facts'>,
  { memberId, nowMs }: By,
  flowVersion: number,
): Promise<string> {
  const reason = maskedQuestion([...(wish.reason ?? '')].slice(0, reasonChars).join(''))
  for (let attempt = 0; attempt < numberAttempts; attempt++) {
    const digest = createHash('sha256').update(`${wish.orderId}\n${wish.photo}\n${nowMs}\n${attempt}`).digest()
    const id = `TH${beijingDay(nowMs)}${String(digest.readUInt32BE(0) % 10_000).padStart(4, '0')}`
    const rows = await tx`
      INSERT INTO returns (id, order_id, reason, applied_at, applied_by, waybill_no, carrier_code, refund_fen, flow_version)
      VALUES (${id}, ${wish.orderId}, ${reason}, to_timestamp(${nowMs}::float8 / 1000), ${memberId}, ${facts.waybillNo},
        ${facts.carrier ?? null}, ${facts.refundFen ?? null}::text::bigint, ${flowVersion})
      ON CONFLICT (id) DO NOTHING`
    if (rows.count === 1) return id
  }
  throw new RangeError('no number is free for a return of this day')
}

/** V1 to V5 of the person who bought; undefined where nobody is known. */
async function customerLevelOf(tx: Sql, orderId: string): Promise<string | undefined> {
  const [row] = await tx<{ level: string }[]>`
    SELECT p.level FROM orders o JOIN customers c ON c.id = o.customer_id JOIN customers p ON p.id = coalesce(c.merged_into, c.id)
    WHERE o.id = ${orderId}`
  return row?.level
}

const historyDays = 90

/** Who applies, as the first level wants to know: level, and how often in the 90 days before. */
async function customerOf(tx: Sql, orderId: string, returnId: string, nowMs: number) {
  const [row] = await tx<{ level: string | null; past: number | null }[]>`
    SELECT c.level, CASE WHEN o.customer_id IS NULL THEN NULL ELSE (
      SELECT count(*)::int FROM orders p JOIN returns r ON r.order_id = p.id
      WHERE p.customer_id = o.customer_id AND r.id <> ${returnId} AND r.approval <> 'withdrawn'
        AND r.applied_at > to_timestamp(${nowMs}::float8 / 1000) - ${`${historyDays} days`}::interval) END AS past
    FROM orders o LEFT JOIN customers c ON c.id = o.customer_id WHERE o.id = ${orderId}`
  if (row === undefined) return {}
  return { ...(row.level !== null && { level: row.level }), ...(row.past !== null && { past: row.past }) }
}
