import type { PersonalData } from './personal.ts'
import type { ReturnLineFacts, ReturnLookup, ReturnView, SaleFacts, SaleReturns, SoldLine } from './return-facts.ts'
import type { Sql } from './write.ts'

/** Who reports what is scanned in the warehouse (see seed/hearing.ts and hub/sources.ts). */
const warehouseSource = 'wms.push'

const hourMs = 3_600_000
const wholeLimitMs = 24 * hourMs
const fineLimitMs = 72 * hourMs

/** Returns of an order, or of the order a return number belongs to: one statement each, every step by an index. */
export function returnLookup({ sql }: { readonly sql: Sql }, personal: PersonalData): ReturnLookup {
  const read = async (text: string, value: string): Promise<SaleReturns | undefined> => {
    // Postgres takes no NUL in text, and what was typed may hold one
    const [row] = await sql.unsafe<SaleRow[]>(text, [value.replace(/\p{Cc}/gu, '')], { prepare: true })
    return row === undefined ? undefined : saleReturns(row, personal)
  }
  return {
    ofOrder: async (orderId) => read(ofOrderText, orderId),
    byNo: async (returnNo) => {
      const number = returnNo.trim().toUpperCase()
      const found = await read(byNoText, number)
      const request = found?.returns.find(({ id }) => id === number)
      return found === undefined || request === undefined ? undefined : { sale: found.sale, request }
    },
  }
}

const ms = (column: string) => `round(extract(epoch FROM ${column}) * 1000)::float8`
const list = (object: string, from: string, order: string) =>
  `(SELECT json_strip_nulls(json_agg(json_build_object(${object}) ORDER BY ${order})) FROM ${from})`

const sold = list(
  `'id', l.id, 'sku', l.sku, 'name', l.name, 'spec', l.spec, 'qty', l.qty, 'amountFen', l.amount_fen::text`,
  'order_lines l WHERE l.order_id = o.id',
  'l.position, l.line_key',
)

/** Pieces of the line in returns that were applied for before this one and still count. */
const earlier = `(SELECT coalesce(sum(CASE WHEN x.received_at IS NULL THEN coalesce(y.approved_qty, y.asked_qty) ELSE y.received_qty END), 0)
    FROM returns x JOIN return_lines y ON y.return_id = x.id
    WHERE x.order_id = r.order_id AND y.order_line_id = rl.order_line_id AND x.approval IN ('pending', 'approved')
      AND (x.applied_at, x.id) < (r.applied_at, r.id))`

const returnLines = list(
  `'lineId', rl.order_line_id, 'name', l.name, 'spec', l.spec, 'askedQty', rl.asked_qty, 'approvedQty', rl.approved_qty,
    'receivedQty', rl.received_qty, 'damagedQty', rl.damaged_qty, 'refundedFen', rl.refunded_fen::text, 'earlierQty', ${earlier}`,
  'return_lines rl JOIN order_lines l ON l.id = rl.order_line_id WHERE rl.return_id = r.id',
  'l.position, l.line_key',
)

const levels = list(
  `'level', a.level, 'role', a.role, 'state', a.state, 'holder', h.name, 'startedAtMs', ${ms('a.started_at')},
    'dueAtMs', ${ms('a.due_at')}, 'decidedAtMs', ${ms('a.decided_at')}, 'decidedBy', d.name, 'reason', a.reason`,
  `approval_levels a LEFT JOIN members h ON h.id = a.holder_id LEFT JOIN members d ON d.id = a.decided_by
    WHERE a.return_id = r.id`,
  'a.level',
)

/** The parcel of the return's own waybill, wherever a tracker keeps it. */
const comingBack = `(SELECT json_build_object('atMs', ${ms('e.occurred_at')}, 'state', p.state, 'place', e.place,
      'text', e.description, 'etaAtMs', ${ms('p.eta_at')}, 'trackedAtMs', ${ms('p.tracked_at')})
    FROM parcels p LEFT JOIN LATERAL (SELECT * FROM tracking_events t WHERE t.parcel_id = p.id
      ORDER BY t.occurred_at DESC, t.node_hash DESC LIMIT 1) e ON true
    WHERE p.waybill_no = r.waybill_no ORDER BY p.shipped_at DESC NULLS LAST, p.id LIMIT 1)`

