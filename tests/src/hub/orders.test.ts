import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { intake } from '../../../src/hub/intake.ts'
import type { OrderKey, OrderLookup } from '../../../src/hub/order-facts.ts'
import { recogniseKey } from '../../../src/hub/order-no.ts'
import { orderLookup } from '../../../src/hub/orders.ts'
import { personalData } from '../../../src/hub/personal.ts'
import { fixedClock } from '../../../src/runtime/clock.ts'
import { randomIds } from '../../../src/runtime/ids.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { dayMs, hourMs, noonMs, sampleOrder } from './sample-order.ts'

const personal = personalData('11'.repeat(32))
const clock = fixedClock(noonMs + hourMs)
const week = { fromMs: noonMs - 7 * dayMs, toMs: noonMs + dayMs }
let fresh: FreshDatabase
let orders: OrderLookup
let hubNos: string[]

/** Three people called 张伟, one privacy number with two extensions, one person with three orders. */
const told: readonly Parameters<typeof sampleOrder>[0][] = [
  { orderNo: '6936476692437472563', waybillNo: '75894561230147', shippedAtMs: noonMs - hourMs, stage: 'shipped' },
  { orderNo: '6936476692437471111', orderedAtMs: noonMs - 3 * dayMs, consigneeName: '张伟', phone: '13900001234' },
  {
    orderNo: '294823648972',
    channel: 'jd',
    orderedAtMs: noonMs - 20 * dayMs,
    consigneeName: '张伟',
    phone: '13700005678',
  },
  { orderNo: '3135333865965897920', channel: 'tmall', phone: '18812345678-123', consigneeName: '李*' },
  { orderNo: '3135333865965892563', channel: 'tmall', phone: '18812345678-9042', consigneeName: '王芳' },
  {
    orderNo: 'JXS07-20261121-0030',
    channel: 'distributor',
    shop: 'JXS07',
    phone: '17000009354',
    carrier: 'YTO',
    waybillNo: 'YT0082452614557',
  },
  {
    orderNo: 'JXS07-20261001-0031',
    channel: 'distributor',
    shop: 'JXS07',
    orderedAtMs: noonMs - 70 * dayMs,
    phone: '17000009354',
  },
  {
    orderNo: 'POS-HZ04-20261120-0030',
    channel: 'pos',
    phone: '17000009354',
    carrier: 'PICKUP',
    lines: [{ lineKey: '1', name: '纸尿裤100%棉_L', qty: 1 }],
  },
]

beforeAll(async () => {
  fresh = await freshDatabase()
  const desk = intake(fresh.database, personal, clock, randomIds())
  const outcomes = await desk.takeAll(told.map((change) => sampleOrder(change)))
  hubNos = outcomes.map((outcome) => ('id' in outcome ? outcome.id : ''))
  await addTrackAndReturn(hubNos[0] ?? '')
  orders = orderLookup(fresh.database, personal, clock)
})
afterAll(() => fresh.drop())

async function addTrackAndReturn(orderId: string): Promise<void> {
  const { sql } = fresh.database
  await sql`INSERT INTO tracking_events (parcel_id, occurred_at, state, place, description, source, node_hash)
    SELECT p.id, to_timestamp(${noonMs / 1000}) - i * interval '1 minute', 'in_transit', '杭州', '第' || i || '站', 'kuaidi100', i::text
    FROM parcels p, generate_series(1, 30) i WHERE p.order_id = ${orderId}`
  await sql`INSERT INTO members (id, name) VALUES ('m1', '小周')`
  await sql`INSERT INTO returns (id, order_id, reason, applied_at, waybill_no, carrier_code)
    VALUES ('TH2611210033', ${orderId}, '破损', to_timestamp(${noonMs / 1000}), 'SF1694121245991', 'SF')`
  await sql`INSERT INTO approval_levels (return_id, level, role, state, holder_id, due_at)
    VALUES ('TH2611210033', 1, 'cs_lead', 'approved', NULL, NULL),
      ('TH2611210033', 2, 'warehouse', 'pending', 'm1', to_timestamp(${(noonMs + hourMs) / 1000}))`
  await sql`INSERT INTO gifts (id, order_id, name, verdict, gap_fen, decided_at)
    VALUES ('g1', ${orderId}, '围兜', 'below_threshold', 1250, to_timestamp(${noonMs / 1000}))`
}

const found = async (key: OrderKey | undefined, filter: Partial<Parameters<OrderLookup['find']>[1]> = {}) => {
  if (!key) throw new Error('not recognised')
  return (await orders.find(key, { limit: 10, ...filter })).orders.map(({ orderNo }) => orderNo)
}

