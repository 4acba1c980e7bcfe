import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { returnSubject } from '../../src/hub/clock-subjects.ts'
import { arm, deskNow } from '../../src/hub/deadlines.ts'
import { escalationLedger } from '../../src/hub/escalation-ledger.ts'
import { defaultClockRules } from '../../src/hub/rungs.ts'
import { type PutReturn, putReturn } from '../kit/clock-desk.ts'
import { openDoors, type Person } from '../kit/doors.ts'
import { holds, type Stage } from '../kit/transcript.ts'
import { until } from '../kit/until.ts'

// J10, J11, J22, J27 and the buttons of J7 and J23 over the wires of both vendors: half of the people have WeCom, half DingTalk.

const people: readonly Person[] = [
  { name: '小林', role: '组长', id: 'lead-1' },
  { name: '小郑', role: '组长', id: 'lead-2' },
  { name: '小周', role: '仓管', id: 'keeper-1' },
  { name: '小陈', role: '财务', id: 'money-1' },
  { name: '小吴', role: '财务', id: 'money-2' },
  { name: '沈总', role: '总监', id: 'head-1' },
  { name: '小李', role: '客服', id: 'cs-1' },
]
const inDingtalk = ['小郑', '小周', '小吴']

const doors = await openDoors(people)
const { fresh, clock } = doors.real
const { sql } = fresh.database
await sql`DELETE FROM member_accounts a USING members m WHERE m.id = a.member_id AND a.platform = 'wecom' AND m.name = ANY(${inDingtalk})`
// the sample's own returns would stand in everybody's list
await sql`UPDATE returns SET approval = 'withdrawn' WHERE approval = 'pending'`
afterAll(() => doors.close())

const minute = 60_000
const hour = 60 * minute
const ids = new Map(
  (await doors.real.desk.hub.members.list()).filter(({ active }) => active).map((one) => [one.name, one.id]),
)
const idOf = (name: string) => ids.get(name) ?? ''
const directOf = (name: string) => (inDingtalk.includes(name) ? doors.dingtalk : doors.wecom).direct(name)
const stage = (words: Readonly<Record<string, string>> = {}): Stage => ({ chat: directOf, direct: directOf, words })
const now = () => deskNow(sql, clock)

let count = 0
/** A return of ¥169 whose level is open, as if somebody had just applied. */
async function open(put: Partial<PutReturn> = {}, fen = 16_900): Promise<string> {
  count += 1
  const id = `TH26112299${String(count).padStart(2, '0')}`
  const nowMs = await now()
  await putReturn(sql, id, { appliedAtMs: nowMs, dueAtMs: nowMs + 15 * minute, ...put })
  await sql`UPDATE returns SET refund_fen = ${fen} WHERE id = ${id}`
  return id
}

async function shows(name: string, words: RegExp, limitMs = 8_000): Promise<void> {
  await until(async () => {
    const stand = (await directOf(name).stands()).map((one) => one.words)
    if (!stand.some((one) => words.test(one))) throw new Error(`${name}: ${stand.slice(-4).join('\n---\n')}`)
  }, limitMs)
}

const levelOf = async (id: string) =>
  (
    await sql`SELECT level, state, holder_id AS holder, claimed_by AS claimed, due_at AS due, decided_by AS by, deputy_for AS deputy
    FROM approval_levels WHERE return_id = ${id} AND state <> 'waiting' ORDER BY level DESC LIMIT 1`
  )[0]

beforeEach(async () => {
  await sql`UPDATE returns SET approval = 'withdrawn', version = version + 1 WHERE approval = 'pending'`
  await sql`UPDATE delegations SET revoked_at = now()`
})

