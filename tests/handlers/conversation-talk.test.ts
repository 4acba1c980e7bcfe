import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { theOrder } from '../../handlers/found-or-not.ts'
import { type Answerer, type AskParts, traceOf } from '../../handlers/question.ts'
import type { Reply } from '../../src/chat/reply.ts'
import type { HandoffRequest, Handoffs } from '../../src/hub/handoffs.ts'
import type { OrderPull, PullReport } from '../../src/hub/on-demand.ts'
import { fixedClock, movableClock } from '../../src/runtime/clock.ts'
import { type Asking, askDesk, buttonOf, type Talking, transcript } from '../kit/ask-desk.ts'
import { codec } from '../kit/every-card.ts'
import { memoryLookup } from '../kit/memory-lookup.ts'
import { memoryOfQuestions } from '../kit/memory-questions.ts'
import { memoryOfTalk } from '../kit/memory-talk.ts'
import { november, nowMs, order } from '../kit/sample-orders.ts'

const back = (id: string, orderId: string) =>
  order({
    id: orderId,
    channel: 'tmall',
    orderNo: `4257636757147${orderId.slice(-6)}`,
    phone: `1390571${orderId.slice(-4)}`,
    returns: [{ id, approval: 'approved', appliedAtMs: november(21, '14:20') }],
    orderedAtMs: november(18, '12:00'),
  })
const orders = [order(), back('TH2611210033', 'SO261118001234'), back('TH2611210150', 'SO261118008806')]

/** Answers with the intent and the order it found: what is tested here is the way to it. */
function played(parts: AskParts): Answerer {
  return async (question): Promise<Reply> => {
    const sighting = await theOrder(parts, question)
    if (sighting.outcome === 'reply') return sighting.reply
    const { order: found, returnId } = sighting
    const about = { orderId: found.id, ...(returnId !== undefined && { returnId }) }
    const title = `${question.understood.intent} ${returnId ?? found.orderNo.slice(-4)}`
    const card = { title, tone: 'calm' as const, facts: [], buttons: [] }
    return { kind: 'card', card, trace: traceOf(question, undefined, about) }
  }
}

function talkingDesk(more: Talking = {}) {
  const clock = more.clock ?? fixedClock(nowMs)
  const memory = memoryOfTalk(clock)
  const talking = { clock, memory, ...more }
  const answer = played({ lookup: memoryLookup(orders), codec, ...talking })
  const answers = {
    'refund.eta': answer,
    'gift.included': answer,
    'return.inbound': answer,
    'return.status': answer,
    'order.cancel': answer,
    'refund.amount': answer,
  }
  return askDesk(orders, { answers, ...talking })
}

const titleOf = (reply: Reply) => transcript(reply).split('\n')[0]

describe('J3: a question that names nothing', () => {
  test('asks once, and offers what was looked at last', async () => {
    const desk = talkingDesk()
    await desk.ask('TH2611210033 审批到哪了')
    const asked = await desk.ask('退货的钱什么时候到账')
    expect(transcript(asked)).toBe(
      `哪一单？
发退货单号、订单号、手机尾号任一即可
（您刚查过 天猫…1234）
截至10:05
[就是它]`,
    )
    expect(asked.trace?.expect).toBe('clarify')
    expect(titleOf(await desk.tapToken(buttonOf(asked, '就是它').token))).toBe('refund.eta 1234')
  })

  test('typed, 就是它 does the same as the button', async () => {
    const desk = talkingDesk()
    await desk.ask('6936476692437472563 到哪了')
    await desk.ask('退货的钱什么时候到账')
    const answer = await desk.ask('就是它')
    expect(answer.trace).toMatchObject({ intent: 'refund.eta', expect: 'answer', about: { orderId: orders[0]?.id } })
  })

  test('a bare number answers what was asked, a bare tail too', async () => {
    for (const [piece, title] of [
      ['6936476692437472563', 'refund.eta 2563'],
      ['手机尾号1234', 'refund.eta 1234'],
    ] as const) {
      const desk = talkingDesk()
      expect(transcript(await desk.ask('退货的钱什么时候到账'))).toContain('哪一单？')
      const answer = await desk.ask(piece)
      expect(titleOf(answer)).toBe(title)
      expect(answer.trace).toMatchObject({ intent: 'refund.eta', expect: 'answer' })
    }
  })

  test('a number after a wrong number too', async () => {
    const desk = talkingDesk()
    expect(transcript(await desk.ask('6936476692437472653 的退款几天到'))).toContain('没有找到这个单号')
    expect(titleOf(await desk.ask('6936476692437472563'))).toBe('refund.eta 2563')
  })

  test('nothing looked at: the plain question', async () => {
    expect(await talkingDesk().ask('退货的钱什么时候到账')).toMatchObject({
      kind: 'text',
      trace: { expect: 'clarify' },
    })
  })
})

