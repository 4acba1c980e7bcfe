import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openEnvelope } from '../../src/connectors/weixin-crypt.ts'
import type { PushReading, Told } from '../../src/hub/channel-port.ts'
import { intake } from '../../src/hub/intake.ts'
import type { SourceOrder } from '../../src/hub/order-facts.ts'
import { randomIds } from '../../src/runtime/ids.ts'
import { account, type Instance, instance, openPos, type PosWorld, posSubject } from '../fakes/dingtalk-pos.ts'
import { testPersonal } from '../kit/cipher.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { salesChannelContract } from './sales-channel.ts'

salesChannelContract(posSubject)

const never = new AbortController().signal
const at = (time: string) => Date.parse(`2026-11-${time}:00+08:00`)
const orderNo = '202611230955000123456'
let world: PosWorld
let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())
beforeEach(async () => {
  world = await openPos()
  world.clock.setOffset(at('23T10:05') - Date.now())
})
afterEach(() => world.close())

const begun = at('23T09:55')
const pull = async (no = 'inst-1'): Promise<SourceOrder | undefined> =>
  (await world.channel.pullOrder(no, never))?.orders[0]
const without = (name: string): Instance => ({
  ...instance,
  formComponentValues: (instance.formComponentValues ?? []).filter((one) => one.name !== name),
})
const saying = (name: string, value: unknown): Instance => ({
  ...instance,
  formComponentValues: (instance.formComponentValues ?? []).map((one) => (one.name === name ? { ...one, value } : one)),
})
const read = (frame: { query: URLSearchParams; body: string }): PushReading => {
  const { readPush } = world.channel
  if (readPush === undefined) throw new Error('no push')
  return readPush({
    method: 'POST',
    query: frame.query,
    header: () => undefined,
    raw: Buffer.from(frame.body),
    pathSecret: '',
    nowMs: at('23T10:03'),
  })
}
const finish = {
  EventType: 'bpms_instance_change',
  eventId: 'e1',
  type: 'finish',
  result: 'agree',
  processInstanceId: 'inst-1',
  processCode: account.processCode,
  finishTime: at('23T10:02'),
}
const all = async (fromMs: number, toMs: number): Promise<readonly string[]> => {
  const told: Told[] = []
  for await (const one of world.channel.pullWindow(fromMs, toMs, never)) told.push(one)
  return told.flatMap(({ orders }) => orders.map((one) => one.orderNo))
}

describe('a finished form', () => {
  test('is an order with its goods, money and carrier, by its number and by its instance', async () => {
    world.put('inst-1', instance, begun)
    const order = await pull()
    expect(order).toEqual({
      channel: 'pos',
      shop: '杭州门店',
      orderNo,
      source: 'pos.pull',
      modifiedAtMs: at('23T10:02'),
      orderedAtMs: begun,
      stage: 'paid',
      consigneeName: '测试甲',
      phone: '13800000000',
      address: '浙江省杭州市余杭区测试路1号',
      paidAtMs: at('23T10:02'),
      payMethod: '微信',
      paidFen: 125_850n,
      carrier: 'ZTO',
      lines: [
        { lineKey: '01:NF3-900', sku: 'NF3-900', name: '3段奶粉', qty: 4, amountFen: 118_000n },
        { lineKey: '02:围兜', name: '围兜', qty: 1 },
      ],
    })
    expect(await pull(orderNo)).toEqual(order)
    expect(await pull('202611230955000999999')).toBeUndefined()
  })

  test.each([
    ['running', { status: 'RUNNING', result: undefined }],
    ['refused', { result: 'refuse' }],
    ['withdrawn', { status: 'TERMINATED', result: undefined }],
  ])('%s: never an order', async (_what, change) => {
    world.put('inst-1', { ...instance, ...change }, begun)
    expect(await pull()).toBeUndefined()
    expect(await all(begun - 60_000, at('23T10:05'))).toEqual([])
  })

  test('changed and revoked: one order, its newest word', async () => {
    world.put('inst-1', instance, begun)
    world.put(
      'inst-2',
      {
        ...saying('实付金额', '1000'),
        businessId: '202611231100000000002',
        bizAction: 'MODIFY',
        mainProcessInstanceId: 'inst-1',
        finishTime: '2026-11-23T11:05Z',
      },
      at('23T11:00'),
    )
    const desk = intake(fresh.database, testPersonal, world.clock, randomIds())
    const take = async (id: string) => {
      const order = await pull(id)
      return order && desk.take(order)
    }
    const rows = () => fresh.database.sql`SELECT order_no, paid_fen, cancel_reason FROM orders WHERE channel = 'pos'`
    for (const id of ['inst-2', 'inst-1', 'inst-2']) await take(id)
    expect([...(await rows())]).toEqual([{ order_no: orderNo, paid_fen: 100_000n, cancel_reason: null }])
    world.put(
      'inst-3',
      {
        ...instance,
        businessId: '202611231200000000003',
        bizAction: 'REVOKE',
        mainProcessInstanceId: 'inst-1',
        finishTime: '2026-11-23T12:05Z',
      },
      at('23T12:00'),
    )
    for (const id of ['inst-3', 'inst-1']) await take(id)
    expect([...(await rows())]).toMatchObject([{ order_no: orderNo, cancel_reason: '原审批单已撤销' }])
  })

  test('row 12: without a carrier it is quarantined, 其他 without name too, 到店自提 is fine', async () => {
    const desk = intake(fresh.database, testPersonal, world.clock, randomIds())
    const taken = async (form: Instance, n: number) => {
      world.put('inst-1', { ...form, businessId: `20261123095500012346${n}` }, begun)
      const order = await pull()
      return order && desk.take(order)
    }
    expect(await taken(without('物流方式'), 1)).toMatchObject({ outcome: 'created', quarantine: 'carrier_missing' })
    expect(await taken(saying('物流方式', '其他'), 2)).toMatchObject({
      outcome: 'created',
      quarantine: expect.any(String),
    })
    expect(await taken(saying('物流方式', '到店自提'), 3)).not.toHaveProperty('quarantine')
  })

  test('a field that cannot be read is named and nothing else of the vendor is held up', async () => {
    world.put('inst-1', saying('商品明细', '[]'), begun)
    expect(await world.channel.pullOrder('inst-1', never)).toMatchObject({
      orders: [],
      faulty: [{ id: 'inst-1', problem: '商品明细 has no row with 商品' }],
    })
    world.put('inst-1', saying('实付金额', 'viel'), begun)
    expect((await world.channel.pullOrder('inst-1', never))?.faulty?.[0]?.problem).toContain('实付金额')
  })
})

