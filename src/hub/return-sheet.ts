import type { LevelFacts } from './level-facts.ts'
import type { CarrierCode, Channel } from './order-facts.ts'
import type { ApprovalRole, ApprovalState, Sql } from './write.ts'

/** One level as its card shows it. Members by name; ids beside them where a button or a word depends on who looks. */
export type SheetLevel = {
  readonly level: number
  readonly role: ApprovalRole
  readonly state: 'waiting' | 'pending' | 'approved' | 'rejected'
  readonly holderId?: string
  readonly holder?: string
  readonly startedAtMs?: number
  readonly dueAtMs?: number
  readonly decidedAtMs?: number
  readonly decidedById?: string
  readonly decidedBy?: string
  /** In whose place it was decided. */
  readonly deputyFor?: string
  /** By rule, not by a person. */
  readonly auto?: boolean
  readonly reason?: string
  readonly claimedBy?: string
  readonly claimedAtMs?: number
  readonly materialAskedAtMs?: number
  readonly materialAskedBy?: string
  readonly materialReason?: string
  /** People whose word is needed besides. */
  readonly signers?: readonly { readonly id: string; readonly name: string; readonly decision?: 'approve' | 'reject' }[]
  /** What was checked when it opened, or at the last tap that found it changed. */
  readonly facts?: LevelFacts
  readonly decidedFacts?: LevelFacts
}

export type SheetLine = { readonly name: string; readonly qty: number; readonly sku?: string }

/** Everything a card about the approval of one return shows. Money is fen, times are epoch ms, what is not known is absent. */
export type ReturnSheet = {
  readonly id: string
  readonly orderId: string
  readonly channel: Channel
  readonly orderNo: string
  /** Grows with every change of the return, its levels, lines or notes. */
  readonly version: number
  readonly approval: ApprovalState
  readonly reason: string
  readonly appliedAtMs: number
  readonly appliedById?: string
  readonly appliedBy?: string
  readonly consigneeName?: string
  readonly customerLevel?: string
  /** Other returns of this customer in the 90 days before. */
  readonly past?: number
  readonly lines: readonly SheetLine[]
  readonly refundFen?: bigint
  readonly paidFen?: bigint
  /** Taken off the whole order, of which these goods bore their share. */
  readonly listFen?: bigint
  readonly payMethod?: string
  readonly waybillNo?: string
  readonly carrier?: CarrierCode
  /** The reader was sure of the number on the photo. */
  readonly sureLabel: boolean
  readonly pictures: number
  /** Where the parcel that comes back is, in the tracker's words: created, collected, in_transit … */
  readonly parcel?: string
  readonly releasedAtMs?: number
  readonly levels: readonly SheetLevel[]
}

type Fen = 'refundFen' | 'paidFen' | 'listFen'
type Row = { readonly [K in keyof Required<Omit<ReturnSheet, Fen>>]: Required<ReturnSheet>[K] | null } & {
  readonly [K in Fen]: string | null
}

const historyDays = 90

