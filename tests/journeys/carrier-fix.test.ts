import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { account, type DoudianWorld, openDoudian } from '../fakes/doudian.ts'
import { openRealDesk, type RealDesk } from '../kit/real-desk.ts'
import { until } from '../kit/until.ts'
import { toWorkday } from '../kit/workday.ts'

// Product row 12 on the whole desk: a pushed order without a carrier cannot be refused, so it is kept back, its fix card reaches the
// leads within a minute, and one answer frees it.

const dir = await mkdtemp(join(tmpdir(), 'chadan-carrier-'))
let real: RealDesk
let shop: DoudianWorld

beforeAll(async () => {
  shop = await openDoudian()
  const connectorsFile = join(dir, 'connectors.json')
  const { appKey, shopId } = account
  const doudian = { kind: 'doudian', shop: '抖音旗舰店', shopId, appKey, appSecret: 'env:SECRET', baseUrl: shop.url }
  await writeFile(connectorsFile, JSON.stringify({ connectors: [doudian] }))
  real = await openRealDesk({
    orders: 20,
    connectorsFile,
    secretOf: () => account.appSecret,
    opensAt: { hour: 10, minute: 0 },
  })
  // the clock of orders without a carrier runs in working hours
  real.clock.setOffset(toWorkday(10))
}, 60_000)
afterAll(async () => {
  await real.close()
  await shop.close()
  await rm(dir, { recursive: true, force: true })
})

const shownTo = async (persona: string) =>
  JSON.stringify(await real.desk.hub.playTranscript.since(`play-${persona}`, 0, 500))
async function says(persona: string, text: string): Promise<void> {
  const headers = { 'content-type': 'application/json', origin: real.url }
  const body = JSON.stringify({ id: randomUUID(), persona, chat: 'direct', text })
  expect((await fetch(`${real.url}/play/api/messages`, { method: 'POST', headers, body })).status).toBeLessThan(300)
}

test('pushed without a carrier: kept back, the fix card within a minute, one answer frees it', async () => {
  const orderNo = shop.orderNo(7)
  const nowMs = Math.floor(Date.now() / 1_000) * 1_000
  shop.put({
    orderNo,
    state: 'paid',
    createdAtMs: nowMs - 60_000,
    modifiedAtMs: nowMs,
    paidFen: 12_900n,
    lines: [{ key: `${orderNo}1`, sku: 'NF3-900', name: '3段奶粉', qty: 1 }],
  })
  const frame = shop.push(orderNo, 'msg-1')
  const pushedMs = performance.now()
  const answer = await fetch(`${real.url}/callback/doudian`, {
    method: 'POST',
    headers: frame?.headers ?? {},
    body: frame?.body ?? '',
  })
  expect(await answer.text()).toBe('{"code":0,"msg":"success"}')
  const order = async () => {
    const [row] = await real.fresh.database.sql`
      SELECT quarantined_at IS NOT NULL AS held, carrier_code AS carrier FROM orders WHERE order_no = ${orderNo}`
    return row
  }
  await until(async () => expect(await order()).toEqual({ held: true, carrier: null }), 20_000)
  await until(
    async () => expect(await shownTo('cs_lead')).toMatch(new RegExp(`订单被拦下[^]*${orderNo.slice(-4)}[^]*补承运商`)),
    45_000,
  )
  expect(performance.now() - pushedMs).toBeLessThan(60_000)
  await says('cs_lead', `补承运商 ${orderNo} 中通`)
  await until(async () => expect(await order()).toEqual({ held: false, carrier: 'ZTO' }))
  // the shop tells it once more without a carrier: what a person chose stays
  const again = shop.push(orderNo, 'msg-2')
  await fetch(`${real.url}/callback/doudian`, {
    method: 'POST',
    headers: again?.headers ?? {},
    body: again?.body ?? '',
  })
  await until(async () => {
    const [job] = await real.fresh.database.sql`SELECT state FROM outbox WHERE key = 'feed:doudian:msg-2'`
    expect(job?.state).toBe('done')
  }, 20_000)
  expect(await order()).toEqual({ held: false, carrier: 'ZTO' })
}, 90_000)
