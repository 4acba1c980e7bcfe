import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openEnvelope, pushSignature } from '../../src/connectors/weixin-crypt.ts'
import { readOrder, readReturn } from '../../src/connectors/weixin-wire.ts'
import type { PushRequest, Told } from '../../src/hub/channel-port.ts'
import { type Json, jsonAt, parseJson } from '../../src/runtime/json.ts'
import { account, fixture, openWeixin, type WeixinWorld } from '../fakes/weixin.ts'
import type { PlainOrder } from './channel-subject.ts'

type Vector = { id: string; inputs: Record<string, string>; expected: string }
const { vectors } = JSON.parse(readFileSync(new URL('../fixtures/signatures.json', import.meta.url), 'utf8')) as {
  vectors: Vector[]
}
const vector = (id: string) => {
  const found = vectors.find((one) => one.id === id)
  if (found === undefined) throw new Error(`no vector ${id}`)
  return { inputs: new Proxy(found.inputs, { get: (all, name) => all[String(name)] ?? '' }), expected: found.expected }
}

const nowMs = Date.parse('2026-11-23T10:00:00+08:00')
const never = new AbortController().signal
let world: WeixinWorld
beforeEach(async () => {
  world = await openWeixin()
  world.clock.setOffset(nowMs - Date.now())
})
afterEach(() => world.close())

const order = (n: number, more: Partial<PlainOrder> = {}): PlainOrder => ({
  orderNo: world.orderNo(n),
  state: 'paid',
  createdAtMs: nowMs - 3_600_000,
  modifiedAtMs: nowMs - 600_000,
  paidFen: 12_900n,
  lines: [{ key: '10000000081', sku: 'TEA-01', name: '白瓷茶壶', qty: 1 }],
  ...more,
})

async function window(fromMs = nowMs - 3_600_000, toMs = nowMs): Promise<Told> {
  const all: { orders: Told['orders'][number][]; returns: Told['returns'][number][]; faulty: unknown[] } = {
    orders: [],
    returns: [],
    faulty: [],
  }
  for await (const told of world.channel.pullWindow(fromMs, toMs, never)) {
    all.orders.push(...told.orders)
    all.returns.push(...told.returns)
    all.faulty.push(...(told.faulty ?? []))
  }
  return all as unknown as Told
}

const push = ({ query, body }: { readonly query?: string; readonly body: string }, method: 'GET' | 'POST' = 'POST') => {
  const request: PushRequest = {
    method,
    query: new URLSearchParams(query ?? ''),
    header: () => undefined,
    raw: Buffer.from(body),
    pathSecret: '',
    nowMs,
  }
  const read = world.channel.readPush
  if (read === undefined) throw new Error('no push')
  return read(request)
}

describe('the published vectors', () => {
  test('signature of the address check and of a sealed push', () => {
    const plain = vector('wechat-url-1')
    expect(pushSignature(plain.inputs.token ?? '', plain.inputs.timestamp ?? '', plain.inputs.nonce ?? '')).toBe(
      plain.expected,
    )
    const { inputs, expected } = vector('wechat-msgsig-1')
    const parts = [inputs.token, inputs.timestamp, inputs.nonce, inputs.encrypt].map((one) => one ?? '')
    expect(pushSignature(...parts)).toBe(expected)
  })

  test('the envelope opens to the message, for its app alone', () => {
    const { inputs, expected } = vector('wechat-aes-1')
    const [key = '', app = ''] = [inputs.encodingAesKey, inputs.appId]
    expect(openEnvelope(key, expected, app)).toBe(inputs.message)
    expect(() => openEnvelope(key, expected, 'wxother')).toThrow(/another app/)
    expect(() => openEnvelope(key, `${expected.slice(0, -3)}A==`, app)).toThrow()
  })
})

