import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inContext, type Turn } from '../../handlers/conversation.ts'
import type { Question, Remembered } from '../../handlers/question.ts'
import type { Hints, Intent, Slots } from '../../src/understanding/types.ts'
import { nowMs } from '../kit/sample-orders.ts'

/** A line as it was understood; what `expect` says without memory is 'clarify'. */
function line(intent: Intent, more: { text?: string; slots?: Slots; hints?: Hints } = {}): Question {
  const { text = '', slots = {}, hints = {} } = more
  return {
    text,
    understood: { intent, slots, expect: 'clarify', hints },
    member: { id: 'm1', name: '小李', roles: ['cs'] },
    group: false,
    view: { mode: 'masked', nowMs },
    place: { platform: 'play', conversationId: 'c1', memberId: 'm1' },
    answerKey: 'k',
    media: [],
  }
}

const looked = (more: Partial<Remembered> = {}): Remembered => ({
  intent: 'order.status',
  slots: {},
  waiting: false,
  answerKey: 'before',
  atMs: nowMs,
  ...more,
})

const it1 = { orderId: 'SO261120733961' }
const it2 = { orderId: 'SO261121000842', returnId: 'TH2611210033' }

function asked(turn: Turn): Question {
  if (turn.outcome !== 'ask') throw new Error(`said: ${turn.text}`)
  return turn.question
}
const meant = (turn: Turn) => {
  const { understood, about } = asked(turn)
  return { intent: understood.intent, slots: understood.slots, expect: understood.expect, about }
}

describe('a line that names what it is about', () => {
  test('is not touched by anything remembered', () => {
    const named = line('refund.eta', {
      text: '6936476692437472563 退款几天',
      slots: { order_no: '6936476692437472563' },
    })
    expect(inContext(named, looked({ about: it1 }))).toEqual({ outcome: 'ask', question: named })
    expect(inContext(named, looked({ about: it1, waiting: true, intent: 'gift.gap' }))).toEqual({
      outcome: 'ask',
      question: named,
    })
  })

  test('wins even when it speaks of what came before', () => {
    const both = line('gift.included', {
      text: '那 6936476692437472563 的赠品呢',
      slots: { order_no: '6936476692437472563' },
      hints: { refersBack: true, pick: 2 },
    })
    expect(asked(inContext(both, looked({ about: it1, choices: [it1, it2] }))).about).toBeUndefined()
  })

  test('answers the question that waited when it says nothing else', () => {
    const waiting = looked({ intent: 'refund.eta', waiting: true, about: it1, offered: true })
    for (const [text, slots] of [
      ['6936476692437472563', { order_no: '6936476692437472563' }],
      ['单号是6936 4766 9243 7472 563', { order_no: '6936476692437472563' }],
      ['手机尾号8806的', { phone_tail: '8806' }],
      ['客户叫张伟', { customer_name: '张伟' }],
    ] as const)
      expect(meant(inContext(line('order.status', { text, slots }), waiting))).toMatchObject({
        intent: 'refund.eta',
        slots,
        about: undefined,
      })
  })

  test('is a question of its own when it says more', () => {
    const waiting = looked({ intent: 'refund.eta', waiting: true })
    const more = line('order.status', {
      text: '6936476692437472563 到哪了',
      slots: { order_no: '6936476692437472563' },
    })
    expect(meant(inContext(more, waiting)).intent).toBe('order.status')
    const fresh = line('order.status', {
      text: '换一单6936476692437472563',
      slots: { order_no: '6936476692437472563' },
      hints: { restart: true },
    })
    expect(meant(inContext(fresh, waiting)).intent).toBe('order.status')
  })

  test('takes the place of the number that was wrong, and narrows a name', () => {
    const wrong = looked({ intent: 'refund.eta', waiting: true, slots: { order_no: '6936476692437472653' } })
    const right = line('logistics.track', { text: '75894561230147', slots: { waybill_no: '75894561230147' } })
    expect(meant(inContext(right, wrong)).slots).toEqual({ waybill_no: '75894561230147' })
    const many = looked({
      intent: 'return.inbound',
      waiting: true,
      slots: { customer_name: '张伟', product: '奶粉' },
      choices: [it1, it2],
    })
    const tail = line('order.status', { text: '尾号8806', slots: { phone_tail: '8806' } })
    expect(meant(inContext(tail, many))).toMatchObject({
      intent: 'return.inbound',
      slots: { customer_name: '张伟', product: '奶粉', phone_tail: '8806' },
      expect: 'answer',
    })
  })
})

