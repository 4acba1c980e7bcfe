import { z } from 'zod'
import type { FiledBy, Hint, PushReading, ReadPush, SalesChannel, Told } from '../hub/channel-port.ts'
import { BadPayload, Unreachable } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText, parseJson } from '../runtime/json.ts'
import { posFields } from '../text/zh-pos.ts'
import { type AdapterParts, adapter, addressForm, shopForm } from './adapter.ts'
import { sameText } from './digests.ts'
import { type PosCall, posCalls, resultOf } from './dingtalk-pos-calls.ts'
import { sealAnswer } from './dingtalk-pos-crypt.ts'
import { businessIdOf, finishedMs, type PosFields, readForm, revoked, standingOf } from './dingtalk-pos-wire.ts'
import { patiently } from './patience.ts'
import { openEnvelope, pushSignature } from './weixin-crypt.ts'
import { listAt, readEach, wholeAt } from './wire-values.ts'

const label = z.string().trim().min(1).max(60).optional()
const settings = z.strictObject({
  shop: shopForm,
  appKey: z.string().min(1),
  appSecret: z.string().min(1),
  processCode: z.string().min(1),
  /** Of the console's event subscription over HTTP; without them forms are found by the lists alone. */
  eventToken: z.string().min(1).optional(),
  eventAesKey: z.string().length(43).optional(),
  /** Alias, component id or label of each field of the form. */
  fields: z.strictObject(Object.fromEntries(Object.keys(posFields).map((key) => [key, label]))).default({}),
  baseUrl: addressForm('https://api.dingtalk.com'),
})

type Settings = z.infer<typeof settings>
type Shop = Settings & { readonly call: PosCall; readonly names: PosFields; readonly parts: AdapterParts }

/** Standard limit of an app and API. */
const callsPerSecond = 15
/** The vendor gives at most 20 ids a page and 10,000 in all. */
const pageSize = 20
const mostIds = 10_000
const dayMs = 86_400_000
/** Lists go by when a form was begun; one may wait so long for its last signature. */
const openForMs = 7 * dayMs
/** Forms that ended are the same for ever: they are not fetched twice. */
const mostKnown = 20_000

/** 线下POS: a form of DingTalk that was agreed to is an order; a change or a revocation of it is the same order's. */
export const dingtalkPos = adapter(settings, (name, given, parts) => {
  const at = parts.vendor({ name, perSecond: callsPerSecond })
  const call = posCalls(given, { tokens: parts.tokens, at })
  const named = Object.fromEntries(Object.entries(given.fields).filter(([, value]) => value !== undefined))
  const shop: Shop = { ...given, call, names: { ...posFields, ...named }, parts }
  const known = new Set<string>()
  const check: SalesChannel['check'] = async (signal) => {
    await idsOf(shop, at.nowMs() - 60_000, at.nowMs(), 0, signal)
  }
  const channel: SalesChannel = {
    name,
    channel: 'pos',
    shop: given.shop,
    sources: { pull: 'pos.pull', push: 'pos.push', single: 'pos.single' },
    ...(given.eventToken !== undefined &&
      given.eventAesKey !== undefined && {
        readPush: pushReader(given, given.eventToken, given.eventAesKey),
      }),
    readEvent: ({ type, id, data }) => [
      hintOf({ ...fieldsOf(parseJson(data)), EventType: type, eventId: id }, given.processCode),
    ],
    couldBe: (orderNo) => businessForm.test(orderNo),
    pullOrder: (orderNo, signal) =>
      businessForm.test(orderNo) ? byNumber(shop, orderNo, signal) : byInstance(shop, orderNo, signal),
    pullWindow: (fromMs, toMs, signal) => window(shop, known, fromMs, toMs, signal),
    window: { mostMs: dayMs, overlapMs: 10 * 60_000, lagMs: 0 },
    everyMs: 5 * 60_000,
    check,
  }
  return { channels: [channel], check }
})

/** 审批编号: the minute it was begun, and a number of its own. */
const businessForm = /^20\d{10}\d{6,12}$/

