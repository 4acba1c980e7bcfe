import { afterAll, describe, expect, test } from 'vitest'
import { type Door, openDoors, type Person } from '../kit/doors.ts'
import { holds, type Stage } from '../kit/transcript.ts'
import { until } from '../kit/until.ts'
import { j1, j2, j3, j4, j6 } from './golden-talks.ts'

// The golden conversations over the wires of both vendors: WeCom's app and AI bot, DingTalk's Stream; one desk, one sample firm.

const people = {
  组长: { name: '小林', role: '组长', id: 'lead-1' },
  副组长: { name: '小郑', role: '组长', id: 'lead-2' },
  仓管: { name: '小周', role: '仓管', id: 'keeper-1' },
  财务: { name: '小陈', role: '财务', id: 'money-1' },
  运营: { name: '小何', role: '运营主管', id: 'ops-1' },
  总监: { name: '沈总', role: '总监', id: 'head-1' },
  路人: { name: '路人', id: 'passer-by' },
} as const satisfies Readonly<Record<string, Person>>
// each door has agents of its own: 30 look-ups a minute are the limit of one member
const agents = {
  wecom: { 客服: { name: '小李', role: '客服', id: 'cs-1' }, 同事: { name: '小吴', role: '客服', id: 'cs-2' } },
  dingtalk: { 客服: { name: '小许', role: '客服', id: 'cs-3' }, 同事: { name: '小钱', role: '客服', id: 'cs-4' } },
} as const

const everybody: readonly Person[] = [people, agents.wecom, agents.dingtalk].flatMap((cast) => Object.values(cast))
const doors = await openDoors(everybody)
const { sql } = doors.real.fresh.database
afterAll(() => doors.close())

type Cast = keyof typeof people | '客服' | '同事'
type Words = Readonly<Record<string, string>>

const vendors = [
  { vendor: 'WeCom', cast: { ...people, ...agents.wecom }, door: doors.wecom },
  { vendor: 'DingTalk', cast: { ...people, ...agents.dingtalk }, door: doors.dingtalk },
] as const

type Vendor = { readonly cast: Readonly<Record<Cast, Person>>; readonly door: Door }

function stageOf({ cast, door }: Vendor, where: 'direct' | 'group', words: Words = {}): Stage {
  const nameOf = (who: string) => cast[who as Cast].name
  return { chat: (who) => door[where](nameOf(who)), direct: (who) => door.direct(nameOf(who)), words }
}

/** Returns that wait for a lead, each taken once. */
const waiting = (
  await sql<{ id: string }[]>`
    SELECT r.id FROM returns r JOIN approval_levels a ON a.return_id = r.id
    WHERE r.approval = 'pending' AND a.state = 'pending' AND a.role = 'cs_lead' ORDER BY r.id LIMIT 3`
).map(({ id }) => id)

/** Paid, not yet picked, each taken once. */
const cancellable = (
  await sql<{ orderNo: string }[]>`
    SELECT order_no AS "orderNo" FROM orders
    WHERE paid_at IS NOT NULL AND shipped_at IS NULL AND cancelled_at IS NULL AND picking_at IS NULL AND on_hold_at IS NULL
      AND quarantined_at IS NULL AND source_stage = 'paid' ORDER BY ordered_at DESC LIMIT 4`
).map(({ orderNo }) => orderNo)

/** The refund of J2's second 张伟, by its number. */
const [{ id: refundedOne = '' } = {}] = await sql<{ id: string }[]>`
  SELECT id FROM returns WHERE id LIKE '%0033' ORDER BY id LIMIT 1`

function take(from: string[]): string {
  const one = from.shift()
  if (one === undefined) throw new Error('the sample firm has too few of them')
  return one
}

const cancelled = async (orderNo: string) =>
  (await sql<{ gone: boolean }[]>`SELECT cancelled_at IS NOT NULL AS gone FROM orders WHERE order_no = ${orderNo}`)[0]
    ?.gone

const approvals = async (returnId: string) =>
  (
    await sql<{ n: number }[]>`
      SELECT count(*)::int AS n FROM approval_levels
      WHERE return_id = ${returnId} AND state = 'approved' AND role = 'cs_lead'`
  )[0]?.n

test('those with a role are members, and nobody else', () => {
  const withRole = everybody.filter(({ role }) => role !== undefined)
  expect(doors.imported).toMatchObject({ created: withRole.length, problems: [] })
})

