import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openCloudMessage, readOrder, readReturn } from '../../src/connectors/youzan-wire.ts'
import type { PushReading, Told } from '../../src/hub/channel-port.ts'
import { type Json, jsonAt, parseJson } from '../../src/runtime/json.ts'
import { account, beijing, fixture, md5, openYouzan, type YouzanWorld } from '../fakes/youzan.ts'
import type { PlainOrder } from './channel-subject.ts'

type Vector = { readonly id: string; readonly inputs: Readonly<Record<string, string>>; readonly expected: string }
const { vectors } = JSON.parse(readFileSync(new URL('../fixtures/signatures.json', import.meta.url), 'utf8')) as {
  vectors: readonly Vector[]
}
const vector = (id: string): Vector => {
  const found = vectors.find((one) => one.id === id)
  if (found === undefined) throw new Error(`no vector ${id}`)
  return found
}

const nowMs = Date.parse('2026-11-23T10:00:00+08:00')
const never = new AbortController().signal
let world: YouzanWorld
beforeEach(async () => {
  world = await openYouzan()
  world.clock.setOffset(nowMs - Date.now())
})
afterEach(() => world.close())

const order = (n: number, more: Partial<PlainOrder> = {}): PlainOrder => ({
  orderNo: world.orderNo(n),
  state: 'paid',
  createdAtMs: nowMs - 3_600_000,
  modifiedAtMs: nowMs - 600_000,
  paidFen: 12_901n,
  lines: [{ key: '1', sku: 'TEA-01', name: '白瓷茶壶', qty: 1 }],
  ...more,
})

async function window(fromMs = nowMs - 3_600_000, toMs = nowMs): Promise<Required<Omit<Told, 'filed'>>> {
  const all: Required<Omit<Told, 'filed'>>[] = []
  for await (const told of world.channel.pullWindow(fromMs, toMs, never)) all.push({ faulty: [], ...told })
  return {
    orders: all.flatMap(({ orders }) => orders),
    returns: all.flatMap(({ returns }) => returns),
    faulty: all.flatMap(({ faulty }) => faulty),
  }
}

function push(
  body: string,
  headers: Readonly<Record<string, string>> = {},
  method: 'GET' | 'POST' = 'POST',
): PushReading {
  const read = world.channel.readPush
  if (read === undefined) throw new Error('no push')
  const header = (name: string) => headers[name]
  return read({ method, query: new URLSearchParams(), header, raw: Buffer.from(body), pathSecret: '', nowMs })
}

type Fields = Readonly<Record<string, Json>>
const inBody = (fields: Fields) =>
  JSON.stringify({ ...fields, sign: md5(account.clientId, String(fields.msg), account.clientSecret) })
const inHeader = (fields: Fields) => {
  const body = JSON.stringify(fields)
  return [body, { 'event-sign': md5(account.clientId, body, account.clientSecret) }] as const
}
const older = () => JSON.parse(fixture('push-order.json')) as Fields

describe('the vectors', () => {
  test('the older form: the message as it came, still encoded', () => {
    const { inputs, expected } = vector('youzan-push-1')
    const body = JSON.stringify({ type: 'TRADE_ORDER_STATE', id: 'x', version: 1, msg: inputs.msg, sign: expected })
    expect(push(body)).toHaveProperty('hints.0.about', { kind: 'order', orderNo: 'E20201104174455011104005' })
    expect(push(body.replace(expected, expected.replace('5', '6')))).toMatchObject({ outcome: 'refused', status: 401 })
  })

  test('the newer form: the bytes, in a header', () => {
    const { inputs, expected } = vector('youzan-event-sign-1')
    const body = inputs.rawBody ?? ''
    expect(push(body, { 'event-sign': expected })).toMatchObject({ outcome: 'told' })
    expect(push(`${body} `, { 'event-sign': expected })).toMatchObject({ outcome: 'refused', status: 401 })
  })

  test('a sealed message opens with the first half of the secret', () => {
    const { inputs, expected } = vector('youzan-aes-1')
    const sealed = decodeURIComponent(inputs.message ?? '')
    expect(openCloudMessage(inputs.client_secret ?? '', sealed)).toBe(expected)
    expect(() => openCloudMessage('another-secret-0', sealed)).toThrow(/opened/)
    expect(
      push(inBody({ type: 'TRADE_ORDER_STATE', id: 'E1', kdt_id: 164932, version: 1, msg: inputs.message ?? '' })),
    ).toHaveProperty('hints.0.about', { kind: 'order', orderNo: 'E1' })
  })
})

