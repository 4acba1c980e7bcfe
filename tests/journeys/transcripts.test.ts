import { afterAll, describe, expect, test } from 'vitest'
import { startDingtalk } from '../fakes/dingtalk-server.ts'
import { startFakeAibot } from '../fakes/wecom-aibot.ts'
import { startFakeWecom } from '../fakes/wecom-server.ts'
import { openRealDesk } from '../kit/real-desk.ts'
import { until } from '../kit/until.ts'

// The conversations of the product texts over the real wires of WeCom and DingTalk, on one desk with the sample firm.

let deskUrl = ''
const wecom = await startFakeWecom({ callbackUrl: () => `${deskUrl}/callback/wecom` })
const bot = await startFakeAibot()
const dingtalk = await startDingtalk()
const real = await openRealDesk({
  wecom: wecom.config,
  wecomBot: bot.settings,
  dingtalk: dingtalk.withTemplate,
  play: false,
  orders: 1_200,
})
deskUrl = real.url
const people = [
  ['小李', '客服'],
  ['小吴', '客服'],
  ['小林', '组长'],
  ['小郑', '组长'],
  ['小陈', '财务'],
  ['沈总', '总监'],
  ['小许', '客服'],
  ['小钱', '客服'],
] as const
const csv = people.map(([name, role], index) => `${name},${role},user${index},staff${index}`).join('\n')
// the sample's own people would be asked first; here only those stand who have a phone in this test
await real.fresh.database.sql`UPDATE members SET active = false`
const imported = await real.desk.hub.members.importCsv(`姓名,角色,企业微信,钉钉\n${csv}\n`)
await until(() => expect(dingtalk.gateway.openings.length).toBeGreaterThan(0))
await until(() => expect(bot.connected()).toBe(true))

afterAll(async () => {
  await real.close()
  await wecom.close()
  await bot.close()
  await dingtalk.close()
})

type Who = (typeof people)[number][0]
type Door = {
  /** › the line; ‹ what stands in the chat then. */
  ask(who: Who, text: string): Promise<string>
  /** Taps the button on the newest card that has it; ‹ what changed in the chat. */
  tap(who: Who, label: string): Promise<string>
  all(who: Who): readonly string[]
}

const numberOf = (who: Who): number => people.findIndex(([name]) => name === who)

/** The newest words of a chat that were not there before. */
function fresh(all: () => readonly string[], before: readonly string[]): Promise<string> {
  return until(() => {
    const now = all()
    const changed = now.filter((words, index) => words !== before[index])
    const newest = changed.at(-1)
    if (newest === undefined) throw new Error('nothing new in the chat')
    return newest
  }, 8_000)
}

function wecomDoor(): Door {
  const user = (who: Who) => `user${numberOf(who)}`
  const all = (who: Who) => wecom.shownTo(user(who)).map(({ words }) => words)
  return {
    all,
    ask: async (who, text) => {
      const before = all(who)
      const { shown } = await wecom.phone.say(user(who), text)
      // words with buttons are followed by their card
      if (shown === undefined || shown.includes('按钮见下一条')) return fresh(() => all(who), before)
      return shown
    },
    tap: async (who, label) => {
      const before = all(who)
      await wecom.phone.tap(user(who), label)
      return fresh(() => all(who), before)
    },
  }
}

function dingtalkDoor(): Door {
  const staff = (who: Who) => `staff${numberOf(who)}`
  const all = (who: Who) => dingtalk.shownTo(staff(who)).map(({ text }) => text)
  return {
    all,
    ask: async (who, text) => {
      const before = all(who)
      await dingtalk.say(staff(who), text)
      return fresh(() => all(who), before)
    },
    tap: async (who, label) => {
      const before = all(who)
      await dingtalk.tap(staff(who), label)
      return fresh(() => all(who), before)
    },
  }
}

/** Each door has an agent of its own: what one asks counts for one, and 30 look-ups a minute are the limit. */
const doors: readonly (readonly [string, Door & { readonly agent: Who; readonly other: Who }])[] = [
  ['WeCom', { ...wecomDoor(), agent: '小李', other: '小吴' }],
  ['DingTalk', { ...dingtalkDoor(), agent: '小许', other: '小钱' }],
]

