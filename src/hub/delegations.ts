import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Ids } from '../runtime/ids.ts'
import type { Audit } from './audit.ts'
import type { Colleague } from './level-people.ts'
import type { Outbox, OutboxEntry } from './outbox.ts'
import { type Receiver, receiversOf, rolesOf } from './staff.ts'
import type { Sql } from './write.ts'

/** From whom to whom, from when until when (epoch ms, the end not included). */
export type Span = {
  readonly fromId: string
  readonly toId: string
  readonly startsAtMs: number
  readonly endsAtMs: number
}

export type DelegationLook =
  | {
      readonly outcome: 'ready'
      readonly to: Colleague
      /** Levels that are in the hands of the one who goes away and could go with it now. */
      readonly open: number
      /** Who stood in so far in that time and does so no more. */
      readonly instead?: string
    }
  /** In a circle nobody would be left to decide. */
  | { readonly outcome: 'loop'; readonly to: Colleague }
  /** Away in that time as well; `duty` is there instead. */
  | { readonly outcome: 'away'; readonly to: Colleague; readonly duty?: Colleague }
  | { readonly outcome: 'no-right'; readonly to: Colleague }
  | { readonly outcome: 'self' | 'past' | 'gone' }

export type Delegated =
  | { readonly outcome: 'done'; readonly to: Colleague; readonly moved: number }
  | Exclude<DelegationLook, { outcome: 'ready' }>

/** `kept`: what the colleague may not decide; it is free for everybody of the role. */
export type Left =
  | { readonly outcome: 'done'; readonly moved: number; readonly kept: number }
  | { readonly outcome: 'not-yours' | 'gone' }

export type TellDelegate = (done: {
  readonly id: string
  readonly span: Span
  readonly moved: number
  readonly to: Receiver
  readonly from: string
}) => OutboxEntry

export type Delegations = {
  look(span: Span): Promise<DelegationLook>
  /** Made once looked at again under the lock; `move`: what is in their hands goes along now. Wake pump and copies after it. */
  put(span: Span, how: { readonly move: boolean; readonly byId: string }, tell: TellDelegate): Promise<Delegated>
  /** What this member has given away ends now; how many that were. */
  revoke(memberId: string): Promise<number>
  /** Everything somebody who has left holds goes to a colleague. */
  leave(from: string, toId: string, byId: string, tell: TellDelegate): Promise<Left>
  /** Levels in the hands of somebody of that name, also of one who has left. */
  holding(name: string): Promise<readonly (Colleague & { readonly open: number })[]>
}

export type DelegationParts = {
  readonly database: Pick<Database, 'sql'>
  readonly outbox: Pick<Outbox, 'enqueue'>
  readonly audit: Pick<Audit, 'append'>
  readonly clock: Clock
  readonly ids: Ids
  readonly channels: readonly string[]
}

const deciding = ['cs_lead', 'warehouse', 'finance', 'director']
/** Longer chains than the firm has people are circles. */
const longest = 50

/** Who decides for whom while away. */
export function delegations(parts: DelegationParts): Delegations {
  const { database, clock, audit } = parts
  const { sql } = database
  return {
    look: (span) => sql.begin((tx) => look(tx, span, clock.nowMs())),
    put: (span, how, tell) => sql.begin((tx) => put(tx, parts, span, how, tell)),
    revoke: (memberId) =>
      sql.begin(async (tx) => {
        await lockAll(tx)
        const now = tx`to_timestamp(${clock.nowMs()}::float8 / 1000)`
        const ended = await tx`
          UPDATE delegations SET revoked_at = ${now} WHERE from_member = ${memberId} AND revoked_at IS NULL AND ends_at > ${now}`
        if (ended.count > 0)
          await audit.append(tx, {
            actor: memberId,
            action: 'delegation.revoke',
            subject: `member:${memberId}`,
            detail: {},
          })
        return ended.count
      }),
    leave: (fromId, toId, byId, tell) => sql.begin((tx) => leave(tx, parts, fromId, toId, byId, tell)),
    holding: (name) => sql<(Colleague & { open: number })[]>`
      SELECT m.id, m.name, (SELECT count(*)::int FROM approval_levels a JOIN returns r ON r.id = a.return_id
        WHERE a.holder_id = m.id AND a.state = 'pending' AND r.approval = 'pending') AS open
      FROM members m WHERE m.name = ${name} ORDER BY m.active, m.id LIMIT 3`,
  }
}

/** Two who give each other their items at the same second must not both succeed: one lock for all, they are few. */
async function lockAll(tx: Sql): Promise<void> {
  await tx`SELECT pg_advisory_xact_lock(hashtextextended('delegations', 0))`
}

