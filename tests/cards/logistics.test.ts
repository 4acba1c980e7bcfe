import { describe, expect, test } from 'vitest'
import { etaCard } from '../../cards/logistics-eta.ts'
import { missingWaybillCard } from '../../cards/logistics-missing.ts'
import { signedCard } from '../../cards/logistics-signed.ts'
import { stalledCard } from '../../cards/logistics-stalled.ts'
import { orderScript } from '../../cards/order-script.ts'
import { shipTimeCard } from '../../cards/order-ship-time.ts'
import { orderSummaryCard } from '../../cards/order-summary.ts'
import { orderCarrierCard } from '../../cards/order-track.ts'
import type { Card } from '../../src/chat/card.ts'
import type { OrderFacts, ParcelFacts } from '../../src/hub/order-facts.ts'
import { codec } from '../kit/every-card.ts'
import { node, november, nowMs, order, parcel, without } from '../kit/sample-orders.ts'

const view = { mode: 'masked', nowMs } as const
const fact = (card: Card, label: string) => card.facts.find((one) => one.label === label)?.value

const unsent = (more: Partial<OrderFacts> = {}) =>
  without(
    order({
      parcels: [],
      sourceStage: 'paid',
      stage: 'paid',
      holder: { group: 'warehouse' },
      waveNo: 'W2611220103',
      ...more,
    }),
    'shippedAtMs',
    'waybillNo',
  )
const silent = (more: Partial<ParcelFacts> = {}) =>
  parcel({
    shippedAtMs: november(19, '18:00'),
    nodes: [
      node(20, '05:00', '【宁波市】快件离开【宁波北仑转运中心】,下一站【杭州萧山转运中心】', {
        place: '宁波北仑转运中心',
      }),
    ],
    ...more,
  })
const second = (more: Partial<ParcelFacts> = {}) =>
  parcel({ id: 'P2', position: 2, waybillNo: 'SF1694121245991', carrier: 'SF', lines: [], ...more })
const photo = 'https://sign.example.com/1.jpg'
const handed = parcel({
  state: 'signed',
  signedAtMs: november(21, '14:02'),
  nodes: [
    node(21, '14:02', '【杭州市】快件已签收,签收人:菜鸟驿站', { state: 'signed', place: '杭州西湖网点' }),
    node(21, '09:00', '【杭州市】杭州西湖网点 王师傅(139****8812) 正在派件', { state: 'delivering' }),
  ],
})
const signed = (more: Partial<OrderFacts> = {}) =>
  order({
    stage: 'signed',
    signedAtMs: november(21, '14:02'),
    signer: '菜鸟驿站',
    signerKind: 'agent',
    signPhotoUrl: photo,
    holder: { group: 'nobody' },
    parcels: [handed],
    ...more,
  })

describe('order.ship_time', () => {
  const late = { promiseShipAtMs: november(22, '06:41'), delayReason: '缺货,等补货' }
  test.each<[string, OrderFacts, string]>([
    ['due today', unsent(), '【待发货】预计今天21:15前出库'],
    ['due another day', unsent({ promiseShipAtMs: november(24, '18:00') }), '【待发货】预计11-24 18点前出库'],
    ['late', unsent(late), '【超承诺】已超3时24分，原因：缺货，等补货'],
    [
      'late, nobody says why',
      unsent({ promiseShipAtMs: november(22, '06:41') }),
      '【超承诺】已超3时24分，原因未知，来源没有说明',
    ],
    ['without promise', without(unsent(), 'promiseShipAtMs'), '【待发货】出库时间未知，渠道没有给承诺'],
    ['shipped', order(), '【已发货】11-21 14:30由中通发出'],
    [
      'in part',
      order({ stage: 'part_shipped', parcels: [parcel(), without2(second())] }),
      '【部分发货】1/2个包裹已发，其余今天21:15前',
    ],
    ['on hold', unsent({ stage: 'on_hold', holdReason: '地址待核实' }), '【暂停发货】地址待核实'],
    ['quarantined', unsent({ stage: 'quarantined', quarantineReason: 'carrier_missing' }), '【已拦下】'],
    [
      'cancelled',
      unsent({ stage: 'cancelled', cancelledAtMs: november(21, '09:00'), cancelReason: '拍错了' }),
      '【已取消】11-21 09:00，拍错了',
    ],
    ['claimed only', unsent({ sourceStage: 'shipped' }), '【缺运单号】渠道显示已发货，但没有运单号'],
  ])('%s', (_, facts, title) => {
    expect(shipTimeCard(facts, view, codec).title).toContain(title)
  })

  test('a late one has every row, and the order in its line', () => {
    const card = shipTimeCard(unsent(late), view, codec)
    expect(card.facts.map(({ label, value }) => `${label} ${value}`)).toEqual([
      '付款 11-20 21:15',
      '承诺 06:41，已超3时24分',
      '仓库 宁波仓 W2611220103',
      '缺货 缺货，等补货',
      '快递 中通，待出单号',
      '负责 仓库',
    ])
    expect(card.lines).toEqual(['订单 抖音…2563'])
    expect(card.tone).toBe('warn')
  })

  test('[复制话术] carries the question, and typing its words does the same', () => {
    const [script] = shipTimeCard(unsent(), view, codec).buttons
    expect(codec.decode(script?.token ?? '', { memberId: 'm', nowMs })).toMatchObject({
      action: 'order.script',
      args: ['SO261120733961', 'order.ship_time'],
    })
    expect(script?.say).toBe('SO261120733961 什么时候发货 话术')
  })
})