describe('pushes', () => {
  test('the check of the address is echoed only when it is signed', () => {
    const query = new URLSearchParams({ timestamp: '1714036504', nonce: '1514711492', echostr: '4375120948345356249' })
    query.set('signature', pushSignature(account.pushToken, '1714036504', '1514711492'))
    expect(push({ query: String(query), body: '' }, 'GET')).toMatchObject({
      outcome: 'echo',
      answer: { status: 200, body: '4375120948345356249' },
    })
    query.set('nonce', '1')
    expect(push({ query: String(query), body: '' }, 'GET')).toMatchObject({ outcome: 'refused', status: 401 })
  })

  test.each([
    ['push-order.json', 'json'],
    ['push-order.json', 'xml'],
    ['push-order.xml', 'xml'],
  ] as const)('an order of %s in a %s envelope points at its whole number', (name, form) => {
    const read = push(world.frame(fixture(name), {}, form))
    expect(read).toMatchObject({ outcome: 'told', answer: { body: 'success' } })
    expect(read).toHaveProperty('hints', [
      {
        key: 'channels_ec_order_pay:3705115058471208928:1764000121:',
        toldAtMs: 1_764_000_121_000,
        about: { kind: 'order', orderNo: '3705115058471208928' },
      },
    ])
  })

  test('an after-sale points at its request, and its status is part of what makes it unique', () => {
    expect(push(world.frame(fixture('push-after-sale.json')))).toHaveProperty('hints.0', {
      key: 'channels_ec_aftersale_update:2000000250012341234:1764100001:MERCHANT_PROCESSING',
      toldAtMs: 1_764_100_001_000,
      about: { kind: 'return', afterSaleNo: '2000000250012341234', orderNo: '3705115058471208928' },
    })
  })

  test('what is forged, in the clear, or for another app moves nothing', () => {
    const clear = fixture('push-order.json')
    expect(push(world.frame(clear, { token: 'another' }))).toMatchObject({ outcome: 'refused', status: 401 })
    const good = world.frame(clear)
    expect(push({ query: good.query, body: clear })).toMatchObject({ outcome: 'refused', status: 401 })
    const other = world.frame(fixture('push-after-sale.json'))
    expect(push({ query: good.query, body: other.body })).toMatchObject({ outcome: 'refused', status: 401 })
    expect(() => push(world.frame(clear, { receiveId: 'wxanother' }))).toThrow(/another app/)
    expect(() => push({ query: good.query, body: '{"Encrypt":' })).toThrow(/JSON/)
  })

  test('other events are taken and fetch nothing', () => {
    const read = push(world.frame('{"MsgType":"event","Event":"channels_ec_coupon_new","CreateTime":1764000000}'))
    expect(read).toHaveProperty('hints.0.about', { kind: 'nothing', topic: 'channels_ec_coupon_new' })
  })

  test('a body made to be slow is answered at once', () => {
    const startMs = performance.now()
    expect(push({ query: '', body: `<xml>${'<a><![CDATA['.repeat(5_000)}` })).toMatchObject({ outcome: 'refused' })
    expect(performance.now() - startMs).toBeLessThan(500)
  })
})