describe('pushes', () => {
  test('one business id and version is one push, however often it is sent', () => {
    const read = push(inBody(older()))
    expect(read).toEqual({
      outcome: 'told',
      answer: { status: 200, body: '{"code":0,"msg":"success"}', type: 'application/json' },
      hints: [
        {
          key: 'TRADE_ORDER_STATE:E20261123100000011104005:1763859900',
          about: { kind: 'order', orderNo: 'E20261123100000011104005' },
        },
      ],
    })
    expect(push(inBody({ ...older(), sendCount: 7 }))).toEqual(read)
    expect(push(inBody({ ...older(), version: 1_763_859_901 }))).not.toEqual(read)
  })

  test('the body signs the message alone: another id around it points nowhere else', () => {
    expect(push(inBody({ ...older(), id: 'E999' }))).toHaveProperty('hints.0.about', {
      kind: 'order',
      orderNo: 'E20261123100000011104005',
    })
  })

  test.each(['%7B%22tid', 'AAAA', '[1]'])(
    'a signed message that cannot be read (%s): its id says what to read',
    (msg) => {
      expect(push(inBody({ ...older(), msg }))).toHaveProperty('hints.0.about', { kind: 'order', orderNo: older().id })
    },
  )

  test('a header that is wrong is not saved by a good body', () => {
    expect(push(inBody(older()), { 'event-sign': '0'.repeat(32) })).toMatchObject({ outcome: 'refused', status: 401 })
    expect(push(JSON.stringify({ ...older(), sign: undefined }))).toMatchObject({
      outcome: 'refused',
      reason: 'not signed',
    })
    expect(push('', {}, 'GET')).toMatchObject({ outcome: 'refused', status: 400 })
  })

  test('a refund points at its number; without one its order is read when the list has caught up', () => {
    const base = { kdt_id: 164932, type: 'TRADE_ORDER_REFUND', id: 'E5', version: 3 }
    const message = { tid: 'E5', refund_id: '2026112310050001' }
    expect(push(inBody({ ...base, msg: encodeURIComponent(JSON.stringify(message)) }))).toHaveProperty(
      'hints.0.about',
      {
        kind: 'return',
        afterSaleNo: '2026112310050001',
        orderNo: 'E5',
      },
    )
    expect(push(inBody({ ...base, msg: encodeURIComponent('{"tid":"E5"}') }))).toHaveProperty('hints.0', {
      key: 'TRADE_ORDER_REFUND:E5:3',
      about: { kind: 'order', orderNo: 'E5' },
      waitMs: 31_000,
    })
  })

  test('tests are answered and dropped; goods, members and other shops are kept and fetch nothing', () => {
    expect(push(inBody({ ...older(), test: true }))).toMatchObject({ outcome: 'echo', answer: { status: 200 } })
    expect(push(...inHeader({ type: 'ITEM_STATE', id: '1', version: 1, kdt_id: 164932 }))).toHaveProperty(
      'hints.0.about',
      {
        kind: 'nothing',
        topic: 'ITEM_STATE',
      },
    )
    expect(push(inBody({ ...older(), kdt_id: 1 }))).toHaveProperty('hints.0.about', {
      kind: 'nothing',
      topic: 'another shop',
    })
  })
})

