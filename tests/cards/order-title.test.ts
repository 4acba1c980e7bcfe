import { describe, expect, test } from 'vitest'
import { orderSummaryCard } from '../../cards/order-summary.ts'
import type { OrderFacts } from '../../src/hub/order-facts.ts'
import { codec } from '../kit/every-card.ts'
import { node, november, nowMs, order, parcel, without } from '../kit/sample-orders.ts'

const cardOf = (facts: OrderFacts) => orderSummaryCard(facts, { mode: 'masked', nowMs }, codec)
const titleOf = (facts: OrderFacts) => cardOf(facts).title
const trouble = (exception: 'stuck' | 'lost' | 'refused', text: string) =>
  order({
    holder: { group: 'logistics' },
    parcels: [
      parcel({ state: 'exception', exception, nodes: [node(22, '09:00', text, { state: 'exception', exception })] }),
    ],
  })
const unsent = without(order({ parcels: [], sourceStage: 'paid' }), 'shippedAtMs', 'waybillNo')

describe('the conclusion names the stage and the latest fact', () => {
  test.each<[string, OrderFacts]>([
    ['【待付款】11-20 21:14下单，还没有付款', { ...unsent, stage: 'pending_payment' }],
    ['【待发货】宁波仓备货中，预计今天21:15前发出', { ...unsent, stage: 'paid' }],
    [
      '【待发货】已超承诺5时20分，缺货',
      { ...unsent, stage: 'paid', promiseShipAtMs: november(22, '04:45'), delayReason: '缺货' },
    ],
    ['【缺运单号】渠道显示已发货，但没有运单号', { ...unsent, stage: 'paid', sourceStage: 'shipped-without-waybill' }],
    [
      '【缺承运商】未选择承运商，补齐后才发货',
      without({ ...unsent, stage: 'quarantined', quarantineReason: '未选择承运商' }, 'carrier'),
    ],
    ['【暂停发货】渠道风控审核中', { ...unsent, stage: 'on_hold', holdReason: '渠道风控审核中' }],
    ['【已发货】等待中通揽收，预计11-23送达', order({ parcels: [parcel({ state: 'created', nodes: [] })] })],
    ['【运输中】已到杭州萧山转运中心，预计11-23送达', order()],
    [
      '【派件中】正在派件，预计今天18点前送达',
      order({ parcels: [parcel({ state: 'delivering', etaAtMs: november(22, '18:00') })] }),
    ],
    ['【运输中】已到杭州萧山转运中心，已过预计11-21', order({ parcels: [parcel({ etaAtMs: november(21, '18:00') })] })],
    ['【异常·滞留中转站】因爆仓，物流组处理中', trouble('stuck', '【杭州市】因爆仓,快件滞留在转运中心')],
    ['【异常·包裹丢失】经查找未果，物流组处理中', trouble('lost', '【杭州市】经查找未果,登记为遗失')],
    ['【异常·收件人拒收】外包装变形，物流组处理中', trouble('refused', '【杭州市】收件人拒收:外包装变形')],
    ['【部分发货】已到杭州萧山转运中心，预计11-23送达', order({ stage: 'part_shipped' })],
    [
      '【已签收】11-21 14:02本人签收',
      order({ stage: 'signed', signedAtMs: november(21, '14:02'), signer: '张伟(本人)' }),
    ],
    [
      '【已签收】09:12由菜鸟驿站签收',
      order({ stage: 'signed', signedAtMs: november(22, '09:12'), signer: '菜鸟驿站' }),
    ],
    [
      '【已送达】09:12快递显示签收',
      order({ parcels: [parcel({ state: 'signed', signedAtMs: november(22, '09:12') })] }),
    ],
    [
      '【已取消】11-21 10:00，重复下单',
      order({ stage: 'cancelled', cancelledAtMs: november(21, '10:00'), cancelReason: '重复下单' }),
    ],
    ['【已退款】11-21 10:00退款完成', order({ stage: 'refunded', refundedAtMs: november(21, '10:00') })],
    ['【已退货】11-21 10:00退货完成，等财务退款', order({ stage: 'returned', returnedAtMs: november(21, '10:00') })],
    [
      '【退货中】待组长初审·小林，剩14分',
      order({
        stage: 'returning',
        returns: [
          {
            id: 'TH2611220015',
            approval: 'pending',
            appliedAtMs: november(22, '10:04'),
            level: { role: 'cs_lead', holder: '小林', dueAtMs: november(22, '10:19') },
          },
        ],
      }),
    ],
    [
      '【退货中】09:31已入仓，等财务退款',
      order({
        stage: 'returning',
        returns: [
          { id: 'TH1', approval: 'approved', appliedAtMs: november(21, '10:00'), receivedAtMs: november(22, '09:31') },
        ],
      }),
    ],
  ])('%s', (title, facts) => {
    expect(titleOf(facts)).toBe(title)
  })
})

