import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import type { OrderFacts, OrderLookup } from './order-facts.ts'
import type { Outbox, OutboxEntry } from './outbox.ts'
import { stageSql } from './stage-sql.ts'

/** Who wants to hear of an order, and in which direct chat. */
export type Follow = {
  readonly memberId: string
  readonly orderId: string
  readonly platform: string
  /** The follower's direct chat: never a group. */
  readonly conversationId: string
}

/** An order that somebody follows stands elsewhere than they were told. */
export type FollowedChange = Follow & {
  readonly name: string
  readonly roles: readonly string[]
  readonly order: OrderFacts
  /** Unique for ever: the key of the message. */
  readonly key: string
}

export type Follows = {
  /** From now on changes are told; what stands now counts as told. */
  follow(follow: Follow): Promise<'followed' | 'already' | 'no-order'>
  unfollow(memberId: string, orderId: string): Promise<'unfollowed' | 'not-followed'>
  isFollowed(memberId: string, orderId: string): Promise<boolean>
  /**
   * Tells what changed since: at most one message a minute per order and person. `words` makes the message; it is written to
   * the outbox in the transaction that remembers it as told. Returns how many were written: wake the pump after it. Safe
   * beside itself in other processes.
   */
  tellChanges(words: (change: FollowedChange) => OutboxEntry): Promise<number>
}

export type FollowParts = {
  readonly database: Pick<Database, 'sql'>
  readonly lookup: Pick<OrderLookup, 'track'>
  readonly outbox: Pick<Outbox, 'enqueue'>
  readonly clock: Clock
}

/** Row 90 of the product texts. */
const pauseMs = 60_000
/** Who has heard nothing for so long is told nothing any more. */
const forgetAfterMs = 60 * 86_400_000
/** One turn writes so many; the rest follows with the next. */
const mostAtOnce = 50

/** The stage and the states of the parcels of a row `o` of orders, in one line: what a follower is told when it changes. */
const standingSql = `concat_ws('|', ${stageSql}, (
    SELECT string_agg(p.state || coalesce('.' || p.sub_state, ''), ',' ORDER BY p.position, p.id) FROM parcels p WHERE p.order_id = o.id
  ), (o.waybill_no IS NOT NULL)::text)`

type Due = Follow & {
  readonly name: string
  readonly roles: readonly string[]
  readonly standing: string
}

export function follows({ database: { sql }, lookup, outbox, clock }: FollowParts): Follows {
  return {
    follow: async ({ memberId, orderId, platform, conversationId }) => {
      const atMs = clock.nowMs()
      const [row] = await sql.unsafe<{ known: boolean; added: boolean }[]>(followText, [
        memberId,
        orderId,
        platform,
        conversationId,
        atMs,
      ])
      if (row?.known !== true) return 'no-order'
      return row.added ? 'followed' : 'already'
    },
    unfollow: async (memberId, orderId) => {
      const rows = await sql`
        DELETE FROM follows WHERE member_id = ${memberId} AND order_id = ${orderId} RETURNING order_id`
      return rows.length === 1 ? 'unfollowed' : 'not-followed'
    },
    isFollowed: async (memberId, orderId) => {
      const rows = await sql`SELECT 1 FROM follows WHERE member_id = ${memberId} AND order_id = ${orderId}`
      return rows.length === 1
    },
    tellChanges: async (words) => {
      const nowMs = clock.nowMs()
      return sql.begin(async (tx) => {
        const due = await tx.unsafe<Due[]>(dueText, [nowMs - pauseMs, mostAtOnce])
        const entries: OutboxEntry[] = []
        for (const { standing, ...follow } of due) {
          const order = await lookup.track(follow.orderId)
          if (order === undefined) continue
          const { memberId, orderId } = follow
          entries.push(words({ ...follow, order, key: `follow:${memberId}:${orderId}:${nowMs}` }))
          await tx`
            UPDATE follows SET told = ${standing}, told_at = to_timestamp(${nowMs}::float8 / 1000)
            WHERE member_id = ${memberId} AND order_id = ${orderId}`
        }
        await outbox.enqueue(tx, entries)
        await tx`DELETE FROM follows WHERE told_at < to_timestamp(${nowMs - forgetAfterMs}::float8 / 1000)`
        return entries.length
      })
    },
  }
}

/** $1 member, $2 order, $3 platform, $4 chat, $5 now. Says whether there is such an order, and whether the row is new. */
const followText = `WITH known AS (SELECT o.id, ${standingSql} AS standing FROM orders o WHERE o.id = $2::text),
  added AS (
    INSERT INTO follows (member_id, order_id, platform, conversation_id, told, told_at)
    SELECT $1::text, id, $3::text, $4::text, standing, to_timestamp($5::float8 / 1000) FROM known
    ON CONFLICT (member_id, order_id) DO NOTHING RETURNING order_id)
  SELECT EXISTS (SELECT 1 FROM known) AS known, EXISTS (SELECT 1 FROM added) AS added`

/**
 * $1 = told before then, $2 = how many. One row a follow, so with nothing followed it reads one empty table. A member who has
 * left is told nothing. Each turn takes its rows for itself.
 */
const dueText = `SELECT f.member_id AS "memberId", f.order_id AS "orderId", f.platform, f.conversation_id AS "conversationId",
    m.name, ARRAY(SELECT r.role FROM member_roles r WHERE r.member_id = m.id ORDER BY r.role) AS roles, s.standing
  FROM follows f JOIN members m ON m.id = f.member_id AND m.active
  CROSS JOIN LATERAL (SELECT ${standingSql} AS standing FROM orders o WHERE o.id = f.order_id OFFSET 0) s
  WHERE f.told_at <= to_timestamp($1::float8 / 1000) AND s.standing <> f.told
  ORDER BY f.told_at LIMIT $2::int FOR UPDATE OF f SKIP LOCKED`
