import { afterAll, expect, test } from 'vitest'
import { deskNow } from '../../src/hub/deadlines.ts'
import { putReturn } from '../kit/clock-desk.ts'
import { openDoors, type Person } from '../kit/doors.ts'
import { holds, type Stage } from '../kit/transcript.ts'
import { until } from '../kit/until.ts'

// J7, J8, J9, J13 and J18 over the wires of both vendors: one return, copies of one card in two apps, each drawn again when it is decided.

const people: readonly Person[] = [
  { name: '小林', role: '组长', id: 'lead-1' },
  { name: '小郑', role: '组长', id: 'lead-2' },
  { name: '小周', role: '仓管', id: 'keeper-1' },
  { name: '小陈', role: '财务', id: 'money-1' },
  { name: '小李', role: '客服', id: 'cs-1' },
]
/** Whom the desk reaches in DingTalk alone. */
const inDingtalk = ['小郑', '小周']

const doors = await openDoors(people)
const { fresh, clock } = doors.real
const { sql } = fresh.database
await sql`DELETE FROM member_accounts a USING members m WHERE m.id = a.member_id AND a.platform = 'wecom' AND m.name = ANY(${inDingtalk})`
afterAll(() => doors.close())

const directOf = (name: string) => (inDingtalk.includes(name) ? doors.dingtalk : doors.wecom).direct(name)
const stage: Stage = { chat: directOf, direct: directOf }

async function applied(id: string): Promise<void> {
  const nowMs = await deskNow(sql, clock)
  await putReturn(sql, id, { appliedAtMs: nowMs, dueAtMs: nowMs + 15 * 60_000 })
  await sql`UPDATE returns SET applied_by = (SELECT id FROM members WHERE name = '小李' AND active LIMIT 1) WHERE id = ${id}`
}

const newestOf = async (name: string) => (await directOf(name).stands()).at(-1)?.words ?? ''

/** Until it stands there; how long that took. */
async function standsWithin(name: string, words: RegExp, limitMs: number): Promise<void> {
  await until(async () => {
    const shown = (await directOf(name).stands()).map((one) => one.words)
    if (!shown.some((one) => words.test(one))) throw new Error(`${name}: ${shown.join('\n---\n')}`)
  }, limitMs)
}

test('J7, J13, J18: one tap each, every copy in both apps redrawn within five seconds, three levels through', async () => {
  const id = 'TH2611220015'
  await applied(id)
  await Promise.all(['小林', '小郑'].map((name) => standsWithin(name, /【待初审】TH2611220015·剩1[45]分/, 3_000)))
  expect(await newestOf('小林')).toContain('[同意] [驳回] [补材料]')
  await holds(
    stage,
    `
    小林 › [同意]
    小林 ‹ ✅已同意·您·{时刻}→仓管复核
  `,
  )
  await standsWithin('小郑', /已由小林\d\d:\d\d同意/, 5_000)
  await standsWithin('小周', /【待复核】TH2611220015·剩3时5\d分|【待复核】TH2611220015·剩4时/, 5_000)
  expect((await directOf('小郑').stands()).filter(({ words }) => words.includes(id))).toHaveLength(1)
  await holds(
    stage,
    `
    小周 › [通过]
    小周 ‹ ✅已通过·您·{时刻}→财务终审
  `,
  )
  await standsWithin('小陈', /【待终审】TH2611220015/, 5_000)
  await holds(
    stage,
    `
    小陈 › [通过]
    小陈 ‹ ✅已通过·您·{时刻}→三级已过
  `,
  )
  await standsWithin('小李', /退货三级已过：TH2611220015/, 5_000)
  const [row] = await sql`SELECT approval FROM returns WHERE id = ${id}`
  expect(row?.approval).toBe('approved')
})

test('J8, J9: refused in DingTalk, the card in WeCom says by whom and why; the applicant hears it', async () => {
  const id = 'TH2611220016'
  await applied(id)
  await standsWithin('小郑', /【待初审】TH2611220016/, 3_000)
  await standsWithin('小林', /【待初审】TH2611220016/, 3_000)
  await holds(
    stage,
    `
    小郑 › [驳回]
    小郑 ‹ 驳回的原因？TH2611220016 | [面单不符] | [返回]
    小郑 › [面单不符]
    小郑 ‹ 已驳回·您·{时刻}
  `,
  )
  await standsWithin('小林', /已由小郑\d\d:\d\d驳回[\s\S]*面单不符[\s\S]*\[重新提交\] \[看记录\]/, 5_000)
  await standsWithin('小李', /退货被驳回：TH2611220016[\s\S]*面单不符/, 5_000)
  expect(doors.violations()).toEqual([])
})
