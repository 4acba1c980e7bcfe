import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { md5Hex } from '../../src/connectors/digests.ts'
import { querySign } from '../../src/connectors/kuaidi100-calls.ts'
import { stepOf } from '../../src/connectors/kuaidi100-codes.ts'
import type { PushReading } from '../../src/hub/channel-port.ts'
import { trackPosition } from '../../src/hub/track-state.ts'
import type { TrackTold } from '../../src/hub/track-told.ts'
import { account, fixture, type Kuaidi100World, openKuaidi100, type Row } from '../fakes/kuaidi100.ts'

type Vector = { readonly id: string; readonly expected: string; readonly inputs: Readonly<Record<string, string>> }
const { vectors } = JSON.parse(readFileSync(new URL('../fixtures/signatures.json', import.meta.url), 'utf8')) as {
  vectors: readonly Vector[]
}
const inputsOf = (id: string) => {
  const found = vectors.find((one) => one.id === id)
  if (found === undefined) throw new Error(`no vector ${id}`)
  return { ...found.inputs, expected: found.expected } as Readonly<Record<string, string>>
}

const never = new AbortController().signal
const nowMs = Date.parse('2026-11-23T10:06:00+08:00')
const at = (time: string) => Date.parse(`2026-11-${time}:00+08:00`)
const said: { readonly message: string }[] = []
let world: Kuaidi100World
beforeEach(async () => {
  said.length = 0
  world = await openKuaidi100((_level, message, fields) => void said.push({ message, ...fields }))
})
afterEach(() => world.close())

const key = { waybillNo: 'YT7600000000001', carrier: 'YTO' as const }
type Key = Parameters<Kuaidi100World['tracker']['query']>[0]
const subscribe = (more: Partial<Key> = {}) => world.tracker.subscribe?.({ ...key, ...more }, never)
const query = (more: Partial<Key> = {}) => world.tracker.query({ ...key, ...more }, never)
const row = (hour: string, context: string, statusCode?: string): Row => ({
  ftime: `2026-11-23 ${hour}:00`,
  context,
  ...(statusCode !== undefined && { statusCode }),
})

const read = (body: string, pathSecret = account.pathSecret): PushReading => {
  const { readPush } = world.tracker
  if (readPush === undefined) throw new Error('no push')
  const raw = Buffer.from(body)
  return readPush({ method: 'POST', query: new URLSearchParams(), header: () => undefined, raw, pathSecret, nowMs })
}
const frame = JSON.parse(fixture('push.json')) as { readonly lastResult: { readonly data: readonly Row[] } }
const hintOf = (more: object, last: object = {}) => {
  const reading = read(world.push(JSON.stringify({ ...frame, ...more, lastResult: { ...frame.lastResult, ...last } })))
  return reading.outcome === 'told' ? reading.hints[0] : undefined
}
const positionOf = (track: TrackTold | undefined) => trackPosition(track?.nodes ?? [])

describe('the vectors', () => {
  test('a query is signed with param, key and customer', () => {
    const { param = '', key: appSecret = '', customer = '', expected } = inputsOf('kuaidi100-query-1')
    expect(querySign(param, appSecret, customer)).toBe(expected)
  })

  test('a push with param and salt, in either case of letters', () => {
    const { param = '', salt = '', expected = '' } = inputsOf('kuaidi100-push-1')
    for (const sign of [expected, expected.toLowerCase()])
      expect(read(new URLSearchParams({ param, sign }).toString())).toMatchObject({ outcome: 'told' })
    expect(salt).toBe(account.salt)
    const empty = inputsOf('kuaidi100-push-2-empty-salt')
    expect(md5Hex(empty.param ?? '', empty.salt ?? '').toUpperCase()).toBe(empty.expected)
    // a desk with a salt believes no push without one
    const unsalted = new URLSearchParams({ param: empty.param ?? '', sign: empty.expected ?? '' })
    expect(read(unsalted.toString())).toMatchObject({ outcome: 'refused', status: 401 })
  })
})

