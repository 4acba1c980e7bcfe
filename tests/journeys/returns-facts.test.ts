import { afterAll, beforeEach, expect, test } from 'vitest'
import { deskNow } from '../../src/hub/deadlines.ts'
import { putReturn } from '../kit/clock-desk.ts'
import { openDoors, type Person } from '../kit/doors.ts'
import { until } from '../kit/until.ts'

// J14, J18–J21 over the wires of both vendors: what a level rests on, read when its card is made and again at the tap.

const people: readonly Person[] = [
  { name: '小林', role: '组长', id: 'lead-1' },
  { name: '小周', role: '仓管', id: 'keeper-1' },
  { name: '小陈', role: '财务', id: 'money-1' },
  { name: '小李', role: '客服', id: 'cs-1' },
]
/** The keeper is reached in DingTalk alone, the others in WeCom. */
const inDingtalk = '小周'

const doors = await openDoors(people)
const { fresh, clock } = doors.real
const { sql } = fresh.database
await sql`DELETE FROM member_accounts a USING members m WHERE m.id = a.member_id AND a.platform = 'wecom' AND m.name = ${inDingtalk}`
afterAll(() => doors.close())
beforeEach(async () => {
  await sql`DELETE FROM sources WHERE name LIKE 'erp.%'`
})

const chatOf = (name: string) => (name === inDingtalk ? doors.dingtalk : doors.wecom).direct(name)
const stands = async (name: string, words: RegExp, limitMs = 6_000) =>
  until(async () => {
    const shown = (await chatOf(name).stands()).map((one) => one.words)
    if (!shown.some((one) => words.test(one))) throw new Error(`${name}: ${shown.join('\n---\n')}`)
  }, limitMs)

/** Of one line of this SKU, paid in whole, applied for by the agent, at this level; the levels before said yes. */
async function waiting(id: string, level: 1 | 2, sku: string): Promise<string> {
  const nowMs = await deskNow(sql, clock)
  const orderId = `SO${id.slice(2)}`
  await sql`INSERT INTO stock_lots (id, sku, name, warehouse, location, on_hand, zone, expires_on)
    VALUES (${`lot-${sku}`}, ${sku}, '纸尿裤L', '义乌仓', 'A-03-12', 46, 'shelf', '2027-08-01') ON CONFLICT DO NOTHING`
  await putReturn(sql, id, { appliedAtMs: nowMs, dueAtMs: nowMs + 15 * 60_000, level })
  await sql`UPDATE orders SET paid_at = ordered_at, pay_method = '微信', paid_fen = 16900 WHERE id = ${orderId}`
  await sql`INSERT INTO order_lines (id, order_id, line_key, position, sku, name, qty, amount_fen)
    VALUES (${`ln-${id}`}, ${orderId}, 'A', 1, ${sku}, '纸尿裤L', 2, 16900)`
  await sql`INSERT INTO return_lines (return_id, order_line_id, asked_qty) VALUES (${id}, ${`ln-${id}`}, 2)`
  await sql`UPDATE returns SET applied_by = (SELECT id FROM members WHERE name = '小李' AND active LIMIT 1), version = version + 1 WHERE id = ${id}`
  return orderId
}
/** The lead says yes in WeCom, so that the next level opens as the flow opens it. */
async function toKeeper(id: string, sku: string): Promise<string> {
  const orderId = await waiting(id, 1, sku)
  await stands('小林', new RegExp(`【待初审】${id}`))
  await chatOf('小林').tap('同意')
  await stands('小周', new RegExp(`【待复核】${id}`))
  return orderId
}
async function toFinance(id: string, sku: string): Promise<string> {
  const orderId = await toKeeper(id, sku)
  await chatOf('小周').tap('通过')
  await stands('小陈', new RegExp(`【待终审】${id}`))
  return orderId
}
const approvalOf = async (id: string) => {
  const [row] = await sql<{ approval: string }[]>`SELECT approval FROM returns WHERE id = ${id}`
  return row?.approval
}

