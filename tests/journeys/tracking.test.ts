import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SourceOrder } from '../../src/hub/order-facts.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { account, type Kuaidi100World, openKuaidi100, type Row } from '../fakes/kuaidi100.ts'
import { openSf, type SfWorld, account as sfAccount } from '../fakes/sf-express.ts'
import { openRealDesk, type RealDesk } from '../kit/real-desk.ts'
import { until } from '../kit/until.ts'
import { sampleOrder } from '../src/hub/sample-order.ts'

// Row 20 on the whole desk: two parcels go out, one by a carrier whose tracker is dead. What is pushed is what an agent hears.

const minute = 60_000
const hour = 60 * minute
const dir = await mkdtemp(join(tmpdir(), 'chadan-tracking-'))
const zto = { orderNo: '6936476692437472901', waybillNo: '75312345678901' }
const sf = { orderNo: '6936476692437472902', waybillNo: 'SF1000000000001' }
let real: RealDesk
let kuaidi: Kuaidi100World
let express: SfWorld

beforeAll(async () => {
  kuaidi = await openKuaidi100(silentLog)
  express = await openSf(silentLog)
  const connectorsFile = join(dir, 'connectors.json')
  const secrets: Readonly<Record<string, string>> = {
    SF_CHECKWORD: sfAccount.checkword,
    SF_PATH: sfAccount.pathSecret,
    KEY: account.appSecret,
    SALT: account.salt,
    PATH: account.pathSecret,
  }
  const connectors = [
    {
      kind: 'sf-express',
      partnerId: sfAccount.partnerId,
      checkword: 'env:SF_CHECKWORD',
      pathSecret: 'env:SF_PATH',
      baseUrl: express.url,
    },
    {
      kind: 'kuaidi100',
      customer: account.customer,
      appSecret: 'env:KEY',
      salt: 'env:SALT',
      pathSecret: 'env:PATH',
      baseUrl: kuaidi.url,
    },
  ]
  await writeFile(connectorsFile, JSON.stringify({ connectors }))
  const publicUrl = 'https://desk.example'
  real = await openRealDesk({ orders: 20, publicUrl, connectorsFile, secretOf: (name) => secrets[name] })
}, 60_000)
afterAll(async () => {
  await real.close()
  await Promise.all([kuaidi.close(), express.close()])
  await rm(dir, { recursive: true, force: true })
})

const beijing = (atMs: number) => new Date(atMs + 8 * hour).toISOString().replace('T', ' ').slice(0, 19)
const row = (agoMs: number, statusCode: string, context: string): Row => ({
  ftime: beijing(Date.now() - agoMs),
  context,
  statusCode,
  areaName: '杭州市',
})
const way = [row(3 * hour, '103', '【上海市】已揽收'), row(20 * minute, '1001', '快件已到达【杭州转运中心】')]

async function ships(change: Partial<SourceOrder>): Promise<void> {
  const nowMs = Date.now()
  const taken = await real.desk.hub.answering.intake.take(
    sampleOrder({
      stage: 'shipped',
      orderedAtMs: nowMs - 6 * hour,
      paidAtMs: nowMs - 6 * hour + minute,
      shippedAtMs: nowMs - 4 * hour,
      modifiedAtMs: nowMs,
      ...change,
    }),
  )
  expect(taken.outcome).toBe('created')
}

/** What the desk does by itself every few seconds, now. */
async function turns(name: 'track.subscribe' | 'track.reconcile'): Promise<void> {
  await real.desk.fed.ticks.find((tick) => tick.name === name)?.run(new AbortController().signal)
}

async function hears(question: string, words: RegExp): Promise<void> {
  const headers = { 'content-type': 'application/json', origin: real.url }
  const body = JSON.stringify({ id: randomUUID(), persona: 'cs', chat: 'direct', text: question })
  const before = (await real.desk.hub.playTranscript.since('play-cs', 0, 500)).length
  expect((await fetch(`${real.url}/play/api/messages`, { method: 'POST', headers, body })).status).toBeLessThan(300)
  await until(async () => {
    const shown = await real.desk.hub.playTranscript.since('play-cs', 0, 500)
    expect(JSON.stringify(shown.slice(before))).toMatch(words)
  })
}

const asked = (no: string) => kuaidi.asked.filter((one) => one.includes(no))
const subscription = async (no: string) => {
  const [found] = await real.fresh.database.sql`SELECT tracker, state FROM track_subscriptions WHERE waybill_no = ${no}`
  return found
}

test('what ships is subscribed, what is pushed is heard, and a tracker that is dead holds up nobody', async () => {
  express.down(true)
  await ships({ orderNo: sf.orderNo, waybillNo: sf.waybillNo, carrier: 'SF' })
  await ships({ orderNo: zto.orderNo, waybillNo: zto.waybillNo })
  await turns('track.subscribe')
  await until(async () =>
    expect(await subscription(zto.waybillNo)).toEqual({ tracker: 'kuaidi100', state: 'confirmed' }),
  )
  expect(asked(zto.waybillNo)).toEqual([`subscribe zhongtong ${zto.waybillNo} 5678`])
  await turns('track.reconcile')
  expect(await subscription(sf.waybillNo)).toMatchObject({ tracker: 'sf-express' })

  const param = {
    status: 'polling',
    comNew: '',
    lastResult: { nu: zto.waybillNo, com: 'zhongtong', state: '0', data: way },
  }
  const push = () =>
    fetch(`${real.url}/callback/kuaidi100/${account.pathSecret}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: kuaidi.push(JSON.stringify(param)),
    })
  for (let n = 0; n < 2; n++) expect(await (await push()).text()).toContain('"returnCode":"200"')
  await until(async () => {
    const [parcel] = await real.fresh.database.sql`SELECT state FROM parcels WHERE waybill_no = ${zto.waybillNo}`
    expect(parcel).toEqual({ state: 'in_transit' })
  })
  await hears(`${zto.orderNo} 到哪了`, /已到杭州.*轨迹\d\d:\d\d/)
  // nobody has told of this one: the answer claims no track
  await hears(`${sf.orderNo} 到哪了`, /等待顺丰揽收.*"截至\d\d:\d\d · 抖音推送/)
})

test('a push that never came is made up for at night, and a tracker that comes back tells what it knows', async () => {
  const { sql } = real.fresh.database
  kuaidi.put(zto.waybillNo, '5', [...way, row(5 * minute, '5', '【杭州市】快递员王师傅正在派件')])
  express.down(false)
  express.later(hour)
  express.put(sf.waybillNo, '5678', [
    { acceptTime: beijing(Date.now() - 2 * hour), opCode: '50', remark: '顺丰速运 已收取快件' },
    { acceptTime: beijing(Date.now() - hour), opCode: '44', remark: '快件交给李师傅，正在派送途中' },
  ])
  await sql`UPDATE track_subscriptions SET due_at = now(), asked_at = NULL`
  await turns('track.reconcile')
  await until(async () => {
    const rows = await sql`
      SELECT state FROM parcels WHERE waybill_no IN (${zto.waybillNo}, ${sf.waybillNo}) ORDER BY waybill_no`
    expect(rows).toEqual([{ state: 'delivering' }, { state: 'delivering' }])
  })
  await hears(`${zto.orderNo} 到哪了`, /派送中|派件/)
  await hears(`${sf.orderNo} 到哪了`, /派送中|派件/)
})
