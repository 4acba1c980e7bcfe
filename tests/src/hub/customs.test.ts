import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { customsLine } from '../../../cards/customs-line.ts'
import { customs as adapter } from '../../../src/connectors/customs.ts'
import { readAnswers } from '../../../src/connectors/customs-xml.ts'
import type { Command } from '../../../src/hub/commands.ts'
import { type Customs, customs, defaultLimits } from '../../../src/hub/customs.ts'
import {
  type CustomsPapers,
  checkPapers,
  type GivenPapers,
  isIdNumber,
  readPapers,
} from '../../../src/hub/customs-papers.ts'
import { giveCommands } from '../../../src/hub/give-commands.ts'
import { intake } from '../../../src/hub/intake.ts'
import { orderLookup } from '../../../src/hub/orders.ts'
import { outbox } from '../../../src/hub/outbox.ts'
import { openJson } from '../../../src/hub/sealed-json.ts'
import { fixedClock } from '../../../src/runtime/clock.ts'
import { randomIds } from '../../../src/runtime/ids.ts'
import { silentLog } from '../../../src/runtime/log.ts'
import { fakeDeclarant } from '../../fakes/customs.ts'
import { testPersonal } from '../../kit/cipher.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { noonMs, sampleOrder } from './sample-order.ts'

const clock = fixedClock(noonMs)
const never = new AbortController().signal
const papers = JSON.parse(
  readFileSync(new URL('../../fixtures/customs/papers.json', import.meta.url), 'utf8'),
) as GivenPapers
const good = {
  sku: 'NF3-900',
  itemName: '3段奶粉',
  model: '900g/罐',
  hsCode: '1901101000',
  unit: '142',
  country: '609',
}
const parties = {
  ebpCode: '1105964QQM',
  ebpName: '平台',
  ebcCode: '3301960ABC',
  ebcName: '商家',
  copCode: '3301960ABC',
  copName: '商家',
  dxpId: 'DXPENT0000000001',
}
let fresh: FreshDatabase
let desk: Customs
let folder: string
let guids = 0

beforeAll(async () => {
  fresh = await freshDatabase({ max: 6 })
  const { database } = fresh
  desk = customs({
    database,
    personal: testPersonal,
    give: giveCommands({ outbox: outbox(database, testPersonal), clock }),
    clock,
    newGuid: () => `00000000-0000-4000-8000-${String(++guids).padStart(12, '0')}`,
    limits: { ...defaultLimits, ebpCode: parties.ebpCode },
  })
})
beforeEach(async () => {
  await fresh.database.sql`TRUNCATE orders, customs_goods, commands, outbox CASCADE`
  folder = await mkdtemp(join(tmpdir(), 'chadan-customs-'))
  await order(papers.orderNo)
  await desk.takeGoods([good])
  return () => rm(folder, { recursive: true })
})
afterAll(() => fresh.drop())

const order = (orderNo: string) =>
  intake(fresh.database, testPersonal, clock, randomIds()).take(
    sampleOrder({ channel: 'jd', shop: '京东国际', orderNo, source: 'jd.pull', paidFen: 28_648n }),
  )
const given = async (): Promise<readonly { readonly key: string; readonly command: Command }[]> =>
  (await fresh.database.sql<{ key: string; payload: unknown }[]>`SELECT key, payload FROM outbox ORDER BY key`).map(
    ({ key, payload }) => ({ key, command: openJson(testPersonal, payload) as Command }),
  )
const shown = async (orderNo = papers.orderNo) => {
  const found = await orderLookup(fresh.database, testPersonal, clock).find(
    { kind: 'order-no', value: orderNo },
    { limit: 5 },
  )
  return customsLine(found.orders[0] ?? {})
}
const open = (at = folder) =>
  adapter.open(
    'customs',
    { folder: at, ...parties },
    {
      clock,
      log: silentLog,
      tokens: { get: async () => '', drop: async () => {} },
      vendor: () => {
        throw new Error('customs is not called')
      },
      publicUrl: undefined,
    },
  )

