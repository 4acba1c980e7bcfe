import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { overdueAlertCard } from '../../cards/overdue-alert.ts'
import { overdueDigestCard } from '../../cards/overdue-digest.ts'
import { phoneWords } from '../../cards/phone-text.ts'
import { clockTicks } from '../../handlers/escalations.ts'
import type { EscalatedItem } from '../../src/hub/escalation-facts.ts'
import { escalationLedger } from '../../src/hub/escalation-ledger.ts'
import { clockNames, steps } from '../../src/hub/rungs.ts'
import { schedule } from '../../src/jobs/schedule.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { faultsOf } from '../kit/card-faults.ts'
import { type ClockDesk, clockDesk, putOrder, putParcel, putReturn } from '../kit/clock-desk.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { codec } from '../kit/every-card.ts'
import { until } from '../kit/until.ts'

const at = (text: string) => Date.parse(`2026-11-${text}${text.length > 8 ? '' : ':00'}+08:00`)

let fresh: FreshDatabase
let desk: ClockDesk
beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())
beforeEach(async () => {
  desk = clockDesk(fresh.database)
  await desk.clean()
})

const sql = () => fresh.database.sql
/** The clock goes to each moment in turn; the clocks are looked after as in a running desk. */
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

describe('J23', () => {
  test('a day without a decision reaches the director: where it hangs, what was tried, how far the fine is', async () => {
    await sql()`UPDATE members SET active = false WHERE id = 'm_lead2'`
    await go('23T09:00')
    await putReturn(sql(), 'TH2611230019', {
      appliedAtMs: at('23T09:00'),
      level: 3,
      startedAtMs: at('23T13:00'),
      dueAtMs: at('23T17:00'),
      holderId: 'm_finance',
    })
    await go('23T16:00', '23T17:00')
    await sql()`INSERT INTO nudges (id, subject, role, by_member_id, at) VALUES ('n1', 'return:TH2611230019', 'finance', 'm_cs', ${new Date(at('23T17:30'))})`
    await go('23T18:00', '24T08:00', '24T08:59:50')
    const before = (await desk.told()).length
    await go('24T09:00')
    const told = (await desk.told()).slice(before)
    expect(told.map(({ to }) => to)).toEqual(['wecom:wx-m_boss'])
    expect(told[0]?.text).toBe(
      '超24小时未处理·可能触发平台罚款\n退货 TH2611230019 抖音 ¥169 | 卡在 财务终审·小陈 已24时 | 时限 11-23 17:00 | 罚款线 还剩48时（11-26 09:00） | 之前 提醒3次，代审无人，主管沈总\n截至09:00 · 时限',
    )
    expect(told[0]?.card.tone).toBe('alarm')
    expect(told[0]?.card.buttons.map(({ label, say }) => [label, say])).toEqual([
      ['指派', 'TH2611230019 指派'],
      ['代批', 'TH2611230019 通过'],
      ['打电话给小陈', undefined],
      ['稍后1时', '1小时后提醒我 TH2611230019'],
      ['看退货', 'TH2611230019 审批到哪一步'],
    ])
    const actions = told[0]?.card.buttons.map(({ token }) => codec.decode(token, { memberId: 'm_boss', nowMs: 0 }))
    expect(actions).toMatchObject([
      { action: 'level.hand', args: ['TH2611230019', '3'] },
      { action: 'write.decide', args: ['TH2611230019', 'SO2611230019', 'a'] },
      { action: 'clock.phone', args: ['TH2611230019'] },
      { action: 'level.hold', args: ['TH2611230019', '3', '60'] },
      { action: 'ask.about', args: ['return.status', 'SO2611230019', 'TH2611230019'] },
    ])
    await go('24T09:00:30', '24T12:00')
    expect(await desk.told()).toHaveLength(before + 1)
    // a colleague's number is for the one who got the card
    const foreign = told[0]?.card.buttons.map(
      ({ token }) => codec.decode(token, { memberId: 'm_lead', nowMs: 0 }).outcome,
    )
    expect(foreign).toEqual(['not-yours', 'ok', 'not-yours', 'not-yours', 'ok'])
    const ledger = await escalationLedger(fresh.database).ofSubject('return:TH2611230019')
    expect(ledger.map(({ clock, step, name, state }) => `${clock} ${step} ${name ?? '-'} ${state}`)).toEqual([
      'l3 nudge 小陈 delivered',
      'l3 substitute - nobody',
      'l3 supervisor 沈总 delivered',
      'return_total nudge 小陈 delivered',
      'return_total director 沈总 delivered',
    ])
  })

  test('the first level: the lead is reminded, the deputy asked to stand in', async () => {
    await putReturn(sql(), 'TH2611230015', { appliedAtMs: at('23T10:05'), dueAtMs: at('23T10:20'), holderId: 'm_lead' })
    await go('23T10:06', '23T10:15', '23T10:20')
    expect(await heard()).toEqual([
      'wecom:wx-m_lead\n请处理：组长初审·小林，剩5分\n退货 TH2611230015 抖音 ¥169 | 卡在 组长初审·小林 已10分 | 时限 10:20 | 罚款线 还剩71时50分（11-26 10:05） | 之前 没有提醒过\n发「TH2611230015 通过」或「驳回 原因」办理\n截至10:15 · 时限',
      'wecom:wx-m_lead2\n已到时限，请代为处理：组长初审·小林\n退货 TH2611230015 抖音 ¥169 | 卡在 组长初审·小林 已15分 | 时限 10:20 | 罚款线 还剩71时45分（11-26 10:05） | 之前 提醒1次\n发「TH2611230015 通过」或「驳回 原因」办理\n截至10:20 · 时限',
    ])
  })
})