test('everybody is a member', () => {
  expect(imported).toMatchObject({ created: people.length, problems: [] })
})

describe.each(doors)('over %s', (_, { agent, other, ask, tap, all }) => {
  test('J1 › 到哪了 ‹ one line to paste, the facts, the time', async () => {
    const answer = await ask(agent, '6936476692437472563 到哪了')
    expect(answer).toMatch(/【运输中】已到杭州萧山转运中心，预计\d\d-\d\d送达/)
    expect(answer).toContain('抖音…2563')
    expect(answer).toContain('中通75894561230147')
    expect(await ask(agent, '那赠品呢')).toMatch(/一起发：围兜/)
    expect(await tap(agent, '复制话术')).toMatch(/您好/)
  })

  test('J2 › 客户张伟昨天退的那盒奶粉是否已入仓 ‹ two, ② is the one', async () => {
    const choice = await ask(agent, '客户张伟昨天退的那盒奶粉是否已入仓')
    expect(choice).toMatch(/找到2位张伟昨天有奶粉退货，是哪一位？/)
    expect(choice).toMatch(/① 尾号1234 天猫/)
    expect(choice).toMatch(/② 尾号8806 抖音/)
    expect(await ask(agent, '②')).toMatch(/【已入仓】.*扫码入库，验货完好/)
  })

  test('J3 › 退货的钱什么时候到账 ‹ which one? 您刚查过 › 就是它 ‹ a range of days', async () => {
    await ask(agent, '客户张伟昨天退的那盒奶粉是否已入仓')
    await ask(agent, '②')
    const back = await ask(agent, '退货的钱什么时候到账')
    expect(back).toMatch(/哪一单/)
    expect(back).toMatch(/您刚查过.*TH\d{10}/)
    const range = await ask(agent, '就是它')
    expect(range).toMatch(/预计\d\d-\d\d~\d\d-\d\d到账，原路（.+）/)
  })

  test('J3b: memory is one person’s and not the next one’s', async () => {
    await ask(agent, '6936476692437472563 到哪了')
    expect(await ask(other, '退货的钱什么时候到账')).not.toContain('您刚查过')
    expect(await ask(other, '就是它')).not.toContain('2563')
  })

  test('J4 › two digits swapped ‹ not known, what was searched, the nearest', async () => {
    const answer = await ask(agent, '6936476692437472653 到哪了')
    expect(answer).toMatch(/没有.*这个单号/)
    expect(answer).toContain('6936476692437472563')
    expect(await tap(agent, '查…2563')).toMatch(/【运输中】/)
  })

  test('J30 › 为什么没有赠品 ‹ the gap to the cent, the rule and its version', async () => {
    const answer = await ask(agent, '6926704328626645039 为什么没有赠品')
    expect(answer).toMatch(/未达赠品门槛：差¥12.5/)
    expect(answer).toContain('规则#3 v5')
  })

  test('J24 › 今天各渠道异常率 ‹ by channel, beside the week before', async () => {
    expect(await ask('沈总', '今天各渠道异常率')).toMatch(/异常率\d+\.\d%（前7天\d+\.\d%）/)
  })

  test('a person is a call away', async () => {
    await ask(agent, '6936476692437472563 到哪了')
    const reply = await ask(agent, '人工')
    const who = /已转(小林|小郑)/.exec(reply)?.[1] as Who | undefined
    expect(who).toBeDefined()
    expect(reply).toContain('2563')
    if (who !== undefined) await until(() => expect(all(who).join('\n')).toContain(agent), 8_000)
  })
})

