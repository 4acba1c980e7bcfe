import { createHash } from 'node:crypto'
import type { Database } from '../db/client.ts'
import { dayMs, dayStart } from '../runtime/beijing.ts'
import type { Clock } from '../runtime/clock.ts'
import { assertNever, Unreachable } from '../runtime/errors.ts'
import type { Log } from '../runtime/log.ts'
import type { SmsOutcome, SmsSender, SmsTaken, SmsVendor } from './sms.ts'
import { type SmsPurpose, templateFor, valuesFor } from './sms-templates.ts'

export type SmsSendingParts = {
  readonly database: Pick<Database, 'sql'>
  readonly vendor: SmsVendor
  /** The real time. */
  readonly clock: Clock
  readonly log: Log
}

/** Nobody's phone is woken for what can wait: messages go from 8:00 to 22:00 in Beijing, urgent ones at any hour. */
const opensMs = 8 * 3_600_000
const closesMs = 22 * 3_600_000

/** How long a vendor may take to show what it sent. Unconfirmed. */
const settleMs = 30_000

type State = 'waiting' | 'sending' | 'sent' | 'delivered' | 'undelivered' | 'refused'
type Row = { readonly state: State; readonly tries: number; readonly receipt: string | null; readonly triedMs: number }

/**
 * Sends each message once, whatever becomes of a call: it stands in the ledger before the vendor is asked, and after an unknown
 * outcome the vendor is asked whether it went before it is sent again.
 */
export function smsSending(parts: SmsSendingParts): SmsSender {
  const { vendor, clock } = parts
  return {
    name: vendor.name,
    send: async (message, key, signal) => {
      const waitMs = message.urgent === true || message.ring ? 0 : untilOpenMs(clock.nowMs())
      if (waitMs > 0) return { outcome: 'retry', reason: 'messages go from 8:00 to 22:00', afterMs: waitMs }
      const purpose: SmsPurpose = message.ring || message.urgent === true ? 'urgent' : 'overdue'
      const template = templateFor(vendor.templates, purpose)
      if (template === undefined) return { outcome: 'refused', reason: `no template is for ${purpose}` }
      const id = idOf(key)
      const row = await begun(parts, id, purpose, template.code)
      const before = row.state === 'sending' ? await lookedUp(parts, row, message.phone, id, signal) : settled(row)
      if (before !== undefined) return before
      if (!(await claimed(parts, id, row))) return { outcome: 'retry', reason: 'another process has it in hand' }
      const taken = await asked(parts, () => {
        const { phone, text, title = '', about = text } = message
        return vendor.send({ phone, template, id, values: valuesFor(template, { text, title, about }) }, signal)
      })
      return written(parts, id, taken)
    },
  }
}

/** The key names what it is about; the vendor need not know. */
function idOf(key: string): string {
  return `cd-${createHash('sha256').update(key).digest('hex').slice(0, 29)}`
}

/** 0 while messages may go. */
function untilOpenMs(nowMs: number): number {
  const sinceMs = nowMs - dayStart(nowMs)
  if (sinceMs < opensMs) return opensMs - sinceMs
  return sinceMs < closesMs ? 0 : dayMs - sinceMs + opensMs
}

async function begun(parts: SmsSendingParts, id: string, purpose: SmsPurpose, template: string): Promise<Row> {
  const { sql } = parts.database
  await sql`
    INSERT INTO sms_messages (id, connector, purpose, template, created_at)
    VALUES (${id}, ${parts.vendor.name}, ${purpose}, ${template}, to_timestamp(${parts.clock.nowMs()}::float8 / 1000))
    ON CONFLICT DO NOTHING`
  const [row] = await sql<Row[]>`
    SELECT state, tries, receipt, coalesce(round(extract(epoch FROM tried_at) * 1000), 0)::float8 AS "triedMs"
    FROM sms_messages WHERE id = ${id}`
  if (row === undefined) throw new Error('a message that was just begun is gone')
  return row
}

/** What a message that is over came to; undefined when it has to be sent. A refused one may be sent again: somebody replayed it. */
function settled({ state, receipt }: Row): SmsOutcome | undefined {
  switch (state) {
    case 'sent':
    case 'delivered':
    case 'undelivered':
      return { outcome: 'sent', ...(receipt !== null && { receipt: { id: receipt } }) }
    case 'waiting':
    case 'sending':
    case 'refused':
      return undefined
    default:
      return assertNever(state)
  }
}

async function lookedUp(
  parts: SmsSendingParts,
  { triedMs }: Row,
  phone: string,
  id: string,
  signal: AbortSignal,
): Promise<SmsOutcome | undefined> {
  const found = await parts.vendor.find({ phone, id, sinceMs: triedMs }, signal)
  if (found !== undefined) return written(parts, id, { outcome: 'sent', receipt: found })
  const leftMs = triedMs + settleMs - parts.clock.nowMs()
  return leftMs > 0 ? { outcome: 'retry', reason: 'it may have been sent', afterMs: leftMs } : undefined
}

async function claimed({ database: { sql }, clock }: SmsSendingParts, id: string, row: Row): Promise<boolean> {
  const rows = await sql`
    UPDATE sms_messages SET state = 'sending', tries = tries + 1, code = NULL, tried_at = to_timestamp(${clock.nowMs()}::float8 / 1000)
    WHERE id = ${id} AND state = ${row.state} AND tries = ${row.tries}`
  return rows.count === 1
}

/** undefined when nobody knows what became of it. */
async function asked(parts: SmsSendingParts, ask: () => Promise<SmsTaken>): Promise<SmsTaken | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error
    parts.log('warn', 'a message may have been sent', { connector: parts.vendor.name, reason: error.message })
    return undefined
  }
}

/** Its receipt may have come first: that one stays. */
async function written(
  { database: { sql } }: SmsSendingParts,
  id: string,
  taken: SmsTaken | undefined,
): Promise<SmsOutcome> {
  if (taken === undefined) return { outcome: 'retry', reason: 'it may have been sent', afterMs: settleMs }
  const state = { sent: 'sent', wait: 'waiting', refused: 'refused' }[taken.outcome]
  await sql`
    UPDATE sms_messages SET state = ${state}, receipt = ${taken.outcome === 'sent' ? taken.receipt : null},
      code = ${taken.outcome === 'sent' ? null : taken.code}
    WHERE id = ${id} AND state = 'sending'`
  switch (taken.outcome) {
    case 'sent':
      return { outcome: 'sent', receipt: { id: taken.receipt } }
    case 'wait':
      return { outcome: 'retry', reason: `the vendor wants to wait: ${taken.code}`, afterMs: taken.afterMs }
    case 'refused':
      return { outcome: 'refused', reason: taken.reason }
    default:
      return assertNever(taken)
  }
}