/** The parcel that has not left. */
function without2({ shippedAtMs: _, waybillNo: __, ...rest }: ParcelFacts): ParcelFacts {
  return { ...rest, state: 'created', nodes: [] }
}

describe('logistics.eta', () => {
  test.each<[string, OrderFacts, string]>([
    ['with its hour', order(), '预计11-23 18点前送达'],
    ['today', order({ parcels: [parcel({ etaAtMs: november(22, '18:00') })] }), '预计今天18点前送达'],
    ['passed', order({ parcels: [parcel({ etaAtMs: november(21, '18:00') })] }), '已过预计11-21，已到杭州萧山转运中心'],
    ['silent', order({ parcels: [silent()] }), '可能晚到：53时没有更新，原预计11-23'],
    [
      'in trouble',
      order({ parcels: [parcel({ state: 'exception', exception: 'stuck' })] }),
      '可能晚到：滞留中转站，原预计11-23',
    ],
    ['lost', order({ parcels: [parcel({ state: 'exception', exception: 'lost' })] }), '【异常·包裹丢失】'],
    ['not said', order({ parcels: [without3(parcel())] }), '送达时间未知，快递没有给，已到杭州萧山转运中心'],
    ['not shipped', unsent(), '还没有发货，预计今天21:15前出库'],
    [
      'two parcels',
      order({ parcels: [parcel(), second({ etaAtMs: november(24, '18:00') })] }),
      '2个包裹，最晚预计11-24 18点前送达',
    ],
    ['signed', signed(), '【已签收】11-21 14:02由菜鸟驿站签收'],
    ['pickup', order({ carrier: 'PICKUP', parcels: [] }), '【待自提】'],
  ])('%s', (_, facts, title) => {
    expect(etaCard(facts, view, codec).title).toContain(title.slice(0, 25))
  })

  test('no odds are given, and the next stop is the carrier’s word', () => {
    const card = etaCard(order({ parcels: [silent()] }), view, codec)
    expect(JSON.stringify(card)).not.toContain('%')
    expect(fact(card, '下一站')).toBe('杭州萧山转运中心')
  })

  test('of several parcels each has its own line, and one that was asked for is answered alone', () => {
    const two = order({ parcels: [parcel(), second({ etaAtMs: november(24, '18:00') })] })
    expect(etaCard(two, view, codec).lines).toEqual([
      '中通75894561230147 3段奶粉×2、… · 预计11-23 18点前',
      '顺丰SF1694121245991 · 预计11-24 18点前',
    ])
    expect(etaCard(two, view, codec, 'SF1694121245991').title).toBe('预计11-24 18点前送达')
  })
})

function without3({ etaAtMs: _, ...rest }: ParcelFacts): ParcelFacts {
  return rest
}