describe('the people of a level', () => {
  test('我来处理 and 转交: the card says who has it, the limit does not move, the new holder hears it', async () => {
    const id = await open()
    const before = await levelOf(id)
    await shows('小林', new RegExp(`【待初审】${id}[\\s\\S]*\\[我来处理\\] \\[转交\\] \\[加签\\]`))
    await holds(
      stage({ 单号: id }),
      `
      小林 › [我来处理]
      ‹ 【待初审】{单号} | 小林{刻}说在处理 | [转交]
      小郑 › {单号} 我来处理
      ‹ 小林{刻}已在处理，无需重复
      小林 › [转交]
      ‹ 转交给谁？{单号} | 时限不变 | [小郑] | [返回]
      › [小郑]
      ‹ 在小郑手里
      小郑 ⇒ 小林把{单号}（组长初审）转交给您
    `,
    )
    const after = await levelOf(id)
    expect(after).toMatchObject({ holder: idOf('小郑'), claimed: null, due: before?.due })
    const audits = await sql`SELECT action FROM audit WHERE subject = ${returnSubject(id)} ORDER BY seq`
    expect(audits.map(({ action }) => action)).toEqual(['approval.claim', 'approval.hand'])
  }, 60_000)

  test('加签: both have to say yes; whoever is not of the level arranges nothing', async () => {
    const id = await open()
    await shows('小林', new RegExp(id))
    await holds(
      stage({ 单号: id }),
      `
      小周 › 确认
      ‹ 没有等您确认的操作。
      › {单号} 转交 小郑
      ‹ 现在是组长初审，不归您安排
      小林 › {单号} 加签 小陈
      ‹ 已请小陈加签：{单号}，两个人都同意才往下走
      小陈 ⇒ 小林请您给{单号}（组长初审）加签
      小陈 ⇒ 【待初审】{单号} | 加签：小陈（待） | [同意]
    `,
    )
    await holds(
      stage({ 单号: id }),
      `
      小林 › [同意]
      ‹ 【待初审】{单号} | 小陈（待）
    `,
    )
    expect(await levelOf(id)).toMatchObject({ level: 1, state: 'pending' })
    await directOf('小陈').tap('同意')
    await until(async () => expect(await levelOf(id)).toMatchObject({ level: 2, state: 'pending' }), 8_000)
  }, 60_000)
})

describe('J10', () => {
  test('明天我休息: previewed, confirmed, told; the stand-in decides it then, marked with both names; no circle', async () => {
    const [mine] = [await open({ holderId: idOf('小林'), dueAtMs: (await now()) + 20 * hour })]
    await holds(
      stage({ 单号: mine }),
      `
      小林 › 明天我休息 审批给小周
      ‹ 代审预览：小周·{日} 全天 | 没有在您手里的
      › 明天我休息 审批给小郑
      ‹ 代审预览：小郑·{日} 全天 | 代审人 小郑 | 现有待审 1单，一起转？ | [确认并转] [只转新单] [取消]
      › [确认并转]
      ‹ 已设代审：小郑，{日} 全天，现有1单已转过去
      小郑 ⇒ 小林请您代审：{日} 全天，现有1单已转给您
      小郑 › 明天我休息 审批给小林
      ‹ 不能这样转：小林的审批这段时间正由您代
    `,
    )
    expect(await levelOf(mine)).toMatchObject({ holder: idOf('小郑') })
    await holds(
      stage(),
      `
      小陈 › 明天我请假，审批转给小林
      ‹ 小林不在，值班的是小吴，改给小吴？ | [改给小吴]
      › [改给小吴]
      ‹ 代审预览：小吴·{日} 全天 | [确认]
      › [确认]
      ‹ 已设代审：小吴，{日} 全天
      小陈 › 取消代审
      ‹ 代审已取消
      小陈 › 取消代审
      ‹ 您没有设代审
      小陈 › 明天我休息 审批给小李
      ‹ 小李不是审批人，不能代审
    `,
    )
  }, 60_000)

  test('while it runs: the keeper who stands in for the lead has the card, and the decision carries both names', async () => {
    await holds(
      stage(),
      `
      小林 › 今天我休息 审批给小周
      ‹ 代审预览：小周 | [确认]
      › [确认]
      ‹ 已设代审：小周
    `,
    )
    const id = await open({ holderId: idOf('小林') })
    await shows('小周', new RegExp(`【待初审】${id}[\\s\\S]*\\[同意\\]`))
    await holds(
      stage({ 单号: id }),
      `
      小周 › [同意]
      ‹ 已同意
    `,
    )
    await until(async () => {
      const [row] =
        await sql`SELECT decided_by AS by, deputy_for AS deputy FROM approval_levels WHERE return_id = ${id} AND level = 1`
      expect(row).toEqual({ by: idOf('小周'), deputy: idOf('小林') })
    })
    await shows('小林', /小周（代小林）/)
    // two levels of one return never by one person: the second is the keeper's own, and still not theirs
    await holds(stage({ 单号: id }), `小周 › {单号} 通过\n‹ 您已批过其中一级`)
  }, 60_000)

  test('somebody has left: everything goes in one tap, by the director alone', async () => {
    const held = [await open({ holderId: idOf('小林') }), await open({ holderId: idOf('小林') })]
    await sql`UPDATE members SET active = false WHERE id = ${idOf('小林')}`
    await holds(
      stage(),
      `
      小郑 › 小林离职 交接给小郑
      ‹ 离职交接要总监或IT来做
      沈总 › 小林离职了，他的单交给小郑
      ‹ 离职交接：小林→小郑 | 2单一次转给接手人 | [确认交接]
      › [确认交接]
      ‹ 已交接：小林的2单转给小郑
      小郑 ⇒ 小林的2单待审已交接给您
    `,
    )
    for (const id of held) expect(await levelOf(id)).toMatchObject({ holder: idOf('小郑') })
    await sql`UPDATE members SET active = true WHERE id = ${idOf('小林')}`
  }, 60_000)
})

