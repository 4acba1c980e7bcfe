import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { paraphrases, writes } from '../kit/paraphrase.ts'
import { type WriteDesk, writeDesk } from '../kit/write-desk.ts'
import { orderNo, paidOrder, pendingReturn, shippedOrder, signedOrder } from '../kit/write-orders.ts'

const ownTables = ['drafts', 'chat_memory', 'query_log', 'audit', 'settings']
const shippedNo = '6936476692437470001'
const signedNo = '6936476692437470002'
const fitting: Readonly<Record<string, string>> = {
  'order.edit_waybill': shippedNo,
  'logistics.call_carrier': shippedNo,
  'order.mark_signer': signedNo,
  'return.add_note': signedNo,
}

let fresh: FreshDatabase
let desk: WriteDesk
let tables: readonly string[]
beforeAll(async () => {
  fresh = await freshDatabase()
  desk = writeDesk(fresh)
  await desk.clean()
  const rows = await fresh.database.sql<{ name: string }[]>`
    SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`
  tables = rows.map(({ name }) => name).filter((name) => !ownTables.includes(name))
})
afterAll(() => fresh.drop())

/** Every row of every table a line may not touch, as one hash. */
async function state(): Promise<string> {
  const parts = await Promise.all(
    tables.map(async (name) => {
      const [row] = await fresh.database.sql<{ hash: string | null }[]>`
        SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) AS hash FROM ${fresh.database.sql(name)} t`
      return `${name}:${row?.hash ?? ''}`
    }),
  )
  return parts.join('\n')
}

test('no line alone changes anything but its draft: what is meant as a write is only shown', async () => {
  await desk.take(paidOrder())
  await desk.take(shippedOrder({ orderNo: shippedNo, waybillNo: 'JT3684186603850', carrier: 'JT' }))
  const signed = await desk.take(signedOrder({ orderNo: signedNo, waybillNo: '75894561230199' }))
  const returnId = await pendingReturn(fresh, signed)
  const before = await state()
  expect(tables.length).toBeGreaterThan(15)
  let shown = 0
  const lines = [...paraphrases(11, 8), ...paraphrases(12, 30).filter(({ intent }) => writes.includes(intent))]
  for (const [index, { text, intent, slots }] of lines.entries()) {
    // the numbers of the line become some that are known here, and fit: a wish finds what it could change
    const known = Object.entries(slots).reduce((line, [slot, value]) => {
      if (slot === 'return_no') return line.replace(String(value), returnId)
      return slot === 'order_no' || slot === 'hub_no' ? line.replace(String(value), fitting[intent] ?? orderNo) : line
    }, text)
    // without what was shown before: otherwise a line of yes would be the confirmation it is meant to be
    await fresh.database.sql`DELETE FROM drafts`
    const who = writes.includes(intent) ? 'director' : (['cs', 'cs_lead', 'warehouse', 'finance'][index % 4] ?? 'cs')
    await desk.ask(known, { who, media: index % 7 === 0 ? [{ platform: 'play', id: 'm1' }] : [] })
    const [row] = await fresh.database.sql<
      { n: number }[]
    >`SELECT count(*)::int AS n FROM drafts WHERE settled_at IS NULL`
    shown += row?.n ?? 0
    if (index % 40 === 39) expect(await state(), `one of the 40 lines up to ${known}`).toBe(before)
  }
  expect(await state()).toBe(before)
  expect(lines.length).toBeGreaterThan(400)
  // the lines do lead to previews: a desk that understands nothing would pass as well
  expect(shown).toBeGreaterThan(60)
}, 120_000)