describe('find', () => {
  test.each<[string, readonly string[]]>([
    ['6936476692437472563', ['6936476692437472563']],
    ['６９３６ ４７６６ ９２４３ ７４７２ ５６３', ['6936476692437472563']],
    ['jxs07202611210030', ['JXS07-20261121-0030']],
    ['pos-hz04-20261120-0030', ['POS-HZ04-20261120-0030']],
    ['75894561230147', ['6936476692437472563']],
    ['yt0082452614557', ['JXS07-20261121-0030']],
    ['TH2611210033', ['6936476692437472563']],
    ['SF1694121245991', ['6936476692437472563']],
    ['17000009354', ['JXS07-20261121-0030', 'POS-HZ04-20261120-0030', 'JXS07-20261001-0031']],
    ['+86 170-0000-9354', ['JXS07-20261121-0030', 'POS-HZ04-20261120-0030', 'JXS07-20261001-0031']],
    ['18812345678-123', ['3135333865965897920']],
    ['18812345678', ['3135333865965897920', '3135333865965892563']],
    ['…2563', ['3135333865965892563', '6936476692437472563']],
    ['472563', ['6936476692437472563']],
    ['0147', ['6936476692437472563']],
    ['4557', ['JXS07-20261121-0030']],
    ['9042', ['3135333865965892563']],
    ['-0030', ['JXS07-20261121-0030', 'POS-HZ04-20261120-0030']],
    ['SO000101000000', []],
    ['TH0001010000', []],
    ['6936476692437470000', []],
    ['13000000000', []],
    ['YT9999999999999', []],
    ['9999', []],
  ])('%s', async (token, expected) => {
    const numbers = await found(recogniseKey(token))
    expect([...numbers].sort()).toEqual([...expected].sort())
  })

  test('by hub number, and everything that hangs on the order', async () => {
    const { orders: all, more } = await orders.find({ kind: 'hub-no', value: hubNos[0] ?? '' }, { limit: 5 })
    expect(more).toBe(false)
    const [order] = all
    expect(order).toMatchObject({
      id: hubNos[0],
      stage: 'returning',
      holder: { group: 'warehouse', person: '小周' },
      phone: '13812345678',
      address: '浙江省杭州市萧山区市心路100号',
      gifts: [{ name: '围兜', verdict: 'below_threshold', gapFen: 1250n }],
      returns: [
        {
          id: 'TH2611210033',
          approval: 'pending',
          level: { role: 'warehouse', holder: '小周', dueAtMs: noonMs + hourMs },
        },
      ],
    })
    expect(order?.parcels[0]?.nodes).toHaveLength(20)
    expect(order?.parcels[0]?.nodes[0]).toEqual({
      atMs: noonMs - 60_000,
      state: 'in_transit',
      place: '杭州',
      text: '第1站',
    })
    expect(JSON.stringify(order, (_, value) => (typeof value === 'bigint' ? String(value) : value))).not.toContain(
      'null',
    )
  })

  test('newest first, cut at the limit, and says that there is more', async () => {
    const key = { kind: 'phone', value: '17000009354' } as const
    const { orders: two, more } = await orders.find(key, { limit: 2 })
    expect([two.map(({ orderNo }) => orderNo).includes('JXS07-20261001-0031'), two.length, more]).toEqual([
      false,
      2,
      true,
    ])
    expect((await orders.find(key, { limit: 3 })).more).toBe(false)
    expect((await orders.find(key, { limit: 0 })).orders).toHaveLength(1)
  })

  test('an order met by two branches is one order', async () => {
    await fresh.database.sql`INSERT INTO parcels (id, order_id, waybill_no, carrier_code)
      VALUES ('double', ${hubNos[2] ?? ''}, '294823648972', 'OTHER')`
    expect(await found({ kind: 'order-no', value: '294823648972' })).toEqual(['294823648972'])
    expect(await found({ kind: 'waybill-no', value: '294823648972' })).toEqual(['294823648972'])
    expect(await found({ kind: 'number-tail', value: '8972' })).toEqual(['294823648972'])
  })

  test('a name alone is not searched; with a window it is', async () => {
    expect(await orders.find({ kind: 'name', value: '张伟' }, { limit: 5 })).toEqual({
      orders: [],
      more: false,
      needs: 'window',
    })
    const thisWeek = await found({ kind: 'name', value: '张伟' }, { window: week })
    expect(thisWeek).toContain('6936476692437471111')
    expect(thisWeek).not.toContain('294823648972')
    expect(await found({ kind: 'name', value: '%' }, { window: week })).toEqual([])
  })

  test('a phone tail: by itself within 60 days, with a name or a window as told', async () => {
    expect(await found({ kind: 'phone-tail', value: '9354' })).not.toContain('JXS07-20261001-0031')
    const all = { fromMs: 0, toMs: noonMs + dayMs }
    expect(await found({ kind: 'phone-tail', value: '9354' }, { window: all })).toContain('JXS07-20261001-0031')
    expect(await found({ kind: 'phone-tail', value: '5678', name: '张伟' })).toEqual(
      expect.arrayContaining(['6936476692437472563', '294823648972']),
    )
    // 李* may be 李娜; it is not 王芳
    expect(await found({ kind: 'phone-tail', value: '5678', name: '李娜' })).toEqual(['3135333865965897920'])
    expect(await found({ kind: 'phone-tail', value: '5678', name: '%' })).toEqual([])
  })

  test('channel and product narrow it; signs of LIKE are plain signs', async () => {
    const key = { kind: 'phone', value: '17000009354' } as const
    expect(await found(key, { channel: 'pos' })).toEqual(['POS-HZ04-20261120-0030'])
    expect(await found(key, { product: '纸尿裤' })).toEqual(['POS-HZ04-20261120-0030'])
    expect(await found(key, { product: '100%棉_l' })).toEqual(['POS-HZ04-20261120-0030'])
    expect(await found(key, { product: '纸%裤' })).toEqual([])
    expect(await found(key, { product: '奶粉', channel: 'pos' })).toEqual([])
  })

  test('hostile values find nothing', async () => {
    for (const value of ["' OR '1'='1", '%', '_', '\\', '\u0000', '\ud800', '张'.repeat(5000)])
      for (const kind of [
        'hub-no',
        'order-no',
        'waybill-no',
        'return-no',
        'phone',
        'phone-tail',
        'number-tail',
      ] as const)
        expect(await found({ kind, value })).toEqual([])
  })
})

