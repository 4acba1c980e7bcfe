import { createHash, createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Hono } from 'hono'
import { doudian } from '../../src/connectors/doudian.ts'
import { movableClock } from '../../src/runtime/clock.ts'
import { type Json, jsonAt, parseJson } from '../../src/runtime/json.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { vendor } from '../../src/runtime/vendor-call.ts'
import type { ChannelSubject, ChannelWorld, Mischief, PlainOrder } from '../contracts/channel-subject.ts'
import { listen } from '../kit/listen.ts'
import { memoryToken } from './memory-ports.ts'

type Plain = { [key: string]: Json }

export const account = { appKey: '6839996111111111111', appSecret: '0a1b2c3d-demo-secret', shopId: '7784061' }

const codes: Readonly<Record<PlainOrder['state'], number>> = {
  pending_payment: 1,
  paid: 2,
  shipped: 3,
  signed: 5,
  cancelled: 4,
}

const pageSize = 100
const tokenLifeSeconds = 7 * 86_400
const timestampWindowMs = 600_000

export const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/doudian/${name}`, import.meta.url), 'utf8').trim()

/** As the platform signs its pushes. */
export const eventSign = (body: string, secret = account.appSecret) =>
  createHash('md5').update(`${account.appKey}${body}${secret}`).digest('hex')

type State = {
  mischief: Mischief | undefined
  skewMs: number
  calls: number
  last: string | undefined
  lifeSeconds: number
}

export type DoudianWorld = ChannelWorld & {
  /** A request of after-sales in the vendor's own shape (afterSale.Detail). */
  request(raw: Plain): void
  /** Tokens given from now on live so long. */
  tokenLife(seconds: number): void
  readonly methods: string[]
  readonly url: string
}

const ok = (data: unknown) => ({ code: 10000, msg: 'success', sub_code: '', sub_msg: '', data, log_id: '2026' })
const no = (sub_code: string, sub_msg: string) => ({ code: 40004, msg: 'failed', sub_code, sub_msg, log_id: '2026' })

/** 抖店 as it is documented: refuses wrong signatures, old timestamps, dead tokens and pages beyond 100, and lies when told. */
export async function openDoudian(): Promise<DoudianWorld> {
  const base = movableClock()
  const clock = { ...base, sleep: async (ms: number) => base.setOffset(base.offsetMs() + Math.ceil(ms)) }
  const state: State = { mischief: undefined, skewMs: 0, calls: 0, last: undefined, lifeSeconds: tokenLifeSeconds }
  const orders = new Map<string, PlainOrder>()
  const requests = new Map<string, Plain>()
  const tokens = new Map<string, number>()
  const methods: string[] = []
  const now = () => clock.nowMs() + state.skewMs

  const newToken = () => {
    const token = `token-${state.calls}`
    tokens.clear()
    tokens.set(token, now() + state.lifeSeconds * 1_000)
    if (state.mischief === 'token') state.mischief = undefined
    const expires_in = state.lifeSeconds
    state.lifeSeconds = tokenLifeSeconds
    return ok({ access_token: token, expires_in, refresh_token: `refresh-${token}`, shop_id: Number(account.shopId) })
  }
  const page = (rows: readonly Plain[], body: Plain, list: string) => {
    const [number, size] = [Number(body.page), Number(body.size)]
    if (!(size >= 1 && size <= pageSize)) return no('isv.parameter-invalid', 'size must be 1..100')
    const from = state.mischief === 'repeated-page' ? 0 : number * size
    const part = rows.slice(from, from + size)
    const shown = state.mischief === 'half-page' ? part.slice(0, Math.floor(part.length / 2)) : part
    return ok({ total: rows.length, page: number, size, [list]: shown })
  }
  const span = (from: Json | undefined, to: Json | undefined, atMs: number) =>
    atMs >= Number(from) * 1_000 && atMs <= Number(to) * 1_000
  const routes: Readonly<Record<string, (body: Plain) => unknown>> = {
    'order.searchList': (body) => {
      const inside = [...orders.values()]
        .filter(({ modifiedAtMs }) => span(body.update_time_start, body.update_time_end, modifiedAtMs))
        .sort((a, b) => a.modifiedAtMs - b.modifiedAtMs)
      if (body.order_asc !== true) inside.reverse()
      return page(
        inside.map((one) => shaped(one, state)),
        body,
        'shop_order_list',
      )
    },
    'order.orderDetail': (body) => {
      const order = orders.get(String(body.shop_order_id))
      return order === undefined
        ? no('isv.business-failed', '订单不存在')
        : ok({ shop_order_detail: shaped(order, state) })
    },
    'afterSale.List': (body) => {
      const inside = [...requests].filter(([, raw]) =>
        span(body.update_start_time, body.update_end_time, Number(jsonAt(raw, ...infoPath, 'update_time')) * 1_000),
      )
      return page(
        inside.map(([no]) => ({ aftersale_info: { aftersale_id: no }, order_info: {} })),
        body,
        'items',
      )
    },
    'afterSale.Detail': (body) => {
      const found = requests.get(String(body.after_sale_id))
      return found === undefined ? no('isv.business-failed', '售后单不存在') : ok(found)
    },
  }

  const app = new Hono()
  app.use(async (context, next) => {
    state.calls += 1
    if (state.mischief === 'down') return context.text('bad gateway', 503)
    await next()
    context.header('date', new Date(now()).toUTCString())
    return undefined
  })
  app.post('/*', async (context) => {
    const text = await context.req.text()
    const query = context.req.query()
    const method = query.method ?? ''
    methods.push(method)
    const answer = (): unknown => {
      if (context.req.path !== `/${method.replaceAll('.', '/')}`)
        return no('isv.invalid-method', 'path and method differ')
      const signed = `app_key${query.app_key}method${method}param_json${text}timestamp${query.timestamp}v2`
      const sign = createHmac('sha256', account.appSecret)
        .update(`${account.appSecret}${signed}${account.appSecret}`)
        .digest('hex')
      if (sign !== query.sign || query.v !== '2') return no('isv.signature-invalid', '签名校验失败')
      if (Math.abs(now() - Number(query.timestamp) * 1_000) > timestampWindowMs)
        return no('isv.invalid-timestamp', '时间戳超出允许范围')
      const body = parseJson(text) as Plain
      if (method === 'token.create')
        return body.grant_type === 'authorization_self' && body.shop_id === account.shopId
          ? newToken()
          : no('isv.parameter-invalid', 'shop_id')
      if (method === 'token.refresh') return newToken()
      const untilMs = tokens.get(query.access_token ?? '')
      if (untilMs === undefined || untilMs < now() || state.mischief === 'token')
        return no('isv.access-token-expired:10005', 'access_token已过期')
      if (state.mischief === 'busy') return no('isv.rate-limit', '请求被限流')
      if (state.mischief === 'failed') return no('isv.permission-denied', '权限不足')
      return routes[method]?.(body) ?? no('isv.invalid-method', 'unknown')
    }
    // ids of lines go out as the platform sends them: bare and beyond 2^53
    const body = JSON.stringify(answer()).replace(/"(product_id|sku_id|p_id)":"(\d{17,})"/g, '"$1":$2')
    return context.body(body, 200, { 'content-type': 'application/json' })
  })
  const door = await listen(app)
  const connector = doudian.open(
    'doudian',
    { shop: '抖音旗舰店', defaultCarrier: 'ZTO', baseUrl: door.url, ...account },
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
    methods,
    put: (order) => {
      orders.set(order.orderNo, order)
      state.last = order.orderNo
    },
    request: (raw) => void requests.set(String(jsonAt(raw, ...infoPath, 'after_sale_id')), raw),
    tokenLife: (seconds) => {
      state.lifeSeconds = seconds
    },
    orderNo: (n) => String(6_936_476_692_437_000_000n + BigInt(n)),
    misbehave: (how) => {
      state.mischief = how
    },
    skewMs: (ms) => {
      state.skewMs = ms
    },
    calls: () => state.calls,
    push: (orderNo, key) => {
      const data = `{"p_id":${orderNo},"shop_id":${account.shopId},"order_status":2,"update_time":1764000000}`
      const body = JSON.stringify([{ tag: '101', msg_id: key, data }])
      const headers = { 'content-type': 'application/json', 'app-id': account.appKey, 'event-sign': eventSign(body) }
      return { headers, body, ack: '{"code":0,"msg":"success"}' }
    },
    url: door.url,
    close: () => door.close(),
  }
}

const infoPath = ['process_info', 'after_sale_info'] as const

function shaped(order: PlainOrder, { mischief, last }: State): Plain {
  const seconds = (ms: number) => Math.floor(ms / 1_000)
  const raw = parseJson(fixture('order.json')) as Plain
  const [item] = raw.sku_order_list as readonly Plain[]
  const isPaid = order.state !== 'pending_payment' && order.state !== 'cancelled'
  const isOut = order.waybillNo !== undefined
  return {
    ...raw,
    order_id: order.orderNo,
    order_status: order.code ?? codes[order.state],
    main_status: order.state === 'cancelled' ? 21 : 2,
    create_time: seconds(order.createdAtMs),
    update_time: seconds(order.modifiedAtMs),
    pay_time: isPaid ? seconds(order.createdAtMs) : 0,
    pay_amount: Number(order.paidFen),
    ship_time: isOut ? seconds(order.modifiedAtMs) : 0,
    finish_time: order.state === 'signed' ? seconds(order.modifiedAtMs) : 0,
    buyer_words: order.remark ?? '',
    logistics_info: isOut
      ? [{ tracking_no: order.waybillNo ?? '', company: 'zhongtong', company_name: '中通快递' }]
      : [],
    sku_order_list:
      mischief === 'wrong-type' && order.orderNo === last
        ? 'none'
        : order.lines.map(({ key, sku, name, qty }) => ({
            ...item,
            order_id: key,
            code: sku,
            product_name: name,
            item_num: qty,
          })),
  }
}

export const doudianSubject: ChannelSubject = { name: 'doudian', pageSize, open: openDoudian }
