import { commandTask } from '../../handlers/command-task.ts'
import type { OutboundMessage } from '../../src/chat/ports.ts'
import type { Reply } from '../../src/chat/reply.ts'
import { hubLocal } from '../../src/connectors/hub-local.ts'
import { audit } from '../../src/hub/audit.ts'
import { commandLedger } from '../../src/hub/command-ledger.ts'
import type { CommandPort } from '../../src/hub/commands.ts'
import { outbox } from '../../src/hub/outbox.ts'
import { refundTimes } from '../../src/hub/refund-times.ts'
import { returnLookup } from '../../src/hub/return-lookup.ts'
import { reversals } from '../../src/hub/reversals.ts'
import { settings } from '../../src/hub/settings.ts'
import { undoDecision } from '../../src/hub/undo-decision.ts'
import { worker } from '../../src/jobs/worker.ts'
import { outwardActions } from '../../src/outward-parts.ts'
import { fixedClock, movableClock } from '../../src/runtime/clock.ts'
import { randomIds } from '../../src/runtime/ids.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { customerWords } from '../../src/text/zh-commands.ts'
import { testPersonal } from './cipher.ts'
import type { FreshDatabase } from './database.ts'
import { codec } from './every-card.ts'

const people = [
  ['lead', '小林', 'cs_lead'],
  ['keeper', '小周', 'warehouse'],
  ['finance', '小陈', 'finance'],
  ['boss', '沈总', 'director'],
  ['ops', '小何', 'ops'],
  ['it', '小吴', 'it'],
  ['it2', '小丁', 'it'],
] as const

/** Wednesday morning in Beijing, no day off near. */
export const outwardNowMs = Date.parse('2026-11-25T10:06:11+08:00')

