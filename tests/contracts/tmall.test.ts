import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { signTop } from '../../src/connectors/tmall-calls.ts'
import { readOrder, readReturn } from '../../src/connectors/tmall-wire.ts'
import type { Told } from '../../src/hub/channel-port.ts'
import { type Json, jsonAt, parseJson } from '../../src/runtime/json.ts'
import { fixture, openTmall, type TmallWorld, tmallSubject } from '../fakes/tmall.ts'
import type { PlainOrder } from './channel-subject.ts'
import { salesChannelContract } from './sales-channel.ts'

salesChannelContract(tmallSubject)

type Vector = {
  readonly id: string
  readonly inputs: { readonly secret: string; readonly params: Readonly<Record<string, string>> }
  readonly expected: string
}
const { vectors } = JSON.parse(readFileSync(new URL('../fixtures/signatures.json', import.meta.url), 'utf8')) as {
  vectors: readonly Vector[]
}

const nowMs = Date.parse('2026-11-23T10:00:00+08:00')
const never = new AbortController().signal
let world: TmallWorld
beforeEach(async () => {
  world = await openTmall()
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

async function window(fromMs = nowMs - 1_800_000, toMs = nowMs): Promise<Required<Omit<Told, 'filed'>>> {
  const all: Required<Omit<Told, 'filed'>>[] = []
  for await (const told of world.channel.pullWindow(fromMs, toMs, never)) all.push({ faulty: [], ...told })
  return {
    orders: all.flatMap(({ orders }) => orders),
    returns: all.flatMap(({ returns }) => returns),
    faulty: all.flatMap(({ faulty }) => faulty),
  }
}

const frame = (file: string, ...path: readonly string[]) => jsonAt(parseJson(fixture(file)), ...path) as Json
const trade = () => frame('trade.json', 'trade_fullinfo_get_response', 'trade') as { [key: string]: Json }
const refund = () => frame('refund.json', 'refund_get_response', 'refund') as { [key: string]: Json }
const shop = { shop: '天猫旗舰店', defaultCarrier: 'ZTO' } as const

describe('the signature', () => {
  test.each(['top-md5-1', 'top-md5-2-increment'])('%s is proven', (id) => {
    const found = vectors.find((one) => one.id === id)
    expect(signTop(found?.inputs.secret ?? '', found?.inputs.params ?? {})).toBe(found?.expected)
  })
})

describe('orders', () => {
  test('the documented order in the words of the hub, its ids whole', () => {
    expect(readOrder(trade(), shop)).toEqual({
      channel: 'tmall',
      shop: '天猫旗舰店',
      orderNo: '2900000000000000017',
      source: 'tmall',
      modifiedAtMs: Date.parse('2026-11-23T09:05:00+08:00'),
      orderedAtMs: Date.parse('2026-11-23T09:00:00+08:00'),
      stage: 'paid',
      paidAtMs: Date.parse('2026-11-23T09:02:00+08:00'),
      paidFen: 20_600n,
      payMethod: '平台未注明',
      totalFen: 20_600n,
      freightFen: 800n,
      remark: '请轻放',
      identities: [{ kind: 'buyer', value: 'invented-open-uid-1' }],
      consigneeName: '李**',
      phone: '*******0000',
      region: '浙江省 杭州市',
      address: '浙江省杭州市西湖区文**路**号',
      carrier: 'ZTO',
      lines: [
        {
          lineKey: '2900000000000000018',
          sku: 'TEA-01',
          name: '白瓷茶壶',
          spec: '颜色分类:月白',
          qty: 2,
          amountFen: 19_800n,
        },
      ],
    })
  })

  test('postage stands in the payment of an only line, not of several', () => {
    const [line] = jsonAt(trade(), 'orders', 'order') as unknown as [{ [key: string]: Json }]
    const two = { order: [line, { ...line, oid: '9', payment: '10.00' }] }
    expect(readOrder({ ...trade(), orders: two }, shop).lines.map(({ amountFen }) => amountFen)).toEqual([
      20_600n,
      1_000n,
    ])
  })

  test.each([
    ['TRADE_CLOSED_BY_TAOBAO', undefined, 'cancelled'],
    ['TRADE_CLOSED', undefined, 'cancelled'],
    ['TRADE_CLOSED', '75312345678901', 'refunded'],
    ['WAIT_PRE_AUTH_CONFIRM', undefined, 'on_hold'],
    ['SELLER_CONSIGNED_PART', '75312345678901', 'part_shipped'],
    ['TRADE_BUYER_SIGNED', '75312345678901', 'signed'],
    ['SOMETHING_NEW', undefined, 'SOMETHING_NEW'],
  ])('status %s with waybill %s is %s', async (code, waybillNo, stage) => {
    world.put(order(1, { code, ...(waybillNo !== undefined && { waybillNo }) }))
    const [told] = (await world.channel.pullOrder(world.orderNo(1), never))?.orders ?? []
    expect(told?.stage).toBe(stage)
    if (stage === 'part_shipped') expect(told?.shippedAtMs).toBeUndefined()
  })

  test('orders of types that the vendor leaves out by default come too', async () => {
    world.put(order(1))
    world.also(world.orderNo(1), { type: 'fixed' })
    expect((await window()).orders).toHaveLength(1)
  })

  test('one that changes while pages are read makes none of the others missing', async () => {
    for (let n = 0; n < 120; n++) world.put(order(n))
    // leaves the window from the oldest page after the first look, so that all later ones move
    world.afterLists(2, () => world.put(order(100, { modifiedAtMs: nowMs + 60_000 })))
    const seen = new Set((await window()).orders.map(({ orderNo }) => orderNo))
    for (let n = 0; n < 120; n++) if (n !== 100) expect(seen).toContain(world.orderNo(n))
  })
})

describe('refunds', () => {
  test('the documented refund in the words of the hub', () => {
    expect(readReturn(refund(), 's')).toEqual({
      channel: 'tmall',
      shop: 's',
      orderNo: '2900000000000000017',
      afterSaleNo: '190000000000000017',
      source: 'tmall',
      modifiedAtMs: Date.parse('2026-11-23T09:20:00+08:00'),
      appliedAtMs: Date.parse('2026-11-23T09:10:00+08:00'),
      state: 'agreed',
      goodsBack: true,
      reason: '壶嘴有裂',
      refundFen: 9_900n,
    })
    expect(readReturn({ ...refund(), status: 'SUCCESS' }, 's')).toMatchObject({
      state: 'done',
      refundedAtMs: Date.parse('2026-11-23T09:20:00+08:00'),
    })
    expect(readReturn({ ...refund(), status: 'NEW' }, 's')).toMatchObject({ state: 'applied', platformState: 'NEW' })
  })

  test('come with the window, by their number, and with the order whose line names them', async () => {
    world.put(order(1))
    world.refund({ ...refund(), modified: '2026-11-23 09:55:00' })
    expect((await window()).returns).toMatchObject([{ afterSaleNo: '190000000000000017' }])
    const alone = await world.channel.pullReturn?.('190000000000000017', never)
    expect(alone?.returns).toHaveLength(1)
    expect(await world.channel.pullReturn?.('1', never)).toBeUndefined()
    const line = { oid: '1', title: 't', num: 1, payment: '1.00', refund_id: '190000000000000017' }
    world.also(world.orderNo(1), { orders: { order: [line] } })
    expect((await world.channel.pullOrder(world.orderNo(1), never))?.returns).toHaveLength(1)
  })
})

describe('refusals', () => {
  test('a session that ended is said in words a person can follow, and nobody calls on', async () => {
    world.refuse({ code: 27, msg: 'Invalid session', sub_code: 'invalid-sessionkey' })
    const asked = world.channel.pullOrder(world.orderNo(1), never)
    await expect(asked).rejects.toMatchObject({ code: 'platform-refused', vendorCode: 'session', retryable: false })
    await expect(asked).rejects.toThrow(/needs re-authorising/)
    const before = world.calls()
    await expect(world.channel.pullOrder(world.orderNo(1), never)).rejects.toMatchObject({ code: 'unreachable' })
    expect(world.calls()).toBe(before)
  })

  test('a ban lasts as long as the vendor names; its own trouble passes; ours does not', async () => {
    world.misbehave('busy')
    await expect(world.channel.pullOrder('290000000000000001', never)).rejects.toMatchObject({ retryAfterMs: 3_000 })
    world.misbehave(undefined)
    world.clock.setOffset(world.clock.offsetMs() + 60_000)
    world.refuse({ code: 15, sub_code: 'isp.remote-service-timeout' })
    await expect(world.connector.check(never)).rejects.toMatchObject({ code: 'unreachable' })
    world.clock.setOffset(world.clock.offsetMs() + 60_000)
    world.refuse({ code: 15, sub_code: 'isv.invalid-parameter' })
    await expect(world.connector.check(never)).rejects.toMatchObject({
      code: 'platform-refused',
      vendorCode: 'isv.invalid-parameter',
    })
    world.refuse(undefined)
    await world.connector.check(never)
  })

  test('neither secret nor session stands in what is thrown', async () => {
    world.misbehave('failed')
    const error = await world.connector.check(never).catch((thrown: unknown) => thrown)
    expect(String(error)).toContain('isv.permission')
    expect(String(error)).not.toMatch(/helloworld|session-of/)
  })
})