describe('J11', () => {
  test('我的待办, 批量同意: the list with its sum, a second tap, each one decided and logged by itself', async () => {
    const red = await open({ dueAtMs: (await now()) + 3 * minute })
    const dear = await open({}, 99_900)
    const low = [await open({}, 10_000), await open({}, 20_050), await open()]
    await holds(
      stage(),
      `
      小林 › 我的待办
      ‹ 5单：红1 | 低风险3单，共¥469.50，可批量同意 | [批量同意3单]
      › [批量同意3单]
      ‹ 批量同意3单，共¥469.50 | ① TH{数} ¥{词} 破损 | ③ TH{数} | [确认同意3单] [返回]
      › [确认同意3单]
      ‹ 已同意3单，共¥469.50
    `,
    )
    for (const id of low) {
      expect(await levelOf(id)).toMatchObject({ level: 2, state: 'pending' })
      const audits =
        await sql`SELECT actor, action FROM audit WHERE subject = ${returnSubject(id)} AND action = 'approval.approve'`
      expect(audits).toEqual([{ actor: idOf('小林'), action: 'approval.approve' }])
    }
    for (const id of [red, dear]) expect(await levelOf(id)).toMatchObject({ level: 1, state: 'pending' })
  }, 60_000)

  test('a list that has changed since is shown again, and nothing of it is decided', async () => {
    const low = [await open(), await open(), await open()]
    await holds(stage(), `小林 › 批量同意\n‹ 批量同意3单，共¥507.00 | [确认同意3单]`)
    await sql`UPDATE returns SET refund_fen = 40000 WHERE id = ${low[1] ?? ''}`
    await holds(stage(), `小林 › [确认同意3单]\n‹ 批量同意3单，共¥738.00 | 名单变了，请再看一遍`)
    for (const id of low) expect(await levelOf(id)).toMatchObject({ level: 1, state: 'pending' })
  }, 60_000)
})

test('J22: put off by an hour; the fine line does not move, the reminder comes once, and nobody else may', async () => {
  const appliedAtMs = (await now()) - 2 * hour
  const startedAtMs = appliedAtMs + 2 * hour - minute
  const id = await open({ level: 3, appliedAtMs, startedAtMs, dueAtMs: appliedAtMs + 40 * hour })
  await sql`UPDATE approval_levels SET facts = '{"kind":"none","stamp":""}' WHERE return_id = ${id}`
  await shows('小陈', new RegExp(`【待终审】${id}`))
  await holds(
    stage({ 单号: id }),
    `
    小陈 › 一小时后再提醒我
    ‹ 好，{刻}提醒（罚款线 {刻}，不受影响） {单号}
    小周 › 一小时后提醒我 {单号}
    ‹ 这一级不归您处理
    小陈 › 100小时后提醒我 {单号}
    ‹ 只能推到罚款线：{刻}提醒
    小陈 › 15分钟后提醒我 {单号}
    ‹ 好，{刻}提醒（罚款线 {刻}，不受影响） {单号}
  `,
  )
  clock.setOffset(clock.offsetMs() + 15 * minute + 1_000)
  await shows('小陈', new RegExp(`到点提醒：${id}还在等财务终审[\\s\\S]*罚款线`), 15_000)
  const [left] = await sql`SELECT count(*)::int AS n FROM snoozes WHERE subject = ${returnSubject(id)} AND NOT over`
  expect(left?.n).toBe(0)
}, 60_000)