describe('the bar', () => {
  test('is yellow after 48 hours without a scan', () => {
    const nodes = [node(20, '05:00', '【合肥】快件到达【合肥肥东转运中心】', { place: '合肥肥东转运中心' })]
    expect(cardOf(order({ parcels: [parcel({ nodes })] }))).toMatchObject({
      tone: 'warn',
      bar: '物流已53时5分没有更新',
    })
  })

  test('is not there at 48 hours exactly, nor once the parcel is signed', () => {
    const nodes = [node(20, '10:05', '【合肥】快件到达【合肥肥东转运中心】')]
    expect(cardOf(order({ parcels: [parcel({ nodes })] }))).not.toHaveProperty('bar')
    expect(
      cardOf(order({ parcels: [parcel({ nodes: [node(1, '10:05', '已签收')], state: 'signed' })] })),
    ).not.toHaveProperty('bar')
  })

  test('says so when a label was never scanned for a day', () => {
    const parcels = [parcel({ state: 'created', nodes: [], shippedAtMs: november(21, '09:05') })]
    expect(cardOf(order({ parcels }))).toMatchObject({ tone: 'warn', bar: '发货25时快递仍未揽收' })
  })

  test('a silent source comes first and the silent parcel becomes the first line', () => {
    const card = cardOf(
      order({
        source: { name: 'jd.pull', heardAtMs: november(21, '06:00'), staleAfterMs: 13 * 3_600_000 },
        parcels: [parcel({ nodes: [node(20, '05:00', '快件到达')] })],
      }),
    )
    expect(card.bar).toBe('京东拉取已28时5分没有消息，内容可能过时')
    expect(card.lines?.[0]).toBe('物流已53时5分没有更新')
  })

  test('a source that spoke since is fresh, however old the order', () => {
    const source = { name: 'jd.pull', heardAtMs: november(1, '06:00'), staleAfterMs: 13 * 3_600_000 }
    expect(cardOf(order({ source: { ...source, sourceHeardAtMs: november(22, '06:00') } }))).not.toHaveProperty('bar')
  })
})

describe('several parcels', () => {
  const wipes = { id: 'L2', name: '手口湿巾', qty: 1 }
  const facts = order({
    lines: [{ id: 'L1', name: '3段奶粉', qty: 2 }, wipes],
    parcels: [
      parcel(),
      parcel({
        id: 'P2',
        waybillNo: 'SF1694121245991',
        carrier: 'SF',
        state: 'signed',
        lines: [{ lineId: 'L2', qty: 1 }],
      }),
    ],
  })

  test('say which item is in which', () => {
    const card = cardOf(facts)
    expect(card.title).toBe('【运输中】2个包裹已签收1个，预计11-23送达')
    expect(card.lines).toEqual([
      '中通75894561230147 3段奶粉×2、围兜 · 运输中',
      '顺丰SF1694121245991 手口湿巾×1 · 已签收',
    ])
  })

  test('the one asked for by its waybill number is the one answered', () => {
    const card = orderSummaryCard(facts, { mode: 'masked', nowMs }, codec, { waybillNo: 'SF1694121245991' })
    expect(card.facts).toContainEqual({ label: '快递', value: '顺丰SF1694121245991' })
  })
})

describe('rows', () => {
  test('a missing field drops its row', () => {
    const bare = without(order({ gifts: [], lines: [], holder: { group: 'nobody' } }), 'consigneeName', 'phone')
    expect(cardOf(bare).facts.map(({ label }) => label)).toEqual(['订单', '快递', '停留'])
  })

  test('the gift says why it is not there', () => {
    const gifts = [{ name: '围兜', verdict: 'below_threshold', gapFen: 1_250n } as const]
    expect(cardOf(order({ gifts })).facts).toContainEqual({ label: '赠品', value: '未达门槛，差¥12.5' })
  })

  test('the carrier is named before there is a number', () => {
    expect(cardOf({ ...unsent, stage: 'paid' }).facts).toContainEqual({ label: '快递', value: '中通，待出单号' })
  })
})
