import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Hono } from 'hono'
import { kuaidi100 } from '../../src/connectors/kuaidi100.ts'
import type { Tracker } from '../../src/hub/tracker-port.ts'
import { movableClock } from '../../src/runtime/clock.ts'
import type { Log } from '../../src/runtime/log.ts'
import { vendor } from '../../src/runtime/vendor-call.ts'
import { listen } from '../kit/listen.ts'
import { memoryToken } from './memory-ports.ts'

export const account = {
  customer: 'DEMOCUSTOMER0001',
  appSecret: 'demoKey0001',
  salt: 'saltsalt',
  pathSecret: 'a-path-nobody-guesses-0003',
}

export const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/kuaidi100/${name}`, import.meta.url), 'utf8').trim()

export type Row = {
  readonly ftime?: unknown
  readonly time?: unknown
  readonly context: string
  readonly statusCode?: string | number
  readonly areaName?: string
}

export type Kuaidi100World = {
  readonly tracker: Tracker
  readonly url: string
  put(nu: string, state: string, data: unknown): void
  /** `subscribe company number phone` and `query com num phone`. */
  readonly asked: readonly string[]
  /** The parameters of the newest subscription. */
  subscription(): Readonly<Record<string, unknown>> | undefined
  /** What every call is refused with; HTTP stays 200. */
  refuse(returnCode: string | undefined): void
  down(isDown: boolean): void
  /** So much later by its clock and the connector's. */
  later(ms: number): void
  /** A push as the vendor sends it, whole form; upper hex as its SDK does it. */
  push(param: string, salt?: string): string
  check(): Promise<void>
  close(): Promise<void>
}

const md5 = (text: string) => createHash('md5').update(text).digest('hex').toUpperCase()
const companies =
  /^(?:shunfeng|yuantong|zhongtong|shentong|yunda|jtexpress|jd|ems|youzhengguonei|debangkuaidi|danniao)$/

/** 快递100 as it is documented: forms in, codes inside an answer that is HTTP 200. */
export async function openKuaidi100(
  log: Log,
  publicUrl: string | null = 'https://desk.example',
): Promise<Kuaidi100World> {
  const base = movableClock()
  const clock = { ...base, sleep: async (ms: number) => base.setOffset(base.offsetMs() + Math.ceil(ms)) }
  const parcels = new Map<string, { readonly state: string; readonly data: unknown }>()
  const subscribed = new Set<string>()
  const asked: string[] = []
  const state = { refusal: undefined as string | undefined, down: false }
  let subscription: Readonly<Record<string, unknown>> | undefined
  const no = (returnCode: string) => ({ result: false, returnCode, message: 'refused' })

  const app = new Hono()
  app.use(async (context, next) => (state.down ? context.text('bad gateway', 503) : next()))
  app.post('/poll', async (context) => {
    const form = new URLSearchParams(await context.req.text())
    const param = JSON.parse(form.get('param') ?? '{}') as Record<string, unknown>
    const back = (param.parameters ?? {}) as Record<string, string>
    if (form.get('schema') !== 'json' || param.key !== account.appSecret) return context.json(no('600'))
    if (state.refusal !== undefined) return context.json(no(state.refusal))
    const [company, number] = [String(param.company), String(param.number)]
    asked.push(['subscribe', company, number, back.phone].filter((one) => one !== '').join(' '))
    if (!companies.test(company)) return context.json(no('700'))
    if (!/^[A-Z0-9]{10,18}$/.test(number)) return context.json(no('701'))
    if (back.resultv2 !== '4' || !back.callbackurl?.startsWith('https://')) return context.json(no('701'))
    subscription = back
    if (subscribed.has(number)) return context.json(no('501'))
    subscribed.add(number)
    return context.json({ result: true, returnCode: '200', message: '提交成功' })
  })
  app.post('/poll/query.do', async (context) => {
    const form = new URLSearchParams(await context.req.text())
    const text = form.get('param') ?? ''
    if (
      form.get('customer') !== account.customer ||
      form.get('sign') !== md5(text + account.appSecret + account.customer)
    )
      return context.json(no('503'))
    if (state.refusal !== undefined) return context.json(no(state.refusal))
    const { com = '', num = '', phone = '' } = JSON.parse(text) as Record<string, string>
    asked.push(['query', com, num, phone].filter((one) => one !== '').join(' '))
    const parcel = parcels.get(num)
    if (/^(?:shunfeng|zhongtong)$/.test(com) && phone === '') return context.json(no('408'))
    if (parcel === undefined) return context.json(no('500'))
    return context.json({ message: 'ok', nu: num, ischeck: '0', com, status: '200', ...parcel })
  })
  const door = await listen(app)
  const connector = kuaidi100.open(
    'kuaidi100',
    { ...account, baseUrl: door.url },
    {
      clock,
      tokens: memoryToken(() => clock.nowMs()),
      log,
      vendor: (options) => vendor({ ...options, clock }),
      publicUrl: publicUrl ?? undefined,
    },
  )
  if (connector.tracker === undefined) throw new Error('no tracker')
  return {
    tracker: connector.tracker,
    url: door.url,
    put: (nu, whole, data) => void parcels.set(nu, { state: whole, data }),
    asked,
    subscription: () => subscription,
    refuse: (returnCode) => {
      state.refusal = returnCode
    },
    down: (isDown) => {
      state.down = isDown
    },
    later: (ms) => base.setOffset(base.offsetMs() + ms),
    push: (param, salt = account.salt) => new URLSearchParams({ sign: md5(param + salt), param }).toString(),
    check: () => connector.check(new AbortController().signal),
    close: () => door.close(),
  }
}
