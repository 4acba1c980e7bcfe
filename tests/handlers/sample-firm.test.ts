import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { actionCodec } from '../../cards/actions.ts'
import { routes } from '../../handlers/routes.ts'
import type { Role } from '../../src/chat/member.ts'
import type { Reply } from '../../src/chat/reply.ts'
import type { OrderFacts } from '../../src/hub/order-facts.ts'
import { orderLookup } from '../../src/hub/orders.ts'
import { personalData } from '../../src/hub/personal.ts'
import { fixedClock } from '../../src/runtime/clock.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { sampleQuestions } from '../../src/seed/sample-questions.ts'
import { seedSample } from '../../src/seed/seed-sample.ts'
import { transcript } from '../kit/ask-desk.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { quietParts } from '../kit/quiet-parts.ts'

const nowMs = Date.parse('2026-11-22T10:00:00+08:00')
const personal = personalData('5a'.repeat(32))
let hub: FreshDatabase
let ask: (text: string, chat: 'direct' | 'group', role: Role) => Promise<Reply>
let orders: readonly OrderFacts[]

beforeAll(async () => {
  hub = await freshDatabase()
  await seedSample(hub.database, { orders: 1200, seed: 7, nowMs, personal, log: silentLog })
  const clock = fixedClock(nowMs)
  const lookup = orderLookup(hub.database, personal, clock)
  const [route] = routes({ ...quietParts, lookup, clock, codec: actionCodec(new Uint8Array(32)) })
  ask = async (text, kind, role) => {
    const event = {
      kind: 'text',
      id: 'e1',
      platform: 'play',
      conversation: { platform: 'play', kind, id: 'c1' },
      sender: { id: 'u1', trusted: true },
      sentAtMs: nowMs,
      text,
    } as const
    return route?.handle(event, { id: 'mem_1', name: '小李', roles: [role] }) ?? { kind: 'none' }
  }
  // two of every stage, parcel state and exception the sample firm has
  const numbers = await hub.database.sql<{ id: string }[]>`
    SELECT id FROM (
      SELECT o.id, row_number() OVER (PARTITION BY o.source_stage, p.state, p.sub_state ORDER BY o.ordered_at DESC) AS place
      FROM orders o LEFT JOIN parcels p ON p.order_id = o.id
    ) ranked WHERE place <= 2`
  const found = await Promise.all([...new Set(numbers.map(({ id }) => id))].map((id) => lookup.track(id)))
  orders = found.filter((order) => order !== undefined)
})
afterAll(() => hub.drop())

describe('over the sample firm in a real hub', () => {
  test('an order is found by its own number and answered with its stage', async () => {
    expect(orders.length).toBeGreaterThan(25)
    for (const order of orders) {
      const answer = await ask(`${order.orderNo} 到哪了`, 'direct', 'finance')
      expect(answer.trace).toMatchObject({ intent: 'order.status', expect: 'answer' })
      expect(transcript(answer)).toMatch(/^【.+】/)
      expect(transcript(answer)).toContain(`…${order.orderNo.slice(-4)}`)
      expect(transcript(answer)).not.toMatch(/undefined|null|NaN/)
    }
  })

  test('a parcel is found by its waybill number', async () => {
    const parcels = orders.flatMap(({ parcels: all }) => all.flatMap(({ waybillNo }) => waybillNo ?? []))
    expect(parcels.length).toBeGreaterThan(15)
    for (const waybillNo of parcels) {
      const answer = await ask(`运单${waybillNo} 物流`, 'direct', 'cs')
      expect(answer.trace?.intent).toBe('logistics.track')
      expect(transcript(answer)).toContain(waybillNo)
    }
  })

  test('in a group nobody is shown in clear (R8a)', async () => {
    for (const order of orders) {
      for (const question of [
        order.orderNo,
        `${order.orderNo} 物流`,
        `${order.orderNo} 话术`,
        `${order.phone ?? ''} 的单`,
      ]) {
        const { direct: _direct, ...shown } = await ask(question, 'group', 'cs')
        for (const secret of [order.phone, order.address, order.consigneeName])
          if (secret !== undefined) expect(transcript(shown)).not.toContain(secret)
      }
    }
  })

  test('the questions that the desk suggests are answered', async () => {
    const questions = await sampleQuestions(hub.database, nowMs)
    expect(questions.length).toBeGreaterThan(5)
    for (const { text } of questions) {
      const answer = await ask(text, 'direct', 'cs')
      expect(['order.status', 'order.list', 'order.carrier', 'logistics.track']).toContain(answer.trace?.intent)
      expect(answer.kind, text).toBe('card')
    }
  })

  test('three people of one name are three', async () => {
    const answer = await ask('张伟的订单呢', 'direct', 'cs')
    expect(transcript(answer)).toMatch(/^张\*有\d+单，是哪一单？/)
  })
})