describe('logistics.stalled', () => {
  const call = { id: 'WH2611220031', reason: 'silent', openedAtMs: november(22, '05:10'), openedBy: '小李' }
  const unscanned = parcel({ state: 'created', shippedAtMs: november(21, '05:00'), nodes: [] })
  test.each<[string, ParcelFacts, string]>([
    ['with an open call', silent({ call }), '已53时无更新，外呼单WH2611220031处理中'],
    ['without a call', silent(), '已53时无更新，还没有外呼快递'],
    [
      'for a week',
      silent({ nodes: [node(15, '05:00', '快件离开【宁波北仑转运中心】')] }),
      '无更新，疑似丢件，还没有外呼快递',
    ],
    [
      'with a closed call',
      silent({ call: { ...call, closedAtMs: november(22, '06:00') } }),
      '已53时无更新，还没有外呼快递',
    ],
    ['never scanned', unscanned, '发货29时快递仍未揽收'],
    ['moving', parcel(), '已更新：已到杭州萧山转运中心（08:41）'],
    ['in trouble', parcel({ state: 'exception', exception: 'damaged' }), '【异常·包裹破损】'],
  ])('%s', (_, one, title) => {
    expect(stalledCard(order({ parcels: [one] }), view, codec).title).toContain(title)
  })

  test('says where, since when, who asks the carrier and who has it', () => {
    const card = stalledCard(order({ parcels: [silent({ call })] }), view, codec)
    expect(card.facts.map(({ label, value }) => `${label} ${value}`)).toEqual([
      '快递 中通75894561230147',
      '停在 宁波北仑转运中心',
      '上次 11-20 05:00',
      '外呼 WH2611220031 小李 05:10',
      '责任 物流组',
      '承诺 11-23 18点前送达',
    ])
    // the title says it: no bar says it again
    expect(card).not.toHaveProperty('bar')
    expect(card.tone).toBe('warn')
  })

  test('of several parcels it is about the one that stands still, and says so of each', () => {
    const card = stalledCard(
      order({ parcels: [parcel(), { ...silent(), ...{ id: 'P2', waybillNo: 'YT0082452614557' } }] }),
      view,
      codec,
    )
    expect(card.title).toContain('已53时无更新')
    expect(card.lines?.at(-1)).toContain('53时没有更新')
  })
})

describe('logistics.signed', () => {
  test.each<[string, OrderFacts, string]>([
    ['taken in for the person', signed(), '11-21 14:02由菜鸟驿站签收（代收）'],
    ['by the person', signed({ signer: '张伟(本人)', signerKind: 'self' }), '11-21 14:02由张*签收（本人）'],
    ['by another', signed({ signer: '邻居 陈女士', signerKind: 'other' }), '11-21 14:02由邻居 陈女士签收（他人）'],
    ['by somebody nobody marked', without(signed(), 'signerKind'), '11-21 14:02由菜鸟驿站签收'],
    ['not signed', order(), '未签收，不能说已签收'],
    ['not even sent', unsent(), '未签收，不能说已签收'],
    [
      'said by the carrier alone',
      order({ parcels: [{ ...handed, signer: '张伟' }] }),
      '快递显示11-21 14:02签收，缺签收照片',
    ],
    ['said by the carrier, nothing known', order({ parcels: [handed] }), '快递显示11-21 14:02签收，缺签收人和签收照片'],
    ['in part', order({ parcels: [handed, second()] }), '2个包裹已签收1个，其余未签收'],
  ])('%s', (_, facts, title) => {
    expect(signedCard(facts, view, codec).title).toBe(
      [...title].length > 26 ? `${[...title].slice(0, 25).join('')}…` : title,
    )
  })

  test('a photo is offered, a missing one is said', () => {
    const card = signedCard(signed(), view, codec)
    expect(fact(card, '照片')).toBe('有签收照片')
    expect(card.buttons.map(({ label }) => label)).toEqual(['复制话术', '看照片', '完整时间线'])
    const bare = signedCard(order({ parcels: [{ ...handed, signer: '张伟' }] }), view, codec)
    expect(fact(bare, '照片')).toBe('没有传来')
    expect(bare.buttons.map(({ label }) => label)).not.toContain('看照片')
    expect(fact(card, '派件员')).toBe('王师傅(139****8812)')
  })

  test('what was marked by hand says by whom and when, and what stood before', () => {
    const corrections = [
      {
        field: 'signer' as const,
        oldValue: '张伟(本人)',
        newValue: '菜鸟驿站',
        by: '小李',
        atMs: november(21, '16:00'),
      },
    ]
    const card = signedCard(signed({ corrections, noteCount: 2 }), view, codec)
    expect(fact(card, '改记')).toBe('小李 11-21 16:00')
    expect(fact(card, '备注')).toBe('2条')
    expect(card.lines).toContain('改前：张*(本人)')
  })
})

