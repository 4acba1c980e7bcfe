import { z } from 'zod'
import type { PushReading, ReadPush } from '../hub/channel-port.ts'
import type { CustomerSource } from '../hub/crm-port.ts'
import { type CrmTold, customerLevels } from '../hub/crm-words.ts'
import { BadPayload } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText, parseJson } from '../runtime/json.ts'
import { sameText } from './digests.ts'
import type { FxiaokeData } from './fxiaoke-calls.ts'
import { openEnvelope, pushSignature } from './weixin-crypt.ts'
import { wholeAt } from './wire-values.ts'

export const apiName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,80}$/, 'must be the API name of an object or field')

export const customerForm = z.strictObject({
  object: apiName,
  phone: apiName,
  level: apiName,
  /** The CRM's word for a level → V1 to V5; words that are missing are passed over. */
  levels: z.record(z.string(), z.enum(customerLevels)),
})

type Given = {
  readonly appId: string
  readonly customer: z.infer<typeof customerForm>
  readonly callbackToken?: string | undefined
  readonly callbackAesKey?: string | undefined
}

const leewayMs = 500_000
/** The vendor gives 1,000 at most. */
const pageSize = 500
const answer = { status: 200, body: 'success', type: 'text/plain' } as const

/**
 * Customers of 纷享销客: the callback is a hint (vendor demo, 2026-11-22; it comes again only once), the record is the truth, and a
 * list by time of change finds what no callback told.
 */
export function fxiaokeCustomers(name: string, data: FxiaokeData, given: Given): CustomerSource {
  const { customer, callbackToken, callbackAesKey } = given
  return {
    name,
    ...(callbackToken !== undefined &&
      callbackAesKey !== undefined && { readPush: callback(given, callbackToken, callbackAesKey) }),
    pull: async (recordId, signal) => {
      const record = await data.get(customer.object, recordId, signal)
      return record === undefined ? undefined : toldBy(record, customer)
    },
    pullSince: (fromMs, signal) => changed(data, customer, fromMs, signal),
  }
}

async function* changed(
  data: FxiaokeData,
  customer: Given['customer'],
  fromMs: number,
  signal: AbortSignal,
): AsyncGenerator<readonly CrmTold[]> {
  let [sinceMs, offset] = [fromMs, 0]
  for (;;) {
    const rows = await data.changed(customer.object, sinceMs, { offset, limit: pageSize }, signal)
    yield rows.flatMap((row) => toldBy(row, customer) ?? [])
    if (rows.length < pageSize) return
    // the next page begins at the last change seen: a record that changes meanwhile moves to the end, and an offset would pass one over
    const lastMs = changedAt(rows.at(-1)) ?? sinceMs
    offset = lastMs > sinceMs ? 0 : offset + pageSize
    sinceMs = lastMs
  }
}

const changedAt = (record: Json | undefined) => wholeAt(jsonAt(record, 'last_modified_time'), 'last_modified_time')

/** undefined where phone, level or time is not told, or the level has no name of ours. */
function toldBy(record: Json, { phone, level, levels }: Given['customer']): CrmTold | undefined {
  const [id, number, word] = [jsonText(record, '_id'), jsonText(record, phone), jsonText(record, level)]
  const ours = word === undefined ? undefined : levels[word]
  const atMs = changedAt(record)
  if (id === undefined || number === undefined || ours === undefined || atMs === undefined) return undefined
  const person = { kind: 'phone', value: number } as const
  return { id: `${id}:${atMs}`, person, atMs, said: { kind: 'level', level: ours } }
}

/** `{nonce, timeStamp (ms), content, sig}`: sig over the four texts sorted, content an envelope as in WeChat. */
function callback({ appId, customer }: Given, token: string, aesKey: string): ReadPush {
  return ({ method, raw, nowMs }): PushReading => {
    if (method !== 'POST') return { outcome: 'refused', status: 400, reason: 'callbacks are POST' }
    const push = parseJson(raw)
    const [nonce, stamp, content] = ['nonce', 'timeStamp', 'content'].map((field) => jsonText(push, field) ?? '')
    if (nonce === undefined || stamp === undefined || content === undefined) throw new BadPayload('no callback')
    if (!sameText(jsonText(push, 'sig')?.toLowerCase(), pushSignature(token, stamp, nonce, content)))
      return { outcome: 'refused', status: 401, reason: 'signature is wrong' }
    if (!/^\d{13}$/.test(stamp) || Math.abs(nowMs - Number(stamp)) > leewayMs)
      return { outcome: 'refused', status: 401, reason: 'timestamp is more than 500 s off' }
    const event = parseJson(openEnvelope(aesKey, content, appId))
    const [object, id] = [objectOf(event), recordOf(event)]
    const key = `${stamp}:${nonce}`
    const hint =
      object === customer.object && id !== undefined
        ? ({ key, about: { kind: 'customer', recordId: id }, toldAtMs: Number(stamp) } as const)
        : ({ key, about: { kind: 'nothing', topic: object ?? 'untold' }, toldAtMs: Number(stamp) } as const)
    return { outcome: 'told', hints: [hint], answer }
  }
}

/** What the fields of an event are called is unconfirmed: the names met in the vendor's own objects. */
function objectOf(event: Json): string | undefined {
  return jsonText(event, 'dataObjectApiName') ?? jsonText(event, 'objectApiName') ?? jsonText(event, 'apiName')
}

function recordOf(event: Json): string | undefined {
  return jsonText(event, 'objectDataId') ?? jsonText(event, 'dataId') ?? jsonText(event, '_id')
}
