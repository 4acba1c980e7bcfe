import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseCsv } from '../../src/connectors/csv.ts'
import { playAssistant } from '../../src/text/play.ts'
import { openRealDesk, type RealDesk } from '../kit/real-desk.ts'
import { until } from '../kit/until.ts'

// A list leaves the whole desk as a file: over HTTP from the question to the download.

let real: RealDesk
beforeAll(async () => {
  real = await openRealDesk({ orders: 1_200 })
}, 60_000)
afterAll(() => real.close())

async function say(text: string): Promise<void> {
  const headers = { 'content-type': 'application/json', origin: real.url }
  const body = JSON.stringify({
    id: randomUUID(),
    persona: 'director',
    chat: 'group',
    text: `@${playAssistant.name} ${text}`,
  })
  expect((await fetch(`${real.url}/play/api/messages`, { method: 'POST', headers, body })).status).toBeLessThan(300)
}
const shown = async (conversation: string) =>
  JSON.stringify(await real.desk.hub.playTranscript.since(conversation, 0, 500))

test('a list is exported in the group and fetched from the direct chat of the one who asked', async () => {
  await say('待发货京东有哪些')
  await say('保存为 待发货京东')
  await say('视图 待发货京东')
  await say('导出 用途：给仓库对账')
  await until(async () => expect(await shown('play-group')).toContain('导出链接已私信给您。'))
  expect(await shown('play-group')).not.toContain('/export/')
  await until(async () => expect(await shown('play-director')).toMatch(/http:\/\/localhost:\d+\/export\//))
  const [path] = /\/export\/[\w-]+/.exec(await shown('play-director')) ?? ['']
  const answer = await fetch(`${real.url}${path}`)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment; /)
  const bytes = new Uint8Array(await answer.arrayBuffer())
  expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
  const [headers = [], ...rows] = parseCsv(new TextDecoder().decode(bytes), ',', 3_000)
  expect(headers[0]).toBe('渠道')
  expect(rows.length).toBeGreaterThan(0)
  expect(new Set(rows.map(([channel]) => channel))).toEqual(new Set(['京东']))
  const entries = await real.fresh.database.sql<{ rows: number }[]>`
    SELECT (detail->>'rows')::int AS rows FROM audit WHERE action = 'orders.export'`
  expect(entries).toEqual([{ rows: rows.length }])
  expect((await fetch(`${real.url}${path}x`)).status).toBe(404)
})