describe('from the papers to customs and back', () => {
  test('what agrees is declared once, its number stands on the card, and the release follows', async () => {
    const declarant = await fakeDeclarant(folder)
    const { commands, customs: files } = open()
    expect(await desk.takePapers(papers)).toMatchObject({ outcome: 'given' })
    expect(await desk.takePapers(papers)).toMatchObject({ outcome: 'given' })
    const [one, ...more] = await given()
    expect(more).toEqual([])
    expect(await shown()).toEqual(['报关：已交申报'])
    const run = async () => one && commands?.run(one.command, one.key, never)
    const done = await run()
    expect(done).toMatchObject({ outcome: 'done' })
    expect(await run()).toEqual(done)
    expect(await readdir(join(folder, 'out'))).toHaveLength(1)
    const [taken] = await declarant.look('20261122120500')
    expect(taken?.OrderHead).toMatchObject({
      orderNo: papers.orderNo,
      acturalPaid: '286.48',
      appTime: '20261122120000',
      buyerIdType: '1',
      currency: '142',
    })
    expect(taken?.OrderList).toMatchObject([
      { gnum: '1', itemNo: 'NF3-900', qty: '2', price: '129.00', totalPrice: '258.00', country: '609' },
    ])
    await declarant.listAnswer({
      orderNo: papers.orderNo,
      returnStatus: '2',
      returnTime: '20261122121000123',
      preNo: 'I20261122000001',
      returnInfo: '电子申报',
    })
    const read = async () => {
      for await (const answer of files?.answers(never) ?? []) expect(await desk.takeAnswer(answer)).toBe(true)
    }
    await read()
    expect(await shown()).toEqual(['报关：已受理，预录入号I20261122000001'])
    await declarant.listAnswer({
      orderNo: papers.orderNo,
      returnStatus: '800',
      returnTime: '20261122150000',
      invtNo: '292420261122000001',
      returnInfo: '放行',
    })
    await read()
    expect(await shown()).toEqual(['报关：已放行，预录入号I20261122000001'])
    expect(await desk.takePapers({ ...papers, freight: '11.00' })).toEqual({ outcome: 'settled' })
  })

  test("refused by customs: said on the card; mended papers are a document of their own, late answers to the first are nobody's", async () => {
    const first = { orderNo: papers.orderNo, kind: '312', verdict: 'rejected', code: '100', atMs: noonMs } as const
    await desk.takePapers(papers)
    await desk.takeAnswer(first)
    expect(await shown()).toEqual(['报关：被退单，改好资料后重报'])
    await desk.takePapers(papers)
    const [one, two, ...more] = await given()
    expect(more).toEqual([])
    const documentOf = (at: typeof one) =>
      JSON.parse(at?.command.name === 'customs.predeclare' ? at.command.payload.document : '{}')
    expect(documentOf(two).guid).not.toBe(documentOf(one).guid)
    expect(documentOf(two).appType).toBe('2')
    expect(await shown()).toEqual(['报关：已交申报'])
    expect(await desk.takeAnswer({ ...first, guid: documentOf(one).guid, atMs: noonMs + 1 })).toBe(false)
    expect(await shown()).toEqual(['报关：已交申报'])
  })

  test('an older answer that comes late changes nothing', async () => {
    await desk.takePapers(papers)
    const told = { orderNo: papers.orderNo, kind: '312', code: '3' } as const
    await desk.takeAnswer({ ...told, verdict: 'accepted', atMs: noonMs + 2 })
    await desk.takeAnswer({ ...told, verdict: 'rejected', code: '100', atMs: noonMs + 1 })
    expect(await shown()).toEqual(['报关：已受理'])
  })

  test('what does not agree is not declared, and the card says why without a person in it', async () => {
    const wrong = { ...papers, payment: { ...papers.payment, payer: { name: '别人', idNumber: '110105194912310038' } } }
    expect(await desk.takePapers(wrong)).toMatchObject({ outcome: 'blocked', problems: [{ code: 'payer' }] })
    expect(await given()).toEqual([])
    expect(await shown()).toEqual(['报关未报：付款人与订购人不一致'])
    expect(await desk.takePapers(papers)).toMatchObject({ outcome: 'given' })
    expect(await shown()).toEqual(['报关：已交申报'])
  })

  test('two orders of one buyer at once do not both fit under the limit of the year', async () => {
    const numbers = Array.from({ length: 12 }, (_, n) => `33000112233${4_460 + n}`)
    for (const orderNo of numbers) await order(orderNo)
    await fresh.database.sql`UPDATE orders SET paid_fen = 300000`
    const of = (orderNo: string): GivenPapers => ({
      ...papers,
      ...{ orderNo, goods: '3000.00', freight: '0', tax: '0', discount: '0', paid: '3000.00' },
      payment: { ...papers.payment, orderNo, amount: '3000.00' },
      lines: [{ sku: 'NF3-900', qty: 1, price: '3000.00' }],
      waybill: undefined,
      list: undefined,
    })
    const taken = await Promise.all(numbers.map((orderNo) => desk.takePapers(of(orderNo))))
    expect(taken.filter(({ outcome }) => outcome === 'given')).toHaveLength(8)
    expect(
      taken.filter(({ outcome }) => outcome === 'blocked').map((one) => 'problems' in one && one.problems[0]?.code),
    ).toEqual(Array(4).fill('yearly-limit'))
  })

  test('nobody in the papers stands in a table, a command row or an error in clear', async () => {
    await desk.takePapers(papers)
    const unread = await desk.takePapers({ ...papers, buyer: { ...papers.buyer, phone: 13_800_000_000 } })
    expect(unread).toMatchObject({ outcome: 'unreadable', problem: expect.stringContaining('buyer.phone') })
    const rows = await fresh.database
      .sql`SELECT (SELECT json_agg(d) FROM customs_declarations d)::text AS d, (SELECT json_agg(o) FROM outbox o)::text AS o,
      (SELECT json_agg(c) FROM commands c)::text AS c`
    for (const word of [
      papers.buyer.idNumber,
      papers.buyer.phone,
      papers.buyer.name,
      papers.consignee.name,
      papers.consignee.address,
    ])
      expect(JSON.stringify([rows, unread])).not.toContain(word)
  })

  test('papers of an order the hub does not know wait for nobody', async () => {
    expect(await desk.takePapers({ ...papers, orderNo: '1' })).toEqual({ outcome: 'no-order' })
  })
})

