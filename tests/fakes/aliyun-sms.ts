import { createHash, createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Hono } from 'hono'
import { aliyunSms } from '../../src/connectors/aliyun-sms.ts'
import type { SmsVendor } from '../../src/hub/sms.ts'
import type { Clock } from '../../src/runtime/clock.ts'
import type { Log } from '../../src/runtime/log.ts'
import { vendor } from '../../src/runtime/vendor-call.ts'
import { listen } from '../kit/listen.ts'
import { memoryToken } from './memory-ports.ts'

export const account = {
  accessKeyId: 'LTAI5tDemoKeyOfTheDesk',
  accessKeySecret: 'demo-access-key-secret-01',
  signName: '样例茶铺',
  pathSecret: 'a-path-nobody-guesses-0001',
}

export const templates = [
  { purpose: 'overdue' as const, code: 'SMS_460001', text: `\${title}：\${about}。请到工作群处理。` },
]

export const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/aliyun-sms/${name}`, import.meta.url), 'utf8').trim()

export type Sent = {
  readonly phone: string
  readonly words: string
  readonly outId: string
  readonly bizId: string
  readonly atMs: number
}

export type AliyunWorld = {
  readonly sms: SmsVendor
  readonly url: string
  check(): Promise<void>
  /** Who got what. */
  readonly sent: readonly Sent[]
  /** Actions that were asked for, in order. */
  readonly asked: readonly string[]
  /** The next call is refused with these, though the HTTP status is 200. */
  refuse(...answers: readonly { readonly Code: string; readonly Message?: string }[]): void
  /** The next message is sent and its answer lost. */
  loseAnswer(): void
  /** Everything is in order again. */
  clear(): void
  /** How the templates stand; `content` replaces the words the vendor has. */
  approve(status: string, content?: string): void
  /** Its clock runs so much ahead. */
  skewMs(ms: number): void
  /** HTTP 503 for everything. */
  down(isDown: boolean): void
  receiptOf(message: Sent, more?: Readonly<Record<string, unknown>>): string
  close(): Promise<void>
}

const perNumberMinuteMs = 60_000
const oldMs = 15 * 60_000

/** 阿里云短信 as it is documented: refuses what is signed wrong, late or twice, and more than a message a minute to a number. */
export async function openAliyun(
  clock: Clock,
  log: Log,
  library: readonly {
    readonly purpose: 'overdue' | 'urgent'
    readonly code: string
    readonly text: string
  }[] = templates,
): Promise<AliyunWorld> {
  const sent: Sent[] = []
  const asked: string[] = []
  const nonces = new Set<string>()
  const refusals: { readonly Code: string; readonly Message?: string }[] = []
  const state = { loses: false, status: '1', content: undefined as string | undefined, skewMs: 0, down: false }
  const now = () => clock.nowMs() + state.skewMs
  const answer = (more: Readonly<Record<string, unknown>>) => ({ RequestId: `R-${asked.length}`, ...more })
  const textOf = (code: string | undefined) => library.find((one) => one.code === code)?.text

  type Action = (query: URLSearchParams) => Readonly<Record<string, unknown>>
  // pairs: the linter takes functions of these names for components
  const actions = new Map<string, Action>([
    [
      'SendSms',
      (query) => {
        const phone = query.get('PhoneNumbers') ?? ''
        const text = textOf(query.get('TemplateCode') ?? '')
        if (!/^1\d{10}$/.test(phone)) return { Code: 'isv.MOBILE_NUMBER_ILLEGAL', Message: '非法手机号' }
        if (query.get('SignName') !== account.signName)
          return { Code: 'isv.SMS_SIGNATURE_ILLEGAL', Message: '签名不合法' }
        if (text === undefined) return { Code: 'isv.SMS_TEMPLATE_ILLEGAL', Message: '短信模板不合法' }
        const values = JSON.parse(query.get('TemplateParam') ?? '{}') as Record<string, string>
        const names = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name)
        if (names.some((name) => values[name] === undefined))
          return { Code: 'isv.TEMPLATE_MISSING_PARAMETERS', Message: '模板变量中存在未赋值变量' }
        if (Object.values(values).some((value) => [...value].length > 35))
          return { Code: 'isv.PARAM_LENGTH_LIMIT', Message: '参数超过长度限制' }
        if (sent.some((one) => one.phone === phone && now() - one.atMs < perNumberMinuteMs))
          return { Code: 'isv.BUSINESS_LIMIT_CONTROL', Message: '触发分钟级流控Permits:1' }
        const words = `【${account.signName}】${text.replace(/\$\{(\w+)\}/g, (_, name: string) => values[name] ?? '')}`
        const bizId = `9${String(sent.length).padStart(17, '0')}^0`
        sent.push({ phone, words, outId: query.get('OutId') ?? '', bizId, atMs: now() })
        return { Code: 'OK', Message: 'OK', BizId: bizId }
      },
    ],
    [
      'QuerySendDetails',
      (query) => {
        const [size, page] = [Number(query.get('PageSize')), Number(query.get('CurrentPage'))]
        if (!(size >= 1 && size <= 50) || !(page >= 1)) return { Code: 'isv.INVALID_PARAMETERS', Message: '分页参数' }
        const rows = sent
          .filter(({ phone, atMs }) => phone === query.get('PhoneNumber') && dayOf(atMs) === query.get('SendDate'))
          .map(({ phone, words, outId }) => ({ PhoneNum: phone, SendStatus: 3, Content: words, OutId: outId }))
        const shown = rows.slice((page - 1) * size, page * size)
        return {
          Code: 'OK',
          Message: 'OK',
          TotalCount: String(rows.length),
          SmsSendDetailDTOs: { SmsSendDetailDTO: shown },
        }
      },
    ],
    [
      'QuerySmsTemplate',
      (query) => {
        const text = textOf(query.get('TemplateCode') ?? '')
        if (text === undefined) return { Code: 'isv.SMS_TEMPLATE_ILLEGAL', Message: '短信模板不合法' }
        return {
          Code: 'OK',
          Message: 'OK',
          TemplateStatus: Number(state.status),
          TemplateContent: state.content ?? text,
        }
      },
    ],
  ])

  const app = new Hono()
  app.post('/', async (context) => {
    context.header('date', new Date(now()).toUTCString())
    const action = context.req.header('x-acs-action') ?? ''
    asked.push(action)
    if (state.down) return context.json(answer({ Code: 'ServiceUnavailable' }), 503)
    const fault = faultOf(context.req.raw, now(), nonces)
    if (fault !== undefined) return context.json(answer({ Code: fault, Message: fault }), 400)
    const refusal = refusals.shift()
    if (refusal !== undefined) return context.json(answer({ Message: '', ...refusal }))
    const made = actions.get(action)?.(new URL(context.req.url).searchParams)
    if (made === undefined) return context.json(answer({ Code: 'InvalidAction.NotFound' }), 404)
    if (action !== 'SendSms' || !state.loses) return context.json(answer(made))
    state.loses = false
    return context.text('<html>bad gateway</html>', 502)
  })
  const door = await listen(app)
  const connector = aliyunSms.open(
    'aliyun-sms',
    aliyunSms.settings.parse({ ...account, templates: library, baseUrl: `${door.url}/` }),
    {
      clock,
      tokens: memoryToken(() => clock.nowMs()),
      log,
      vendor: (options) => vendor({ ...options, clock }),
      publicUrl: undefined,
    },
  )
  if (connector.sms === undefined) throw new Error('no sms')
  return {
    sms: connector.sms,
    url: door.url,
    check: () => connector.check(new AbortController().signal),
    sent,
    asked,
    refuse: (...answers) => void refusals.push(...answers),
    loseAnswer: () => {
      state.loses = true
    },
    clear: () => {
      refusals.length = 0
      state.loses = false
      state.down = false
    },
    approve: (status, content) => {
      state.status = status
      state.content = content
    },
    skewMs: (ms) => {
      state.skewMs = ms
    },
    down: (isDown) => {
      state.down = isDown
    },
    receiptOf: ({ phone, outId, bizId, atMs }, more = {}) =>
      JSON.stringify([
        {
          phone_number: phone,
          send_time: beijing(atMs),
          report_time: beijing(atMs + 5_000),
          success: true,
          err_code: 'DELIVERED',
          err_msg: '用户接收成功',
          sms_size: '1',
          biz_id: bizId,
          out_id: outId,
          ...more,
        },
      ]),
    close: () => door.close(),
  }
}

const beijing = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
const dayOf = (ms: number) => beijing(ms).slice(0, 10).replaceAll('-', '')
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const enc = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)

/** The signature checked as the vendor's page says, from the request as it came. */
function faultOf(request: Request, nowMs: number, nonces: Set<string>): string | undefined {
  const given = /^ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})$/.exec(
    request.headers.get('authorization') ?? '',
  )
  if (given === null) return 'MissingAuthorization'
  const [, credential, names = '', signature] = given
  if (credential !== account.accessKeyId) return 'InvalidAccessKeyId.NotFound'
  const at = Date.parse(request.headers.get('x-acs-date') ?? '')
  if (!(Math.abs(at - nowMs) <= oldMs)) return 'InvalidTimeStamp.Expired'
  const needed = [
    'host',
    'x-acs-action',
    'x-acs-content-sha256',
    'x-acs-date',
    'x-acs-signature-nonce',
    'x-acs-version',
  ]
  if (needed.some((name) => !names.split(';').includes(name))) return 'SignatureDoesNotMatch'
  const nonce = request.headers.get('x-acs-signature-nonce') ?? ''
  if (nonces.has(nonce)) return 'SignatureNonceUsed'
  nonces.add(nonce)
  const url = new URL(request.url)
  const query = [...url.searchParams]
    .map(([name, value]) => `${enc(name)}=${enc(value)}`)
    .sort()
    .join('&')
  const lines = names.split(';').map((name) => `${name}:${(request.headers.get(name) ?? '').trim()}\n`)
  const body = request.headers.get('x-acs-content-sha256') ?? ''
  const canonical = [request.method, url.pathname, query, lines.join(''), names, body].join('\n')
  const mine = createHmac('sha256', account.accessKeySecret)
    .update(`ACS3-HMAC-SHA256\n${sha256(canonical)}`)
    .digest('hex')
  return mine === signature && body === sha256('') ? undefined : 'SignatureDoesNotMatch'
}
