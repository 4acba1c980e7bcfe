import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { traceToJson } from '../../handlers/ask-line.ts'
import type { OrderFacts } from '../../src/hub/order-facts.ts'
import { understand } from '../../src/understanding/understand.ts'
import { askDesk, buttonOf, transcript } from '../kit/ask-desk.ts'
import { codec } from '../kit/every-card.ts'
import { november, nowMs, order, parcel } from '../kit/sample-orders.ts'

const desk = askDesk([order()])

describe('a question that lacks something', () => {
  test.each([
    ['帮我查个单', '哪一单？请发订单号、运单号、手机号或手机尾号中的任意一个。'],
    ['69364766924374725 到哪', '这个号码有17位，不像完整的单号。抖音、天猫订单号19位，京东12位，请核对后重发。'],
    ['王女士的单', '请发完整姓名，或改发手机尾号，同姓的客户太多。'],
    ['', '没有收到文字。请发订单号、运单号、手机号或手机尾号，例如：6936476692437472563 到哪了。'],
    ['啊'.repeat(9_000), '这段内容太长，只读了开头，没有找到单号。请只发单号和问题。'],
    ['都不是', '那请补充下单日期或完整单号，我再找一次。'],
    ['重新输入', '请重新发一遍单号，或改发手机号、手机尾号。'],
  ])('%s', async (text, answer) => {
    expect(await desk.ask(text)).toMatchObject({ kind: 'text', text: answer })
  })
})

describe('a wish that is understood but not carried out yet', () => {
  test('is named, changes nothing, and offers what there is about the order', async () => {
    const answer = await desk.ask('TH2611220015 一小时后再提醒我', { role: 'cs_lead' })
    expect(answer.trace).toMatchObject({ intent: 'approval.snooze', expect: 'confirm' })
    expect(transcript(answer)).toContain('「稍后提醒」还办不了')
    expect(transcript(answer)).toContain('这次没有改动任何数据')
  })

  test('a change of an order nobody knows is refused with what to do', async () => {
    expect(transcript(await desk.ask('取消 6936476692437472563 不要了'))).toContain('没有改动任何数据')
  })
})

describe('other things that are said', () => {
  test.each([
    ['帮助', 'help', '发单号、手机号或姓名，我来查'],
    ['谢谢', 'smalltalk', '不客气，需要查单随时发单号。'],
    ['能帮我给客户发个微信红包吗', 'unsupported', '这件事我办不了'],
    ['人工', 'handoff', '请在群里找值班组长'],
  ])('%s', async (text, intent, answer) => {
    const reply = await desk.ask(text)
    expect(reply.trace?.intent).toBe(intent)
    expect(transcript(reply)).toContain(answer)
  })

  test('who comes in gets the help', async () => {
    expect(transcript(await desk.join())).toContain('查订单：')
  })
})

describe('finding', () => {
  const stroller = order({
    id: 'SO261121000001',
    orderNo: '6936476692437470001',
    orderedAtMs: november(21, '09:00'),
    lines: [{ id: 'L1', name: '棉云纸尿裤', qty: 1 }],
  })
  const both = askDesk([order(), stroller])

  test('a day narrows a name, and one hit is answered', async () => {
    expect(transcript(await both.ask('张伟昨天的订单到哪了'))).toContain('订单 抖音…0001')
  })

  test('two numbers in one line are both answered for', async () => {
    const answer = transcript(await both.ask('6936476692437472563 6936476692437470001 到哪了'))
    expect(answer).toContain('找到2单，是哪一单？')
    expect(answer).toMatch(/① 抖音…2563 [\s\S]*② 抖音…0001 /)
    expect(transcript(await both.ask('6936476692437472563和6936476692437470002'))).toContain(
      '没有找到：6936476692437470002',
    )
  })

  test('the first of two numbers may be the wrong one', async () => {
    const answer = transcript(await both.ask('6936476692437470002 6936476692437472563 到哪了'))
    expect(answer).toMatch(/① 抖音…2563 [\s\S]*没有找到：6936476692437470002/)
  })

  test('a product is found by what people call it', async () => {
    expect(transcript(await both.ask('张伟昨天买的尿不湿到哪了'))).toContain('订单 抖音…0001')
  })

  test('a product that no order holds leads to a choice, never to a wrong order', async () => {
    expect(transcript(await both.ask('张伟昨天买的奶瓶到哪了'))).toContain('张*有1单，是哪一单？')
  })

  test('昨天发的 looks at the day it was sent', async () => {
    expect(transcript(await desk.ask('张伟昨天发的那单到哪了'))).toContain('订单 抖音…2563')
    expect(transcript(await desk.ask('张伟今天发的那单到哪了'))).toContain('没有订单')
  })

  test('a bare 尾号 may be the end of the order number', async () => {
    expect(transcript(await desk.ask('尾号2563到哪了'))).toContain('订单 抖音…2563')
    expect(transcript(await desk.ask('手机尾号2563到哪了'))).toContain('尾号2563近60天没有订单')
  })

  test('a name is never looked up without a window', async () => {
    await desk.ask('张伟的订单呢')
    expect(desk.lookup.asked.at(-1)).toEqual({ kind: 'name', value: '张伟' })
    expect(transcript(await desk.ask('张伟的订单呢'))).toContain('【运输中】')
  })

  test('a waybill number answers for its parcel', async () => {
    expect(transcript(await desk.ask('75894561230147 到哪了'))).toContain('中通75894561230147')
  })

  test('a number nobody knows in a group is no reason to show a person', async () => {
    expect(transcript(await desk.ask('17000001111 到哪了', { chat: 'group' }))).not.toContain('17000001111')
  })
})