/** Commands, undo and reversal over a real database, with returns made by hand and the local systems or those given. */
export function outwardDesk({ database }: FreshDatabase, given: readonly CommandPort[] = []) {
  const { sql } = database
  const clock = movableClock(fixedClock(outwardNowMs))
  const box = outbox(database, testPersonal)
  const chain = audit(database, clock)
  const channels = ['play']
  const outward = outwardActions({
    outbox: box,
    clock,
    personal: testPersonal,
    refundTimes: () => refundTimes(settings(database)),
  })
  const writing = { database, outbox: box, audit: chain, clock, channels }
  const ledger = commandLedger(writing)
  const ports: CommandPort[] = [...given, hubLocal({ database, clock })]
  const task = commandTask({ ledger, ports, codec, wake: () => {} })
  const executor = worker({ outbox: box, tasks: { 'command.run': task }, wake: () => {}, clock, log: silentLog })
  let serial = 0

  /** A return whose levels up to the last one are decided; `approve` decides that too. */
  const makeReturn = async (shop = 'S1') => {
    serial += 1
    const n = String(serial).padStart(4, '0')
    const [orderId, returnId] = [`SO26112500${n}`, `TH261125${n}`]
    const at = (ms: number) => sql`to_timestamp(${ms}::float8 / 1000)`
    await sql`
      INSERT INTO orders (id, channel, shop, order_no, ordered_at, paid_at, pay_method, paid_fen, source, source_modified_at)
      VALUES (${orderId}, 'douyin', ${shop}, ${`69364766924370${n}`}, ${at(outwardNowMs - 9e8)}, ${at(outwardNowMs - 9e8)},
        '微信', 23800, 'test', ${at(outwardNowMs)})`
    await sql`INSERT INTO order_lines (id, order_id, line_key, position, sku, name, qty, amount_fen)
      VALUES (${`${orderId}-1`}, ${orderId}, 'A', 1, 'NK-L', '纸尿裤L', 2, 23800)`
    await sql`INSERT INTO returns (id, order_id, reason, applied_at, waybill_no, carrier_code, refund_fen)
      VALUES (${returnId}, ${orderId}, '破损', ${at(outwardNowMs - 36e5)}, ${`7589456123${n}`}, 'ZTO', 23800)`
    await sql`INSERT INTO return_lines (return_id, order_line_id, asked_qty) VALUES (${returnId}, ${`${orderId}-1`}, 2)`
    for (const [index, role] of (['cs_lead', 'warehouse', 'finance'] as const).entries())
      await sql`
        INSERT INTO approval_levels (return_id, level, role, state, started_at, due_at, decided_at, decided_by)
        VALUES (${returnId}, ${index + 1}, ${role}, ${index < 2 ? 'approved' : 'pending'}, ${at(outwardNowMs - 18e5)},
          ${at(outwardNowMs + 36e5)}, ${index < 2 ? at(outwardNowMs - 6e5) : null},
          ${index === 0 ? 'lead' : index === 1 ? 'keeper' : null})`
    return { orderId, returnId }
  }

  /** Finance says yes as the decide core does, and what follows is given in the same transaction. */
  const approve = (returnId: string) =>
    sql.begin(async (tx) => {
      const now = tx`to_timestamp(${clock.nowMs()}::float8 / 1000)`
      await tx`UPDATE approval_levels SET state = 'approved', decided_at = ${now}, decided_by = 'finance'
        WHERE return_id = ${returnId} AND level = 3`
      await tx`UPDATE returns SET approval = 'approved', approved_at = ${now}, version = version + 1 WHERE id = ${returnId}`
      await tx`UPDATE return_lines SET approved_qty = asked_qty WHERE return_id = ${returnId}`
      await outward.returnApproved(tx, returnId, clock.nowMs())
    })

  return {
    sql,
    clock,
    chain,
    outward,
    ledger,
    ports,
    box,
    makeReturn,
    approve,
    executor,
    undo: undoDecision({ database, audit: chain, clock, closeTodo: outward.closeTodo }),
    reversals: reversals({ ...writing, ...outward, personal: testPersonal, ids: randomIds(), words: customerWords }),
    returns: returnLookup(database, testPersonal),
    ledgerOf: (returnId: string) => ledger.ofSubject(`return:${returnId}`),
    /** Lets pass so much of the desk's time, and carries out what is due; a try that failed waits no longer. */
    work: async () => {
      await sql`UPDATE outbox SET due_at = now() WHERE state = 'ready' AND attempts > 0`
      for (const { key } of (await box.due(100)).filter((row) => !row.key.startsWith('command-')))
        await executor.execute(key)
    },
    endHold: () => sql`UPDATE outbox SET due_at = now() WHERE state = 'ready' AND attempts = 0`,
    /** Messages that wait, by person. */
    told: async (): Promise<readonly { readonly to: string; readonly reply: Reply }[]> => {
      const rows = await sql<{ payload: { sealed: string } }[]>`
        SELECT payload FROM outbox WHERE task = 'chat.send' ORDER BY id`
      return rows.map(({ payload }) => {
        const { to, reply } = JSON.parse(testPersonal.open(Buffer.from(payload.sealed, 'base64'))) as OutboundMessage
        return { to: to.id, reply }
      })
    },
    audits: async (returnId: string) => {
      const rows = await sql<{ action: string }[]>`
        SELECT action FROM audit WHERE subject = ${`return:${returnId}`} ORDER BY seq`
      return rows.map(({ action }) => action)
    },
    clean: async () => {
      await sql`TRUNCATE orders, members, outbox, commands, reversals, deadlines, notices CASCADE`
      for (const [id, name, role] of people) {
        await sql`INSERT INTO members (id, name) VALUES (${id}, ${name})`
        await sql`INSERT INTO member_roles (member_id, role) VALUES (${id}, ${role})`
        await sql`INSERT INTO member_accounts (platform, user_id, member_id) VALUES ('play', ${`play-${id}`}, ${id})`
      }
      clock.setOffset(0)
    },
  }
}

export type OutwardDesk = ReturnType<typeof outwardDesk>
