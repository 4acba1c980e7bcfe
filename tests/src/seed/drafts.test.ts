import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Channel } from '../../../src/hub/order-facts.ts'
import { stageOf } from '../../../src/hub/stage.ts'
import { trackPosition } from '../../../src/hub/track-state.ts'
import { carrierOf, plausibleWaybill } from '../../../src/hub/waybill-no.ts'
import type { DraftOrder } from '../../../src/seed/draft.ts'
import { crowdOf } from '../../../src/seed/people.ts'
import { sampleOrders } from '../../../src/seed/seed-sample.ts'

const anchorMs = Date.parse('2026-11-22T10:00:00+08:00')

function drafts(seed: number, nowMs = anchorMs, orders = 3000): DraftOrder[] {
  return [...sampleOrders(crowdOf(seed, nowMs, orders), { orders, seed, nowMs })]
}

const forms: Readonly<Record<Channel, RegExp>> = {
  douyin: /^69\d{17}$/,
  tmall: /^(31|40|42|43)\d{16,17}$/,
  jd: /^\d{12}$/,
  miniapp: /^(E2\d{22}|37\d{17})$/,
  pos: /^POS-(HZ|SH|SZ|NJ|GZ|WH)\d{2}-\d{8}-\d{4}$/,
  distributor: /^JXS(0[1-9]|1[0-2])-\d{8}-\d{4}$/,
}

/** Every time in the draft that must have happened already. */
function happened(order: DraftOrder): number[] {
  const { returned } = order
  const times = [
    order.orderedAtMs,
    order.paidAtMs,
    order.pickingAtMs,
    order.shippedAtMs,
    order.signed?.atMs,
    order.cancelled?.atMs,
    order.hold?.atMs,
    order.quarantine?.atMs,
    order.modifiedAtMs,
    order.heardAtMs,
    order.refund?.atMs,
    returned?.appliedAtMs,
    returned?.approvedAtMs,
    returned?.rejectedAtMs,
    returned?.receivedAtMs,
    returned?.releasedAtMs,
    returned?.refundedAtMs,
    returned?.closedAtMs,
    ...(returned?.levels ?? []).flatMap((level) => [level.startedAtMs, level.decidedAtMs]),
    ...order.parcels.flatMap((parcel) => [
      parcel.shippedAtMs,
      parcel.trackedAtMs,
      parcel.signed?.atMs,
      ...parcel.nodes.map((node) => node.atMs),
    ]),
  ]
  return times.filter((ms) => ms !== undefined)
}

function stage(order: DraftOrder): string {
  const { returned } = order
  const back = returned?.whole === true && returned.refundedAtMs !== undefined
  return stageOf({
    paidAtMs: order.paidAtMs,
    shippedAtMs: order.shippedAtMs,
    signedAtMs: order.signed?.atMs,
    returnedAtMs: back ? returned.receivedAtMs : undefined,
    refundedAtMs: order.refund?.atMs,
    cancelledAtMs: order.cancelled?.atMs,
    onHoldAtMs: order.hold?.atMs,
    quarantinedAtMs: order.quarantine?.atMs,
    parcels: order.parcels.map((parcel) => ({
      state: parcel.state,
      ...(parcel.shippedAtMs === undefined ? {} : { shippedAtMs: parcel.shippedAtMs }),
    })),
    returns:
      returned === undefined
        ? []
        : [
            {
              approval: returned.approval,
              ...(returned.receivedAtMs === undefined ? {} : { receivedAtMs: returned.receivedAtMs }),
              ...(returned.refundedAtMs === undefined ? {} : { refundedAtMs: returned.refundedAtMs }),
              ...(returned.closedAtMs === undefined ? {} : { closedAtMs: returned.closedAtMs }),
            },
          ],
  })
}