describe('orders', () => {
  test('the documented order in the words of the hub', () => {
    const raw = jsonAt(parseJson(fixture('order.json')), 'order') as Json
    expect(readOrder(raw, { shop: '微信小店', appId: 'wx1', defaultCarrier: 'ZTO' })).toEqual({
      channel: 'miniapp',
      shop: '微信小店',
      orderNo: '3705115058471208928',
      source: 'weixin',
      modifiedAtMs: 1_764_000_300_000,
      orderedAtMs: 1_764_000_000_000,
      stage: 'paid',
      paidAtMs: 1_764_000_120_000,
      paidFen: 20_600n,
      payMethod: '微信支付',
      totalFen: 20_600n,
      discountFen: 200n,
      freightFen: 800n,
      remark: '请轻放',
      identities: [{ kind: 'buyer', value: 'wx1:oABC-invented-0001' }],
      consigneeName: '李*',
      phone: '138****0000',
      region: '浙江省 杭州市',
      address: '浙江省杭州市西湖区****',
      carrier: 'ZTO',
      lines: [
        { lineKey: '10000000081:1005200', sku: 'TEA-01', name: '白瓷茶壶', spec: '月白', qty: 2, amountFen: 19_800n },
      ],
    })
  })

  test.each([
    ['its own', {}, '13800000000'],
    ['lent, by the switch', { use_tel_number: 1 }, '138****0000'],
    ['lent, by what is told of it', { tel_number_ext_info: { virtual_tel_number: '13800000000' } }, '138****0000'],
    ['lent and written as such', { use_tel_number: 1, tel_number: '138****0000' }, '138****0000'],
  ])('a number that is %s', (_, more, phone) => {
    const raw = jsonAt(parseJson(fixture('order.json')), 'order') as { order_detail: { [key: string]: Json } }
    const address_info = { user_name: '李*', tel_number: '13800000000', ...more } as Json
    const order_detail = { ...raw.order_detail, delivery_info: { address_info } }
    expect(readOrder({ ...raw, order_detail } as Json, { shop: 's', appId: 'wx1' }).phone).toBe(phone)
  })

  test('neighbours beyond 2^53 stay two orders, from list to detail', async () => {
    world.put(order(1, { paidFen: 100n }))
    world.put(order(2, { paidFen: 200n }))
    const { orders } = await window()
    expect(orders.map(({ orderNo, paidFen }) => [orderNo, paidFen])).toEqual([
      ['3705115058471000001', 100n],
      ['3705115058471000002', 200n],
    ])
  })

  test('one order by its number; undefined where the shop has none', async () => {
    world.put(order(7, { state: 'shipped', waybillNo: '75312345678901' }))
    const told = await world.channel.pullOrder(world.orderNo(7), never)
    expect(told?.orders[0]).toMatchObject({
      stage: 'shipped',
      shippedAtMs: nowMs - 600_000,
      waybillNo: '75312345678901',
      carrier: 'ZTO',
    })
    expect(await world.channel.pullOrder(world.orderNo(8), never)).toBeUndefined()
  })

  test.each([
    ['20', undefined, 'paid'],
    ['21', '75312345678901', 'part_shipped'],
    ['200', undefined, 'cancelled'],
    ['200', '75312345678901', 'refunded'],
    ['190', undefined, 'cancelled'],
    ['777', undefined, '777'],
  ])('status %s with waybill %s is %s', async (code, waybillNo, stage) => {
    world.put(order(1, { code, ...(waybillNo !== undefined && { waybillNo }) }))
    const told = await world.channel.pullOrder(world.orderNo(1), never)
    expect(told?.orders[0]?.stage).toBe(stage)
    expect(told?.orders[0]?.shippedAtMs === undefined).toBe(stage !== 'refunded')
  })

  test('goods that stand twice are two lines, whatever their order', () => {
    const raw = parseJson(fixture('order.json')) as { order: { order_detail: { product_infos: Json[] } } }
    const [first] = raw.order.order_detail.product_infos
    const twice = (infos: Json[]) =>
      readOrder({ ...raw.order, order_detail: { ...raw.order.order_detail, product_infos: infos } } as Json, {
        shop: 's',
        appId: 'wx1',
      }).lines
    const second = { ...(first as object), sku_cnt: 5 } as Json
    const lines = twice([first as Json, second])
    expect(lines.map(({ lineKey, qty }) => [lineKey, qty])).toEqual([
      ['10000000081:1005200', 2],
      ['10000000081:1005200#2', 5],
    ])
    expect(twice([second, first as Json])).toEqual(lines)
  })
})

describe('after-sales', () => {
  const base = () => jsonAt(parseJson(fixture('after-sale.json')), 'after_sale_order') as { [key: string]: Json }

  test('the documented request in the words of the hub', () => {
    expect(readReturn(base(), '微信小店')).toEqual({
      channel: 'miniapp',
      shop: '微信小店',
      orderNo: '3705115058471208928',
      afterSaleNo: '2000000250012341234',
      source: 'weixin',
      modifiedAtMs: 1_764_103_600_000,
      appliedAtMs: 1_764_100_000_000,
      state: 'agreed',
      goodsBack: true,
      reason: '壶嘴有裂',
      refundFen: 9_900n,
      waybillNo: 'SF1234567890123',
    })
  })

  test.each([
    ['MERCHANT_RETURN_SUCCESS', 'RETURN', { state: 'done', goodsBack: true, refundedAtMs: 1_764_103_600_000 }],
    ['MERCHANT_REFUND_SUCCESS', 'RETURN', { state: 'done', goodsBack: false }],
    ['USER_CANCELD', 'REFUND', { state: 'closed', goodsBack: false }],
    ['SOMETHING_NEW', 'REFUND', { state: 'applied', platformState: 'SOMETHING_NEW' }],
  ])('%s of a %s', (status, type, expected) => {
    expect(readReturn({ ...base(), status, type }, 's')).toMatchObject(expected)
  })

  test('an exchange is none of ours; the list brings the others', async () => {
    expect(readReturn({ ...base(), type: 'EXCHANGE' }, 's')).toBeUndefined()
    world.request({ ...base(), update_time: Math.floor(nowMs / 1_000) - 60 })
    const { returns } = await window()
    expect(returns.map(({ afterSaleNo }) => afterSaleNo)).toEqual(['2000000250012341234'])
    expect(await world.channel.pullReturn?.('1', never)).toBeUndefined()
  })
})