/** One statement by keys; undefined for a return that is not there. Inside a transaction it sees that transaction's changes. */
export async function returnSheet(sql: Sql, returnId: string): Promise<ReturnSheet | undefined> {
  const ms = (column: string) => sql.unsafe(`round(extract(epoch FROM ${column}) * 1000)::float8`)
  const [row] = await sql<Row[]>`
    SELECT r.id, r.order_id AS "orderId", o.channel, o.order_no AS "orderNo", r.version, r.approval, r.reason,
      ${ms('r.applied_at')} AS "appliedAtMs", r.applied_by AS "appliedById", by.name AS "appliedBy",
      o.consignee_name AS "consigneeName", c.level AS "customerLevel",
      CASE WHEN o.customer_id IS NULL THEN NULL ELSE (
        SELECT count(*)::int FROM orders p JOIN returns x ON x.order_id = p.id
        WHERE p.customer_id = o.customer_id AND x.id <> r.id AND x.approval <> 'withdrawn'
          AND x.applied_at < r.applied_at AND x.applied_at > r.applied_at - ${`${historyDays} days`}::interval) END AS past,
      coalesce((SELECT json_agg(json_strip_nulls(json_build_object('name', l.name, 'sku', l.sku,
          'qty', coalesce(y.approved_qty, y.asked_qty))) ORDER BY l.position, l.line_key)
        FROM return_lines y JOIN order_lines l ON l.id = y.order_line_id WHERE y.return_id = r.id), '[]'::json) AS lines,
      r.refund_fen::text AS "refundFen", o.paid_fen::text AS "paidFen",
      (SELECT sum(l.amount_fen * coalesce(y.approved_qty, y.asked_qty) / greatest(l.qty, 1))::bigint::text
        FROM return_lines y JOIN order_lines l ON l.id = y.order_line_id WHERE y.return_id = r.id) AS "listFen",
      coalesce(r.refund_method, o.pay_method) AS "payMethod", r.waybill_no AS "waybillNo", r.carrier_code AS carrier,
      EXISTS (SELECT 1 FROM waybill_photos w WHERE w.return_id = r.id AND (w.reading->>'sure')::boolean
        AND w.reading->>'waybillNo' = r.waybill_no) AS "sureLabel",
      (SELECT count(*) FROM waybill_photos w WHERE w.return_id = r.id)::int
        + (SELECT count(*) FROM notes n JOIN attachments f ON f.owner_kind = 'note' AND f.owner_id = n.id
           WHERE n.owner_kind = 'return' AND n.owner_id = r.id)::int AS pictures,
      (SELECT p.state FROM parcels p WHERE p.waybill_no = r.waybill_no ORDER BY p.shipped_at DESC NULLS LAST, p.id LIMIT 1) AS parcel,
      ${ms('r.refund_released_at')} AS "releasedAtMs",
      coalesce((SELECT json_agg(json_strip_nulls(json_build_object('level', a.level, 'role', a.role, 'state', a.state,
          'holderId', a.holder_id, 'holder', h.name, 'startedAtMs', ${ms('a.started_at')}, 'dueAtMs', ${ms('a.due_at')},
          'decidedAtMs', ${ms('a.decided_at')}, 'decidedById', a.decided_by, 'decidedBy', d.name, 'deputyFor', f.name,
          'auto', nullif(a.auto, false), 'reason', a.reason, 'claimedBy', k.name, 'claimedAtMs', ${ms('a.claimed_at')},
          'materialAskedAtMs', ${ms('a.material_asked_at')}, 'materialAskedBy', q.name, 'materialReason', a.material_reason,
          'facts', a.facts, 'decidedFacts', a.decided_facts, 'signers', (SELECT json_agg(json_strip_nulls(json_build_object(
            'id', s.member_id, 'name', m.name, 'decision', s.decision)) ORDER BY s.added_at, s.member_id)
            FROM level_signers s JOIN members m ON m.id = s.member_id WHERE s.return_id = r.id AND s.level = a.level)))
          ORDER BY a.level)
        FROM approval_levels a LEFT JOIN members h ON h.id = a.holder_id LEFT JOIN members d ON d.id = a.decided_by
          LEFT JOIN members f ON f.id = a.deputy_for LEFT JOIN members k ON k.id = a.claimed_by
          LEFT JOIN members q ON q.id = a.material_asked_by
        WHERE a.return_id = r.id), '[]'::json) AS levels
    FROM returns r JOIN orders o ON o.id = r.order_id LEFT JOIN members by ON by.id = r.applied_by
      LEFT JOIN customers c ON c.id = o.customer_id
    WHERE r.id = ${returnId}`
  return row && sheetOf(row)
}

function sheetOf({ refundFen, paidFen, listFen, ...row }: Row): ReturnSheet {
  const known = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))
  return {
    ...(known as unknown as Omit<ReturnSheet, Fen>),
    ...(refundFen !== null && { refundFen: BigInt(refundFen) }),
    ...(paidFen !== null && { paidFen: BigInt(paidFen) }),
    ...(listFen !== null && { listFen: BigInt(listFen) }),
  }
}
