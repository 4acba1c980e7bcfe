import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { fxiaoke } from '../../src/connectors/fxiaoke.ts'
import type { Command } from '../../src/hub/commands.ts'
import { fakeFxiaoke, fxiaokeAccount } from '../fakes/fxiaoke.ts'
import { adapterParts } from '../kit/back-office-parts.ts'

const signal = new AbortController().signal
const objects = {
  notice: { object: 'notice__c', key: 'own_no__c', orderNo: 'order_no__c', about: 'about__c', text: 'text__c' },
  fulfilled: { object: 'SalesOrderObj', orderNo: 'order_no__c', at: 'fulfilled__c' },
  serviceRecord: {
    object: 'service__c',
    key: 'own_no__c',
    orderNo: 'order_no__c',
    returnId: 'return_no__c',
    reason: 'reason__c',
    refundYuan: 'refund__c',
  },
}

async function open(changed: object = {}) {
  const made = adapterParts(Date.parse('2026-11-26T12:00:00+08:00'))
  const fake = await fakeFxiaoke()
  const given = fxiaoke.settings.parse({ ...fxiaokeAccount, ...objects, baseUrl: fake.baseUrl, ...changed })
  const { commands, check } = fxiaoke.open('fxiaoke', given, made.parts)
  if (commands === undefined) throw new TypeError('it carries commands out')
  return { ...made, ...fake, commands, check }
}

const notice: Command = {
  name: 'crm.notice',
  payload: { orderNo: '2958', channel: 'jd', shop: '京东店', about: 'return', text: '您的退款预计三天内到账' },
}
const record: Command = {
  name: 'crm.service_record',
  payload: { orderNo: '2958', returnId: 'TH1', reason: '破损', refundFen: '23805' },
}
const fulfilled = (atMs: number): Command => ({
  name: 'crm.field',
  payload: { orderNo: '2958', field: 'last_fulfilled_at', atMs },
})

describe('纷享销客 carries commands out', () => {
  let desk: Awaited<ReturnType<typeof open>>
  beforeAll(async () => {
    desk = await open()
  })
  afterAll(() => desk.close())
  beforeEach(() => {
    desk.world.lie = undefined
    desk.world.records.splice(0)
    desk.moveMs(700_000)
  })
  const run = (command: Command, key = 'k1') => desk.commands.run(command, key, signal)

  test('a notice is a record with our number; the same key twice is one, another key another', async () => {
    expect(await run(notice)).toEqual({ outcome: 'done', receipt: { id: 'id-1' } })
    expect(await run(notice)).toEqual({ outcome: 'done', receipt: { id: 'id-1', found: 'before' } })
    expect(await run(notice, 'k2')).toEqual({ outcome: 'done', receipt: { id: 'id-2' } })
    expect(desk.world.records[0]).toMatchObject({
      own_no__c: 'k1',
      order_no__c: '2958',
      text__c: '您的退款预计三天内到账',
    })
    expect(desk.world.paths.every((path) => path.startsWith('/cgi/crm/custom/v2/data/'))).toBe(true)
  })

  test('an answer that was lost is looked up, not written again', async () => {
    desk.world.lie = 'cut-after-create'
    await expect(run(record)).rejects.toMatchObject({ code: 'unreachable' })
    desk.world.lie = undefined
    expect(await run(record)).toMatchObject({ outcome: 'done', receipt: { found: 'before' } })
    expect(desk.world.records).toHaveLength(1)
    expect(desk.world.records[0]).toMatchObject({ return_no__c: 'TH1', reason__c: '破损', refund__c: '238.05' })
  })

  test('a query that ignores its filter does not pass for a record that is there', async () => {
    await run(notice, 'other')
    desk.world.lie = 'no-filter'
    expect(await run(notice)).toEqual({ outcome: 'done', receipt: { id: 'id-2' } })
  })

  test('the time of fulfilment goes forward only, and waits for the order', async () => {
    expect(await run(fulfilled(5_000))).toMatchObject({ outcome: 'retry', afterMs: 600_000 })
    desk.world.records.push({ _id: 'so1', dataObjectApiName: 'SalesOrderObj', order_no__c: '2958' })
    expect(await run(fulfilled(5_000))).toEqual({ outcome: 'done', receipt: { id: 'so1' } })
    expect(await run(fulfilled(4_000))).toEqual({ outcome: 'done', receipt: { id: 'so1', found: 'before' } })
    expect(desk.world.records[0]).toMatchObject({ fulfilled__c: 5_000 })
    desk.world.records.push({ _id: 'so2', dataObjectApiName: 'SalesOrderObj', order_no__c: '2958' })
    expect(await run(fulfilled(9_000))).toMatchObject({ outcome: 'refused' })
  })

  test('a token that has ended is fetched anew once', async () => {
    await run(notice)
    const { given } = desk.world
    desk.world.tokens.clear()
    expect(await run(notice)).toMatchObject({ outcome: 'done' })
    expect(desk.world.given).toBe(given + 1)
  })

  test.each([
    ['busy', 20_000],
    ['pack', 600_000],
  ] as const)('%s inside HTTP 200: nobody calls for a while', async (lie, retryAfterMs) => {
    desk.world.lie = lie
    await expect(run(notice)).rejects.toMatchObject({ code: 'unreachable', retryAfterMs })
    const calls = desk.world.paths.length
    await expect(run(notice)).rejects.toMatchObject({ code: 'unreachable' })
    expect(desk.world.paths).toHaveLength(calls)
  })

  test('what is refused is final, and neither words of the vendor nor of the notice are passed on', async () => {
    desk.world.lie = 'no-right'
    const outcome = await run(notice)
    expect(outcome).toEqual({
      outcome: 'refused',
      reason: 'fxiaoke: /cgi/crm/custom/v2/data/query was refused with 320001: see its console',
    })
    expect(desk.logged.join()).not.toMatch(/张三|退款|token-|secret-of/)
  })
})

test('it takes what its settings name, and is not opened without any', async () => {
  const desk = await open({ fulfilled: undefined, serviceRecord: undefined })
  expect(desk.commands.takes).toEqual(['crm.notice'])
  await desk.check(signal)
  await desk.close()
  expect(fxiaoke.settings.safeParse(fxiaokeAccount).success).toBe(false)
})

test('a wrong secret says what to look at', async () => {
  const desk = await open({ appSecret: 'other' })
  await expect(desk.check(signal)).rejects.toMatchObject({ code: 'platform-refused', vendorCode: '10004' })
  await desk.close()
})