describe('a list', () => {
  const jd = (index: number): OrderFacts =>
    order({
      id: `SO26112200000${index}`,
      channel: 'jd',
      orderNo: `30153410911${index}`,
      stage: 'paid',
      parcels: [],
      orderedAtMs: november(22, `0${index}:00`),
    })
  const many = askDesk([1, 2, 3, 4, 5, 6, 7].map(jd))

  test('shows the newest five and the total', async () => {
    const answer = await many.ask('今天京东待发货的有哪些', { chat: 'group' })
    expect(transcript(answer)).toBe(
      `今天京东待发货共7单，最近5单
① 京东…9117 3段奶粉×2 11-22 待发货 尾号8806
② 京东…9116 3段奶粉×2 11-22 待发货 尾号8806
③ 京东…9115 3段奶粉×2 11-22 待发货 尾号8806
④ 京东…9114 3段奶粉×2 11-22 待发货 尾号8806
⑤ 京东…9113 3段奶粉×2 11-22 待发货 尾号8806
补充日期、渠道或手机尾号可以缩小范围
截至10:05 · 抖音推送09:58
[①] [②] [③] [④] [⑤] [下一页]`,
    )
    expect(await many.tapToken(buttonOf(answer, '③').token)).toMatchObject({ kind: 'card' })
  })

  test('says so when there is none', async () => {
    expect(transcript(await many.ask('昨天天猫待发货的有哪些'))).toContain('昨天天猫待发货没有订单')
    expect(transcript(await many.ask('今天京东派件中的有哪些'))).toContain('今天京东派件中没有订单')
  })

  test('without anything to go by asks for it', async () => {
    expect(transcript(await many.ask('列出所有订单'))).toContain('列哪些订单')
  })
})

describe('a tap', () => {
  test('with a token of nobody is told so', async () => {
    expect(transcript(await desk.tapToken('nonsense'))).toBe('这个按钮认不出来，可能来自别的系统。请重新发单号。')
  })

  test('on an order that is gone is told so', async () => {
    expect(transcript(await desk.tapToken(codec.encode('order.show', ['SO000000000000'])))).toBe(
      '这一单现在查不到了，请重新发单号。',
    )
  })

  test('[复制单号] gives the number alone', async () => {
    const track = await desk.ask('6936476692437472563 物流')
    expect(transcript(await desk.tapToken(buttonOf(track, '复制单号').token))).toBe('75894561230147')
  })

  test('says in words what it does, for chats without buttons that call back', async () => {
    const answers = await Promise.all([desk.ask('6936476692437472563'), desk.ask('6936476692437472563 物流')])
    const said = answers
      .flatMap((answer) => ('card' in answer ? answer.card.buttons : []))
      .map(({ label, say }) => [label, say ?? ''])
    const intents = said.map(([label, say]) => `${label} ${understand(say ?? '', { atMs: nowMs }).intent}`)
    expect(intents).toEqual([
      '复制话术 order.status',
      '完整时间线 logistics.track',
      '关注此单 order.status',
      '复制单号 order.carrier',
      '返回订单 order.status',
    ])
    expect(transcript(await desk.ask(said[0]?.[1] ?? ''))).toMatch(/^您好/)
  })
})

test('in a group no answer to any question shows a stored phone, name or address (R8a)', async () => {
  const person = fc.record({
    phone: fc.stringMatching(/^1[3-9]\d{9}$/),
    name: fc.constantFrom('李秀英', '欧阳娜娜', '王芳'),
    address: fc.integer({ min: 1, max: 999 }).map((number) => `浙江省杭州市滨江区学院路${number}号`),
  })
  const questions = (facts: OrderFacts) => [
    facts.orderNo,
    `${facts.phone} 最近三天的单`,
    `${facts.consigneeName}的订单呢`,
    `尾号${facts.phone?.slice(-4)}到哪了`,
    `${facts.orderNo} 物流`,
    `${facts.orderNo} 发的哪家快递`,
    `${facts.orderNo} 话术`,
    `${facts.orderNo} 谁签收的`,
    `${facts.phone} 上周的订单到哪了`,
  ]
  await fc.assert(
    fc.asyncProperty(person, fc.constantFrom('cs' as const, 'it' as const), async ({ phone, name, address }, role) => {
      const facts = order({
        phone,
        address,
        consigneeName: name,
        orderedAtMs: november(21, '09:00'),
        signer: `${name}(本人)`,
        parcels: [
          parcel({
            signer: name,
            nodes: [{ atMs: november(22, '09:00'), state: 'in_transit', text: `致电${phone}，送至${address}` }],
          }),
        ],
      })
      const group = askDesk([facts])
      for (const question of questions(facts)) {
        const { direct: _direct, ...shown } = await group.ask(question, { chat: 'group', role })
        for (const secret of [phone, name, address]) expect(transcript(shown)).not.toContain(secret)
      }
    }),
    { numRuns: 60 },
  )
})

describe('an answered line as JSON', () => {
  const line = { text: '天猫 6936476692437472563 什么状态', atMs: nowMs, chat: 'group' } as const

  test('tells intent, slots, expect, mask and the words of the reply', async () => {
    expect(traceToJson(await desk.ask(line.text, { chat: 'group' }), line)).toEqual({
      intent: 'order.status',
      slots: { order_no: '6936476692437472563', channel: '天猫' },
      expect: 'answer',
      mask: true,
      reply: expect.stringMatching(/^【运输中】/),
    })
  })

  test('of somebody turned away keeps what was asked', () => {
    const turned = {
      kind: 'text',
      text: '您还不在名单里',
      trace: { intent: 'stranger', slots: {}, expect: 'deny', mask: true },
    } as const
    expect(traceToJson(turned, line)).toMatchObject({ intent: 'order.status', expect: 'deny', reply: '您还不在名单里' })
  })
})
