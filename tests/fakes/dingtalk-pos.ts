import { createCipheriv, createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Hono } from 'hono'
import { dingtalkPos } from '../../src/connectors/dingtalk-pos.ts'
import { openEnvelope } from '../../src/connectors/weixin-crypt.ts'
import { movableClock } from '../../src/runtime/clock.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { vendor } from '../../src/runtime/vendor-call.ts'
import type { ChannelSubject, Mischief as Lie, PlainOrder } from '../contracts/channel-subject.ts'
import { listen } from '../kit/listen.ts'
import { memoryToken } from './memory-ports.ts'

export const account = {
  shop: '杭州门店',
  appKey: 'dingposdemo',
  appSecret: 'demo-secret-of-the-pos-app',
  processCode: 'PROC-POS-1',
  eventToken: 'demo-event-token',
  eventAesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
}

export type Instance = Readonly<Record<string, unknown>> & {
  readonly formComponentValues?: readonly Readonly<Record<string, unknown>>[]
}
export const instance = JSON.parse(
  readFileSync(new URL('../fixtures/dingtalk-pos/instance.json', import.meta.url), 'utf8'),
) as Instance

type Mischief = Exclude<Lie, 'half-page'> | undefined

/** DingTalk's workflow API as documented: token in a header, lists by the time a form was begun, 20 ids a page. */
export async function openPos(options: { readonly events?: boolean } = {}) {
  const base = movableClock()
  const clock = { ...base, sleep: async (ms: number) => base.setOffset(base.offsetMs() + Math.ceil(ms)) }
  const forms = new Map<string, { readonly startedMs: number; readonly code: string; readonly body: Instance }>()
  const asked: string[] = []
  const state = { how: undefined as Mischief, token: 1, busyLeft: 0 }
  const no = (code: string, status: 400 | 401 | 403 | 404) =>
    Response.json({ code, message: 'refused', requestid: 'R' }, { status })

  const app = new Hono()
  app.post('/v1.0/oauth2/accessToken', async (context) => {
    const { appKey, appSecret } = await context.req.json()
    if (appKey !== account.appKey || appSecret !== account.appSecret) return no('invalidClientIdOrSecret', 400)
    return context.json({ accessToken: `token-${state.token}`, expireIn: 7_200 })
  })
  app.use('/v1.0/workflow/*', async (context, next) => {
    asked.push(`${context.req.method} ${context.req.path}`)
    if (state.how === 'down') return context.text('bad gateway', 502)
    if (context.req.header('x-acs-dingtalk-access-token') !== `token-${state.token}`)
      return no('InvalidAuthentication', 401)
    if (state.busyLeft > 0) {
      state.busyLeft -= 1
      return no('Forbidden.AccessDenied.QpsLimitForApi', 403)
    }
    if (state.how === 'failed') return context.json({ success: 'false', code: 'inner', message: 'x' })
    return next()
  })
  app.get('/v1.0/workflow/processInstances', (context) => {
    const found = forms.get(context.req.query('processInstanceId') ?? '')
    return found === undefined
      ? no('processInstanceNotExist', 400)
      : context.json({ success: 'true', result: found.body })
  })
  app.post('/v1.0/workflow/processes/instanceIds/query', async (context) => {
    const wanted = await context.req.json()
    if (!(wanted.maxResults <= 20) || wanted.endTime - wanted.startTime > 120 * 86_400_000)
      return no('invalidParameter', 400)
    const fit = [...forms].filter(
      ([, { startedMs, code, body }]) =>
        code === wanted.processCode &&
        startedMs >= wanted.startTime &&
        startedMs <= wanted.endTime &&
        (wanted.statuses ?? [body.status]).includes(body.status),
    )
    const start = state.how === 'repeated-page' ? 0 : wanted.nextToken
    const more = start + wanted.maxResults < fit.length || state.how === 'repeated-page'
    const list = fit.slice(start, start + wanted.maxResults).map(([id]) => id)
    return context.json({ success: true, result: { list, ...(more && { nextToken: start + wanted.maxResults }) } })
  })
  const door = await listen(app)
  const { eventToken, eventAesKey, ...plain } = account
  const connector = dingtalkPos.open(
    'dingtalk-pos',
    { ...plain, ...(options.events !== false && { eventToken, eventAesKey }), fields: {}, baseUrl: door.url },
    {
      clock,
      tokens: memoryToken(() => clock.nowMs()),
      log: silentLog,
      vendor: (given) => vendor({ ...given, clock }),
      publicUrl: undefined,
    },
  )
  const [channel] = connector.channels ?? []
  if (channel === undefined) throw new Error('no channel')
  return {
    channel,
    clock,
    asked,
    check: connector.check,
    put: (id: string, body: Instance, startedMs: number, code = account.processCode) =>
      void forms.set(id, { body, startedMs, code }),
    /** busy for so many calls. */
    misbehave: (how: Mischief, calls = 2) => {
      state.how = how
      state.busyLeft = how === 'busy' ? calls : 0
      if (how === 'token') state.token += 1
    },
    event: (fields: object, over: { readonly token?: string; readonly owner?: string } = {}) => {
      const encrypt = sealed(JSON.stringify(fields), over.owner ?? account.appKey)
      const [timestamp, nonce] = ['1764000000000', 'n1']
      const parts = [over.token ?? account.eventToken, timestamp, nonce, encrypt].sort().join('')
      const query = new URLSearchParams({
        msg_signature: createHash('sha1').update(parts).digest('hex'),
        timestamp,
        nonce,
      })
      return { query, body: JSON.stringify({ encrypt }) }
    },
    close: () => door.close(),
  }
}

