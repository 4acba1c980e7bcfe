import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hmacHex } from '../../src/connectors/digests.ts'
import { fxiaoke } from '../../src/connectors/fxiaoke.ts'
import { webhookCrm } from '../../src/connectors/webhook-crm.ts'
import { pushSignature } from '../../src/connectors/weixin-crypt.ts'
import type { PushReading, ReadPush } from '../../src/hub/channel-port.ts'
import { BadPayload } from '../../src/runtime/errors.ts'
import { callbackKeys, fakeFxiaoke, fxiaokeAccount, fxiaokeCallback } from '../fakes/fxiaoke.ts'
import { webhookSecret } from '../fakes/webhook-crm.ts'
import { adapterParts } from '../kit/back-office-parts.ts'

const nowMs = Date.parse('2026-11-26T12:00:00+08:00')
const never = new AbortController().signal
const { vectors } = JSON.parse(readFileSync(new URL('../fixtures/signatures.json', import.meta.url), 'utf8')) as {
  vectors: readonly { readonly id: string; readonly inputs: Record<string, string>; readonly expected: string }[]
}
const vector = (id: string) => {
  const found = vectors.find((one) => one.id === id)
  if (found === undefined) throw new TypeError(`no vector ${id}`)
  return found
}

/** What is read of a push, as the door reads it. */
function given(readPush: ReadPush | undefined, body: string, headers: Record<string, string> = {}): PushReading {
  if (readPush === undefined) throw new TypeError('it reads pushes')
  const request = { query: new URLSearchParams(), header: (name: string) => headers[name], raw: Buffer.from(body) }
  return readPush({ method: 'POST', ...request, pathSecret: '', nowMs })
}
const hintOf = (reading: PushReading) => (reading.outcome === 'told' ? reading.hints[0] : reading)

describe('events of any CRM', () => {
  const { customers } = webhookCrm.open(
    'webhook-crm',
    webhookCrm.settings.parse({ url: 'https://crm.invalid/in', secret: webhookSecret }),
    adapterParts(nowMs).parts,
  )
  const body = (event: string, data: object, more: object = {}) =>
    JSON.stringify({ id: 'ev-1', event, occurred_at: '2026-11-26T11:59:00+08:00', data, ...more })
  const signed = (text: string, stamp = String(nowMs / 1_000), secret = webhookSecret) => ({
    'x-timestamp': stamp,
    'x-signature': createHmac('sha256', secret).update(`${stamp}.${text}`).digest('hex'),
  })
  const read = (text: string, headers = signed(text)) => given(customers?.readPush, text, headers)

  test('the vector of the house rule is proven', () => {
    const { inputs, expected } = vector('generic-webhook-1')
    expect(hmacHex('sha256', inputs.secret ?? '', `${inputs.timestamp}.${inputs.rawBody}`)).toBe(expected)
  })

  test('a level and a deed say who, what and when; the answer is ours', () => {
    const level = read(body('customer.level', { phone: '13812345678', level: 'V4' }))
    expect(level).toMatchObject({ outcome: 'told', answer: { status: 200, body: '{"ok":true}' } })
    expect(hintOf(level)).toEqual({
      key: 'ev-1',
      about: { kind: 'customer', recordId: 'ev-1' },
      toldAtMs: nowMs - 60_000,
      crm: {
        id: 'ev-1',
        atMs: nowMs - 60_000,
        person: { kind: 'phone', value: '13812345678' },
        said: { kind: 'level', level: 'V4' },
      },
    })
    expect(hintOf(read(body('customer.touch', { member: 'M7', channel: 'tmall', deed: 'cart' })))).toMatchObject({
      crm: { person: { kind: 'member', value: 'M7' }, said: { kind: 'touch', channel: 'tmall', deed: 'cart' } },
    })
  })

  test('what points at a customer holds no phone: it stands in a row that is not sealed', () => {
    const hint = hintOf(read(body('customer.level', { phone: '13812345678', level: 'V4' })))
    expect(JSON.stringify('about' in (hint ?? {}) ? (hint as { about: object }).about : hint)).not.toContain('138')
  })

  test('an event we do not follow is answered and kept', () => {
    expect(hintOf(read(body('deal.won', { a: 1 })))).toMatchObject({ about: { kind: 'nothing', topic: 'deal.won' } })
  })

  test.each([
    ['another secret', (text: string) => signed(text, String(nowMs / 1_000), 'some other secret of others')],
    ['an old time', (text: string) => signed(text, String(nowMs / 1_000 - 301))],
    ['a time to come', (text: string) => signed(text, String(nowMs / 1_000 + 301))],
    ['a time that is none', (text: string) => signed(text, 'soon')],
    ['no signature', () => ({ 'x-timestamp': String(nowMs / 1_000) })],
    ['a signature of another body', () => signed('{}')],
  ])('%s is refused', (_, headers) => {
    const text = body('customer.level', { phone: '13812345678', level: 'V4' })
    expect(read(text, headers(text) as ReturnType<typeof signed>)).toMatchObject({ outcome: 'refused', status: 401 })
  })

  test.each([
    ['an unknown level', 'customer.level', { phone: '13812345678', level: 'V9' }, /level/],
    ['nobody', 'customer.level', { level: 'V2' }, /neither phone nor member/],
    ['an unknown channel', 'customer.touch', { phone: '13812345678', channel: 'ebay', deed: 'cart' }, /channel/],
    ['a phone that is a list', 'customer.level', { phone: ['13812345678'], level: 'V2' }, /phone/],
  ])('%s is refused by its field, and the value is not repeated', (_, event, data, words) => {
    expect(() => read(body(event, data))).toThrow(words)
    expect(() => read(body(event, data))).not.toThrow(/138/)
  })

  test('an event without its time is no event', () => {
    expect(() => read(body('customer.level', {}, { occurred_at: 'yesterday' }))).toThrow(BadPayload)
  })
})

