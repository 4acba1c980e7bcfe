import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { kingdee } from '../../src/connectors/kingdee.ts'
import { isOneOf } from '../../src/connectors/kingdee-filter.ts'
import { kingdeeHeaders } from '../../src/connectors/kingdee-sign.ts'
import { fakeKingdee, kingdeeAccount, kingdeeApp, kingdeeFrames, kingdeePassword } from '../fakes/kingdee.ts'
import vectors from '../fixtures/signatures.json' with { type: 'json' }
import { adapterParts } from '../kit/back-office-parts.ts'
import { stockSourceContract } from './stock-source.ts'

const startMs = Date.parse('2026-11-26T12:00:00+08:00')
const signal = new AbortController().signal
const signed = { way: 'signed', ...kingdeeApp }

async function open(login: object = signed, changed: object = {}) {
  const made = adapterParts(startMs)
  const fake = await fakeKingdee(made.clock.nowMs)
  const given = kingdee.settings.parse({
    ...kingdeeAccount,
    serverUrl: fake.serverUrl,
    login,
    stockWarehouses: ['CK001', 'CK002'],
    callsPerMinute: 600,
    ...changed,
  })
  const connector = kingdee.open('kingdee', given, made.parts)
  const { stock, purchases } = connector
  if (stock === undefined || purchases === undefined) throw new TypeError('both are there')
  return { ...made, ...fake, connector, stock, purchases }
}

const houses: Readonly<Record<string, string>> = { 广州仓: 'CK001', 上海仓: 'CK002' }

stockSourceContract({
  name: '金蝶云星空',
  pageSize: 2_000,
  open: async () => {
    const { world, stock, clock, close } = await open()
    return {
      source: stock,
      nowMs: clock.nowMs,
      count: (rows) => {
        const made = rows.map(({ sku, warehouse, onHand, free }, n) => ({
          ...kingdeeFrames.stock,
          FID: `id-${String(n).padStart(6, '0')}`,
          'FMaterialId.FNumber': sku,
          'FStockId.FNumber': houses[warehouse],
          'FStockId.FName': warehouse,
          FBaseQty: onHand,
          FAVBQty: free,
        }))
        world.stock.splice(0, world.stock.length, ...made)
      },
      lie: (how) => {
        world.lie = how
      },
      close,
    }
  },
})

describe('signatures', () => {
  const of = (id: string) =>
    vectors.vectors.find((one: { id: string }) => one.id === id) as unknown as {
      inputs: Record<string, string>
      expected: string
    }
  test('both signatures are those of the vectors', () => {
    const { inputs, expected } = of('kingdee-1-api')
    const app = { ...kingdeeAccount, ...kingdeeApp, lcid: 2052 }
    const asked = { path: inputs.path ?? '', seconds: inputs.timestamp ?? '', nonce: inputs.nonce ?? '' }
    const headers = kingdeeHeaders(app, asked)
    expect(headers['X-Api-Signature']).toBe(expected)
    expect(headers['X-Kd-Signature']).toBe(of('kingdee-1-kd').expected)
    expect(headers['X-Kd-Appdata']).toBe(of('kingdee-1-kd').inputs.xKdAppdata)
    expect(headers['X-Api-ClientID']).toBe(inputs.derivedClientId)
  })
})

