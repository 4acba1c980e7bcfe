import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Hono } from 'hono'
import { jd } from '../../src/connectors/jd.ts'
import { movableClock } from '../../src/runtime/clock.ts'
import { type Json, jsonAt, parseJson } from '../../src/runtime/json.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { vendor } from '../../src/runtime/vendor-call.ts'
import type { ChannelSubject, ChannelWorld, Mischief, PlainOrder } from '../contracts/channel-subject.ts'
import { listen } from '../kit/listen.ts'
import { memoryToken } from './memory-ports.ts'

type Plain = { [key: string]: Json }
type Form = Readonly<Record<string, string>>

export const account = { appKey: 'yourappkey', appSecret: 'helloworld', refreshToken: 'refresh-0' }

const states: Readonly<Record<PlainOrder['state'], string>> = {
  pending_payment: 'NOT_PAY',
  paid: 'WAIT_SELLER_STOCK_OUT',
  shipped: 'WAIT_GOODS_RECEIVE_CONFIRM',
  signed: 'FINISHED_L',
  cancelled: 'TRADE_CANCELED',
}

const hourMs = 3_600_000
const clockLeewayMs = 10 * 60_000

export const fixture = (name: string) => readFileSync(new URL(`../fixtures/jd/${name}`, import.meta.url), 'utf8').trim()

type State = { mischief: Mischief | undefined; skewMs: number; calls: number; last: string | undefined }

export type JdWorld = ChannelWorld & {
  /** Fields of the order beside those of the plain one; undefined takes one away. */
  also(orderNo: string, more: Readonly<Record<string, Json | undefined>>): void
  /** The error every call is refused with from now on. */
  refuse(error: Plain | undefined): void
  /** Runs once, after so many list calls. */
  afterLists(count: number, run: () => void): void
  /** Every refresh token is used up: a person has to authorise anew. */
  endAuthorisation(): void
  readonly asked: Form[]
  readonly business: Form[]
  readonly renewals: string[]
}

const failed = (code: string, zh_desc: string, en_desc: string) => ({ error_response: { code, zh_desc, en_desc } })

/**
 * JOS as it is documented: reply keys spelt `responce`, only the fields that are named, only the states that are named, refuses bad
 * signs, old times, wide spans, tokens that ended; a refresh token works once.
 */
