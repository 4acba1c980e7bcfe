import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Command, CommandName, CommandPort } from '../../../src/hub/commands.ts'
import { giveOwed } from '../../../src/hub/owed-commands.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { type OutwardDesk, outwardDesk, outwardNowMs } from '../../kit/outward-desk.ts'

const all: readonly CommandName[] = ['crm.field', 'crm.service_record', 'erp.receivable']
const dayMs = 86_400_000

let fresh: FreshDatabase
let desk: OutwardDesk
const seen: { readonly key: string; readonly command: Command }[] = []
const port: CommandPort = {
  name: 'crm',
  takes: all,
  run: async (command, key) => {
    seen.push({ key, command })
    return { outcome: 'done', receipt: {} }
  },
}
beforeAll(async () => {
  fresh = await freshDatabase({ max: 12 })
  desk = outwardDesk(fresh, [port])
})
beforeEach(async () => {
  seen.splice(0)
  await desk.clean()
})
afterAll(() => fresh.drop())

const owed = (takes: readonly CommandName[] = all) =>
  giveOwed({ database: fresh.database, give: desk.outward.give, takes })(outwardNowMs)

/** Signed for, and its return's money on its way, both at this moment. */
async function ended(atMs = outwardNowMs - 60_000) {
  const made = await desk.makeReturn()
  const at = desk.sql`to_timestamp(${atMs}::float8 / 1000)`
  await desk.sql`UPDATE orders SET signed_at = ${at}, signer = '本人', sign_photo_url = 'none' WHERE id = ${made.orderId}`
  await desk.sql`UPDATE returns SET approval = 'approved', approved_at = applied_at, refund_released_at = ${at}, refund_fen = 23805
    WHERE id = ${made.returnId}`
  return made
}

test('CRM and ERP are told once, to the fen, however often and by however many it is asked', async () => {
  const { orderId, returnId } = await ended()
  const counts = await Promise.all(Array.from({ length: 10 }, () => owed()))
  expect(Math.max(...counts)).toBe(3)
  expect(await owed()).toBe(0)
  await desk.work()
  await desk.work()
  expect(seen.map(({ key }) => key).sort()).toEqual([
    `crm.field:${orderId}`,
    `crm.service_record:${returnId}`,
    `erp.receivable:${returnId}`,
  ])
  const payloads = new Map(seen.map(({ command }) => [command.name, command.payload]))
  expect(payloads.get('crm.field')).toMatchObject({ field: 'last_fulfilled_at', atMs: outwardNowMs - 60_000 })
  expect(payloads.get('erp.receivable')).toMatchObject({ returnId, amountFen: '23805' })
  expect(payloads.get('crm.service_record')).toMatchObject({ returnId, reason: '破损', refundFen: '23805' })
  // the outbox forgets, the ledger does not
  await desk.sql`DELETE FROM outbox`
  expect(await owed()).toBe(0)
})

test('only what a system takes is given: nothing on a desk without one', async () => {
  const { orderId, returnId } = await ended()
  expect(await owed([])).toBe(0)
  expect(await owed(['wms.expect_return', 'crm.notice'])).toBe(0)
  expect(await desk.sql`SELECT 1 FROM commands`).toHaveLength(0)
  expect(await owed(['erp.receivable'])).toBe(1)
  expect(await desk.ledgerOf(returnId)).toMatchObject([{ name: 'erp.receivable', state: 'sent' }])
  expect(await desk.ledger.ofSubject(`order:${orderId}`)).toEqual([])
})

test('nothing before the money went, without an amount, or of last month', async () => {
  await desk.makeReturn()
  await ended(outwardNowMs - 30 * dayMs)
  const { returnId } = await ended()
  await desk.sql`UPDATE returns SET refund_fen = NULL WHERE id = ${returnId}`
  expect(await owed(['crm.service_record', 'erp.receivable'])).toBe(0)
  await desk.sql`UPDATE returns SET refund_fen = 1 WHERE id = ${returnId}`
  expect(await owed(['erp.receivable'])).toBe(1)
})
