import type postgres from 'postgres'
import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import { answerKey } from './answer-key.ts'
import { storableJson, storableText } from './plain-json.ts'
import { maskedPhones } from './typed-phones.ts'

/** A question as it was understood, shaped like the entry of chat/ports.ts QueryLog. */
type Entry = {
  readonly event: {
    readonly id: string
    readonly platform: string
    readonly conversation: { readonly id: string; readonly kind: string }
  }
  readonly memberId: string | undefined
  /** What was typed; blank for taps and pictures. */
  readonly question: string
  readonly trace: {
    readonly intent: string
    readonly slots: Readonly<Record<string, unknown>>
    readonly expect: string
    readonly about?: { readonly orderId: string; readonly returnId?: string }
  }
  readonly latencyMs: number
}

/** Whose talk in which chat. */
type Place = { readonly platform: string; readonly conversationId: string; readonly memberId: string }

/** An answer that somebody called bad, with how its question was understood. */
export type TrainingLine = {
  /** Phones masked. Blank for a tap. */
  readonly question: string
  readonly intent: string
  readonly slots: unknown
  readonly expect: string
  readonly atMs: number
}

/** A question that may be handed over: what was asked last. */
export type AskedBefore = {
  readonly answerKey: string
  readonly question: string
  readonly subject?: string
}

export type QueryLog = {
  record(entry: Entry): Promise<void>
  /** The person's own answer only; `unknown` for anybody else's, and for one that was never logged. */
  vote(memberId: string, answerKey: string, vote: 'up' | 'down'): Promise<'noted' | 'unknown'>
  /** The newest typed question of this person in this chat since then; talk about the desk itself does not count. */
  lastAsked(place: Place, sinceMs: number): Promise<AskedBefore | undefined>
  /** The person's question behind an answer. */
  asked(memberId: string, answerKey: string): Promise<AskedBefore | undefined>
  /** Which of these orders or returns the person was answered about since then. */
  lookedAt(memberId: string, subjects: readonly string[], sinceMs: number): Promise<ReadonlySet<string>>
  /** What was voted down, newest first; a line goes with its words after 7 days. */
  trainingList(limit: number): Promise<readonly TrainingLine[]>
}

/** Characters of a question that are kept: enough for the training list, no room for a pasted file. */
const questionChars = 500
/** What is said to the desk, not asked of it. */
const asides = ['smalltalk', 'help', 'handoff']

/** Where each question ends up for the direct answer rate. Phone numbers are masked before they are written. */
export function queryLog({ sql }: Pick<Database, 'sql'>, clock: Clock): QueryLog {
  return {
    record: async ({ event, memberId, question, trace, latencyMs }) => {
      const { intent, expect, about } = trace
      // a tap has no words that could ever be erased with its slots
      const slots = question === '' ? {} : (storableJson(maskedValue(trace.slots)) as postgres.JSONValue)
      await sql`
        INSERT INTO query_log (at, platform, conversation_id, conversation_kind, member_id, question, intent, slots,
          expect, latency_ms, answer_key, subject)
        VALUES (to_timestamp(${clock.nowMs()}::float8 / 1000), ${event.platform}, ${event.conversation.id},
          ${event.conversation.kind}, ${memberId ?? null}, ${maskedQuestion(question)}, ${intent},
          ${sql.json(slots)}, ${expect}, ${Math.max(0, Math.round(latencyMs))}, ${answerKey(event.platform, event.id)},
          ${about?.returnId ?? about?.orderId ?? null})`
    },
    vote: async (memberId, key, vote) => {
      const rows = await sql`
        UPDATE query_log SET vote = ${vote}, voted_at = to_timestamp(${clock.nowMs()}::float8 / 1000)
        WHERE answer_key = ${key} AND member_id = ${memberId} RETURNING id`
      return rows.length > 0 ? 'noted' : 'unknown'
    },
    lastAsked: async (place, sinceMs) => {
      const [row] = await sql<AskedRow[]>`
        SELECT answer_key AS "answerKey", question, subject FROM query_log
        WHERE member_id = ${place.memberId} AND at >= to_timestamp(${sinceMs}::float8 / 1000)
          AND platform = ${place.platform} AND conversation_id = ${storableText(place.conversationId)}
          AND question <> '' AND intent <> ALL(${asides}::text[])
        ORDER BY at DESC, id DESC LIMIT 1`
      return row && askedOf(row)
    },
    asked: async (memberId, key) => {
      const [row] = await sql<AskedRow[]>`
        SELECT answer_key AS "answerKey", coalesce(question, '') AS question, subject FROM query_log
        WHERE answer_key = ${key} AND member_id = ${memberId} ORDER BY id DESC LIMIT 1`
      return row && askedOf(row)
    },
    lookedAt: async (memberId, subjects, sinceMs) => {
      const rows = await sql<{ subject: string }[]>`
        SELECT DISTINCT subject FROM query_log
        WHERE member_id = ${memberId} AND at >= to_timestamp(${sinceMs}::float8 / 1000)
          AND subject = ANY(${[...subjects]}::text[])`
      return new Set(rows.map(({ subject }) => subject))
    },
    trainingList: (limit) => sql<TrainingLine[]>`
      SELECT question, intent, slots, expect, round(extract(epoch FROM at) * 1000)::float8 AS "atMs"
      FROM query_log WHERE vote = 'down' AND question IS NOT NULL ORDER BY voted_at DESC, id DESC LIMIT ${limit}`,
  }
}

type AskedRow = { readonly answerKey: string; readonly question: string; readonly subject: string | null }

function askedOf({ subject, ...row }: AskedRow): AskedBefore {
  return { ...row, ...(subject !== null && { subject }) }
}

/** The first characters of what was typed, phones masked, as Postgres takes it. */
export function maskedQuestion(question: string): string {
  return storableText(maskedPhones([...question].slice(0, questionChars).join('')))
}

function maskedValue(value: unknown): unknown {
  if (typeof value === 'string') return maskedPhones(value)
  if (Array.isArray(value)) return value.map(maskedValue)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, maskedValue(inner)]))
}
