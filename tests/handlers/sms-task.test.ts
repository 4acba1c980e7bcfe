import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { overdueAlertCard } from '../../cards/overdue-alert.ts'
import { phoneWords } from '../../cards/phone-text.ts'
import { smsEntry, smsTask } from '../../handlers/sms-task.ts'
import { memberPhone } from '../../src/hub/member-phone.ts'
import { overdueNow } from '../../src/hub/overdue-now.ts'
import { defaultClockRules } from '../../src/hub/rungs.ts'
import type { SmsOutcome } from '../../src/hub/sms.ts'
import { fixedClock } from '../../src/runtime/clock.ts'
import { testPersonal } from '../kit/cipher.ts'
import { type ClockDesk, clockDesk, putReturn } from '../kit/clock-desk.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { codec } from '../kit/every-card.ts'

const at = (text: string) => Date.parse(`2026-11-${text}:00+08:00`)

let fresh: FreshDatabase
let desk: ClockDesk
beforeAll(async () => {
  fresh = await freshDatabase()
  desk = clockDesk(fresh.database)
})
afterAll(() => fresh.drop())
beforeEach(() => desk.clean())

const sql = () => fresh.database.sql
const give = (memberId: string, phone: string) =>
  sql()`UPDATE members SET phone_enc = ${testPersonal.seal(phone, 'phone')} WHERE id = ${memberId}`

describe('a message to a phone', () => {
  const calls: unknown[] = []
  beforeEach(() => {
    calls.length = 0
  })
  const taskThat = (outcome: SmsOutcome) =>
    smsTask({
      sender: {
        name: 'fake',
        send: async (message, key) => {
          calls.push({ ...message, key })
          return outcome
        },
      },
      phoneOf: memberPhone({ database: fresh.database, personal: testPersonal }),
    })
  const { payload } = smsEntry({ key: 'k', memberId: 'm_boss', text: '请看', ring: true })
  const carry = (outcome: SmsOutcome, given: unknown = payload) =>
    taskThat(outcome)(given, 'k', new AbortController().signal)

  test('finds its number when it leaves; the row holds none', async () => {
    await give('m_boss', '13905714101')
    expect(JSON.stringify(payload)).not.toContain('139')
    expect(await carry({ outcome: 'sent', receipt: { id: 'v1' } })).toEqual({ outcome: 'done', receipt: { id: 'v1' } })
    expect(calls).toEqual([{ phone: '13905714101', text: '请看', ring: true, key: 'k' }])
  })

  test('what the vendor says is what becomes of it', async () => {
    await give('m_boss', '13905714101')
    expect(await carry({ outcome: 'retry', reason: 'busy', afterMs: 5 })).toMatchObject({
      outcome: 'retry',
      afterMs: 5,
    })
    expect(await carry({ outcome: 'refused', reason: 'signature' })).toMatchObject({ outcome: 'give-up', alarm: true })
    expect(await carry({ outcome: 'sent' }, { memberId: 'm_boss' })).toMatchObject({ outcome: 'give-up', alarm: true })
  })

  test('nobody without a number, and nobody who has left, is rung', async () => {
    expect(await carry({ outcome: 'sent' })).toMatchObject({ outcome: 'give-up', alarm: false })
    await give('m_boss', '13905714101')
    await sql()`UPDATE members SET active = false WHERE id = 'm_boss'`
    expect(await carry({ outcome: 'sent' })).toMatchObject({ outcome: 'give-up' })
    expect(calls).toEqual([])
  })
})

describe('the return as it is overdue now', () => {
  const said: unknown[] = []
  const now = (nowMs: number) =>
    overdueNow({
      database: fresh.database,
      personal: testPersonal,
      audit: { append: async (_tx, entry) => void said.push(entry) },
      clock: fixedClock(nowMs),
      rules: async () => defaultClockRules,
    })
  const put = () =>
    putReturn(sql(), 'TH2611230019', {
      appliedAtMs: at('22T09:00'),
      level: 3,
      startedAtMs: at('22T13:00'),
      dueAtMs: at('22T17:00'),
      holderId: 'm_finance',
    })

  test('is what the director is shown, and what is said to a phone names no customer', async () => {
    await put()
    const item = await now(at('23T11:00')).ofReturn('TH2611230019')
    if (item === undefined) throw new Error('nothing is overdue')
    const card = overdueAlertCard(item, at('23T11:00'), codec, 'm_boss')
    expect(card.facts.map(({ label, value }) => `${label} ${value}`)).toEqual([
      '退货 TH2611230019 抖音 ¥169',
      '卡在 财务终审·小陈 已26时',
      '时限 11-22 17:00',
      '罚款线 还剩46时（11-25 09:00）',
      '之前 没有提醒过',
    ])
    expect(phoneWords(card).text).toBe(
      '超24小时未处理·可能触发平台罚款：TH2611230019 抖音 ¥169，财务终审·小陈 已26时。请到工作群助手里处理。',
    )
    expect((await now(at('22T14:00')).ofReturn('TH2611230019'))?.clock).toBe('l3')
    await sql()`UPDATE returns SET approval = 'approved'`
    expect(await now(at('23T11:00')).ofReturn('TH2611230019')).toBeUndefined()
  })

  test('whoever holds it can be called, and who saw the number is written down', async () => {
    await put()
    said.length = 0
    expect(await now(0).phoneOfHolder('TH2611230019', 'm_boss')).toEqual({ outcome: 'no-phone', name: '小陈' })
    await give('m_finance', '13905714101')
    const found = await now(0).phoneOfHolder('TH2611230019', 'm_boss')
    expect(found).toEqual({ outcome: 'phone', name: '小陈', phone: '13905714101' })
    expect(said).toEqual([
      { actor: 'm_boss', action: 'member.phone', subject: 'return:TH2611230019', detail: { of: 'm_finance' } },
    ])
    await sql()`UPDATE approval_levels SET holder_id = NULL`
    expect(await now(0).phoneOfHolder('TH2611230019', 'm_boss')).toEqual({ outcome: 'no-holder' })
    expect(await now(0).phoneOfHolder('TH0000000000', 'm_boss')).toEqual({ outcome: 'gone' })
  })
})