type Live = { readonly fromId: string; readonly toId: string }

async function overlapping(tx: Sql, { startsAtMs, endsAtMs }: Span): Promise<readonly Live[]> {
  return tx<Live[]>`
    SELECT from_member AS "fromId", to_member AS "toId" FROM delegations
    WHERE revoked_at IS NULL AND starts_at < to_timestamp(${endsAtMs}::float8 / 1000) AND ends_at > to_timestamp(${startsAtMs}::float8 / 1000)`
}

async function look(tx: Sql, span: Span, nowMs: number): Promise<DelegationLook> {
  if (span.fromId === span.toId) return { outcome: 'self' }
  if (span.endsAtMs <= nowMs || span.endsAtMs <= span.startsAtMs) return { outcome: 'past' }
  const [to] = await tx<Colleague[]>`SELECT id, name FROM members WHERE id = ${span.toId} AND active`
  if (to === undefined) return { outcome: 'gone' }
  const roles = await rolesOf(tx, to.id)
  if (!roles.some((role) => deciding.includes(role))) return { outcome: 'no-right', to }
  const live = await overlapping(tx, span)
  if (leadsTo(live, span.toId, span.fromId)) return { outcome: 'loop', to }
  if (live.some(({ fromId }) => fromId === span.toId)) {
    const duty = await onDuty(tx, span, live)
    return { outcome: 'away', to, ...(duty !== undefined && { duty }) }
  }
  const [open] = await tx<
    { count: number }[]
  >`SELECT count(*)::int AS count FROM (${movable(tx, span.fromId, to.id)}) o`
  const before = live.find(({ fromId }) => fromId === span.fromId)
  const [instead] =
    before === undefined ? [] : await tx<{ name: string }[]>`SELECT name FROM members WHERE id = ${before.toId}`
  return { outcome: 'ready', to, open: open?.count ?? 0, ...(instead !== undefined && { instead: instead.name }) }
}

/** Whether whoever stands in for `from`, step by step, is `goal` in the end. */
export function leadsTo(live: readonly Live[], from: string, goal: string): boolean {
  const seen = new Set<string>()
  let next = [from]
  for (let step = 0; step < longest && next.length > 0; step++) {
    if (next.includes(goal)) return true
    for (const id of next) seen.add(id)
    next = live.filter(({ fromId }) => next.includes(fromId)).map(({ toId }) => toId)
    next = next.filter((id) => !seen.has(id))
  }
  return false
}

/** Somebody of the same role who is there in that time. */
async function onDuty(tx: Sql, { fromId, toId }: Span, live: readonly Live[]): Promise<Colleague | undefined> {
  const out = [fromId, toId, ...live.map((one) => one.fromId)]
  const [row] = await tx<Colleague[]>`
    SELECT m.id, m.name FROM members m JOIN member_roles r ON r.member_id = m.id
    WHERE m.active AND m.id <> ALL(${out}::text[]) AND r.role = ANY(${deciding}::text[])
      AND r.role IN (SELECT o.role FROM member_roles o WHERE o.member_id = ${fromId})
    ORDER BY m.id LIMIT 1`
  return row
}

/** Open levels in the hands of `fromId` that `toId` may decide by their own role and has nothing to do with so far. */
const movable = (tx: Sql, fromId: string, toId: string) => tx`
  SELECT a.return_id, a.level FROM approval_levels a JOIN returns r ON r.id = a.return_id
  WHERE a.holder_id = ${fromId} AND a.state = 'pending' AND r.approval = 'pending' AND r.applied_by IS DISTINCT FROM ${toId}
    AND EXISTS (SELECT 1 FROM member_roles o WHERE o.member_id = ${toId} AND o.role = a.role)
    AND NOT EXISTS (SELECT 1 FROM approval_levels d WHERE d.return_id = r.id AND d.decided_by = ${toId})`

