import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Hono } from 'hono'
import { sfExpress } from '../../src/connectors/sf-express.ts'
import type { Tracker } from '../../src/hub/tracker-port.ts'
import { movableClock } from '../../src/runtime/clock.ts'
import type { Log } from '../../src/runtime/log.ts'
import { vendor } from '../../src/runtime/vendor-call.ts'
import { listen } from '../kit/listen.ts'
import { memoryToken } from './memory-ports.ts'

export const account = {
  partnerId: 'CDTEST01',
  checkword: 'demo-check-word-of-sf',
  pathSecret: 'a-path-nobody-guesses-0002',
}

export const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/sf-express/${name}`, import.meta.url), 'utf8').trim()

export type Route = {
  readonly acceptTime: unknown
  readonly acceptAddress?: string
  readonly opCode?: string | number
  readonly remark: string
  readonly secondaryStatusCode?: string
}

export type SfWorld = {
  readonly tracker: Tracker
  readonly url: string
  /** With the last digits of the receiver's phone, which the vendor compares. */
  put(mailNo: string, phoneTail: string, routes: readonly Route[]): void
  readonly asked: readonly string[]
  /** The gateway's code for the next calls; undefined = in order. */
  gateway(code: string | undefined): void
  /** The service's own code inside an answer that the gateway calls fine. */
  inner(code: string | undefined): void
  /** HTTP 503 for everything. */
  down(isDown: boolean): void
  /** So much later by its clock and the connector's. */
  later(ms: number): void
  skewMs(ms: number): void
  check(): Promise<void>
  close(): Promise<void>
}

const oldMs = 10 * 60_000

/** 顺丰 as it is documented: a signed form, the answer as JSON inside a text, no routes where the phone does not fit. */
export async function openSf(log: Log): Promise<SfWorld> {
  const base = movableClock()
  const clock = { ...base, sleep: async (ms: number) => base.setOffset(base.offsetMs() + Math.ceil(ms)) }
  const parcels = new Map<string, { readonly phoneTail: string; readonly routes: readonly Route[] }>()
  const asked: string[] = []
  const seen = new Set<string>()
  const state = {
    gateway: undefined as string | undefined,
    inner: undefined as string | undefined,
    skewMs: 0,
    down: false,
  }
  const now = () => clock.nowMs() + state.skewMs
  const outer = (code: string, data: unknown = '') => ({
    apiErrorMsg: code === 'A1000' ? '' : 'refused',
    apiResponseID: `R${asked.length}`,
    apiResultCode: code,
    apiResultData: data === '' ? null : JSON.stringify(data),
  })

  const app = new Hono()
  app.use(async (context, next) => (state.down ? context.text('bad gateway', 503) : next()))
  app.post('/std/service', async (context) => {
    context.header('date', new Date(now()).toUTCString())
    const form = new URLSearchParams(await context.req.text())
    const [msgData, timestamp] = [form.get('msgData') ?? '', form.get('timestamp') ?? '']
    if (form.get('partnerID') !== account.partnerId) return context.json(outer('A1004'))
    if (form.get('msgDigest') !== digestOf(msgData + timestamp + account.checkword)) return context.json(outer('A1006'))
    if (!(Math.abs(Number(timestamp) - now()) <= oldMs)) return context.json(outer('A1002'))
    const requestId = form.get('requestID') ?? ''
    if (seen.has(requestId) || requestId === '') return context.json(outer('A1007'))
    seen.add(requestId)
    if (state.gateway !== undefined) return context.json(outer(state.gateway))
    if (form.get('serviceCode') !== 'EXP_RECE_SEARCH_ROUTES') return context.json(outer('A1004'))
    if (state.inner !== undefined)
      return context.json(
        outer('A1000', { success: false, errorCode: state.inner, errorMsg: '系统异常', msgData: null }),
      )
    const wanted = JSON.parse(msgData) as { trackingNumber: string[]; checkPhoneNo?: string }
    asked.push([...wanted.trackingNumber, wanted.checkPhoneNo].filter((one) => one !== undefined).join(' '))
    const routeResps = wanted.trackingNumber.map((mailNo) => {
      const parcel = parcels.get(mailNo)
      const routes = parcel?.phoneTail === wanted.checkPhoneNo ? parcel?.routes : []
      return { mailNo, routes: routes ?? [] }
    })
    return context.json(outer('A1000', { success: true, errorCode: 'S0000', errorMsg: null, msgData: { routeResps } }))
  })
  const door = await listen(app)
  const connector = sfExpress.open(
    'sf-express',
    { ...account, baseUrl: door.url },
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
    url: door.url,
    put: (mailNo, phoneTail, routes) => void parcels.set(mailNo, { phoneTail, routes }),
    asked,
    gateway: (code) => {
      state.gateway = code
    },
    inner: (code) => {
      state.inner = code
    },
    down: (isDown) => {
      state.down = isDown
    },
    later: (ms) => base.setOffset(base.offsetMs() + ms),
    skewMs: (ms) => {
      state.skewMs = ms
    },
    check: () => connector.check(new AbortController().signal),
    close: () => door.close(),
  }
}

/** Java's URLEncoder, byte by byte: letters, digits and * - . _ stay, a space is +, the rest is percent. */
function digestOf(text: string): string {
  const encoded = [...Buffer.from(text)].map((byte) => {
    const char = String.fromCharCode(byte)
    if (/[A-Za-z0-9*._-]/.test(char)) return char
    return char === ' ' ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  })
  return createHash('md5').update(encoded.join('')).digest('base64')
}
