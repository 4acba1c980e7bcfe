import type postgres from 'postgres'
import type { Database } from '../db/client.ts'
import { faultPoint } from '../runtime/fault.ts'
import { errorFields, type Log } from '../runtime/log.ts'
import { callBySilence } from './carrier-calls.ts'
import { idOf, type Running, running, type Subject } from './clock-subjects.ts'
import { type DeskTime, deskNow } from './deadlines.ts'
import { type ClockName, type ClockRules, planForm, type RungPlan } from './rungs.ts'
import { phoneChannel } from './sms.ts'
import type { Sql } from './write.ts'

export type FireParts = {
  readonly database: Pick<Database, 'sql'>
  readonly time: DeskTime
  readonly rules: () => Promise<ClockRules>
  readonly log: Log
  /** Platforms by which people can be told: who has no account there is told nothing. */
  readonly channels: readonly string[]
  /** Stands with what this process fired. */
  readonly process: string
}

type Claimed = {
  readonly id: bigint
  readonly subject: Subject
  readonly clock: ClockName
  readonly rung: number
  readonly basisMs: number
  readonly dueMs: number
  readonly plan: unknown
}

type Transaction = postgres.TransactionSql<{ bigint: bigint }>

const atOnce = 250
const hourMs = 3_600_000
/** A deadline that cannot be fired is left alone for so long, so that the others go on. */
const holdMs = 60_000

/**
 * Fires what is due by the desk's time: each rung once, in the transaction that writes into the ledger who has to hear of it,
 * however many processes look. A rung whose clock no longer runs is void instead. Returns how many fired.
 */
export async function fireDue(parts: FireParts): Promise<number> {
  let fired = 0
  for (;;) {
    const batch = await fireBatch(parts, atOnce).catch((error: unknown) => {
      parts.log('warn', 'deadlines are fired one by one, together they failed', errorFields(error))
      return fireOne(parts)
    })
    fired += batch.fired
    if (batch.claimed === 0) return fired
  }
}

type Batch = { readonly claimed: number; readonly fired: number }

/** The first that is due, alone; what fails is set aside. */
async function fireOne(parts: FireParts): Promise<Batch> {
  const ids: bigint[] = []
  try {
    return await fireBatch(parts, 1, (id) => ids.push(id))
  } catch (error) {
    const [id] = ids
    if (id === undefined) throw error
    await parts.database.sql`
      UPDATE deadlines SET held_until = now() + ${holdMs}::float8 * interval '1 ms' WHERE id = ${id} AND state = 'open'`
    parts.log('error', 'a deadline cannot be fired and is set aside', { deadline: String(id), ...errorFields(error) })
    return { claimed: 1, fired: 0 }
  }
}

async function fireBatch(parts: FireParts, limit: number, seen: (id: bigint) => void = () => {}): Promise<Batch> {
  const rules = await parts.rules()
  return parts.database.sql.begin(async (tx) => {
    const nowMs = await deskNow(tx, parts.time)
    const claimed = await claimDue(tx, nowMs, limit)
    for (const { id } of claimed) seen(id)
    if (claimed.length === 0) return { claimed: 0, fired: 0 }
    faultPoint('timer.claimed')
    const staff = await staffOf(tx, parts.channels)
    const over: bigint[] = []
    const firing: Firing[] = []
    for (const [clock, own] of byClock(claimed)) {
      const runs = await running(
        tx,
        clock,
        own.map(({ subject }) => subject),
      )
      for (const row of own) {
        const run = runs.get(row.subject)
        // decided, scanned or shipped meanwhile, or started anew
        if (run === undefined || run.basisMs !== row.basisMs) over.push(row.id)
        else firing.push({ row, run, plan: planForm.parse(row.plan) })
      }
    }
    await writeLedger(tx, firing, { staff, rules, nowMs })
    await settle(tx, over, firing, nowMs, parts.process)
    for (const { row, plan } of firing) if (plan.act === 'carrier-call') await callOnce(parts, tx, row, nowMs)
    return { claimed: claimed.length, fired: firing.length }
  })
}

/** Due and open, the first due first; locked until the end of the transaction and passed over by every other process. */
export async function claimDue(tx: Sql, nowMs: number, limit: number): Promise<readonly Claimed[]> {
  return tx<Claimed[]>`
    SELECT id, subject, clock, rung::int AS rung, round(extract(epoch FROM basis_at) * 1000)::float8 AS "basisMs",
      round(extract(epoch FROM due_at) * 1000)::float8 AS "dueMs", plan
    FROM deadlines
    WHERE state = 'open' AND due_at <= to_timestamp(${nowMs}::float8 / 1000) AND (held_until IS NULL OR held_until <= now())
    ORDER BY due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED`
}

function byClock(claimed: readonly Claimed[]): ReadonlyMap<ClockName, readonly Claimed[]> {
  const groups = new Map<ClockName, Claimed[]>()
  for (const row of claimed) groups.set(row.clock, [...(groups.get(row.clock) ?? []), row])
  return groups
}

type Person = { readonly id: string; readonly roles: readonly string[] }