describe('logistics.missing_waybill', () => {
  const ghost = unsent({ sourceStage: 'shipped-without-waybill', claimedShippedAtMs: november(21, '14:00') })
  test.each<[string, OrderFacts, string]>([
    ['no carrier was chosen', without(ghost, 'carrier'), '显示已发货但无单号：下单时未选快递'],
    ['the channel sent none', ghost, '显示已发货但无单号：渠道没有传单号'],
    ['there is one', order(), '已补：中通75894561230147'],
    ['not shipped at all', unsent(), '还没有发货，没有单号：仓库还没有出库'],
    ['pickup', unsent({ carrier: 'PICKUP' }), '到店自提，不需要快递单号'],
    ['cancelled', unsent({ stage: 'cancelled', cancelledAtMs: november(21, '09:00') }), '【已取消】11-21 09:00取消'],
  ])('%s', (_, facts, title) => {
    expect(missingWaybillCard(facts, view, codec).title).toBe(title)
  })

  test('says who has to act and since when', () => {
    const card = missingWaybillCard(without(ghost, 'carrier'), view, codec)
    expect([fact(card, '负责'), fact(card, '起于')]).toEqual(['运营', '11-21 14:00，已20时5分'])
    expect(fact(orderSummaryCard(without(ghost, 'carrier'), view, codec), '负责')).toBe('运营')
    expect(fact(missingWaybillCard(ghost, view, codec), '负责')).toBe('仓库')
  })
})

describe('doubts', () => {
  const tracked = (more: Partial<ParcelFacts>) =>
    order({ parcels: [parcel({ trackStaleAfterMs: 3_600_000, ...more })] })
  test('a track older than its own limit gets the bar, a fresh one and a finished one do not', () => {
    const stale = orderSummaryCard(tracked({ trackedAtMs: november(22, '07:00') }), view, codec)
    expect([stale.bar, stale.tone]).toEqual(['轨迹已3时5分没有刷新，可能过时', 'warn'])
    expect(orderSummaryCard(tracked({}), view, codec)).not.toHaveProperty('bar')
    const over = { ...tracked({ trackedAtMs: november(21, '07:00'), state: 'signed' }) }
    expect(orderSummaryCard(over, view, codec)).not.toHaveProperty('bar')
  })

  test('when both are old the order comes first, and no doubt is lost', () => {
    const source = { name: 'jd.pull', heardAtMs: november(20, '18:00'), staleAfterMs: 3_600_000 }
    const card = etaCard({ ...tracked({ trackedAtMs: november(22, '07:00') }), source }, view, codec)
    expect(card.bar).toContain('京东拉取已')
    expect(card.lines).toEqual(['轨迹已3时5分没有刷新，可能过时'])
  })
})

describe('the status', () => {
  test('of an order fetched at the store waits for its buyer, not for logistics', () => {
    const pickup = order({ carrier: 'PICKUP', parcels: [], holder: { group: 'logistics' } })
    expect(fact(orderSummaryCard(pickup, view, codec), '负责')).toBe('买家')
  })

  test('offers to follow, or not to any more, where changes can be told', () => {
    const labels = (followed?: boolean) =>
      orderSummaryCard(order(), view, codec, { followed }).buttons.map(({ label }) => label)
    expect(labels(false)).toContain('关注此单')
    expect(labels(true)).toContain('取消关注')
    expect(labels()).toEqual(['复制话术', '完整时间线'])
  })

  test('the carrier answer says which item is in which parcel', () => {
    expect(orderCarrierCard(order({ parcels: [parcel(), second()] }), view, codec).lines?.[0]).toContain(
      '3段奶粉×2、围兜',
    )
  })
})

test.each<[string, OrderFacts, string, string]>([
  ['order.ship_time', order(), '已于11月21日14:30发出', '预计'],
  ['order.ship_time', unsent({ sourceStage: 'shipped' }), '快递单号还没有生成', '备货'],
  ['logistics.eta', order(), '预计明天送达', '已签收'],
  ['logistics.eta', order({ parcels: [parcel({ etaAtMs: november(21, '18:00') })] }), '比预计的时间晚了', '预计11月'],
  ['logistics.stalled', order({ parcels: [silent()] }), '我们会联系快递', '外呼'],
  [
    'logistics.stalled',
    order({ parcels: [silent({ call: { id: 'WH1', reason: 'silent', openedAtMs: nowMs } })] }),
    '我们已联系快递',
    'WH1',
  ],
  ['logistics.signed', order(), '还没有签收记录', '已签收'],
  ['logistics.signed', signed(), '已于11月21日14:02签收', '代收'],
  ['logistics.missing_waybill', order(), '快递单号已更新', '缺'],
])('the wording of %s has the right tense and no words of the house', (intent, facts, holds, lacks) => {
  const text = orderScript(facts, nowMs, intent)
  expect(text).toContain(holds)
  expect(text).not.toContain(lacks)
  expect(text).not.toMatch(/仓库|物流组|运营|渠道|小李/)
})
