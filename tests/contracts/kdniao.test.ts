import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { kdniaoSign } from '../../src/connectors/kdniao-calls.ts'
import { shipperOf, stepOf } from '../../src/connectors/kdniao-codes.ts'
import type { Hint, PushReading } from '../../src/hub/channel-port.ts'
import { trackPosition } from '../../src/hub/track-state.ts'
import type { TrackTold } from '../../src/hub/track-told.ts'
import { fixture, type KdniaoWorld, openKdniao, type Parcel, type Trace } from '../fakes/kdniao.ts'

type Vector = { readonly id: string; readonly expected: string; readonly inputs: Readonly<Record<string, string>> }
const { vectors } = JSON.parse(readFileSync(new URL('../fixtures/signatures.json', import.meta.url), 'utf8')) as {
  vectors: readonly Vector[]
}

const never = new AbortController().signal
const nowMs = Date.parse('2026-11-23T10:06:00+08:00')
const at = (time: string) => Date.parse(`2026-11-${time}:00+08:00`)
const said: { readonly message: string }[] = []
let world: KdniaoWorld
beforeEach(async () => {
  said.length = 0
  world = await openKdniao((_level, message, fields) => void said.push({ message, ...fields }))
})
afterEach(() => world.close())

const key = { waybillNo: 'YT7600000000001', carrier: 'YTO' as const }
const subscribe = (more: Partial<Parameters<KdniaoWorld['tracker']['query']>[0]> = {}) =>
  world.tracker.subscribe?.({ ...key, ...more }, never)
const query = (more: Partial<Parameters<KdniaoWorld['tracker']['query']>[0]> = {}) =>
  world.tracker.query({ ...key, ...more }, never)

type Frame = { readonly EBusinessID: string; readonly Data: readonly Parcel[] }
const frame = JSON.parse(fixture('push.json')) as Frame
const [item] = frame.Data
if (item === undefined) throw new Error('no item')
const trace = (hour: string, AcceptStation: string, Action?: string): Trace => ({
  AcceptTime: `2026-11-23 ${hour}:00`,
  AcceptStation,
  ...(Action !== undefined && { Action }),
})

const read = (body: string): PushReading => {
  const { readPush } = world.tracker
  if (readPush === undefined) throw new Error('no push')
  const raw = Buffer.from(body)
  return readPush({ method: 'POST', query: new URLSearchParams(), header: () => undefined, raw, pathSecret: '', nowMs })
}
const hints = (data: object, type = '101'): readonly Hint[] => {
  const reading = read(world.push(JSON.stringify({ ...frame, ...data }), type))
  return reading.outcome === 'told' ? reading.hints : []
}
const positionOf = (track: TrackTold | undefined) => trackPosition(track?.nodes ?? [])

test('the vector: base64 of the hex digits', () => {
  const found = vectors.find(({ id }) => id === 'kdniao-1')
  expect(kdniaoSign(found?.inputs.RequestData ?? '', found?.inputs.AppKey ?? '')).toBe(found?.expected)
})