const returns = list(
  `'id', r.id, 'reason', r.reason, 'appliedAtMs', ${ms('r.applied_at')}, 'appliedBy', by.name, 'approval', r.approval,
    'approvedAtMs', ${ms('r.approved_at')}, 'rejectedAtMs', ${ms('r.rejected_at')}, 'waybillNo', r.waybill_no,
    'carrier', r.carrier_code, 'comingBack', ${comingBack}, 'receivedAtMs', ${ms('r.received_at')},
    'inspection', r.inspection, 'refundFen', r.refund_fen::text, 'refundMethod', r.refund_method,
    'releasedAtMs', ${ms('r.refund_released_at')}, 'refundedAtMs', ${ms('r.refunded_at')},
    'closedAtMs', ${ms('r.closed_at')}, 'lines', ${returnLines}, 'levels', ${levels},
    'notes', (SELECT count(*) FROM notes n WHERE n.owner_kind = 'return' AND n.owner_id = r.id)`,
  'returns r LEFT JOIN members by ON by.id = r.applied_by WHERE r.order_id = o.id',
  'r.applied_at DESC, r.id DESC',
)

const statement = (order: string) => `SELECT o.id AS "orderId", o.channel, o.order_no AS "orderNo",
    o.consignee_name AS "consigneeName", o.phone_enc AS "phoneEnc", o.address_enc AS "addressEnc",
    ${ms('o.paid_at')} AS "paidAtMs", o.pay_method AS "payMethod", o.total_fen AS "totalFen",
    o.discount_fen AS "discountFen", o.freight_fen AS "freightFen", o.paid_fen AS "paidFen",
    ${ms('o.signed_at')} AS "signedAtMs", ${ms('o.cancelled_at')} AS "cancelledAtMs", o.refund_fen AS "refundFen",
    ${ms('o.refunded_at')} AS "refundedAtMs", ${ms('w.heard_at')} AS "warehouseHeardAtMs",
    w.stale_after_minutes AS "warehouseStaleMinutes", ${sold} AS lines, ${returns} AS returns
  FROM orders o LEFT JOIN sources w ON w.name = '${warehouseSource}' WHERE o.id = ${order}`

const ofOrderText = statement('$1::text')
const byNoText = statement('(SELECT x.order_id FROM returns x WHERE x.id = $1::text)')

/** Not read but made of what was read. */
type Made = 'lines' | 'levels' | 'wholeDueAtMs' | 'fineAtMs'
type Fen = 'amountFen' | 'refundedFen' | 'refundFen'
/** As JSON carries it: fen are text, for a double would round them. */
type Told<T> = { readonly [K in keyof T]: K extends Fen ? string : T[K] }
type ReturnJson = Omit<Told<ReturnView>, Made> & {
  readonly lines?: readonly Told<ReturnLineFacts>[]
  readonly levels?: ReturnView['levels']
}
type SaleColumns = Omit<SaleFacts, 'phone' | 'address' | 'lines' | 'warehouse'>
type SaleRow = { readonly [K in keyof Required<SaleColumns>]: Required<SaleColumns>[K] | null } & {
  readonly phoneEnc: Buffer | null
  readonly addressEnc: Buffer | null
  readonly warehouseHeardAtMs: number | null
  readonly warehouseStaleMinutes: number | null
  readonly lines: readonly Told<SoldLine>[] | null
  readonly returns: readonly ReturnJson[] | null
}

function saleReturns(row: SaleRow, personal: PersonalData): SaleReturns {
  const { phoneEnc, addressEnc, warehouseHeardAtMs, warehouseStaleMinutes, lines, returns: told, ...columns } = row
  const known = Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== null))
  const sale = {
    ...(known as unknown as SaleColumns),
    ...(phoneEnc && { phone: personal.open(phoneEnc, 'phone') }),
    ...(addressEnc && { address: personal.open(addressEnc, 'address') }),
    lines: (lines ?? []).map((line) => inFen<SoldLine>(line)),
    ...(warehouseStaleMinutes !== null && {
      warehouse: {
        name: warehouseSource,
        staleAfterMs: warehouseStaleMinutes * 60_000,
        ...(warehouseHeardAtMs !== null && { heardAtMs: warehouseHeardAtMs }),
      },
    }),
  }
  return { sale, returns: (told ?? []).map(returnView) }
}

function returnView({ lines, levels: steps, ...told }: ReturnJson): ReturnView {
  return {
    ...inFen<Omit<ReturnView, Made>>(told),
    wholeDueAtMs: told.appliedAtMs + wholeLimitMs,
    fineAtMs: told.appliedAtMs + fineLimitMs,
    lines: (lines ?? []).map((line) => inFen<ReturnLineFacts>(line)),
    levels: steps ?? [],
  }
}

const fenNames: ReadonlySet<string> = new Set<Fen>(['amountFen', 'refundedFen', 'refundFen'])

/** Fen written out become fen again. */
function inFen<T extends object>(told: Told<T>): T {
  const entries = Object.entries(told).map(([name, value]) => [
    name,
    fenNames.has(name) ? BigInt(String(value)) : value,
  ])
  return Object.fromEntries(entries) as T
}