test('J14: the lot was moved to the near-expiry area meanwhile › shown, asked again, then decided', async () => {
  const id = 'TH2611220101'
  await toKeeper(id, 'SKU-J14')
  await stands('小周', /在架[： ]A-03-12 共46/)
  await sql`UPDATE stock_lots SET zone = 'near_expiry', location = 'L-01', expires_on = (now() + interval '58 days')::date WHERE id = 'lot-SKU-J14'`
  await chatOf('小周').tap('通过')
  await stands('小周', /情况变了，请再确认一次/)
  expect(await approvalOf(id)).toBe('pending')
  const [again] = ((await chatOf('小周').stands()).at(-1)?.words ?? '').match(/\[(按临期入库|通过)\]/) ?? []
  await chatOf('小周').tap(again?.slice(1, -1) ?? '')
  await stands('小陈', new RegExp(`【待终审】${id}`))
})

test('J18: finance sees amount, arrears, what was paid, when money goes', async () => {
  const id = 'TH2611220102'
  await toFinance(id, 'SKU-J18')
  await stands(
    '小陈',
    new RegExp(`【待终审】${id}[\\s\\S]*应收 [^\\n]*无欠款[\\s\\S]*实付 ¥169.00[\\s\\S]*放款 入库后`),
  )
})

test('J19: the buyer owes › 抵扣 or 挂起, never simply through', async () => {
  const id = 'TH2611220103'
  const orderId = await waiting(id, 1, 'SKU-J19')
  await sql`INSERT INTO customers (id, display_name) VALUES ('cu_debtor', '某客户') ON CONFLICT DO NOTHING`
  await sql`UPDATE orders SET customer_id = 'cu_debtor' WHERE id = ${orderId}`
  await sql`INSERT INTO receivables (customer_id, arrears_fen, source, checked_at) VALUES ('cu_debtor', 431000, 'erp.u8', now()) ON CONFLICT DO NOTHING`
  await stands('小林', new RegExp(`【待初审】${id}`))
  await chatOf('小林').tap('同意')
  await stands('小周', new RegExp(`【待复核】${id}`))
  await chatOf('小周').tap('通过')
  await stands('小陈', new RegExp(`【待终审】${id}[\\s\\S]*欠款¥4,310.00[\\s\\S]*\\[抵扣并通过\\]`))
  await chatOf('小陈').tap('抵扣并通过')
  await until(async () => expect(await approvalOf(id)).toBe('approved'))
})

test('J20: the ERP does not answer › not to be taken for none; healed, the same tap decides', async () => {
  const id = 'TH2611220104'
  await toFinance(id, 'SKU-J20')
  await sql`INSERT INTO sources (name, heard_at, stale_after_minutes, last_error) VALUES ('erp.u8', now(), 1440, 'no answer')`
  await chatOf('小陈').tap('通过')
  await stands('小陈', /未响应|没有响应|不能当作无欠款/)
  expect(await approvalOf(id)).toBe('pending')
  await sql`UPDATE sources SET last_error = NULL, heard_at = now() + interval '2 days' WHERE name = 'erp.u8'`
  await chatOf('小陈').say(`${id} 通过`)
  await stands('小陈', new RegExp(`请确认：通过退货·${id}`))
  await chatOf('小陈').say('确认')
  await until(async () => expect(await approvalOf(id)).toBe('approved'))
})

test('J21: another return was approved meanwhile › the sums, [改为¥…], and then through', async () => {
  const id = 'TH2611220105'
  const orderId = await toFinance(id, 'SKU-J21')
  await sql`INSERT INTO returns (id, order_id, reason, applied_at, approval, approved_at, refund_fen)
    VALUES ('TH2611210150', ${orderId}, 'x', now() - interval '1 day', 'approved', now(), 11800)`
  await chatOf('小陈').tap('通过')
  await stands('小陈', /TH2611210150[\s\S]*\[改为¥51.00\]/)
  expect(await approvalOf(id)).toBe('pending')
  await chatOf('小陈').tap('改为¥51.00')
  await until(async () => {
    const [row] = await sql<{ fen: string }[]>`SELECT refund_fen::text AS fen FROM returns WHERE id = ${id}`
    expect(row?.fen).toBe('5100')
  })
  await stands('小陈', new RegExp(`【待终审】${id}[\\s\\S]*¥51.00`))
  await chatOf('小陈').tap('通过')
  await until(async () => expect(await approvalOf(id)).toBe('approved'))
  expect(doors.violations()).toEqual([])
})
