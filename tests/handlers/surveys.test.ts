import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { roles } from '../../src/chat/member.ts'
import type { Reply } from '../../src/chat/reply.ts'
import { personalData } from '../../src/hub/personal.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { seedSample } from '../../src/seed/seed-sample.ts'
import { buttonOf, transcript } from '../kit/ask-desk.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { type SurveyAsker, surveyDesk } from '../kit/survey-desk.ts'

const nowMs = Date.parse('2026-11-22T10:05:00+08:00')
const personal = personalData('5a'.repeat(32))
let hub: FreshDatabase
let desk: ReturnType<typeof surveyDesk>

beforeAll(async () => {
  hub = await freshDatabase()
  await seedSample(hub.database, { orders: 3000, seed: 7, nowMs, personal, log: silentLog })
  desk = surveyDesk(hub, personal, nowMs)
})
afterAll(() => hub.drop())

const said = async (text: string, asker?: SurveyAsker) => transcript(await desk.ask(text, asker))
const titleOf = (reply: Reply) => ('card' in reply ? reply.card.title : '')
const one = async <T>(text: string): Promise<T> => Object.values((await hub.database.sql.unsafe(text))[0] ?? {})[0] as T

describe('figures (J24)', () => {
  test('今天各渠道异常率: whole, before, by channel, and how it is counted', async () => {
    const answer = await said('今天各渠道异常率')
    expect(answer).toMatch(/^今天异常率\d+\.\d%（前7天\d+\.\d%）\n/)
    expect(answer).toMatch(/口径 按下单时间，有异常的÷全部订单 \| 数量 \d+÷\d+/)
    expect(answer).toMatch(/\n抖音 \d+\.\d%（前7天\d+\.\d%）/)
    expect(answer).toContain('京东拉取已16时5分没有消息，数字偏少')
  })

  test('今天各渠道订单量 is what stands in the hub', async () => {
    const answer = await said('今天各渠道订单量')
    const count = (where: string) =>
      one<number>(`SELECT count(*)::int FROM orders WHERE ordered_at >= '2026-11-22T00:00+08' AND ${where}`)
    expect(answer).toContain(`今天订单量${await count('true')}单`)
    expect(answer).toContain(`\n抖音 ${await count(`channel = 'douyin'`)}单`)
  })

  test('a channel whose source has not come in is said in the title, with what there is', async () => {
    const answer = await said('今天京东订单量')
    expect(answer).toMatch(/^数据不全：京东拉取未到\n/)
    expect(answer).toMatch(/已收 今天京东订单量\d+单/)
  })

  test('what the hub cannot know is 未知 with its reason and the nearest figure', async () => {
    expect(await said('今天转化率')).toMatch(/^未知：流量数据没有接入[\s\S]*相近 今天订单量\d+单/)
    expect(await said('今天客诉率')).toMatch(/^未知：客诉和评价没有接入/)
    expect(await said('今天直答率')).toMatch(/^未知：期间没有可算的记录/)
  })

  test.each([
    '昨天发货量',
    '昨天签收量',
    '昨天退货量',
    '昨天准时发货率',
    '昨天准时送达率',
    '上周赠品漏发率多少',
    '昨天短信打开率',
    '昨天取消率',
    '最近7天每天订单量',
    '昨天各小时订单量',
    '各仓昨天发货量',
    '上月订单量',
    '昨天缺货率',
  ])('%s', async (line) => {
    const reply = await desk.ask(line)
    expect(reply.trace).toMatchObject({ intent: 'stats.query', expect: 'answer' })
    expect(titleOf(reply)).toMatch(/\d+(?:\.\d%|单)/)
    expect(transcript(reply)).toMatch(/口径 \S+/)
  })

  test('amounts are for the lead, finance, operations and the director; counts are for all', async () => {
    for (const role of roles) {
      const money = await desk.ask('昨天销售额', { role })
      const allowed = ['cs_lead', 'finance', 'ops', 'director'].includes(role)
      expect(money.trace?.expect, role).toBe(allowed ? 'answer' : 'deny')
      expect(transcript(money).includes('¥')).toBe(allowed)
      expect((await desk.ask('昨天订单量', { role })).trace?.expect).toBe('answer')
    }
    expect(await said('昨天退款金额', { role: 'cs' })).toContain('退款金额只有客服组长、财务、运营主管、运营总监能看')
  })

  test('from the channels to the hours of one, in a card of its own', async () => {
    const answer = await desk.ask('昨天各渠道订单量')
    const tapped = await desk.tap(buttonOf(answer, '抖音按小时').token)
    expect(tapped.kind).toBe('card')
    expect(transcript(tapped)).toMatch(/^11月21日抖音订单量\d+单/)
    expect(transcript(tapped)).toMatch(/\n\d+点 \d+单/)
    // amounts stay amounts on the tap of somebody who may not see them
    const money = await desk.ask('昨天各渠道销售额')
    expect((await desk.tap(buttonOf(money, '抖音按小时').token, { role: 'cs' })).trace?.expect).toBe('deny')
  })
})