test('J23: the director assigns from the card; the colleague has it, and the director hears when 30 minutes have passed', async () => {
  const appliedAtMs = (await now()) - 25 * hour
  const dueAtMs = appliedAtMs + 4 * hour
  const id = await open({ level: 3, appliedAtMs, startedAtMs: appliedAtMs, dueAtMs, holderId: idOf('小陈') })
  // the holder has put it off: the director is told all the same, and sees who did
  await sql`INSERT INTO snoozes (subject, member_id, at, until_at)
    VALUES (${returnSubject(id)}, ${idOf('小陈')}, ${new Date(await now())}, ${new Date((await now()) + hour)})`
  await sql.begin(async (tx) =>
    arm(
      tx,
      defaultClockRules,
      'return_total',
      [{ subject: returnSubject(id), basisMs: appliedAtMs }],
      await deskNow(tx, clock),
    ),
  )
  await shows(
    '沈总',
    new RegExp(
      `可能触发平台罚款[\\s\\S]*小陈把提醒推到了[\\s\\S]*${id}[\\s\\S]*\\[指派\\] \\[代批\\][\\s\\S]*\\[稍后1时\\]`,
    ),
    40_000,
  )
  await holds(
    stage({ 单号: id }),
    `
    沈总 › [稍后1时]
    ‹ 好，{刻}提醒（罚款线 {刻}，不受影响）
    沈总 › [指派]
    ‹ 指派给谁？{单号} | 指派限30分钟 | [小吴]
    › [小吴]
    ‹ 已指派小吴：{单号}，限30分钟（{刻}前）
    小吴 ⇒ 沈总把{单号}（财务终审）指派给您，请在{刻}前处理
    小吴 ⇒ 【待终审】{单号} | 在小吴手里
  `,
  )
  expect(await levelOf(id)).toMatchObject({ holder: idOf('小吴') })
  await sql`UPDATE snoozes SET over = true`
  clock.setOffset(clock.offsetMs() + 30 * minute + 1_000)
  await shows('沈总', /指派给小吴30分，还没有处理/, 20_000)
  const lines = await escalationLedger(fresh.database).ofSubject(returnSubject(id))
  expect(lines.filter((line) => line.clock === 'assigned').map(({ name }) => name)).toEqual(['沈总'])
}, 90_000)

test('J27: everything at once is refused, with what can be approved together; each is marked as decided for others', async () => {
  const dueAtMs = (await now()) - minute
  const late = [await open({ dueAtMs }, 10_000), await open({ dueAtMs }, 20_000), await open({ dueAtMs }, 60_000)]
  await holds(
    stage(),
    `
    小李 › 把所有超时的都批了
    ‹ 组长
    沈总 › 把所有超时的都批了
    ‹ 不支持一键全批 | 待批 3单 | 可批量 2单低风险，共¥300.00 | [看2单]
    › [看2单]
    ‹ 批量同意2单，共¥300.00 | 代批理由 | [确认同意2单]
    › [确认同意2单]
    ‹ 已同意2单，共¥300.00
  `,
  )
  const rows =
    await sql`SELECT decided_by AS by, reason FROM approval_levels WHERE return_id = ANY(${late}::text[]) AND state = 'approved'`
  expect(rows).toEqual([1, 2].map(() => ({ by: idOf('沈总'), reason: '已过时限，总监批量代批' })))
  expect(doors.violations()).toEqual([])
}, 60_000)