export type PosWorld = Awaited<ReturnType<typeof openPos>>

const beijing = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 16)
const yuan = (fen: bigint) => `${fen / 100n}.${String(fen % 100n).padStart(2, '0')}`
const begunMs = Date.parse('2026-11-23T08:00:00+08:00')

/** The form a plain order is filed with; one that never goes through is a form that is not agreed to. */
function formOf(order: PlainOrder, spoilt: boolean): Instance {
  const goods = order.lines.map(({ sku, name, qty }) => ({
    rowValue: [
      { label: '商品', value: name },
      { label: '商品编码', value: sku },
      { label: '数量', value: String(qty) },
    ],
  }))
  const fields: Readonly<Record<string, unknown>> = {
    下单时间: beijing(order.createdAtMs).replace('T', ' '),
    物流方式: '中通快递',
    商品明细: JSON.stringify(goods),
    备注: order.remark ?? '',
    ...(order.state !== 'pending_payment' && { 实付金额: yuan(order.paidFen), 付款方式: '微信' }),
  }
  const values = Object.entries(fields).map(([name, value]) => ({ id: name, name, value }))
  return {
    ...instance,
    businessId: order.orderNo,
    createTime: `${beijing(begunMs)}Z`,
    finishTime: `${beijing(order.modifiedAtMs)}Z`,
    formComponentValues: (spoilt ? 'none' : values) as NonNullable<Instance['formComponentValues']>,
  }
}

export const posSubject: ChannelSubject = {
  name: 'dingtalk-pos',
  pageSize: 20,
  cannot: {
    'half-page': 'a list gives ids and no total',
    skew: 'its calls are not signed by a clock',
    codes: 'a form is finished and agreed to, or no order',
    ship: 'a form says what is sold; what goes out is told by the warehouse',
  },
  open: async () => {
    const world = await openPos()
    const orders = new Map<string, PlainOrder>()
    let how: Mischief
    let last = ''
    const putAll = () => {
      for (const [no, order] of orders) world.put(no, formOf(order, how === 'wrong-type' && no === last), begunMs)
    }
    return {
      connector: { check: world.check, channels: [world.channel] },
      channel: world.channel,
      clock: world.clock,
      put: (order) => {
        orders.set(order.orderNo, order)
        last = order.orderNo
        putAll()
      },
      orderNo: (n) => `202611230800${String(n).padStart(9, '0')}`,
      misbehave: (next) => {
        how = next as Mischief
        world.misbehave(how, Number.POSITIVE_INFINITY)
        putAll()
      },
      skewMs: () => undefined,
      calls: () => world.asked.length,
      push: (orderNo, key) => {
        const { query, body } = world.event({
          EventType: 'bpms_instance_change',
          eventId: key,
          type: 'finish',
          result: 'agree',
          processInstanceId: orderNo,
          processCode: account.processCode,
        })
        const ack = (answer: string) =>
          openEnvelope(account.eventAesKey, JSON.parse(answer).encrypt, account.appKey) === 'success'
        return { query: String(query), headers: {}, body, ack }
      },
      close: world.close,
    }
  },
}

function sealed(text: string, owner: string): string {
  const key = Buffer.from(`${account.eventAesKey}=`, 'base64')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(Buffer.byteLength(text))
  const clear = Buffer.concat([Buffer.alloc(16, 7), length, Buffer.from(text), Buffer.from(owner)])
  const pad = 32 - (clear.length % 32)
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([cipher.update(Buffer.concat([clear, Buffer.alloc(pad, pad)])), cipher.final()]).toString(
    'base64',
  )
}