describe('lists', () => {
  test('今天9点抖音异常 is the list behind that hour (product row 17)', async () => {
    const reply = await desk.ask('今天9点抖音异常')
    expect(titleOf(reply)).toMatch(/^今天9点抖音异常\d+单（前7天\d+单）$/)
    expect(transcript(reply)).toContain('① 抖音…')
    const typed = await desk.ask('11月22日9点抖音异常的单')
    expect(titleOf(typed)).toBe(titleOf(reply).replace('今天', '11月22日'))
  })

  test.each([
    '超时的退货单',
    '罚款风险的退货',
    '发货超时的有哪些',
    '物流停滞的包裹',
    '缺承运商的单',
    '破损的包裹有哪些',
    '异常单有哪些',
  ])('%s', async (line) => {
    const reply = await desk.ask(line)
    expect(reply.trace).toMatchObject({ intent: 'alert.list', expect: 'answer' })
    expect(titleOf(reply)).toMatch(/\d+单$/)
    const lines = ('card' in reply && reply.card.lines) || []
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.length).toBeLessThanOrEqual(5)
    expect(reply.trace?.choices).toHaveLength(lines.length)
  })

  test('the next page replaces the page, and typing it gives the same', async () => {
    const first = await desk.ask('异常单有哪些')
    const more = 'card' in first ? first.card.buttons.at(-1) : undefined
    expect(more?.label).toMatch(/^还有\d+单$/)
    const second = await desk.tap(more?.token ?? '')
    expect(second.kind).toBe('card-update')
    expect(transcript(second)).toContain('本页 第6–10单')
    const typed = await desk.ask('异常单有哪些 第2页')
    expect('card' in second && 'card' in typed && second.card.lines).toEqual('card' in typed && typed.card.lines)
    expect(transcript(await desk.ask('异常单有哪些 第99页'))).toMatch(/^没有更多了/)
  })

  test('nothing wrong is said so', async () => {
    expect(await said('11月1日缺承运商的单有哪些')).toMatch(/^没有11月1日缺承运商\n/)
  })

  test('no customer stands on a list, whoever asks and wherever', async () => {
    const names = await hub.database.sql<
      { name: string }[]
    >`SELECT DISTINCT consignee_name AS name FROM orders WHERE length(consignee_name) > 2`
    for (const line of ['超时的退货单', '异常单有哪些', '物流停滞的包裹']) {
      const answer = await said(line, { role: 'cs' })
      expect(names.filter(({ name }) => answer.includes(name))).toEqual([])
      expect(answer).not.toMatch(/(?<!\d)1[3-9]\d{9}(?!\d)/)
    }
  })
})

