import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Hono } from 'hono'
import { tmall } from '../../src/connectors/tmall.ts'
import { movableClock } from '../../src/runtime/clock.ts'
import { type Json, jsonAt, parseJson } from '../../src/runtime/json.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { vendor } from '../../src/runtime/vendor-call.ts'
import type { ChannelSubject, ChannelWorld, Mischief, PlainOrder } from '../contracts/channel-subject.ts'
import { listen } from '../kit/listen.ts'
import { memoryToken } from './memory-ports.ts'

type Plain = { [key: string]: Json }
type Form = Readonly<Record<string, string>>

const account = { appKey: '12345678', appSecret: 'helloworld', sessionToken: 'session-of-the-shop' }

const states: Readonly<Record<PlainOrder['state'], string>> = {
  pending_payment: 'WAIT_BUYER_PAY',
  paid: 'WAIT_SELLER_SEND_GOODS',
  shipped: 'WAIT_BUYER_CONFIRM_GOODS',
  signed: 'TRADE_FINISHED',
  cancelled: 'TRADE_CLOSED_BY_TAOBAO',
}

const dayMs = 86_400_000
const clockLeewayMs = 10 * 60_000
const defaultTypes = 'guarantee_trade,auto_delivery,ec,cod,step'

export const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/tmall/${name}`, import.meta.url), 'utf8').trim()

type State = { mischief: Mischief | undefined; skewMs: number; calls: number; last: string | undefined }

export type TmallWorld = ChannelWorld & {
  /** A refund in the vendor's own shape. */
  refund(raw: Plain): void
  /** Fields of the trade beside those of the plain order. */
  also(orderNo: string, more: Plain): void
  /** The error every call is refused with from now on. */
  refuse(error: Plain | undefined): void
  /** Runs once, after so many list calls. */
  afterLists(count: number, run: () => void): void
  /** A message of the shop, waiting to be fetched. */
  message(id: string, topic: string, content: Plain | string, pubTime?: string): void
  /** Messages that were not confirmed: they come again with each call. */
  waiting(): readonly string[]
  /** The next confirmation is not heard. */
  loseConfirm(): void
  readonly asked: Form[]
}

const failed = (code: number, sub_code: string, sub_msg = '') => ({
  error_response: { code, msg: 'refused', sub_code, sub_msg, request_id: 'r1' },
})

/** The open platform as it is documented: newest change first, default types only, refuses bad signs, old times, wide spans. */
export async function openTmall(more: { readonly messageGroup?: string } = {}): Promise<TmallWorld> {
  const base = movableClock()
  const clock = { ...base, sleep: async (ms: number) => base.setOffset(base.offsetMs() + Math.ceil(ms)) }
  const state: State = { mischief: undefined, skewMs: 0, calls: 0, last: undefined }
  const orders = new Map<string, PlainOrder>()
  const extras = new Map<string, Plain>()
  const refunds = new Map<string, Plain>()
  const asked: Form[] = []
  const messages = new Map<string, Plain>()
  let [permitted, deaf] = [false, false]
  let refusal: Plain | undefined
  let after: { left: number; run: () => void } | undefined
  const now = () => clock.nowMs() + state.skewMs

  const page = (all: readonly { at: number; row: Plain }[], form: Form, names: readonly [string, string]) => {
    const [from, to] = [beijingMs(form.start_modified), beijingMs(form.end_modified)]
    const [no, size] = [Number(form.page_no), Number(form.page_size)]
    if (!(to >= from) || to - from > dayMs + 1_000) return failed(40, 'isv.invalid-parameter:end_modified')
    if (!(no >= 1) || !(size >= 1 && size <= 100)) return failed(41, 'isv.invalid-parameter:page_size')
    const rows = all.filter(({ at }) => at >= from && at <= to).sort((a, b) => b.at - a.at)
    const start = state.mischief === 'repeated-page' ? 0 : (no - 1) * size
    const whole = rows.slice(start, start + size).map(({ row }) => row)
    const told = state.mischief === 'half-page' ? whole.slice(0, Math.floor(whole.length / 2)) : whole
    if (after !== undefined && --after.left === 0) after.run()
    // an empty list misses its key
    return { total_results: rows.length, ...(told.length > 0 && { [names[0]]: { [names[1]]: told } }) }
  }
  const routes: Record<string, (form: Form) => Plain | ReturnType<typeof failed> | object> = {
    'taobao.trades.sold.increment.get': (form) => {
      const types = new Set((form.type ?? defaultTypes).split(','))
      const mine = [...orders.values()].filter(({ orderNo }) =>
        types.has(String(extras.get(orderNo)?.type ?? 'guarantee_trade')),
      )
      const all = mine.map((one) => ({
        at: one.modifiedAtMs,
        row: { tid: big(one.orderNo), modified: beijing(one.modifiedAtMs) },
      }))
      return page(all, form, ['trades', 'trade'])
    },
    'taobao.trade.fullinfo.get': (form) => {
      const order = orders.get(form.tid ?? '')
      if (order === undefined) return failed(15, 'isv.trade-not-exist')
      return { trade: shaped(order, extras.get(order.orderNo) ?? {}, state) }
    },
    'taobao.refunds.receive.get': (form) =>
      page(
        [...refunds.values()].map((row) => ({ at: beijingMs(String(row.modified)), row })),
        form,
        ['refunds', 'refund'],
      ),
    'taobao.refund.get': (form) => {
      const refund = refunds.get(form.refund_id ?? '')
      return refund === undefined ? failed(15, 'isv.refund-not-exist') : { refund }
    },
  }
  Object.assign(routes, {
    'taobao.tmc.user.permit': () => {
      permitted = true
      return { is_success: true }
    },
    'taobao.tmc.messages.consume': (form: Form) => {
      if (form.group_name !== 'shop-1') return failed(15, 'isv.group-not-exist')
      const quantity = Number(form.quantity)
      if (!(quantity >= 10 && quantity <= 200)) return failed(41, 'isv.invalid-parameter:quantity')
      const rows = permitted ? [...messages.values()].slice(0, quantity) : []
      return rows.length === 0 ? {} : { messages: { tmc_message: rows } }
    },
    'taobao.tmc.messages.confirm': (form: Form) => {
      const ids = (form.s_message_ids ?? '').split(',')
      if (form.group_name !== 'shop-1' || ids.length > 200) return failed(41, 'isv.invalid-parameter:s_message_ids')
      if (deaf) {
        deaf = false
        return failed(15, 'isp.service-unavailable')
      }
      for (const id of ids) messages.delete(id)
      return { is_success: true }
    },
  })
  const answer = (form: Form): object => {
    const { sign = '', ...rest } = form
    const pairs = Object.keys(rest).sort()
    const text = pairs.map((name) => `${name}${rest[name]}`).join('')
    const { appSecret } = account
    const right = createHash('md5').update(`${appSecret}${text}${appSecret}`).digest('hex').toUpperCase()
    if (form.app_key !== account.appKey || sign !== right) return failed(25, 'isv.invalid-signature')
    if (Math.abs(beijingMs(form.timestamp) - now()) > clockLeewayMs) return failed(31, 'isv.invalid-timestamp')
    if (form.session !== account.sessionToken) return failed(27, 'invalid-sessionkey')
    if (refusal !== undefined) return { error_response: refusal }
    if (state.mischief === 'busy') return failed(7, 'accesscontrol.limited', 'This ban will last for 3 more seconds')
    if (state.mischief === 'failed') return failed(11, 'isv.permission-api-package-limit')
    const method = form.method ?? ''
    const found = routes[method]?.(form) ?? failed(22, 'isv.invalid-method')
    const name = `${method.replace(/^taobao\./, '').replaceAll('.', '_')}_response`
    return 'error_response' in found ? found : { [name]: { ...found, request_id: 'r1' } }
  }

  const app = new Hono()
  app.post('/router/rest', async (context) => {
    state.calls += 1
    if (state.mischief === 'down') return context.text('bad gateway', 503)
    const form = Object.fromEntries(new URLSearchParams(await context.req.text()))
    asked.push(form)
    context.header('date', new Date(now()).toUTCString())
    // ids are bare numbers beyond 2^53
    const text = JSON.stringify(answer(form)).replace(/"#(\d+)"/g, '$1')
    return context.body(text, 200, { 'content-type': 'application/json' })
  })

  const door = await listen(app)
  const connector = tmall.open(
    'tmall',
    { shop: '天猫旗舰店', defaultCarrier: 'ZTO', baseUrl: door.url, ...account, ...more },
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
    put: (order) => {
      orders.set(order.orderNo, order)
      state.last = order.orderNo
    },
    also: (orderNo, more) => void extras.set(orderNo, more),
    refund: (raw) => void refunds.set(String(raw.refund_id), raw),
    refuse: (error) => {
      refusal = error
    },
    message: (id, topic, content, pubTime = beijing(now())) =>
      void messages.set(id, {
        id: big(id),
        topic,
        pub_time: pubTime,
        user_id: '#1',
        content: typeof content === 'string' ? content : JSON.stringify(content).replace(/"#(\d+)"/g, '$1'),
      }),
    waiting: () => [...messages.keys()],
    loseConfirm: () => {
      deaf = true
    },
    afterLists: (left, run) => {
      after = { left, run }
    },
    orderNo: (n) => `29000000000${String(n).padStart(8, '0')}`,
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

const big = (no: string) => `#${no}`
const beijingMs = (text: string | undefined) => Date.parse(`${String(text).replace(' ', 'T')}+08:00`)
const beijing = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
const yuan = (fen: bigint) => `${fen / 100n}.${String(fen % 100n).padStart(2, '0')}`

