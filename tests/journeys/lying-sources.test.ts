import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { account, type DoudianWorld, openDoudian } from '../fakes/doudian.ts'
import { openRealDesk, type RealDesk } from '../kit/real-desk.ts'
import { until } from '../kit/until.ts'

// Two shops on the whole desk, one of which lies in each way a source can: the other one's orders come in, its own are not lost,
// nothing wrong is taken, and it heals by itself. While it is away an agent is told who did not answer.

const never = new AbortController().signal
const dir = await mkdtemp(join(tmpdir(), 'chadan-lies-'))
let real: RealDesk
let liar: DoudianWorld
let honest: DoudianWorld

beforeAll(async () => {
  ;[liar, honest] = [await openDoudian(), await openDoudian()]
  const connectorsFile = join(dir, 'connectors.json')
  const { shopId } = account
  // an app of its own each: the token of one is none at the other
  const shopOf = (name: string, shop: string, appKey: string, { url: baseUrl }: DoudianWorld) => {
    const given = { kind: 'doudian', name, shop, shopId, appKey, appSecret: 'env:SECRET', defaultCarrier: 'ZTO' }
    return { ...given, everyMinutes: 1440, baseUrl }
  }
  const connectors = [
    shopOf('liar', '甲店', account.appKey, liar),
    shopOf('honest', '乙店', '6839996222222222222', honest),
  ]
  await writeFile(connectorsFile, JSON.stringify({ connectors }))
  real = await openRealDesk({ orders: 20, connectorsFile, secretOf: () => account.appSecret })
}, 60_000)
afterAll(async () => {
  await real.close()
  await Promise.all([liar.close(), honest.close()])
  await rm(dir, { recursive: true, force: true })
})

let made = 0
/** A paid order, changed a minute ago. */
function put(shop: DoudianWorld): string {
  const orderNo = shop.orderNo(++made)
  const atMs = Math.floor(Date.now() / 1_000) * 1_000 - 60_000
  const line = { key: `${orderNo}1`, sku: 'NF3-900', name: '3段奶粉', qty: 1 }
  shop.put({ orderNo, state: 'paid', createdAtMs: atMs, modifiedAtMs: atMs, paidFen: 12_900n, lines: [line] })
  return orderNo
}
const taken = async (orderNos: readonly string[]) => {
  const rows = await real.fresh.database.sql`SELECT order_no FROM orders WHERE order_no = ANY(${[...orderNos]}::text[])`
  return rows.length
}
const read = (name: string) => real.desk.fed.feed.pullNow(name, undefined, never)

test.each(['half-page', 'repeated-page', 'wrong-type', 'failed'] as const)(
  '%s: the other shop goes on, nothing is lost, and it heals alone',
  async (how) => {
    // more than a page, so that pages can be told twice
    const theirs = Array.from({ length: how === 'repeated-page' ? 130 : 3 }, () => put(liar))
    const ours = put(honest)
    liar.misbehave(how)
    const [told, fine] = await Promise.allSettled([read('liar'), read('honest')])
    expect(fine.status).toBe('fulfilled')
    expect(await taken([ours])).toBe(1)
    // one order of another shape is set aside by itself; a page that lies stops its window
    expect(told.status).toBe(how === 'wrong-type' ? 'fulfilled' : 'rejected')
    if (how === 'wrong-type') expect(await taken(theirs)).toBe(theirs.length - 1)
    liar.misbehave(undefined)
    await read('liar')
    expect(await taken(theirs)).toBe(theirs.length)
    const [twice] = await real.fresh.database
      .sql`SELECT count(*)::int AS n FROM (SELECT 1 FROM orders GROUP BY channel, shop, order_no HAVING count(*) > 1) d`
    expect(twice).toEqual({ n: 0 })
  },
  60_000,
)

test('away: who asks is told that it did not answer, and finds the order once it is back', async () => {
  const orderNo = put(liar)
  const says = async (text: string, words: RegExp) => {
    const headers = { 'content-type': 'application/json', origin: real.url }
    const body = JSON.stringify({ id: randomUUID(), persona: 'cs', chat: 'direct', text })
    const before = (await real.desk.hub.playTranscript.since('play-cs', 0, 500)).length
    expect((await fetch(`${real.url}/play/api/messages`, { method: 'POST', headers, body })).status).toBeLessThan(300)
    await until(async () => {
      const shown = await real.desk.hub.playTranscript.since('play-cs', 0, 500)
      expect(JSON.stringify(shown.slice(before))).toMatch(words)
    })
  }
  liar.misbehave('down')
  await says(`${orderNo} 到哪了`, /抖音没有及时回应/)
  liar.misbehave(undefined)
  await says(`${orderNo} 到哪了`, new RegExp(orderNo.slice(-4)))
  await until(async () => expect(await taken([orderNo])).toBe(1))
}, 60_000)