describe('J26', () => {
  const three = async (appliedAt: string) => {
    for (const n of [1, 2, 3])
      await putReturn(sql(), `TH261121001${n}`, { appliedAtMs: at(appliedAt), level: 3, startedAtMs: at('23T17:00') })
  }

  test('three that reach their day together are one digest', async () => {
    await three('22T22:40')
    await go('23T20:00', '23T22:40')
    const [, ...rest] = await heard()
    expect(rest).toEqual([
      'wecom:wx-m_boss\n3件到了时限，请看一下\n可能触发平台罚款\n构成 退货满时限3\n① TH2611210011 抖音 财务终审 离罚款线48时\n② TH2611210012 抖音 财务终审 离罚款线48时\n③ TH2611210013 抖音 财务终审 离罚款线48时\n截至22:40 · 时限',
    ])
  })

  test('of one return the clock that the platform fines speaks, not the level beside it', async () => {
    await putReturn(sql(), 'TH2611210011', { appliedAtMs: at('23T11:00'), level: 3, startedAtMs: at('23T16:00') })
    await putReturn(sql(), 'TH2611210012', { appliedAtMs: at('23T20:00'), level: 3, startedAtMs: at('24T09:00') })
    await go('23T20:01', '24T14:00')
    await desk.set(at('24T15:00'))
    const [last] = (await heard()).filter((text) => text.startsWith('wecom:wx-m_boss')).slice(-1)
    expect(last).toContain('构成 退货满时限1 · 终审1\n① TH2611210011 抖音 财务终审 离罚款线45时')
  })

  test('in the night they wait for the morning; what was decided meanwhile is left out; near the fine it rings', async () => {
    await three('22T23:40')
    await go('23T20:00', '23T23:40')
    const evening = (await desk.told()).length
    await go('24T02:00', '24T07:59:50')
    expect(await desk.told()).toHaveLength(evening)
    await sql()`UPDATE returns SET approval = 'withdrawn' WHERE id = 'TH2611210012'`
    await go('24T08:00')
    const morning = (await desk.told()).slice(evening)
    expect(morning.map(({ to }) => to)).toEqual(['wecom:wx-m_boss'])
    expect(morning[0]?.text).toContain('2件到了时限')
    expect(morning[0]?.text).not.toContain('TH2611210012')
    // 70 hours after 22 23:40 is 25 21:40; a return of 05:00 has its 70 hours at 03:00 in the night
    await putReturn(sql(), 'TH2611230500', { appliedAtMs: at('23T05:00'), level: 3, startedAtMs: at('24T17:00') })
    await go('24T20:00', '26T02:59:50')
    const night = (await desk.told()).length
    await go('26T03:00')
    const [ring] = (await desk.told()).slice(night)
    expect(ring?.to).toBe('wecom:wx-m_boss')
    expect(ring?.text).toMatch(/^离平台罚款线2时，还没有处理\n可能触发平台罚款\n退货 TH2611230500/)
  })

  test('of many only eight are listed, the rest counted', async () => {
    await desk.set(at('23T09:00'))
    for (let n = 0; n < 11; n++)
      await putOrder(sql(), `SO77${10 + n}`, at('20T09:00'), { promise_ship_at: new Date(at('23T09:30')) })
    await putParcel(sql(), 'P1', { shippedAtMs: at('22T09:00') })
    await go('23T08:59', '23T09:30')
    const keeper = (await heard()).filter((text) => text.startsWith('wecom:wx-m_keeper')).at(-1)
    expect(keeper).toContain(
      '12件到了时限，请看一下\n构成 超承诺11 · 未揽收1 | 还有 4件，发「超时的单有哪些」看全部\n① 圆通YTP1 未揽收已24时30分\n② 抖音…7710 超承诺已不到1分',
    )
    expect(keeper?.match(/超承诺已/g)).toHaveLength(7)
  })
})