describe('nearest', () => {
  test('two digits swapped, one wrong, one missing, one too many', async () => {
    for (const typed of ['6936476692437472653', '6936476692437472573', '693647669243747256', '69364766924374725633'])
      expect(await orders.nearest(typed, 3)).toEqual([
        { orderNo: '6936476692437472563', channel: 'douyin', id: hubNos[0] },
      ])
  })

  test('also of hub numbers and house formats; nothing two slips away', async () => {
    const hubNo = hubNos[0] ?? ''
    const last = Number(hubNo.at(-1))
    const typed = `${hubNo.slice(0, -1)}${(last + 1) % 10}`
    expect((await orders.nearest(typed, 3)).map(({ id }) => id)).toContain(hubNo)
    expect((await orders.nearest('JXS07-20261121-0130', 3)).map(({ orderNo }) => orderNo)).toEqual([
      'JXS07-20261121-0030',
    ])
    expect(await orders.nearest('6936476692437470000', 3)).toEqual([])
    expect(await orders.nearest("'; --", 3)).toEqual([])
  })
})

describe('track', () => {
  test('all nodes, newest first; undefined for a number nobody has', async () => {
    const nodes = (await orders.track(hubNos[0] ?? ''))?.parcels[0]?.nodes ?? []
    expect(nodes).toHaveLength(30)
    expect(nodes.map(({ atMs }) => atMs)).toEqual(nodes.map(({ atMs }) => atMs).sort((a, b) => b - a))
    expect(await orders.track('SO000101000000')).toBeUndefined()
  })
})

describe('freshness', () => {
  test('every order says who told us, when, and how long that counts', async () => {
    const [order] = (await orders.find({ kind: 'order-no', value: '294823648972' }, { limit: 1 })).orders
    const expected = {
      name: 'douyin.push',
      heardAtMs: clock.nowMs(),
      sourceHeardAtMs: clock.nowMs(),
      staleAfterMs: hourMs / 2,
    }
    expect(order?.source).toEqual(expected)
  })

  test('a source without a row is no reason to hide the order', async () => {
    await fresh.database.sql`UPDATE orders SET source = 'gone' WHERE order_no = '294823648972'`
    const [order] = (await orders.find({ kind: 'order-no', value: '294823648972' }, { limit: 1 })).orders
    expect(order?.source).toEqual({ name: 'gone', heardAtMs: clock.nowMs() })
  })
})

describe('list', () => {
  const numbers = async (filter: Parameters<OrderLookup['list']>[0]) =>
    (await orders.list(filter)).orders.map(({ orderNo }) => orderNo)

  test('by channel, stage, window and product, counted beyond the limit', async () => {
    expect(await numbers({ channel: 'pos', limit: 5 })).toEqual(['POS-HZ04-20261120-0030'])
    expect(await numbers({ channel: 'distributor', limit: 5 })).toEqual(['JXS07-20261121-0030'])
    expect(await numbers({ channel: 'distributor', limit: 5, window: { fromMs: 0, toMs: noonMs } })).toHaveLength(2)
    expect(await numbers({ stage: 'returning', limit: 5 })).toEqual(['6936476692437472563'])
    expect(await numbers({ product: '纸尿裤', limit: 5 })).toEqual(['POS-HZ04-20261120-0030'])
    const paid = await orders.list({ stage: 'paid', limit: 2 })
    expect([paid.orders.length, paid.more, paid.total]).toEqual([2, true, 6])
    expect(await orders.list({ stage: 'signed', limit: 2 })).toEqual({ orders: [], more: false, total: 0 })
  })
})
