import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Hono } from 'hono'
import { youzan } from '../../src/connectors/youzan.ts'
import { movableClock } from '../../src/runtime/clock.ts'
import { type Json, jsonAt, parseJson } from '../../src/runtime/json.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { vendor } from '../../src/runtime/vendor-call.ts'
import type { ChannelSubject, ChannelWorld, Mischief, PlainOrder } from '../contracts/channel-subject.ts'
import { listen } from '../kit/listen.ts'
import { memoryToken } from './memory-ports.ts'

type Plain = { [key: string]: Json }

export const account = { kdtId: '164932', clientId: '6cd25b3f99727975b5', clientSecret: 'demo-secret-0001' }

const states: Readonly<Record<PlainOrder['state'], string>> = {
  pending_payment: 'WAIT_BUYER_PAY',
  paid: 'WAIT_SELLER_SEND_GOODS',
  shipped: 'WAIT_BUYER_CONFIRM_GOODS',
  signed: 'TRADE_SUCCESS',
  cancelled: 'TRADE_CLOSED',
}

const pageSize = 100
const tokenLifeMs = 7 * 86_400_000

export const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/youzan/${name}`, import.meta.url), 'utf8').trim()

export const md5 = (...parts: readonly string[]) => createHash('md5').update(parts.join('')).digest('hex')

type State = { mischief: Mischief | undefined; skewMs: number; calls: number; last: string | undefined }

export type YouzanWorld = ChannelWorld & {
  /** A refund in the vendor's own shape. */
  refund(raw: Plain): void
  /** Fields of order_info beside those of the plain order. */
  also(orderNo: string, more: Plain): void
  /** The words a call is refused with from now on. */
  refuse(answer: Plain | undefined): void
  readonly paths: string[]
  readonly url: string
}

/** 有赞 as it is documented: refuses dead tokens, pages beyond 100 and spans beyond 3 months, and lies when told. */
export async function openYouzan(): Promise<YouzanWorld> {
  const base = movableClock()
  const clock = { ...base, sleep: async (ms: number) => base.setOffset(base.offsetMs() + Math.ceil(ms)) }
  const state: State = { mischief: undefined, skewMs: 0, calls: 0, last: undefined }
  const orders = new Map<string, PlainOrder>()
  const extras = new Map<string, Plain>()
  const refunds = new Map<string, Plain>()
  const tokens = new Map<string, number>()
  const paths: string[] = []
  let refusal: Plain | undefined
  const now = () => clock.nowMs() + state.skewMs
  const ok = (data: unknown) => ({ trace_id: 't', code: 200, success: true, message: 'successful', data })
  const gateway = (err_code: number, err_msg: string) => ({ gw_err_resp: { trace_id: 't', err_code, err_msg } })

  const page = (rows: readonly unknown[], body: Plain, names: { readonly rows: string; readonly total: string }) => {
    const [no, size] = [Number(body.page_no), Number(body.page_size)]
    if (!(no >= 1 && no <= 100) || !(size >= 1 && size <= pageSize))
      return { trace_id: 't', code: 135100004, success: false, message: '分页参数错误' }
    const start = state.mischief === 'repeated-page' ? 0 : (no - 1) * size
    const whole = rows.slice(start, start + size)
    const told = state.mischief === 'half-page' ? whole.slice(0, Math.floor(whole.length / 2)) : whole
    return ok({ [names.rows]: told, [names.total]: rows.length })
  }
  const routes: Readonly<Record<string, (body: Plain) => unknown>> = {
    '/api/youzan.trades.sold.get/4.0.4': (body) => {
      const [from, to] = [beijingMs(body.start_update), beijingMs(body.end_update)]
      if (!(to >= from) || to - from > 92 * 86_400_000)
        return { trace_id: 't', code: 135100005, success: false, message: '时间参数错误' }
      const inside = [...orders.values()].filter(({ modifiedAtMs: at }) => at >= from && at <= to)
      const rows = inside.sort((a, b) => b.modifiedAtMs - a.modifiedAtMs).map((one) => listed(one))
      return page(rows, body, { rows: 'full_order_info_list', total: 'total_results' })
    },
    '/api/youzan.trade.get/4.0.0': (body) => {
      const order = orders.get(String(body.tid))
      if (order === undefined) return { trace_id: 't', code: 101500001, success: false, message: '订单不存在' }
      const named = [...refunds.values()].filter(({ tid }) => tid === order.orderNo)
      return ok({
        ...shaped(order, extras.get(order.orderNo) ?? {}, state),
        refund_order: named.map(({ refund_id }) => ({ refund_id })),
      })
    },
    '/api/youzan.trade.refund.search/3.0.1': (body) =>
      page([...refunds.values()], body, { rows: 'refunds', total: 'total' }),
    '/api/youzan.trade.refund.get/3.0.1': (body) => {
      const found = refunds.get(String(body.refund_id))
      return found === undefined
        ? { trace_id: 't', code: 101500002, success: false, message: '退款单不存在' }
        : ok(found)
    },
  }

  const app = new Hono()
  app.use(async (context, next) => {
    state.calls += 1
    paths.push(context.req.path)
    if (state.mischief === 'down') return context.text('bad gateway', 503)
    await next()
    context.header('date', new Date(now()).toUTCString())
    return undefined
  })
  app.post('/auth/token', async (context) => {
    const body = parseJson(await context.req.text()) as Plain
    const good =
      body.authorize_type === 'silent' &&
      body.client_id === account.clientId &&
      body.client_secret === account.clientSecret &&
      body.grant_id === account.kdtId
    if (!good) return context.json({ code: 10000, success: false, message: 'client info is wrong', data: null })
    const token = `tok-${state.calls}`
    tokens.set(token, now() + tokenLifeMs)
    if (state.mischief === 'token') state.mischief = undefined
    return context.json(ok({ access_token: token, expires: now() + tokenLifeMs, authority_id: account.kdtId }))
  })
  app.post('/api/*', async (context) => {
    const body = parseJson(await context.req.text()) as Plain
    const untilMs = tokens.get(context.req.query('access_token') ?? '')
    if (untilMs === undefined || untilMs < now() || state.mischief === 'token') {
      tokens.clear()
      return context.json(gateway(4203, 'access_token无效'))
    }
    if (refusal !== undefined) return context.json(refusal)
    if (state.mischief === 'busy') return context.json(gateway(4301, '调用过于频繁，请稍后再试'))
    if (state.mischief === 'failed')
      return context.json({ trace_id: 't', code: 50000, success: false, message: '内部错误' })
    return context.json(routes[context.req.path]?.(body) ?? gateway(4004, 'api not found'))
  })

  const door = await listen(app)
  const connector = youzan.open(
    'youzan',
    { shop: '有赞商城', defaultCarrier: 'ZTO', baseUrl: door.url, ...account },
    {
      clock,
      tokens: memoryToken(() => clock.nowMs()),
      log: silentLog,
      vendor: (options) => vendor({ ...options, clock }),
      publicUrl: undefined,
    },
  )
  const [channel] = connector.channels ?? []
  if (channel === undefined) throw new Error('no channel')
  return {
    connector,
    channel,
    clock,
    paths,
    url: door.url,
    put: (order) => {
      orders.set(order.orderNo, order)
      state.last = order.orderNo
    },
    also: (orderNo, more) => void extras.set(orderNo, more),
    refund: (raw) => void refunds.set(String(raw.refund_id), raw),
    refuse: (answer) => {
      refusal = answer
    },
    orderNo: (n) => `E20261123100000${String(n).padStart(9, '0')}`,
    misbehave: (how) => {
      state.mischief = how
    },
    skewMs: (ms) => {
      state.skewMs = ms
    },
    calls: () => state.calls,
    push: (orderNo, key) => {
      const msg = encodeURIComponent(JSON.stringify({ tid: orderNo, status: 'WAIT_SELLER_SEND_GOODS' }))
      const sign = md5(account.clientId, msg, account.clientSecret)
      const body = {
        client_id: account.clientId,
        id: orderNo,
        kdt_id: 164932,
        msg,
        sign,
        test: false,
        type: 'TRADE_ORDER_STATE',
      }
      return {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...body, version: key, sendCount: 0 }),
        ack: '{"code":0,"msg":"success"}',
      }
    },
    close: () => door.close(),
  }
}

const beijingMs = (text: Json | undefined) => Date.parse(`${String(text).replace(' ', 'T')}+08:00`)
export const beijing = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
const yuan = (fen: bigint) => `${fen / 100n}.${String(fen % 100n).padStart(2, '0')}`

/** The list tells no parcels and no refunds. */
function listed({ orderNo, state, modifiedAtMs }: PlainOrder): Plain {
  return {
    full_order_info: { order_info: { tid: orderNo, status: states[state], update_time: beijing(modifiedAtMs) } },
  }
}

function shaped(order: PlainOrder, more: Plain, { mischief, last }: State): Plain {
  const whole = jsonAt(parseJson(fixture('trade.json')), 'data', 'full_order_info') as Plain
  const paid = order.state !== 'pending_payment' && order.state !== 'cancelled'
  const lines = order.lines.map(({ key, sku, name, qty }) => ({
    oid: key,
    outer_sku_id: sku,
    title: name,
    num: qty,
    payment: '0.00',
  }))
  const express = { express_id: 3, express_no: order.waybillNo ?? '' }
  return {
    full_order_info: {
      ...whole,
      order_info: {
        ...(whole.order_info as Plain),
        tid: order.orderNo,
        status: order.code ?? states[order.state],
        created: beijing(order.createdAtMs),
        update_time: beijing(order.modifiedAtMs),
        pay_time: paid ? beijing(order.createdAtMs) : '',
        consign_time: order.waybillNo === undefined ? '' : beijing(order.modifiedAtMs),
        success_time: order.state === 'signed' ? beijing(order.modifiedAtMs) : '',
        ...more,
      },
      pay_info: { payment: yuan(order.paidFen), post_fee: '0.00' },
      remark_info: { buyer_message: order.remark ?? '' },
      orders: mischief === 'wrong-type' && order.orderNo === last ? 'none' : lines,
    },
    delivery_order:
      order.waybillNo === undefined ? [] : [{ pk_id: 1, dists: [{ dist_id: '1', express_info: express }] }],
  }
}

export const youzanSubject: ChannelSubject = {
  name: 'youzan',
  pageSize,
  cannot: { skew: 'no call is signed with a time' },
  open: openYouzan,
}
