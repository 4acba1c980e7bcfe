import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { answerers } from '../../handlers/answerers.ts'
import { ask } from '../../handlers/ask.ts'
import { cardActions, orderTaps } from '../../handlers/card-actions.ts'
import { remembering } from '../../handlers/conversation-memory.ts'
import { talkTaps } from '../../handlers/conversation-taps.ts'
import { type HandoffParts, typedWithdrawal } from '../../handlers/handoff.ts'
import { limitedTaps } from '../../handlers/lookup-limit.ts'
import type { Remembered } from '../../handlers/question.ts'
import { typedVotes } from '../../handlers/votes.ts'
import type { ChatEvent, Conversation } from '../../src/chat/event.ts'
import type { Reply } from '../../src/chat/reply.ts'
import { chatMemory } from '../../src/hub/chat-memory.ts'
import { handoffs } from '../../src/hub/handoffs.ts'
import { intake } from '../../src/hub/intake.ts'
import { lookupBudget } from '../../src/hub/lookup-budget.ts'
import { orderPull } from '../../src/hub/on-demand.ts'
import { orderLookup } from '../../src/hub/orders.ts'
import { type OutboxRow, outbox } from '../../src/hub/outbox.ts'
import { queryLog } from '../../src/hub/query-log.ts'
import { sendBudget } from '../../src/hub/send-budget.ts'
import { sources } from '../../src/hub/sources.ts'
import { movableClock } from '../../src/runtime/clock.ts'
import { randomIds } from '../../src/runtime/ids.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { seedSample } from '../../src/seed/seed-sample.ts'
import { buttonOf, transcript } from '../kit/ask-desk.ts'
import { testPersonal } from '../kit/cipher.ts'
import { freshDatabase } from '../kit/database.ts'
import { codec } from '../kit/every-card.ts'
import { quietParts } from '../kit/quiet-parts.ts'
import { sampleOrder } from '../src/hub/sample-order.ts'

// the talk over a real hub: what ask-desk.ts plays is real here
const fresh = await freshDatabase()
const { database } = fresh
const clock = movableClock()
const ids = randomIds()
const box = outbox(database, testPersonal)
const log = queryLog(database, clock)
const pulledNo = '6936999999999999992'
const parts: HandoffParts = {
  lookup: orderLookup(database, testPersonal, clock),
  clock,
  codec,
  memory: chatMemory<Remembered>(database, testPersonal, clock),
  asked: log,
  budget: lookupBudget(sendBudget(database), silentLog),
  pull: orderPull({
    sources: [
      {
        name: 'douyin.single',
        channel: 'douyin',
        couldBe: (number) => number.startsWith('69'),
        pull: async (orderNo) =>
          orderNo === pulledNo
            ? sampleOrder({ orderNo, source: 'douyin.single', modifiedAtMs: Date.now() })
            : undefined,
      },
    ],
    intake: intake(database, testPersonal, clock, ids),
    heard: sources(database),
    clock,
    log: silentLog,
  }),
  handoffs: handoffs({ database, outbox: box, clock, ids, reachable: ['play'] }),
}
const table = answerers({ ...quietParts, ...parts })
const taps = limitedTaps(parts.budget, { ...orderTaps(parts, table), ...talkTaps(parts, table) })
const line = ask(parts, table, [typedVotes(parts), typedWithdrawal(parts)])
const tap = remembering(parts.memory, cardActions(parts, taps as unknown as Parameters<typeof cardActions>[1]))

type From = { readonly who?: string; readonly where?: string; readonly kind?: Conversation['kind'] }
let events = 0

/** As dispatch has it: answered, then written to the query log. */
async function send(
  what: { text: string } | { token: string },
  { who = 'mem_sample_01', where = 'g1', kind = 'group' }: From,
) {
  events += 1
  const base = {
    id: `e${events}`,
    platform: 'play' as const,
    conversation: { platform: 'play' as const, kind, id: where },
    sender: { id: who, trusted: true },
    sentAtMs: clock.nowMs(),
  }
  const member = { id: who, name: who === 'mem_sample_01' ? '小李' : who, roles: ['cs' as const] }
  const event: ChatEvent =
    'text' in what
      ? { ...base, kind: 'text', text: what.text }
      : { ...base, kind: 'card-tap', token: what.token, cardRef: { platform: 'play', id: 'card' } }
  const reply: Reply = event.kind === 'text' ? await line(event, member) : await tap(event, member)
  const { trace } = reply
  if (trace !== undefined)
    await log.record({ event, memberId: who, question: event.kind === 'text' ? event.text : '', trace, latencyMs: 1 })
  return reply
}
const say = (text: string, from: From = {}) => send({ text }, from)
const press = (reply: Reply, label: string, from: From = {}) => send({ token: buttonOf(reply, label).token }, from)

