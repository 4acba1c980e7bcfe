import type { LineFacts, OrderFacts, ParcelFacts, TrackNode } from '../../src/hub/order-facts.ts'

/** Beijing time of 2026-11: `day` 22, `clock` 09:58. */
export const november = (day: number, clock: string): number =>
  Date.parse(`2026-11-${String(day).padStart(2, '0')}T${clock}:00+08:00`)

/** The moment of the journeys in product.md §2. */
export const nowMs = november(22, '10:05')

const milk: LineFacts = { id: 'L1', name: '3段奶粉', spec: '900g/罐', qty: 2 }

export const node = (day: number, clock: string, text: string, more: Partial<TrackNode> = {}): TrackNode => ({
  atMs: november(day, clock),
  state: 'in_transit',
  text,
  ...more,
})

export function parcel(more: Partial<ParcelFacts> = {}): ParcelFacts {
  return {
    id: 'P1',
    position: 1,
    waybillNo: '75894561230147',
    carrier: 'ZTO',
    shippedAtMs: november(21, '14:30'),
    etaAtMs: november(23, '18:00'),
    state: 'in_transit',
    trackedAtMs: november(22, '10:02'),
    trackSource: 'track.kuaidi100',
    lines: [{ lineId: 'L1', qty: 2 }],
    nodes: [
      node(22, '08:41', '【杭州市】快件到达【杭州萧山转运中心】', { place: '杭州萧山转运中心' }),
      node(21, '20:11', '【宁波市】快件离开【宁波北仑转运中心】,下一站【杭州萧山转运中心】', {
        place: '宁波北仑转运中心',
      }),
      node(21, '17:02', '【宁波市】中通 宁波保税仓网点 王师傅(139****8812) 已揽收', {
        state: 'collected',
        place: '宁波保税仓网点',
      }),
      node(21, '14:30', '商家已发货,包裹已出宁波仓,等待中通揽收', { state: 'created', place: '宁波仓' }),
    ],
    ...more,
  }
}

/** The order of J1: on its way, a gift in the same parcel. Override what a test is about. */
export function order(more: Partial<OrderFacts> = {}): OrderFacts {
  return {
    id: 'SO261120733961',
    channel: 'douyin',
    shop: '棉云母婴旗舰店',
    orderNo: '6936476692437472563',
    stage: 'shipped',
    holder: { group: 'logistics' },
    consigneeName: '张伟',
    phone: '13685578806',
    phoneVirtual: false,
    address: '浙江省杭州市西湖区文三路18号翡翠城3幢1201室',
    region: '浙江省 杭州市',
    orderedAtMs: november(20, '21:14'),
    paidAtMs: november(20, '21:15'),
    paidFen: 53_600n,
    promiseShipAtMs: november(22, '21:15'),
    shippedAtMs: november(21, '14:30'),
    warehouse: '宁波仓',
    carrier: 'ZTO',
    waybillNo: '75894561230147',
    sourceStage: 'shipped',
    lines: [milk],
    parcels: [parcel()],
    gifts: [{ name: '围兜', verdict: 'locked', parcelId: 'P1' }],
    returns: [],
    source: { name: 'douyin.push', heardAtMs: november(22, '09:58'), staleAfterMs: 1_800_000 },
    ...more,
  }
}

/** The order without the named facts, as the hub leaves out what it does not know. */
export function without(facts: OrderFacts, ...names: readonly (keyof OrderFacts)[]): OrderFacts {
  return Object.fromEntries(
    Object.entries(facts).filter(([name]) => !names.includes(name as keyof OrderFacts)),
  ) as OrderFacts
}