describe('the other clocks say', () => {
  test('a label that nobody scanned, a parcel that stands, an order past its promise', async () => {
    await putParcel(sql(), '0082452614557', { shippedAtMs: at('22T10:00') })
    await go('23T09:00', '23T10:00')
    const last = (await heard()).filter((text) => text.startsWith('wecom:wx-m_lead\n')).at(-1)
    expect(last).toBe(
      'wecom:wx-m_lead\n圆通YT0082452614557 出库24时未揽收\n可能触发平台罚款\n订单 抖音…4557 | 快递 圆通YT0082452614557 | 出库 11-22 10:00\n截至10:00 · 时限',
    )
    await desk.clean()
    await putParcel(sql(), '0082452614558', {
      shippedAtMs: at('20T10:00'),
      lastEventAtMs: at('21T10:00'),
      state: 'in_transit',
    })
    await sql()`INSERT INTO tracking_events (parcel_id, occurred_at, state, place, description, source, node_hash)
      VALUES ('0082452614558', ${new Date(at('21T10:00'))}, 'in_transit', '武汉转运中心', 'x', 'track', 'h')`
    await go('23T09:00', '23T10:00')
    const [call] = await sql()`SELECT id FROM carrier_calls`
    expect(await heard()).toEqual([
      `wecom:wx-m_cs\n圆通YT0082452614558 48时没更新\n订单 抖音…4558 | 快递 圆通YT0082452614558 | 最近 11-21 10:00 | 停在 武汉转运中心 | 外呼单 ${call?.id}\n已自动开外呼单，请跟进快递\n截至10:00 · 时限`,
    ])
    await desk.clean()
    await putOrder(sql(), 'SO0842', at('20T10:00'), { promise_ship_at: new Date(at('23T10:00')), delay_reason: '缺货' })
    await go('23T09:59', '23T10:02')
    expect(await heard()).toEqual([
      'wecom:wx-m_keeper\n超承诺2分还没有发货\n订单 抖音…0842 | 承诺 10:00 | 原因 缺货\n截至10:02 · 时限',
    ])
  })
})

describe('the next channel', () => {
  const put = () =>
    putReturn(sql(), 'TH2611230015', { appliedAtMs: at('23T10:05'), dueAtMs: at('23T10:20'), holderId: 'm_lead' })
  const age = () => sql()`UPDATE escalations SET queued_at = queued_at - interval '61 seconds' WHERE state = 'told'`
  const ledger = async () =>
    (await escalationLedger(fresh.database).ofSubject('return:TH2611230015')).map(
      ({ name, platform, state }) => `${name} ${platform} ${state}`,
    )

  test('takes what the first has not taken within a minute, and then there is none', async () => {
    await put()
    await desk.set(at('23T10:15:01'))
    await desk.engine.armMissing()
    await desk.sweep()
    await desk.sweep()
    expect(await ledger()).toEqual(['小林 wecom told'])
    await age()
    await desk.sweep()
    expect(await ledger()).toEqual(['小林 wecom failed', '小林 dingtalk told'])
    expect((await desk.told()).map(({ to }) => to)).toEqual(['wecom:wx-m_lead', 'dingtalk:dt-m_lead'])
    await sql()`UPDATE outbox SET state = 'dead' WHERE key LIKE '%#2'`
    await desk.sweep()
    expect(await ledger()).toEqual(['小林 wecom failed', '小林 dingtalk failed'])
    expect(await desk.told()).toHaveLength(2)
  })

  test('a message that the platform refused goes by the next one at once; what arrived is left alone', async () => {
    await put()
    await desk.set(at('23T10:15:01'))
    await desk.engine.armMissing()
    await desk.sweep()
    await sql()`UPDATE outbox SET state = 'dead'`
    await desk.sweep()
    await sql()`UPDATE outbox SET state = 'done' WHERE state = 'ready'`
    await age()
    await desk.sweep()
    await desk.sweep()
    expect(await ledger()).toEqual(['小林 wecom failed', '小林 dingtalk delivered'])
  })

  test('who has no account is told nothing and keeps nobody from hearing', async () => {
    await sql()`DELETE FROM member_accounts WHERE member_id = 'm_lead'`
    await put()
    await go('23T10:06', '23T10:15')
    expect((await desk.told()).map(({ to }) => to)).toEqual(['wecom:wx-m_lead2'])
  })
})

