import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { alertLookup } from '../../../src/hub/alerts.ts'
import { armAssigned } from '../../../src/hub/assigned-clock.ts'
import { escalationLedger } from '../../../src/hub/escalation-ledger.ts'
import { type ClockDesk, clockDesk, putOrder, putReturn } from '../../kit/clock-desk.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'

// The clocks beside those of a level: a buyer's first message, an order that is held back, a command, an assignment; and what
// keeps a reminder waiting but never a limit.

const at = (text: string) => Date.parse(`2026-11-${text}${text.length > 8 ? '' : ':00'}+08:00`)

let fresh: FreshDatabase
let desk: ClockDesk
beforeAll(async () => {
  fresh = await freshDatabase()
  desk = clockDesk(fresh.database)
})
afterAll(() => fresh.drop())
beforeEach(async () => {
  await desk.clean()
  await sql()`TRUNCATE notices, commands, snoozes`
  await sql()`INSERT INTO members (id, name) VALUES ('m_ops', '小何'), ('m_it', '小汪')`
  for (const [id, role] of [
    ['m_ops', 'ops'],
    ['m_it', 'it'],
  ] as const) {
    await sql()`INSERT INTO member_roles (member_id, role) VALUES (${id}, ${role})`
    await sql()`INSERT INTO member_accounts (platform, user_id, member_id) VALUES ('wecom', ${`wx-${id}`}, ${id})`
  }
})

const sql = () => fresh.database.sql
const go = async (...moments: readonly string[]) => {
  for (const moment of moments) {
    await desk.set(at(moment))
    await desk.engine.armMissing()
    await desk.sweep()
    await sql()`UPDATE outbox SET state = 'done', done_at = now() WHERE state = 'ready'`
    await desk.sweep()
  }
}
const heard = async () => (await desk.told()).map(({ to, text }) => `${to}\n${text}`)
const ledger = async (subject: `order:${string}` | `return:${string}` | `command:${string}`) =>
  (await escalationLedger(fresh.database).ofSubject(subject)).map(
    ({ clock, step, name, state, platform }) => `${clock} ${step} ${name ?? '-'} ${state} ${platform ?? '-'}`,
  )

describe('the first message to a buyer of 抖音', () => {
  const notice = (orderId: string, state: string, channel = 'sms') =>
    sql()`INSERT INTO notices (id, order_id, kind, channel, state, source, created_at, sent_at)
      VALUES (${`n-${orderId}-${channel}`}, ${orderId}, 'ship', ${channel}, ${state}, 'x', now(), now())`

  test('on the list at ninety minutes, told to the leads at the full hour after two hours, several in one message', async () => {
    for (const [id, placed] of [
      ['SO0001', '23T10:05'],
      ['SO0002', '23T10:20'],
      ['SO0003', '23T10:10'],
      ['SO0004', '23T10:10'],
    ] as const)
      await putOrder(sql(), id, at(placed))
    await notice('SO0003', 'delivered')
    await notice('SO0004', 'failed')
    await putOrder(sql(), 'SO0005', at('23T10:05'), { channel: 'jd' })
    await go('23T10:30', '23T11:41')
    expect(await heard()).toEqual([])
    expect(await ledger('order:SO0001')).toEqual(['first_sms list - listed -'])
    await go('23T12:06', '23T12:21', '23T12:59:50')
    expect(await heard()).toEqual([])
    await go('23T13:00')
    const told = await heard()
    expect(told.map((text) => text.split('\n')[0])).toEqual(['wecom:wx-m_lead', 'wecom:wx-m_lead2'])
    expect(told[0]).toContain('3件到了时限，请看一下\n构成 首条短信3\n① 抖音…0001 首条短信已2时55分')
    const wish = { scope: {}, nowMs: at('23T13:00'), lasting: false, newestFirst: false, offset: 0, limit: 5 }
    const listed = await alertLookup(fresh.database).list({ ...wish, kinds: ['first_sms'] })
    expect(listed.items.map(({ orderId }) => orderId)).toEqual(['SO0001', 'SO0004', 'SO0002'])
    expect(await ledger('order:SO0003')).toEqual([])
    expect(await ledger('order:SO0005')).toEqual([])
  })

  test('a message that goes out meanwhile ends it; a hub that hears of no messages at all says nothing', async () => {
    await putOrder(sql(), 'SO0001', at('23T10:05'))
    await go('23T11:41', '23T12:06', '23T13:00')
    expect(await ledger('order:SO0001')).toEqual([])
    await notice('SO0001', 'queued')
    await go('23T13:01')
    await notice('SO0001', 'sent', 'sms2')
    await sql()`UPDATE notices SET channel = 'sms', state = 'sent'`
    await go('23T14:00')
    expect(await heard()).toEqual([])
  })
})

