import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import { faultPoint } from '../runtime/fault.ts'
import type { Log } from '../runtime/log.ts'
import type { Outbox, OutboxEntry } from './outbox.ts'
import { type Cipher, openJson, sealJson } from './sealed-json.ts'

/** All the inbox knows of an event: where it came from and that source's id of it. The rest is JSON to it. */
type Identified = { readonly platform: string; readonly id: string }

type InboxParts<Message> = {
  readonly database: Pick<Database, 'sql'>
  readonly cipher: Cipher
  readonly outbox: Pick<Outbox, 'enqueue'>
  /** How a message that follows an answer stands in the outbox. */
  readonly entryOf: (message: Message) => OutboxEntry
  readonly clock: Clock
  readonly log: Log
}

/** Shaped like chat/ports.ts Inbox without knowing chat: events, answers and messages are JSON here. */
type Inbox<Event, Reply, Message> = {
  claim(
    event: Event,
  ): Promise<{ outcome: 'new' } | { outcome: 'in-flight' } | { outcome: 'answered'; readonly reply: Reply }>
  answer(event: Event, reply: Reply, follow: readonly Message[]): Promise<'stored' | 'already-answered'>
  awaitAnswer(platform: string, id: string, untilMs: number): Promise<Reply | undefined>
  reclaim(leaseMs: number, limit: number): Promise<readonly Event[]>
}

/** An event whose handling ends the process each time is given up after so many claims. */
const maxClaims = 5
/** Answers given by another process are looked for this often; those of this process arrive at once. */
const lookAgainMs = 150

/**
 * Each event once, by (platform, id), with the answer every repeat gets. Leases are the database's clock. Open the
 * database for it with a statement_timeout of 2 s and a lock_timeout of 1 s: a door waits behind every call.
 */
export function inbox<Event extends Identified, Reply, Message>(
  parts: InboxParts<Message>,
): Inbox<Event, Reply, Message> {
  const { cipher, clock } = parts
  const { sql } = parts.database
  const waiting = waitingRoom<Reply>()

  const stored = async (platform: string, id: string): Promise<Reply | undefined> => {
    const [row] = await sql<{ answer: unknown }[]>`
      SELECT answer FROM inbox WHERE source = ${platform} AND event_id = ${id} AND answered_at IS NOT NULL`
    return row && (openJson(cipher, row.answer) as Reply)
  }

  return {
    claim: async (event) => {
      // A row that another connection committed after this statement's snapshot hits the conflict and is not seen by the
      // second half: no row at all, and that delivery is being answered right now.
      const [row] = await sql<{ fresh: boolean; answer: unknown }[]>`
        WITH mine AS (
          INSERT INTO inbox (source, event_id, event, claimed_at)
          VALUES (${event.platform}, ${event.id}, ${sql.json(sealJson(cipher, event))}, now())
          ON CONFLICT DO NOTHING RETURNING true
        )
        SELECT true AS fresh, NULL::jsonb AS answer FROM mine
        UNION ALL
        SELECT false, answer FROM inbox WHERE source = ${event.platform} AND event_id = ${event.id}`
      if (row?.fresh) faultPoint('inbox.inserted')
      if (row?.fresh) return { outcome: 'new' }
      if (!row || row.answer === null) return { outcome: 'in-flight' }
      return { outcome: 'answered', reply: openJson(cipher, row.answer) as Reply }
    },

    answer: async (event, reply, follow) => {
      const settled = await settle(parts, event, reply, follow.map(parts.entryOf))
      if (settled === 'stored') waiting.tell(keyOf(event.platform, event.id), reply)
      return settled
    },

    awaitAnswer: async (platform, id, untilMs) => {
      const seat = waiting.sit(keyOf(platform, id))
      try {
        for (;;) {
          const found = seat.told() ?? { reply: await stored(platform, id) }
          if (found.reply !== undefined) return found.reply
          const leftMs = untilMs - clock.nowMs()
          if (leftMs <= 0) return undefined
          await clock.sleep(Math.min(lookAgainMs, leftMs), seat.signal)
        }
      } finally {
        seat.leave()
      }
    },

    reclaim: async (leaseMs, limit) => {
      const rows = await sql<{ event: unknown; eventId: string; attempts: number }[]>`
        UPDATE inbox SET claimed_at = now(), attempts = attempts + 1
        WHERE (source, event_id) IN (
          SELECT source, event_id FROM inbox
          WHERE answered_at IS NULL AND claimed_at < now() - ${leaseMs}::float8 * interval '1 ms'
          ORDER BY claimed_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
        )
        RETURNING event, event_id AS "eventId", attempts::int AS attempts`
      const events: Event[] = []
      for (const { event, eventId, attempts } of rows) {
        const opened = openJson(cipher, event) as Event
        if (attempts <= maxClaims) events.push(opened)
        else {
          parts.log('error', 'an event is given up: it was claimed and never answered', { eventId, attempts })
          await settle(parts, opened, { kind: 'none' }, [])
        }
      }
      return events
    },
  }
}

function keyOf(platform: string, id: string): string {
  return JSON.stringify([platform, id])
}

/** The answer and what follows from it, together or not at all; the first answer stays. */
async function settle<Message>(
  { database, cipher, outbox }: InboxParts<Message>,
  event: Identified,
  reply: unknown,
  entries: readonly OutboxEntry[],
): Promise<'stored' | 'already-answered'> {
  faultPoint('commit.before')
  const settled = await database.sql.begin(async (tx) => {
    const rows = await tx`
      UPDATE inbox SET answer = ${tx.json(sealJson(cipher, reply))}, answered_at = now()
      WHERE source = ${event.platform} AND event_id = ${event.id} AND answered_at IS NULL RETURNING true`
    if (rows.length === 0) return 'already-answered' as const
    await outbox.enqueue(tx, entries)
    return 'stored' as const
  })
  faultPoint('commit.after')
  return settled
}

type Seat<Reply> = {
  told(): { readonly reply: Reply } | undefined
  readonly signal: AbortSignal
  leave(): void
}

/** Deliveries of this process that wait for the first one's answer, so that they need not ask the database again. */
function waitingRoom<Reply>() {
  const seats = new Map<string, Set<{ hear(reply: Reply): void }>>()
  return {
    sit: (key: string): Seat<Reply> => {
      const heard = new AbortController()
      let told: { readonly reply: Reply } | undefined
      const seat = {
        hear: (reply: Reply) => {
          told = { reply }
          heard.abort()
        },
      }
      const row = seats.get(key) ?? new Set()
      seats.set(key, row.add(seat))
      return {
        told: () => told,
        signal: heard.signal,
        leave: () => {
          row.delete(seat)
          if (row.size === 0) seats.delete(key)
        },
      }
    },
    tell: (key: string, reply: Reply) => {
      for (const seat of seats.get(key) ?? []) seat.hear(reply)
    },
  }
}