/** What must hold of any order of any sample. Plain throws: a hundred thousand `expect`s take longer than the sample. */
function check(order: DraftOrder, nowMs: number): void {
  const must = (holds: boolean, what: string) => {
    if (!holds) throw new Error(`${what}: ${order.channel} ${order.orderNo} (${order.id})`)
  }
  must(forms[order.channel].test(order.orderNo) && /^SO\d{12}$/.test(order.id), 'number form')
  must(
    happened(order).every((ms) => ms <= nowMs && ms >= order.orderedAtMs),
    'a time in the future or before the order',
  )
  const lineSum = order.lines.reduce((sum, line) => sum + line.amountFen, 0)
  must(order.totalFen === lineSum, 'total is the sum of the lines')
  must(
    order.paidFen === lineSum - order.discountFen + order.freightFen && order.paidFen > 0,
    'paid = total - discount + freight',
  )
  const packed = order.parcels.flatMap((parcel) => parcel.lines)
  for (const line of order.lines) {
    const qty = packed.filter((load) => load.lineId === line.id).reduce((sum, load) => sum + load.qty, 0)
    must(order.parcels.length === 0 || qty === line.qty, 'all pieces are in parcels')
  }
  for (const parcel of order.parcels) {
    const { waybillNo, carrier, nodes } = parcel
    must((parcel.shippedAtMs === undefined) === (waybillNo === undefined), 'a parcel that left has a waybill')
    if (waybillNo !== undefined) {
      must(plausibleWaybill(carrier, waybillNo), `${waybillNo} is a number of ${carrier}`)
      must(carrier === 'OTHER' || carrierOf(waybillNo)?.carriers[0] === carrier, `${waybillNo} is recognised`)
    }
    const position = trackPosition(nodes.map(({ atMs, state, subState }) => ({ atMs, state, exception: subState })))
    must(
      parcel.state === (position?.state ?? 'created') && parcel.subState === position?.exception,
      'state follows from the nodes',
    )
    must(
      nodes.every((node, index) => index === 0 || node.atMs >= (nodes[index - 1]?.atMs ?? 0)),
      'nodes in order of time',
    )
  }
  must(
    order.signed === undefined || order.parcels.every((parcel) => parcel.state === 'signed'),
    'signed when all parcels are',
  )
  const { returned } = order
  if (returned === undefined) return
  must((order.signed?.atMs ?? Number.POSITIVE_INFINITY) <= returned.appliedAtMs, 'returned after it was signed')
  must(returned.refundFen <= order.paidFen, 'no more back than was paid')
  const refunded = returned.lines.reduce((sum, line) => sum + (line.refundedFen ?? 0), 0)
  must(returned.refundedAtMs === undefined || refunded === returned.refundFen, 'refund is the sum of its lines')
}

describe('the sample orders', () => {
  const sample = drafts(7)

  it('are the same for the same seed and time, and others for another seed', () => {
    expect(drafts(7)).toEqual(sample)
    expect(drafts(8).map((order) => order.orderNo)).not.toEqual(sample.map((order) => order.orderNo))
  })

  it('have every stage, and each follows from the dated facts', () => {
    const stages = new Set(sample.map(stage))
    expect([...stages].sort()).toEqual(
      [
        'cancelled',
        'on_hold',
        'paid',
        'part_shipped',
        'pending_payment',
        'quarantined',
        'refunded',
        'returned',
        'returning',
        'shipped',
        'signed',
      ].sort(),
    )
  })

  it('repeat no number', () => {
    const waybills = sample.flatMap((order) => order.parcels.flatMap((parcel) => parcel.waybillNo ?? []))
    const returns = sample.flatMap((order) => order.returned?.id ?? [])
    for (const list of [sample.map((order) => order.id), sample.map((order) => order.orderNo), waybills, returns])
      expect(new Set(list).size).toBe(list.length)
  })

  it('come in the mix, at the hours and on the days of the firm', () => {
    const share = (channel: Channel) => sample.filter((order) => order.channel === channel).length / sample.length
    expect(share('douyin')).toBeGreaterThan(0.25)
    expect(share('tmall')).toBeGreaterThan(0.15)
    for (const channel of Object.keys(forms) as Channel[]) expect(share(channel)).toBeGreaterThan(0.02)
    const inBeijing = (order: DraftOrder) => new Date(order.orderedAtMs + 8 * 3_600_000).toISOString()
    const atHours = (from: number, to: number) =>
      sample.filter(
        (order) => Number(inBeijing(order).slice(11, 13)) >= from && Number(inBeijing(order).slice(11, 13)) < to,
      ).length
    expect(atHours(19, 23)).toBeGreaterThan(4 * atHours(2, 6))
    const onDay = (day: string) => sample.filter((order) => inBeijing(order).startsWith(day)).length
    expect(onDay('2026-11-11')).toBeGreaterThan(1.5 * onDay('2026-11-05'))
    expect(onDay('2026-11-22')).toBeGreaterThan(20)
  })

  it('hold together at any hour and for any seed', () => {
    const when = fc.integer({ min: Date.parse('2025-12-01T00:00:00Z'), max: Date.parse('2027-12-01T00:00:00Z') })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), when, (seed, nowMs) => {
        const orders = drafts(seed, nowMs, 500)
        for (const order of orders) check(order, nowMs)
        const states = new Set(
          orders.flatMap((order) => order.parcels.map((parcel) => parcel.subState ?? parcel.state)),
        )
        for (const state of 'created collected in_transit delivering signed stuck delivery_failed refused unreachable damaged lost returning unrecognised'.split(
          ' ',
        ))
          expect(states, `${state} at ${new Date(nowMs).toISOString()}`).toContain(state)
      }),
      { numRuns: 8 },
    )
  })

  it('have the one of 最近三天 among the last three days at any hour', () => {
    const midnight = Date.parse('2026-11-24T00:00:00+08:00')
    for (let minute = 0; minute < 1_440; minute += 90) {
      const nowMs = midnight + minute * 60_000
      const named = drafts(1, nowMs, 200).find(({ orderNo }) => orderNo === '4257636757147510842')
      expect(named?.orderedAtMs, `minute ${minute}`).toBeGreaterThan(midnight - 2 * 86_400_000)
    }
  })

  it('hold together in the sample of the README', () => {
    for (const order of sample) check(order, anchorMs)
  })
})