describe('J2: a choice', () => {
  test('typed ② answers the question for that one, and the next line may go on about it', async () => {
    const desk = talkingDesk()
    const choice = await desk.ask('张伟的退货入仓没有')
    expect(transcript(choice)).toContain('张*有3单，是哪一单？')
    const chosen = await desk.ask('②')
    expect(chosen.trace).toMatchObject({ intent: 'return.inbound', expect: 'answer' })
    expect(titleOf(chosen)).toBe('return.inbound 1234')
    const more = await desk.ask('那赠品呢')
    expect(transcript(more)).toBe('gift.included 1234\n您刚查过 天猫…1234，按这一单答')
    expect(more.trace).toMatchObject({ intent: 'gift.included', expect: 'answer' })
  })

  test('a tap on ② is remembered like the typed one', async () => {
    const desk = talkingDesk()
    const choice = await desk.ask('张伟的退货入仓没有')
    await desk.tapToken(buttonOf(choice, '③').token)
    expect(titleOf(await desk.ask('退款呢'))).toBe('refund.eta 8806')
  })

  test('another question that names nothing keeps the choice at hand', async () => {
    const desk = talkingDesk()
    await desk.ask('张伟的退货入仓没有')
    const again = await desk.ask('退货的钱什么时候到账')
    expect(transcript(again)).toContain('找到3单，是哪一单？')
    expect(titleOf(await desk.ask('①'))).toBe('refund.eta 2563')
  })

  test('a tail narrows it', async () => {
    const desk = talkingDesk()
    await desk.ask('张伟的退货入仓没有')
    expect(titleOf(await desk.ask('尾号1234'))).toBe('return.inbound 1234')
  })

  test('都不是 and 换一单 end it', async () => {
    const desk = talkingDesk()
    await desk.ask('张伟的退货入仓没有')
    expect(transcript(await desk.ask('都不是'))).toBe('那请补充下单日期或完整单号，我再找一次。')
    expect(transcript(await desk.ask('①'))).toContain('刚才没有可选的单')
    await desk.ask('6936476692437472563 到哪了')
    expect(transcript(await desk.ask('换一单'))).toContain('好，换一单')
    expect(transcript(await desk.ask('那赠品呢'))).toContain('哪一单？')
  })
})

