import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { returnSubject } from '../../src/hub/clock-subjects.ts'
import { arm, deskNow } from '../../src/hub/deadlines.ts'
import { escalationLedger } from '../../src/hub/escalation-ledger.ts'
import { personalData } from '../../src/hub/personal.ts'
import { type ClockName, defaultClockRules as rules } from '../../src/hub/rungs.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { account, openAliyun, templates } from '../fakes/aliyun-sms.ts'
import { openDoors, type Person } from '../kit/doors.ts'
import { holds, type Stage } from '../kit/transcript.ts'
import { until } from '../kit/until.ts'

// J23 and J26 over the wires of both vendors: one director carries WeCom, the other DingTalk, and each return reaches both.

const people = {
  财务: { name: '小陈', role: '财务', id: 'money-1' },
  仓管: { name: '小周', role: '仓管', id: 'keeper-1' },
  组长: { name: '小林', role: '组长', id: 'lead-1' },
  客服: { name: '小李', role: '客服', id: 'cs-1' },
  总监: { name: '沈总', role: '总监', id: 'head-1' },
  副总: { name: '马总', role: '总监', id: 'head-2' },
} as const satisfies Readonly<Record<string, Person>>

const secrets: Readonly<Record<string, string>> = {
  KEY_ID: account.accessKeyId,
  KEY: account.accessKeySecret,
  PATH: account.pathSecret,
}
const aliyun = await openAliyun(systemClock, silentLog)
const dir = await mkdtemp(join(tmpdir(), 'chadan-clocks-'))
const connectorsFile = join(dir, 'connectors.json')
await writeFile(
  connectorsFile,
  JSON.stringify({
    connectors: [
      {
        kind: 'aliyun-sms',
        accessKeyId: 'env:KEY_ID',
        accessKeySecret: 'env:KEY',
        pathSecret: 'env:PATH',
        signName: account.signName,
        templates,
        baseUrl: `${aliyun.url}/`,
      },
    ],
  }),
)
const doors = await openDoors(Object.values(people), { connectorsFile, secretOf: (name) => secrets[name] })
const { clock, fresh } = doors.real
const { sql } = fresh.database
afterAll(async () => {
  await doors.close()
  await aliyun.close()
  await rm(dir, { recursive: true, force: true })
})

const minute = 60_000
const hour = 60 * minute
const personal = personalData('5a'.repeat(32))
const ids = new Map(
  (await doors.real.desk.hub.members.list()).filter(({ active }) => active).map((m) => [m.name, m.id]),
)
const idOf = (who: keyof typeof people) => ids.get(people[who].name) ?? ''
/** What 10:05 of the day is on which the desk has opened, by the desk's time. */
const opened = await deskNow(sql, clock)
const openedAt = opened - ((opened + 8 * hour) % (24 * hour)) + 10 * hour + 5 * minute

const on: Readonly<Record<'总监' | '副总', 'wecom' | 'dingtalk'>> = { 总监: 'wecom', 副总: 'dingtalk' }
const stage = (words: Readonly<Record<string, string>> = {}): Stage => {
  const chat = (who: string) =>
    doors[who === '副总' ? on.副总 : on.总监].direct(people[who as keyof typeof people].name)
  return { chat, direct: chat, words }
}

/** The desk's time is this; the desk's own sweep does the rest. */
async function timeIs(atMs: number): Promise<void> {
  clock.setOffset(clock.offsetMs() + atMs - (await deskNow(sql, clock)))
}

const waiting = (
  await sql<{ id: string }[]>`
    SELECT r.id FROM returns r JOIN approval_levels a ON a.return_id = r.id
    WHERE r.approval = 'pending' AND a.state = 'pending' ORDER BY r.id`
).map(({ id }) => id)

/** One of the sample's open returns as if it had been applied for then and hung at the last level with 小陈. */
async function hangs(appliedAtMs: number, clocks: readonly ClockName[]): Promise<string> {
  const id = waiting.shift()
  if (id === undefined) throw new Error('the sample firm has too few open returns')
  await sql.begin(async (tx) => {
    const at = new Date(appliedAtMs)
    await tx`UPDATE returns SET applied_at = ${at}, refund_fen = 16900 WHERE id = ${id}`
    await tx`UPDATE approval_levels SET state = 'approved', decided_at = ${at} WHERE return_id = ${id} AND level < 3`
    await tx`UPDATE approval_levels SET state = 'pending', holder_id = ${idOf('财务')}, started_at = ${at}, due_at = NULL
      WHERE return_id = ${id} AND level = 3`
    for (const name of clocks)
      await arm(tx, rules, name, [{ subject: returnSubject(id), basisMs: appliedAtMs }], await deskNow(tx, clock))
  })
  return id
}

beforeAll(async () => {
  await sql`DELETE FROM member_accounts WHERE (member_id = ${idOf('总监')} AND platform = 'dingtalk') OR (member_id = ${idOf('副总')} AND platform = 'wecom')`
  const numbers = [
    ['总监', '13905714101'],
    ['财务', '13905714138'],
  ] as const
  for (const [who, phone] of numbers)
    await sql`UPDATE members SET phone_enc = ${personal.seal(phone, 'phone')} WHERE id = ${idOf(who)}`
})

