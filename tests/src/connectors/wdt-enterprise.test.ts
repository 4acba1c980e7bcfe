import { afterEach, describe, expect, it } from 'vitest'
import { wdtEnterprise } from '../../../src/connectors/wdt-enterprise.ts'
import { enterpriseSign } from '../../../src/connectors/wdt-enterprise-calls.ts'
import { Unreachable } from '../../../src/runtime/errors.ts'
import { enterpriseAccount, fakeWdtEnterprise } from '../../fakes/wdt-enterprise.ts'
import type { Row } from '../../fakes/wdt-rows.ts'
import signatures from '../../fixtures/signatures.json' with { type: 'json' }
import { beijing, expected, openWdt, wdtTid as tid, windowOf } from '../../kit/wdt-connector.ts'

const signal = new AbortController().signal
const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()))
})

async function world(settings: Row = {}) {
  const opened = await openWdt('enterprise', wdtEnterprise, fakeWdtEnterprise, enterpriseAccount, settings)
  closers.push(opened.close)
  return opened
}

const key = 'wms.expect_return:R26112200017'

describe('旺店通企业版', () => {
  it.each(['wdt-enterprise-1', 'wdt-enterprise-2-cn'])('signs as vector %s says', (id) => {
    const vector = signatures.vectors.find((one) => one.id === id)
    const { appsecret, params } = (vector?.inputs ?? {}) as { appsecret: string; params: Record<string, string> }
    expect(enterpriseSign(appsecret, params)).toBe(vector?.expected)
  })

  it('reads an order and what went out of it', async () => {
    const { rows, channel, frames } = await world()
    rows.trades.push({ ...frames.trade, trade_status: '95', modified: '2026-11-22 15:20:05' })
    rows.stockOuts.push(frames.stockOut)
    const { orders, faulty } = await windowOf(channel, beijing('2026-11-22 15:00:00'), beijing('2026-11-22 15:55:00'))
    expect(faulty).toEqual([])
    expect(orders).toEqual([
      expect.objectContaining({
        orderNo: tid,
        stage: 'shipped',
        paidFen: 14500n,
        freightFen: 600n,
        orderedAtMs: beijing('2026-11-22 08:00:00'),
        shippedAtMs: beijing('2026-11-22 15:20:00'),
        waybillNo: 'YT7500000000001',
        carrier: 'YTO',
        lines: [expect.objectContaining({ qty: 2, amountFen: 9900n }), expect.objectContaining({ qty: 1 })],
      }),
    ])
    expect(await channel.pullOrder('295811229999', signal)).toBeUndefined()
  })

  it('knows which stock-outs left', async () => {
    const { rows, channel, frames } = await world()
    rows.trades.push({ ...frames.trade, trade_status: '95' })
    const left = async (status: string) => {
      rows.stockOuts.splice(0, rows.stockOuts.length, { ...frames.stockOut, status })
      return (await channel.pullOrder(tid, signal))?.orders[0]?.shippedAtMs !== undefined
    }
    expect(await left('5')).toBe(false)
    expect(await left('55')).toBe(false)
    for (const status of ['95', '105', '110', '113']) expect(await left(status)).toBe(true)
  })

  it('says once of a parcel that its platform does not know that it left', async () => {
    const { rows, channel, frames, logged } = await world()
    rows.trades.push({ ...frames.trade, trade_status: '95' })
    rows.stockOuts.push({ ...frames.stockOut, status: '113' })
    for (const _ of [1, 2]) expect((await channel.pullOrder(tid, signal))?.orders[0]?.waybillNo).toBeDefined()
    expect(logged.filter(({ alarm }) => alarm === true)).toEqual([
      expect.objectContaining({ connector: 'wdt', no: 'CK202611220001' }),
    ])
  })

  it('rejects an outbound event without waybill', async () => {
    const { rows, channel, frames } = await world()
    rows.trades.push({ ...frames.trade, trade_status: '95' })
    rows.stockOuts.push({ ...frames.stockOut, logistics_no: '' })
    const told = await channel.pullOrder(tid, signal)
    expect(told?.faulty).toEqual([
      { id: 'CK202611220001', orderNo: tid, problem: 'an outbound event without waybill is rejected' },
    ])
  })

  it('reads all pages of a window, and notices what is missing', async () => {
    const { rows, channel, frames } = await world()
    for (let n = 0; n < 90; n++) {
      const no = String(295811230000 + n)
      const lines = (frames.trade.goods_list as Row[]).map((line) => ({
        ...line,
        src_tid: no,
        src_oid: `${no}-${line.rec_id}`,
      }))
      rows.trades.push({ ...frames.trade, trade_no: `JY${n}`, src_tids: no, goods_list: lines })
    }
    const span = [beijing('2026-11-22 07:30:00'), beijing('2026-11-22 08:20:00')] as const
    const { orders } = await windowOf(channel, ...span)
    expect(new Set(orders.map(({ orderNo }) => orderNo)).size).toBe(90)
    for (const lie of ['half-page', 'repeated-page', 'busy', 'down'] as const) {
      rows.mischief = lie
      await expect(windowOf(channel, ...span)).rejects.toBeInstanceOf(Unreachable)
    }
  })

  it('sets one order apart whose field is of another type, and goes on', async () => {
    const { rows, channel, frames } = await world()
    rows.trades.push(frames.trade, { ...frames.trade, trade_no: 'JY9', src_tids: '295811229998', goods_list: 'none' })
    const { orders, faulty } = await windowOf(channel, beijing('2026-11-22 07:30:00'), beijing('2026-11-22 08:20:00'))
    expect(orders.map(({ orderNo }) => orderNo)).toEqual([tid])
    expect(faulty).toEqual([{ id: '295811229998', problem: 'goods_list is string, not a list' }])
  })

  it('finishes a return when goods and money are both through', async () => {
    const { rows, channel, frames } = await world()
    rows.refunds.push(frames.refund)
    const span = [beijing('2026-11-26 10:20:00'), beijing('2026-11-26 11:10:00')] as const
    expect((await windowOf(channel, ...span)).returns).toMatchObject([{ state: 'agreed' }])
    rows.stockIns.push(frames.stockIn)
    expect((await windowOf(channel, ...span)).returns).toMatchObject([
      { afterSaleNo: 'AS8800001', orderNo: tid, state: 'done', goodsBack: true, refundFen: 4300n },
    ])
  })

  it('reads stock in text with four decimals', async () => {
    const { rows, stock, frames } = await world()
    rows.stock.push(frames.stock, {
      ...frames.stock,
      rec_id: '2',
      defect: '1',
      stock_num: '3.0000',
      avaliable_num: '3.0000',
    })
    const lots = await stock.stockOf(['YW-250'], signal)
    expect(lots.map(({ onHand, locked, zone }) => [onHand, locked, zone])).toEqual([
      [100, 12, 'shelf'],
      [3, 0, 'quarantine'],
    ])
  })

  it('gives 待收货 once for one key, and looks inside an answer that says ok', async () => {
    const { rows, commands } = await world()
    rows.loseAnswer = true
    await expect(commands.run(expected, key, signal)).rejects.toBeInstanceOf(Unreachable)
    expect(await commands.run(expected, key, signal)).toMatchObject({ outcome: 'done', receipt: { changed: '1' } })
    expect([...rows.pushed.values()]).toEqual([
      expect.objectContaining({
        tid,
        type: 3,
        status: 'goods_returning',
        refund_fee: 145,
        order_list: [
          { oid: `${tid}-1`, num: 2 },
          { oid: `${tid}-2`, num: 1 },
        ],
      }),
    ])
    rows.refuse = '店铺权限不足'
    expect(await commands.run(expected, key, signal)).toMatchObject({ outcome: 'refused' })
  })
})
