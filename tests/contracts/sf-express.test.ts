import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { javaEncoded, sfDigest } from '../../src/connectors/sf-calls.ts'
import { sfStep } from '../../src/connectors/sf-codes.ts'
import type { PushReading } from '../../src/hub/channel-port.ts'
import { trackPosition } from '../../src/hub/track-state.ts'
import { account, fixture, openSf, type Route, type SfWorld } from '../fakes/sf-express.ts'

type Vector = {
  readonly id: string
  readonly expected: string
  readonly stringToSign: string
  readonly inputs: { readonly msgData: string; readonly timestamp: string; readonly checkword: string }
}
const { vectors } = JSON.parse(readFileSync(new URL('../fixtures/signatures.json', import.meta.url), 'utf8')) as {
  vectors: readonly Vector[]
}

const never = new AbortController().signal
const nowMs = Date.parse('2026-11-23T10:06:00+08:00')
const at = (time: string) => Date.parse(`2026-11-${time}:00+08:00`)
const said: { readonly message: string }[] = []
let world: SfWorld
beforeEach(async () => {
  said.length = 0
  world = await openSf((_level, message, fields) => void said.push({ message, ...fields }))
})
afterEach(() => world.close())

const waybillNo = 'SF1000000000001'
const query = (phoneTail = '5678') =>
  world.tracker.query({ waybillNo, carrier: 'SF', ...(phoneTail !== '' && { phoneTail }) }, never)
const { msgData } = JSON.parse(fixture('routes.json')) as {
  msgData: { routeResps: readonly { mailNo: string; routes: readonly Route[] }[] }
}
const way = msgData.routeResps[0]?.routes ?? []
const route = (hour: string, opCode: string, remark = ''): Route => ({
  acceptTime: `2026-11-23 ${hour}:00`,
  opCode,
  remark,
})

describe('the vectors', () => {
  test.each(vectors.filter(({ id }) => id.startsWith('sf-')))('$id', ({ inputs, stringToSign, expected }) => {
    const { msgData: data, timestamp, checkword } = inputs
    expect(javaEncoded(data + timestamp + checkword)).toBe(stringToSign)
    expect(sfDigest(data, timestamp, checkword)).toBe(expected)
  })
})

test('forms are encoded as Java does it, whatever stands in them', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(javaEncoded(text)).toMatch(/^(?:[A-Za-z0-9*._+-]|%[0-9A-F]{2})*$/)
      expect(new URLSearchParams(`x=${javaEncoded(text)}`).get('x')).toBe(text)
    }),
  )
})

describe('a query', () => {
  test('gives the routes out of the JSON inside the text', async () => {
    world.put(waybillNo, '5678', way)
    expect(await query()).toEqual({
      waybillNo,
      nodes: [
        { atMs: at('22T18:00'), state: 'collected', place: '上海市', text: '顺丰速运 已收取快件' },
        { atMs: at('23T02:10'), state: 'in_transit', place: '杭州市', text: '快件到达 【杭州转运中心】' },
        { atMs: at('23T10:00'), state: 'delivering', place: '杭州市', text: '快件交给王师傅，正在派送途中' },
      ],
    })
    expect(world.asked).toEqual([`${waybillNo} 5678`])
  })

  test('a phone that does not fit, none, and a parcel nobody has are no record', async () => {
    world.put(waybillNo, '5678', way)
    expect(await query('0000')).toBeUndefined()
    expect(await query('')).toBeUndefined()
    world.put(waybillNo, '5678', [])
    expect(await query()).toBeUndefined()
  })

  test('signed ends it; a node of another type is left out, nothing but such nodes is an error', async () => {
    world.put(waybillNo, '5678', [...way, { acceptTime: 5, remark: '' }, route('15:00', '80', '已签收')])
    const track = await query()
    expect(track).toMatchObject({ ended: true })
    expect(track?.nodes).toHaveLength(4)
    expect(said).toMatchObject([{ message: 'a node cannot be read' }])
    world.put(waybillNo, '5678', [{ acceptTime: 5, remark: '' }])
    await expect(query()).rejects.toMatchObject({ code: 'bad-payload' })
  })

  test('a signature of the sender at the end of the way back is not the buyer', async () => {
    for (const back of ['99', '648']) {
      world.put(waybillNo, '5678', [...way, route('11:00', back, '快件正在退回'), route('20:00', '80', '已签收')])
      expect(trackPosition((await query())?.nodes ?? [])).toMatchObject({ state: 'exception', exception: 'returning' })
    }
  })

  test('what the gateway and the service refuse: later, or what to do', async () => {
    world.inner('20001')
    await expect(query()).rejects.toMatchObject({ code: 'platform-refused', vendorCode: '20001' })
    world.inner(undefined)
    world.gateway('A1003')
    await expect(world.check()).rejects.toThrow('address of this machine')
    world.gateway('A1005')
    await expect(query()).rejects.toMatchObject({ code: 'unreachable', retryAfterMs: 5_000 })
    world.gateway(undefined)
    await expect(query()).rejects.toThrow('left alone')
  })

  test('a clock that is wrong is put right by the vendor, once', async () => {
    world.put(waybillNo, '5678', way)
    world.skewMs(30 * 60_000)
    expect((await query())?.nodes).toHaveLength(3)
    world.gateway('A1002')
    await expect(query()).rejects.toThrow('set the clock')
  })

  test('doctor asks for a number nobody has', async () => {
    await world.check()
    expect(world.asked).toEqual(['SF0000000000000'])
  })
})