/** Events of the console's HTTP subscription; only a form of ours that was agreed to points at an order. */
function pushReader({ appKey, processCode }: Settings, token: string, aesKey: string): ReadPush {
  return ({ method, query, raw, nowMs }): PushReading => {
    if (method !== 'POST') return { outcome: 'refused', status: 400, reason: 'events are POST' }
    const encrypt = jsonText(parseJson(raw), 'encrypt') ?? ''
    const [timestamp, nonce] = [query.get('timestamp') ?? '', query.get('nonce') ?? '']
    const given = query.get('msg_signature') ?? query.get('signature') ?? undefined
    if (!sameText(given, pushSignature(token, timestamp, nonce, encrypt)))
      return { outcome: 'refused', status: 401, reason: given === undefined ? 'not signed' : 'signature is wrong' }
    const event = parseJson(openEnvelope(aesKey, encrypt, appKey))
    const body = sealAnswer({ token, aesKey, ownerKey: appKey }, 'success', { timestamp: String(nowMs), nonce })
    const answer = { status: 200, body, type: 'application/json' }
    if (jsonText(event, 'EventType') === 'check_url') return { outcome: 'echo', answer }
    return { outcome: 'told', hints: [hintOf(event, processCode)], answer }
  }
}

const fieldsOf = (event: Json): { readonly [key: string]: Json } =>
  typeof event === 'object' && event !== null && !Array.isArray(event)
    ? (event as { readonly [key: string]: Json })
    : {}

/** What an event is about; shared by the HTTP door and the Stream. */
function hintOf(event: Json, processCode: string): Hint {
  const [kind, type] = [jsonText(event, 'EventType') ?? jsonText(event, 'eventType'), jsonText(event, 'type')]
  const id = jsonText(event, 'processInstanceId')
  const key = jsonText(event, 'eventId') ?? `${id}:${type}:${jsonText(event, 'finishTime') ?? ''}`
  const toldAtMs = wholeAt(jsonAt(event, 'finishTime') ?? jsonAt(event, 'createTime'), 'finishTime')
  const isOrder =
    kind === 'bpms_instance_change' &&
    type === 'finish' &&
    jsonText(event, 'result') === 'agree' &&
    jsonText(event, 'processCode') === processCode
  if (!isOrder || id === undefined)
    return { key, about: { kind: 'nothing', topic: `${kind ?? 'event'} ${type ?? ''}`.trim() } }
  return { key, about: { kind: 'order', orderNo: id }, ...(toldAtMs !== undefined && { toldAtMs }) }
}

async function instanceOf({ call }: Shop, id: string, signal: AbortSignal): Promise<Json | undefined> {
  const body = await call(
    { method: 'GET', path: `/v1.0/workflow/processInstances?processInstanceId=${encodeURIComponent(id)}` },
    signal,
  )
  return body === undefined ? undefined : resultOf(body)
}

/** undefined for a form that is none of ours, not there, or not agreed to: it is no order. */
async function byInstance(shop: Shop, id: string, signal: AbortSignal): Promise<Told | undefined> {
  const instance = await instanceOf(shop, id, signal)
  return instance === undefined || instance === null ? undefined : toldOf(shop, id, instance, signal)
}

async function toldOf(shop: Shop, id: string, instance: Json, signal: AbortSignal): Promise<Told | undefined> {
  const standing = standingOf(instance)
  if (standing === 'nothing') return undefined
  const mainId = jsonText(instance, 'mainProcessInstanceId')
  const main = standing === 'order' || mainId === undefined ? instance : await instanceOf(shop, mainId, signal)
  if (main === undefined || main === null) throw new Unreachable('the form that is changed is not shown yet')
  const { values, faulty } = readEach(
    [instance],
    () => id,
    (one) => {
      if (standing !== 'order' && mainId === undefined) throw new BadPayload('mainProcessInstanceId is missing')
      const form = { orderNo: businessIdOf(main), fields: shop.names, shop: shop.shop }
      if (standing === 'revoke') return revoked(readForm({ ...form, instance: main }), finishedMs(one))
      return readForm({ ...form, instance: one })
    },
  )
  const filed = filedBy(instance, values[0]?.orderNo ?? id)
  return { orders: values, returns: [], ...(faulty.length > 0 && { faulty }), ...(filed && { filed: [filed] }) }
}

