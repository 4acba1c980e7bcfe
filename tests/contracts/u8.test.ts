import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { u8 } from '../../src/connectors/u8.ts'
import type { Receivable, ReceivableSource } from '../../src/hub/back-office-port.ts'
import { fakeU8, u8Account, u8Frames } from '../fakes/u8.ts'
import { adapterParts } from '../kit/back-office-parts.ts'

const startMs = Date.parse('2026-11-26T12:00:00+08:00')
const signal = new AbortController().signal
const span = { fromMs: startMs - 365 * 86_400_000, toMs: startMs }

async function open(changed: object = {}) {
  const made = adapterParts(startMs)
  const fake = await fakeU8()
  const given = u8.settings.parse({ ...u8Account, baseUrl: fake.baseUrl, callsPerMinute: 600, ...changed })
  const connector = u8.open('u8', given, made.parts)
  if (connector.receivables === undefined) throw new TypeError('it is there')
  return { ...made, ...fake, connector, source: connector.receivables }
}

async function all(source: ReceivableSource, customerCode?: string): Promise<readonly Receivable[]> {
  const found: Receivable[] = []
  const wanted = { ...span, ...(customerCode !== undefined && { customerCode }) }
  for await (const piece of source.receivables(wanted, signal)) found.push(...piece)
  return found
}

describe('用友 U8 tells what is owed', () => {
  let desk: Awaited<ReturnType<typeof open>>
  beforeAll(async () => {
    desk = await open({ accounts: [{ code: '0103', shop: 'JXS07' }] })
  })
  afterAll(() => desk.close())
  beforeEach(() => {
    const { world } = desk
    world.lie = undefined
    world.liesFromPage = 1
    world.bare = false
    world.bills.splice(0)
    // nobody is left alone any more
    desk.moveMs(10 * 60_000)
  })
  const bills = (count: number) =>
    desk.world.bills.push(
      ...Array.from({ length: count }, (_, n) => ({ ...u8Frames.bill, code: String(n).padStart(10, '0') })),
    )

  test('a bill as it is, to the fen; the account is known by its shop', async () => {
    desk.world.bills.push(u8Frames.bill, {
      ...u8Frames.bill,
      code: '2',
      cust_vendor_code: '0103',
      remain_amount: -12.5,
    })
    expect(await all(desk.source)).toEqual([
      { customerCode: 'JXS03', shop: 'JXS03', billNo: '0000000017', amountFen: 531_000n, remainFen: 431_000n },
      { customerCode: '0103', shop: 'JXS07', billNo: '2', amountFen: 531_000n, remainFen: -1_250n },
    ])
    expect(desk.source.codeOf('JXS07')).toBe('0103')
    expect(await all(desk.source, '0103')).toHaveLength(1)
    expect(desk.world.asked.at(-1)).toMatchObject({ date_end: '2026-11-26', cust_vendor_code: '0103' })
  })

  test.each([false, true])('pages until the last; errcode bare: %s', async (bare) => {
    desk.world.bare = bare
    bills(203)
    expect(await all(desk.source)).toHaveLength(203)
  })

  test('"no rows" is an empty list', async () => {
    expect(await all(desk.source)).toEqual([])
  })

  test('a token that is refused in words is fetched anew once', async () => {
    bills(1)
    await all(desk.source)
    const before = desk.world.given
    desk.world.tokens.clear()
    expect(await all(desk.source)).toHaveLength(1)
    expect(desk.world.given).toBe(before + 1)
  })

  test.each(['half-page', 'repeated-page'] as const)('a %s is no list: a debt would be too small', async (lie) => {
    bills(203)
    desk.world.lie = lie
    await expect(all(desk.source)).rejects.toMatchObject({ code: 'unreachable' })
  })

  test.each(['wrong-type', 'no-remain'] as const)('%s ends the reading: no debt is left out', async (lie) => {
    bills(2)
    desk.world.lie = lie
    await expect(all(desk.source)).rejects.toMatchObject({ code: 'bad-payload' })
  })

  test('the agent is off: later, and nobody asks for two minutes', async () => {
    bills(1)
    desk.world.lie = 'agent-off'
    await expect(all(desk.source, 'JXS03')).rejects.toMatchObject({ code: 'unreachable', retryAfterMs: 120_000 })
    const { calls } = desk.world
    await expect(all(desk.source, 'JXS03')).rejects.toMatchObject({ code: 'unreachable' })
    expect(desk.world.calls).toBe(calls)
  })

  test('a lost page in the middle is tried again with patience', async () => {
    bills(203)
    desk.world.lie = 'http-502'
    desk.world.liesFromPage = 2
    const { calls } = desk.world
    await expect(all(desk.source)).rejects.toMatchObject({ code: 'unreachable' })
    expect(desk.world.calls - calls).toBe(1 + 4)
  })

  test('neither secret, token nor address stands in a log or an error', async () => {
    desk.world.lie = 'busy'
    const error: unknown = await all(desk.source, 'JXS03').catch((caught: unknown) => caught)
    const said = [...desk.logged, String(error)].join('\n')
    expect(said).toContain('40001')
    expect(said).not.toMatch(/secret-of-the-fake|[?&]token=|t\d+["&]|三店/)
  })
})

test('a wrong secret is final and says what to look at', async () => {
  const desk = await open({ appSecret: 'other' })
  await expect(desk.connector.check(signal)).rejects.toMatchObject({
    code: 'platform-refused',
    message: 'u8: /system/token was refused with 30003: see its console',
  })
  await desk.close()
})