describe('codes', () => {
  test.each([
    ['50', 'collected'],
    ['54', 'collected'],
    ['30', 'in_transit'],
    ['31', 'in_transit'],
    ['36', 'in_transit'],
    ['44', 'delivering'],
    ['204', 'delivering'],
    ['634', 'delivering'],
    ['125', 'delivering'],
    ['80', 'signed'],
    ['8000', 'signed'],
  ])('%s is %s', (code, state) => {
    expect(sfStep(code, '')).toEqual({ state })
  })

  test.each([
    ['70', '', 'delivery_failed'],
    ['70', '客户拒收', 'refused'],
    ['70', '无法联系收件人', 'unreachable'],
    ['70', '地址超区', 'delivery_failed'],
    ['33', '', 'unrecognised'],
    ['33', '快件滞留', 'stuck'],
    ['33', '外包装破损', 'damaged'],
    ['126', '', 'stuck'],
    ['99', '', 'returning'],
    ['648', '', 'returning'],
  ])('%s %s is %s', (code, words, exception) => {
    expect(sfStep(code, words)).toEqual({ state: 'exception', exception })
  })

  test('a signature of a locker or a counter is not the buyer’s, and says so', () => {
    const by = (words: string) => sfStep('80', words).signer
    expect(by('快件已由丰巢智能柜签收')).toBe('驿站或快递柜')
    expect(by('本人签收，如有疑问请联系菜鸟驿站')).toBeUndefined()
    expect(by('已签收，感谢使用顺丰')).toBeUndefined()
    expect(sfStep('44', '已到丰巢')).toEqual({ state: 'delivering' })
  })

  test('a code of no table goes by its words, which never sign, and is logged', async () => {
    expect(sfStep('4711', '已签收')).toEqual({ state: 'in_transit' })
    world.put(waybillNo, '5678', [route('10:00', '4711', '已签收')])
    await query()
    expect(said).toMatchObject([{ message: 'a code that stands in no table', code: '4711' }])
  })
})

describe('pushes', () => {
  const read = (body: string, pathSecret = account.pathSecret): PushReading => {
    const { readPush } = world.tracker
    if (readPush === undefined) throw new Error('no push')
    const raw = Buffer.from(body)
    return readPush({ method: 'POST', query: new URLSearchParams(), header: () => undefined, raw, pathSecret, nowMs })
  }
  const hints = (body: string) => {
    const reading = read(body)
    return reading.outcome === 'told' ? reading.hints : []
  }
  type Node = { readonly mailno: string; readonly id: string | number }
  const { Body } = JSON.parse(fixture('push.json')) as { Body: { WaybillRoute: readonly Node[] } }
  const pushOf = (nodes: readonly Node[]) => JSON.stringify({ Body: { WaybillRoute: nodes } })

  test('are not signed, so they only say which parcels to ask about: one hint a parcel', () => {
    expect(read(fixture('push.json'))).toEqual({
      outcome: 'told',
      answer: { status: 200, body: '{"return_code":"0000","return_msg":"成功"}', type: 'application/json' },
      hints: [
        { key: expect.stringMatching(/^SF1000000000001:/), about: { kind: 'parcel', waybillNo } },
        { key: expect.stringMatching(/^SF1000000000002:/), about: { kind: 'parcel', waybillNo: 'SF1000000000002' } },
      ],
    })
  })

  test('without the secret in the address nothing is read', () => {
    for (const secret of ['', 'guess'])
      expect(read(fixture('push.json'), secret)).toMatchObject({ outcome: 'refused', status: 403 })
    expect(read('{}')).toMatchObject({ outcome: 'told', hints: [] })
    expect(() => read('{"Body":{"WaybillRoute":"x"}}')).toThrow(/list/)
    expect(() => read('{"Body":{"WaybillRoute":[{"mailno":"SF1"}]}}')).toThrow(/id is missing/)
  })

  test('a node that cannot be read does not hold up the others', () => {
    const [whole] = Body.WaybillRoute
    const half = { mailno: 'SF1000000000009' } as Node
    expect(hints(pushOf([half, whole as Node])).map(({ about }) => about)).toEqual([{ kind: 'parcel', waybillNo }])
    expect(said).toMatchObject([{ message: 'a pushed node cannot be read', alarm: true }])
  })

  test('the same nodes in any order are the same push; a further node is another', () => {
    const nodes = Body.WaybillRoute
    const keys = (given: readonly Node[]) =>
      hints(pushOf(given))
        .map(({ key }) => key)
        .toSorted()
    expect(keys(nodes.toReversed())).toEqual(keys(nodes))
    expect(keys(nodes.slice(0, 1))).not.toEqual(keys(nodes.slice(0, 2)))
    const further = { mailno: waybillNo, id: '176386420000009' }
    expect(keys([...nodes, further])).not.toEqual(keys(nodes))
  })
})