/** Who filed it, where the form says so and when it was settled. */
function filedBy(instance: Json, no: string): FiledBy | undefined {
  const [userId, shownNo] = [jsonText(instance, 'originatorUserId'), jsonText(instance, 'businessId')]
  const [atMs] = readEach([instance], () => no, finishedMs).values
  if (userId === undefined || shownNo === undefined || atMs === undefined) return undefined
  return { no, shownNo, platform: 'dingtalk', userId, atMs }
}

/** By the number people see: it begins with the minute in which the form was begun, and the lists go by that. */
async function byNumber(shop: Shop, orderNo: string, signal: AbortSignal): Promise<Told | undefined> {
  const [, day = '', hour = '', minute = ''] = /^(\d{8})(\d\d)(\d\d)/.exec(orderNo) ?? []
  const atMs = Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T${hour}:${minute}:00+08:00`)
  if (Number.isNaN(atMs)) return undefined
  // somebody waits for this one: a vendor that is busy is said so at once
  for await (const ids of pagesOf(shop, atMs - 60_000, atMs + 120_000, (run) => run(), signal))
    for (const id of ids) {
      const instance = await instanceOf(shop, id, signal)
      if (jsonText(instance, 'businessId') === orderNo && instance !== undefined)
        return toldOf(shop, id, instance, signal)
    }
  return undefined
}

async function* window(
  shop: Shop,
  known: Set<string>,
  fromMs: number,
  toMs: number,
  signal: AbortSignal,
): AsyncIterable<Told> {
  const ended: string[] = []
  const pages = pagesOf(shop, fromMs - openForMs, toMs, (run) => patiently(shop.parts.clock, signal, run), signal)
  for await (const ids of pages)
    for (const id of ids.filter((one) => !known.has(one))) {
      const instance = await patiently(shop.parts.clock, signal, () => instanceOf(shop, id, signal))
      if (instance === undefined || instance === null) continue
      const told = await patiently(shop.parts.clock, signal, () => toldOf(shop, id, instance, signal))
      if (told !== undefined) yield told
      if (jsonText(instance, 'status') !== 'RUNNING') ended.push(id)
    }
  // a window that broke off does not count: all of it is told again
  if (known.size + ended.length > mostKnown) known.clear()
  for (const id of ended) known.add(id)
}

type Patience = <T>(run: () => Promise<T>) => Promise<T>

async function* pagesOf(
  shop: Shop,
  fromMs: number,
  toMs: number,
  wait: Patience,
  signal: AbortSignal,
): AsyncIterable<readonly string[]> {
  const seen = new Set<string>()
  for (let token: number | undefined = 0; token !== undefined; ) {
    const page = await wait(() => idsOf(shop, fromMs, toMs, token ?? 0, signal))
    const fresh = page.ids.filter((id) => !seen.has(id))
    if (page.ids.length > 0 && fresh.length === 0) throw new Unreachable('a page came twice')
    for (const id of fresh) seen.add(id)
    if (seen.size > mostIds) throw new Unreachable('more forms in one window than the vendor lists')
    yield fresh
    token = page.next
  }
}

async function idsOf({ call, processCode }: Shop, fromMs: number, toMs: number, token: number, signal: AbortSignal) {
  const body = {
    processCode,
    startTime: fromMs,
    endTime: toMs,
    nextToken: token,
    maxResults: pageSize,
    statuses: ['COMPLETED'],
  }
  const result = resultOf(
    await call({ method: 'POST', path: '/v1.0/workflow/processes/instanceIds/query', body }, signal),
  )
  const ids = listAt(jsonAt(result, 'list'), 'list').flatMap((one) => (typeof one === 'string' ? [one] : []))
  return { ids, next: wholeAt(jsonAt(result, 'nextToken'), 'nextToken') }
}
