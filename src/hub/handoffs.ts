import type postgres from 'postgres'
import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Ids } from '../runtime/ids.ts'
import type { Outbox, OutboxEntry } from './outbox.ts'
import { maskedQuestion } from './query-log.ts'

/** Who takes a question over, with the direct chats that reach them, the asker's platform first. */
export type Taker = {
  readonly id: string
  readonly name: string
  readonly chats: readonly { readonly platform: string; readonly userId: string }[]
}

export type HandoffRequest = {
  readonly fromMemberId: string
  /** What was asked, as it was typed; kept with phones masked. */
  readonly question: string
  /** The answer in the query log that did not do. */
  readonly answerKey?: string
  /** The order or return it is about. */
  readonly subject?: string
  /** Where it was asked. */
  readonly platform: string
  /** Roles that may take it, the first one first. */
  readonly roles: readonly string[]
  /** What must leave once it stands; written in its transaction. */
  readonly tell: (handed: {
    readonly id: string
    readonly to: Taker
    readonly question: string
  }) => readonly OutboxEntry[]
}

export type HandoffOutcome =
  | { readonly outcome: 'handed'; readonly id: string; readonly to: Taker }
  /** The same question of the same person went to somebody less than 2 min ago; nothing was sent again. */
  | { readonly outcome: 'already'; readonly id: string; readonly to: Taker }
  /** Nobody of these roles can be reached. */
  | { readonly outcome: 'nobody' }

export type Withdrawn = { readonly id: string; readonly to: Taker; readonly subject?: string }

export type WithdrawOutcome =
  | ({ readonly outcome: 'withdrawn' | 'already' } & Withdrawn)
  /** Not this person's, or there is none. */
  | { readonly outcome: 'unknown' }

export type Handoffs = {
  handOver(request: HandoffRequest): Promise<HandoffOutcome>
  /** By its asker only. `tell` as above. Without an id: the newest of the last 10 min. */
  withdraw(
    by: { readonly memberId: string; readonly platform: string; readonly id?: string },
    tell: (back: Withdrawn) => readonly OutboxEntry[],
  ): Promise<WithdrawOutcome>
}

export type HandoffParts = {
  readonly database: Pick<Database, 'sql'>
  readonly outbox: Pick<Outbox, 'enqueue'>
  readonly clock: Clock
  readonly ids: Ids
  /** Platforms that messages can leave by; people without an account on one of them cannot take anything. */
  readonly reachable: readonly string[]
}

type Sql = postgres.ISql<{ bigint: bigint }>

const sameQuestionMs = 120_000
const withdrawMs = 600_000

/** Brings a question to a person: chosen, written down and told in one transaction. Wake the pump after it. */
export function handoffs(parts: HandoffParts): Handoffs {
  const { database, outbox, clock, ids, reachable } = parts
  return {
    handOver: (request) =>
      database.sql.begin(async (tx): Promise<HandoffOutcome> => {
        // two taps at once: the second waits and finds the first
        await tx`SELECT pg_advisory_xact_lock(hashtextextended(${`handoff ${request.fromMemberId}`}, 0))`
        const question = maskedQuestion(request.question)
        const before = await sameBefore(tx, request, question, clock.nowMs())
        if (before !== undefined) {
          const to = await takerOf(tx, before.toMemberId, request.platform, reachable)
          if (to !== undefined) return { outcome: 'already', id: before.id, to }
        }
        const chosen = await choose(tx, request, reachable, clock.nowMs())
        if (chosen === undefined) return { outcome: 'nobody' }
        const to = await takerOf(tx, chosen.id, request.platform, reachable)
        if (to === undefined) return { outcome: 'nobody' }
        const id = ids.next('ho')
        await tx`
          INSERT INTO handoffs (id, from_member_id, to_role, to_member_id, subject, question, at)
          VALUES (${id}, ${request.fromMemberId}, ${chosen.role}, ${to.id}, ${request.subject ?? null}, ${question},
            to_timestamp(${clock.nowMs()}::float8 / 1000))`
        if (request.answerKey !== undefined)
          await tx`
            UPDATE query_log SET handed_over = true
            WHERE answer_key = ${request.answerKey} AND member_id = ${request.fromMemberId}`
        await outbox.enqueue(tx, request.tell({ id, to, question }))
        return { outcome: 'handed', id, to }
      }),

    withdraw: (by, tell) =>
      database.sql.begin(async (tx): Promise<WithdrawOutcome> => {
        const row = await findOwn(tx, by, clock.nowMs())
        if (row === undefined) return { outcome: 'unknown' }
        const to = await takerOf(tx, row.toMemberId, by.platform, reachable)
        if (to === undefined) return { outcome: 'unknown' }
        const back = { id: row.id, to, ...(row.subject !== null && { subject: row.subject }) }
        const rows = await tx`
          UPDATE handoffs SET withdrawn_at = to_timestamp(${clock.nowMs()}::float8 / 1000)
          WHERE id = ${row.id} AND withdrawn_at IS NULL RETURNING id`
        if (rows.length === 0) return { outcome: 'already', ...back }
        await outbox.enqueue(tx, tell(back))
        return { outcome: 'withdrawn', ...back }
      }),
  }
}

