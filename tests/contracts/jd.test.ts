import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { jd } from '../../src/connectors/jd.ts'
import { signJd } from '../../src/connectors/jd-calls.ts'
import { readOrders } from '../../src/connectors/jd-wire.ts'
import type { Told } from '../../src/hub/channel-port.ts'
import { type Json, jsonAt, parseJson } from '../../src/runtime/json.ts'
import { account, fixture, type JdWorld, jdSubject, openJd } from '../fakes/jd.ts'
import type { PlainOrder } from './channel-subject.ts'
import { salesChannelContract } from './sales-channel.ts'

salesChannelContract(jdSubject)

type Vector = {
  readonly id: string
  readonly inputs: { readonly app_secret: string; readonly params: Readonly<Record<string, string>> }
  readonly expected: string
}
const { vectors } = JSON.parse(readFileSync(new URL('../fixtures/signatures.json', import.meta.url), 'utf8')) as {
  vectors: readonly Vector[]
}

const nowMs = Date.parse('2026-11-23T10:00:00+08:00')
const never = new AbortController().signal
let world: JdWorld
beforeEach(async () => {
  world = await openJd()
  world.clock.setOffset(nowMs - Date.now())
})
afterEach(() => world.close())

const order = (n: number, more: Partial<PlainOrder> = {}): PlainOrder => ({
  orderNo: world.orderNo(n),
  state: 'paid',
  createdAtMs: nowMs - 3_600_000,
  modifiedAtMs: nowMs - 600_000 + n * 1_000,
  paidFen: 12_901n,
  lines: [{ key: '1', sku: 'TEA-01', name: '白瓷茶壶', qty: 1 }],
  ...more,
})

async function window(fromMs = nowMs - 1_800_000, toMs = nowMs): Promise<Told['orders']> {
  const all: Told['orders'][number][] = []
  for await (const told of world.channel.pullWindow(fromMs, toMs, never)) all.push(...told.orders)
  return all
}

const one = async (n = 1) => (await world.channel.pullOrder(world.orderNo(n), never))?.orders ?? []
const raw = () =>
  jsonAt(parseJson(fixture('order.json')), 'jingdong_pop_order_enGet_responce', 'orderDetailInfo', 'orderInfo') as {
    [key: string]: Json
  }
const shop = { shop: '京东旗舰店', defaultCarrier: 'ZTO' } as const

test('the signature of the vector is proven, and digits sort before letters', () => {
  const found = vectors.find(({ id }) => id === 'jd-md5-1')
  expect(signJd(found?.inputs.app_secret ?? '', found?.inputs.params ?? {})).toBe(found?.expected)
})

describe('orders', () => {
  test('the documented order in the words of the hub: its id whole, what is a cipher shown as masked', () => {
    expect(readOrders(raw(), shop)).toEqual([
      {
        channel: 'jd',
        shop: '京东旗舰店',
        orderNo: '310200000000000017',
        source: 'jd',
        modifiedAtMs: Date.parse('2026-11-23T09:05:00+08:00'),
        orderedAtMs: Date.parse('2026-11-23T09:00:00+08:00'),
        stage: 'paid',
        paidAtMs: Date.parse('2026-11-23T09:02:00+08:00'),
        paidFen: 20_600n,
        payMethod: '在线支付',
        totalFen: 21_800n,
        discountFen: 2_000n,
        freightFen: 800n,
        remark: '请轻放',
        consigneeName: '***',
        region: '浙江 杭州市',
        address: '浙江杭州市西湖区***',
        carrier: 'ZTO',
        lines: [{ lineKey: '100012345678', sku: 'TEA-01', name: '白瓷茶壶 月白', qty: 2, amountFen: 19_800n }],
      },
    ])
  })

  test.each([
    ['WAIT_SELLER_DELIVERY', 'paid'],
    ['WAIT_SHIPMENTS', 'paid'],
    ['WAIT_DELIVERY', 'shipped'],
    ['FINISH', 'signed'],
    ['CANCEL', 'cancelled'],
    ['LOCKED', 'on_hold'],
    ['LOCK', 'on_hold'],
    ['POP_ORDER_PAUSE', 'on_hold'],
    ['PAUSE', 'on_hold'],
    ['SUSPEND', 'on_hold'],
    ['DELIVERY_RETURN', 'refunded'],
    ['UN_KNOWN', 'UN_KNOWN'],
  ])('state %s is %s', async (code, stage) => {
    world.put(order(1, { code }))
    expect((await one())[0]?.stage).toBe(stage)
  })

  test('cash on delivery is not paid when it is placed', () => {
    const [told] = readOrders({ ...raw(), payType: '1-货到付款' }, shop)
    expect(told).not.toHaveProperty('paidAtMs')
    expect(told).not.toHaveProperty('paidFen')
  })

  test('several carriers and several numbers of one: all numbers, the carrier of the first', () => {
    const [told] = readOrders(
      { ...raw(), waybill: 'SF1234567890123,SF1234567890124|75312345678901', logisticsId: '467|1499' },
      shop,
    )
    expect(told).toMatchObject({ waybillNo: 'SF1234567890123,SF1234567890124,75312345678901', carrier: 'SF' })
  })

  test.each([
    ['1327', '4312345678901', 'YUNDA'],
    ['2087', 'JDVA01234567890', 'JD'],
    ['999999', 'ABC12345', 'ZTO'],
    // the form of a number is surer than a table from memory
    ['1499', 'SF1234567890123', 'SF'],
  ])('logisticsId %s with %s goes by %s', (logisticsId, waybill, carrier) => {
    expect(readOrders({ ...raw(), waybill, logisticsId }, shop)[0]?.carrier).toBe(carrier)
  })

  test('an order without modified is as old as its creation; an open phone is a phone', () => {
    const { modified: _, ...rest } = raw()
    const [told] = readOrders({ ...rest, consigneeInfo: { fullname: '李四', mobile: '138****0000' } }, shop)
    expect(told).toMatchObject({ modifiedAtMs: told?.orderedAtMs, consigneeName: '李四', phone: '138****0000' })
  })

  test('a part of a split order names its parent and tells it as over: no money, no goods', async () => {
    world.put(order(1))
    world.also(world.orderNo(1), { parentOrderId: world.orderNo(8) })
    const [part, parent] = await one()
    expect(part).toMatchObject({ orderNo: world.orderNo(1), splitFrom: world.orderNo(8), stage: 'paid' })
    expect(parent).toMatchObject({
      orderNo: world.orderNo(8),
      stage: 'cancelled',
      cancelReason: '京东已拆单，请看拆出的子单',
      lines: [],
    })
    expect(parent).not.toHaveProperty('paidFen')
    expect(new Set((await window()).map(({ orderNo }) => orderNo))).toEqual(
      new Set([world.orderNo(1), world.orderNo(8)]),
    )
  })

  test('only named fields come, so every field that is read is asked for', async () => {
    world.put(order(1, { state: 'shipped', waybillNo: '75312345678901', remark: 'r' }))
    const [alone] = await one()
    expect(alone).toMatchObject({ waybillNo: '75312345678901', remark: 'r', carrier: 'ZTO' })
    expect((await window())[0]).toEqual(alone)
  })
})