describe('what was looked at', () => {
  test('counts for ten minutes', async () => {
    const clock = movableClock(fixedClock(nowMs))
    const desk = talkingDesk({ clock })
    await desk.ask('6936476692437472563 到哪了')
    clock.setOffset(599_000)
    expect(titleOf(await desk.ask('那赠品呢'))).toBe('gift.included 2563')
    clock.setOffset(599_000 + 600_000)
    expect(transcript(await desk.ask('那赠品呢'))).toContain('哪一单？')
  })

  test('is nobody else’s, and not another chat’s', async () => {
    const desk = talkingDesk()
    await desk.ask('6936476692437472563 到哪了', { chat: 'group', where: 'g1', who: 'a' })
    for (const other of [
      { chat: 'group', where: 'g1', who: 'b' },
      { chat: 'group', where: 'g2', who: 'a' },
      { chat: 'direct', where: 'a', who: 'a' },
    ] as const)
      expect(transcript(await desk.ask('那赠品呢', other))).toContain('哪一单？')
    expect(titleOf(await desk.ask('那赠品呢', { chat: 'group', where: 'g1', who: 'a' }))).toBe('gift.included 2563')
  })

  test('whoever says what where: an answer is about what that person looked at in that chat, or about nothing', async () => {
    const somewhere = fc.record<Asking>({
      who: fc.constantFrom('a', 'b'),
      where: fc.constantFrom('g1', 'g2'),
      chat: fc.constant('group' as const),
    })
    const something = fc.constantFrom(
      '6936476692437472563 到哪了',
      'TH2611210033 审批到哪了',
      '那赠品呢',
      '退货的钱什么时候到账',
      '就是它',
      '②',
      '谢谢',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(somewhere, something), { maxLength: 14 }), async (talk) => {
        const desk = talkingDesk()
        const seen = new Map<string, Set<string>>()
        for (const [at, text] of talk) {
          const place = `${at.who} ${at.where}`
          const answer = await desk.ask(text, at)
          const id = answer.trace?.about?.orderId
          if (id === undefined) continue
          const own = seen.get(place) ?? new Set()
          if (/\d{6}/.test(text)) seen.set(place, own.add(id))
          else expect([...own]).toContain(id)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('changes nothing about a line that names its order', async () => {
    const desk = talkingDesk()
    const alone = await desk.ask('张伟的订单呢')
    await desk.ask('6936476692437472563 到哪了')
    expect(await desk.ask('张伟的订单呢')).toEqual(alone)
  })
})

describe('J4: an order number nobody knows', () => {
  const pulling = (report: PullReport, onPull = () => {}): { pull: OrderPull; numbers: string[] } => {
    const numbers: string[] = []
    const pull: OrderPull = {
      pull: async (number) => {
        numbers.push(number)
        onPull()
        return report
      },
    }
    return { pull, numbers }
  }
  const denied = { source: 'douyin.single', channel: 'douyin', outcome: 'none', ms: 2_140 } as const

  test('is asked of its channel on the spot; the near one that was looked at today is marked', async () => {
    const { pull, numbers } = pulling({ outcome: 'none', tried: [denied] })
    const asked = memoryOfQuestions([{ memberId: 'mem_cs', answerKey: 'x', question: 'q', subject: 'SO261120733961' }])
    const desk = talkingDesk({ pull, asked })
    expect(transcript(await desk.ask('6936476692437472653 到哪了'))).toBe(
      `没有这个单号
您查的 6936476692437472653 | 查过 各渠道订单号、运单号、退货单号
已当场向抖音查过（2.1秒），也没有
最接近：抖音 6936476692437472563（今天您查过）
截至10:05
[查…2563] [重新输入] [答得不对]`,
    )
    expect(numbers).toEqual(['6936476692437472653'])
    expect(transcript(await desk.ask('6936476692437472653 到哪了', { who: 'other' }))).not.toContain('今天您查过')
  })

  test('a source that did not answer is named: silence is no answer', async () => {
    const silent = { source: 'tmall.single', channel: 'tmall', outcome: 'timeout', ms: 3_000 } as const
    const { pull } = pulling({ outcome: 'none', tried: [denied, silent] })
    const answer = transcript(await talkingDesk({ pull }).ask('6936476692437472653 到哪了'))
    expect(answer).toContain('已当场向抖音查过（2.1秒），也没有')
    expect(answer).toContain('天猫没有及时回应，没查成，请过一会儿再查')
  })

  test('that a source has is answered', async () => {
    const found: (typeof orders)[number][] = []
    const { pull } = pulling({ outcome: 'found', tried: [{ ...denied, outcome: 'found' }] }, () => {
      found.push(order({ id: 'SO261122000001', orderNo: '6936476692437479999' }))
    })
    const lookup = memoryLookup([])
    const parts = {
      lookup: { ...lookup, find: (...args: Parameters<typeof lookup.find>) => memoryLookup(found).find(...args) },
      codec,
      clock: fixedClock(nowMs),
      pull,
    }
    const desk = askDesk([], { pull, answers: { 'order.status': played(parts) } })
    expect(titleOf(await desk.ask('6936476692437479999 到哪了'))).toBe('order.status 9999')
  })

  test('only whole order numbers that are unknown are asked for', async () => {
    const { pull, numbers } = pulling({ outcome: 'none', tried: [] })
    const desk = talkingDesk({ pull })
    for (const text of [
      '6936476692437472563 到哪了',
      '张伟的订单呢',
      '尾号9999到哪了',
      '13900000000 的单',
      'SO261199000000 到哪了',
    ])
      await desk.ask(text)
    expect(numbers).toEqual([])
  })
})

describe('a person takes over', () => {
  function people(outcome: 'handed' | 'already' | 'nobody' = 'handed') {
    const requests: HandoffRequest[] = []
    const told: { readonly key: string; readonly payload: unknown }[] = []
    const to = { id: 'lin', name: '小林', chats: [{ platform: 'play', userId: 'play-cs_lead' }] }
    const handoffs: Handoffs = {
      handOver: async (request) => {
        requests.push(request)
        if (outcome === 'nobody') return { outcome }
        told.push(...request.tell({ id: 'ho_1', to, question: request.question }))
        return { outcome, id: 'ho_1', to }
      },
      withdraw: async (_by, tell) => {
        told.push(...tell({ id: 'ho_1', to, subject: 'SO261120733961' }))
        return { outcome: 'withdrawn', id: 'ho_1', to }
      },
    }
    return { handoffs, requests, told }
  }
  const before = { memberId: 'mem_cs', answerKey: 'k', question: '退款退多少', subject: 'SO261120733961' }

  test('with the question before and the order it was about', async () => {
    const { handoffs, requests, told } = people()
    const desk = talkingDesk({ handoffs, asked: memoryOfQuestions([before]) })
    const reply = await desk.ask('人工')
    expect(transcript(reply)).toBe('已转小林，带上了抖音…2563和您的问题\n[取消]')
    expect(requests).toMatchObject([
      { fromMemberId: 'mem_cs', question: '退款退多少', answerKey: 'k', subject: 'SO261120733961', platform: 'play' },
    ])
    expect(told).toMatchObject([
      {
        key: 'handoff:ho_1:play',
        task: 'chat.send',
        payload: {
          to: { platform: 'play', kind: 'direct', id: 'play-cs_lead' },
          reply: { card: { title: 'cs转来一个问题', lines: ['问：退款退多少'] } },
        },
      },
    ])
    const [received] = told.map(({ payload }) => (payload as { reply: Reply }).reply)
    if (received === undefined) throw new Error('nobody was told')
    const seen = await desk.tapToken(buttonOf(received, '看这一单').token, { who: 'lin', role: 'cs_lead' })
    expect(transcript(seen)).toContain('抖音…2563')
  })

  test('and can be called off', async () => {
    const { handoffs, told } = people()
    const desk = talkingDesk({ handoffs, asked: memoryOfQuestions([before]) })
    const reply = await desk.ask('转人工')
    const done = await desk.tapToken(buttonOf(reply, '取消').token)
    expect(done).toMatchObject({ kind: 'card-update', card: { title: '已取消，也告诉了小林', tone: 'done' } })
    expect(told.at(-1)).toMatchObject({
      payload: { reply: { text: 'cs取消了刚才转来的问题（SO261120733961），不用处理了。' } },
    })
    expect(transcript(await desk.ask('取消转交'))).toBe('已取消，也告诉了小林')
    expect(transcript(await desk.tapToken(buttonOf(reply, '取消').token, { who: 'other' }))).toContain('别人')
  })

  test('money goes to finance first, a line with its own words is the question', async () => {
    const { handoffs, requests } = people()
    const desk = talkingDesk({ handoffs, asked: memoryOfQuestions([]) })
    await desk.ask('6936476692437472563 退款什么时候到账')
    await desk.ask('转人工，6936476692437472563 客户说金额不对')
    expect(requests).toMatchObject([
      { question: '转人工，6936476692437472563 客户说金额不对', subject: 'SO261120733961' },
    ])
    expect(requests[0]?.roles[0]).toBe('cs_lead')
    await desk.ask('人工')
    expect(requests[1]?.roles).toEqual(['finance', 'cs_lead', 'director'])
  })

  test('nobody there is said', async () => {
    const desk = talkingDesk({ handoffs: people('nobody').handoffs })
    expect(transcript(await desk.ask('人工'))).toBe('没人在班，没能转出去。请在群里找值班组长，并带上单号和问题。')
  })

  test('twice the same is said', async () => {
    const desk = talkingDesk({ handoffs: people('already').handoffs })
    expect(transcript(await desk.ask('人工'))).toContain('刚才已转小林，没有重复转')
  })

  test('in a group it happens once', async () => {
    const { handoffs, requests } = people()
    await talkingDesk({ handoffs }).ask('6936476692437472563 转人工', { chat: 'group' })
    expect(requests).toHaveLength(1)
  })
})

describe('what is not understood', () => {
  test('off-topic is declined in one line, with a person to take it', async () => {
    const requests: string[] = []
    const handoffs: Handoffs = {
      handOver: async ({ question }) => {
        requests.push(question)
        return { outcome: 'nobody' }
      },
      withdraw: async () => ({ outcome: 'unknown' }),
    }
    const asked = memoryOfQuestions([])
    const desk = talkingDesk({ handoffs, asked })
    const reply = await desk.ask('能帮我给客户发个微信红包吗')
    expect(reply.trace).toMatchObject({ intent: 'unsupported', expect: 'handoff' })
    expect(transcript(reply)).toBe('这件事我办不了，可以转给值班同事\n[转给值班同事]')
    const { token } = buttonOf(reply, '转给值班同事')
    asked.add({ memberId: 'mem_cs', answerKey: answerKeyIn(token), question: '能帮我给客户发个微信红包吗' })
    await desk.tapToken(token)
    expect(requests).toEqual(['能帮我给客户发个微信红包吗'])
  })

  test('what comes near something is offered as lines that work, to tap', async () => {
    const desk = talkingDesk()
    const reply = await desk.ask('两个都查')
    expect(transcript(reply)).toBe(
      '没听懂，您想问的是哪一个？\n列订单：今天京东待发货的有哪些\n[列订单] [转给值班同事]',
    )
    expect(transcript(await desk.tapToken(buttonOf(reply, '列订单').token))).toContain('列哪些订单？')
  })

  test('话术 alone is the wording to what was just answered', async () => {
    const desk = talkingDesk()
    await desk.ask('6936476692437472563 到哪了')
    expect(transcript(await desk.ask('话术'))).toMatch(/^您好，/)
  })

  test('a tapped example is asked, and waits for its order', async () => {
    const desk = talkingDesk()
    await desk.ask('6936476692437472563 到哪了')
    const token = codec.encode('ask.intent', ['refund.eta'])
    expect(transcript(await desk.tapToken(token))).toContain('（您刚查过 抖音…2563）')
    expect(titleOf(await desk.ask('TH2611210033'))).toBe('refund.eta 1234')
  })
})

function answerKeyIn(token: string): string {
  const decoded = codec.decode(token, { memberId: 'mem_cs', nowMs })
  return decoded.outcome === 'ok' ? (decoded.args[0] ?? '') : ''
}

describe('a vote', () => {
  test('👎 on an answer is noted for its asker, and offers a person', async () => {
    const asked = memoryOfQuestions([])
    const desk = talkingDesk({ asked })
    const answer = await desk.ask('6936476692437472563 到哪了')
    const { token } = buttonOf(answer, '答得不对')
    asked.add({ memberId: 'mem_cs', answerKey: answerKeyIn(token), question: '6936476692437472563 到哪了' })
    const reply = await desk.tapToken(token)
    expect(transcript(reply)).toBe('记下了，这条回答会拿去改进\n[转给值班同事]')
    expect(asked.votes).toEqual([[answerKeyIn(token), 'down']])
    expect(transcript(await desk.tapToken(token, { who: 'other' }))).toContain('别人')
    expect(asked.votes).toHaveLength(1)
  })

  test('typed, it means the last answer', async () => {
    const asked = memoryOfQuestions([{ memberId: 'mem_cs', answerKey: 'k1', question: 'q' }])
    const desk = talkingDesk({ asked })
    expect(transcript(await desk.ask('👎'))).toContain('记下了')
    expect(transcript(await desk.ask('👍'))).toBe('收到，谢谢。')
    expect(asked.votes).toEqual([
      ['k1', 'down'],
      ['k1', 'up'],
    ])
    expect(transcript(await desk.ask('答错了', { who: 'other' }))).toContain('没有找到刚才的回答')
  })

  test('is not asked for on questions back, and never squeezes a button out', async () => {
    const desk = talkingDesk({ asked: memoryOfQuestions([]) })
    expect(transcript(await desk.ask('张伟的订单呢'))).not.toContain('👎')
    expect(transcript(await desk.ask('退货的钱什么时候到账'))).not.toContain('👎')
  })
})

describe('looking up (R8c)', () => {
  test('more than one may: one clear sentence, nothing is looked up, taps neither', async () => {
    let left = 2
    const budget = {
      take: async () => {
        left -= 1
        return left < 0
          ? ({ outcome: 'over', window: left < -2 ? 'day' : 'minute' } as const)
          : ({ outcome: 'ok' } as const)
      },
    }
    const desk = talkingDesk({ budget })
    const answer = await desk.ask('6936476692437472563 到哪了')
    expect(transcript(await desk.ask('谢谢'))).not.toContain('最多')
    await desk.ask('张伟的订单呢')
    const askedBefore = desk.lookup.asked.length
    const refused = await desk.ask('6936476692437472563 到哪了')
    expect(refused).toMatchObject({
      kind: 'text',
      text: '一分钟内最多查30次，请过一会儿再查。',
      trace: { expect: 'deny' },
    })
    expect(transcript(await desk.tapToken(buttonOf(answer, '复制话术').token))).toContain('一分钟内最多查30次')
    expect(transcript(await desk.ask('6936476692437472563 到哪了'))).toContain('今天已经查了500次')
    expect(desk.lookup.asked).toHaveLength(askedBefore)
    expect(transcript(await desk.ask('帮助'))).toContain('我来查')
  })
})