let numbers: readonly string[]
beforeAll(async () => {
  await seedSample(database, { orders: 300, seed: 3, nowMs: clock.nowMs(), personal: testPersonal, log: silentLog })
  const rows = await database.sql<{ no: string }[]>`
    SELECT order_no AS no FROM orders WHERE channel = 'douyin' AND shipped_at IS NOT NULL ORDER BY id LIMIT 2`
  numbers = rows.map(({ no }) => no)
})
beforeEach(async () => {
  await database.sql`TRUNCATE chat_memory, query_log, handoffs, outbox, send_budgets`
})
afterAll(fresh.drop)

describe('a talk over the hub', () => {
  test('is remembered between lines, by person and chat, and after a restart', async () => {
    const [one = '', other = ''] = numbers
    const first = await say(`${one} 到哪了`)
    await say(`${other} 到哪了`, { who: 'mem_sample_02' })
    await say(`${other} 到哪了`, { where: 'g2' })
    const again = await say('它到哪了')
    expect(again.trace?.about).toEqual(first.trace?.about)
    expect(transcript(again)).toContain(`您刚查过 抖音…${one.slice(-4)}`)
    // the whole answer that goes to the direct chat stands there without the question
    expect(again.direct && transcript(again.direct)).toContain('您刚查过')
    for (const from of [{ who: 'mem_sample_02' }, { where: 'g2' }])
      expect(transcript(await say('它到哪了', from))).toContain(`您刚查过 抖音…${other.slice(-4)}`)
    expect(transcript(await say('它到哪了', { who: 'mem_sample_03' }))).toContain('哪一单？')
  })

  test('an unknown number is pulled, taken in and answered; one that nobody has is not', async () => {
    expect((await say(`${pulledNo} 到哪了`)).trace).toMatchObject({
      intent: 'order.status',
      about: { orderId: expect.stringMatching(/^SO/) },
    })
    const missing = transcript(await say('6936000000000000001 到哪了'))
    expect(missing).toMatch(/已当场向抖音查过（\d\.\d秒），也没有/)
  })

  test('the number looked at today is marked among the near ones', async () => {
    const [one = ''] = numbers
    await say(`${one} 到哪了`)
    const swapped = `${one.slice(0, -2)}${one.at(-1)}${one.at(-2)}`
    if (swapped === one) return
    expect(transcript(await say(`${swapped} 到哪了`))).toContain(`${one}（今天您查过）`)
  })

  test('a hand-over reaches the lead’s direct chat, and is taken back', async () => {
    const [one = ''] = numbers
    await say(`${one} 到哪了`)
    const reply = await say('转人工')
    expect(transcript(reply)).toBe(`已转小林，带上了抖音…${one.slice(-4)}和您的问题\n[取消]`)
    const again = await say('人工')
    expect(transcript(again)).toContain('刚才已转小林')
    await press(reply, '取消')
    const sent = await all()
    expect(sent.map(({ payload }) => payload)).toMatchObject([
      {
        to: { platform: 'play', kind: 'direct', id: 'play-cs_lead' },
        reply: { kind: 'card', card: { title: '小李转来一个问题', lines: [`问：${one} 到哪了`] } },
      },
      { to: { id: 'play-cs_lead' }, reply: { kind: 'text' } },
    ])
    expect(await database.sql`SELECT question FROM query_log WHERE handed_over`).toEqual([
      { question: `${one} 到哪了` },
    ])
  })

  test('a 👎 lands on the training list with its trace', async () => {
    const [one = ''] = numbers
    const answer = await say(`${one} 到哪了`)
    expect(transcript(await press(answer, '答得不对'))).toContain('记下了')
    await say('张伟的订单呢')
    expect(transcript(await say('👎'))).toContain('记下了')
    expect(await log.trainingList(10)).toMatchObject([
      { question: '张伟的订单呢', expect: 'choose', slots: { customer_name: '张伟' } },
      { question: `${one} 到哪了`, intent: 'order.status', slots: { order_no: one } },
    ])
  })

  test('the 31st look-up in a minute is refused, a tap too', async () => {
    const [one = ''] = numbers
    const answer = await say(`${one} 到哪了`)
    for (let n = 1; n < 30; n++) await say('今天京东待发货的有哪些')
    expect(transcript(await say(`${one} 到哪了`))).toBe('一分钟内最多查30次，请过一会儿再查。')
    expect(transcript(await press(answer, '复制话术'))).toBe('一分钟内最多查30次，请过一会儿再查。')
    expect(transcript(await say('谢谢'))).not.toContain('最多')
    expect(transcript(await say(`${one} 到哪了`, { who: 'mem_sample_02' }))).toContain('【')
  })
})

/** What is in the outbox, in the order it was written. */
async function all(): Promise<readonly OutboxRow[]> {
  const rows: OutboxRow[] = []
  for (;;) {
    const [due] = await box.due(1)
    if (due === undefined) return rows
    const claim = await box.claim(due.key, 60_000)
    if (claim.outcome !== 'claimed') throw new Error(`not claimed: ${claim.outcome}`)
    rows.push(claim.row)
    await box.done(claim.row)
  }
}
