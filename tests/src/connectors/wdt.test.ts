import { afterEach, describe, expect, it } from 'vitest'
import { wdt } from '../../../src/connectors/wdt.ts'
import { flagshipSign } from '../../../src/connectors/wdt-calls.ts'
import { PlatformRefused, Unreachable } from '../../../src/runtime/errors.ts'
import { fakeWdt, flagshipAccount } from '../../fakes/wdt.ts'
import type { Frames, Row } from '../../fakes/wdt-rows.ts'
import signatures from '../../fixtures/signatures.json' with { type: 'json' }
import { beijing, expected, openWdt, wdtTid as tid, windowOf } from '../../kit/wdt-connector.ts'

const signal = new AbortController().signal
const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()))
})

async function world(settings: Row = {}) {
  const opened = await openWdt('flagship', wdt, fakeWdt, flagshipAccount, settings)
  closers.push(opened.close)
  return opened
}

const [shippedFrom, shippedTo] = [beijing('2026-11-22 15:00:00'), beijing('2026-11-22 15:55:00')]
/** The frames after the goods left. */
const gone = ({ trade, stockOut }: Frames): Pick<Frames, 'trade' | 'stockOut'> => ({
  trade: { ...trade, trade_status: 95, modified: '2026-11-22 15:20:05', consign_time: beijing('2026-11-22 15:20:00') },
  stockOut,
})

