import type { Database } from '../db/client.ts'
import { returnSubject, type Subject } from './clock-subjects.ts'
import type { ClockName } from './rungs.ts'

/** A clock that the proof has started. */
export type ProofRun = { readonly clock: ClockName; readonly subject: Subject; readonly startMs: number }

/** No platform has this name, so no message could leave by it. */
export const proofChannel = 'proof'

const tables = [
  'members',
  'member_roles',
  'member_accounts',
  'orders',
  'parcels',
  'tracking_events',
  'returns',
  'approval_levels',
  'carrier_calls',
  'nudges',
  'outbox',
  'deadlines',
  'escalations',
] as const

const roles = ['cs', 'cs_lead', 'warehouse', 'finance', 'ops', 'director', 'it'] as const
const levelRoles = ['cs_lead', 'warehouse', 'finance'] as const
const returnId = 'PROOF'

/**
 * Empty copies of the desk's own tables, columns, checks and indexes with them, that end with the connection; in them two
 * shadow members a role, a return whose first level opens now, two parcels and an order. Returns the clocks that run.
 */
export async function openProof(sql: Database['sql'], startMs: number): Promise<readonly ProofRun[]> {
  for (const table of tables) await sql.unsafe(`CREATE TEMP TABLE ${table} (LIKE public.${table} INCLUDING ALL)`)
  const at = sql`to_timestamp(${startMs}::float8 / 1000)`
  for (const role of roles) {
    for (const n of [1, 2]) {
      const id = `proof-${role}-${n}`
      await sql`INSERT INTO members (id, name) VALUES (${id}, ${`${role} ${n}`})`
      await sql`INSERT INTO member_roles (member_id, role) VALUES (${id}, ${role})`
      await sql`INSERT INTO member_accounts (platform, user_id, member_id) VALUES (${proofChannel}, ${id}, ${id})`
    }
  }
  const promiseMs = startMs + 3_600_000
  for (const id of ['proof-return', 'proof-moving', 'proof-label', 'proof-promise'])
    await sql`
      INSERT INTO orders (id, channel, shop, order_no, ordered_at, source, source_modified_at, paid_at, pay_method, paid_fen, promise_ship_at)
      VALUES (${id}, 'douyin', 'proof', ${id}, ${at}, 'proof', ${at}, ${at}, 'proof', 100,
        to_timestamp(${id === 'proof-promise' ? promiseMs : null}::float8 / 1000))`
  await sql`INSERT INTO returns (id, order_id, reason, applied_at) VALUES (${returnId}, 'proof-return', 'proof', ${at})`
  for (const [index, role] of levelRoles.entries())
    await sql`INSERT INTO approval_levels (return_id, level, role, holder_id) VALUES (${returnId}, ${index + 1}, ${role}, ${`proof-${role}-1`})`
  await sql`
    INSERT INTO parcels (id, order_id, waybill_no, carrier_code, shipped_at, state, last_event_at)
    VALUES ('moving', 'proof-moving', 'PROOF1', 'YTO', ${at}, 'in_transit', ${at}), ('label', 'proof-label', 'PROOF2', 'YTO', ${at}, 'created', NULL)`
  const first = await openProofLevel(sql, 1, startMs)
  return [
    first,
    { clock: 'return_total', subject: returnSubject(returnId), startMs },
    { clock: 'fine', subject: returnSubject(returnId), startMs },
    { clock: 'stalled', subject: 'parcel:moving', startMs },
    { clock: 'unscanned', subject: 'parcel:label', startMs },
    { clock: 'ship_promise', subject: 'order:proof-promise', startMs: promiseMs },
  ]
}

/** The level before it says yes, this one opens. */
export async function openProofLevel(sql: Database['sql'], level: number, atMs: number): Promise<ProofRun> {
  await sql`UPDATE approval_levels SET state = 'approved' WHERE return_id = ${returnId} AND level < ${level}`
  await sql`
    UPDATE approval_levels SET state = 'pending', started_at = to_timestamp(${atMs}::float8 / 1000)
    WHERE return_id = ${returnId} AND level = ${level}`
  return { clock: `l${level}` as ClockName, subject: returnSubject(returnId), startMs: atMs }
}