function shaped(order: PlainOrder, more: Plain, { mischief, last }: State): Plain {
  const whole = jsonAt(parseJson(fixture('trade.json')), 'trade_fullinfo_get_response', 'trade') as Plain
  const paid = order.state !== 'pending_payment' && order.state !== 'cancelled'
  const sent = order.waybillNo === undefined ? {} : { invoice_no: order.waybillNo, logistics_company: '中通快递' }
  const lines = order.lines.map(({ key, sku, name, qty }) => ({
    oid: key,
    outer_sku_id: sku,
    title: name,
    num: qty,
    payment: '0.00',
    ...sent,
  }))
  return {
    ...whole,
    tid: big(order.orderNo),
    status: order.code ?? states[order.state],
    created: beijing(order.createdAtMs),
    modified: beijing(order.modifiedAtMs),
    pay_time: paid ? beijing(order.createdAtMs) : '',
    consign_time: order.waybillNo === undefined ? '' : beijing(order.modifiedAtMs),
    end_time: order.state === 'signed' || order.state === 'cancelled' ? beijing(order.modifiedAtMs) : '',
    payment: yuan(order.paidFen),
    post_fee: '0.00',
    buyer_message: order.remark ?? '',
    orders: mischief === 'wrong-type' && order.orderNo === last ? 'none' : { order: lines },
    ...more,
  }
}

export const tmallSubject: ChannelSubject = {
  name: 'tmall',
  pageSize: 50,
  cannot: { push: 'it is read by timed lists', token: 'a session is renewed by a person only' },
  open: () => openTmall(),
}