type Before = { readonly id: string; readonly toMemberId: string; readonly subject: string | null }

async function sameBefore(
  tx: Sql,
  { fromMemberId, subject }: HandoffRequest,
  question: string,
  nowMs: number,
): Promise<Before | undefined> {
  const [row] = await tx<Before[]>`
    SELECT id, to_member_id AS "toMemberId", subject FROM handoffs
    WHERE from_member_id = ${fromMemberId} AND at > to_timestamp(${nowMs - sameQuestionMs}::float8 / 1000)
      AND withdrawn_at IS NULL AND to_member_id IS NOT NULL AND question = ${question}
      AND subject IS NOT DISTINCT FROM ${subject ?? null}
    ORDER BY at DESC LIMIT 1`
  return row
}

async function findOwn(
  tx: Sql,
  { memberId, id }: { readonly memberId: string; readonly id?: string },
  nowMs: number,
): Promise<Before | undefined> {
  const [row] = await tx<Before[]>`
    SELECT id, to_member_id AS "toMemberId", subject FROM handoffs
    WHERE from_member_id = ${memberId} AND to_member_id IS NOT NULL
      AND CASE WHEN ${id ?? null}::text IS NULL
        THEN at > to_timestamp(${nowMs - withdrawMs}::float8 / 1000) ELSE id = ${id ?? null} END
    ORDER BY at DESC, id DESC LIMIT 1`
  return row
}

/**
 * The first role that has somebody to be reached: there the one who is on the asker's platform, then the one who was given the
 * fewest in the last hour. Never the asker. There is no roster yet: who is active counts as present.
 */
async function choose(
  tx: Sql,
  { fromMemberId, platform, roles }: HandoffRequest,
  reachable: readonly string[],
  nowMs: number,
): Promise<{ readonly id: string; readonly role: string } | undefined> {
  const [row] = await tx<{ id: string; role: string }[]>`
    SELECT m.id, r.role
    FROM unnest(${[...roles]}::text[]) WITH ORDINALITY AS wanted (role, place)
    JOIN member_roles r ON r.role = wanted.role
    JOIN members m ON m.id = r.member_id AND m.active AND m.id <> ${fromMemberId}
    WHERE EXISTS (SELECT 1 FROM member_accounts a WHERE a.member_id = m.id AND a.platform = ANY(${[...reachable]}::text[]))
    ORDER BY wanted.place,
      EXISTS (SELECT 1 FROM member_accounts a WHERE a.member_id = m.id AND a.platform = ${platform}) DESC,
      (SELECT count(*) FROM handoffs h
        WHERE h.to_member_id = m.id AND h.at > to_timestamp(${nowMs}::float8 / 1000) - interval '1 hour'),
      m.id
    LIMIT 1`
  return row
}

async function takerOf(
  tx: Sql,
  memberId: string,
  platform: string,
  reachable: readonly string[],
): Promise<Taker | undefined> {
  const rows = await tx<{ name: string; platform: string; userId: string }[]>`
    SELECT m.name, a.platform, a.user_id AS "userId" FROM members m JOIN member_accounts a ON a.member_id = m.id
    WHERE m.id = ${memberId} AND a.platform = ANY(${[...reachable]}::text[])
    ORDER BY a.platform = ${platform} DESC, a.platform`
  const [first] = rows
  if (first === undefined) return undefined
  return { id: memberId, name: first.name, chats: rows.map(({ platform: at, userId }) => ({ platform: at, userId })) }
}