describe('shipped, says its source, and no waybill (product row 13)', () => {
  const shipped = (id: string, more: object) =>
    putOrder(sql(), id, at('23T09:00'), {
      source_stage: 'shipped',
      source_modified_at: new Date(at('23T10:00')),
      ...more,
    })

  test('found within ten minutes of the event, with its cause and who can mend it; a number that comes in between ends it', async () => {
    await desk.set(at('23T10:00:10'))
    await shipped('SO0001', { carrier_code: 'ZTO' })
    await shipped('SO0002', { carrier_code: null })
    await shipped('SO0003', { carrier_code: 'ZTO' })
    await shipped('SO0004', { carrier_code: 'PICKUP' })
    await shipped('SO0005', { carrier_code: 'ZTO', source_stage: 'paid' })
    await go('23T10:00:20', '23T10:04:50')
    expect(await heard()).toEqual([])
    await sql()`UPDATE orders SET waybill_no = '75894561230147', shipped_at = source_modified_at WHERE id = 'SO0003'`
    await go('23T10:05:05')
    const told = await heard()
    expect(told.map((text) => text.split('\n')[0]).sort()).toEqual(['wecom:wx-m_keeper', 'wecom:wx-m_ops'])
    expect(told[0]).toContain('发货没单号2')
    expect(await ledger('order:SO0001')).toEqual(
      expect.arrayContaining([expect.stringMatching(/^no_waybill team 小周 /)]),
    )
    for (const id of ['SO0003', 'SO0004', 'SO0005'] as const) expect(await ledger(`order:${id}`)).toEqual([])
  })

  test('alone it is a card: cause, owner, and the button that mends it', async () => {
    await shipped('SO0002', { carrier_code: null })
    await go('23T10:05:05')
    const [first] = (await desk.told()).filter(({ to }) => to === 'wecom:wx-m_ops')
    expect(first?.text).toBe(
      '来源说已发货，5分还没有运单号\n订单 抖音…0002 | 从 10:00 | 原因 下单时未选快递 | 负责 运营主管\n截至10:05 · 时限',
    )
    expect(first?.card.buttons.map(({ label }) => label)).toEqual(['补承运商', '看缺什么'])
  })
})

describe('an order that is held back', () => {
  test('its fix card is there within a minute, the operations manager hears after an hour of working time', async () => {
    await go('23T16:00')
    await putOrder(sql(), 'SO0001', at('23T15:00'), {
      quarantined_at: new Date(at('23T16:10')),
      quarantine_reason: '下单时没选快递',
    })
    await desk.set(at('23T16:10:20'))
    await desk.sweep()
    const [first] = await desk.told()
    expect(first?.to).toBe('wecom:wx-m_lead')
    expect(first?.text).toBe(
      '订单被拦下：没有快递公司\n订单 抖音…0001 | 从 16:10 | 原因 下单时没选快递\n截至16:10 · 时限',
    )
    expect(first?.card.buttons.map(({ label }) => label)).toEqual(['补承运商', '看缺什么'])
    await go('23T17:09')
    expect((await heard()).filter((text) => text.startsWith('wecom:wx-m_ops'))).toEqual([])
    await go('23T17:10:01')
    expect((await heard()).at(-1)).toMatch(/^wecom:wx-m_ops\n订单被拦下1时：没有快递公司/)
  })

  test('one that is mended is nobody’s business; one of the night waits for the morning', async () => {
    await go('23T16:00')
    for (const id of ['SO0001', 'SO0002'])
      await putOrder(sql(), id, at('23T15:00'), {
        quarantined_at: new Date(at('23T22:10')),
        quarantine_reason: '没选快递',
      })
    await go('23T22:11', '24T08:59:50')
    expect(await heard()).toEqual([])
    await sql()`UPDATE orders SET quarantined_at = NULL, quarantine_reason = NULL WHERE id = 'SO0001'`
    await go('24T09:00:01')
    expect((await heard()).join()).toContain('抖音…0002')
    expect((await heard()).join()).not.toContain('抖音…0001')
  })
})