async function staffOf(tx: Sql, channels: readonly string[]): Promise<readonly Person[]> {
  return tx<Person[]>`
    SELECT m.id, ARRAY(SELECT r.role FROM member_roles r WHERE r.member_id = m.id) AS roles FROM members m
    WHERE m.active AND (m.phone_enc IS NOT NULL AND ${channels.includes(phoneChannel)}::boolean OR EXISTS (
      SELECT 1 FROM member_accounts a WHERE a.member_id = m.id AND a.platform = ANY(${[...channels]}::text[])))
    ORDER BY m.id`
}

/** Who has to hear of it. A holder who is away or cannot be reached does not keep the rest of the role from hearing. */
export function whoHears(
  { tell }: Pick<RungPlan, 'tell'>,
  { role, holderId }: Pick<Running, 'role' | 'holderId'>,
  staff: readonly Person[],
): readonly string[] {
  const ofRoles = (roles: readonly string[]) =>
    staff.filter((person) => person.roles.some((own) => roles.includes(own))).map(({ id }) => id)
  if (tell === 'nobody') return []
  if (typeof tell === 'object' && 'members' in tell)
    return staff.filter(({ id }) => tell.members.includes(id)).map(({ id }) => id)
  if (tell !== 'holder' && tell !== 'others') return ofRoles(tell)
  const everybody = role === undefined ? [] : ofRoles([role])
  if (tell === 'others') return everybody.filter((id) => id !== holderId)
  const holder = staff.find(({ id }) => id === holderId)
  return holder === undefined ? everybody : [holder.id]
}

type Firing = { readonly row: Claimed; readonly run: Running; readonly plan: RungPlan }
type LedgerRow = Claimed & {
  readonly step: RungPlan['step']
  readonly urgent: boolean
  readonly memberId: string | null
  readonly state: 'waiting' | 'listed' | 'nobody'
  readonly notBeforeMs: number
}
type Around = { readonly staff: readonly Person[]; readonly rules: ClockRules; readonly nowMs: number }

async function writeLedger(tx: Sql, firing: readonly Firing[], { staff, rules, nowMs }: Around): Promise<void> {
  const rows = firing.flatMap(({ row, run, plan }): readonly LedgerRow[] => {
    const hears = whoHears(plan, run, staff)
    const fineMs = run.appliedMs === undefined ? undefined : run.appliedMs + rules.clocks.fine.limitMinutes * 60_000
    const urgent = fineMs !== undefined && fineMs - nowMs <= rules.urgentMinutes * 60_000
    // the hours of Beijing begin with the world's
    const notBeforeMs = plan.together === 'hour' ? Math.ceil(nowMs / hourMs) * hourMs : nowMs
    const entry = { ...row, step: plan.step, urgent, notBeforeMs }
    if (hears.length > 0) return hears.map((memberId) => ({ ...entry, memberId, state: 'waiting' }))
    return [{ ...entry, memberId: null, state: plan.tell === 'nobody' ? 'listed' : 'nobody' }]
  })
  if (rows.length === 0) return
  await tx`
    INSERT INTO escalations (deadline_id, subject, clock, rung, step, basis_at, due_at, fired_at, member_id, urgent, state, not_before)
    SELECT id::bigint, subject, clock, rung, step, to_timestamp(basis_ms / 1000), to_timestamp(due_ms / 1000),
      to_timestamp(${nowMs}::float8 / 1000), member_id, urgent::boolean, state, to_timestamp(not_before_ms / 1000)
    FROM unnest(${rows.map(({ id }) => String(id))}::text[], ${rows.map(({ subject }) => subject)}::text[],
      ${rows.map(({ clock }) => clock)}::text[], ${rows.map(({ rung }) => rung)}::smallint[],
      ${rows.map(({ step }) => step)}::text[], ${rows.map(({ basisMs }) => basisMs)}::float8[],
      ${rows.map(({ dueMs }) => dueMs)}::float8[], ${rows.map(({ memberId }) => memberId)}::text[],
      ${rows.map(({ urgent }) => String(urgent))}::text[], ${rows.map(({ state }) => state)}::text[],
      ${rows.map(({ notBeforeMs }) => notBeforeMs)}::float8[])
      WITH ORDINALITY AS given (id, subject, clock, rung, step, basis_ms, due_ms, member_id, urgent, state, not_before_ms, n)
    ORDER BY n`
}

async function settle(
  tx: Sql,
  over: readonly bigint[],
  firing: readonly Firing[],
  nowMs: number,
  process: string,
): Promise<void> {
  const ids = firing.map(({ row }) => String(row.id))
  const fired = await tx`
    UPDATE deadlines SET state = 'fired', fired_at = to_timestamp(${nowMs}::float8 / 1000), claimed_by = ${process}
    WHERE id = ANY(${ids}::bigint[]) AND state = 'open'`
  const voided = await tx`
    UPDATE deadlines SET state = 'void' WHERE id = ANY(${over.map(String)}::bigint[]) AND state = 'open'`
  if (fired.count !== firing.length || voided.count !== over.length)
    throw new Error(`${fired.count + voided.count} of ${firing.length + over.length} claimed deadlines were still open`)
}

/** A call that cannot be opened (no number free) keeps nobody from hearing of the parcel. */
async function callOnce(parts: FireParts, tx: Transaction, { subject }: Claimed, nowMs: number): Promise<void> {
  try {
    await tx.savepoint((inner) => callBySilence(inner, idOf(subject), nowMs))
  } catch (error) {
    parts.log('warn', 'no carrier call was opened', errorFields(error))
  }
}
