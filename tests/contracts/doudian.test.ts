import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { doudian } from '../../src/connectors/doudian.ts'
import { canonicalJson, type Params, signCall } from '../../src/connectors/doudian-calls.ts'
import { readOrder, readReturn } from '../../src/connectors/doudian-wire.ts'
import type { PushRequest, Told } from '../../src/hub/channel-port.ts'
import { type Json, parseJson } from '../../src/runtime/json.ts'
import { account, type DoudianWorld, eventSign, fixture, openDoudian } from '../fakes/doudian.ts'

type Vector = { id: string; system: string; inputs: Record<string, unknown>; expected: string }
const { vectors } = JSON.parse(readFileSync(new URL('../fixtures/signatures.json', import.meta.url), 'utf8')) as {
  vectors: Vector[]
}
const ofDoudian = vectors.filter(({ system }) => system === 'doudian')
const nowMs = Date.parse('2026-11-23T10:00:00+08:00')
const never = new AbortController().signal
let world: DoudianWorld
beforeEach(async () => {
  world = await openDoudian()
  world.clock.setOffset(nowMs - Date.now())
})
afterEach(() => world.close())

const given = (body: string, sign: string | undefined = eventSign(body)) => {
  const request: PushRequest = {
    method: 'POST',
    query: new URLSearchParams(),
    header: (name) => (name === 'event-sign' ? sign : undefined),
    raw: Buffer.from(body),
    pathSecret: '',
    nowMs,
  }
  return world.channel.readPush?.(request)
}

describe('the published vectors', () => {
  const calls = ofDoudian.filter(({ id }) => id.startsWith('doudian-api'))
  const pushes = ofDoudian.filter(({ id }) => id.startsWith('doudian-push'))
  test('there are some', () => expect([calls.length, pushes.length]).toEqual([3, 2]))

  test.each(calls)('$id: the text is sorted at every depth and signed', ({ inputs, expected }) => {
    const paramJson = canonicalJson(inputs.param as Params)
    expect(paramJson).toBe(inputs.param_json_canonical)
    const keys = { appKey: String(inputs.app_key), appSecret: String(inputs.app_secret) }
    const { method, timestamp } = inputs
    expect(signCall(keys, { method: String(method), paramJson, timestamp: String(timestamp) })).toBe(expected)
  })

  test.each(pushes)('$id is taken with its signature and refused with another', ({ inputs, expected }) => {
    const body = String(inputs.rawBody)
    expect(given(body, expected)).toMatchObject({ outcome: 'told' })
    expect(given(body, expected.replace(/^./, 'z'))).toMatchObject({ outcome: 'refused', status: 401 })
  })
})

describe('a push', () => {
  test('of several messages: orders, requests, topics of others and one that cannot be read', () => {
    const body = fixture('push.json')
    expect(given(body)).toHaveProperty('hints', [
      {
        key: '110000000000000001',
        toldAtMs: 1_764_000_000_000,
        about: { kind: 'order', orderNo: '6936476692437472563' },
      },
      {
        key: '110000000000000002',
        toldAtMs: Date.parse('2025-11-25T17:00:00+08:00'),
        about: { kind: 'return', afterSaleNo: '7312345678901234567', orderNo: '6936476692437472563' },
      },
      { key: '110000000000000003', about: { kind: 'nothing', topic: 'tag 400' } },
      { key: '110000000000000004', about: { kind: 'nothing', topic: 'tag 101' } },
    ])
  })

  test('unsigned, signed by another app, or the connectivity test', () => {
    expect(given('[]', '')).toMatchObject({ outcome: 'refused', reason: 'signature is wrong' })
    const body = '[{"tag":"0","msg_id":"0","data":"2026-11-22 10:00:00"}]'
    expect(given(body, eventSign(body, 'another secret'))).toMatchObject({ outcome: 'refused', status: 401 })
    expect(given(body)).toHaveProperty('hints.0.about', { kind: 'nothing', topic: 'tag 0' })
    expect(() => given('{"tag":"0"}')).toThrow(/not a list/)
  })
})