describe.each(doors)('writes over %s', (name, { agent, ask }) => {
  test('› 取消 ‹ preview › 确认 ‹ done › 确认 ‹ 无需重复', async () => {
    const [order] = await real.fresh.database.sql<{ orderNo: string; id: string }[]>`
      SELECT order_no AS "orderNo", id FROM orders
      WHERE paid_at IS NOT NULL AND shipped_at IS NULL AND cancelled_at IS NULL AND picking_at IS NULL AND on_hold_at IS NULL
        AND quarantined_at IS NULL AND source_stage = 'paid' ORDER BY ordered_at DESC LIMIT 1`
    const state = async () =>
      (
        await real.fresh.database.sql`SELECT cancelled_at IS NOT NULL AS gone FROM orders WHERE id = ${order?.id ?? ''}`
      )[0]?.gone
    expect(await ask(agent, `取消 ${order?.orderNo} 客户重复下单`)).toMatch(/请确认：取消订单/)
    expect(await state()).toBe(false)
    expect(await ask(agent, '确认')).toMatch(/已取消订单/)
    expect(await state()).toBe(true)
    expect(await ask(agent, '确认')).toMatch(/已由您 \d\d:\d\d:\d\d 确认，无需重复/)
    expect(name).toBeTruthy()
  })

  test('J8 › 通过 twice, by two people ‹ one decision, the second is told', async () => {
    const [row] = await real.fresh.database.sql<{ id: string }[]>`
      SELECT r.id FROM returns r JOIN approval_levels a ON a.return_id = r.id
      WHERE r.approval = 'pending' AND a.state = 'pending' AND a.role = 'cs_lead' ORDER BY r.id LIMIT 1`
    expect(await ask('小林', `${row?.id} 通过`)).toMatch(/请确认/)
    expect(await ask('小林', '确认')).not.toMatch(/请确认/)
    expect(await ask('小林', `${row?.id} 通过`)).toMatch(/已由您 \d\d:\d\d:\d\d 同意，无需重复/)
    expect(await ask('小郑', `${row?.id} 通过`)).toMatch(/已由小林 \d\d:\d\d:\d\d 同意，无需重复/)
    const levels = await real.fresh.database.sql`
      SELECT count(*)::int AS n FROM approval_levels WHERE return_id = ${row?.id ?? ''} AND state = 'approved' AND role = 'cs_lead'`
    expect(levels[0]?.n).toBe(1)
  })
})

describe('J6 in groups', () => {
  const team = 'wrTeamOfTheDesk'

  test('WeCom, by the AI bot: masked there, whole in the direct chat, strangers learn nothing', async () => {
    bot.say('user1', '17000009354 最近三天的单', { group: team })
    const shown = await until(() => {
      const newest = bot.shownIn(team).at(-1)
      if (newest === undefined) throw new Error('nothing yet')
      return newest
    }, 8_000)
    expect(shown.words).toMatch(/李\* 170\*\*\*\*9354/)
    expect(shown.words).toContain('完整信息已私聊给您')
    expect(shown.words).not.toContain('17000009354')
    await until(() => expect(wecom.shownTo('user1').at(-1)?.words).toContain('17000009354'), 8_000)
    bot.say('somebody', '17000009354 最近三天的单', { group: team })
    const told = await until(() => {
      const newest = bot.shownIn(team).at(-1)
      if (newest === undefined || newest === shown) throw new Error('nothing new yet')
      return newest.words
    }, 8_000)
    expect(told).not.toMatch(/李|9354|派件/)
  })

  test('a right that is missing is explained in private, to that person only', async () => {
    const before = bot.shownIn(team).length
    bot.say('user4', '6936476692437472563 运单改成 SF1694121245991', { group: team })
    await until(() => expect(bot.shownIn(team).length).toBeGreaterThan(before), 8_000)
    expect(bot.shownIn(team).at(-1)?.words).toBe('已私信说明。')
    await until(() => expect(wecom.shownTo('user4').at(-1)?.words).toMatch(/改物流单号需要「客服」及以上/), 8_000)
    const [row] = await real.fresh.database
      .sql`SELECT waybill_no AS no FROM orders WHERE order_no = '6936476692437472563'`
    expect(row?.no).toBe('75894561230147')
  })

  test('DingTalk: the same', async () => {
    const group = 'cidTeam=='
    await dingtalk.say('staff7', '17000009354 最近三天的单', { group })
    await until(() => expect(dingtalk.shownIn(group, 'staff7').at(-1)?.text).toContain('完整信息已私聊给您'), 8_000)
    expect(dingtalk.shownIn(group, 'staff7').at(-1)?.text).not.toContain('17000009354')
    await until(() => expect(dingtalk.shownTo('staff7').at(-1)?.text).toContain('17000009354'), 8_000)
    expect(dingtalk.violations()).toEqual([])
  })
})
