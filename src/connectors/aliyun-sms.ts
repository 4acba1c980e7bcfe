import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Hint, PushReading, ReadPush } from '../hub/channel-port.ts'
import type { SmsTaken, SmsVendor } from '../hub/sms.ts'
import { type SmsTemplate, smsPurposes, templateFaults, variablesOf } from '../hub/sms-templates.ts'
import { BadPayload, PlatformRefused, Unreachable } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText, parseJson } from '../runtime/json.ts'
import type { Log } from '../runtime/log.ts'
import type { Vendor } from '../runtime/vendor-call.ts'
import { aliyunTook } from '../text/zh-sms.ts'
import { adapter, addressForm, pathSecretForm } from './adapter.ts'
import { type AliyunCall, aliyunCalls } from './aliyun-calls.ts'
import { approved, numberLimit, numberRestMs, throttled } from './aliyun-codes.ts'
import { sameText } from './digests.ts'
import { beijingAt, beijingText, listAt, readEach, wholeAt } from './wire-values.ts'

const templateForm = z.strictObject({
  purpose: z.enum(smsPurposes),
  code: z.string().regex(/^SMS_\d{4,15}$/, 'must be the code of the template, SMS_ and digits'),
  text: z.string().min(1).max(500),
  // what a variable of the kind 其他 may hold (unconfirmed)
  mostChars: z.number().int().min(4).max(500).default(35),
})

const settings = z
  .strictObject({
    accessKeyId: z.string().min(1),
    accessKeySecret: z.string().min(16),
    signName: z.string().trim().min(2).max(24),
    pathSecret: pathSecretForm,
    templates: z.array(templateForm).min(1),
    baseUrl: addressForm('https://dysmsapi.aliyuncs.com/'),
  })
  .superRefine(({ templates }, context) => {
    for (const message of templateFaults(templates)) context.addIssue({ code: 'custom', message, path: ['templates'] })
  })

type Settings = z.infer<typeof settings>

/** Unconfirmed; far below what the vendor allows an account. */
const callsPerSecond = 10
const restAfterThrottlingMs = 5_000
const detailsPageSize = 50
/** Messages of one number and day; the vendor lets a number have 10 of a kind. */
const mostDetailPages = 4
const dayMs = 86_400_000

/** 阿里云短信: approved templates, receipts pushed without a signature (API 2017-05-25, read 2026-11-22). */
export const aliyunSms = adapter(settings, (name, given, parts) => {
  const at = parts.vendor({ name, perSecond: callsPerSecond })
  const call = aliyunCalls(given, { at, log: parts.log })
  const sms: SmsVendor = {
    name,
    templates: given.templates,
    readPush: receiptReader(given, parts.log),
    send: ({ phone, template, values, id }, signal) =>
      sendOnce(
        call,
        at,
        { ...paramsOf(given, template), PhoneNumbers: phone, TemplateParam: JSON.stringify(values), OutId: id },
        signal,
      ),
    find: ({ phone, id, sinceMs }, signal) =>
      findSent(call, { phone, id, days: daysSince(sinceMs, at.nowMs()) }, signal),
  }
  return { sms, check: (signal) => checkTemplates(call, given.templates, signal) }
})

const paramsOf = ({ signName }: Settings, { code }: SmsTemplate) => ({ SignName: signName, TemplateCode: code })

async function sendOnce(
  call: AliyunCall,
  at: Vendor,
  params: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<SmsTaken> {
  const answer = await call('SendSms', params, signal)
  if (answer.outcome === 'ok') return { outcome: 'sent', receipt: jsonText(answer.data, 'BizId') ?? '' }
  const { code, words, error } = answer
  if (throttled.test(code)) {
    at.restMs(restAfterThrottlingMs)
    return { outcome: 'wait', code, afterMs: restAfterThrottlingMs }
  }
  const afterMs = code === numberLimit ? numberRestMs(words) : undefined
  if (afterMs !== undefined) return { outcome: 'wait', code, afterMs }
  const today = code === numberLimit ? 'aliyun: this number has had enough messages for today' : error.message
  return { outcome: 'refused', code, reason: today }
}

/** The days a message may have gone on, `yyyyMMdd` in Beijing. */
function daysSince(sinceMs: number, nowMs: number): readonly string[] {
  const days: string[] = []
  for (let atMs = sinceMs; atMs < nowMs + dayMs && days.length < 3; atMs += dayMs) days.push(dayText(atMs))
  return days.filter((day) => day <= dayText(nowMs))
}

const dayText = (atMs: number) => beijingText(atMs).slice(0, 10).replaceAll('-', '')

/** BizId of the message with our id; undefined when the vendor shows none. */
async function findSent(
  call: AliyunCall,
  { phone, id, days }: { readonly phone: string; readonly id: string; readonly days: readonly string[] },
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const day of days)
    for (let page = 1; page <= mostDetailPages; page++) {
      const params = { PhoneNumber: phone, SendDate: day, PageSize: String(detailsPageSize), CurrentPage: String(page) }
      const data = await orThrow(call('QuerySendDetails', params, signal))
      const rows = listAt(jsonAt(data, 'SmsSendDetailDTOs', 'SmsSendDetailDTO'), 'SmsSendDetailDTO')
      const found = rows.find((row) => jsonText(row, 'OutId') === id)
      // the details name no BizId where none was asked for
      if (found !== undefined) return jsonText(found, 'BizId') ?? 'found'
      if (page * detailsPageSize >= (wholeAt(jsonAt(data, 'TotalCount'), 'TotalCount') ?? 0)) break
    }
  return undefined
}