describe('pushes', () => {
  test('a signed snapshot says all itself, newest node first', () => {
    expect(read(world.push(fixture('push.json')))).toEqual({
      outcome: 'told',
      answer: {
        status: 200,
        type: 'application/json',
        body: '{"result":true,"returnCode":"200","message":"成功"}',
      },
      hints: [
        {
          key: expect.stringMatching(/^YT7600000000001:[0-9a-f]{32}$/),
          about: { kind: 'parcel', waybillNo: 'YT7600000000001' },
          track: {
            waybillNo: 'YT7600000000001',
            nodes: [
              {
                atMs: at('23T10:00'),
                state: 'delivering',
                place: '浙江 杭州市',
                text: '【杭州市】快递员王师傅正在派件',
              },
              {
                atMs: at('23T02:10'),
                state: 'in_transit',
                place: '浙江 杭州市',
                text: '【杭州市】快件已到达 杭州转运中心',
              },
              { atMs: at('22T18:00'), state: 'collected', place: '上海市', text: '【上海市】已揽收' },
            ],
          },
        },
      ],
    })
    expect(hintOf({})?.key).toBe(hintOf({})?.key)
    expect(hintOf({}, { state: '3' })?.key).not.toBe(hintOf({})?.key)
  })

  test('another salt, a changed byte, no secret in the address: nothing happens', () => {
    const param = fixture('push.json')
    expect(read(world.push(param, 'another-salt'))).toMatchObject({ outcome: 'refused', status: 401 })
    expect(read(world.push(param).replace('got', 'gut'))).toMatchObject({ outcome: 'refused', status: 401 })
    expect(read('param=%7B%7D')).toMatchObject({ outcome: 'refused', status: 401 })
    expect(read(world.push(param), 'guess')).toMatchObject({ outcome: 'refused', status: 403 })
    expect(() => read(world.push('{}'))).toThrow(/nu is missing/)
  })

  test('how it goes on: ended, looked for again in half an hour, or under another carrier', () => {
    expect(hintOf({ status: 'shutdown' })?.track).toMatchObject({ ended: true })
    const nothing = hintOf({ status: 'abort', message: '3天查询无记录' }, { data: [] })?.track
    expect(nothing).toEqual({ waybillNo: 'YT7600000000001', nodes: [], againInMs: 1_800_000 })
    expect(hintOf({ status: 'abort', message: '60天无变化' })?.track).toMatchObject({ ended: true })
    const moved = hintOf({ status: 'abort', message: '3天查询无记录', comOld: 'yuantong', comNew: 'zhongtong' })?.track
    expect(moved).toMatchObject({ carrier: 'ZTO' })
    expect(moved).not.toHaveProperty('againInMs')
    expect(moved).not.toHaveProperty('ended')
    expect(hintOf({ comNew: 'a-carrier-nobody-knows' })?.track).not.toHaveProperty('carrier')
  })

  test('the nodes of the country it goes to count as well', () => {
    const abroad = { destResult: { state: '3', data: [row('20:00', 'Delivered', '301')] } }
    expect(positionOf(hintOf(abroad)?.track)).toMatchObject({ state: 'signed', atMs: at('23T20:00') })
  })

  test('a node that cannot be read is left out; nothing but such nodes is refused', () => {
    const data = [{ ftime: 7, context: '' }, ...frame.lastResult.data]
    expect(hintOf({}, { data })?.track?.nodes).toHaveLength(3)
    expect(said).toMatchObject([{ message: 'a node cannot be read' }])
    expect(() => hintOf({}, { data: [{ ftime: 7, context: '' }] })).toThrow(/no node/)
    expect(() => hintOf({}, { data: 'none' })).toThrow(/list/)
    expect(hintOf({}, { data: [{ time: '2026-11-23 10:00:00', context: 'x' }] })?.track?.nodes).toHaveLength(1)
  })
})

describe('states', () => {
  test.each([
    ['201', 'stuck'],
    ['202', 'stuck'],
    ['205', 'stuck'],
    ['208', 'stuck'],
    ['203', 'refused'],
    ['14', 'refused'],
    ['204', 'delivery_failed'],
    ['207', 'delivery_failed'],
    ['206', 'unreachable'],
    ['209', 'damaged'],
    ['6', 'returning'],
    ['4', 'returning'],
    ['2', 'unrecognised'],
    ['210', 'unrecognised'],
    ['401', 'unrecognised'],
    ['13', 'unrecognised'],
  ])('%s is %s', (code, exception) => {
    expect(stepOf(code, '')).toEqual({ state: 'exception', exception })
  })

  test.each([
    ['101', 'created'],
    ['102', 'created'],
    ['1', 'collected'],
    ['103', 'collected'],
    ...['0', '1001', '1002', '1003', '7', '10', '11', '12'].map((code) => [code, 'in_transit']),
    ['5', 'delivering'],
    ['501', 'delivering'],
    ...['3', '301', '302', '303', '304'].map((code) => [code, 'signed']),
  ])('%s is %s', (code = '', state) => {
    expect(stepOf(code, '')).toMatchObject({ state })
  })

  test('who signed when it was not the buyer stays known', () => {
    const by = (code: string, words = '') => stepOf(code, words).signer
    expect([by('303'), by('304'), by('302'), by('3')]).toEqual(['代收人', '驿站或快递柜', undefined, undefined])
    expect([by('3', '已由菜鸟驿站代签收'), by('301', '已由菜鸟驿站代签收')]).toEqual(['驿站或快递柜', undefined])
  })

  test('every code puts a parcel somewhere; unknown ones sign only in the family of 3, words never', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_999 }), fc.string({ unit: 'grapheme' }), (code, words) => {
        const { state, exception } = stepOf(String(code), `${words}已签收`)
        expect(exception !== undefined).toBe(state === 'exception')
        if (state === 'signed') expect(String(code)).toMatch(/^3(?:\d\d)?$/)
      }),
    )
    expect(stepOf(undefined, '已签收')).toEqual({ state: 'in_transit' })
    hintOf({}, { data: [row('10:00', '某事', '1777')] })
    expect(said).toMatchObject([{ message: 'a code that stands in no table', code: '1777' }])
  })

  test('without codes at the nodes the whole speaks for the newest alone; a state may be missing', () => {
    const data = [row('10:00', '客户签收'), row('09:00', '离开上海'), row('08:00', '已揽收')]
    const states = (last: object) => hintOf({}, { data, ...last })?.track?.nodes.map(({ state }) => state)
    expect(states({ state: '3' })).toEqual(['signed', 'in_transit', 'collected'])
    expect(states({ state: undefined })).toEqual(['in_transit', 'in_transit', 'collected'])
  })

  test('signed after a refusal is the sender, in whatever order the nodes come', () => {
    const way = [row('15:00', '签收', '301'), row('09:00', '拒收', '203'), row('08:00', '派件', '5')]
    for (const data of [way, way.toReversed()])
      expect(positionOf(hintOf({}, { data })?.track)).toMatchObject({ state: 'exception', exception: 'returning' })
  })
})