describe('a vendor that misbehaves', () => {
  test('all pages come, each order once', async () => {
    for (let n = 0; n < 230; n++) world.put(order(n))
    const { orders } = await window()
    expect(new Set(orders.map(({ orderNo }) => orderNo)).size).toBe(230)
    expect(orders).toHaveLength(230)
    expect(world.paths.filter((path) => path.endsWith('/order/list/get'))).toHaveLength(3)
  })

  test.each(['half-page', 'repeated-page', 'busy', 'failed', 'down'] as const)(
    '%s: the window does not count',
    async (how) => {
      for (let n = 0; n < 3; n++) world.put(order(n))
      world.misbehave(how)
      await expect(window()).rejects.toThrow()
      world.misbehave(undefined)
      world.clock.setOffset(world.clock.offsetMs() + 600_000)
      expect((await window()).orders).toHaveLength(3)
    },
  )

  test.each([
    ['digits', (more: boolean) => (more ? 1 : 0)],
    ['text', (more: boolean) => String(more)],
    ['nothing where the list ends', (more: boolean) => (more ? true : undefined)],
  ])('has_more written as %s: no page is left out', async (_, how) => {
    for (let n = 0; n < 101; n++) world.put(order(n))
    world.writeMore(how)
    expect((await window()).orders).toHaveLength(101)
  })

  test.each([() => 'yes', () => null, () => undefined])(
    'a full page that does not say whether it is the last ends nothing',
    async (how) => {
      for (let n = 0; n < 101; n++) world.put(order(n))
      world.writeMore(how)
      await expect(window()).rejects.toMatchObject({ code: 'bad-payload' })
    },
  )

  test('one order of another shape is named and the others come', async () => {
    world.put(order(1))
    world.put(order(2))
    world.misbehave('wrong-type')
    const { orders, faulty } = await window()
    expect(orders.map(({ orderNo }) => orderNo)).toEqual([world.orderNo(1)])
    expect(faulty).toEqual([{ id: world.orderNo(2), problem: 'product_infos is string, not a list' }])
  })

  test('a token that ended is exchanged once, and the question is answered', async () => {
    world.put(order(1))
    await world.channel.pullOrder(world.orderNo(1), never)
    world.misbehave('token')
    expect((await world.channel.pullOrder(world.orderNo(1), never))?.orders).toHaveLength(1)
    expect(world.paths.filter((path) => path.endsWith('stable_token'))).toHaveLength(2)
  })

  test('too fast: nobody calls again before the time is over', async () => {
    world.put(order(1))
    world.misbehave('busy')
    await expect(world.channel.pullOrder(world.orderNo(1), never)).rejects.toMatchObject({
      code: 'unreachable',
      retryAfterMs: 60_000,
    })
    const before = world.calls()
    await expect(world.channel.pullOrder(world.orderNo(1), never)).rejects.toMatchObject({ code: 'unreachable' })
    expect(world.calls()).toBe(before)
  })
})

test('doctor: a good account passes, and neither secret nor token stands in what is thrown', async () => {
  await world.connector.check(never)
  world.misbehave('failed')
  const error = await world.connector.check(never).catch((thrown: unknown) => thrown)
  expect(String(error)).toContain('10020066')
  expect(String(error)).not.toMatch(/secret|tok-/)
})
