import { readFileSync } from 'node:fs'
import { Hono } from 'hono'
import { weixin } from '../../src/connectors/weixin.ts'
import { movableClock } from '../../src/runtime/clock.ts'
import { type Json, jsonAt, parseJson } from '../../src/runtime/json.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { vendor } from '../../src/runtime/vendor-call.ts'
import type { ChannelSubject, ChannelWorld, Mischief, PlainOrder } from '../contracts/channel-subject.ts'
import { listen } from '../kit/listen.ts'
import { memoryToken } from './memory-ports.ts'
import { type Keys, encrypt as seal, sign } from './wecom-crypt.ts'

type Plain = { [key: string]: Json }

export const account = {
  appId: 'wx0123456789abcdef',
  appSecret: 'secret-of-tests-0001',
  pushToken: 'token-of-tests',
  encodingAesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
}
const keys: Keys = { token: account.pushToken, encodingAesKey: account.encodingAesKey, receiveId: account.appId }

const codes: Readonly<Record<PlainOrder['state'], number>> = {
  pending_payment: 10,
  paid: 20,
  shipped: 30,
  signed: 100,
  cancelled: 250,
}

const pageSize = 100
const tokenLifeMs = 7_200_000

export const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/weixin/${name}`, import.meta.url), 'utf8').trim()

/** As the vendor writes ids: bare numbers, beyond what a double holds. */
const bare = (value: unknown) => JSON.stringify(value).replace(/"(\d{19})"/g, '$1')

type State = { mischief: Mischief | undefined; skewMs: number; calls: number; last: string | undefined }

export type WeixinWorld = ChannelWorld & {
  /** A request of after-sales in the vendor's own shape, keyed by its number. */
  request(raw: Plain): void
  /** A whole push of this clear text, in safe mode; signed with another token or for another app when told. */
  frame(clear: string, as?: Partial<Keys>, form?: 'json' | 'xml'): { readonly query: string; readonly body: string }
  /** How `has_more` is written from now on; undefined leaves it out. */
  writeMore(how: ((more: boolean) => Json | undefined) | undefined): void
  /** Paths in the order they were called. */
  readonly paths: string[]
}

/** 微信小店 as it is documented: refuses dead tokens, spans too long and pages too big, and lies when told. */
export async function openWeixin(): Promise<WeixinWorld> {
  const base = movableClock()
  const clock = { ...base, sleep: async (ms: number) => base.setOffset(base.offsetMs() + Math.ceil(ms)) }
  const state: State = { mischief: undefined, skewMs: 0, calls: 0, last: undefined }
  const orders = new Map<string, PlainOrder>()
  const requests = new Map<string, Plain>()
  const tokens = new Map<string, number>()
  const paths: string[] = []
  let written: ((more: boolean) => Json | undefined) | undefined
  const now = () => clock.nowMs() + state.skewMs

  const app = new Hono()
  app.use(async (context, next) => {
    state.calls += 1
    paths.push(context.req.path)
    if (state.mischief === 'down') return context.text('bad gateway', 503)
    await next()
    context.header('date', new Date(now()).toUTCString())
    return undefined
  })
  app.post('/cgi-bin/stable_token', async (context) => {
    const body = parseJson(await context.req.text()) as Plain
    if (body.grant_type !== 'client_credential' || body.appid !== account.appId || body.secret !== account.appSecret)
      return context.json({ errcode: 40125, errmsg: 'invalid appsecret' })
    const [known] = [...tokens].filter(([, untilMs]) => untilMs > now())
    if (known !== undefined && body.force_refresh !== true)
      return context.json({ access_token: known[0], expires_in: Math.floor((known[1] - now()) / 1_000) })
    tokens.clear()
    const token = `tok-${state.calls}`
    tokens.set(token, now() + tokenLifeMs)
    if (state.mischief === 'token') state.mischief = undefined
    return context.json({ access_token: token, expires_in: tokenLifeMs / 1_000 })
  })
  app.post('/channels/ec/*', async (context) => {
    const body = parseJson(await context.req.text()) as Plain
    const answer = (): unknown => {
      const untilMs = tokens.get(context.req.query('access_token') ?? '')
      if (untilMs === undefined || state.mischief === 'token') return { errcode: 40001, errmsg: 'invalid credential' }
      if (untilMs < now()) return { errcode: 42001, errmsg: 'access_token expired' }
      if (state.mischief === 'busy') return { errcode: 45011, errmsg: 'api minute-quota reach limit' }
      if (state.mischief === 'failed') return { errcode: 10020066, errmsg: 'inner error' }
      return routes[context.req.path]?.(body) ?? { errcode: 40066, errmsg: 'invalid url' }
    }
    return context.body(bare(answer()), 200, { 'content-type': 'application/json' })
  })

  const page = (ids: readonly string[], body: Plain, name: string) => {
    const start = Number(body.next_key ?? 0)
    const size = Number(body.page_size ?? pageSize)
    const rows = ids.slice(start, start + size)
    const more = start + size < ids.length
    if (state.mischief === 'half-page') return { errcode: 0, [name]: rows.slice(0, 1), has_more: true }
    if (state.mischief === 'repeated-page')
      return { errcode: 0, [name]: ids.slice(0, size), has_more: true, next_key: String(size) }
    const has_more = written === undefined ? more : written(more)
    return { errcode: 0, [name]: rows, has_more, next_key: more ? String(start + size) : '' }
  }
  const routes: Readonly<Record<string, (body: Plain) => unknown>> = {
    '/channels/ec/order/list/get': (body) => {
      const from = Number(jsonAt(body, 'update_time_range', 'start_time'))
      const to = Number(jsonAt(body, 'update_time_range', 'end_time'))
      if (!(to >= from) || to - from > 7 * 86_400 || body.create_time_range !== undefined)
        return { errcode: 10020003, errmsg: 'invalid time range' }
      if (!(Number(body.page_size) >= 1 && Number(body.page_size) <= pageSize))
        return { errcode: 10020003, errmsg: 'invalid page_size' }
      const inside = [...orders.values()].filter(({ modifiedAtMs }) => within(modifiedAtMs, from, to))
      return page(
        inside.map(({ orderNo }) => orderNo),
        body,
        'order_id_list',
      )
    },
    '/channels/ec/order/get': (body) => {
      const order = orders.get(String(body.order_id))
      if (order === undefined) return { errcode: 10020010, errmsg: 'order not exist' }
      return { errcode: 0, errmsg: 'ok', order: shaped(order, state) }
    },
    '/channels/ec/aftersale/getaftersalelist': (body) => {
      const [from, to] = [Number(body.begin_update_time), Number(body.end_update_time)]
      if (!(to >= from) || to - from > 86_400) return { errcode: 10020003, errmsg: 'invalid time range' }
      const inside = [...requests].filter(([, raw]) => within(Number(raw.update_time) * 1_000, from, to))
      return page(
        inside.map(([no]) => no),
        body,
        'after_sale_order_id_list',
      )
    },
    '/channels/ec/aftersale/getaftersaleorder': (body) => {
      const found = requests.get(String(body.after_sale_order_id))
      return found === undefined
        ? { errcode: 10020010, errmsg: 'after sale order not exist' }
        : { errcode: 0, after_sale_order: found }
    },
  }

  const door = await listen(app)
  const frame: WeixinWorld['frame'] = (clear, as = {}, form = 'json') => {
    const used = { ...keys, ...as }
    const sealed = seal(used, clear)
    const [timestamp, nonce] = [String(Math.floor(now() / 1_000)), '1514711492']
    const query = new URLSearchParams({
      signature: sign(used.token, timestamp, nonce, ''),
      timestamp,
      nonce,
      encrypt_type: 'aes',
      msg_signature: sign(used.token, timestamp, nonce, sealed),
    })
    const xml = `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[${sealed}]]></Encrypt></xml>`
    return {
      query: String(query),
      body: form === 'xml' ? xml : JSON.stringify({ ToUserName: 'gh_1', Encrypt: sealed }),
    }
  }
  const connector = weixin.open(
    'weixin',
    { shop: '微信小店', defaultCarrier: 'ZTO', baseUrl: door.url, ...account },
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
    frame,
    put: (order) => {
      orders.set(order.orderNo, order)
      state.last = order.orderNo
    },
    request: (raw) => void requests.set(String(raw.after_sale_order_id), raw),
    orderNo: (n) => String(3_705_115_058_471_000_000n + BigInt(n)),
    writeMore: (how) => {
      written = how
    },
    misbehave: (how) => {
      state.mischief = how
    },
    skewMs: (ms) => {
      state.skewMs = ms
    },
    calls: () => state.calls,
    push: (orderNo, key) => {
      // a push is told apart by its time
      const seconds = 1_764_000_000 + (Number.parseInt(Buffer.from(key).toString('hex').slice(-7), 16) % 1_000_000)
      const clear = bare({
        CreateTime: seconds,
        MsgType: 'event',
        Event: 'channels_ec_order_pay',
        order_info: { order_id: orderNo },
      })
      return { ...frame(clear), headers: { 'content-type': 'application/json' }, ack: 'success' }
    },
    close: () => door.close(),
  }
}

function within(atMs: number, from: number, to: number): boolean {
  return atMs >= from * 1_000 && atMs <= to * 1_000
}

function shaped(order: PlainOrder, { mischief, last }: State): Plain {
  const seconds = (ms: number) => Math.floor(ms / 1_000)
  const whole = parseJson(fixture('order.json'))
  const raw = jsonAt(whole, 'order') as Plain
  const detail = raw.order_detail as Plain
  const isPaid = order.state !== 'pending_payment' && order.state !== 'cancelled'
  const parcels =
    order.waybillNo === undefined
      ? []
      : [{ waybill_id: order.waybillNo, delivery_id: 'ZTO', delivery_time: seconds(order.modifiedAtMs) }]
  return {
    ...raw,
    order_id: order.orderNo,
    status: order.code ?? codes[order.state],
    create_time: seconds(order.createdAtMs),
    update_time: seconds(order.modifiedAtMs),
    order_detail: {
      ...detail,
      product_infos:
        mischief === 'wrong-type' && order.orderNo === last
          ? 'none'
          : order.lines.map(({ key, sku, name, qty }) => ({
              product_id: key,
              sku_id: '1',
              sku_code: sku,
              title: name,
              sku_cnt: qty,
            })),
      pay_info: isPaid ? { pay_time: seconds(order.createdAtMs), transaction_id: '42', payment_method: 1 } : {},
      price_info: { order_price: Number(order.paidFen), freight: 0 },
      delivery_info: { ...(detail.delivery_info as Plain), delivery_product_info: parcels },
      ext_info: {
        customer_notes: order.remark ?? '',
        ...(order.state === 'signed' && { confirm_receipt_time: seconds(order.modifiedAtMs) }),
      },
    },
  }
}

export const weixinSubject: ChannelSubject = {
  name: 'weixin',
  pageSize,
  cannot: { skew: 'no call is signed with a time' },
  open: openWeixin,
}
