import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import { armAssigned } from './assigned-clock.ts'
import type { Audit } from './audit.ts'
import type { Outbox, OutboxEntry } from './outbox.ts'
import { type Receiver, receiversOf, rolesOf } from './staff.ts'
import { standsInFor } from './stand-ins.ts'
import type { ApprovalRole, Sql } from './write.ts'

/** The level that a card or a line is about; without `level` the one that is open now. */
export type OnLevel = { readonly returnId: string; readonly level?: number; readonly memberId: string }

export type Colleague = { readonly id: string; readonly name: string }

export type LevelNow = {
  readonly returnId: string
  readonly orderId: string
  readonly level: number
  readonly role: ApprovalRole
  readonly dueAtMs?: number
}

export type LevelRefused = {
  readonly outcome: 'refused'
  readonly why:
    | { readonly code: 'gone' | 'over' | 'own-return' | 'signs-already' | 'holds-already' }
    | { readonly code: 'not-yours'; readonly role: ApprovalRole; readonly holder?: string }
    /** Somebody else is on it since then. */
    | { readonly code: 'claimed'; readonly by: string; readonly atMs: number }
    /** Not of the role, away, gone, or barred from this level. */
    | { readonly code: 'cannot'; readonly name: string; readonly role: ApprovalRole }
}

export type LevelDone = LevelNow & {
  readonly outcome: 'done'
  readonly to?: Colleague
  /** claim: until when nobody is reminded · assigned: until when it has to be done. */
  readonly untilMs?: number
}

export type PeopleDeed = 'hand' | 'sign'

export type LevelPeople = {
  /** 我来处理: ends reminders for two hours; no limit moves. */
  claim(on: OnLevel): Promise<LevelDone | LevelRefused>
  /** Who could take it over, or give their word besides; at most five, those of the level's role first. */
  candidates(
    on: OnLevel,
    deed: PeopleDeed,
  ): Promise<(LevelNow & { readonly outcome: 'choose'; readonly people: readonly Colleague[] }) | LevelRefused>
  /** 转交, and by a director 指派 with a limit of its own. The level's limit runs on. Wake pump and copies after it. */
  hand(on: OnLevel, toId: string, tell: TellOf): Promise<LevelDone | LevelRefused>
  /** 加签: the level waits for their yes as well. */
  sign(on: OnLevel, toId: string, tell: TellOf): Promise<LevelDone | LevelRefused>
  /** Active people of that name. */
  named(name: string): Promise<readonly Colleague[]>
}

/** The message to the one who has something to do now. */
export type TellOf = (done: LevelDone, to: Receiver, atMs: number) => OutboxEntry

export type LevelPeopleParts = {
  readonly database: Pick<Database, 'sql'>
  readonly outbox: Pick<Outbox, 'enqueue'>
  readonly audit: Pick<Audit, 'append'>
  readonly clock: Clock
  /** Platforms that messages can leave by, the first one first. */
  readonly channels: readonly string[]
}

const minuteMs = 60_000
const claimMinutes = 120
const assignedMinutes = 30
const mostOffered = 5
const decidingRoles = ['cs_lead', 'warehouse', 'finance', 'director']

/** Who looks after a level that is open: changes of people, never of limits. */
export function levelPeople(parts: LevelPeopleParts): LevelPeople {
  const { database, clock } = parts
  const { sql } = database
  return {
    claim: (on) => sql.begin((tx) => claim(tx, parts, on, clock.nowMs())),
    candidates: (on, deed) =>
      sql.begin(async (tx) => {
        const found = await openFor(tx, on, clock.nowMs())
        if (found.outcome === 'refused') return found
        const people = await able(tx, found.open, deed, clock.nowMs(), on.memberId)
        return { outcome: 'choose' as const, ...nowOf(found.open), people: people.slice(0, mostOffered) }
      }),
    hand: (on, toId, tell) => sql.begin((tx) => hand(tx, parts, on, toId, tell)),
    sign: (on, toId, tell) => sql.begin((tx) => sign(tx, parts, on, toId, tell)),
    named: (name) => sql<Colleague[]>`SELECT id, name FROM members WHERE name = ${name} AND active ORDER BY id LIMIT 3`,
  }
}

type Open = {
  readonly returnId: string
  readonly orderId: string
  readonly level: number
  readonly role: ApprovalRole
  readonly holderId: string | null
  readonly holder: string | null
  readonly dueAtMs: number | null
  readonly claimedById: string | null
  readonly claimedBy: string | null
  readonly claimedAtMs: number | null
  readonly appliedBy: string | null
  /** Decided a level of it: no second one. */
  readonly deciders: readonly string[]
  readonly signers: readonly string[]
}