describe('pushes', () => {
  test('a signed snapshot says all itself, oldest node first', () => {
    const reading = read(world.push(fixture('push.json')))
    expect(reading).toEqual({
      outcome: 'told',
      answer: {
        status: 200,
        type: 'application/json',
        body: '{"EBusinessID":"1237100","UpdateTime":"2026-11-23 10:06:00","Success":true,"Reason":""}',
      },
      hints: [
        {
          key: expect.stringMatching(/^YT7600000000001:[0-9a-f]{32}$/),
          about: { kind: 'parcel', waybillNo: 'YT7600000000001' },
          track: {
            waybillNo: 'YT7600000000001',
            nodes: [
              { atMs: at('22T18:00'), state: 'collected', place: '上海市', text: '【上海市】已揽收' },
              { atMs: at('23T02:10'), state: 'in_transit', place: '杭州市', text: '【杭州市】快件已到达 杭州转运中心' },
              { atMs: at('23T10:00'), state: 'delivering', place: '杭州市', text: '【杭州市】快递员王师傅正在派件' },
            ],
          },
        },
      ],
    })
  })

  test('the same snapshot is the same push, whenever it is sent; another node is another', () => {
    const [first] = hints({ PushTime: '2026-11-23 10:05:00' })
    expect(hints({ PushTime: '2026-11-23 10:35:00' })[0]?.key).toBe(first?.key)
    const more = { ...item, Traces: [...item.Traces, trace('11:00', '签收', '3')] }
    expect(hints({ Data: [more] })[0]?.key).not.toBe(first?.key)
  })

  test('its type is not signed and changes nothing', () => {
    for (const type of ['102', '107', '']) expect(hints({}, type)).toEqual(hints({}))
  })

  test('a signature of another key, a changed byte, another user id: nothing happens', () => {
    const data = fixture('push.json')
    expect(read(world.push(data, '101', 'another-key'))).toMatchObject({ outcome: 'refused', status: 401 })
    expect(read(world.push(data).replace('State', 'Stale'))).toMatchObject({ outcome: 'refused', status: 401 })
    expect(read('RequestType=101')).toMatchObject({ outcome: 'refused', status: 401 })
    const strange = JSON.stringify({ ...frame, EBusinessID: '999' })
    expect(read(world.push(strange))).toMatchObject({ outcome: 'refused', status: 403 })
  })

  test('a plus, a space and a percent sign in the words survive the one encoding', () => {
    const odd = { ...item, Traces: [trace('10:00', '电话 +86 100% & 中文', '2')] }
    expect(hints({ Data: [odd] })[0]?.track?.nodes[0]?.text).toBe('电话 +86 100% & 中文')
  })

  test('one parcel that cannot be read is named and leaves the others alone', () => {
    const broken = { ...item, LogisticCode: 'YT7600000000002', Traces: 'none' }
    const half = { ...item, LogisticCode: 'YT7600000000003', Traces: [{ AcceptTime: 7 }, ...item.Traces] }
    const none = { ...item, LogisticCode: 'YT7600000000004', Success: false, Reason: '3天无轨迹', Traces: [] }
    const all = hints({ Data: [broken, half, none, item] })
    expect(all.map(({ about }) => about.kind)).toEqual(['nothing', 'parcel', 'nothing', 'parcel'])
    expect(all[1]?.track?.nodes).toHaveLength(3)
    expect(said.map(({ message }) => message)).toEqual(['a pushed parcel cannot be read', 'a node cannot be read'])
    expect(hints({ Data: [] })).toMatchObject([{ about: { kind: 'nothing', topic: 'no parcel' } }])
    expect(() => read(world.push('[]'))).not.toThrow()
  })
})

describe('states', () => {
  test.each([
    ['404', 'refused'],
    ['405', 'delivery_failed'],
    ['406', 'returning'],
    ['407', 'returning'],
    ['402', 'stuck'],
    ['403', 'stuck'],
    ['412', 'stuck'],
    ['401', 'unrecognised'],
  ])('%s is %s', (code, exception) => {
    expect(stepOf(code, '')).toEqual({ state: 'exception', exception })
  })

  test.each([
    ['0', 'created'],
    ['10', 'created'],
    ['1', 'collected'],
    ['2', 'in_transit'],
    ['201', 'in_transit'],
    ['202', 'delivering'],
    ['211', 'delivering'],
    ['3', 'signed'],
    ['301', 'signed'],
    ['302', 'signed'],
    ['304', 'signed'],
    ['311', 'signed'],
  ])('%s is %s', (code, state) => {
    expect(stepOf(code, '')).toMatchObject({ state })
  })

  test('who signed when it was not the buyer stays known', () => {
    const by = (code: string, words = '') => stepOf(code, words).signer
    expect([by('304'), by('311'), by('3')]).toEqual(['代收人', '驿站或快递柜', undefined])
    expect([by('3', '已存入快递柜并签收'), by('301', '驿站')]).toEqual(['驿站或快递柜', undefined])
  })

  test('an unknown code falls back to its hundreds digit, then to the words, which never sign', () => {
    expect(stepOf('299', '')).toEqual({ state: 'in_transit' })
    expect(stepOf('499', '快件破损')).toEqual({ state: 'exception', exception: 'damaged' })
    expect(stepOf('9001', '您的快件已签收')).toEqual({ state: 'in_transit' })
    expect(stepOf(undefined, '您的快件已签收，签收人：本人')).toEqual({ state: 'in_transit' })
    expect(stepOf(undefined, '快递员正在派件')).toEqual({ state: 'delivering' })
    hints({ Data: [{ ...item, Traces: [trace('10:00', '某事', '777')] }] })
    expect(said).toMatchObject([{ message: 'a code that stands in no table', code: '777' }])
  })

  test('a problem takes its kind from the words', () => {
    const kinds = ['客户拒收', '地址不详，联系不上', '快件滞留', '快件丢失', '快件退回中', '天气不好'].map(
      (words) => stepOf('4', words).exception,
    )
    expect(kinds).toEqual(['refused', 'unreachable', 'stuck', 'lost', 'returning', 'unrecognised'])
  })

  test('without codes at the nodes the snapshot speaks for the newest alone', () => {
    const bare = [trace('08:00', '已揽收'), trace('09:00', '离开上海'), trace('10:00', '客户签收')]
    const [hint] = hints({ Data: [{ ...item, State: '3', StateEx: '301', Traces: bare }] })
    expect(hint?.track?.nodes.map(({ state }) => state)).toEqual(['collected', 'in_transit', 'signed'])
    expect(hint?.track?.ended).toBe(true)
  })

  test('signed after a refusal is the sender, in whatever order the nodes come', () => {
    const way = [trace('08:00', '派件', '202'), trace('09:00', '拒收', '404'), trace('15:00', '签收', '3')]
    for (const Traces of [way, way.toReversed()]) {
      const [hint] = hints({ Data: [{ ...item, State: '3', StateEx: '3', Traces }] })
      expect(positionOf(hint?.track)).toMatchObject({ state: 'exception', exception: 'returning' })
    }
  })
})

