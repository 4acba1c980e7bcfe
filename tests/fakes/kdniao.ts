import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Hono } from 'hono'
import { kdniao } from '../../src/connectors/kdniao.ts'
import type { Tracker } from '../../src/hub/tracker-port.ts'
import { movableClock } from '../../src/runtime/clock.ts'
import type { Log } from '../../src/runtime/log.ts'
import { vendor } from '../../src/runtime/vendor-call.ts'
import { listen } from '../kit/listen.ts'
import { memoryToken } from './memory-ports.ts'

const account = { eBusinessId: '1237100', appSecret: 'demo-app-key-of-kdniao' }

export const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/kdniao/${name}`, import.meta.url), 'utf8').trim()

export type Trace = {
  readonly AcceptTime: unknown
  readonly AcceptStation: string
  readonly Action?: string
  readonly Location?: string
}
export type Parcel = {
  readonly LogisticCode: string
  readonly ShipperCode: string
  readonly State: string
  readonly StateEx?: string
  readonly Traces: readonly Trace[]
}

export type KdniaoWorld = {
  readonly tracker: Tracker
  put(parcel: Parcel): void
  /** `RequestType LogisticCode`, and the phone's tail where one came. */
  readonly asked: readonly string[]
  /** What every call is refused with, in words; HTTP stays 200. */
  refuse(reason: string | undefined): void
  down(isDown: boolean): void
  /** So much later by its clock and the connector's. */
  later(ms: number): void
  /** A push as the vendor sends it, whole form. */
  push(data: string, type?: string, key?: string): string
  check(): Promise<void>
  close(): Promise<void>
}

/** 快递鸟 as it is documented: everything in a form, refusals in words with HTTP 200. */
export async function openKdniao(log: Log, paid = false): Promise<KdniaoWorld> {
  const base = movableClock()
  const clock = { ...base, sleep: async (ms: number) => base.setOffset(base.offsetMs() + Math.ceil(ms)) }
  const parcels = new Map<string, Parcel>()
  const subscribed = new Set<string>()
  const asked: string[] = []
  const state = { refusal: undefined as string | undefined, down: false }
  const types = paid ? { query: '8001', subscribe: '8008' } : { query: '1002', subscribe: '1008' }
  const answer = (more: object) => ({ EBusinessID: account.eBusinessId, ...more })
  const no = (Reason: string) => answer({ Success: false, Reason, ResultCode: '105' })

  const app = new Hono()
  app.post('/Ebusiness/EbusinessOrderHandle.aspx', async (context) => {
    if (state.down) return context.text('bad gateway', 502)
    const form = new URLSearchParams(await context.req.text())
    const text = form.get('RequestData') ?? ''
    if (form.get('EBusinessID') !== account.eBusinessId || form.get('DataType') !== '2')
      return context.json(no('非法参数，EBusinessID有误'))
    if (form.get('DataSign') !== signOf(text, account.appSecret)) return context.json(no('数字签名(DataSign)错误'))
    if (state.refusal !== undefined) return context.json(no(state.refusal))
    const data = JSON.parse(text) as Record<string, string>
    const { ShipperCode = '', LogisticCode = '', CustomerName = '' } = data
    asked.push([form.get('RequestType'), LogisticCode, CustomerName].filter((one) => one !== '').join(' '))
    if (!/^(?:SF|YTO|ZTO|STO|YD|JTSD|JD|EMS|DBL|YZPY)$/.test(ShipperCode)) return context.json(no('快递公司编码不正确'))
    if (form.get('RequestType') === types.subscribe) {
      if (!/^[A-Z0-9]{10,18}$/.test(LogisticCode)) return context.json(no('物流单号格式错误，单号不正确'))
      if (subscribed.has(LogisticCode)) return context.json(no('该单号已订阅，请勿重复订阅'))
      subscribed.add(LogisticCode)
      return context.json(answer({ UpdateTime: '2026-11-23 10:00:00', Success: true, Reason: '' }))
    }
    if (form.get('RequestType') !== types.query) return context.json(no('未购买该接口套餐'))
    const parcel = parcels.get(LogisticCode)
    if (parcel === undefined || (ShipperCode === 'SF' && CustomerName === ''))
      return context.json(
        answer({ ShipperCode, LogisticCode, Success: true, State: '0', Reason: '暂无轨迹信息', Traces: [] }),
      )
    return context.json(answer({ Success: true, Reason: '', ...parcel }))
  })
  const door = await listen(app)
  const connector = kdniao.open(
    'kdniao',
    { ...account, paid, baseUrl: door.url },
    {
      clock,
      tokens: memoryToken(() => clock.nowMs()),
      log,
      vendor: (options) => vendor({ ...options, clock }),
      publicUrl: undefined,
    },
  )
  if (connector.tracker === undefined) throw new Error('no tracker')
  return {
    tracker: connector.tracker,
    put: (parcel) => void parcels.set(parcel.LogisticCode, parcel),
    asked,
    refuse: (reason) => {
      state.refusal = reason
    },
    down: (isDown) => {
      state.down = isDown
    },
    later: (ms) => base.setOffset(base.offsetMs() + ms),
    push: (data, type = '101', key = account.appSecret) =>
      new URLSearchParams({ RequestType: type, RequestData: data, DataSign: signOf(data, key) }).toString(),
    check: () => connector.check(new AbortController().signal),
    close: () => door.close(),
  }
}

const signOf = (text: string, key: string) =>
  Buffer.from(
    createHash('md5')
      .update(text + key)
      .digest('hex'),
  ).toString('base64')
