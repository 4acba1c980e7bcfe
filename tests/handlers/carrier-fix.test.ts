import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ActionName } from '../../cards/actions.ts'
import { ask } from '../../handlers/ask.ts'
import { cardActions } from '../../handlers/card-actions.ts'
import { carrierAside, carrierTaps } from '../../handlers/carrier-fix.ts'
import { remembering } from '../../handlers/conversation-memory.ts'
import { logisticsMissingWaybill } from '../../handlers/logistics-answers.ts'
import { notYet } from '../../handlers/not-yet.ts'
import type { Answerer, Remembered } from '../../handlers/question.ts'
import { type TapHandler, tapText } from '../../handlers/taps.ts'
import { type Card, cardText } from '../../src/chat/card.ts'
import type { Role } from '../../src/chat/member.ts'
import type { Reply } from '../../src/chat/reply.ts'
import { audit } from '../../src/hub/audit.ts'
import { chatMemory } from '../../src/hub/chat-memory.ts'
import { intake } from '../../src/hub/intake.ts'
import type { SourceOrder } from '../../src/hub/order-facts.ts'
import { orderLookup } from '../../src/hub/orders.ts'
import { personalData } from '../../src/hub/personal.ts'
import { setCarrier } from '../../src/hub/set-carrier.ts'
import { fixedClock } from '../../src/runtime/clock.ts'
import { randomIds } from '../../src/runtime/ids.ts'
import { type Intent, intents } from '../../src/understanding/types.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { codec } from '../kit/every-card.ts'
import { noonMs, sampleOrder } from '../src/hub/sample-order.ts'

const personal = personalData('33'.repeat(32))
const clock = fixedClock(noonMs + 60_000)
let fresh: FreshDatabase
let desk: ReturnType<typeof openDesk>
let orderId = ''
let serial = 0

beforeAll(async () => {
  fresh = await freshDatabase({ max: 4 })
  desk = openDesk()
  await fresh.database.sql`INSERT INTO members (id, name) VALUES ('m_ops', '钱主管'), ('m_it', '小周')`
})
beforeEach(async () => {
  await fresh.database.sql`TRUNCATE orders, chat_memory CASCADE`
  const [outcome] = await desk.take.takeAll([kept()])
  orderId = outcome && 'id' in outcome ? outcome.id : ''
})
afterAll(() => fresh.drop())

/** An order as its channel pushes it: paid, and nobody chose a carrier. */
function kept(over: Partial<SourceOrder> = {}): SourceOrder {
  const { carrier: _, carrierName: __, freightFen: ___, ...plain } = sampleOrder()
  return { ...plain, orderNo: '6936476692437472563', ...over }
}

function openDesk() {
  const { database } = fresh
  const parts = {
    lookup: orderLookup(database, personal, clock),
    clock,
    codec,
    memory: chatMemory<Remembered>(database, personal, clock),
    setCarrier: setCarrier({ database, personal, audit: audit(database, clock), clock }),
  }
  const rest = notYet(parts)
  const table = {
    ...(Object.fromEntries(intents.map((intent) => [intent, rest])) as Record<Intent, Answerer>),
    'logistics.missing_waybill': logisticsMissingWaybill(parts),
  }
  const other: TapHandler = async (tap) => tapText(tap, 'other')
  const taps = new Proxy({} as Record<ActionName, TapHandler>, {
    get: (_, name) => (carrierTaps(parts) as Record<string, TapHandler>)[name as string] ?? other,
  })
  const [typed, tapped] = [
    ask(parts, table, [carrierAside(parts)]),
    remembering(parts.memory, cardActions(parts, taps)),
  ]
  const base = () => ({
    id: `e${++serial}`,
    platform: 'play' as const,
    conversation: { platform: 'play' as const, kind: 'direct' as const, id: 'c1' },
    sender: { id: 'u1', trusted: true },
    sentAtMs: clock.nowMs(),
  })
  const member = (role: Role) => ({ id: role === 'it' ? 'm_it' : 'm_ops', name: '钱主管', roles: [role] })
  return {
    take: intake(database, personal, clock, randomIds()),
    order: (id: string) => parts.lookup.track(id),
    say: (text: string, role: Role = 'ops') => typed({ ...base(), kind: 'text', text }, member(role)),
    tap: (token: string, role: Role = 'ops') =>
      tapped({ ...base(), kind: 'card-tap', token, cardRef: { platform: 'play', id: 'card1' } }, member(role)),
  }
}