describe('calls', () => {
  test('a subscription names the secret address and the salt; twice is fine', async () => {
    for (let n = 0; n < 2; n++) expect(await subscribe({ phoneTail: '5678' })).toEqual({ outcome: 'subscribed' })
    expect(world.asked).toEqual(Array(2).fill('subscribe yuantong YT7600000000001'))
    expect(world.subscription()).toEqual({
      callbackurl: `https://desk.example/callback/kuaidi100/${account.pathSecret}`,
      salt: account.salt,
      resultv2: '4',
      autoCom: '1',
      interCom: '0',
      phone: '',
    })
    await subscribe({ carrier: 'SF', waybillNo: 'SF1000000000001', phoneTail: '5678' })
    expect(world.asked.at(-1)).toBe('subscribe shunfeng SF1000000000001 5678')
  })

  test('every carrier it covers has a name it takes; a wrong number and other carriers are refused', async () => {
    const carriers = ['SF', 'YTO', 'ZTO', 'STO', 'YUNDA', 'JT', 'JD', 'EMS', 'DBL', 'POST', 'CAINIAO'] as const
    for (const [n, carrier] of carriers.entries()) {
      expect(world.tracker.covers(carrier)).toBe(true)
      expect(await subscribe({ carrier, waybillNo: `76000000000${n + 10}` })).toEqual({ outcome: 'subscribed' })
    }
    expect(await subscribe({ waybillNo: '12' })).toMatchObject({ outcome: 'refused' })
    expect(await subscribe({ carrier: 'OTHER' })).toMatchObject({ outcome: 'refused' })
    expect(world.tracker.covers('PICKUP')).toBe(false)
  })

  test('without an address of its own the desk only asks', async () => {
    expect(world.tracker.subscribe).toBeDefined()
    await world.close()
    world = await openKuaidi100(() => undefined, null)
    expect(world.tracker.subscribe).toBeUndefined()
  })

  test('a query gives the snapshot; no record, or a phone that is missing, is none', async () => {
    expect(await query()).toBeUndefined()
    world.put(key.waybillNo, '5', frame.lastResult.data)
    expect(positionOf(await query())).toEqual({ atMs: at('23T10:00'), state: 'delivering' })
    world.put('SF1000000000001', '5', frame.lastResult.data)
    const sf = { carrier: 'SF', waybillNo: 'SF1000000000001' } as const
    expect(await query(sf)).toBeUndefined()
    expect((await query({ ...sf, phoneTail: '5678' }))?.nodes).toHaveLength(3)
    world.put(key.waybillNo, '0', [])
    expect(await query()).toBeUndefined()
    expect(await query({ carrier: 'OTHER' })).toBeUndefined()
    await world.check()
  })

  test('HTTP 200 with an error inside: later, or what to do', async () => {
    world.refuse('500')
    await expect(subscribe()).rejects.toMatchObject({ code: 'unreachable', retryAfterMs: 5_000 })
    await expect(subscribe()).rejects.toThrow('left alone')
    for (const [code, says] of [
      ['503', 'copy customer and key'],
      ['600', 'copy customer and key'],
      ['601', 'no money left'],
      ['999', 'refused with 999'],
    ] as const) {
      await world.close()
      world = await openKuaidi100(() => undefined)
      world.refuse(code)
      await expect(world.check()).rejects.toThrow(says)
    }
  })

  test('a vendor that is away, and nodes of another type, are errors and no empty track', async () => {
    world.put(key.waybillNo, '0', [{ ftime: 5, context: '' }])
    await expect(query()).rejects.toMatchObject({ code: 'bad-payload' })
    world.down(true)
    await expect(query()).rejects.toMatchObject({ code: 'unreachable' })
    await expect(subscribe()).rejects.toMatchObject({ code: 'unreachable' })
  })
})