describe('orders', () => {
  const shop = { shop: '有赞商城', kdtId: '164932', defaultCarrier: 'ZTO' } as const

  test('the documented order in the words of the hub; what is sealed is left out', () => {
    const raw = jsonAt(parseJson(fixture('trade.json')), 'data') as Json
    expect(readOrder(raw, shop)).toEqual({
      channel: 'miniapp',
      shop: '有赞商城',
      orderNo: 'E20261123100000011104005',
      source: 'youzan',
      modifiedAtMs: Date.parse('2026-11-23T09:05:00+08:00'),
      orderedAtMs: Date.parse('2026-11-23T09:00:00+08:00'),
      stage: 'paid',
      paidAtMs: Date.parse('2026-11-23T09:02:00+08:00'),
      paidFen: 20_600n,
      payMethod: '微信支付',
      totalFen: 20_600n,
      freightFen: 800n,
      remark: '请轻放',
      identities: [{ kind: 'buyer', value: '164932:invented-open-id-1' }],
      phone: '138****0000',
      region: '浙江省 杭州市',
      address: '浙江省杭州市西湖区****',
      carrier: 'ZTO',
      lines: [
        { lineKey: '2000000000000000001', sku: 'TEA-01', name: '白瓷茶壶', spec: '月白', qty: 2, amountFen: 19_800n },
      ],
    })
  })

  test.each([
    ['WAIT_BUYER_PAY', undefined, 'pending_payment'],
    ['WAIT_CONFIRM', undefined, 'on_hold'],
    ['WAIT_SELLER_SEND_GOODS', '75312345678901', 'part_shipped'],
    ['WAIT_BUYER_CONFIRM_GOODS', '75312345678901', 'shipped'],
    ['TRADE_SUCCESS', '75312345678901', 'signed'],
    ['TRADE_CLOSED', undefined, 'cancelled'],
    ['SOMETHING_NEW', undefined, 'SOMETHING_NEW'],
  ])('status %s with waybill %s is %s', async (code, waybillNo, stage) => {
    world.put(order(1, { code, ...(waybillNo !== undefined && { waybillNo }) }))
    const told = await world.channel.pullOrder(world.orderNo(1), never)
    expect(told?.orders[0]?.stage).toBe(stage)
    expect(told?.orders[0]?.shippedAtMs !== undefined).toBe(stage === 'shipped' || stage === 'signed')
  })

  test('refunded whole: after shipping it is refunded, before it is cancelled', async () => {
    world.put(order(1, { code: 'TRADE_CLOSED', waybillNo: '75312345678901' }))
    world.put(order(2, { code: 'TRADE_CLOSED' }))
    for (const n of [1, 2]) world.also(world.orderNo(n), { refund_state: 12 })
    const stages = await Promise.all([1, 2].map((n) => world.channel.pullOrder(world.orderNo(n), never)))
    expect(stages.map((told) => told?.orders[0]?.stage)).toEqual(['refunded', 'cancelled'])
  })

  test.each([
    [1, { carrier: 'PICKUP' }],
    [2, { carrier: 'OTHER', carrierName: '同城配送' }],
    [9, { carrier: 'OTHER', carrierName: '无需物流' }],
  ])('express_type %s goes its way', async (express_type, way) => {
    world.put(order(1))
    world.also(world.orderNo(1), { express_type })
    expect((await world.channel.pullOrder(world.orderNo(1), never))?.orders[0]).toMatchObject(way)
  })

  test.each([{ status: 'TRADE_PAID' }, { status: 'TRADE_CLOSED', refund_state: 11 }])(
    'between two states (%o) it is not told but read again',
    async (between) => {
      world.put(order(1))
      world.put(order(2))
      world.also(world.orderNo(1), between)
      const asked = world.channel.pullOrder(world.orderNo(1), never)
      await expect(asked).rejects.toMatchObject({ code: 'unreachable', retryAfterMs: 2_000 })
      const { orders, faulty } = await window()
      expect(orders.map(({ orderNo }) => orderNo)).toEqual([world.orderNo(2)])
      expect(faulty).toEqual([{ id: world.orderNo(1), problem: 'it stays between two states' }])
      world.also(world.orderNo(1), {})
      expect((await window()).orders).toHaveLength(2)
    },
  )

  test('undefined where the shop has none; its refunds come with the order', async () => {
    expect(await world.channel.pullOrder(world.orderNo(9), never)).toBeUndefined()
    world.put(order(1))
    const raw = jsonAt(parseJson(fixture('refund.json')), 'data') as { [key: string]: Json }
    world.refund({ ...raw, tid: world.orderNo(1) })
    expect((await world.channel.pullOrder(world.orderNo(1), never))?.returns).toMatchObject([
      { afterSaleNo: raw.refund_id, orderNo: world.orderNo(1) },
    ])
  })
})