describe('a pick', () => {
  const choice = looked({
    intent: 'return.inbound',
    slots: { customer_name: '张伟' },
    waiting: true,
    choices: [it1, it2],
  })
  const pick = (n: number, remembered: Remembered | undefined = choice) =>
    inContext(line('order.status', { text: '②', hints: { pick: n } }), remembered)

  test('answers the question that waited, for that one', () => {
    expect(meant(pick(2))).toEqual({
      intent: 'return.inbound',
      slots: { customer_name: '张伟' },
      expect: 'answer',
      about: { ...it2, how: 'picked' },
    })
  })

  test('from a list shows the one', () => {
    expect(meant(pick(1, looked({ intent: 'order.list', choices: [it1, it2] }))).intent).toBe('order.status')
  })

  test.each([
    [3, choice, '只有2个可选', 'keep'],
    [0, choice, '那请补充下单日期或完整单号', 'drop-choices'],
    [1, undefined, '刚才没有可选的单', 'keep'],
    [1, looked({ about: it1 }), '刚才没有可选的单', 'keep'],
  ] as const)('%i of what is not there says so', (n, remembered, text, memory) => {
    expect(inContext(line('order.status', { hints: { pick: n } }), remembered)).toEqual({
      outcome: 'say',
      text: expect.stringContaining(text),
      memory,
    })
  })
})

describe('就是它', () => {
  const same = line('order.status', { text: '就是它', hints: { sameAgain: true } })
  test('answers the question that waited for what was looked at', () => {
    const waiting = looked({ intent: 'refund.eta', waiting: true, about: it2, offered: true })
    expect(meant(inContext(same, waiting))).toMatchObject({
      intent: 'refund.eta',
      about: { ...it2, how: 'picked' },
      expect: 'answer',
    })
    const yes = line('smalltalk', { text: '对', hints: { yes: true } })
    expect(meant(inContext(yes, waiting)).intent).toBe('refund.eta')
  })
  test('of several asks which, of nothing asks what', () => {
    expect(inContext(same, looked({ choices: [it1, it2], waiting: true }))).toMatchObject({
      text: '有2个可选，请发①、②这样的序号。',
    })
    expect(inContext(same, undefined)).toMatchObject({ outcome: 'say', text: expect.stringContaining('哪一单？') })
  })
  test('a mere yes to nothing offered is talk', () => {
    const yes = line('smalltalk', { text: '对', hints: { yes: true } })
    expect(meant(inContext(yes, looked({ about: it1 })))).toMatchObject({ intent: 'smalltalk', about: undefined })
  })
})

describe('a line that speaks of what was looked at', () => {
  const back = (intent: Intent, slots: Slots = {}) =>
    line(intent, { text: '那赠品呢', slots, hints: { refersBack: true } })

  test('is answered for it', () => {
    expect(meant(inContext(back('gift.included'), looked({ about: it1 })))).toEqual({
      intent: 'gift.included',
      slots: {},
      expect: 'answer',
      about: { ...it1, how: 'remembered' },
    })
  })

  test('a write of it is still to be confirmed, and still asks for what it lacks', () => {
    expect(meant(inContext(back('order.cancel', { reason: '拍错' }), looked({ about: it1 }))).expect).toBe('confirm')
    expect(meant(inContext(back('order.cancel'), looked({ about: it1 }))).expect).toBe('clarify')
  })

  test('with nothing looked at is asked which', () => {
    expect(meant(inContext(back('gift.included'), undefined))).toMatchObject({ expect: 'clarify', about: undefined })
  })

  test('话术 alone means the words to what was just answered', () => {
    const script = line('unsupported', { text: '话术', hints: { script: true } })
    const turn = inContext(script, looked({ intent: 'refund.eta', slots: { order_no: '1' }, about: it1 }))
    expect(meant(turn)).toMatchObject({ intent: 'refund.eta', about: { ...it1, how: 'remembered' }, expect: 'answer' })
    expect(asked(turn).understood.hints.script).toBe(true)
    expect(meant(inContext(script, undefined)).intent).toBe('unsupported')
  })

  test('about many orders at once means none of them', () => {
    expect(meant(inContext(back('stats.query'), looked({ about: it1 }))).about).toBeUndefined()
  })
})