const cardOf = (reply: Reply): Card => {
  if (reply.kind !== 'card' && reply.kind !== 'card-update')
    throw new Error(`a card was expected: ${JSON.stringify(reply)}`)
  return reply.card
}
const tokenOf = (card: Card, label: string) => card.buttons.find((one) => one.label === label)?.token ?? ''
const fixCard = async () => {
  const answer = cardOf(await desk.say(`${orderId} 怎么没有单号`))
  return cardOf(await desk.tap(tokenOf(answer, '补承运商')))
}

describe('an order that nobody chose a carrier for', () => {
  test('is kept back, and one tap lets it go', async () => {
    const card = await fixCard()
    expect(card.title).toBe('请选择物流方式：抖音…2563 没选快递')
    expect(card.buttons.map(({ label }) => label)).toEqual(['顺丰', '中通', '京东物流', '其他'])
    const done = await desk.tap(tokenOf(card, '中通'))
    expect(done).toMatchObject({ kind: 'card-update', card: { title: '已补承运商：中通', tone: 'done' } })
    expect(await desk.order(orderId)).toMatchObject({ carrier: 'ZTO', stage: 'paid' })
    expect((await desk.order(orderId))?.quarantinedAtMs).toBeUndefined()
  })

  test('a second tap changes nothing and says what stands', async () => {
    const card = await fixCard()
    await desk.tap(tokenOf(card, '中通'))
    expect(await desk.tap(tokenOf(card, '顺丰'))).toMatchObject({ text: '这一单已有承运商：中通，没有改动。' })
    expect((await desk.order(orderId))?.carrier).toBe('ZTO')
  })

  test('其他 needs name and freight, asked for one at a time', async () => {
    const card = await fixCard()
    expect(await desk.tap(tokenOf(card, '其他'))).toMatchObject({
      text: '抖音…2563 请填承运商名称和预估运费，例：安能 18',
    })
    expect(await desk.say('安能')).toMatchObject({ text: '还缺安能的预估运费（元），例：18' })
    expect(await desk.say('18.555元')).toMatchObject({ text: expect.stringContaining('最多两位小数') })
    expect(cardText(cardOf(await desk.say('18.5')))).toContain('已补承运商：安能')
    expect(await desk.order(orderId)).toMatchObject({ carrier: 'OTHER', carrierName: '安能', stage: 'paid' })
    const rows = await fresh.database.sql`SELECT freight_fen AS "freightFen" FROM orders WHERE id = ${orderId}`
    expect(rows[0]).toEqual({ freightFen: 1850n })
  })

  test.each(['补承运商 ORDER 安能 18', '补承运商：ORDER 顺丰', '补承运商 ORDER'])('typed: %s', async (line) => {
    expect(cardText(cardOf(await desk.say(line.replace('ORDER', orderId))))).toMatch(/承运商|物流方式/)
  })

  test('who does not look after orders is told whom to ask', async () => {
    const card = await fixCard()
    expect(await desk.tap(tokenOf(card, '中通'), 'it')).toMatchObject({ text: expect.stringContaining('补承运商需要') })
    expect((await desk.order(orderId))?.carrier).toBeUndefined()
  })

  test('a source that repeats its word does not undo it; one that names a carrier later counts', async () => {
    await desk.tap(tokenOf(await fixCard(), '中通'))
    await desk.take.takeAll([kept({ modifiedAtMs: noonMs + 5_000, remark: '加急' })])
    expect(await desk.order(orderId)).toMatchObject({ carrier: 'ZTO', stage: 'paid' })
    await desk.take.takeAll([kept({ modifiedAtMs: noonMs + 9_000, carrier: 'SF' })])
    expect(await desk.order(orderId)).toMatchObject({ carrier: 'SF', stage: 'paid' })
  })

  test('goods that had left already are dated as soon as the carrier is known', async () => {
    await desk.take.takeAll([kept({ modifiedAtMs: noonMs + 5_000, waybillNo: '75894561230147', shippedAtMs: noonMs })])
    expect((await desk.order(orderId))?.shippedAtMs).toBeUndefined()
    await desk.tap(tokenOf(await fixCard(), '中通'))
    expect(await desk.order(orderId)).toMatchObject({ shippedAtMs: noonMs, parcels: [{ carrier: 'ZTO' }] })
  })
})