describe('refunds', () => {
  const base = () => jsonAt(parseJson(fixture('refund.json')), 'data') as { [key: string]: Json }

  test('the documented refund in the words of the hub', () => {
    expect(readReturn(base(), '有赞商城')).toEqual({
      channel: 'miniapp',
      shop: '有赞商城',
      orderNo: 'E20261123100000011104005',
      afterSaleNo: '202611231005000000010001',
      source: 'youzan',
      modifiedAtMs: Date.parse('2026-11-23T09:20:00+08:00'),
      appliedAtMs: Date.parse('2026-11-23T09:10:00+08:00'),
      state: 'agreed',
      goodsBack: true,
      reason: '壶嘴有裂',
      refundFen: 9_900n,
    })
    expect(readReturn({ ...base(), status: 'SUCCESS' }, 's')).toMatchObject({
      state: 'done',
      refundedAtMs: Date.parse('2026-11-23T09:20:00+08:00'),
    })
    expect(readReturn({ ...base(), status: 'NEW' }, 's')).toMatchObject({ state: 'applied', platformState: 'NEW' })
  })

  test('of a list that ignores the time of change, only what changed is read', async () => {
    world.refund({ ...base(), refund_id: 'R1', modified: beijing(nowMs - 60_000) })
    world.refund({ ...base(), refund_id: 'R2', modified: beijing(nowMs - 30 * 86_400_000) })
    expect((await window()).returns.map(({ afterSaleNo }) => afterSaleNo)).toEqual(['R1'])
    expect(world.paths.filter((path) => path.includes('refund.get'))).toHaveLength(1)
  })

  test('a refund whose time is of another type is named and holds nobody up', async () => {
    world.refund({ ...base(), refund_id: 'R1', modified: 1_764_000_000 })
    world.refund({ ...base(), refund_id: 'R2', modified: beijing(nowMs - 60_000) })
    const { returns, faulty } = await window()
    expect(returns.map(({ afterSaleNo }) => afterSaleNo)).toEqual(['R2'])
    expect(faulty).toEqual([{ id: 'R1', problem: 'modified is number, not a time' }])
  })
})

describe('a vendor that misbehaves', () => {
  test('all pages come, last first, each order once', async () => {
    for (let n = 0; n < 230; n++) world.put(order(n))
    const { orders } = await window()
    expect(new Set(orders.map(({ orderNo }) => orderNo)).size).toBe(230)
    expect(world.paths.filter((path) => path.includes('sold.get'))).toHaveLength(4)
  })

  test.each(['half-page', 'busy', 'failed', 'down'] as const)('%s: the window does not count', async (how) => {
    for (let n = 0; n < 3; n++) world.put(order(n))
    world.misbehave(how)
    await expect(window()).rejects.toThrow()
    world.misbehave(undefined)
    world.clock.setOffset(world.clock.offsetMs() + 600_000)
    expect((await window()).orders).toHaveLength(3)
  })

  test('a page that came in place of another is noticed', async () => {
    for (let n = 0; n < 150; n++) world.put(order(n))
    world.misbehave('repeated-page')
    await expect(window()).rejects.toMatchObject({ code: 'unreachable' })
  })

  test('one order of another shape is named and the others come', async () => {
    world.put(order(1))
    world.put(order(2))
    world.misbehave('wrong-type')
    const { orders, faulty } = await window()
    expect(orders.map(({ orderNo }) => orderNo)).toEqual([world.orderNo(1)])
    expect(faulty).toEqual([{ id: world.orderNo(2), problem: 'orders is string, not a list' }])
  })

  test('a token that ended is exchanged once', async () => {
    world.put(order(1))
    await world.channel.pullOrder(world.orderNo(1), never)
    world.misbehave('token')
    expect((await world.channel.pullOrder(world.orderNo(1), never))?.orders).toHaveLength(1)
    expect(world.paths.filter((path) => path === '/auth/token')).toHaveLength(2)
  })

  test('the package is used up: said in words, and nobody calls on', async () => {
    world.put(order(1))
    world.refuse({ gw_err_resp: { err_code: 4302, err_msg: 'API调用量已用完，请购买套餐' } })
    const asked = world.channel.pullOrder(world.orderNo(1), never)
    await expect(asked).rejects.toMatchObject({ code: 'platform-refused', vendorCode: 'quota', retryable: false })
    const before = world.calls()
    await expect(world.channel.pullOrder(world.orderNo(1), never)).rejects.toMatchObject({ code: 'unreachable' })
    expect(world.calls()).toBe(before)
  })
})

test('doctor: a good account passes, and neither secret nor token stands in what is thrown', async () => {
  await world.connector.check(never)
  world.misbehave('failed')
  const error = await world.connector.check(never).catch((thrown: unknown) => thrown)
  expect(String(error)).toContain('50000')
  expect(String(error)).not.toMatch(/secret|tok-/)
})