describe('a command that another system does not carry out', () => {
  const give = async (key: string, state = 'sent', dueMs = 0) => {
    await sql()`INSERT INTO commands (key, name, subject, state, target, made_at, tries, last_error)
      VALUES (${key}, 'wms.expect_return', 'return:TH2611230015', ${state}, 'wdt', ${new Date(at('23T10:00'))}, 2, 'timeout')`
    await sql()`INSERT INTO outbox (key, task, payload, state, due_at, attempts)
      VALUES (${key}, 'command.run', '{}', 'ready', now() + ${dueMs}::float8 * interval '1 ms', ${dueMs > 0 ? 0 : 2})`
  }

  test('IT hears twelve minutes after it was given; what is done or held back is not late', async () => {
    await putReturn(sql(), 'TH2611230015', { appliedAtMs: at('23T09:58') })
    await desk.set(at('23T10:01'))
    await give('late')
    await give('held', 'held', 3_600_000)
    await give('done')
    await desk.engine.armMissing()
    await sql()`UPDATE commands SET state = 'done', done_at = now() WHERE key = 'done'`
    await desk.set(at('23T10:11:50'))
    await desk.sweep()
    expect((await ledger('command:late')).length).toBe(0)
    await desk.set(at('23T10:12'))
    await desk.sweep()
    expect(await ledger('command:late')).toEqual(['command team 小汪 told wecom'])
    expect(await ledger('command:held')).toEqual([])
    expect(await ledger('command:done')).toEqual([])
    const rows = await sql()<
      { key: string }[]
    >`SELECT key FROM outbox WHERE task = 'chat.send' AND key LIKE 'escalation%'`
    expect(rows.length).toBeGreaterThan(0)
  })
})

describe('指派', () => {
  const assign = (memberId: string, nowMs: number) =>
    sql().begin(async (tx) => {
      await tx`UPDATE approval_levels SET holder_id = ${memberId} WHERE return_id = 'TH2611230019' AND level = 3`
      await armAssigned(tx, {
        returnId: 'TH2611230019',
        level: 3,
        memberId,
        byMemberId: 'm_boss',
        nowMs,
      })
    })
  const put = () =>
    putReturn(sql(), 'TH2611230019', {
      appliedAtMs: at('22T09:00'),
      level: 3,
      startedAtMs: at('23T13:00'),
      dueAtMs: at('23T17:00'),
      holderId: 'm_finance',
    })

  test('who assigned it hears when half an hour has passed, by name', async () => {
    await put()
    await go('23T13:30', '23T14:00')
    await assign('m_keeper', at('23T14:00'))
    const before = (await desk.told()).length
    await go('23T14:29:50')
    expect(await desk.told()).toHaveLength(before)
    await go('23T14:30')
    const told = (await desk.told()).slice(before)
    expect(told.map(({ to }) => to)).toEqual(['wecom:wx-m_boss'])
    expect(told[0]?.card.title).toBe('指派给小周30分，还没有处理')
  })

  test('a decision ends it, and so does another assignment', async () => {
    await put()
    await go('23T13:30', '23T14:00')
    await assign('m_keeper', at('23T14:00'))
    await assign('m_finance', at('23T14:20'))
    const before = (await desk.told()).length
    await go('23T14:31', '23T14:49:50')
    expect(await desk.told()).toHaveLength(before)
    await sql()`UPDATE returns SET approval = 'approved' WHERE id = 'TH2611230019'`
    await go('23T14:51')
    expect(await desk.told()).toHaveLength(before)
  })
})

describe('我来处理 and 稍后', () => {
  const put = () =>
    putReturn(sql(), 'TH2611230019', {
      appliedAtMs: at('23T09:00'),
      level: 3,
      startedAtMs: at('23T09:00'),
      dueAtMs: at('23T13:00'),
      holderId: 'm_finance',
    })

  test('a claim stops the reminder for two hours and never the limit; then it pages again', async () => {
    await put()
    await go('23T09:01')
    await sql()`UPDATE approval_levels SET claimed_by = 'm_finance', claimed_at = ${new Date(at('23T11:30'))} WHERE level = 3`
    await go('23T12:00', '23T12:59:50')
    expect(await heard()).toEqual([])
    await go('23T13:00')
    expect(await ledger('return:TH2611230019')).toEqual(['l3 nudge 小陈 waiting -', 'l3 substitute - nobody -'])
    await go('23T13:29:50')
    expect(await heard()).toEqual([])
    await go('23T13:30')
    expect((await heard()).map((text) => text.split('\n')[0])).toEqual(['wecom:wx-m_finance'])
  })

  test('稍后 is for the one who said it; the director hears at the day all the same', async () => {
    await put()
    await go('23T09:01')
    await sql()`INSERT INTO snoozes (subject, member_id, at, until_at) VALUES
      ('return:TH2611230019', 'm_finance', now(), ${new Date(at('23T12:40'))}), ('return:TH2611230019', 'm_boss', now(), ${new Date(at('24T12:00'))})`
    await go('23T12:00', '23T12:39:50')
    expect(await heard()).toEqual([])
    await go('23T12:40')
    expect(await desk.told()).toHaveLength(1)
    await go('23T13:00', '23T14:00', '24T08:00', '24T09:00')
    expect((await heard()).filter((text) => text.startsWith('wecom:wx-m_boss')).at(-1)).toContain('超24小时未处理')
  })
})

