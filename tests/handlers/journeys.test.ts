import { describe, expect, test } from 'vitest'
import { askDesk, buttonOf, transcript } from '../kit/ask-desk.ts'
import { november, order, parcel } from '../kit/sample-orders.ts'

const liNa = order({
  id: 'SO261121000842',
  channel: 'tmall',
  orderNo: '4257636757147510842',
  consigneeName: '李娜',
  phone: '17000009354',
  address: '上海市徐汇区漕溪路1号602室',
  orderedAtMs: november(21, '08:00'),
  parcels: [parcel({ state: 'delivering', etaAtMs: november(22, '18:00') })],
  source: { name: 'tmall.pull', heardAtMs: november(22, '06:00'), staleAfterMs: 46_800_000 },
})

const zhang = (last: string, day: number) =>
  order({
    id: `SO2611${day}00${last}`,
    channel: 'tmall',
    orderNo: `425763675714751${last}`,
    phone: `1390571${last}`,
    orderedAtMs: november(day, '12:00'),
  })

const desk = askDesk([order(), liNa, zhang('1234', 18), zhang('3377', 19)])

describe('J1: a number and where it is', () => {
  test('is one line to paste, six facts, as of when', async () => {
    expect(transcript(await desk.ask('6936476692437472563 到哪了', { role: 'warehouse' }))).toBe(
      `【运输中】已到杭州萧山转运中心，预计11-23送达
订单 抖音…2563 | 商品 3段奶粉 900g/罐 ×2 | 快递 中通75894561230147 | 停留 1时24分 | 赠品 围兜，同包裹 | 负责 物流组
截至10:05 · 轨迹10:02 · 抖音推送09:58
[复制话术] [完整时间线] [关注此单]`,
    )
  })

  test('an agent sees in the direct chat who receives it', async () => {
    expect(transcript(await desk.ask('6936476692437472563 到哪了'))).toContain('收件 张伟 13685578806')
  })

  test('[复制话术] gives words for the customer', async () => {
    const answer = await desk.ask('6936476692437472563 到哪了')
    expect(transcript(await desk.tapToken(buttonOf(answer, '复制话术').token))).toMatch(
      /^您好，您的订单（尾号2563）正在运输途中/,
    )
  })

  test('[完整时间线] redraws the card, and [返回订单] brings it back', async () => {
    const answer = await desk.ask('6936476692437472563 到哪了')
    const track = await desk.tapToken(buttonOf(answer, '完整时间线').token)
    expect(track).toMatchObject({ kind: 'card-update', cardRef: { id: 'card1' }, trace: { intent: 'logistics.track' } })
    const back = await desk.tapToken(buttonOf(track, '返回订单').token)
    expect(back).toMatchObject({
      kind: 'card-update',
      card: { title: '【运输中】已到杭州萧山转运中心，预计11-23送达' },
    })
  })
})

describe('J2, first half: several people of that name', () => {
  test('a choice, newest first, nobody in clear', async () => {
    const answer = await desk.ask('张伟的订单呢')
    expect(transcript(answer)).toBe(
      `张*有3单，是哪一单？
① 抖音…2563 3段奶粉×2 11-20 运输中 尾号8806
② 天猫…3377 3段奶粉×2 11-19 运输中 尾号3377
③ 天猫…1234 3段奶粉×2 11-18 运输中 尾号1234
截至10:05 · 抖音推送09:58
[①] [②] [③] [都不是]`,
    )
    expect(answer.trace?.expect).toBe('choose')
  })

  test('the tapped one takes the place of the choice; 都不是 asks for more', async () => {
    const answer = await desk.ask('张伟的订单呢')
    const chosen = await desk.tapToken(buttonOf(answer, '②').token)
    expect(chosen).toMatchObject({
      kind: 'card-update',
      card: { facts: [{ label: '订单', value: '天猫…3377' }, {}, {}, {}, {}, {}] },
    })
    expect(transcript(await desk.tapToken(buttonOf(answer, '都不是').token))).toBe(
      '那请补充下单日期或完整单号，我再找一次。',
    )
  })

  test('a choice for a carrier question leads to the carrier answer', async () => {
    const answer = await desk.ask('张伟的快递单号多少')
    const chosen = await desk.tapToken(buttonOf(answer, '①').token)
    expect(chosen).toMatchObject({ card: { title: '中通75894561230147，已到杭州萧山转运…' } })
  })
})

describe('J4: two digits swapped', () => {
  test('nearest number and what was searched', async () => {
    const answer = await desk.ask('6936476692437472653 到哪了')
    expect(transcript(answer)).toBe(
      `没有找到这个单号
您查的 6936476692437472653 | 查过 各渠道订单号、运单号、退货单号
最接近：抖音 6936476692437472563
截至10:05
[查…2563] [重新输入]`,
    )
    const near = await desk.tapToken(buttonOf(answer, '查…2563').token)
    expect(near).toMatchObject({
      kind: 'card-update',
      card: { title: '【运输中】已到杭州萧山转运中心，预计11-23送达' },
    })
  })
})

describe('J6: in a group', () => {
  test('masked for everybody, in full to the one who asked', async () => {
    expect(transcript(await desk.ask('17000009354 最近三天的单', { chat: 'group' }))).toBe(
      `1单【派件中】正在派件，预计今天18点前送达
订单 天猫…0842 | 客户 李* 170****9354 | 商品 3段奶粉 900g/罐 ×2 | 快递 中通75894561230147 | 停留 1时24分 | 负责 物流组
完整信息已私聊给您
截至10:05 · 轨迹10:02 · 天猫拉取06:00
[复制话术] [完整时间线] [关注此单]
—— 私聊 ——
1单【派件中】正在派件，预计今天18点前送达
订单 天猫…0842 | 商品 3段奶粉 900g/罐 ×2 | 快递 中通75894561230147 | 停留 1时24分 | 赠品 围兜，同包裹 | 负责 物流组
收件 李娜 17000009354
地址 上海市徐汇区漕溪路1号602室
截至10:05 · 轨迹10:02 · 天猫拉取06:00
[复制话术] [完整时间线] [关注此单]`,
    )
  })

  test('who may not see it in full is sent nothing in private', async () => {
    const answer = await desk.ask('17000009354 最近三天的单', { chat: 'group', role: 'finance' })
    expect(answer.direct).toBeUndefined()
    expect(transcript(answer)).not.toContain('私聊')
  })

  test('a tap in the group shows no more than the group may see, whoever taps', async () => {
    const answer = await desk.ask('17000009354 最近三天的单')
    const track = await desk.tapToken(buttonOf(answer, '完整时间线').token, { chat: 'group' })
    const back = await desk.tapToken(buttonOf(track, '返回订单').token, { chat: 'group' })
    expect(transcript(back)).not.toMatch(/李娜|17000009354|漕溪路/)
  })

  test('a right that is missing is named with who has it, and nothing changes', async () => {
    const answer = await desk.ask('6936476692437472563 运单改成 SF1694121245991', { chat: 'group', role: 'finance' })
    expect(answer).toMatchObject({
      text: '已私信说明。',
      direct: { text: expect.stringMatching(/^改物流单号需要「客服」及以上.*未改动。$/) },
      trace: { intent: 'order.edit_waybill', expect: 'deny' },
    })
  })
})