async function put(
  tx: Sql,
  parts: DelegationParts,
  span: Span,
  { move, byId }: { readonly move: boolean; readonly byId: string },
  tell: TellDelegate,
): Promise<Delegated> {
  await lockAll(tx)
  const nowMs = parts.clock.nowMs()
  const found = await look(tx, span, nowMs)
  if (found.outcome !== 'ready') return found
  const { fromId, toId, startsAtMs, endsAtMs } = span
  const [now, starts, ends] = [nowMs, startsAtMs, endsAtMs].map((ms) => tx`to_timestamp(${ms}::float8 / 1000)`)
  if (now === undefined || starts === undefined || ends === undefined) throw new TypeError('a span has three times')
  // the last word counts
  await tx`UPDATE delegations SET revoked_at = ${now} WHERE from_member = ${fromId} AND revoked_at IS NULL
    AND starts_at < ${ends} AND ends_at > ${starts}`
  const id = parts.ids.next('dg')
  await tx`INSERT INTO delegations (id, from_member, to_member, starts_at, ends_at, made_by, made_at)
    VALUES (${id}, ${fromId}, ${toId}, ${starts}, ${ends}, ${byId}, ${now})`
  const moved = move ? await moveItems(tx, parts, fromId, toId, byId) : 0
  // cards of levels that nobody holds reach the stand-in as well
  await tx`UPDATE returns SET version = version + 1 WHERE id IN (${ownItems(tx, fromId)})`
  await tellTo(tx, parts, { id, span, moved }, tell)
  const detail = { delegation: id, to: toId, startsAtMs, endsAtMs, moved }
  await parts.audit.append(tx, { actor: byId, action: 'delegation.make', subject: `member:${fromId}`, detail })
  return { outcome: 'done', to: found.to, moved }
}

/** Returns that wait for this member or for anybody of their roles. */
const ownItems = (tx: Sql, memberId: string) => tx`
  SELECT a.return_id FROM approval_levels a JOIN returns r ON r.id = a.return_id AND r.approval = 'pending'
  WHERE a.state = 'pending' AND (a.holder_id = ${memberId} OR (a.holder_id IS NULL
    AND a.role IN (SELECT o.role FROM member_roles o WHERE o.member_id = ${memberId})))`

async function moveItems(
  tx: Sql,
  { audit }: DelegationParts,
  fromId: string,
  toId: string,
  byId: string,
): Promise<number> {
  const moved = await tx<{ returnId: string; level: number }[]>`
    UPDATE approval_levels l SET holder_id = ${toId}, claimed_by = NULL, claimed_at = NULL FROM (${movable(tx, fromId, toId)}) o
    WHERE l.return_id = o.return_id AND l.level = o.level AND l.state = 'pending'
    RETURNING l.return_id AS "returnId", l.level`
  if (moved.length === 0) return 0
  const ids = moved.map(({ returnId }) => returnId)
  await tx`UPDATE returns SET version = version + 1 WHERE id = ANY(${ids}::text[])`
  for (const { returnId, level } of moved) {
    const detail = { level, from: fromId, to: toId }
    await audit.append(tx, { actor: byId, action: 'approval.hand', subject: `return:${returnId}`, detail })
  }
  return moved.length
}

async function leave(
  tx: Sql,
  parts: DelegationParts,
  fromId: string,
  toId: string,
  byId: string,
  tell: TellDelegate,
): Promise<Left> {
  const roles = await rolesOf(tx, byId)
  if (!roles.includes('director') && !roles.includes('it')) return { outcome: 'not-yours' }
  const [to] = await tx`SELECT 1 FROM members WHERE id = ${toId} AND active`
  if (to === undefined || fromId === toId) return { outcome: 'gone' }
  await lockAll(tx)
  const nowMs = parts.clock.nowMs()
  const moved = await moveItems(tx, parts, fromId, toId, byId)
  // what the colleague may not decide is free for everybody of the role
  const kept = await tx<{ returnId: string }[]>`
    UPDATE approval_levels l SET holder_id = NULL, claimed_by = NULL, claimed_at = NULL FROM returns r
    WHERE l.holder_id = ${fromId} AND l.state = 'pending' AND r.id = l.return_id AND r.approval = 'pending'
    RETURNING l.return_id AS "returnId"`
  await tx`UPDATE returns SET version = version + 1 WHERE id = ANY(${kept.map(({ returnId }) => returnId)}::text[])`
  const span = { fromId, toId, startsAtMs: nowMs, endsAtMs: nowMs }
  if (moved > 0) await tellTo(tx, parts, { id: parts.ids.next('dg'), span, moved }, tell)
  const detail = { to: toId, moved, kept: kept.length }
  await parts.audit.append(tx, { actor: byId, action: 'approval.leaver', subject: `member:${fromId}`, detail })
  return { outcome: 'done', moved, kept: kept.length }
}

async function tellTo(
  tx: Sql,
  { outbox, channels }: DelegationParts,
  done: Pick<Parameters<TellDelegate>[0], 'id' | 'span' | 'moved'>,
  tell: TellDelegate,
): Promise<void> {
  const { fromId, toId } = done.span
  const [from] = await tx<{ name: string }[]>`SELECT name FROM members WHERE id = ${fromId}`
  const to = await receiversOf(tx, { memberIds: [toId], platform: channels[0] ?? '', reachable: channels })
  await outbox.enqueue(
    tx,
    to.map((receiver) => tell({ ...done, to: receiver, from: from?.name ?? '' })),
  )
}