describe('an order', () => {
  const raw = (more: Record<string, Json> = {}) =>
    ({ ...(parseJson(fixture('order.json')) as object), ...more }) as Json
  const shop = { shop: 'shop', defaultCarrier: 'ZTO' } as const

  test('keeps masks and open id, decrypts nothing', () => {
    const order = readOrder(raw(), shop)
    expect(order).toMatchObject({
      consigneeName: '张*',
      phone: '138****1234',
      region: '浙江省 杭州市',
      address: '浙江省杭州市萧山区北干街道市心路***',
      identities: [{ kind: 'buyer', value: '1@#open-0001' }],
      carrier: 'ZTO',
      payMethod: '微信支付',
    })
    expect(JSON.stringify(order, (_, value) => (typeof value === 'bigint' ? String(value) : value))).not.toContain('##')
  })

  test.each([
    [{ order_status: 105 }, 'on_hold'],
    [{ order_status: 101, ship_time: 1_764_000_000 }, 'part_shipped'],
    [{ order_status: 4, main_status: 21 }, 'cancelled'],
    [{ order_status: 4, main_status: 22, ship_time: 0 }, 'cancelled'],
    [{ order_status: 4, main_status: 39, ship_time: 1_764_000_000 }, 'refunded'],
    [{ order_status: '777' }, '777'],
  ])('%j is %s', (more, stage) => {
    expect(readOrder(raw(more), shop).stage).toBe(stage)
  })

  test('two parcels by two carriers: the same carrier and numbers, in whatever order they are named', () => {
    const parcels = [
      { tracking_no: 'SF1234567890123', company: 'shunfeng' },
      { tracking_no: '75312345678901', company: 'zhongtong' },
    ]
    for (const logistics_info of [parcels, [...parcels].reverse()])
      expect(readOrder(raw({ logistics_info }), { shop: 's' })).toMatchObject({
        carrier: 'ZTO',
        waybillNo: '75312345678901,SF1234567890123',
      })
  })

  test('part shipped is not told as shipped', () => {
    const order = readOrder(raw({ order_status: 101, ship_time: 1_764_000_000 }), shop)
    expect(order.shippedAtMs).toBeUndefined()
  })
})

describe('an after-sale request', () => {
  const raw = (info: Record<string, Json>): Json => {
    const whole = parseJson(fixture('after-sale.json')) as {
      process_info: { after_sale_info: object }
      order_info: Json
    }
    const after_sale_info = { ...whole.process_info.after_sale_info, ...info } as Json
    return { ...whole, process_info: { ...whole.process_info, after_sale_info } } as Json
  }

  test('done, with goods and money', () => {
    expect(readReturn(raw({}), 'shop')).toMatchObject({
      orderNo: '6936476692437472563',
      afterSaleNo: '7312345678901234567',
      state: 'done',
      goodsBack: true,
      refundFen: 12_900n,
      refundedAtMs: 1_764_090_000_000,
      waybillNo: 'YT0000000000001',
    })
  })

  test('money alone; not paid back yet; an unknown state keeps its number; an exchange is none', () => {
    expect(readReturn(raw({ after_sale_type: 1 }), 'shop')).toMatchObject({ goodsBack: false })
    expect(readReturn(raw({ refund_status: 2 }), 'shop')?.refundedAtMs).toBeUndefined()
    expect(readReturn(raw({ after_sale_status: 999 }), 'shop')).toMatchObject({
      state: 'applied',
      platformState: '999',
    })
    expect(readReturn(raw({ after_sale_type: 3 }), 'shop')).toBeUndefined()
  })

  test('is found by the list and read by its number', async () => {
    world.request(raw({ update_time: Math.floor(nowMs / 1_000) - 600 }) as never)
    const told: Told[] = []
    for await (const one of world.channel.pullWindow(nowMs - 1_800_000, nowMs, never)) told.push(one)
    expect(told.flatMap(({ returns }) => returns.map(({ afterSaleNo }) => afterSaleNo))).toEqual([
      '7312345678901234567',
    ])
    expect(await world.channel.pullReturn?.('7399999999999999999', never)).toBeUndefined()
  })
})

test('a token in its last hour is refreshed at once, and kept for the calls that follow', async () => {
  world.tokenLife(1_800)
  await world.channel.pullOrder(world.orderNo(1), never)
  await world.channel.pullOrder(world.orderNo(2), never)
  expect(world.methods).toEqual(['token.create', 'token.refresh', 'order.orderDetail', 'order.orderDetail'])
})

test('settings are checked before anything is called', () => {
  expect(doudian.settings.safeParse({ ...account, shop: 'x' }).success).toBe(true)
  expect(doudian.settings.safeParse({ ...account, shop: 'x', shopId: 'abc' }).success).toBe(false)
  expect(doudian.settings.safeParse({ ...account, shop: 'x', shopID: '1' }).success).toBe(false)
})