describe('旺店通旗舰版', () => {
  it('signs as the vectors say', () => {
    const vector = signatures.vectors.find(({ id }) => id === 'wdt-flagship-1')
    const { secret, query, rawBody } = (vector?.inputs ?? {}) as {
      secret: string
      query: Record<string, string>
      rawBody: string
    }
    expect(flagshipSign(secret, query, rawBody)).toBe(vector?.expected)
  })

  it('reads an order of a 京东 shop with times and money in their mixed forms', async () => {
    const { rows, channel, frames } = await world()
    rows.trades.push(frames.trade)
    const told = await channel.pullOrder(tid, signal)
    expect(told?.faulty).toBeUndefined()
    expect(told?.orders).toEqual([
      expect.objectContaining({
        channel: 'jd',
        shop: '京东自营店',
        orderNo: tid,
        stage: 'paid',
        orderedAtMs: 1795305600000,
        paidAtMs: beijing('2026-11-22 08:01:00'),
        paidFen: 14500n,
        freightFen: 600n,
        carrier: 'YTO',
        modifiedAtMs: beijing('2026-11-22 08:05:00'),
        lines: [
          { lineKey: `${tid}-1`, sku: 'YW-250', name: '云雾绿茶', spec: '250g', qty: 2, amountFen: 9900n },
          { lineKey: `${tid}-2`, sku: 'GW-01', name: '盖碗', spec: '白瓷', qty: 1, amountFen: 4000n },
        ],
      }),
    ])
    expect(await channel.pullOrder('295811229999', signal)).toBeUndefined()
  })

  it('tells what went out with waybill, carrier and time', async () => {
    const { rows, channel, frames } = await world()
    const { trade, stockOut } = gone(frames)
    rows.trades.push(trade)
    rows.stockOuts.push(stockOut)
    const { orders, faulty } = await windowOf(channel, shippedFrom, shippedTo)
    expect(faulty).toEqual([])
    expect(orders).toEqual([
      expect.objectContaining({
        orderNo: tid,
        stage: 'shipped',
        shippedAtMs: beijing('2026-11-22 15:20:00'),
        waybillNo: 'YT7500000000001',
        carrier: 'YTO',
        warehouse: '苏州仓',
      }),
    ])
  })

  it.each([
    ['waybill', { logistics_no: '', logistics_list: [] }],
    ['carrier', { logistics_code: '', logistics_name: '', logistics_no: 'X1', logistics_list: [] }],
    ['out time', { consign_time: '' }],
  ])('rejects an outbound event without %s, and keeps the order', async (missing, change) => {
    const { rows, channel, frames } = await world()
    const { trade, stockOut } = gone(frames)
    rows.trades.push(trade)
    rows.stockOuts.push({ ...stockOut, ...change })
    const told = await channel.pullOrder(tid, signal)
    expect(told?.faulty).toEqual([
      { id: 'CK202611220001', orderNo: tid, problem: `an outbound event without ${missing} is rejected` },
    ])
    expect(told?.orders[0]).toMatchObject({ orderNo: tid, stage: 'shipped' })
    expect(told?.orders[0]?.shippedAtMs).toBeUndefined()
  })

  it('calls a split order shipped when its last parcel left, and names all waybills', async () => {
    const { rows, channel, frames } = await world()
    const { trade, stockOut } = gone(frames)
    const [first, second] = trade.detail_list as Row[]
    const later = { ...frames.trade, trade_no: 'JY202611220002', detail_list: [second] }
    rows.trades.push({ ...trade, detail_list: [first] }, later)
    rows.stockOuts.push(stockOut)
    const half = await windowOf(channel, shippedFrom, shippedTo)
    expect(half.orders).toEqual([expect.objectContaining({ stage: 'part_shipped', waybillNo: 'YT7500000000001' })])
    expect(half.orders[0]?.shippedAtMs).toBeUndefined()
    expect(half.orders[0]?.lines.map(({ qty }) => qty)).toEqual([2, 1])

    Object.assign(later, { trade_status: 95, modified: '2026-11-23 10:00:00' })
    rows.stockOuts.push({
      ...stockOut,
      order_no: 'CK2',
      consign_time: '2026-11-23 10:00:00',
      modified: '2026-11-23 10:00:00',
      logistics_no: 'YT7500000000002',
      logistics_list: [],
    })
    const [from, to] = [beijing('2026-11-23 09:30:00'), beijing('2026-11-23 10:20:00')]
    const whole = await windowOf(channel, from, to)
    expect(whole.orders).toEqual([
      expect.objectContaining({
        stage: 'shipped',
        shippedAtMs: beijing('2026-11-23 10:00:00'),
        waybillNo: 'YT7500000000001,YT7500000000002',
      }),
    ])
  })

  it('keeps merged orders apart', async () => {
    const { rows, channel, frames } = await world()
    const [first, second] = frames.trade.detail_list as Row[]
    const other = '295811220002'
    rows.trades.push({
      ...frames.trade,
      src_tids: `${tid},${other}`,
      detail_list: [first, { ...second, src_tid: other }],
    })
    const { orders } = await windowOf(channel, beijing('2026-11-22 07:30:00'), beijing('2026-11-22 08:20:00'))
    expect(orders.map(({ orderNo, paidFen, lines }) => [orderNo, paidFen, lines.length])).toEqual([
      [tid, 10200n, 1],
      [other, 4300n, 1],
    ])
  })

  it('keeps a code that stands in no table', async () => {
    const { rows, channel, frames } = await world()
    rows.trades.push({ ...frames.trade, trade_status: 77 })
    expect((await channel.pullOrder(tid, signal))?.orders[0]?.stage).toBe('77')
  })

  it('finishes a return when its goods are in and its money is out, whichever comes last', async () => {
    const { rows, channel, frames } = await world()
    const settled = [beijing('2026-11-26 10:30:00'), beijing('2026-11-26 11:20:00')] as const
    rows.refunds.push(frames.refund)
    const early = await windowOf(channel, ...settled)
    expect(early.returns).toEqual([
      expect.objectContaining({ afterSaleNo: 'AS8800001', state: 'agreed', goodsBack: true }),
    ])
    expect(early.returns[0]?.refundedAtMs).toBeUndefined()

    rows.stockIns.push({ ...frames.stockIn, modified: '2026-11-26 11:45:00' })
    const late = await windowOf(channel, beijing('2026-11-26 11:30:00'), beijing('2026-11-26 11:58:00'))
    expect(late.returns).toEqual([
      expect.objectContaining({
        orderNo: tid,
        afterSaleNo: 'AS8800001',
        state: 'done',
        goodsBack: true,
        refundFen: 4300n,
        refundedAtMs: beijing('2026-11-26 10:58:00'),
        modifiedAtMs: beijing('2026-11-26 11:45:00'),
      }),
    ])
  })

  it('reads all pages of a window once and notices what is missing', async () => {
    const { rows, channel, frames } = await world()
    for (let n = 0; n < 230; n++) {
      const no = String(295811230000 + n)
      const lines = (frames.trade.detail_list as Row[]).map((line) => ({
        ...line,
        src_tid: no,
        src_oid: `${no}-${line.rec_id}`,
      }))
      rows.trades.push({ ...frames.trade, trade_no: `JY${n}`, src_tids: no, detail_list: lines })
    }
    const span = [beijing('2026-11-22 07:30:00'), beijing('2026-11-22 08:20:00')] as const
    const { orders } = await windowOf(channel, ...span)
    expect(new Set(orders.map(({ orderNo }) => orderNo)).size).toBe(230)
    for (const lie of ['half-page', 'repeated-page', 'down'] as const) {
      rows.mischief = lie
      await expect(windowOf(channel, ...span)).rejects.toBeInstanceOf(Unreachable)
    }
  })

  it('tells only what went out for a shop that has a connector of its own', async () => {
    const shops = [{ shopNo: 'TB01', shop: '天猫旗舰店', channel: 'tmall', reads: 'stock-outs' }]
    const { rows, channel, frames } = await world({ shops })
    rows.stockOuts.push(frames.stockOut)
    const { orders } = await windowOf(channel, shippedFrom, shippedTo)
    expect(orders).toEqual([expect.objectContaining({ channel: 'tmall', waybillNo: 'YT7500000000001', lines: [] })])
    expect(rows.calls.map(({ method }) => method)).not.toContain('sales.TradeQuery.queryWithDetail')
  })

  it('leaves the vendor alone for five minutes after it said too often', async () => {
    const { rows, channel, clock } = await world()
    rows.mischief = 'busy'
    await expect(channel.pullOrder(tid, signal)).rejects.toMatchObject({ code: 'unreachable', retryAfterMs: 300_000 })
    rows.mischief = undefined
    const before = rows.calls.length
    await expect(channel.pullOrder(tid, signal)).rejects.toBeInstanceOf(Unreachable)
    expect(rows.calls).toHaveLength(before)
    clock.moveMs(300_001)
    expect(await channel.pullOrder(tid, signal)).toBeUndefined()
  })

  it('calls one at a time', async () => {
    const { rows, channel, frames } = await world()
    rows.trades.push(frames.trade)
    const told = await Promise.all([1, 2, 3, 4, 5].map(() => channel.pullOrder(tid, signal)))
    expect(told.map((one) => one?.orders.length)).toEqual([1, 1, 1, 1, 1])
  })

  it('corrects its clock by the Date of the answer once, and then says so', async () => {
    const { rows, channel } = await world()
    rows.skewMs = 600_000
    expect(await channel.pullOrder(tid, signal)).toBeUndefined()
    rows.mischief = 'clock'
    await expect(channel.pullOrder(tid, signal)).rejects.toThrow(/NTP/)
  })

  it('says what a person has to do when it is refused', async () => {
    const { rows, connector } = await world()
    rows.mischief = 'failed'
    await expect(connector.check(signal)).rejects.toThrow(/no right to the shop/)
    await expect(connector.check(signal)).rejects.toBeInstanceOf(PlatformRefused)
  })

  it('reads stock with damaged goods apart and only what can be sent as free', async () => {
    const { rows, stock, frames } = await world({ nearExpiryWarehouses: ['WH09'] })
    rows.stock.push(
      frames.stock,
      { ...frames.stock, rec_id: 2, defect: true, stock_num: 3, available_send_stock: 3 },
      {
        ...frames.stock,
        rec_id: 3,
        warehouse_no: 'WH09',
        warehouse_name: '临期仓',
        stock_num: 5,
        available_send_stock: 5,
      },
    )
    const lots = await stock.stockOf(['YW-250'], signal)
    expect(lots.map(({ warehouse, onHand, locked, zone }) => [warehouse, onHand, locked, zone])).toEqual([
      ['苏州仓', 100, 12, 'shelf'],
      ['苏州仓', 3, 0, 'quarantine'],
      ['临期仓', 5, 0, 'near_expiry'],
    ])
  })
})