export async function openJd(given: Partial<typeof account & { accessToken: string }> = {}): Promise<JdWorld> {
  const base = movableClock()
  const clock = { ...base, sleep: async (ms: number) => base.setOffset(base.offsetMs() + Math.ceil(ms)) }
  const state: State = { mischief: undefined, skewMs: 0, calls: 0, last: undefined }
  const orders = new Map<string, PlainOrder>()
  const extras = new Map<string, Readonly<Record<string, Json | undefined>>>()
  const asked: Form[] = []
  const business: Form[] = []
  const renewals: string[] = []
  let refusal: Plain | undefined
  let after: { left: number; run: () => void } | undefined
  let token = given.accessToken ?? 'none yet'
  let refresh: string | undefined = account.refreshToken
  const now = () => clock.nowMs() + state.skewMs

  const shapedFor = (one: PlainOrder, fields: string | undefined): Plain => {
    const named = new Set((fields ?? 'orderId').split(','))
    const whole = { ...shaped(one, state), ...extras.get(one.orderNo) }
    const kept = Object.entries(whole).filter(([field, value]) => named.has(field) && value !== undefined)
    return Object.fromEntries(kept) as Plain
  }
  const search = (form: Form): object => {
    const [from, to] = [beijingMs(form.start_date), beijingMs(form.end_date)]
    const [no, size] = [Number(form.page), Number(form.page_size)]
    if (form.dateType !== '0' || form.sortType !== '1') return wrong('sortType or dateType')
    if (!(to >= from) || to - from > hourMs + 1_000) return wrong('end_date')
    if (!(no >= 1) || !(size >= 1 && size <= 100)) return wrong('page_size')
    const wanted = new Set((form.order_state ?? '').split(','))
    const all = [...orders.values()]
      .filter(({ modifiedAtMs }) => modifiedAtMs >= from && modifiedAtMs <= to)
      .filter((one) => wanted.has(one.code ?? states[one.state]))
      .sort((a, b) => b.modifiedAtMs - a.modifiedAtMs)
    const start = state.mischief === 'repeated-page' ? 0 : (no - 1) * size
    const whole = all.slice(start, start + size).map((one) => shapedFor(one, form.optional_fields))
    const rows = state.mischief === 'half-page' ? whole.slice(0, Math.floor(whole.length / 2)) : whole
    if (after !== undefined && --after.left === 0) after.run()
    return { searchorderinfo_result: { apiResult: fine, orderTotal: all.length, orderInfoList: rows } }
  }
  const get = (form: Form): object => {
    const order = orders.get(form.order_id ?? '')
    if (order === undefined) return { orderDetailInfo: { apiResult: { ...bad, chineseErrCode: '订单不存在' } } }
    return { orderDetailInfo: { apiResult: fine, orderInfo: shapedFor(order, form.optional_fields) } }
  }
  const routes: Readonly<Record<string, (form: Form) => object>> = {
    'jingdong.pop.order.enSearch': search,
    'jingdong.pop.order.enGet': get,
  }
  const answer = (form: Form): object => {
    const { sign = '', ...rest } = form
    const text = Object.keys(rest)
      .sort()
      .map((name) => `${name}${rest[name]}`)
      .join('')
    const { appSecret } = account
    const right = createHash('md5').update(`${appSecret}${text}${appSecret}`).digest('hex').toUpperCase()
    if (form.app_key !== account.appKey || sign !== right) return failed('12', '无效签名', 'Invalid signature')
    if (Math.abs(beijingMs(form.timestamp) - now()) > clockLeewayMs)
      return failed('11', '非法的时间戳参数', 'Invalid timestamp')
    if (form.access_token !== token) return failed('19', '无效access_token', 'Invalid access_token')
    if (refusal !== undefined) return { error_response: refusal }
    if (state.mischief === 'busy') return failed('66', '平台接口调用超限', 'call limited')
    const method = form.method ?? ''
    const route = routes[method]
    if (route === undefined) return failed('21', '无效方法', 'Invalid method')
    const params = JSON.parse(form['360buy_param_json'] ?? '{}') as Form
    business.push(params)
    const name = `${method.replaceAll('.', '_')}_responce`
    if (state.mischief === 'failed')
      return {
        [name]: { code: '0', searchorderinfo_result: { apiResult: { ...bad, chineseErrCode: '系统内部错误' } } },
      }
    return { [name]: { code: '0', ...route(params) } }
  }

  const app = new Hono()
  app.post('/routerjson', async (context) => {
    state.calls += 1
    if (state.mischief === 'down') return context.text('bad gateway', 503)
    if (state.mischief === 'token') {
      token = 'ended'
      state.mischief = undefined
    }
    const form = Object.fromEntries(new URLSearchParams(await context.req.text()))
    asked.push(form)
    context.header('date', new Date(now()).toUTCString())
    // ids are bare numbers beyond 2^53
    const text = JSON.stringify(answer(form)).replace(/"#(\d+)"/g, '$1')
    return context.body(text, 200, { 'content-type': 'application/json' })
  })
  app.post('/oauth2/refresh_token', async (context) => {
    const form = Object.fromEntries(new URLSearchParams(await context.req.text()))
    renewals.push(form.refresh_token ?? '')
    context.header('date', new Date(now()).toUTCString())
    const known = form.app_key === account.appKey && form.app_secret === account.appSecret
    if (!known || refresh === undefined || form.refresh_token !== refresh || form.grant_type !== 'refresh_token')
      return context.json({ code: 402, msg: 'refresh_token is invalid' })
    token = `token-${renewals.length}`
    refresh = `refresh-${renewals.length}`
    return context.json({ access_token: token, refresh_token: refresh, expires_in: 86_400, code: 0 })
  })

  const door = await listen(app)
  const connector = jd.open(
    'jd',
    { shop: '京东旗舰店', defaultCarrier: 'ZTO', baseUrl: door.url, oauthUrl: door.url, ...account, ...given },
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
    asked,
    business,
    renewals,
    put: (order) => {
      orders.set(order.orderNo, order)
      state.last = order.orderNo
    },
    also: (orderNo, more) => void extras.set(orderNo, more),
    refuse: (error) => {
      refusal = error
    },
    afterLists: (left, run) => {
      after = { left, run }
    },
    endAuthorisation: () => {
      token = 'ended'
      refresh = undefined
    },
    orderNo: (n) => `3102000000${String(n).padStart(8, '0')}`,
    misbehave: (how) => {
      state.mischief = how
    },
    skewMs: (ms) => {
      state.skewMs = ms
    },
    calls: () => state.calls,
    push: () => undefined,
    close: () => door.close(),
  }
}

const fine = { success: true, chineseErrCode: '', englishErrCode: '', numberCode: 0 }
const bad = { success: false, chineseErrCode: '', englishErrCode: '', numberCode: 9 }
const wrong = (field: string) => ({
  searchorderinfo_result: { apiResult: { ...bad, chineseErrCode: `参数${field}不正确` } },
})
const beijingMs = (text: string | undefined) => Date.parse(`${String(text).replace(' ', 'T')}+08:00`)
const beijing = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
const yuan = (fen: bigint) => `${fen / 100n}.${String(fen % 100n).padStart(2, '0')}`
const none = '0001-01-01 00:00:00'

function shaped(order: PlainOrder, { mischief, last }: State): Plain {
  const whole = jsonAt(
    parseJson(fixture('order.json')),
    'jingdong_pop_order_enGet_responce',
    'orderDetailInfo',
    'orderInfo',
  ) as Plain
  const paid = order.state !== 'pending_payment' && order.state !== 'cancelled'
  const ended = order.state === 'signed' || order.state === 'cancelled'
  const items = order.lines.map(({ key, sku, name, qty }) => ({
    skuId: key,
    outerSkuId: sku,
    skuName: name,
    itemTotal: String(qty),
  }))
  return {
    ...whole,
    orderId: `#${order.orderNo}`,
    orderState: order.code ?? states[order.state],
    orderStartTime: beijing(order.createdAtMs),
    modified: beijing(order.modifiedAtMs),
    paymentConfirmTime: paid ? beijing(order.createdAtMs) : none,
    orderEndTime: ended ? beijing(order.modifiedAtMs) : none,
    orderPayment: yuan(order.paidFen),
    freightPrice: '0.00',
    orderRemark: order.remark ?? '',
    waybill: order.waybillNo ?? '',
    logisticsId: order.waybillNo === undefined ? '' : '1499',
    itemInfoList: mischief === 'wrong-type' && order.orderNo === last ? 'none' : items,
  }
}

export const jdSubject: ChannelSubject = {
  name: 'jd',
  pageSize: 100,
  cannot: { push: 'it calls nobody back' },
  open: openJd,
}