describe.each(vendors)('$vendor, in the direct chat', (vendor) => {
  const talk = (conversation: string, words?: Words) => holds(stageOf(vendor, 'direct', words), conversation)

  test('J1 › 到哪了 › [复制话术] › [完整时间线] › [关注此单]', () => talk(j1))
  test('J2 › 张伟昨天退的那盒奶粉 ‹ 哪一位？ › ② › [复制话术]', () => talk(j2))
  test('J3 › 退货的钱什么时候到账 ‹ 您刚查过 › 就是它', () => talk(j3))
  test('J4 › two digits swapped › [查…2563]', () => talk(j4))

  test('a line that refers back is about what was asked before', () =>
    talk(`
      客服 › 6936476692437472563 到哪了
      ‹ 【运输中】已到杭州萧山转运中心
      › 那赠品呢
      ‹ 已一起发：围兜，同包裹 | 订单 抖音…2563 | 状态 已随包裹发出
    `))

  test('J3 by the button', () =>
    talk(`
      同事 › 6926704328626645039 到哪了
      ‹ 订单 抖音…5039
      › 赠品会一起发吗
      ‹ 哪一单？ | 发订单号、运单号、手机尾号任一即可 | （您刚查过 抖音…5039） | [就是它]
      › [就是它]
      ‹ 不一起：未达门槛，差¥12.5 | 订单 抖音…5039
    `))

  test('the three golden questions take two turns, and one with the number in them', () =>
    talk(
      `
      同事 › 换一单
      ‹ {词}
      › 我的订单到哪了
      ‹ 哪一单？ | 订单号、运单号、手机号或手机尾号
      › 6936476692437472563
      ‹ 【运输中】已到杭州萧山转运中心，预计{日}送达 | 订单 抖音…2563
      › 换一单
      ‹ {词}
      › 赠品会一起发吗
      ‹ 哪一单？
      › 6936476692437472563
      ‹ 已一起发：围兜，同包裹 | 订单 抖音…2563
      › 换一单
      ‹ {词}
      › 退货的钱什么时候到账
      ‹ 哪一单？
      › {退过的}
      ‹ 预计{日}~{日}到账，原路（支付宝） | 退货 {退过的} | 金额 ¥268.00
      › 6936476692437472563 赠品会一起发吗
      ‹ 已一起发：围兜，同包裹 | 订单 抖音…2563
      › {退过的} 退货的钱什么时候到账
      ‹ 预计{日}~{日}到账，原路（支付宝） | 退货 {退过的}
    `,
      { 退过的: refundedOne },
    ))

  test('J24 › 今天各渠道异常率 › [抖音按小时]', () =>
    talk(`
      总监 › 今天各渠道异常率
      ‹ 今天异常率{率}（前7天{率}） | 数量 {数}÷{数} | 抖音 {率}（前7天{率}） | 截至{刻} · 中台订单
      › [抖音按小时]
      ‹ 抖音 | {率}
    `))

  test('J30 › 为什么没有赠品 › [复制话术]', () =>
    talk(`
      客服 › 6926704328626645039 为什么没有赠品
      ‹ 未达赠品门槛：差¥12.5 | 实付 ¥286.5 | 门槛 ¥299 | 规则 规则#3 v5 | [复制话术] [看规则]
      › [复制话术]
      ‹ 您好，您的订单（尾号5039）实付¥286.5，赠品活动需要满¥299，还差¥12.5
      ✗ 规则#3 | V2
    `))

  test('人工 reaches a lead, with the order and the question', async () => {
    const stage = stageOf(vendor, 'direct')
    await holds(
      stage,
      `
      客服 › 6936476692437472563 到哪了
      ‹ 【运输中】
      › 人工
      ‹ 已转{词}，带上了抖音…2563和您的问题 | [取消]
    `,
    )
    const said = (await stage.chat('客服').stands()).map(({ words }) => words).join('\n')
    const lead = /已转(小林|小郑)/.exec(said)?.[1] === '小林' ? '组长' : '副组长'
    await until(async () => {
      const arrived = (await stage.direct(lead).stands()).map(({ words }) => words)
      const handed = arrived.findLast((words) => words.includes(`${vendor.cast.客服.name}转来一个问题`))
      expect(handed).toContain('6936476692437472563 到哪了')
      expect(handed).toContain('抖音…2563')
    })
  })

  test('J8 › 通过 › 确认, again, and by somebody else: one decision, each is told whose it is', async () => {
    const id = take(waiting)
    await talk(
      `
      组长 › {退货单} 通过
      ‹ 请确认：通过退货·{退货单} | 现在 待组长初审 | 改成 通过，转仓管复核（限4时） | [确认] [取消]
      › [确认]
      ‹ 已同意·{退货单} | 经办 您 {时刻} | 已通知小周
      › {退货单} 同意
      ‹ 已由您 {时刻} 同意，无需重复。
      › 确认
      ‹ 已由您 {时刻} 确认，无需重复。
      副组长 › {退货单} 通过
      ‹ 已由小林 {时刻} 同意，无需重复。
      ✗ 请确认
    `,
      { 退货单: id },
    )
    expect(await approvals(id)).toBe(1)
    // whatever app it was decided in, the next level's card comes where that person is reached first
    await until(async () => {
      const shown = (await doors.wecom.direct('小周').stands()).map(({ words }) => words).join('\n')
      if (!shown.includes(`【待复核】${id}`)) throw new Error(`no card of the next level:\n${shown}`)
    })
  })

  test('› 取消 ‹ why? › the reason in words ‹ preview › 确认 ‹ done › 确认 ‹ 无需重复', async () => {
    const orderNo = take(cancellable)
    const words = { 单号: orderNo, 尾号: orderNo.slice(-4) }
    await talk(
      `
      客服 › 取消 {单号}
      ‹ 取消原因是什么？ | [客户不想要了] [重复下单] [地址填错] [缺货] [其他]
      › 到哪了
      ‹ 哪一单？
      › 取消 {单号}
      ‹ 取消原因是什么？ | [重复下单]
      › 客户重复下单
      ‹ 请确认：取消订单·{词}…{尾号} | 改成 已取消 | 原因 重复下单 | [确认] [取消]
    `,
      words,
    )
    expect(await cancelled(orderNo)).toBe(false)
    await talk(
      `
      同事 › 确认
      ‹ {词}
      ✗ 已取消订单
      客服 › 确认
      ‹ 已取消订单·{词}…{尾号} | 经办 您 {时刻}
      › 确认
      ‹ 已由您 {时刻} 确认，无需重复。
    `,
      words,
    )
    expect(await cancelled(orderNo)).toBe(true)
  })
})

