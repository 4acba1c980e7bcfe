import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Command, CommandName, CommandPort } from '../../../src/hub/commands.ts'
import { giveOwed } from '../../../src/hub/owed-commands.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { type OutwardDesk, outwardDesk, outwardNowMs } from '../../kit/outward-desk.ts'

const all: readonly CommandName[] = ['wms.pick', 'erp.gift_freeze', 'erp.gift_release']
let fresh: FreshDatabase
let desk: OutwardDesk
const seen: { readonly key: string; readonly command: Command }[] = []
const port: CommandPort = {
  name: 'erp',
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

const owed = (takes: readonly CommandName[] = all, give = desk.outward.give) =>
  giveOwed({ database: fresh.database, give, takes })(outwardNowMs)
const at = (ms: number) => desk.sql`to_timestamp(${ms}::float8 / 1000)`
const keys = () => seen.map(({ key }) => key).sort()

/** Paid a minute ago, with a locked gift that has a SKU, one that is out of stock and one that is words only. */
async function paid() {
  const { orderId } = await desk.makeReturn()
  await desk.sql`UPDATE orders SET paid_at = ${at(outwardNowMs - 60_000)} WHERE id = ${orderId}`
  for (const [n, verdict, sku] of [
    [1, 'locked', 'BIB-01'],
    [2, 'out_of_stock', 'BIB-02'],
    [3, 'locked', null],
  ] as const)
    await desk.sql`INSERT INTO gifts (id, order_id, name, sku, verdict, decided_at)
      VALUES (${`${orderId}-g${n}`}, ${orderId}, '围兜', ${sku}, ${verdict}, ${at(outwardNowMs)})`
  return orderId
}

test('a paid order is to be picked and its gift is frozen, once, however often and by however many it is asked', async () => {
  const orderId = await paid()
  await Promise.all(Array.from({ length: 10 }, () => owed()))
  expect(await owed()).toBe(0)
  await desk.work()
  expect(keys()).toEqual([`erp.gift_freeze:${orderId}-g1`, `wms.pick:${orderId}`])
  expect(seen.find(({ command }) => command.name === 'erp.gift_freeze')?.command.payload).toMatchObject({
    sku: 'BIB-01',
    qty: 1,
  })
})

test('both or neither: a process that dies between them leaves nothing', async () => {
  const orderId = await paid()
  const dies = async (...[tx, given]: Parameters<typeof desk.outward.give>) => {
    await desk.outward.give(tx, given.slice(0, 1))
    throw new Error('killed')
  }
  await expect(owed(all, dies)).rejects.toThrow('killed')
  expect(await desk.sql`SELECT 1 FROM commands`).toHaveLength(0)
  expect(await desk.sql`SELECT 1 FROM outbox`).toHaveLength(0)
  expect(await owed()).toBe(2)
  expect((await desk.sql`SELECT key FROM commands ORDER BY key`).map(({ key }) => key)).toEqual([
    `erp.gift_freeze:${orderId}-g1`,
    `wms.pick:${orderId}`,
  ])
})

test.each([
  ['held', 'on_hold_at = now()'],
  ['kept back', "quarantined_at = now(), quarantine_reason = 'carrier_missing'"],
  ['cancelled', "cancelled_at = now(), cancel_reason = 'x'"],
  ['being picked', 'picking_at = now()'],
  ['not paid', 'paid_at = NULL'],
])('nothing is to be picked of an order that is %s', async (_, change) => {
  const orderId = await paid()
  await desk.sql.unsafe(`UPDATE orders SET ${change} WHERE id = $1`, [orderId])
  await owed(['wms.pick'])
  await desk.work()
  expect(keys()).toEqual([])
})

test('a gift decided later is frozen then; on a desk without picking tasks it is frozen alone', async () => {
  const orderId = await paid()
  await desk.sql`UPDATE gifts SET verdict = 'out_of_stock'`
  expect(await owed()).toBe(1)
  await desk.sql`UPDATE gifts SET verdict = 'locked' WHERE id = ${`${orderId}-g1`}`
  expect(await owed()).toBe(1)
  await desk.clean()
  await paid()
  expect(await owed(['erp.gift_freeze'])).toBe(1)
})

test.each([
  ['signed for', "signed_at = now(), signer = '本人', sign_photo_url = 'none'"],
  ['cancelled', "cancelled_at = now(), cancel_reason = '重复下单'"],
])('what was frozen is let go once when the order is %s, and only that', async (_, change) => {
  const orderId = await paid()
  await owed()
  await desk.work()
  expect(await owed()).toBe(0)
  await desk.sql.unsafe(`UPDATE orders SET ${change} WHERE id = $1`, [orderId])
  await Promise.all(Array.from({ length: 10 }, () => owed(['erp.gift_release'])))
  await desk.work()
  expect(keys().filter((key) => key.startsWith('erp.gift_release'))).toEqual([`erp.gift_release:${orderId}-g1`])
})