describe('纷享销客: customers', () => {
  const customer = {
    object: 'AccountObj',
    phone: 'tel__c',
    level: 'grade__c',
    levels: { 金卡: 'V4', 银卡: 'V3' },
  } as const
  let fake: Awaited<ReturnType<typeof fakeFxiaoke>>
  const open = () => {
    const settings = { ...fxiaokeAccount, ...callbackKeys, customer, baseUrl: fake.baseUrl }
    return fxiaoke.open('fxiaoke', fxiaoke.settings.parse(settings), adapterParts(nowMs).parts)
  }
  let crm: ReturnType<typeof open>
  beforeAll(async () => {
    fake = await fakeFxiaoke()
    crm = open()
  })
  afterAll(() => fake.close())
  const record = (n: number, more: object = {}) => ({
    dataObjectApiName: 'AccountObj',
    _id: `a${n}`,
    tel__c: '13812345678',
    grade__c: '金卡',
    last_modified_time: nowMs + n,
    ...more,
  })
  const read = (text: string) => given(crm.customers?.readPush, text)

  test('the vector of the callback is proven', () => {
    const { inputs, expected } = vector('fxiaoke-callback-1')
    const { token = '', timeStamp = '', nonce = '', content = '' } = inputs
    expect(pushSignature(token, timeStamp, nonce, content)).toBe(expected)
  })

  test('a callback is a hint: who it is about, and no more', () => {
    const reading = read(fxiaokeCallback({ dataObjectApiName: 'AccountObj', objectDataId: 'a1', level: 'LIES' }, nowMs))
    expect(reading).toMatchObject({ outcome: 'told', answer: { status: 200, body: 'success' } })
    expect(hintOf(reading)).toMatchObject({ about: { kind: 'customer', recordId: 'a1' } })
    expect(hintOf(reading)).not.toHaveProperty('crm')
    const other = read(fxiaokeCallback({ dataObjectApiName: 'LeadsObj', objectDataId: 'l1' }, nowMs))
    expect(hintOf(other)).toMatchObject({ about: { kind: 'nothing', topic: 'LeadsObj' } })
  })

  test.each([
    ['another token', fxiaokeCallback({ a: 1 }, nowMs, { token: 'other' })],
    ['an old time', fxiaokeCallback({ a: 1 }, nowMs - 501_000)],
    ['a time to come', fxiaokeCallback({ a: 1 }, nowMs + 501_000)],
    ['changed content', fxiaokeCallback({ a: 1 }, nowMs).replace(/"content":"./, '"content":"/')],
  ])('%s is refused', (_, text) => {
    expect(read(text)).toMatchObject({ outcome: 'refused', status: 401 })
  })

  test('one for another app is refused though it is signed', () => {
    expect(() => read(fxiaokeCallback({ a: 1 }, nowMs, { appId: 'FSAID_other' }))).toThrow(BadPayload)
  })

  test('the record is the truth; without a level of ours or a phone it says nothing', async () => {
    fake.world.records.splice(
      0,
      Number.POSITIVE_INFINITY,
      record(1),
      record(2, { grade__c: '铜卡' }),
      record(3, { tel__c: '' }),
    )
    expect(await crm.customers?.pull?.('a1', never)).toEqual({
      id: `a1:${nowMs + 1}`,
      atMs: nowMs + 1,
      person: { kind: 'phone', value: '13812345678' },
      said: { kind: 'level', level: 'V4' },
    })
    expect(await crm.customers?.pull?.('a2', never)).toBeUndefined()
    expect(await crm.customers?.pull?.('a3', never)).toBeUndefined()
    expect(await crm.customers?.pull?.('gone', never)).toBeUndefined()
  })

  test('a list by time of change: each record, also when many changed in one moment', async () => {
    const all = Array.from({ length: 1_203 }, (_, n) => record(n, { last_modified_time: nowMs + Math.floor(n / 700) }))
    fake.world.records.splice(0, Number.POSITIVE_INFINITY, ...all, record(9_999, { last_modified_time: nowMs - 1 }))
    const seen = new Set<string>()
    for await (const told of crm.customers?.pullSince?.(nowMs, never) ?? [])
      for (const { id } of told) seen.add(id.split(':')[0] ?? '')
    expect(seen).toEqual(new Set(all.map(({ _id }) => _id)))
  })

  test('callback keys go together', () => {
    const bad = { ...fxiaokeAccount, customer, callbackToken: 'only this' }
    expect(fxiaoke.settings.safeParse(bad).error?.issues[0]?.message).toMatch(/go together/)
  })
})