test('every code of three digits puts a parcel somewhere, and only the family of 3 signs', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999 }), fc.string({ unit: 'grapheme' }), (code, words) => {
      const { state, exception } = stepOf(String(code), `${words}已签收`)
      expect(exception !== undefined).toBe(state === 'exception')
      if (state === 'signed') expect(String(code)).toMatch(/^3/)
    }),
  )
})

describe('calls', () => {
  test('subscribed twice is subscribed; a carrier or number it does not know is refused', async () => {
    expect(await subscribe()).toEqual({ outcome: 'subscribed' })
    expect(await subscribe()).toEqual({ outcome: 'subscribed' })
    expect(world.asked).toEqual(['1008 YT7600000000001', '1008 YT7600000000001'])
    expect(await subscribe({ waybillNo: '12' })).toMatchObject({ outcome: 'refused' })
    expect(await subscribe({ carrier: 'CAINIAO' })).toMatchObject({ outcome: 'refused' })
    expect(world.tracker.covers('CAINIAO')).toBe(false)
    expect(world.tracker.covers('OTHER')).toBe(false)
  })

  test('every carrier it covers has a name it takes', async () => {
    const carriers = ['SF', 'YTO', 'ZTO', 'STO', 'YUNDA', 'JT', 'JD', 'EMS', 'DBL', 'POST'] as const
    for (const [n, carrier] of carriers.entries()) {
      expect(shipperOf(carrier)).toBeDefined()
      const waybillNo = `760000000000${n}`
      expect(await subscribe({ carrier, waybillNo, phoneTail: '5678' })).toEqual({ outcome: 'subscribed' })
    }
    // the four digits go to the carrier that asks for them, and to no other
    expect(world.asked.filter((one) => one.includes('5678'))).toEqual(['1008 7600000000000 5678'])
  })

  test('a query gives the snapshot; a number without record is none', async () => {
    expect(await query()).toBeUndefined()
    world.put(item)
    expect(positionOf(await query())).toEqual({ atMs: at('23T10:00'), state: 'delivering' })
    world.put({ ...item, Traces: [] })
    expect(await query()).toBeUndefined()
    expect(await query({ carrier: 'CAINIAO' })).toBeUndefined()
  })

  test('HTTP 200 with an error inside: later, or what to do', async () => {
    world.refuse('系统繁忙，请稍后再试')
    await expect(query()).rejects.toMatchObject({ code: 'unreachable', retryAfterMs: 5_000 })
    await expect(query()).rejects.toThrow('left alone')
    await world.close()
    for (const [words, says] of [
      ['套餐次数已用完', 'package of calls'],
      ['数字签名错误', 'copy user id and AppKey'],
      ['某种新的原因', 'words that are not known'],
    ] as const) {
      world = await openKdniao(() => undefined)
      world.refuse(words)
      await expect(query()).rejects.toThrow(says)
      await expect(world.check()).rejects.toThrow()
      if (words !== '某种新的原因') await world.close()
    }
  })

  test('a vendor that is away, and nodes of another type, are errors and no empty track', async () => {
    world.put({ ...item, Traces: [{ AcceptTime: 5, AcceptStation: '' }] })
    await expect(query()).rejects.toMatchObject({ code: 'bad-payload' })
    world.down(true)
    await expect(query()).rejects.toMatchObject({ code: 'unreachable' })
    world.down(false)
    await world.check()
  })

  test('the paid versions have numbers of their own', async () => {
    await world.close()
    world = await openKdniao(() => undefined, true)
    await subscribe()
    await query()
    expect(world.asked).toEqual(['8008 YT7600000000001', '8001 YT7600000000001'])
  })
})