/** What was tried by one clock alone: the desk arms the others of these returns in its own time. */
const told = async (id: string, clockName: ClockName) =>
  (await escalationLedger(fresh.database).ofSubject(returnSubject(id))).filter((line) => line.clock === clockName)

const shown = async (who: '总监' | '副总') => (await stage().direct(who).stands()).map(({ words }) => words)

describe('J23', () => {
  test('a day without a decision: both directors have the card in their app, and what they can do about it', async () => {
    const id = await hangs(openedAt - 19 * hour - 55 * minute, ['return_total'])
    for (const ago of [3, 2, 1])
      await sql`INSERT INTO nudges (id, subject, role, by_member_id, at)
        VALUES (${`n${ago}`}, ${returnSubject(id)}, 'finance', ${idOf('客服')}, ${new Date(openedAt - ago * hour)})`
    await timeIs(openedAt + 6 * minute)
    await holds(stage({ 单号: id }), '财务 ⇒ 请处理：再过{词}满24小时 | 退货 {单号} | 卡在 财务终审·小陈')
    await timeIs(openedAt + 4 * hour + 5 * minute + 1_000)
    for (const who of ['总监', '副总'] as const)
      await holds(
        stage({ 单号: id }),
        `
        ${who} ⇒ 超24小时未处理·可能触发平台罚款 | {单号} | ¥169 | 卡在 财务终审·小陈 已24时 | 罚款线 还剩48时 | 提醒4次 | [代批] [打电话给小陈]
      `,
      )
    await holds(
      stage({ 单号: id }),
      `
      总监 › [打电话给小陈]
      ‹ 小陈的电话：13905714138
      副总 › [代批]
      ‹ {词}
    `,
    )
    const ledger = await told(id, 'return_total')
    expect(ledger.map(({ step, name, platform }) => `${step} ${name} ${platform}`).sort()).toEqual([
      'director 沈总 wecom',
      'director 马总 dingtalk',
      'nudge 小陈 wecom',
    ])
    const seen = await sql`SELECT actor FROM audit WHERE action = 'member.phone' AND subject = ${returnSubject(id)}`
    expect(seen.map(({ actor }) => actor)).toEqual([idOf('总监')])
  }, 60_000)
})

describe('J26', () => {
  const evening = openedAt + 12 * hour + 35 * minute

  test('22:40, three reach their day: one digest, and each of them opens from it', async () => {
    const returns: string[] = []
    for (let n = 0; n < 3; n++) returns.push(await hangs(evening - 24 * hour, ['return_total']))
    const [first = ''] = returns
    await timeIs(evening + 1_000)
    for (const who of ['总监', '副总'] as const)
      await holds(
        stage({ 单号: first }),
        `${who} ⇒ 3件到了时限，请看一下 | 可能触发平台罚款 | 构成 退货满时限3 | {单号} {词} 财务终审·小陈 离罚款线48时 | [①] [②] [③]`,
      )
    for (const id of returns) expect((await shown('总监')).filter((words) => words.includes(id))).toHaveLength(1)
    expect(aliyun.sent).toEqual([])
    await holds(
      stage({ 单号: first }),
      `
      总监 › [①]
      ‹ 超24小时未处理·可能触发平台罚款 | TH{数} | 卡在 财务终审·小陈 | [代批] [打电话给小陈]
    `,
    )
  }, 60_000)

  test('in the night what is two hours from its fine rings the phone; everything else waits for the morning', async () => {
    const night = openedAt + 17 * hour
    const calm = await hangs(night - 24 * hour, ['return_total'])
    const near = await hangs(night - 70 * hour, ['fine'])
    await timeIs(night + 1_000)
    await until(() => expect(aliyun.sent).toHaveLength(1), 15_000)
    const [rung] = aliyun.sent
    if (rung === undefined) throw new Error('nobody was rung')
    expect(rung.phone).toBe('13905714101')
    expect(rung.words).toContain(near)
    expect(rung.words).toMatch(/^【样例茶铺】离平台罚款线2时，还没有处理：/)
    const receipt = await fetch(`${doors.real.url}/callback/aliyun-sms/${account.pathSecret}`, {
      method: 'POST',
      body: aliyun.receiptOf(rung),
    })
    expect(await receipt.text()).toBe('{"code":0,"msg":"接收成功"}')
    await until(async () => expect(await sql`SELECT state FROM sms_messages`).toEqual([{ state: 'delivered' }]), 15_000)
    await holds(stage({ 单号: near }), '副总 ⇒ 离平台罚款线2时，还没有处理 | 可能触发平台罚款 | 退货 {单号}')
    await until(async () => {
      const lines = (await told(near, 'fine')).map(({ name, platform, state }) => `${name} ${platform} ${state}`)
      // the rung of sixty hours is caught up with in the same message
      expect([...new Set(lines)].sort()).toEqual([
        '沈总 sms delivered',
        '沈总 wecom delivered',
        '马总 dingtalk delivered',
      ])
    }, 15_000)
    const waits = (await told(calm, 'return_total')).map(({ name, state }) => `${name} ${state}`)
    expect(waits).toEqual(expect.arrayContaining(['沈总 waiting', '马总 waiting']))
    expect(waits.every((line) => line.endsWith('waiting'))).toBe(true)
    expect((await shown('总监')).join('\n')).not.toContain(calm)
  }, 60_000)
})

test('no rule of a vendor was broken', () => {
  expect(doors.violations()).toEqual([])
})