describe('我的待办 (J11)', () => {
  test('counts by colour, first three, each with its button', async () => {
    const reply = await desk.ask('我的待办', { role: 'cs_lead', memberId: 'mem_sample_04' })
    expect(titleOf(reply)).toMatch(/^\d+单：红\d+ 黄\d+ 绿\d+$/)
    const button = buttonOf(reply, '①')
    const decoded = desk.codec.decode(button.token, { memberId: 'mem_sample_04', nowMs })
    expect(decoded).toMatchObject({
      outcome: 'ok',
      action: 'ask.about',
      args: ['return.status', reply.trace?.choices?.[0]?.orderId, reply.trace?.choices?.[0]?.returnId],
    })
  })

  test('who decides nothing hears what they wait for, or that there is nothing', async () => {
    const reply = await desk.ask('我的待办', { role: 'cs', memberId: 'mem_sample_01' })
    expect(titleOf(reply)).toMatch(/^没有待办，您提的退货在审\d+单$/)
    expect(titleOf(await desk.ask('我的待办', { role: 'it', memberId: 'mem_sample_12' }))).toBe('没有待办')
    expect(titleOf(await desk.ask('我的待办', { role: 'finance', memberId: 'nobody' }))).toBe('没有待办')
  })

  test('the director has what nobody decided within a day', async () => {
    expect(await said('我的待办', { role: 'director' })).toContain('满24小时没批完的退货')
  })
})

describe('what was sent', () => {
  test('delivered and opened, with the wording for the customer', async () => {
    const reply = await desk.ask('6936476692437472563 发货短信发了吗', { role: 'cs' })
    expect(titleOf(reply)).toMatch(/^发货短信11-21 \d\d:\d\d已送达，已打开$/)
    expect(desk.codec.decode(buttonOf(reply, '复制话术').token, { memberId: 'm', nowMs })).toMatchObject({
      action: 'answer.script',
    })
    const [order] = (await desk.lookup.find({ kind: 'order-no', value: '6936476692437472563' }, { limit: 1 })).orders
    expect(order?.shippedAtMs).toBeLessThan(nowMs)
  })

  test('failed says why; the photo that could not be shown is said', async () => {
    const failed = await one<string>(
      `SELECT o.order_no FROM notices n JOIN orders o ON o.id = n.order_id WHERE n.state = 'failed' AND n.kind = 'ship' LIMIT 1`,
    )
    expect(await said(`${failed} 发货短信发了吗`)).toMatch(/^发货短信发送失败：\S+/)
    const photo = await one<string>(
      `SELECT o.order_no FROM notices n JOIN orders o ON o.id = n.order_id WHERE n.photo_ok = false AND n.kind = 'sign' LIMIT 1`,
    )
    expect(await said(`${photo} 签收短信发了吗`)).toContain('照片 签收照片打不开')
  })

  test('without a record nothing is claimed', async () => {
    const none = await one<string>(
      `SELECT order_no FROM orders o WHERE shipped_at IS NOT NULL AND channel = 'distributor' AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.order_id = o.id) LIMIT 1`,
    )
    const answer = await said(`${none} 发货短信发了吗`)
    expect(answer).toMatch(/^没有发货通知记录\n/)
    expect(answer).toContain('原因 发送记录里没有这一单')
    expect(answer).not.toMatch(/已发出|已送达/)
  })

  test('a hub that was never told of messages says that', async () => {
    const empty = await freshDatabase()
    try {
      await empty.database.sql`INSERT INTO orders (id, channel, shop, order_no, ordered_at, source, source_modified_at)
        VALUES ('SO261121000001', 'jd', 's', '310000000001', now(), 'jd.pull', now())`
      const other = surveyDesk(empty, personal, nowMs)
      const answer = transcript(await other.ask('SO261121000001 发货短信发了吗'))
      expect(answer).toMatch(/^没有发货通知记录[\s\S]*原因 短信平台未接入/)
      expect(transcript(await other.ask('昨天短信打开率'))).toMatch(/^未知：短信平台没有接入/)
      expect(transcript(await other.ask('SO261121000001 怎么没走优先仓'))).toMatch(
        /没有分仓规则记录[\s\S]*仓库 未知（还没有分仓）/,
      )
      expect(transcript(await other.ask('SO261121000001 是什么客户', { role: 'cs' }))).not.toContain('undefined')
    } finally {
      await empty.drop()
    }
  })
})