type Found = { readonly outcome: 'open'; readonly open: Open; readonly director: boolean } | LevelRefused

const refused = (why: LevelRefused['why']): LevelRefused => ({ outcome: 'refused', why })

/** The open level under the return's lock, for somebody who may have a say in who does it. */
async function openFor(tx: Sql, { returnId, level, memberId }: OnLevel, nowMs: number): Promise<Found> {
  const [there] = await tx`SELECT 1 FROM returns WHERE id = ${returnId} FOR UPDATE`
  if (there === undefined) return refused({ code: 'gone' })
  const [open] = await tx<Open[]>`
    SELECT r.id AS "returnId", r.order_id AS "orderId", a.level, a.role, a.holder_id AS "holderId", h.name AS holder,
      round(extract(epoch FROM a.due_at) * 1000)::float8 AS "dueAtMs", a.claimed_by AS "claimedById", k.name AS "claimedBy",
      round(extract(epoch FROM a.claimed_at) * 1000)::float8 AS "claimedAtMs", r.applied_by AS "appliedBy",
      ARRAY(SELECT d.decided_by FROM approval_levels d WHERE d.return_id = r.id AND d.decided_by IS NOT NULL) AS deciders,
      ARRAY(SELECT s.member_id FROM level_signers s WHERE s.return_id = r.id AND s.level = a.level) AS signers
    FROM returns r JOIN approval_levels a ON a.return_id = r.id AND a.state = 'pending'
      LEFT JOIN members h ON h.id = a.holder_id LEFT JOIN members k ON k.id = a.claimed_by
    WHERE r.id = ${returnId} AND r.approval = 'pending'`
  if (open === undefined || (level !== undefined && open.level !== level)) return refused({ code: 'over' })
  const roles = await rolesOf(tx, memberId)
  const director = roles.includes('director')
  const lent = await standsInFor(tx, memberId, nowMs)
  const theirs = roles.includes(open.role) || lent.some((one) => one.roles.includes(open.role))
  if (theirs || director) return { outcome: 'open', open, director: director && !theirs }
  return refused({ code: 'not-yours', role: open.role, ...(open.holder !== null && { holder: open.holder }) })
}

const nowOf = ({ returnId, orderId, level, role, dueAtMs }: Open): LevelNow => ({
  returnId,
  orderId,
  level,
  role,
  ...(dueAtMs !== null && { dueAtMs }),
})

async function claim(tx: Sql, parts: LevelPeopleParts, on: OnLevel, nowMs: number): Promise<LevelDone | LevelRefused> {
  const found = await openFor(tx, on, nowMs)
  if (found.outcome === 'refused') return found
  const { open } = found
  const { claimedById, claimedBy, claimedAtMs } = open
  if (open.appliedBy === on.memberId || open.deciders.includes(on.memberId)) return refused({ code: 'own-return' })
  const fresh = claimedAtMs !== null && nowMs - claimedAtMs < claimMinutes * minuteMs
  if (fresh && claimedById !== on.memberId) return refused({ code: 'claimed', by: claimedBy ?? '', atMs: claimedAtMs })
  await tx`
    UPDATE approval_levels SET claimed_by = ${on.memberId}, claimed_at = to_timestamp(${nowMs}::float8 / 1000)
    WHERE return_id = ${open.returnId} AND level = ${open.level} AND state = 'pending'`
  await changed(tx, parts, open, on, 'approval.claim', {})
  return { outcome: 'done', ...nowOf(open), untilMs: nowMs + claimMinutes * minuteMs }
}