describe('the phone', () => {
  const withPhone = () => clockDesk(fresh.database, { channels: ['wecom', 'dingtalk', 'sms'] })
  const sent = () => sql()<{ key: string; task: string }[]>`SELECT key, task FROM outbox ORDER BY id`
  const late = () =>
    putReturn(sql(), 'TH2611230500', { appliedAtMs: at('20T05:00'), level: 3, startedAtMs: at('20T09:00') })

  test('rings besides when the fine is two hours away, in the night as well, and is a line of the ledger', async () => {
    const rung = withPhone()
    await sql()`UPDATE members SET phone_enc = '\\x01' WHERE id = 'm_boss'`
    await late()
    await rung.set(at('23T03:00:01'))
    await rung.engine.armMissing()
    expect((await rung.sweep()).messages).toBe(2)
    expect((await sent()).map(({ task, key }) => [task, key.endsWith(':ring')])).toEqual([
      ['chat.send', false],
      ['sms.send', true],
    ])
    expect((await ledger('return:TH2611230500')).filter((line) => line.startsWith('fine'))).toEqual([
      'fine director 沈总 told wecom',
      'fine director 沈总 told sms',
    ])
    await sql()`UPDATE outbox SET state = 'done'`
    await rung.sweep()
    expect((await rung.sweep()).messages).toBe(0)
    expect((await ledger('return:TH2611230500')).filter((line) => line.startsWith('fine'))).toEqual([
      'fine director 沈总 delivered wecom',
      'fine director 沈总 delivered sms',
    ])
  })

  test('who has no number hears by chat alone; twelve hours before the fine nothing rings', async () => {
    const rung = withPhone()
    await late()
    await rung.set(at('23T03:00:01'))
    await rung.engine.armMissing()
    expect((await rung.sweep()).messages).toBe(1)
    await sql()`TRUNCATE deadlines, escalations, outbox`
    await sql()`UPDATE members SET phone_enc = '\\x01' WHERE id = 'm_boss'`
    await sql()`UPDATE returns SET applied_at = ${new Date(at('20T22:00'))}`
    await rung.set(at('23T10:00:01'))
    await rung.engine.armMissing()
    await rung.sweep()
    expect((await sent()).map(({ task }) => task)).not.toContain('sms.send')
  })

  test('is the third channel, after both chats have failed, and the only one of somebody without an account', async () => {
    const rung = withPhone()
    await sql()`UPDATE members SET phone_enc = '\\x01' WHERE id IN ('m_lead', 'm_lead2')`
    await sql()`DELETE FROM member_accounts WHERE member_id = 'm_lead2'`
    await putReturn(sql(), 'TH2611230015', {
      appliedAtMs: at('23T10:05'),
      dueAtMs: at('23T10:20'),
      holderId: 'm_lead',
    })
    await rung.set(at('23T10:15:01'))
    await rung.engine.armMissing()
    await rung.sweep()
    for (let round = 0; round < 3; round++) {
      await sql()`UPDATE outbox SET state = 'dead' WHERE state = 'ready'`
      await rung.sweep()
    }
    expect(await ledger('return:TH2611230015')).toEqual([
      'l1 nudge 小林 failed wecom',
      'l1 nudge 小林 failed dingtalk',
      'l1 nudge 小林 failed sms',
    ])
    await rung.set(at('23T10:20:01'))
    await rung.sweep()
    expect((await ledger('return:TH2611230015')).at(-1)).toBe('l1 deputy 小郑 told sms')
  })
})