describe('the comparison', () => {
  const whole = readPapers(papers)
  const hub = { orderNo: papers.orderNo, paidFen: 28_648n, goods: new Map([[good.sku, good]]) }
  const codes = (change: Partial<CustomsPapers>, more: Partial<typeof hub> = {}) =>
    checkPapers(
      { ...whole, ...change },
      { ...hub, ...more },
      { ...defaultLimits, ebpCode: parties.ebpCode, spentFen: 0n },
    ).map(({ code }) => code)

  test.each<[string, Partial<CustomsPapers>, Partial<typeof hub>, readonly string[]]>([
    ['nothing', {}, {}, []],
    ['payment of another order', { payment: { ...whole.payment, orderNo: '2' } }, {}, ['payment-order']],
    ['a fen too little', { payment: { ...whole.payment, amount: 28_647n } }, {}, ['payment-amount']],
    ['freight left out', { freight: 0n }, {}, ['sum-paid']],
    ['lines beside the sum', { lines: [{ sku: good.sku, qty: 1, price: 12_900n }] }, {}, ['sum-goods', 'list-lines']],
    ['the platform says otherwise', {}, { paidFen: 1n }, ['order-amount']],
    ['another receiver', { consignee: { ...whole.consignee, address: 'x' } }, {}, ['waybill-consignee']],
    ['no waybill yet', { waybill: undefined }, {}, []],
    ['list of another platform', { list: whole.list && { ...whole.list, ebpCode: 'X' } }, {}, ['list-party']],
    ['another buyer on the list', { list: whole.list && { ...whole.list, buyerIdNumber: 'X' } }, {}, ['list-buyer']],
    ['unknown goods', {}, { goods: new Map() }, ['goods-unknown']],
    ['nine digits', {}, { goods: new Map([[good.sku, { ...good, hsCode: '190110100' }]]) }, ['goods-codes']],
  ])('%s', (_what, change, more, wanted) => {
    expect(codes(change, more)).toEqual(wanted)
  })

  test('one digit of an identity number changed, or two neighbours swapped: never a valid one', () => {
    expect(isIdNumber('11010519491231002X')).toBe(true)
    fc.assert(
      fc.property(fc.nat(16), fc.integer({ min: 1, max: 9 }), (at, by) => {
        const digits = [...'11010519491231002X']
        digits[at] = String((Number(digits[at]) + by) % 10)
        return !isIdNumber(digits.join(''))
      }),
    )
  })
})

describe("what stands in the declarant's directory", () => {
  test('half a file, an entity bomb and a stranger are passed over', async () => {
    const declarant = await fakeDeclarant(folder)
    await declarant.put('<CEB312Message><OrderReturn><orderNo>1')
    await declarant.put('<!DOCTYPE a [<!ENTITY b "c">]><CEB312Message/>')
    await declarant.put('<Other><Thing>1</Thing></Other>')
    await declarant.listAnswer({
      orderNo: '7',
      returnStatus: '-621001',
      returnTime: '20261122121000',
      returnInfo: '校验失败',
    })
    const read = []
    for await (const answer of open().customs?.answers(never) ?? []) read.push(answer)
    expect(read).toMatchObject([{ kind: '622', orderNo: '7', verdict: 'rejected', code: '-621001' }])
  })

  test('signs XML does not know do not break a document', async () => {
    const declarant = await fakeDeclarant(folder)
    const name = '甲<&>\u0001\ud800乙'
    await desk.takePapers({
      ...papers,
      buyer: { ...papers.buyer, name },
      payment: { ...papers.payment, payer: { ...papers.payment.payer, name } },
    })
    const [one] = await given()
    await (one && open().commands?.run(one.command, one.key, never))
    const [taken] = await declarant.look('20261122120500')
    expect(taken?.OrderHead.buyerName).toBe('甲<&>乙')
  })

  test('a directory that is not there: tried again, and doctor says what to do', async () => {
    const { commands, check } = open('/dev/null/none')
    await desk.takePapers(papers)
    const [one] = await given()
    expect(await (one && commands?.run(one.command, one.key, never))).toMatchObject({ outcome: 'retry' })
    await expect(check(never)).rejects.toThrow(/must hold "out"/)
  })

  test('any text is read or refused, never thrown through', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          return Array.isArray(readAnswers(text))
        } catch (error) {
          return error instanceof Error && 'code' in error
        }
      }),
    )
  })
})