async function orThrow(asked: ReturnType<AliyunCall>): Promise<Json> {
  const answer = await asked
  if (answer.outcome === 'ok') return answer.data
  if (throttled.test(answer.code))
    throw new Unreachable('aliyun wants to be asked later', { retryAfterMs: restAfterThrottlingMs })
  throw answer.error
}

/** Each template as the vendor has it (QuerySmsTemplate; its fields are unconfirmed): approved, and with the same variables. */
async function checkTemplates(call: AliyunCall, templates: readonly SmsTemplate[], signal: AbortSignal): Promise<void> {
  for (const { code, text } of templates) {
    const data = await orThrow(call('QuerySmsTemplate', { TemplateCode: code }, signal))
    if (jsonText(data, 'TemplateStatus') !== approved) throw refused(`${code} is not approved yet: see the console`)
    const theirs = variablesOf(jsonText(data, 'TemplateContent') ?? '')
    const ours = variablesOf(text)
    if (theirs.toSorted().join() !== ours.toSorted().join())
      throw refused(`${code} has the variables ${theirs.join(', ')}: copy its text into connectors.json again`)
  }
}

function refused(message: string): PlatformRefused {
  return new PlatformRefused(`aliyun: ${message}`, { retryable: false })
}

/** code has to be a number, or the vendor sends the same again. */
const pushOk = { status: 200, body: JSON.stringify({ code: 0, msg: aliyunTook }), type: 'application/json' } as const

/** Receipts are not signed: the secret in the address stands for it, and nothing but what became of a message of ours moves. */
function receiptReader({ pathSecret }: Settings, log: Log): ReadPush {
  return (request): PushReading => {
    if (!sameText(request.pathSecret, pathSecret))
      return { outcome: 'refused', status: 403, reason: 'another secret in the address' }
    if (request.method !== 'POST') return { outcome: 'refused', status: 400, reason: 'pushes are POST' }
    const receipts = listAt(parseJson(request.raw), 'receipts')
    const { values: hints, faulty } = readEach(receipts, () => undefined, hintOf)
    for (const { problem } of faulty) log('error', 'a receipt cannot be read', { problem, alarm: true })
    // one of them must not hold up the others, which would come again and again with it
    if (hints.length === 0 && faulty[0] !== undefined) throw new BadPayload(faulty[0].problem)
    return { outcome: 'told', hints, answer: pushOk }
  }
}

/** A BizId covers a batch, so the number is part of the key, not to be read back from it. */
function hintOf(receipt: Json): Hint {
  const bizId = jsonText(receipt, 'biz_id')
  const phone = jsonText(receipt, 'phone_number')
  if (bizId === undefined || phone === undefined) throw new BadPayload('a receipt has no biz_id or number')
  const key = createHash('sha256').update(`${bizId}:${phone}`).digest('hex').slice(0, 32)
  const id = jsonText(receipt, 'out_id')
  if (id === undefined) return { key, about: { kind: 'nothing', topic: 'sms' } }
  const isDelivered = jsonAt(receipt, 'success') === true || jsonText(receipt, 'success') === 'true'
  const atMs = beijingAt(jsonAt(receipt, 'report_time'), 'report_time')
  const code = jsonText(receipt, 'err_code') ?? ''
  return { key, about: { kind: 'sms', id, isDelivered, code, ...(atMs !== undefined && { atMs }) } }
}