describe('signed calls', () => {
  let desk: Awaited<ReturnType<typeof open>>
  beforeAll(async () => {
    desk = await open()
  })
  afterAll(() => desk.close())
  beforeEach(() => {
    desk.world.lie = undefined
    desk.world.skewMs = 0
    desk.world.stock.splice(0)
    desk.world.purchases.splice(0)
  })

  test('purchases: approved and open ones that still bring something, the next first', async () => {
    const line = (FPOOrderEntry_FEntryId: number, changed: object) => ({
      ...kingdeeFrames.purchase,
      FPOOrderEntry_FEntryId,
      ...changed,
    })
    desk.world.purchases.push(
      line(1, { FDeliveryDate: '2026-12-20T00:00:00', FBillNo: 'LATE' }),
      line(2, { FBillNo: 'NEXT' }),
      line(3, { FBillNo: 'DRAFT', FDocumentStatus: 'A' }),
      line(4, { FBillNo: 'CLOSED', FCloseStatus: 'B' }),
      line(5, { FBillNo: 'ALL-IN', FStockInQty: 200 }),
      line(6, { FBillNo: 'OTHER', 'FMaterialId.FNumber': 'XX-1' }),
    )
    const asked = () => desk.purchases.openPurchases('CS-360', signal)
    const told = await asked()
    expect(told.map(({ billNo }) => billNo)).toEqual(['NEXT', 'LATE'])
    expect(told[0]).toMatchObject({ orderedQty: 200, receivedQty: 80, dueMs: Date.parse('2026-12-03T00:00:00+08:00') })
    // a system that ignores the filter promises nothing all the same
    desk.world.lie = 'no-filter'
    expect((await asked()).map(({ billNo }) => billNo)).toEqual(['NEXT', 'LATE'])
  })

  test('quotes are doubled, and a value cannot leave its place', async () => {
    expect(isOneOf('F', ["a' OR '1'='1"])).toBe("F IN ('a'' OR ''1''=''1')")
    expect(await desk.purchases.openPurchases("x' OR FBillNo <> '", signal)).toEqual([])
    await expect(desk.purchases.openPurchases('a\u0000b', signal)).rejects.toMatchObject({ code: 'bad-payload' })
  })

  test('a clock that is off is corrected by the vendor’s Date once', async () => {
    desk.world.skewMs = 20 * 60_000
    desk.world.purchases.push(kingdeeFrames.purchase)
    expect(await desk.purchases.openPurchases('CS-360', signal)).toHaveLength(1)
  })

  test('refusals: words inside HTTP 200, the gateway’s 519, and what is busy', async () => {
    desk.world.lie = 'response-error'
    await expect(desk.stock.stockOf(['A'], signal)).rejects.toMatchObject({
      code: 'platform-refused',
      message: expect.stringContaining('a field of STK_Inventory'),
    })
    desk.world.lie = '5001'
    await expect(desk.stock.stockOf(['A'], signal)).rejects.toMatchObject({ code: 'unreachable', vendorCode: '5001' })
    desk.world.lie = 'busy'
    await expect(desk.stock.stockOf(['A'], signal)).rejects.toMatchObject({ code: 'unreachable', retryAfterMs: 10_000 })
    desk.moveMs(11_000)
  })

  test('a SKU of which a row cannot be read stays as it was, the others are told', async () => {
    const row = (FID: string, sku: string, FBaseQty: unknown) => ({
      ...kingdeeFrames.stock,
      FID,
      'FMaterialId.FNumber': sku,
      FBaseQty,
    })
    desk.world.stock.push(row('1', 'A', 3), row('2', 'B', 'many'), row('3', 'B', 2))
    const told = await desk.stock.stockAll?.(signal)
    expect(told?.lots.map(({ sku }) => sku)).toEqual(['A'])
    expect(told?.unread).toEqual(['B'])
    expect(desk.logged.some((line) => line.includes('"alarm":true'))).toBe(true)
    await expect(desk.stock.stockOf(['B'], signal)).rejects.toMatchObject({ code: 'bad-payload' })
  })

  test('a wrong secret is final and names what to look at', async () => {
    const wrong = await open({ ...signed, appSecret: 'other' })
    await expect(wrong.connector.check(signal)).rejects.toMatchObject({ code: 'platform-refused', vendorCode: '4002' })
    await wrong.close()
  })
})

describe('sessions', () => {
  test.each([
    ['password', { way: 'password', password: kingdeePassword }],
    ['app secret', { way: 'app-secret', ...kingdeeApp }],
  ])('by %s: one login for many calls, one more when it is lost', async (_, login) => {
    const desk = await open(login, { expiryField: 'FExpiryDate', nearExpiryWarehouses: ['CK001'] })
    desk.world.stock.push(kingdeeFrames.stock)
    const [lot] = await desk.stock.stockOf(['CS-360'], signal)
    expect(lot).toMatchObject({ expiresOn: '2027-08-01', zone: 'near_expiry', spec: '3.6kg', onHand: 46, locked: 3 })
    await desk.stock.stockOf(['CS-360'], signal)
    expect(desk.world.logins).toBe(1)
    desk.world.sessions.clear()
    expect(await desk.stock.stockOf(['CS-360'], signal)).toHaveLength(1)
    expect(desk.world.logins).toBe(2)
    await desk.close()
  })

  test('a login that is refused is final', async () => {
    const desk = await open({ way: 'password', password: 'wrong' })
    await expect(desk.connector.check(signal)).rejects.toMatchObject({
      code: 'platform-refused',
      vendorCode: 'login 0',
    })
    await desk.close()
  })
})

test('without warehouses of its own it counts nothing', async () => {
  const { parts } = adapterParts(startMs)
  const given = { ...kingdeeAccount, serverUrl: 'http://127.0.0.1:9/k3cloud/', login: signed }
  expect(kingdee.open('kingdee', kingdee.settings.parse(given), parts).stock).toBeUndefined()
})
