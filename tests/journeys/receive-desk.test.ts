import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRealDesk, type RealDesk } from '../kit/real-desk.ts'
import { until } from '../kit/until.ts'

// A keeper asks for the page in the chat and books a parcel in on it; the desk that runs lets the money go.

let real: RealDesk
beforeAll(async () => {
  real = await openRealDesk({ orders: 1_200 })
}, 60_000)
afterAll(() => real.close())

async function say(persona: string, text: string): Promise<void> {
  const headers = { 'content-type': 'application/json', origin: real.url }
  const body = JSON.stringify({ id: randomUUID(), persona, chat: 'direct', text })
  expect((await fetch(`${real.url}/play/api/messages`, { method: 'POST', headers, body })).status).toBeLessThan(300)
}
const shown = async (persona: string) =>
  JSON.stringify(await real.desk.hub.playTranscript.since(`play-${persona}`, 0, 500))

test('the link of 扫码 books in, the answer is there at once, and the money goes after two minutes', async () => {
  const { sql } = real.fresh.database
  const [back] = await sql<{ id: string; waybillNo: string }[]>`
    SELECT r.id, r.waybill_no AS "waybillNo" FROM returns r
    WHERE r.approval = 'approved' AND r.received_at IS NULL AND r.waybill_no IS NOT NULL AND r.refund_fen IS NOT NULL
    ORDER BY r.id LIMIT 1`
  if (back === undefined) throw new Error('the sample firm awaits no parcel')
  await say('cs', '扫码')
  await until(async () => expect(await shown('cs')).toMatch(/登记入库需要「仓管、运营总监」/))
  await say('warehouse', '扫码')
  await until(async () => expect(await shown('warehouse')).toMatch(/http:\/\/localhost:\d+\/receive\//))
  const [path = ''] = /\/receive\/[\w-]+/.exec(await shown('warehouse')) ?? []
  const page = `${real.url}${path}`
  expect(await (await fetch(`${page}/state`)).json()).toEqual({ who: expect.any(String) })
  const body = JSON.stringify({ code: back.waybillNo })
  const told = (await (await fetch(`${page}/scan`, { method: 'POST', body })).json()) as { card?: { title: string } }
  expect(told.card?.title).toMatch(/^已登记入库/)
  await say('cs', `${back.id} 入仓了吗`)
  await until(async () => expect(await shown('cs')).toMatch(/【已入仓】/), 5_000)
  const released = async () =>
    (
      await sql<{ gone: boolean }[]>`SELECT refund_released_at IS NOT NULL AS gone FROM returns WHERE id = ${back.id}`
    )[0]
  expect(await released()).toEqual({ gone: false })
  real.clock.setOffset(real.clock.offsetMs() + 121_000)
  await until(async () => expect(await released()).toEqual({ gone: true }), 10_000)
  expect((await fetch(`${page}x/state`)).status).toBe(404)
})
