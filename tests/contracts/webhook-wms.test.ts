import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { webhookWms } from '../../src/connectors/webhook-wms.ts'
import type { PushReading } from '../../src/hub/channel-port.ts'
import { BadPayload } from '../../src/runtime/errors.ts'
import { adapterParts } from '../kit/back-office-parts.ts'

const nowMs = Date.parse('2026-11-26T12:00:00+08:00')
const secret = 'a secret of desk and warehouse'
const shops = [
  { code: 'A01', channel: 'tmall', shop: '天猫旗舰店' },
  { code: 'B02', channel: 'jd', shop: '京东店' },
]
const whole = {
  shop: 'A01',
  orderNo: '2958112200011',
  waybillNo: 'sf1300000000001',
  carrier: '顺丰速运',
  outAt: '2026-11-26T11:59:50+08:00',
  eta: '2026-11-28T18:00:00+08:00',
  warehouse: '华东一仓',
}

function open(given = shops) {
  const { outbound } = webhookWms.open(
    'wms',
    webhookWms.settings.parse({ secret, shops: given }),
    adapterParts(nowMs).parts,
  )
  if (outbound === undefined) throw new TypeError('it listens')
  return (body: string, { stamp = String(nowMs / 1_000), by = secret } = {}): PushReading => {
    const headers: Record<string, string> = {
      'x-timestamp': stamp,
      'x-signature': createHmac('sha256', by).update(`${stamp}.${body}`).digest('hex'),
    }
    const request = { query: new URLSearchParams(), header: (name: string) => headers[name], raw: Buffer.from(body) }
    return outbound.readPush({ method: 'POST', ...request, pathSecret: '', nowMs })
  }
}
const bodyOf = (data: unknown, event = 'parcel.out', occurred_at = '2026-11-26T11:59:51+08:00') =>
  JSON.stringify({ id: 'out-1', event, occurred_at, data })
const hintOf = (reading: PushReading) => (reading.outcome === 'told' ? reading.hints[0] : reading)
const read = open()

test('a parcel that left: five facts in the words of the hub, taken once by its id', () => {
  const reading = read(bodyOf(whole))
  expect(reading).toMatchObject({ outcome: 'told', answer: { status: 200, body: '{"ok":true}' } })
  expect(hintOf(reading)).toEqual({
    key: 'out-1',
    about: { kind: 'outbound', eventId: 'out-1' },
    toldAtMs: nowMs - 9_000,
    out: {
      kind: 'out',
      toldAtMs: nowMs - 9_000,
      parcel: {
        channel: 'tmall',
        shop: '天猫旗舰店',
        orderNo: '2958112200011',
        waybillNo: 'SF1300000000001',
        carrier: 'SF',
        outAtMs: nowMs - 10_000,
        etaAtMs: Date.parse('2026-11-28T18:00:00+08:00'),
        last: true,
        warehouse: '华东一仓',
      },
    },
  })
})

test('codes of carriers, unknown ones by name, and parcels that others follow', () => {
  const parcel = (more: object) => hintOf(read(bodyOf({ ...whole, waybillNo: '9', ...more })))
  expect(parcel({ carrier: 'ZTO' })).toMatchObject({ out: { parcel: { carrier: 'ZTO' } } })
  expect(parcel({ carrier: '城际快送' })).toMatchObject({
    out: { parcel: { carrier: 'OTHER', carrierName: '城际快送' } },
  })
  expect(parcel({ last: false })).toMatchObject({ out: { parcel: { last: false } } })
})

test.each([
  ['orderNo', { orderNo: '' }],
  ['waybillNo', { waybillNo: null }],
  ['carrier', { carrier: undefined }],
  ['carrier', { carrier: '其他' }],
  ['outAt', { outAt: '2026-11-26 11:59:50' }],
  ['outAt', { outAt: '2026-11-26T12:06:00+08:00' }],
  ['eta', { eta: undefined }],
  ['eta', { eta: '2026-11-26T11:59:00+08:00' }],
  ['eta', { eta: 1_790_000_000 }],
  ['shop', { shop: 'C03' }],
])('without %s it is kept as rejected, and the warehouse is told which fact', (field, spoilt) => {
  const reading = read(bodyOf({ ...whole, ...spoilt }))
  expect(reading).toMatchObject({
    outcome: 'told',
    answer: { status: 422, body: `{"ok":false,"missing":["${field}"]}` },
  })
  const hint = hintOf(reading)
  expect(hint).toMatchObject({ out: { kind: 'rejected', reason: expect.stringContaining(`without ${field} is`) } })
  expect(JSON.stringify(hint)).not.toContain('parcel')
  // the same id once it is whole is another push
  expect(hint).not.toMatchObject({ key: 'out-1' })
})

test('all that is missing is named at once, also where there is nothing', () => {
  expect(read(bodyOf({}))).toMatchObject({
    answer: { body: '{"ok":false,"missing":["shop","orderNo","waybillNo","carrier","outAt","eta"]}' },
  })
  expect(() => read(bodyOf('none'))).toThrow(BadPayload)
})

test('one shop needs no code', () => {
  expect(hintOf(open(shops.slice(1))(bodyOf({ ...whole, shop: undefined })))).toMatchObject({
    out: { parcel: { channel: 'jd', shop: '京东店' } },
  })
})

test('other events are kept, and nothing follows', () => {
  expect(hintOf(read(bodyOf({}, 'wave.closed')))).toMatchObject({ about: { kind: 'nothing', topic: 'wave.closed' } })
})

test.each([
  ['another secret', { by: 'another secret of somebody' }],
  ['an old time', { stamp: String(nowMs / 1_000 - 301) }],
  ['a time to come', { stamp: String(nowMs / 1_000 + 301) }],
])('%s is refused', (_, how) => {
  expect(read(bodyOf(whole), how)).toMatchObject({ outcome: 'refused', status: 401 })
})

test('an event that is still to come is none: it would be the newest for ever', () => {
  expect(() => read(bodyOf(whole, 'parcel.out', '2026-12-26T12:00:00+08:00'))).toThrow(/occurred_at/)
})

test('two shops of one code are no settings', () => {
  const twice = shops.map((one) => ({ ...one, code: 'A01' }))
  expect(webhookWms.settings.safeParse({ secret, shops: twice }).success).toBe(false)
})
