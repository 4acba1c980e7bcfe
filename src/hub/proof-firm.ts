import type { Database } from '../db/client.ts'
import { armAssigned } from './assigned-clock.ts'
import { returnSubject, type Subject } from './clock-subjects.ts'
import type { ClockName } from './rungs.ts'

/** A clock that the proof has started. */
export type ProofRun = {
  readonly clock: ClockName
  readonly subject: Subject
  readonly startMs: number
  /** The limit the flow gives it, where it gives one. */
  readonly dueMs?: number
}

/** When a level that opens at `startMs` has to be decided; undefined: by the rules of its clock. */
export type LevelDue = (level: number, startMs: number) => Promise<number | undefined>

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
  'notices',
  'commands',
  'snoozes',
  'nudges',
  'outbox',
  'deadlines',
  'escalations',
] as const

const roles = ['cs', 'cs_lead', 'warehouse', 'finance', 'ops', 'director', 'it'] as const
const levelRoles = ['cs_lead', 'warehouse', 'finance'] as const
const returnId = 'PROOF'
/** A second return, for what is handed to somebody. */
const assignedId = 'PROOF2'

/**
 * Empty copies of the desk's own tables, columns, checks and indexes with them, that end with the connection; in them two
 * shadow members a role, a return whose first level opens now, one that is handed to somebody, two parcels, three orders and a
 * command. Returns the clocks that run.
 */
export async function openProof(sql: Database['sql'], startMs: number, dueOf: LevelDue): Promise<readonly ProofRun[]> {
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
  for (const id of [
    'proof-return',
    'proof-moving',
    'proof-label',
    'proof-promise',
    'proof-sms',
    'proof-held',
    'proof-bare',
    'proof-given',
  ])
    await sql`
      INSERT INTO orders (id, channel, shop, order_no, ordered_at, source, source_modified_at, paid_at, pay_method, paid_fen, promise_ship_at,
        quarantined_at, quarantine_reason, source_stage)
      VALUES (${id}, ${id === 'proof-sms' ? 'douyin' : 'jd'}, 'proof', ${id}, ${at}, 'proof', ${at}, ${at}, 'proof', 100,
        to_timestamp(${id === 'proof-promise' ? promiseMs : null}::float8 / 1000),
        to_timestamp(${id === 'proof-held' ? startMs : null}::float8 / 1000), ${id === 'proof-held' ? 'proof' : null},
        ${id === 'proof-bare' ? 'shipped' : null})`
  for (const [id, orderId] of [
    [returnId, 'proof-return'],
    [assignedId, 'proof-given'],
  ] as const) {
    await sql`INSERT INTO returns (id, order_id, reason, applied_at) VALUES (${id}, ${orderId}, 'proof', ${at})`
    for (const [index, role] of levelRoles.entries())
      await sql`INSERT INTO approval_levels (return_id, level, role, holder_id) VALUES (${id}, ${index + 1}, ${role}, ${`proof-${role}-1`})`
  }
  // a hub that was never told of a message misses none
  await sql`INSERT INTO notices (id, order_id, kind, channel, state, source, created_at) VALUES ('proof', 'proof-return', 'ship', 'sms', 'queued', 'proof', ${at})`
  await sql`INSERT INTO commands (key, name, subject, state, target, made_at) VALUES ('proof', 'wms.pick', 'order:proof-return', 'sent', 'proof', ${at})`
  await sql`
    INSERT INTO parcels (id, order_id, waybill_no, carrier_code, shipped_at, state, last_event_at)
    VALUES ('moving', 'proof-moving', 'PROOF1', 'YTO', ${at}, 'in_transit', ${at}), ('label', 'proof-label', 'PROOF2', 'YTO', ${at}, 'created', NULL)`
  const first = await openProofLevel(sql, 1, startMs, dueOf)
  await assign(sql, startMs)
  return [
    first,
    { clock: 'return_total', subject: returnSubject(returnId), startMs },
    { clock: 'fine', subject: returnSubject(returnId), startMs },
    { clock: 'stalled', subject: 'parcel:moving', startMs },
    { clock: 'unscanned', subject: 'parcel:label', startMs },
    { clock: 'ship_promise', subject: 'order:proof-promise', startMs: promiseMs },
    { clock: 'first_sms', subject: 'order:proof-sms', startMs },
    { clock: 'no_carrier', subject: 'order:proof-held', startMs },
    { clock: 'no_waybill', subject: 'order:proof-bare', startMs },
    { clock: 'command', subject: 'command:proof', startMs },
    { clock: 'assigned', subject: returnSubject(assignedId), startMs },
  ]
}

/** The last level of the second return is handed to its holder by a director. */
async function assign(sql: Database['sql'], atMs: number): Promise<void> {
  const [level, memberId] = [3, 'proof-finance-1']
  await sql`
    UPDATE approval_levels SET state = CASE WHEN level = ${level} THEN 'pending' ELSE 'approved' END,
      started_at = to_timestamp(${atMs}::float8 / 1000) WHERE return_id = ${assignedId}`
  await armAssigned(sql, { returnId: assignedId, level, memberId, byMemberId: 'proof-director-1', nowMs: atMs })
}

/** The level before it says yes, this one opens. */
export async function openProofLevel(
  sql: Database['sql'],
  level: number,
  atMs: number,
  dueOf: LevelDue,
): Promise<ProofRun> {
  const dueMs = await dueOf(level, atMs)
  await sql`UPDATE approval_levels SET state = 'approved' WHERE return_id = ${returnId} AND level < ${level}`
  await sql`
    UPDATE approval_levels SET state = 'pending', started_at = to_timestamp(${atMs}::float8 / 1000),
      due_at = to_timestamp(${dueMs ?? null}::float8 / 1000)
    WHERE return_id = ${returnId} AND level = ${level}`
  const run = { clock: `l${level}` as ClockName, subject: returnSubject(returnId), startMs: atMs }
  return dueMs === undefined ? run : { ...run, dueMs }
}
