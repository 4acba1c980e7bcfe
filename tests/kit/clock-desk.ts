import { escalationEntry } from '../../handlers/escalations.ts'
import { type Card, cardText } from '../../src/chat/card.ts'
import type { OutboundMessage } from '../../src/chat/ports.ts'
import type { Database } from '../../src/db/client.ts'
import { clockEngine } from '../../src/hub/clock-engine.ts'
import { deskNow } from '../../src/hub/deadlines.ts'
import { outbox } from '../../src/hub/outbox.ts'
import { type ClockRules, defaultClockRules } from '../../src/hub/rungs.ts'
import { movableClock } from '../../src/runtime/clock.ts'
import { type Log, silentLog } from '../../src/runtime/log.ts'
import { testPersonal } from './cipher.ts'
import { codec } from './every-card.ts'

const people = [
  ['m_lead', '小林', 'cs_lead'],
  ['m_lead2', '小郑', 'cs_lead'],
  ['m_keeper', '小周', 'warehouse'],
  ['m_finance', '小陈', 'finance'],
  ['m_cs', '小李', 'cs'],
  ['m_boss', '沈总', 'director'],
] as const

export type ClockDeskOptions = {
  readonly channels?: readonly string[]
  readonly rules?: ClockRules
  readonly process?: string
  readonly log?: Log
}

/** The clock engine over a real database whose desk time the test sets; people with an account on both apps. */
export function clockDesk(database: Database, options: ClockDeskOptions = {}) {
  const { sql } = database
  const time = movableClock()
  const box = outbox(database, testPersonal)
  const parts = {
    database,
    time,
    rules: async () => options.rules ?? defaultClockRules,
    outbox: box,
    log: options.log ?? silentLog,
    channels: options.channels ?? ['wecom', 'dingtalk'],
    process: options.process ?? 'p1',
  }
  const engine = clockEngine(parts)
  const words = escalationEntry({ codec })
  return {
    parts,
    engine,
    words,
    sweep: () => engine.sweep(words),
    /** The desk's time is this from now on; it goes on with the database's. */
    set: async (atMs: number) => {
      const [row] = await sql<{ ms: number }[]>`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms`
      time.setOffset(Math.ceil(atMs - (row?.ms ?? 0)) + 1)
    },
    now: () => deskNow(sql, time),
    /** What went to whom, oldest first, as it reads where no cards are shown. */
    told: async (): Promise<readonly { to: string; key: string; card: Card; text: string }[]> => {
      const rows = await sql<{ payload: { sealed: string } }[]>`SELECT payload FROM outbox ORDER BY id`
      return rows.map(({ payload }) => {
        const message = JSON.parse(testPersonal.open(Buffer.from(payload.sealed, 'base64'))) as OutboundMessage
        if (message.reply.kind !== 'card') throw new Error(`no card but ${message.reply.kind}`)
        const { card } = message.reply
        return { to: `${message.to.platform}:${message.to.id}`, key: message.key, card, text: cardText(card) }
      })
    },
    ledger: () => sql<
      { subject: string; clock: string; rung: number; step: string; name: string | null; state: string }[]
    >`
      SELECT e.subject, e.clock, e.rung::int AS rung, e.step, m.name, e.state FROM escalations e LEFT JOIN members m ON m.id = e.member_id
      ORDER BY e.id`,
    clean: async () => {
      await sql`TRUNCATE deadlines, escalations, nudges, outbox, carrier_calls, orders, members CASCADE`
      for (const [id, name, role] of people) {
        await sql`INSERT INTO members (id, name) VALUES (${id}, ${name})`
        await sql`INSERT INTO member_roles (member_id, role) VALUES (${id}, ${role})`
        await sql`INSERT INTO member_accounts (platform, user_id, member_id) VALUES ('wecom', ${`wx-${id}`}, ${id}), ('dingtalk', ${`dt-${id}`}, ${id})`
      }
    },
  }
}

export type ClockDesk = ReturnType<typeof clockDesk>

/** An order of 抖音 that is paid; `more` overrides columns. */
export async function putOrder(
  sql: Database['sql'],
  id: string,
  atMs: number,
  more: Record<string, unknown> = {},
): Promise<void> {
  const at = new Date(atMs)
  const row = {
    id,
    channel: 'douyin',
    shop: 's',
    order_no: `69364766924374${id.slice(-4).padStart(4, '0')}`,
    ordered_at: at,
  }
  const paid = { paid_at: at, pay_method: '微信', paid_fen: 16_900n, source: 'douyin.push', source_modified_at: at }
  await sql`INSERT INTO orders ${sql({ ...row, ...paid, ...more } as never)}`
}

export type PutReturn = {
  readonly appliedAtMs: number
  readonly level?: 1 | 2 | 3
  readonly startedAtMs?: number
  readonly dueAtMs?: number
  readonly holderId?: string
}

const roles = ['cs_lead', 'warehouse', 'finance'] as const

/** A return of ¥169 with its three levels, one of them open. */
export async function putReturn(sql: Database['sql'], id: string, put: PutReturn): Promise<void> {
  const { appliedAtMs, level = 1, startedAtMs = appliedAtMs, dueAtMs, holderId } = put
  const orderId = `SO${id.slice(2)}`
  await putOrder(sql, orderId, appliedAtMs - 86_400_000)
  await sql`INSERT INTO returns (id, order_id, reason, applied_at, refund_fen) VALUES (${id}, ${orderId}, '破损', ${new Date(appliedAtMs)}, 16900)`
  for (const [index, role] of roles.entries()) {
    const open = index + 1 === level
    await sql`INSERT INTO approval_levels (return_id, level, role, state, holder_id, started_at, due_at)
      VALUES (${id}, ${index + 1}, ${role}, ${open ? 'pending' : index + 1 < level ? 'approved' : 'waiting'},
        ${open ? (holderId ?? null) : null}, ${open ? new Date(startedAtMs) : null},
        ${open && dueAtMs !== undefined ? new Date(dueAtMs) : null})`
  }
}

/** A parcel of an order of its own. */
export async function putParcel(
  sql: Database['sql'],
  id: string,
  parcel: { readonly shippedAtMs: number; readonly lastEventAtMs?: number; readonly state?: string },
): Promise<void> {
  const { shippedAtMs, lastEventAtMs, state = 'created' } = parcel
  const shipped = { shipped_at: new Date(shippedAtMs), carrier_code: 'YTO', waybill_no: `YT${id}` }
  await putOrder(sql, `SO${id}`, shippedAtMs - 3_600_000, shipped)
  await sql`INSERT INTO parcels (id, order_id, waybill_no, carrier_code, shipped_at, state, last_event_at)
    VALUES (${id}, ${`SO${id}`}, ${`YT${id}`}, 'YTO', ${new Date(shippedAtMs)}, ${state}, ${lastEventAtMs === undefined ? null : new Date(lastEventAtMs)})`
}