describe('events', () => {
  test("agreed to: the order, at once; answered sealed, in the vendor's words", async () => {
    const reading = read(world.event(finish))
    expect(reading).toMatchObject({
      outcome: 'told',
      hints: [{ key: 'e1', about: { kind: 'order', orderNo: 'inst-1' }, toldAtMs: at('23T10:02') }],
    })
    if (reading.outcome !== 'told') throw new Error('not told')
    const { encrypt } = JSON.parse(reading.answer.body)
    expect(openEnvelope(account.eventAesKey, encrypt, account.appKey)).toBe('success')
  })

  test.each([
    ['a refusal', { result: 'refuse' }],
    ['a withdrawal', { type: 'terminate', result: undefined }],
    ['a beginning', { type: 'start', result: undefined }],
    ['another form', { processCode: 'PROC-2' }],
    ['a task', { EventType: 'bpms_task_change' }],
  ])('%s is kept and fetches nothing', (_what, change) => {
    expect(read(world.event({ ...finish, ...change }))).toMatchObject({
      outcome: 'told',
      hints: [{ about: { kind: 'nothing' } }],
    })
  })

  test('a test of the address is answered and kept nowhere', () => {
    expect(read(world.event({ EventType: 'check_url' }))).toMatchObject({ outcome: 'echo' })
  })

  test('another token, another owner, a changed byte: nothing moves', () => {
    expect(read(world.event(finish, { token: 'x' }))).toMatchObject({ outcome: 'refused', status: 401 })
    expect(() => read(world.event(finish, { owner: 'someone' }))).toThrow(/another app/)
    const frame = world.event(finish)
    fc.assert(
      fc.property(fc.nat(frame.body.length - 1), (n) => {
        const raw = Buffer.from(frame.body)
        raw[n] = (raw[n] ?? 0) ^ 1
        try {
          return read({ ...frame, body: raw.toString('latin1') }).outcome === 'refused'
        } catch (error) {
          return error instanceof Error && 'code' in error && error.code === 'bad-payload'
        }
      }),
    )
  })

  test('without a token in the settings there is no door', async () => {
    const other = await openPos({ events: false })
    expect(other.channel.readPush).toBeUndefined()
    await other.close()
  })
})

describe('lists', () => {
  test('what was begun days ago and finished now is found; ended forms are fetched once', async () => {
    world.put('old', { ...instance, businessId: '202611180900000000001' }, at('18T09:00'))
    for (let n = 0; n < 45; n++)
      world.put(
        `i${n}`,
        { ...instance, businessId: `2026112309${String(n).padStart(2, '0')}000000001` },
        at('23T09:00') + n * 60_000,
      )
    expect(await all(at('23T09:00'), at('23T10:05'))).toHaveLength(46)
    const before = world.asked.length
    expect(await all(at('23T09:00'), at('23T10:05'))).toEqual([])
    expect(world.asked.length - before).toBe(3)
  })

  test('busy, a token that ended: waited for; failures inside 200, a dead gateway, a page that comes twice: the window does not count', async () => {
    world.put('inst-1', instance, begun)
    await pull()
    world.misbehave('token')
    expect(await all(begun - 1, at('23T10:05'))).toEqual([orderNo])
    world.put('inst-2', { ...instance, businessId: '202611230956000000002' }, begun)
    world.misbehave('busy')
    expect(await all(begun - 1, at('23T10:05'))).toEqual(['202611230956000000002'])
    world.misbehave('failed')
    await expect(all(begun - 1, at('23T10:05'))).rejects.toMatchObject({ code: 'platform-refused' })
    for (let n = 0; n < 25; n++) world.put(`p${n}`, instance, begun)
    world.misbehave('repeated-page')
    await expect(all(begun - 1, at('23T10:05'))).rejects.toThrow('a page came twice')
    world.misbehave('down')
    await expect(world.channel.pullOrder('inst-9', never)).rejects.toMatchObject({ code: 'unreachable' })
  })

  test('doctor calls once, and says what is wrong with the keys', async () => {
    await world.check(never)
    expect(world.asked).toHaveLength(1)
  })
})