async function hand(
  tx: Sql,
  parts: LevelPeopleParts,
  on: OnLevel,
  toId: string,
  tell: TellOf,
): Promise<LevelDone | LevelRefused> {
  const nowMs = parts.clock.nowMs()
  const found = await openFor(tx, on, nowMs)
  if (found.outcome === 'refused') return found
  const { open, director } = found
  if (open.holderId === toId) return refused({ code: 'holds-already' })
  const to = (await able(tx, open, 'hand', nowMs, director ? undefined : on.memberId)).find(({ id }) => id === toId)
  if (to === undefined) return cannot(tx, open, toId)
  await tx`
    UPDATE approval_levels SET holder_id = ${toId}, claimed_by = NULL, claimed_at = NULL
    WHERE return_id = ${open.returnId} AND level = ${open.level} AND state = 'pending'`
  const of = { returnId: open.returnId, level: open.level, memberId: toId, byMemberId: on.memberId, nowMs }
  if (director) await armAssigned(tx, { ...of, limitMinutes: assignedMinutes })
  const done: LevelDone = {
    outcome: 'done',
    ...nowOf(open),
    to,
    ...(director && { untilMs: nowMs + assignedMinutes * minuteMs }),
  }
  await told(tx, parts, done, to, tell, nowMs)
  const detail = { to: toId, ...(open.holderId !== null && { from: open.holderId }) }
  await changed(tx, parts, open, on, director ? 'approval.assign' : 'approval.hand', detail)
  return done
}

async function sign(
  tx: Sql,
  parts: LevelPeopleParts,
  on: OnLevel,
  toId: string,
  tell: TellOf,
): Promise<LevelDone | LevelRefused> {
  const nowMs = parts.clock.nowMs()
  const found = await openFor(tx, on, nowMs)
  if (found.outcome === 'refused') return found
  const { open } = found
  if (open.signers.includes(toId)) return refused({ code: 'signs-already' })
  const to = (await able(tx, open, 'sign', nowMs, on.memberId)).find(({ id }) => id === toId)
  if (to === undefined) return cannot(tx, open, toId)
  await tx`
    INSERT INTO level_signers (return_id, level, member_id, added_by, added_at)
    VALUES (${open.returnId}, ${open.level}, ${toId}, ${on.memberId}, to_timestamp(${nowMs}::float8 / 1000))`
  const done: LevelDone = { outcome: 'done', ...nowOf(open), to }
  await told(tx, parts, done, to, tell, nowMs)
  await changed(tx, parts, open, on, 'approval.sign_asked', { to: toId })
  return done
}

/** hand: others of the level's role who are not away · sign: anybody who decides. Never who applied or has decided. */
async function able(
  tx: Sql,
  open: Open,
  deed: PeopleDeed,
  nowMs: number,
  asker: string | undefined,
): Promise<readonly Colleague[]> {
  const roles = deed === 'hand' ? [open.role] : decidingRoles
  const not = [open.appliedBy, ...open.deciders, asker, ...(deed === 'hand' ? [open.holderId] : open.signers)]
  const barred = not.filter((id) => id !== null && id !== undefined)
  return tx<Colleague[]>`
    SELECT m.id, m.name FROM members m
    WHERE m.active AND m.id <> ALL(${barred}::text[])
      AND EXISTS (SELECT 1 FROM member_roles r WHERE r.member_id = m.id AND r.role = ANY(${roles}::text[]))
      AND NOT EXISTS (SELECT 1 FROM delegations d WHERE d.from_member = m.id AND d.revoked_at IS NULL
        AND d.starts_at <= to_timestamp(${nowMs}::float8 / 1000) AND d.ends_at > to_timestamp(${nowMs}::float8 / 1000))
    ORDER BY EXISTS (SELECT 1 FROM member_roles r WHERE r.member_id = m.id AND r.role = ${open.role}) DESC, m.id LIMIT 50`
}

async function cannot(tx: Sql, { role }: Open, toId: string): Promise<LevelRefused> {
  const [row] = await tx<{ name: string }[]>`SELECT name FROM members WHERE id = ${toId}`
  return refused({ code: 'cannot', name: row?.name ?? '', role })
}

async function told(
  tx: Sql,
  { outbox, channels }: LevelPeopleParts,
  done: LevelDone,
  to: Colleague,
  tell: TellOf,
  nowMs: number,
): Promise<void> {
  const receivers = await receiversOf(tx, { memberIds: [to.id], platform: channels[0] ?? '', reachable: channels })
  await outbox.enqueue(
    tx,
    receivers.map((receiver) => tell(done, receiver, nowMs)),
  )
}

/** The copies of its card are drawn again; the audit goes last: it holds the whole chain. */
async function changed(
  tx: Sql,
  { audit }: LevelPeopleParts,
  { returnId, level, role }: Open,
  { memberId }: OnLevel,
  action: string,
  detail: Readonly<Record<string, unknown>>,
): Promise<void> {
  await tx`UPDATE returns SET version = version + 1 WHERE id = ${returnId}`
  await audit.append(tx, { actor: memberId, action, subject: `return:${returnId}`, detail: { level, role, ...detail } })
}