describe.each(vendors)('$vendor, in a group', (vendor) => {
  const talk = (conversation: string, words?: Words) => holds(stageOf(vendor, 'group', words), conversation)

  test('J6 › masked there, whole in the direct chat › who may not is told in private', async () => {
    await talk(j6)
    const [row] = await sql`SELECT waybill_no AS no FROM orders WHERE order_no = '6936476692437472563'`
    expect(row?.no).toBe('75894561230147')
  })

  test('what one looked at is not the next one’s, and what was asked in private not the group’s', () =>
    talk(`
      客服 › 17000009354 最近三天的单
      ‹ 天猫…0842
      › 那赠品呢
      ‹ 不一起：未达门槛，差¥41 | 您刚查过 天猫…0842，按这一单答
      同事 › 那赠品呢
      ‹ 哪一单？
      ✗ 0842 | 差¥41
      › 就是它
      ‹ 哪一单？
      ✗ 0842 | 2563
    `))

  test('a change is confirmed by its asker alone', async () => {
    const orderNo = take(cancellable)
    const words = { 单号: orderNo, 尾号: orderNo.slice(-4) }
    await talk(
      `
      运营 › 取消 {单号} 客户不要了
      ‹ 已私信说明。
      ✗ {尾号}
      ⇒ 取消订单需要「客服」及以上，可找：值班组长（小林、小郑）。已记录，未改动。
      客服 › 取消 {单号} 客户不要了
      ‹ 请确认：取消订单·{词}…{尾号} | [确认] [取消]
      同事 › [确认]
      ‹ 已私信说明。
      ✗ 已取消订单
      ⇒ 这一步只能由发起的人确认
      › 确认
      ‹ {词}
      ✗ 已取消订单
    `,
      words,
    )
    expect(await cancelled(orderNo)).toBe(false)
    await talk(
      `
      客服 › [确认]
      ‹ 已取消订单·{词}…{尾号} | {时刻}
      › 确认
      ‹ 无需重复
    `,
      words,
    )
    expect(await cancelled(orderNo)).toBe(true)
  })

  test('strangers learn nothing, by words or by buttons', () =>
    talk(`
      路人 › 17000009354 最近三天的单
      ‹ 已私聊告诉您。
      ✗ 李 | 9354 | 0842 | 派件
      ⇒ 您还不在查单的成员名单里 | passer-by
      › 那赠品呢
      ‹ 已私聊告诉您。
      ✗ 差¥
      › [看订单状态]
      ‹ 已私聊告诉您。
      ✗ 0842 | 李 | 派件
    `))
})

test('J8 at the same second, one on WeCom, one on DingTalk: one decision', async () => {
  const id = take(waiting)
  const words = { 退货单: id }
  const { cast } = vendors[0]
  const shown = '‹ 请确认：通过退货·{退货单}'
  await holds(stageOf({ cast, door: doors.wecom }, 'direct', words), `组长 › {退货单} 通过\n${shown}`)
  await holds(stageOf({ cast, door: doors.dingtalk }, 'direct', words), `副组长 › {退货单} 通过\n${shown}`)
  const both = [doors.wecom.direct('小林'), doors.dingtalk.direct('小郑')]
  await Promise.all(both.map((chat) => chat.say('确认')))
  await until(async () => {
    const chats = await Promise.all(both.map(async (chat) => (await chat.stands()).map((one) => one.words).join('\n')))
    const [winner, loser] = chats[0]?.includes(`已同意·${id}`) ? ['小林', chats[1]] : ['小郑', chats[0]]
    expect(chats.filter((said) => said.includes(`已同意·${id}`))).toHaveLength(1)
    expect(loser).toMatch(new RegExp(`已由${winner} \\d\\d:\\d\\d:\\d\\d 同意，无需重复。`))
  })
  expect(await approvals(id)).toBe(1)
})

test('no rule of a vendor was broken', () => {
  expect(doors.violations()).toEqual([])
})
