import type postgres from 'postgres'
import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import { storableJson, storableText } from './plain-json.ts'

/** A question as it was understood, shaped like the entry of chat/ports.ts QueryLog. */
type Entry = {
  readonly event: {
    readonly platform: string
    readonly conversation: { readonly id: string; readonly kind: string }
  }
  readonly memberId: string | undefined
  readonly question: string
  readonly trace: {
    readonly intent: string
    readonly slots: Readonly<Record<string, unknown>>
    readonly expect: string
  }
  readonly latencyMs: number
}

/** Characters of a question that are kept: enough for the training list, no room for a pasted file. */
const questionChars = 500

/** Where each question ends up for the direct answer rate. Phone numbers are masked before they are written. */
export function queryLog({ sql }: Pick<Database, 'sql'>, clock: Clock): { record(entry: Entry): Promise<void> } {
  return {
    record: async ({ event, memberId, question, trace, latencyMs }) => {
      const slots = storableJson(maskPhones(trace.slots)) as postgres.JSONValue
      await sql`
        INSERT INTO query_log (at, platform, conversation_id, conversation_kind, member_id, question, intent, slots,
          expect, latency_ms)
        VALUES (to_timestamp(${clock.nowMs()}::float8 / 1000), ${event.platform}, ${event.conversation.id},
          ${event.conversation.kind}, ${memberId ?? null}, ${maskedQuestion(question)}, ${trace.intent},
          ${sql.json(slots)}, ${trace.expect}, ${Math.max(0, Math.round(latencyMs))})`
    },
  }
}

function maskedQuestion(question: string): string {
  return storableText(maskPhone([...question].slice(0, questionChars).join('')))
}

/** A mobile number in any spelling people type: full width, +86, split by spaces or dashes. */
const spelt =
  /(?<![0-9\uff10-\uff19])(?:[1\uff11][\s-]*[3-9\uff13-\uff19](?:[\s-]*[0-9\uff10-\uff19]){9})(?![0-9\uff10-\uff19])/g

function maskPhone(text: string): string {
  return text.replace(spelt, (phone) => {
    const digits = phone.normalize('NFKC').replace(/\D/g, '')
    return `${digits.slice(0, 3)}****${digits.slice(-4)}`
  })
}

function maskPhones(value: unknown): unknown {
  if (typeof value === 'string') return maskPhone(value)
  if (Array.isArray(value)) return value.map(maskPhones)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, maskPhones(inner)]))
}