describe('a question that names nothing', () => {
  test('does not take what was looked at for granted, but has it at hand', () => {
    const bare = line('refund.eta', { text: '退货的钱什么时候到账' })
    const remembered = looked({ about: it1 })
    expect(asked(inContext(bare, remembered))).toEqual({ ...bare, remembered })
  })
})

describe('an answer in own words', () => {
  const cancel = looked({
    intent: 'order.cancel',
    slots: { order_no: '6936476692437472563' },
    about: it1,
    waiting: true,
  })
  test.each([
    ['客户拍错了', 'unsupported'],
    ['不想要了', 'order.cancel'],
    ['要退货重拍', 'return.create'],
  ] as const)('%s is the reason that was asked for', (text, intent) => {
    expect(meant(inContext(line(intent, { text }), cancel))).toMatchObject({
      intent: 'order.cancel',
      slots: { reason: text },
      expect: 'confirm',
      about: { orderId: it1.orderId },
    })
  })
  test('thanks, no, and another question are none', () => {
    for (const [text, intent, hints] of [
      ['谢谢', 'smalltalk', {}],
      ['不用了', 'unsupported', { no: true }],
      ['今天异常率', 'stats.query', {}],
    ] as const)
      expect(meant(inContext(line(intent, { text, hints }), cancel)).slots).toEqual({})
  })
  test('a bare waybill number is the new one when only that is missing', () => {
    const edit = looked({ intent: 'order.edit_waybill', about: it1, waiting: true })
    const number = line('logistics.track', {
      text: 'SF1694121245991',
      slots: { waybill_no: 'SF1694121245991', carrier: '顺丰' },
    })
    expect(meant(inContext(number, edit))).toMatchObject({
      intent: 'order.edit_waybill',
      slots: { new_waybill_no: 'SF1694121245991', carrier: '顺丰' },
      expect: 'confirm',
      about: { orderId: it1.orderId },
    })
  })
})

test('换一单 forgets and asks for the next number', () => {
  const turn = inContext(line('order.status', { text: '换一单', hints: { restart: true } }), looked({ about: it1 }))
  expect(turn).toMatchObject({ outcome: 'say', memory: 'forget', text: expect.stringContaining('好，换一单') })
})

const someHints: fc.Arbitrary<Hints> = fc.record(
  {
    refersBack: fc.constant(true as const),
    pick: fc.nat(6),
    sameAgain: fc.constant(true as const),
    restart: fc.constant(true as const),
    yes: fc.constant(true as const),
    no: fc.constant(true as const),
  },
  { requiredKeys: [] },
)
const someMemory = fc.record({
  about: fc.option(fc.constantFrom(it1, it2), { nil: undefined }),
  choices: fc.option(fc.subarray([it1, it2]), { nil: undefined }),
  intent: fc.constantFrom<Intent>('order.status', 'refund.eta', 'order.cancel', 'order.list', 'order.edit_waybill'),
  waiting: fc.boolean(),
  offered: fc.boolean(),
})

test('whatever is remembered, an order is only ever one that was looked at or offered, and a named one is never replaced', () => {
  const someSlots = fc.constantFrom<Slots>(
    {},
    { order_no: '6936476692437472563' },
    { phone_tail: '8806' },
    { product: '奶粉' },
  )
  const someIntent = fc.constantFrom<Intent>(
    'order.status',
    'gift.included',
    'order.cancel',
    'stats.query',
    'unsupported',
  )
  fc.assert(
    fc.property(someIntent, someSlots, someHints, someMemory, fc.string(), (intent, slots, hints, memory, text) => {
      const { about, choices, ...rest } = memory
      const remembered = looked({ ...rest, ...(about && { about }), ...(choices && { choices }) })
      const turn = inContext(line(intent, { text, slots, hints }), remembered)
      if (turn.outcome === 'say') return
      const known = [about, ...(choices ?? [])].flatMap((one) => one ?? [])
      const used = turn.question.about
      if (used !== undefined) {
        const { how: _, ...subject } = used
        expect(known).toContainEqual(subject)
        expect(slots.order_no ?? slots.phone_tail).toBeUndefined()
      }
      if (slots.order_no !== undefined) expect(turn.question.understood.slots.order_no).toBe(slots.order_no)
    }),
    { numRuns: 1_000 },
  )
})

test('without memory no line changes but what is about the talk itself', () => {
  fc.assert(
    fc.property(someHints, (hints) => {
      const question = line('order.status', { hints })
      const turn = inContext(question, undefined)
      if (turn.outcome === 'ask') expect(turn.question).toBe(question)
    }),
  )
})
