import { afterAll, expect, test } from 'vitest'
import { openDoors } from '../kit/doors.ts'
import { holds, type Stage } from '../kit/transcript.ts'
import { until } from '../kit/until.ts'

// What follows the last yes, over the wires of both vendors: the to-do, two minutes to take it back, the commands, IT's card.

const people = {
  组长: { name: '小林', role: '组长', id: 'lead-1' },
  仓管: { name: '小周', role: '仓管', id: 'keeper-1' },
  财务: { name: '小陈', role: '财务', id: 'money-1' },
  总监: { name: '沈总', role: '总监', id: 'head-1' },
  运维: { name: '小吴', role: 'IT', id: 'it-1' },
} as const

const doors = await openDoors(Object.values(people), { publicUrl: 'https://desk.example' })
const { sql } = doors.real.fresh.database
const { clock } = doors.real
afterAll(() => doors.close())

const stage = (words: Readonly<Record<string, string>> = {}): Stage => {
  const direct = (who: string) => doors.wecom.direct(people[who as keyof typeof people].name)
  return { chat: direct, direct, words }
}

let made = 0

/** A return that waits for finance alone; its earlier levels were decided by these people. */
async function atFinance(): Promise<string> {
  made += 1
  const id = `TH26112488${String(made).padStart(2, '0')}`
  const now = new Date(clock.nowMs())
  const [order] = await sql<{ id: string; line: string }[]>`
    SELECT o.id, l.id AS line FROM orders o JOIN order_lines l ON l.order_id = o.id AND l.qty = 2
    WHERE o.signed_at IS NOT NULL AND o.cancelled_at IS NULL AND o.paid_fen > coalesce(o.freight_fen, 0)
      AND NOT EXISTS (SELECT 1 FROM returns r WHERE r.order_id = o.id)
      AND (SELECT count(*) FROM order_lines x WHERE x.order_id = o.id) = 1
    ORDER BY o.signed_at DESC LIMIT 1`
  if (order === undefined) throw new Error('the sample firm has no such order left')
  await sql`
    INSERT INTO returns (id, order_id, reason, applied_at, waybill_no, carrier_code, refund_fen)
    VALUES (${id}, ${order.id}, '破损', ${now}, ${`YT00880088008${id.slice(-2)}`}, 'YTO', 100)`
  await sql`INSERT INTO return_lines (return_id, order_line_id, asked_qty) VALUES (${id}, ${order.line}, 2)`
  const byId = await sql<{ id: string; name: string }[]>`SELECT id, name FROM members WHERE active`
  const member = (name: string) => byId.find((one) => one.name === name)?.id ?? ''
  for (const [level, role, who] of [
    [1, 'cs_lead', '小林'],
    [2, 'warehouse', '小周'],
  ] as const)
    await sql`
      INSERT INTO approval_levels (return_id, level, role, state, started_at, decided_at, decided_by)
      VALUES (${id}, ${level}, ${role}, 'approved', ${now}, ${now}, ${member(who)})`
  await sql`
    INSERT INTO approval_levels (return_id, level, role, state, started_at, due_at)
    VALUES (${id}, 3, 'finance', 'pending', ${now}, ${new Date(now.getTime() + 14_400_000)})`
  return id
}

const ledgerOf = async (returnId: string) => {
  const rows = await sql<{ name: string; state: string }[]>`
    SELECT name, state FROM commands WHERE subject = ${`return:${returnId}`} ORDER BY made_at, key`
  return rows.map(({ name, state }) => `${name} ${state}`)
}

const cardShows = (who: keyof typeof people, words: string) =>
  until(async () => {
    const cards = await doors.wecom.direct(people[who].name).stands()
    expect(cards.map((card) => card.words).join('\n')).toContain(words)
  }, 10_000)

