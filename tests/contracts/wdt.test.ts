import type { z } from 'zod'
import type { Adapter } from '../../src/connectors/adapter.ts'
import { wdt } from '../../src/connectors/wdt.ts'
import { wdtEnterprise } from '../../src/connectors/wdt-enterprise.ts'
import { beijingText } from '../../src/connectors/wire-values.ts'
import type { MovableClock } from '../../src/runtime/clock.ts'
import { vendor } from '../../src/runtime/vendor-call.ts'
import { fakeWdt, flagshipAccount } from '../fakes/wdt.ts'
import { enterpriseAccount, fakeWdtEnterprise } from '../fakes/wdt-enterprise.ts'
import { type Row, wdtFrames, wdtRows } from '../fakes/wdt-rows.ts'
import type { ChannelSubject, ChannelWorld, Mischief, PlainOrder } from './channel-subject.ts'
import { salesChannelContract } from './sales-channel.ts'

const codes = { pending_payment: '10', paid: '30', shipped: '95', signed: '110', cancelled: '5' } as const

type Edition = 'flagship' | 'enterprise'

/** The order as an ERP order and, where it left, a stock-out. */
function rowsFor(edition: Edition, order: PlainOrder): { readonly trade: Row; readonly stockOut?: Row } {
  const { trade, stockOut } = wdtFrames(edition)
  const { orderNo, state, waybillNo, code, createdAtMs, modifiedAtMs } = order
  const yuan = `${order.paidFen / 100n}.${String(order.paidFen % 100n).padStart(2, '0')}00`
  const pending = state === 'pending_payment'
  const at = beijingText(modifiedAtMs)
  const lines = order.lines.map(({ key, sku, name, qty }) => ({
    src_tid: orderNo,
    src_oid: `${orderNo}-${key}`,
    spec_no: sku,
    goods_name: name,
    num: `${qty}.0000`,
    share_amount: yuan,
    paid: yuan,
  }))
  const own = {
    ...trade,
    trade_no: `JY${orderNo}`,
    src_tids: orderNo,
    trade_status: code ?? codes[state],
    trade_time: edition === 'flagship' ? createdAtMs : beijingText(createdAtMs),
    pay_time: pending ? '0000-00-00 00:00:00' : beijingText(createdAtMs + 60_000),
    modified: at,
    [edition === 'flagship' ? 'detail_list' : 'goods_list']: lines,
  }
  if (waybillNo === undefined) return { trade: own }
  const carried = { logistics_no: waybillNo, logistics_code: 'ZTO', logistics_name: 'ZTO', logistics_list: [] }
  const named = { order_no: `CK${orderNo}`, src_tids: orderNo, src_trade_no: orderNo, details_list: lines }
  return { trade: own, stockOut: { ...stockOut, ...named, ...carried, consign_time: at, modified: at } }
}

/** A clock that can be moved and on which sleeping takes no time. */
function movingClock(): MovableClock {
  let offset = 0
  return {
    nowMs: () => Date.now() + offset,
    sleep: async () => undefined,
    setOffset: (ms) => {
      offset = ms
    },
    offsetMs: () => offset,
  }
}

function subject<S extends z.ZodType>(
  name: string,
  pageSize: number,
  edition: Edition,
  made: { readonly adapter: Adapter<S>; readonly fake: typeof fakeWdt; readonly account: Row },
): ChannelSubject {
  return {
    name,
    pageSize,
    cannot: { token: 'it signs each call and has no tokens', push: 'it pushes nothing' },
    open: () => openWorld(edition, made),
  }
}

async function openWorld<S extends z.ZodType>(
  edition: Edition,
  made: { readonly adapter: Adapter<S>; readonly fake: typeof fakeWdt; readonly account: Row },
): Promise<ChannelWorld> {
  const rows = wdtRows()
  const clock = movingClock()
  const server = await made.fake(rows, clock.nowMs)
  const shops = [{ shopNo: 'JD01', shop: '京东店', channel: 'jd', defaultCarrier: 'ZTO' }]
  const given = made.adapter.settings.parse({ ...made.account, shops, callsPerMinute: 600, baseUrl: server.url })
  const connector = made.adapter.open('wdt', given, {
    clock,
    tokens: { get: async () => '', drop: async () => undefined },
    log: () => undefined,
    vendor: (options) => vendor({ ...options, clock }),
    publicUrl: undefined,
  })
  const [channel] = connector.channels ?? []
  if (channel === undefined) throw new TypeError('the shop is there')
  const lines = edition === 'flagship' ? 'detail_list' : 'goods_list'
  let last: Row = {}
  return {
    connector,
    channel,
    clock,
    put: (order) => {
      const { trade, stockOut } = rowsFor(edition, order)
      last = trade
      replace(rows.trades, trade, 'trade_no')
      if (stockOut !== undefined) replace(rows.stockOuts, stockOut, 'order_no')
    },
    orderNo: (n) => String(295_811_220_000 + n),
    misbehave: (how) => {
      if (how === 'wrong-type') last[lines] = 'none'
      else rows.mischief = spoilt(how)
    },
    skewMs: (ms) => {
      rows.skewMs = ms
    },
    calls: () => rows.calls.length,
    push: () => undefined,
    close: server.close,
  }
}

const spoilt = (how: Exclude<Mischief, 'wrong-type'> | undefined) => (how === 'token' ? undefined : how)

function replace(rows: Row[], row: Row, no: string): void {
  const at = rows.findIndex((one) => one[no] === row[no])
  rows.splice(at < 0 ? rows.length : at, at < 0 ? 0 : 1, row)
}

salesChannelContract(
  subject('旺店通旗舰版', 100, 'flagship', { adapter: wdt, fake: fakeWdt, account: flagshipAccount }),
)
salesChannelContract(
  subject('旺店通企业版', 40, 'enterprise', {
    adapter: wdtEnterprise,
    fake: fakeWdtEnterprise,
    account: enterpriseAccount,
  }),
)