test('the ticks alone: fired within five seconds of the minute, never before it', async () => {
  const nowMs = await desk.now()
  await putReturn(sql(), 'TH2611230015', { appliedAtMs: nowMs - 24 * 3_600_000 + 2_000, level: 3 })
  // the tick that looks for what runs unarmed comes a minute after the start
  await desk.engine.armMissing()
  const stop = new AbortController()
  const ticks = clockTicks({ engine: desk.engine, codec, wake: () => {} })
  const running = schedule({ ticks, clock: systemClock, log: silentLog }, stop.signal)
  const [late] = await until(async () => {
    const rows = await sql()<{ ms: number }[]>`
      SELECT (extract(epoch FROM fired_at - due_at) * 1000)::float8 AS ms FROM deadlines
      WHERE clock = 'return_total' AND rung = 2 AND state = 'fired'`
    expect(rows).toHaveLength(1)
    return rows
  })
  stop.abort()
  await running
  expect(late?.ms).toBeGreaterThanOrEqual(0)
  expect(late?.ms).toBeLessThanOrEqual(5_000)
})

test('any item makes cards within every limit', () => {
  const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => /[\p{L}\p{N}]/u.test(text))
  const moment = fc.integer({ min: at('01T00:00'), max: at('30T00:00') })
  const base = { orderId: word, channel: fc.constantFrom('douyin' as const, 'pos' as const), orderNo: word }
  const about = fc.oneof(
    fc.record({
      ...base,
      kind: fc.constant('return' as const),
      subject: fc.constant('return:TH2611230015' as const),
      orderId: fc.constant('SO261123000001'),
      returnId: fc.constant('TH2611230015'),
      refundFen: fc.bigInt({ min: 0n, max: 99_999_999n }),
      appliedAtMs: moment,
      fineAtMs: moment,
      wholeDueAtMs: moment,
      level: fc.option(fc.record({ role: fc.constantFrom('cs_lead', 'finance'), holder: word, dueAtMs: moment }), {
        nil: undefined,
      }),
      tried: fc.record({
        nudges: fc.nat(500),
        asked: fc.array(fc.record({ step: fc.constantFrom(...steps), names: fc.array(word, { maxLength: 9 }) }), {
          maxLength: 9,
        }),
      }),
    }),
    fc.record({
      ...base,
      orderId: fc.constant('SO261123000001'),
      kind: fc.constant('parcel' as const),
      subject: fc.constant('parcel:p' as const),
      waybillNo: word,
      carrier: fc.constantFrom('YTO' as const, 'OTHER' as const),
      carrierName: word,
      place: word,
      call: word,
    }),
    fc.record({
      ...base,
      orderId: fc.constant('SO261123000001'),
      kind: fc.constant('order' as const),
      subject: fc.constant('order:o' as const),
      delayReason: word,
      quarantineReason: word,
    }),
    fc.record({
      orderId: fc.constant('SO261123000001'),
      kind: fc.constant('command' as const),
      subject: fc.constant('command:c' as const),
      name: fc.constantFrom('wms.expect_return', 'customs.predeclare', 'x'),
      object: word,
      target: word,
      tries: fc.nat(9),
      lastError: word,
    }),
  )
  const anyItem = fc.record({
    clock: fc.constantFrom(...clockNames),
    step: fc.constantFrom(...steps),
    urgent: fc.boolean(),
    sinceMs: moment,
    dueMs: moment,
    about,
  }) as fc.Arbitrary<EscalatedItem>
  fc.assert(
    fc.property(fc.array(anyItem, { minLength: 1, maxLength: 8 }), fc.nat(100_000), moment, (items, more, nowMs) => {
      for (const item of items) {
        const card = overdueAlertCard(item, nowMs, codec, 'm_boss')
        expect(faultsOf(card)).toEqual([])
        expect(phoneWords(card).text.length).toBeLessThan(140)
      }
      const counts = clockNames.map((clock, index) => ({ clock, count: more + index }))
      const digest = overdueDigestCard({ items, total: items.length + more, counts, nowMs }, codec)
      expect(faultsOf(digest)).toEqual([])
    }),
    { numRuns: 300 },
  )
})