const key = 'wms.expect_return:R26112200017'

describe('待收货 in 旺店通旗舰版', () => {
  it('gives each line of the return under one number', async () => {
    const { rows, commands } = await world()
    const outcome = await commands.run(expected, key, signal)
    expect(outcome).toMatchObject({ outcome: 'done', receipt: { shopNo: 'JD01', new: '2', changed: '0' } })
    expect([...rows.pushed.values()]).toEqual([
      expect.objectContaining({
        tid,
        oid: `${tid}-1`,
        num: 2,
        type: 2,
        status: 4,
        refund_amount: 145,
        logistics_no: 'SF1300000000001',
      }),
      expect.objectContaining({ tid, oid: `${tid}-2`, num: 1, type: 2, status: 4, refund_amount: 0 }),
    ])
    expect(new Set([...rows.pushed.values()].map((one) => one.refund_no)).size).toBe(1)
  })

  it('is one effect for one key, also when an answer was lost', async () => {
    const { rows, commands, clock } = await world()
    rows.loseAnswer = true
    await expect(commands.run(expected, key, signal)).rejects.toBeInstanceOf(Unreachable)
    clock.moveMs(60_000)
    expect(await commands.run(expected, key, signal)).toMatchObject({
      outcome: 'done',
      receipt: { new: '0', changed: '2' },
    })
    expect(rows.pushed.size).toBe(2)
  })

  it('does not push again what the warehouse has by that number', async () => {
    const { rows, commands, frames } = await world()
    const first = await commands.run(expected, key, signal)
    if (first.outcome !== 'done') throw new TypeError('it is done')
    rows.refunds.push({ ...frames.refund, raw_refund_nos: first.receipt.refundNo })
    rows.calls.length = 0
    expect(await commands.run(expected, key, signal)).toMatchObject({ outcome: 'done', receipt: { found: 'before' } })
    expect(rows.calls.map(({ method }) => method)).toEqual(['aftersales.refund.Refund.search'])
  })

  it('looks inside an answer that says ok', async () => {
    const { rows, commands } = await world()
    rows.refuse = '店铺权限不足'
    expect(await commands.run(expected, key, signal)).toMatchObject({
      outcome: 'refused',
      reason: expect.stringMatching(/right to the shop/),
    })
    rows.refuse = undefined
    rows.mischief = 'text-data'
    expect(await commands.run(expected, key, signal)).toMatchObject({ outcome: 'refused' })
    rows.mischief = undefined
    rows.refuse = '并发次数限制'
    expect(await commands.run(expected, key, signal)).toMatchObject({ outcome: 'retry', afterMs: 300_000 })
    expect(rows.pushed.size).toBe(0)
  })

  it('does not say that it cancelled what a person has to cancel', async () => {
    const { rows, commands } = await world()
    const cancel = { name: 'wms.cancel_expected', payload: { returnId: 'R26112200017', why: 'turned back' } } as const
    expect(commands.takes).toContain('wms.cancel_expected')
    expect(await commands.run(cancel, `${cancel.name}:R26112200017`, signal)).toMatchObject({
      outcome: 'refused',
      reason: expect.stringMatching(/in the console/),
    })
    expect(rows.calls).toEqual([])
  })

  it('refuses a shop that is none of its own', async () => {
    const { rows, commands } = await world()
    const foreign = { ...expected, payload: { ...expected.payload, shop: '别家' } }
    expect(await commands.run(foreign, key, signal)).toMatchObject({ outcome: 'refused' })
    expect(rows.calls).toEqual([])
  })
})