describe('customers', () => {
  test('尾号9862: level, channels, tags, orders', async () => {
    const answer = await said('尾号9862是会员吗 什么等级', { role: 'cs' })
    expect(answer).toMatch(/^刘芳（V4）2个渠道1单/)
    expect(answer).toContain('标签 多渠道活跃')
    expect(answer).not.toContain('欠款')
  })

  test('arrears: finance and the director, a refusal for others, 未知 when never asked', async () => {
    for (const role of roles) {
      const reply = await desk.ask('JXS03欠款多少', { role })
      const allowed = role === 'finance' || role === 'director'
      expect(reply.trace?.expect === 'deny', role).toBe(!allowed)
      expect(transcript(reply).includes('¥4,310.00')).toBe(allowed)
      expect((await said('13957903303 是什么客户', { role })).includes('欠款')).toBe(allowed)
    }
    expect(await said('13588029862 欠款', { role: 'finance' })).toContain('欠款 未知（未查过ERP）')
    expect(await said('13301589746 欠款', { role: 'finance' })).toContain('欠款 没有欠款（06:00查）')
  })

  test('a distributor’s debt by its own account, old news named as such, and not to a group', async () => {
    const told = { amountFen: 431_000n, source: 'erp.u8', checkedAtMs: nowMs - 3_600_000 }
    const by = (silent: boolean) => surveyDesk(hub, personal, nowMs, { debts: async () => ({ ...told, silent }) })
    const finance = { role: 'finance' } as const
    expect(transcript(await by(false).ask('jxs03欠款多少', finance))).toMatch(
      /^JXS03欠款¥4,310\.00（ERP，\d\d:\d\d查）。$/,
    )
    expect(transcript(await by(true).ask('JXS03欠款多少', finance))).toMatch(
      /^JXS03现在的欠款未知：ERP没有响应。.*只供参考。$/,
    )
    expect((await by(false).ask('JXS03欠款多少', { role: 'cs' })).trace?.expect).toBe('deny')
    expect(transcript(await by(false).ask('JXS03欠款多少', { ...finance, chat: 'group' }))).toBe(
      '欠款不在群里说，请私聊问我。',
    )
  })

  test('three of one name are a choice, masked; one of them answers', async () => {
    const reply = await desk.ask('张伟是什么客户', { role: 'cs' })
    expect(titleOf(reply)).toBe('找到3位客户，是哪一位？')
    expect(transcript(reply)).not.toContain('张伟')
    expect(reply.trace?.choices).toHaveLength(3)
  })

  test('a group reads no name and no arrears; the asker hears the whole in private', async () => {
    const reply = await desk.ask('13957903303 是什么客户', { chat: 'group', role: 'director' })
    const { direct, ...shown } = reply
    expect(transcript(shown)).not.toMatch(/安心母婴|欠款|13957903303/)
    expect(transcript(direct ?? { kind: 'none' })).toMatch(/安心母婴[\s\S]*欠款 ¥4,310.00/)
    const finance = await desk.ask('13957903303 是什么客户', { chat: 'group', role: 'finance' })
    expect(transcript(finance)).not.toMatch(/安心母婴|¥4,310/)
  })

  test('nobody is said so, and what was searched', async () => {
    expect(await said('13900000001 是什么客户')).toMatch(/^没有找到这位客户[\s\S]*查过/)
  })
})

describe('rules', () => {
  test('one sentence, the rule, its version, and when', async () => {
    const answer = await said('6936476692437472563 怎么没走优先仓')
    expect(answer).toMatch(/^分仓：广州仓\n/)
    expect(answer).toMatch(/规则 规则#12 第1版 \| 时间 11-21 \d\d:\d\d/)
    expect(answer).toMatch(/\n\S*广州仓\n/)
  })

  test('without a record what is known is told, and the rest is 未知', async () => {
    const none = await one<string>(
      `SELECT order_no FROM orders o WHERE warehouse IS NOT NULL AND NOT EXISTS (SELECT 1 FROM rule_decisions d WHERE d.order_id = o.id) LIMIT 1`,
    )
    const answer = await said(`${none} 怎么没走优先仓`)
    expect(answer).toMatch(/^没有分仓规则记录\n/)
    expect(answer).toMatch(/仓库 \S+仓 \| 原因 未知（分单时没有留下规则）/)
  })
})
