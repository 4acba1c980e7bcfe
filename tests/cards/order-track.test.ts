import { describe, expect, test } from 'vitest'
import { orderCarrierCard, orderTrackCard } from '../../cards/order-track.ts'
import { codec } from '../kit/every-card.ts'
import { node, november, nowMs, order, parcel, without } from '../kit/sample-orders.ts'

const view = { mode: 'masked', nowMs } as const

describe('the track', () => {
  test('stands newest first, a line a node', () => {
    const card = orderTrackCard(order(), view, codec)
    expect(card.title).toBe('中通75894561230147，已到杭州萧山转运…')
    expect(card.lines?.[0]).toBe('08:41 快件到达杭州萧山转运中心')
    expect(card.lines).toHaveLength(4)
    expect(card.buttons.map(({ label }) => label)).toEqual(['复制单号', '返回订单'])
  })

  test('a long one is cut with the count of the rest', () => {
    const nodes = Array.from({ length: 30 }, (_, index) => node(1 + (index % 20), '08:00', `第${index}步`))
    const card = orderTrackCard(order({ parcels: [parcel({ nodes })] }), view, codec)
    expect(card.lines).toHaveLength(8)
    expect(card.lines?.at(-1)).toBe('还有23条更早的记录')
  })

  test('of several parcels names each', () => {
    const card = orderTrackCard(
      order({ parcels: [parcel(), parcel({ id: 'P2', waybillNo: 'SF1694121245991', carrier: 'SF' })] }),
      view,
      codec,
    )
    expect(card.lines).toContain('中通75894561230147')
    expect(card.lines).toContain('顺丰SF1694121245991')
    expect(card.lines?.at(-1)).toBe('还有4条更早的记录')
  })
})

describe('the carrier answer', () => {
  test('gives number, dispatch and first scan', () => {
    expect(orderCarrierCard(order(), view, codec).facts).toEqual([
      { label: '订单', value: '抖音…2563' },
      { label: '出库', value: '11-21 14:30' },
      { label: '揽收', value: '11-21 17:02' },
      { label: '最近', value: '08:41' },
      { label: '预计', value: '11-23' },
    ])
  })

  test('says why there is no number', () => {
    const unsent = without(order({ parcels: [], sourceStage: 'paid', stage: 'paid' }), 'shippedAtMs', 'waybillNo')
    expect(orderCarrierCard(unsent, view, codec).title).toBe('还没有单号：仓库还没有出库')
    expect(orderCarrierCard({ ...unsent, sourceStage: 'shipped' }, view, codec).title).toBe(
      '还没有单号：渠道显示已发货，但没有传单号',
    )
  })

  test('an order fetched at the store has none and needs none', () => {
    const pickup = without(
      order({ carrier: 'PICKUP', parcels: [], stage: 'paid', paidAtMs: november(22, '09:00') }),
      'waybillNo',
    )
    expect(orderCarrierCard(pickup, view, codec).title).toBe('到店自提，没有快递单号')
  })
})