describe('a window', () => {
  test('an order that changes while pages are read moves the later ones, and none is missed', async () => {
    for (let n = 0; n < 150; n++) world.put(order(n))
    world.afterLists(2, () => world.put(order(3, { modifiedAtMs: nowMs + 60_000 })))
    const seen = new Set((await window()).map(({ orderNo }) => orderNo))
    for (let n = 0; n < 150; n++) if (n !== 3) expect(seen).toContain(world.orderNo(n))
  })

  test('asks by time of change, in Beijing time, never for more than an hour', async () => {
    await window()
    expect(world.business.at(-1)).toMatchObject({
      start_date: '2026-11-23 09:30:00',
      end_date: '2026-11-23 10:00:00',
      dateType: '0',
      page: '1',
    })
    expect(world.channel.window.mostMs).toBeLessThanOrEqual(3_600_000)
    expect(world.channel.everyMs).toBe(12 * 3_600_000)
  })
})

describe('authorisation', () => {
  test('each refresh token is used once, and the new one the next time', async () => {
    world.put(order(1))
    await one()
    world.misbehave('token')
    await one()
    world.misbehave('token')
    await one()
    expect(world.renewals).toEqual(['refresh-0', 'refresh-1', 'refresh-2'])
  })

  test('an access token alone works until it ends, then a person is asked for', async () => {
    await world.close()
    world = await openJd({ accessToken: 'given' })
    world.clock.setOffset(nowMs - Date.now())
    world.put(order(1))
    expect(await one()).toHaveLength(1)
    expect(world.renewals).toEqual([])
    world.endAuthorisation()
    await expect(one()).rejects.toThrow(/re-authorising/)
  })

  test('settings without any token are refused with what is missing', () => {
    const { refreshToken: _, ...bare } = { ...account, shop: 'x', defaultCarrier: 'ZTO' }
    expect(jd.settings.safeParse(bare).error?.issues[0]?.message).toMatch(/accessToken or refreshToken/)
  })
})

describe('refusals', () => {
  test.each([
    [{ code: '23', zh_desc: '没有权限调用该接口', en_desc: 'no permission' }, /no right/],
    [{ code: '99', zh_desc: '参数错误', en_desc: 'bad parameter' }, /refused with 99/],
    [{ code: '67', zh_desc: '', en_desc: '' }, /later/],
  ])('%j', async (error, words) => {
    world.put(order(1))
    world.refuse(error)
    await expect(one()).rejects.toThrow(words)
  })

  test('no name, phone, address or token stands in an error', async () => {
    world.refuse({ code: '99', zh_desc: '李四 13800000000', en_desc: '' })
    const error = await one().catch((caught: unknown) => caught)
    expect(String(error)).not.toMatch(/李四|138|token-/)
  })
})
