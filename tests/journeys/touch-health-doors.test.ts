import { afterAll, expect, test } from 'vitest'
import { openDoors, type Person } from '../kit/doors.ts'
import { until } from '../kit/until.ts'

// J12 over the wires of both vendors: a lead in WeCom and one in DingTalk hear in the morning how yesterday's messages arrived.

const people: readonly Person[] = [
  { name: '小林', role: '组长', id: 'lead-1' },
  { name: '小郑', role: '组长', id: 'lead-2' },
  { name: '小孙', role: 'IT', id: 'it-1' },
]
const doors = await openDoors(people)
const { sql } = doors.real.fresh.database
await sql`DELETE FROM member_accounts a USING members m WHERE m.id = a.member_id AND a.platform = 'wecom' AND m.name = '小郑'`
afterAll(() => doors.close())

const chatOf = (name: string) => (name === '小郑' ? doors.dingtalk : doors.wecom).direct(name)
const newest = async (name: string, words: RegExp, limitMs = 20_000) =>
  until(async () => {
    const shown = (await chatOf(name).stands()).map((one) => one.words)
    const found = shown.findLast((one) => words.test(one))
    if (found === undefined) throw new Error(`${name}: ${shown.join('\n---\n')}`)
    return found
  }, limitMs)

test('J12: 09:00 ‹ 触达 of yesterday in both apps › 看明细 › 派给技术', async () => {
  const cards = await Promise.all(['小林', '小郑'].map((name) => newest(name, /触达/)))
  for (const card of cards) expect(card).toMatch(/触达(?:正常 )?\d\d-\d\d：/)
  await sql`UPDATE notices SET opened_at = NULL, photo_ok = false WHERE channel = 'sms'`
  await chatOf('小林').say('触达健康度')
  await newest('小林', /打开率0.0%[\s\S]*\[看明细\] \[派给技术\]/)
  await chatOf('小林').tap('看明细')
  await newest('小林', /触达明细[\s\S]*签收照片打不开/)
  await chatOf('小林').tap('派给技术')
  await newest('小孙', /小林派来：触达/)
  expect(doors.violations()).toEqual([])
}, 60_000)