test('通过 › the to-do within seconds › 撤销 › nothing left the house › 通过 › two minutes later everybody was told › the scan closes it', async () => {
  const id = await atFinance()
  await cardShows('财务', `【待终审】${id}`)
  const finance = doors.wecom.direct('小陈')
  await finance.tap('通过')
  await until(() => expect(doors.todosOf('小周')).toMatchObject([{ subject: `退货入库 ${id}`, done: false }]), 10_000)
  expect(doors.todosOf('小周')[0]?.url).toMatch(/^https:\/\/desk\.example\/receive\//)
  expect(await ledgerOf(id)).toEqual(expect.arrayContaining(['crm.notice held', 'wms.expect_return held']))

  const undoLabel = async () => {
    const card = (await finance.stands()).findLast(({ words }) => words.includes('[撤销'))
    return /\[(撤销[^\]]*)\]/.exec(card?.words ?? '')?.[1] ?? ''
  }
  await until(async () => expect(await undoLabel()).toMatch(/^撤销 \d:\d\d$/), 10_000)
  await finance.tap(await undoLabel())
  await until(() => expect(doors.todosOf('小周')).toMatchObject([{ done: true }]), 10_000)
  expect(await ledgerOf(id)).toEqual(expect.arrayContaining(['crm.notice withdrawn', 'wms.expect_return withdrawn']))
  await cardShows('财务', `【待终审】${id}`)

  await until(async () => {
    await finance.tap('通过')
    expect(await ledgerOf(id)).toEqual(expect.arrayContaining(['crm.notice held', 'wms.expect_return held']))
  }, 10_000)
  clock.setOffset(clock.offsetMs() + 121_000)
  await until(
    async () =>
      expect(await ledgerOf(id)).toEqual(expect.arrayContaining(['crm.notice done', 'wms.expect_return done'])),
    10_000,
  )
  const open = () => doors.todosOf('小周').filter(({ done }) => !done)
  expect(open()).toHaveLength(1)
  await holds(
    stage({ 退货单: id }),
    `仓管 › 扫码 {退货单}
     ‹ 已登记入库 2/2 | 待办已关`,
  )
  await until(() => expect(open()).toEqual([]), 10_000)
}, 90_000)

test('three tries that fail › a card for IT › 重试 › told when it went through', async () => {
  const id = await atFinance()
  await cardShows('财务', `【待终审】${id}`)
  const busy = { status: 400, body: { code: 'todo.taskCreate.systemError' } }
  for (let round = 0; round < 3; round++) doors.failDingtalk('/v1.0/todo/users/union-keeper-1/tasks', busy)
  await doors.wecom.direct('小陈').tap('通过')
  // the waits between the tries are real; nobody waits for them here
  const hurry = () =>
    sql`UPDATE outbox SET due_at = now() WHERE task = 'command.run' AND state = 'ready' AND attempts > 0`
  await until(async () => {
    await hurry()
    expect(await ledgerOf(id)).toContain('todo.open failed')
  }, 50_000)
  await cardShows('运维', '入库待办3次未送达')
  await holds(
    stage({ 退货单: id }),
    `运维 › [重试]
     ‹ 入库待办已重试 | 正在发送，成功后会告诉您
     ‹ 入库待办已送达（{退货单}）`,
  )
  expect(await ledgerOf(id)).toContain('todo.open done')
  expect(doors.todosOf('小周').at(-1)).toMatchObject({ subject: `退货入库 ${id}`, done: false })
}, 90_000)

test('past the two minutes › 撤销 is offered as a reversal › the director says yes › WMS and customer are told', async () => {
  const id = await atFinance()
  await cardShows('财务', `【待终审】${id}`)
  const finance = doors.wecom.direct('小陈')
  await finance.tap('通过')
  await cardShows('财务', '[撤销')
  clock.setOffset(clock.offsetMs() + 121_000)
  await until(async () => expect(await ledgerOf(id)).toContain('wms.expect_return done'), 10_000)
  // typed, as one does whose card is far up in the chat
  await finance.say(`撤销 ${id}`)
  await until(async () =>
    expect((await finance.stands()).map(({ words }) => words).join('\n')).toContain('撤回审批的原因'),
  )
  await finance.tap('商品不符')
  await cardShows('总监', `撤回审批待确认：${id}`)
  await doors.wecom.direct('沈总').tap('确认撤回')
  await until(async () => {
    expect(await ledgerOf(id)).toEqual(expect.arrayContaining(['wms.cancel_expected done', 'todo.close done']))
  }, 10_000)
  await cardShows('财务', `审批已撤回：${id}`)
  expect(doors.violations()).toEqual([])
}, 60_000)
